package home_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/heedtest"
)

// What somebody typed of a change to one kind of record does not stand in the form of another, and no form is shown of
// a kind that is not there. Seen to fail: there was one form for all kinds, and for kinds that are not.
func TestAChangeIsToOneKind(t *testing.T) {
	a := demoApp(t)
	cookie := cookieOf(t, a, with(t, a, access.Lead), access.Lead)
	get := func(path string) string { return send(a, "GET", path, "", cookie).Body.String() }
	concerns, policies := "/different/propose/patient-1", "/different/propose/policy-1"
	for _, link := range []string{concerns, policies} {
		if !strings.Contains(get("/different"), `href="`+link+`"`) {
			t.Errorf("nothing leads to %s", link)
		}
	}
	left := url.Values{"_here": {concerns}, "_back": {"/different"}, "file": {`{"half": "a thought"`}}
	if w := send(a, "POST", "/back", left.Encode(), cookie); w.Code != http.StatusSeeOther {
		t.Fatalf("back: %d", w.Code)
	}
	if !strings.Contains(get(concerns), "a thought") || strings.Contains(get(policies), "a thought") {
		t.Error("what was typed of concerns stands elsewhere than there")
	}
	file := url.Values{"file": {sooner}}
	if w := send(a, "POST", policies, file.Encode(), cookie); w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "since this page is about policies") {
		t.Errorf("a file about concerns on the page of policies: %d", w.Code)
	}
	for _, path := range []string{"/different/propose/bogus", "/different/off/bogus", "/different/off/patient-1",
		"/different/proposal/bogus"} {
		if w := send(a, "GET", path, "", cookie); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := send(a, "POST", path, file.Encode(), cookie); w.Code != http.StatusNotFound && path[11:] != "off/patient-1" {
			t.Errorf("%s is sent: %d", path, w.Code)
		}
	}
	if !strings.Contains(get("/different"), `nhsuk-back-link" href="/work"`) {
		t.Error("the way back does not lead to where one came from")
	}
}

// Whoever proposed a change is told at their work how it ended, its page says so to everybody and leads on, and a
// grantor takes back what they proposed and agreed to. Each seen to fail.
func TestWhatBecameOfAChange(t *testing.T) {
	a := demoApp(t)
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(srv.Close)
	keeper := with(t, a, "governance_lead").Name
	orgs, err := a.Directory.Organisations(context.Background())
	must(t, err)
	var grantors []string
	for _, g := range orgs[0].Grantors {
		p, err := a.Directory.Person(context.Background(), g)
		must(t, err)
		grantors = append(grantors, p.Name)
	}
	chromium := heedtest.Start(t)
	for _, o := range [][]heedtest.Option{{heedtest.Width(heedtest.Desktop)}, {heedtest.Width(360), heedtest.NoScript()}} {
		v := chromium.Visitor(t, srv.URL, o...).As(keeper)
		page := proposed(v)
		other := chromium.Visitor(t, srv.URL, o...).As(grantors[1])
		other.Open(page)
		chromium.Visitor(t, srv.URL, o...).As(grantors[0]).Open(page).Choose("I refuse it").
			Fill("If you refuse it, why?", "It serves us").Press("Send").See("It was refused")
		v.Open("/work").See(grantors[0]+" refused the change to concerns that you proposed", "It serves us").
			Press("Read that change to concerns").At(page).See("refused the change to concerns", "It serves us").
			Press("See what we do differently now").At("/different")
		other.Choose("I have read it, and I agree").Press("Send").At(page).See("refused the change", "It serves us")

		page = proposed(other)
		other.Choose("I have read it, and I agree").Press("Send").See("It counts once everybody has").
			Press("Take it back").See("It was taken back. Nothing has changed")
		other.Open(page).See("was taken back").Open("/work").DoNotSee("that you proposed")
		proposed(other)
		other.Choose("I take it back").Press("Send").See("It was taken back. Nothing has changed")
	}
}

// proposed proposes a change to concerns, and is where it is answered.
func proposed(v *heedtest.Visitor) string {
	return v.Open("/different").Press("Propose a change to concerns").Fill("The file", sooner).
		Press("See what would change").Press("Propose this").See("Your change was proposed").Path()
}
