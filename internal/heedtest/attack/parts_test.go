package attack_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"heed/internal/access"
)

var decisionParts = []struct {
	path string
	form url.Values
}{
	{"purpose", url.Values{"result": {"share"}, "purpose": {"safeguarding"}}},
	{"consent", url.Values{"consent": {"given"}}},
	{"what", url.Values{"to": {"police_prevent"}, "with": {"An officer"}, "what": {"The name alone"}}},
	{"basis", url.Values{"article_6": {"6_1_e"}, "article_9": {"9_2_h"}, "common_law": {"consent"}}},
	{"weighed", url.Values{"necessity": {"Support cannot begin otherwise"}}},
	{"after", url.Values{"person_told": {"yes"}}},
}

// TestADecisionInPartsIsTheOneShown: what is saved is what stood on the page that was sent,
// whatever another window did; sent twice it is one; two parts kept at once are both kept;
// what somebody else decided since is said before it is saved. Each seen to fail.
func TestADecisionInPartsIsTheOneShown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		v := h.as("lead", access.Lead)
		begin := func() string {
			ref := h.raise("porter", "A worry")
			h.take("lead", ref, "acknowledge", nil)
			return "/cases/" + string(ref)
		}
		part := func(at string, i int) {
			t.Helper()
			controls, _ := formOf(v.get(at + "/sharing/new/" + decisionParts[i].path).body)
			form := sent(controls)
			maps.Copy(form, decisionParts[i].form)
			if a := v.post(at+"/sharing/new/"+decisionParts[i].path, form); a.status != http.StatusSeeOther {
				t.Fatalf("%s: %d %s", decisionParts[i].path, a.status, a.body)
			}
		}

		at := begin()
		for i := range decisionParts {
			part(at, i)
		}
		controls, _ := formOf(v.get(at + "/sharing/new/check").body)
		shown := sent(controls)
		if a := v.post(at+"/sharing/new/what", url.Values{"to": {"mash"}, "with": {"Somebody else"},
			"what": {"Everything"}}); a.status != http.StatusSeeOther {
			t.Fatal(a.status)
		}
		first, again := v.post(at+"/sharing/new/check", maps.Clone(shown)), v.post(at+"/sharing/new/check", maps.Clone(shown))
		if first.status != http.StatusSeeOther || again.status != http.StatusSeeOther {
			t.Errorf("sent twice: %d and %d", first.status, again.status)
		}
		saved := v.get(at + "/decisions").body
		if strings.Count(saved, "The name alone") != 1 || strings.Contains(saved, "Somebody else") {
			t.Error("what was saved is not what stood on the page")
		}

		for range 5 {
			at := begin()
			var both sync.WaitGroup
			for i := range 2 {
				w := &visitor{h: h, cookie: v.cookie}
				both.Go(func() { w.post(at+"/sharing/new/"+decisionParts[i].path, maps.Clone(decisionParts[i].form)) })
			}
			both.Wait()
			if list := v.get(at + "/sharing/new").body; !strings.Contains(list, "completed 2 of") {
				t.Error("of two parts kept at once one is lost")
			}
		}

		at = begin()
		for i := range decisionParts {
			part(at, i)
		}
		deputy := h.as("deputy", access.Lead)
		controls, _ = formOf(deputy.get(at + "/notes").body)
		note := sent(controls)
		note.Set("words", "The family has moved")
		if a := deputy.post(at+"/notes", note); a.status != http.StatusSeeOther {
			t.Fatalf("a note: %d", a.status)
		}
		if page := v.get(at + "/sharing/new/check").body; !strings.Contains(page, "What was done since you began") {
			t.Error("nothing is said of what was done meanwhile")
		}
	})
}

// TestAConcernIsTheOneShown: a concern is not sent from a page that shows other words than
// are kept by now. Seen to fail.
func TestAConcernIsTheOneShown(t *testing.T) {
	h := onSQLite(t)
	v := h.as("nurse", access.Worker)
	for path, form := range map[string]url.Values{"about": {"about": {"patient"}}, "what": {"what": {"The first words"}}} {
		if a := v.post("/raise/"+path, form); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", path, a.status)
		}
	}
	controls, _ := formOf(v.get("/raise/check").body)
	old := sent(controls)
	v.post("/raise/what", url.Values{"what": {"Other words"}})
	a := v.post("/raise/check", old)
	if a.status != http.StatusConflict || !strings.Contains(a.body, "changed in another window") ||
		!strings.Contains(a.body, "Other words") {
		t.Fatalf("sent from an older page: %d %s", a.status, a.header.Get("Location"))
	}
	controls, _ = formOf(a.body)
	if a := v.post("/raise/check", sent(controls)); a.status != http.StatusSeeOther ||
		!strings.HasPrefix(a.header.Get("Location"), "/raise/sent/") {
		t.Errorf("looked at and sent: %d", a.status)
	}
}
