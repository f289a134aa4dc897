package process_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"heed/internal/process"
)

// everything is an overlay with every member that one can have.
const everything = `{"overlay": "ours", "version": 1, "on": "patient/1",
 "roles": {"add_note": ["worker", "safeguarding_lead"]}, "days": {"triage": 2}, "limits": {"close.reasons": 900},
 "needs": {"refer": ["local_seen"], "triage/open_case": ["local_talked"]},
 "questions": {"raise": [{"id": "local_where", "text": "Where was it?", "hint": "A ward", "optional": true, "max": 200}]},
 "wording": {"step.close.label": "End this concern", "step.close.hint": "With reasons", "state.open.label": "At work",
  "deadline.triage.label": "Decide what comes next", "question.close.reasons.hint": "In your own words"},
 "facts": [{"id": "local_seen", "label": "It was seen here", "if_missing": "See it first", "if_present": "It was seen"},
  {"id": "local_talked", "label": "Somebody talked about it", "if_missing": "Talk about it first"}],
 "steps": [{"id": "local_see", "label": "See it here", "hint": "Together", "roles": ["safeguarding_lead"], "told": true,
  "outcomes": [
   {"id": "done", "label": "It was done", "tells": "It was seen", "moves": [{"from": ["open", "gathering"],
     "to": "feedback_due", "needs": ["answered"], "lacks": ["local_talked"], "sets": ["local_seen"], "clears": ["local_talked"],
     "roles": ["safeguarding_lead"]}]},
   {"id": "left", "label": "It was left", "moves": [{"from": ["open"], "sets": ["local_talked"]}]}],
  "questions": [{"id": "local_what", "text": "What was seen?", "hint": "Briefly", "max": 300}]}],
 "deadlines": [{"id": "local_again", "label": "Look at it again", "days": 5, "owner": "safeguarding_lead", "any": true,
  "repeat": true, "from": ["local_see/done", "triage"], "until": ["close"]}],
 "contacts": [{"id": "local_desk", "label": "Our own desk", "number": "01632 960999"}]}`

// TestChangesSayEverything changes each member of an overlay alone: whoever gives their word
// on it reads another sentence. Names, which nobody sees, and marks of evidence are left out.
func TestChangesSayEverything(t *testing.T) {
	shipped := process.Patient()
	said := func(file any) (string, error) {
		raw, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := shipped.Overlay(raw, func(*process.Definition) error { return nil })
		if err != nil {
			return "", err
		}
		return strings.Join(d.Changes(shipped), "\n"), nil
	}
	read := func() (v map[string]any) {
		if err := json.Unmarshal([]byte(everything), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	whole, err := said(read())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(whole)
	taken := 0
	for n := 0; ; n++ {
		file, at := read(), n
		what := altered(file, "", &at)
		if what == "" {
			break
		}
		now, err := said(file)
		if err != nil {
			continue // refused: nobody gives a word on it
		}
		if taken++; now == whole {
			t.Errorf("%s is said nowhere", what)
		}
	}
	if taken < 40 {
		t.Errorf("only %d changes were taken", taken)
	}
}

// A number has the noun that it needs, and its comma. Seen to fail.
func TestChangesSayNumbersAsPeopleDo(t *testing.T) {
	shipped := process.Patient()
	d, err := shipped.Overlay([]byte(`{"overlay": "ours", "version": 1, "on": "patient/1", "days": {"triage": 1},
 "limits": {"close.reasons": 1900}}`), process.Safe)
	if err != nil {
		t.Fatal(err)
	}
	says := strings.Join(d.Changes(shipped), "\n")
	for _, want := range []string{"within 1 working day, and", "1,900 characters at most, and not 4,000"} {
		if !strings.Contains(says, want) {
			t.Errorf("%q does not say %q", says, want)
		}
	}
}

// altered makes the n-th change of a file in place and says which; "": there is none.
func altered(v any, path string, n *int) string {
	turn := func() bool { *n--; return *n == -1 }
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if slices.Contains([]string{"overlay", "version", "on", "id"}, k) && !strings.Contains(path, "wording") {
				continue
			}
			at := path + "." + k
			switch x := v[k].(type) {
			case string:
				if turn() {
					v[k] = x + " else"
					return at + " with a word more"
				}
			case bool:
				if turn() {
					v[k] = !x
					return at + " the other way"
				}
			case float64:
				if turn() {
					v[k] = x - 1
					return at + " one less"
				}
			case []any:
				if len(x) > 1 && turn() {
					v[k] = x[1:]
					return at + " without its first"
				}
			}
			if turn() {
				delete(v, k)
				return at + " away"
			}
			if what := altered(v[k], at, n); what != "" {
				return what
			}
		}
	case []any:
		for i, x := range v {
			if what := altered(x, fmt.Sprintf("%s[%d]", path, i), n); what != "" {
				return what
			}
		}
	}
	return ""
}
