package attack_test

import (
	"net/url"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/process"
)

// TestSecondLookIsAfterAccess: whoever may not take a step is not asked to look a second
// time; what is there is answered as what is not, and each asking is written down.
func TestSecondLookIsAfterAccess(t *testing.T) {
	h := onSQLite(t)
	theirs := h.raise("porter", "Said to the porter")
	h.take("lead", theirs, "acknowledge", nil)
	form := url.Values{"result": {process.CannotBeTold}, "because": {"A reason"}, "line": {"A line"}}
	entries := func() int {
		n, err := rows(h, `select count(*) from entry`)
		check(t, err)
		return n
	}
	for _, s := range []*somebody{{"nurse", access.Worker, nil, ""}, {"executive", access.ExecutiveLead, nil, ""},
		{"lead", access.Lead, nil, ""}} {
		v := h.as(s.login, s.role)
		v.post("/cases/"+string(id.NewReference())+"/feedback", form) // the book of the day begins with it
		ask := func(ref id.Reference) (string, int) {
			before := entries()
			a := v.post("/cases/"+string(ref)+"/feedback", form)
			return reference.ReplaceAllString(outcome(a)+a.plain(), "HD-REF"), entries() - before
		}
		missing, one := ask(id.NewReference())
		there, two := ask(theirs)
		if one != 1 || strings.Contains(missing, "heed-interruption") {
			t.Errorf("%s: of nothing %d entries, %s", s, one, missing)
		}
		if s.role != access.Lead && (there != missing || two != one) {
			t.Errorf("%s: of what is there %d entries, %s; of nothing %s", s, two, there, missing)
		}
	}
}
