package home_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/demo"
	"heed/internal/directory"
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

		page = proposed(v) // and whoever typed why is told the same, and keeps what they typed
		other.Open(page).Choose("I refuse it").Fill("If you refuse it, why?", "It takes time away")
		v.Open(page).Press("Take it back").See("It was taken back. Nothing has changed")
		other.Press("Send").See("A change that does not wait any more", "was taken back", "It takes time away").
			DoNotSee("Send it again").Press("Read that change to concerns").At(page).See("was taken back")

		page = proposed(other)
		other.Choose("I have read it, and I agree").Press("Send").See("It counts once everybody has").
			Press("Take it back").See("It was taken back. Nothing has changed")
		other.Open(page).See("was taken back").Open("/work").DoNotSee("that you proposed")
		proposed(other)
		other.Choose("I take it back").Press("Send").See("It was taken back. Nothing has changed")
	}
}

// Nobody is asked to agree to what this version of Heed does not take, and it waits for no longer than until somebody
// refuses it, or takes it back. Seen to fail: a grantor had nothing to press, and their work asked them to agree; where
// the definition is not known, there was no page.
func TestAChangeThatIsNotTaken(t *testing.T) {
	ctx := context.Background()
	a := demoApp(t)
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(srv.Close)
	keeper := with(t, a, "governance_lead")
	grantors := []directory.Person{with(t, a, access.CaldicottGuardian), with(t, a, access.ExecutiveLead)}
	propose := func(by directory.Person, p directory.Proposal) string { // as another version of Heed took it
		t.Helper()
		actor, err := by.Actor(by.Grants[0].Role, true)
		must(t, err)
		fingerprint, err := a.Directory.Propose(ctx, actor, p)
		must(t, err)
		return "/different/proposal/" + fingerprint
	}
	loose := directory.Proposal{On: "patient/1", Name: "patient/1+ours/1", Text: []byte(later)}
	chromium := heedtest.Start(t)
	for _, o := range [][]heedtest.Option{{heedtest.Width(heedtest.Desktop)}, {heedtest.Width(360), heedtest.NoScript()}} {
		page := propose(keeper, loose)
		v := chromium.Visitor(t, srv.URL, o...).As(grantors[0].Name)
		v.Open("/work").See("waits for your answer").DoNotSee("agree").Press("Read the change to concerns").At(page).
			See("Nobody can agree to this", "an overlay can shorten a deadline, never lengthen it").
			DoNotSee("I have read it, and I agree").DoNotSee("Take it back").Press("I refuse it").
			See("Enter why you refuse it").Fill("Why do you refuse it?", "It takes time away").Press("I refuse it").
			See("It was refused. Nothing has changed")
		chromium.Visitor(t, srv.URL, o...).As(keeper.Name).Open(page).See("refused the change", "It takes time away")
		propose(grantors[0], loose)
		v.Open("/different").See("waits to be answered").Press("See the change to concerns that waits").
			DoNotSee("I refuse it").DoNotSee("I have read it, and I agree").Press("Take it back").See("It was taken back")
	}
	var words []directory.Word
	for _, g := range grantors {
		word, err := demo.Word(ctx, a, g.Login, a.Now())
		must(t, err)
		words = append(words, word)
	}
	over := directory.Overlay{Name: "ward/1+nine/1", Text: []byte(`{"on": "ward/1"}`)}
	must(t, a.Directory.LayOverlay(ctx, keeper.Org, over, words...))
	page := propose(keeper, directory.Proposal{On: "ward/1", Name: over.Name, Off: true})
	for _, g := range grantors {
		cookie := cookieOf(t, a, g, g.Grants[0].Role)
		if w := send(a, "GET", page, "", cookie); w.Code != http.StatusOK ||
			!strings.Contains(w.Body.String(), "This version of Heed does not know ward/1") {
			t.Errorf("%s has no page of what is not known: %d", g.Name, w.Code)
		}
		yes := url.Values{"word": {"agree"}}.Encode()
		if w := send(a, "POST", page, yes, cookie); w.Code != http.StatusConflict {
			t.Errorf("%s agrees to what is not known: %d", g.Name, w.Code)
		}
	}
}

// Whoever takes back what they proposed refuses nothing, whatever is sent beside it. Seen to fail: a reason was kept as
// that of a refusal by themselves.
func TestWhatIsTakenBackIsNotRefused(t *testing.T) {
	ctx := context.Background()
	a := demoApp(t)
	guardian := with(t, a, access.CaldicottGuardian)
	for _, by := range []directory.Person{with(t, a, access.Lead), guardian} {
		actor, err := by.Actor(by.Grants[0].Role, true)
		must(t, err)
		fingerprint, err := a.Rooms.ProposeOverlay(ctx, actor, []byte(sooner))
		must(t, err)
		form, page := url.Values{"word": {"back"}, "why": {"A reason of mine"}}, "/different/proposal/"+fingerprint
		w := send(a, "POST", page, form.Encode(), cookieOf(t, a, by, by.Grants[0].Role))
		o, err := a.Directory.Organisation(ctx, by.Org)
		must(t, err)
		p, err := o.Proposal(fingerprint, a.Now())
		must(t, err)
		if w.Code != http.StatusSeeOther || p.End.How != directory.TakenBack || p.End.Why != "" {
			t.Errorf("%s takes it back: %d, and it ended as %+v", by.Name, w.Code, p.End)
		}
		w = send(a, "GET", page, "", cookieOf(t, a, guardian, access.CaldicottGuardian))
		if strings.Contains(w.Body.String(), "A reason of mine") {
			t.Error("what is no refusal has a reason")
		}
	}
}

// proposed proposes a change to concerns, and is where it is answered.
func proposed(v *heedtest.Visitor) string {
	return v.Open("/different").Press("Propose a change to concerns").Fill("The file", sooner).
		Press("See what would change").Press("Propose this").See("Your change was proposed").Path()
}
