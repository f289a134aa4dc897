package web_test

import (
	"context"
	"testing"
	"time"

	"heed/internal/store"
)

// savedSession is a row of web_session as somebody with SQL would keep it.
type savedSession struct {
	token, person, org, account, flash, proof  []byte
	role                                       string
	stage, second, started, seen, ended, tries int64
}

func (r *savedSession) fields() []any {
	return []any{&r.token, &r.stage, &r.person, &r.org, &r.role, &r.second, &r.started, &r.seen, &r.ended, &r.tries,
		&r.account, &r.flash, &r.proof}
}

const sessionColumns = `token, stage, person, org, role, second_factor, started, seen, ended, tries, account, flash, proof`

func saveSessions(t *testing.T, h *house) (rows []savedSession) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx *store.Tx) (err error) {
		rows, err = store.All(tx, (*savedSession).fields, `select `+sessionColumns+` from web_session`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// putBack makes the table of sessions what it was, as nearly as SQL can.
func putBack(t *testing.T, h *house, rows []savedSession, seen int64) {
	t.Helper()
	err := h.store.Do(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Exec(`delete from web_session`); err != nil {
			return err
		}
		for _, r := range rows {
			if seen != 0 {
				r.seen = seen
			}
			_, err := tx.Exec(`insert into web_session (`+sessionColumns+`) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)`,
				r.token, r.stage, r.person, r.org, r.role, r.second, r.started, r.seen, r.ended, r.tries, r.account,
				r.flash, r.proof)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASessionPutBackBySQLOpensNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		flush := func() {
			ctx, stop := context.WithCancel(t.Context())
			stop()
			if err := h.sessions.Run(ctx, func() {}); err != nil {
				t.Fatal(err)
			}
		}
		for name, end := range map[string]func(v *visitor){
			"logged out":   func(v *visitor) { v.post("/log-out").wants(303) },
			"left":         func(v *visitor) { v.get("/leave").wants(200) },
			"changed role": func(v *visitor) { v.post("/role", "role", "safeguarding_lead").wants(303) },
			"logged in anew": func(v *visitor) {
				v.post("/log-in", "login", "dilys", "password",
					"right horse battery").wants(303)
			},
		} {
			t.Run(name, func(t *testing.T) {
				h.hand.Move(30 * time.Second)
				h.staff.used = map[string]bool{}
				v := h.visitor().logIn("amara", "123001")
				v.get("/notes").wants(200)
				flush()
				token, before := v.cookies["heed-plain"], saveSessions(t, h)
				end(v)
				putBack(t, h, before, 0)
				v.cookies["heed-plain"] = token
				v.get("/notes").wants(303)
				v.post("/notes/add", "note", "x").wants(401)
			})
		}
		t.Run("fell asleep", func(t *testing.T) {
			h.staff.used = map[string]bool{}
			v := h.visitor().logIn("amara", "123001")
			v.get("/notes").wants(200)
			flush()
			before := saveSessions(t, h)
			h.hand.Move(16 * time.Minute)
			putBack(t, h, before, h.hand.Now().UnixMicro())
			v.get("/notes").wants(303)
		})
	})
}
