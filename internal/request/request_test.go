package request_test

import (
	"os"
	"strings"
	"testing"

	"heed/internal/process"
	"heed/internal/request"
	"heed/internal/room/roomtest"
)

func TestRoom(t *testing.T) { roomtest.Run(t, request.Room()) }

// TestNothingLeavesUndecided: with any of these in its definition the room is refused.
func TestNothingLeavesUndecided(t *testing.T) {
	raw, err := os.ReadFile("definitions/request-1.json")
	if err != nil {
		t.Fatal(err)
	}
	const (
		undecided = "although the latest recorded decision is not a decision to share"
		owed      = "one working day"
	)
	for _, c := range []struct{ fault, old, new, words string }{
		{"sent without a decision", `"from": ["to_send"], "to": "answered", "needs": ["decision_to_share", "asker_checked"]`,
			`"from": ["to_send", "deciding"], "to": "answered", "needs": ["asker_checked"]`, undecided},
		{"told at once after the end", `"answered"],` + "\n                  " + `"sets": ["decision_owed"]`,
			`"answered", "closed"],` + "\n                  " + `"sets": ["decision_owed"]`, "leaves after the end"},
		{"what is told at once ends it", `"answered"],
                  "sets": ["decision_owed"]`,
			`"answered"], "to": "closed",
                  "sets": ["decision_owed"]`, "still owed"},
		{"what we are told decides", `"What we were told",`, `"What we were told", "decides": "to_share",`,
			"what others advise or tell us"},
		{"it is decided when it comes in", `"label": "Received", "moves"`,
			`"label": "Received", "decides": "to_share", "moves"`, "nothing was weighed yet"},
		{"looking up decides", `"to_refuse"], "to": "deciding", "lacks": ["decision_owed"], "clears": ["decision_to_share"]`,
			`"to_refuse"], "to": "to_send", "sets": ["decision_to_share"]`, undecided},
		{"a decision not to share leaves the old one standing", `"to": "to_refuse",
                   "clears": ["decision_to_share", `, `"to": "to_send",
                   "clears": [`, undecided},
		{"a law decides, and nothing says so", `"A law leaves no choice", "decides": "to_share"`,
			`"A law leaves no choice"`, undecided},
		{"what is told at once is never decided", `"label": "Record the decision on what was told at once", "days": 1`,
			`"label": "Record the decision on what was told at once", "days": 5`, owed},
		{"closed while the decision is owed", `"needs": ["noted"], "lacks": ["decision_owed"]`, `"needs": ["noted"]`,
			"still owed"},
		{"what we are told answers", `"What we were told",` + "\n       " + `"moves": [{`,
			`"What we were told",` + "\n       " + `"moves": [{"sets": ["noted"], `, "what others advise or tell us"},
		{"what we are told has no source",
			`"what": "who told you", "needed": true, "max": 500, "short": "Told by",` + "\n        ",
			`"what": "who told you", "max": 500, "short": "Told by",` + "\n        ", "must ask who told it"},
		{"it decides and sends at once", `"label": "Share", "decides": "to_share"`,
			`"label": "Share", "decides": "to_share", "leaves": "identifiable"`, "decides and sends at once"},
	} {
		if strings.Count(string(raw), c.old) != 1 {
			t.Errorf("%s: its text stands %d times", c.fault, strings.Count(string(raw), c.old))
			continue
		}
		d, err := process.Parse([]byte(strings.Replace(string(raw), c.old, c.new, 1)))
		if err == nil {
			r := *request.Room()
			r.Definitions = []*process.Definition{d}
			err = r.Check()
		}
		if err == nil || !strings.Contains(err.Error(), c.words) || !strings.Contains(err.Error(), "request-1.json:") {
			t.Errorf("%s: %v", c.fault, err)
		}
	}
	if err := request.Room().Check(); err != nil {
		t.Error(err)
	}
}
