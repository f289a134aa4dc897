package attack_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/id"
)

// TestOracle: for every route of a record, on pages and API, "not yours", "another
// organisation's" and "not there" are one answer, to the byte (promise A3). Seen to
// fail on an API that answered a Guardian otherwise for what exists.
func TestOracle(t *testing.T) {
	h := onSQLite(t)
	h.enrol(directory.NewPerson{Name: "Anna Example", Login: "analyst", Email: "analyst@example.org",
		Role: access.Analyst})
	theirs, elsewhere := h.raise("porter", "Said to the porter"), h.raise("practice", "Said at the practice")
	closed := h.closed("porter")
	people := []*somebody{{"nurse", access.Worker, nil, ""}, {"lead", access.Lead, nil, ""},
		{"guardian", access.CaldicottGuardian, nil, ""},
		{"executive", access.ExecutiveLead, nil, ""}, {"administrator", access.Administrator, nil, ""},
		{"analyst", access.Analyst, nil, ""}}
	for _, s := range people {
		s.token = h.token(s.login)
	}
	h.hand.Move(25 * time.Hour)
	asked := 0
	for _, s := range people {
		s.web = h.signed(s)
		for _, r := range h.routes() {
			method, pattern, _ := strings.Cut(r, " ")
			if !strings.Contains(pattern, "{ref") || strings.HasSuffix(pattern, "/reason") {
				continue
			}
			there := []id.Reference{elsewhere, theirs, closed}
			if s.role == access.Lead || s.role == access.CaldicottGuardian && strings.HasSuffix(pattern, "/access") {
				there = there[:1] // the team's are theirs; a Guardian sees who opened all of the organisation's
			}
			want := h.whole(s, method, pattern, id.NewReference())
			for _, ref := range there {
				asked++
				if got := h.whole(s, method, pattern, ref); got != want {
					t.Errorf("%s %s: what is there is answered otherwise than what is not:\n%s\n--- not there:\n%s", s, r, got, want)
				}
			}
		}
		// No cursor is a reference: nothing is looked up by one.
		want := h.call(s.token, "GET", "/api/v1/concerns?list=all&cursor="+string(id.NewReference()), "").plain()
		if got := h.call(s.token, "GET", "/api/v1/concerns?list=all&cursor="+string(theirs), "").plain(); got != want {
			t.Errorf("%s: the cursor tells what is there: %s and %s", s, got, want)
		}
	}
	if asked < 300 {
		t.Errorf("only %d questions were asked", asked)
	}
}

// whole is an answer with its status and headers, without what is random.
func (h *house) whole(s *somebody, method, pattern string, ref id.Reference) string {
	a := h.answer(s, method, pattern, string(ref))
	var head []string
	for k, v := range a.header {
		if k != "Date" && k != "Content-Length" && k != "Set-Cookie" {
			head = append(head, k+": "+strings.Join(v, ", "))
		}
	}
	slices.Sort(head)
	return reference.ReplaceAllString(outcome(a)+"\n"+strings.Join(head, "\n")+"\n"+a.plain(), "HD-REF")
}

// TestOracleTime: the three take the same time, within 5 ms of the middle one.
func TestOracleTime(t *testing.T) {
	h := onSQLite(t)
	theirs, elsewhere := h.raise("porter", strings.Repeat("Words. ", 500)), h.raise("practice", "Said at the practice")
	token := h.token("nurse")
	v := h.as("nurse", access.Worker)
	for name, ask := range map[string]func(ref id.Reference) answer{
		"page": func(ref id.Reference) answer { return v.get("/mine/" + string(ref)) },
		"api":  func(ref id.Reference) answer { return h.call(token, "GET", "/api/v1/concerns/"+string(ref), "") },
	} {
		took := map[string][]time.Duration{}
		for range 120 { // in turns, so that what else the machine does falls on all alike
			for kind, ref := range map[string]id.Reference{"theirs": theirs, "elsewhere": elsewhere,
				"missing": id.NewReference()} {
				watch := clock.Stopwatch()
				if a := ask(ref); a.status != http.StatusNotFound {
					t.Fatalf("%s %s: %d", name, kind, a.status)
				}
				took[kind] = append(took[kind], watch())
			}
		}
		middle := func(kind string) time.Duration { slices.Sort(took[kind]); return took[kind][len(took[kind])/2] }
		missing := middle("missing")
		for _, kind := range []string{"theirs", "elsewhere"} {
			t.Logf("%s: %s %v, missing %v", name, kind, middle(kind), missing)
			if d := (middle(kind) - missing).Abs(); d > 5*time.Millisecond {
				t.Errorf("%s: %s takes %v, missing %v", name, kind, middle(kind), missing)
			}
		}
	}
}
