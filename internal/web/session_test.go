package web_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/session"
	"heed/internal/store"
	"heed/internal/web"
)

func TestTwoProofsOpenASessionAndEachStepDrawsANewToken(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor()
		v.get("/notes").wants(303).to("/log-in?next=%2Fnotes")
		v.cookies["heed-plain"] = strings.Repeat("A", 43) // planted
		v.post("/log-in", "login", "amara", "password", "right horse battery", "next",
			"/notes").wants(303).to("/log-in/code?next=%2Fnotes")
		half := v.cookies["heed-plain"]
		if half == strings.Repeat("A", 43) {
			t.Fatal("the planted token lives on")
		}
		v.get("/notes").wants(303) // a password alone opens nothing
		v.post("/log-in/code", "code", "123 456", "next", "/notes").wants(303).to("/notes")
		whole := v.cookies["heed-plain"]
		if whole == half {
			t.Fatal("the token is the same after the second proof")
		}
		v.get("/notes").wants(200, "Amara Nwosu", "Ward staff", "Log out", "Change role", "data-life=\"900\"")
		v.post("/role", "role", "safeguarding_lead").wants(303)
		if v.cookies["heed-plain"] == whole {
			t.Fatal("the token is the same after the change of role")
		}
		for name, old := range map[string]string{"half": half, "whole": whole} {
			w := h.visitor()
			w.cookies["heed-plain"] = old
			if w.get("/notes"); w.last.Code != 303 {
				t.Errorf("the %s token still opens pages", name)
			}
		}
		// The same code does not open a second session.
		w := h.visitor()
		w.post("/log-in", "login", "amara", "password", "right horse battery").wants(303)
		w.post("/log-in/code", "code", "123456").wants(422, "Each code works once, so wait for the next one",
			"check that the date and time on your phone are right")
		v.post("/log-out").wants(303)
		v.get("/notes").wants(303)
	})
}

func TestCookieAttributes(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor()
		v.post("/log-in", "login", "amara", "password", "right horse battery")
		if got := v.last.Header().Get("Set-Cookie"); !strings.Contains(got, "HttpOnly; SameSite=Lax") ||
			strings.Contains(got, "Secure") {
			t.Errorf("plain cookie: %s", got)
		}
		site, err := web.New(web.Options{Sessions: h.sessions, PublicURL: "https://heed.example"})
		if err != nil {
			t.Fatal(err)
		}
		h.handler = site.Handler()
		v.post("/log-in", "login", "amara", "password", "right horse battery")
		if got := v.last.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-heed=") ||
			!strings.Contains(got, "Path=/; HttpOnly; Secure; SameSite=Lax") {
			t.Errorf("cookie: %s", got)
		}
		if got := v.last.Header().Get("Strict-Transport-Security"); got == "" {
			t.Error("no HSTS")
		}
	})
}

func TestASessionEndsByTheClock(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		h.hand.Move(14 * time.Minute)
		v.get("/notes").wants(200)
		h.hand.Move(14 * time.Minute)
		v.get("/notes").wants(200) // use keeps it going, written down or not
		h.hand.Move(15*time.Minute + time.Second)
		v.get("/notes").wants(303).to("/log-in?next=%2Fnotes&why=ended")

		v.logIn("amara", "123002")
		for range 33 { // 8 hours and a quarter in steps of 15 minutes
			h.hand.Move(15 * time.Minute)
			if v.get("/notes"); v.last.Code == 303 {
				break
			}
		}
		v.wants(303)
		v.logIn("amara", "123003").get("/notes").wants(200)
		h.staff.left = true // a right that is taken away is gone with the next request
		v.get("/notes").wants(303)
		h.staff.left = false
		v.get("/notes").wants(303) // and the session does not come back
		w := h.visitor().logIn("amara", "123004")
		h.hand.Move(time.Second)
		h.staff.since = h.hand.Now() // a new password ends what was begun with the old one
		w.get("/notes").wants(303)
	})
}

func TestUseIsWrittenDownForOtherMachines(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		h.hand.Move(14 * time.Minute)
		v.get("/notes").wants(200)
		ctx, stop := context.WithCancel(context.Background())
		stop()
		if err := h.sessions.Run(ctx, func() {}); err != nil { // ends at once, and writes first
			t.Fatal(err)
		}
		second := session.New(session.Options{Store: h.store, Keys: testKeys, Days: testDays, Accounts: h.staff,
			Clock: h.hand, Spent: h.spent})
		site, err := web.New(web.Options{Plain: true, Clock: h.hand, Sessions: second}, h.notes.privatePart())
		if err != nil {
			t.Fatal(err)
		}
		h.handler = site.Handler()
		h.hand.Move(10 * time.Minute)
		v.get("/notes").wants(200, "Amara Nwosu")
		if err := second.Sweep(ctx2(t)); err != nil {
			t.Fatal(err)
		}
		v.get("/notes").wants(200)
	})
}

func ctx2(t *testing.T) context.Context { return t.Context() }

// TestWhatWasTypedOutlivesTheSession is promise D17 after a time-out; a refused form and a
// full disk give their words back in TestTheKitsOwnPagesInABrowser.
func TestWhatWasTypedOutlivesTheSession(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		form := v.get("/notes/add").hidden()
		h.hand.Move(20 * time.Minute)
		v.post("/notes/add",
			append(form, "note", "He gave <away> his")...).wants(303).to("/log-in?next=%2Fnotes%2Fadd&why=kept")
		v.get("/log-in?next=%2Fnotes%2Fadd&why=kept").wants(200, "What you typed is kept").lacks("away")
		if len(h.notes.saved) != 0 {
			t.Fatal("saved without a session")
		}
		// Somebody else at the same machine sees nothing of it.
		other := h.visitor()
		other.cookies = v.cookies
		other.logIn("dilys", "123002").get("/notes/add").wants(200).lacks("away")
		other.post("/log-out")

		v.cookies = map[string]string{}
		v.logIn("amara", "123003").get("/notes/add").wants(200, "He gave &lt;away&gt; his",
			"You were logged out while you were writing")
		v.post("/notes/add", append(v.hidden(), "note", "He gave <away> his")...).wants(303)
		if len(h.notes.saved) != 1 {
			t.Fatalf("saved %q", h.notes.saved)
		}
		v.get("/notes/add").wants(200).lacks("away")
		scanFor(t, h, "away")

		// A form whose address shows nothing by itself is given back on the spot, without what is secret.
		form = v.get("/notes/add").hidden()
		h.hand.Move(20 * time.Minute)
		v.post("/notes/only-post", append(form, "note", "second text", "password", "hunter2")...).wants(401, "second text",
			"Send it again").lacks("hunter2")
		v.logIn("amara", "123004")
		form = v.get("/notes/add").hidden()
		h.hand.Move(20 * time.Minute)
		v.post("/notes/add", append(form, "note", "third text", "password", "hunter2")...).wants(303)
		heldSecret(t, h, "hunter2")
	})
}

// heldSecret opens every draft with its key, and fails when a secret was kept, sealed or not.
func heldSecret(t *testing.T, h *house, secret string) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx *store.Tx) error {
		type row struct {
			person id.Person
			name   string
			at     int64
			sealed []byte
		}
		rows, err := store.All(tx, func(r *row) []any { return []any{&r.person, &r.name, &r.at, &r.sealed} },
			`select person, name, at, sealed from web_draft`)
		if err != nil {
			return err
		}
		for _, r := range rows {
			key, err := testKeys(tx, h.staff.org, r.person.Record())
			if err != nil {
				return err
			}
			plain, err := key.Open("web:draft:"+r.name, r.at, r.sealed)
			if err != nil {
				return err
			}
			if bytes.Contains(plain, []byte(secret)) {
				t.Error("a secret was kept in a draft")
			}
		}
		if len(rows) == 0 {
			t.Error("nothing was kept at all")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestALateFormOfNobodyIsGivenBackAndNotKept(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor()
		v.post("/notes/add", "note", "typed by nobody", "password", "hunter2").wants(401, "typed by nobody", "Log in",
			"Send it again").lacks("hunter2")
		scanFor(t, h, "typed by nobody")
	})
}

// scanFor fails when words lie in the clear in any of the kit's tables.
func scanFor(t *testing.T, h *house, words string) {
	t.Helper()
	err := h.store.View(t.Context(), func(tx *store.Tx) error {
		for _, q := range []string{`select sealed from web_draft`, `select outcome from web_once`,
			`select flash from web_session where flash is not null`} {
			rows, err := store.All(tx, func(b *[]byte) []any { return []any{b} }, q)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if bytes.Contains(r, []byte(words)) {
					return fmt.Errorf("%q lies in the clear: %s", words, q)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSendingTwiceIsSendingOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		form := append(v.get("/notes/add").hidden(), "note", "once")
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				w := h.visitor()
				w.cookies["heed-plain"] = v.cookies["heed-plain"]
				w.post("/notes/add", form...)
				if w.last.Code != 303 || w.last.Header().Get("Location") != "/notes" {
					t.Errorf("answered %d", w.last.Code)
				}
			})
		}
		wait.Wait()
		if len(h.notes.saved) != 1 {
			t.Fatalf("saved %d times", len(h.notes.saved))
		}
		form[len(form)-1] = "twice" // changed: it is another form, and not dropped in silence
		v.post("/notes/add", form...).wants(303)
		if len(h.notes.saved) != 2 {
			t.Fatalf("saved %q", h.notes.saved)
		}
		// The same key sent by somebody else is theirs.
		w := h.visitor().logIn("dilys", "123002")
		w.post("/notes/add", form...).wants(303)
		if len(h.notes.saved) != 3 {
			t.Fatalf("saved %q", h.notes.saved)
		}
	})
}

func TestAStaleFormShowsBothTexts(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		form := v.get("/notes/add").hidden()
		h.notes.fail = fail.New(fail.Stale, "Someone else changed this note")
		v.post("/notes/add", append(form, "note", "what I wrote")...).wants(409,
			"Someone else changed this note", "what the record holds", "what I wrote", "nothing is lost")
		if n := strings.Count(v.last.Body.String(), "what I wrote"); n != 2 {
			t.Errorf("the text stands %d times, want in the table and in the form", n)
		}
		h.notes.fail = fail.New(fail.Conflict, "The person who raised it must be told first.")
		v.post("/notes/add", append(form, "note", "what I wrote")...).wants(409, "must be told first", "what I wrote")
	})
}

func TestLeavingKeepsTheTextAndEndsTheSession(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		form := v.get("/notes/add").hidden()
		v.post("/leave", append(form, "note", "half a sentence")...).wants(200,
			`href="https://intranet.example/"`).lacks("half a sentence", "Amara", "Northmoor", "Log out")
		if got := v.last.Header().Get("Refresh"); got != "0; url=https://intranet.example/" {
			t.Errorf("Refresh %q", got)
		}
		if v.cookies["heed-plain"] != "" {
			t.Error("the browser still holds the cookie")
		}
		v.get("/notes").wants(303)
		v.logIn("amara", "123002").get("/notes/add").wants(200, "half a sentence")
	})
}

func TestAFlashIsShownOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.notes.flash = "Your note was added"
		v := h.visitor().logIn("amara", "123001")
		v.post("/notes/add", append(v.get("/notes/add").hidden(), "note", "a")...).wants(303)
		scanFor(t, h, "Your note")
		v.get("/notes").wants(200, "Your note was added", "nhsuk-notification-banner--success")
		v.get("/notes").wants(200).lacks("Your note was added")
	})
}

func TestDraftsBelongToOnePerson(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		var read string
		h.notes.with = func(q *web.Request) error {
			d, err := q.Draft("raise")
			if err != nil {
				return err
			}
			read = d.Text("what")
			if q.Query("set") != "" {
				d.Set("what", q.Query("set"))
				return q.Keep(d)
			}
			if q.Query("drop") != "" {
				return q.Drop("raise")
			}
			return nil
		}
		v := h.visitor().logIn("amara", "123001")
		v.get("/notes?set=one").wants(200)
		v.get("/notes?set=two").wants(200)
		v.get("/notes").wants(200)
		if read != "two" {
			t.Errorf("read %q", read)
		}
		scanFor(t, h, "two")
		h.visitor().logIn("dilys", "123002").get("/notes")
		if read != "" {
			t.Errorf("somebody else read %q", read)
		}
		v.get("/notes?drop=1")
		v.get("/notes")
		if read != "" {
			t.Errorf("a dropped draft read %q", read)
		}
	})
}
