package web_test

import (
	"fmt"
	"testing"
	"time"

	"heed/internal/store"
)

func heldForms(t *testing.T, h *house) int {
	t.Helper()
	var n int
	err := h.store.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`select count(*) from web_draft where name like 'held:%'`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnEndedSessionHoldsNoForm(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		token := v.cookies["heed-plain"]
		v.post("/log-out").wants(303)
		v.cookies["heed-plain"] = token // who found it posts in her name
		v.post("/notes/add", "note", "not hers").wants(401, "not hers")
		v.post("/leave/keep", "note", "not hers", "_here", "/notes/add").wants(204)
		if n := heldForms(t, h); n != 0 {
			t.Errorf("%d forms are held for somebody who had logged out", n)
		}
		// Leaving gives its own script a moment, and no more.
		v.logIn("amara", "123002")
		token = v.cookies["heed-plain"]
		v.get("/leave").wants(200)
		v.cookies["heed-plain"] = token
		v.post("/leave/keep", "note", "hers", "_here", "/notes/add").wants(204)
		if n := heldForms(t, h); n != 1 {
			t.Errorf("%d forms are held, want the one that was left", n)
		}
		h.hand.Move(11 * time.Second)
		v.post("/leave/keep", "note", "later", "_here", "/notes").wants(204)
		v.post("/notes/add", "note", "later").wants(401)
		if n := heldForms(t, h); n != 1 {
			t.Errorf("%d forms are held a while after leaving", n)
		}
	})
}

func TestHeldFormsAreFew(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		h.hand.Move(20 * time.Minute)
		for n := range 30 {
			h.hand.Move(time.Second)
			v.post("/notes/add?x="+fmt.Sprint(n), "note", "text").wants(303)
			v.post("/leave/keep", "note", fmt.Sprint("text ", n), "_here", fmt.Sprint("/notes/", n)).wants(204)
		}
		if n := heldForms(t, h); n > 10 {
			t.Errorf("%d forms are held for one person", n)
		}
		v.logIn("amara", "123002").get("/notes/add").wants(200, "text") // the one kept last is among them
		h.hand.Move(9 * time.Hour)
		v.post("/notes/add", "note", "much later").wants(401, "much later")
	})
}

func TestAHeldFormChoosesNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		v := h.visitor().logIn("amara", "123001")
		h.hand.Move(20 * time.Minute)
		v.post("/notes/choose", "note", "my words", "way", "share", "boxes", "a", "list", "1").wants(303)
		v.logIn("amara", "123002").get("/notes/choose").wants(200, "my words", "make your choices again").
			lacks(" checked", " selected")
	})
}
