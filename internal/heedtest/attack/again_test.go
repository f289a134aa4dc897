package attack_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
)

// TestTheLogInIsTooOld: after ten minutes each page on which somebody changes how they log in
// says so and leads to the log-in page; what was typed stands there afterwards.
func TestTheLogInIsTooOld(t *testing.T) {
	c := folder(t)
	c.PublicURL = "http://localhost:8430" // a name, as passkeys need it
	h := enter(t, c)
	nurse := h.as("nurse", access.Worker)
	if a := nurse.post("/account/passkeys/ask", nil); a.status != http.StatusOK {
		t.Fatalf("a moment after the log-in: %d", a.status)
	}
	h.hand.Move(10*time.Minute + time.Second)
	for _, path := range []string{"/account/passkeys/add", "/account/recovery", "/account/password/add"} {
		if a := nurse.get(path); a.status != http.StatusOK || !strings.Contains(a.body, "Log in again") ||
			!strings.Contains(a.body, `name="next" value="`+path+`"`) {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	// A script is told by a status, and sends the form: the answer to that is in words.
	if a := nurse.post("/account/passkeys/ask", nil); a.status != http.StatusForbidden {
		t.Errorf("what a script is told: %d", a.status)
	}
	a := nurse.post("/account/passkeys/add", url.Values{"name": {"Work phone"}, "passkey": {""}})
	if a.status != http.StatusOK || !strings.Contains(a.body, "Log in again") {
		t.Errorf("the form: %d", a.status)
	}
	nurse.post("/log-in/again", url.Values{"next": {"/account/passkeys/add"}})
	again, in := h.logIn("nurse", h.code("nurse"))
	if in.status != http.StatusSeeOther {
		t.Fatalf("logging in again: %d", in.status)
	}
	if a := again.get("/account/passkeys/add"); !strings.Contains(a.body, `value="Work phone"`) {
		t.Error("what was typed is lost")
	}
}

// TestSetUpCodesAreNotGuessed: wrong ones are slowed by the network; the page is always there,
// and who has the right one is served where nobody guesses.
func TestSetUpCodesAreNotGuessed(t *testing.T) {
	h := onSQLite(t)
	guess := url.Values{"login": {"nurse"}, "password-once": {"AAAA-BBBB-CCCC"}, "password": {"correct horse battery"},
		"secret": {"MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"}, "code": {"000000"}}
	slowed := 0
	for i := range 40 {
		v, path := h.stranger(), "/set-up"
		if i%2 == 1 {
			path = "/set-up/passkey/ask"
		}
		if v.get("/set-up").status != http.StatusOK {
			t.Fatal("the page is not there")
		}
		if v.post(path, guess).status == http.StatusTooManyRequests {
			slowed++
		}
	}
	if slowed != 10 {
		t.Errorf("%d of 40 were slowed", slowed)
	}
	if _, a := h.logIn("nurse", h.code("nurse")); a.status != http.StatusSeeOther {
		t.Errorf("a log-in beside it: %d", a.status)
	}
}
