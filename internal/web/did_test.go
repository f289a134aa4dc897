package web_test

import (
	"errors"
	"sync"
	"testing"

	"heed/internal/session"
	"heed/internal/store"
	"heed/internal/web"
)

// Two machines on one database: the same form sent to both is taken once, because
// the outcome is in the handler's own commit; a crash before the answer changes nothing.
func TestDidIsOnceOverMachines(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		var mu sync.Mutex
		crash := false
		taken := 0
		save := func(q *web.Request) (web.Response, error) {
			err := h.store.Do(q.Context(), func(tx *store.Tx) error {
				if err := q.Did(tx, "/notes?first"); err != nil {
					return err
				}
				_, err := tx.Exec(`insert into web_draft (person, name, at, sealed) values ($1, $2, 1, $3)`, q.Who().Person,
					"made:"+newName(&mu, &taken), []byte("x"))
				return err
			})
			if err == nil && crash {
				return nil, errors.New("the machine went down after the commit")
			}
			return web.SeeOther("/notes?first"), err
		}
		part := h.notes.privatePart()
		part.Routes = append(part.Routes, web.Post("/notes/once", web.SignedIn, "Once", save))
		var machines []*house
		for range 2 {
			m := *h
			m.sessions = session.New(session.Options{Store: h.store, Keys: testKeys, Days: testDays, Accounts: h.staff,
				Clock: h.hand, Spent: h.spent})
			site, err := web.New(web.Options{Plain: true, Clock: h.hand, Sessions: m.sessions}, part)
			if err != nil {
				t.Fatal(err)
			}
			m.handler = site.Handler()
			machines = append(machines, &m)
		}
		v := machines[0].visitor().logIn("amara", "123001")
		form := append(v.get("/notes/add").hidden(), "note", "a")
		crash = true
		v.post("/notes/once", form...)
		crash = false
		var wait sync.WaitGroup
		for n := range 8 {
			wait.Go(func() {
				w := machines[n%2].visitor()
				w.cookies["heed-plain"] = v.cookies["heed-plain"]
				w.post("/notes/once", form...)
				if got := w.last.Header().Get("Location"); got != "/notes?first" {
					t.Errorf("led to %q, status %d", got, w.last.Code)
				}
			})
		}
		wait.Wait()
		var made int
		err := h.store.View(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(`select count(*) from web_draft where name like 'made:%'`).Scan(&made)
		})
		if err != nil || made != 1 {
			t.Errorf("made %d, %v", made, err)
		}
	})
}

func newName(mu *sync.Mutex, n *int) string {
	mu.Lock()
	defer mu.Unlock()
	*n++
	return string(rune('a' + *n))
}
