package process_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/process"
)

// Each row is a part of an overlay that has something read as what it is not, or that puts a
// step between two words; or, where it says nothing, one that only looks like it.
func TestWhatWouldBeMistakenIsRefused(t *testing.T) {
	policies, err := process.Parse(mustRead(t, "../policy/definitions/policy-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	step := func(from, lacks, outcomes string) string {
		return fmt.Sprintf(`"facts": [{"id": "local_seen", "label": "It was seen", "if_missing": "See it first"}],
 "steps": [{"id": "local_see", "label": "See it", "roles": ["governance_lead"],
  "outcomes": [`+outcomes+`]}]`, fmt.Sprintf(`"moves": [{"from": [%s], "sets": ["local_seen"]%s}]`, from, lacks))
	}
	two := `{"id": "yes", "label": "%s", %%[1]s}, {"id": "no", "label": "%s", %%[1]s}`
	for _, c := range []struct {
		on    *process.Definition
		parts string
		says  string
	}{
		{policies, `"wording": {"step.refuse.label": "Approve, as the first of two people",
  "step.approve_first.label": "Refuse this version"}`, `wording.step.approve_first.label makes it read as`},
		{policies, `"wording": {"step.approve_first.label": "refuse this version!"}`, `as "Refuse this version" does`},
		{policies, `"wording": {"step.approve_first.label": "Refuse this version, as the first"}`,
			`as "Refuse this version"`},
		{policies, `"wording": {"step.refuse.label": "Approve"}`, `wording.step.refuse.label begins as`},
		{policies, `"wording": {"step.approve_second.label": "Ask the board"}`, `begins as "Ask for changes"`},
		{policies, `"wording": {"state.in_force.label": "Withdrawn", "state.withdrawn.label": "In force"}`,
			`wording.state.in_force.label makes it read as "Withdrawn"`},
		{policies, `"wording": {"state.in_force.label": "Not in force"}`, `which is its opposite`},
		{policies, `"wording": {"step.approve_first.label": "Disapprove, as the first of two people"}`, `its opposite`},
		{process.Patient(), `"wording": {"step.close.label": "Don't close this concern"}`, `its opposite`},
		{process.Patient(), `"wording": {"step.close.label": "Add a note", "step.add_note.label": "Close this concern"}`,
			`makes it read as`},
		{process.Patient(), `"wording": {"state.open.label": "Closed"}`,
			`wording.state.open.label makes it read as "Closed"`},
		{process.Patient(), `"steps": [{"id": "local_end", "label": "Close this concern", "roles": ["safeguarding_lead"],
  "outcomes": [{"id": "", "label": "Seen", "moves": [{"from": ["open"]}]}]}]`,
			`steps[1].label makes it read as "Close this concern"`},
		{policies, step(`"draft"`, "", fmt.Sprintf(two, "No", "Yes")), `steps[1].outcomes[1].label makes it read as`},
		{policies, step(`"draft"`, "", fmt.Sprintf(two, "Seen", "Seen")), `steps[1].outcomes[1].label makes it read as`},
		{policies, `"facts": [{"id": "local_one", "label": "It was seen", "if_missing": "See it"},
  {"id": "local_two", "label": "it was seen", "if_missing": "See it"}]`, `facts makes it read as`},
		{policies, step(`"draft", "in_approval"`, "", `{"id": "", "label": "Seen", %s}`),
			`steps[1] can be taken at "Waiting for approval" between the words of two people`},
		{policies, step(`"revising_approval"`, `, "needs": ["first_word"]`, `{"id": "", "label": "Seen", %s}`),
			`between the words of two people`},

		{policies, step(`"in_approval"`, `, "lacks": ["first_word"]`, `{"id": "", "label": "Seen", %s}`), ``},
		{policies, step(`"draft"`, "", fmt.Sprintf(two, "Seen", "Not seen")), ``},
		{policies, `"wording": {"step.refuse.label": "Send it back", "step.approve_first.label": "Approve it first"}`, ``},
		{policies, `"wording": {"state.revising.label": "In force, and a minor change is written"}`, ``},
		{policies, `"wording": {"state.draft.label": "Not yet ready"}`, ``},
		{process.Patient(), `"wording": {"step.close.label": "Close this record", "state.open.label": "Open, worked on"}`, ``},
	} {
		file := fmt.Sprintf("{\"overlay\": \"ours\", \"version\": 1, \"on\": %q,\n %s}", c.on.Name(), c.parts)
		_, err := c.on.Overlay([]byte(file), func(*process.Definition) error { return nil })
		var at *process.NotTaken
		switch {
		case c.says == "" && err == nil:
		case err == nil || c.says == "":
			t.Errorf("%v\n%s", err, file)
		case !errors.As(err, &at) || at.Line < 2 || !fail.Is(err, fail.Bad) || !strings.Contains(fail.Words(err), c.says):
			t.Errorf("want %q, got %v\n%s", c.says, err, file)
		}
	}
}

// A question that is answered yes or no keeps its words: its answers have none of their own.
func TestAYesStaysAYes(t *testing.T) {
	shipped := string(mustRead(t, "../policy/definitions/policy-1.json"))
	d, err := process.Parse([]byte(strings.Replace(shipped, `"fields": [`,
		`"fields": [{"id": "aware", "ask": "Do they know?", "what": "whether they know", "kind": "yes_no"}, `, 1)))
	if err != nil {
		t.Fatal(err)
	}
	const file = `{"overlay": "ours", "version": 1, "on": "policy/1",
 "wording": {"question.enter.aware.%s": "Are they unaware?"}}`
	none := func(*process.Definition) error { return nil }
	if _, err := d.Overlay(fmt.Appendf(nil, file, "ask"), none); err == nil || !strings.Contains(err.Error(),
		"line 2: bad: wording.question.enter.aware.ask") {
		t.Errorf("a yes means a no: %v", err)
	}
	if _, err := d.Overlay(fmt.Appendf(nil, file, "hint"), none); err != nil {
		t.Errorf("a hint: %v", err)
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// An organisation's own fact does not come to say the opposite: a record keeps what was set.
func TestAFactOfAnOverlayKeepsItsMeaning(t *testing.T) {
	laid := func(label string) *process.Definition {
		d, err := process.Patient().Overlay(fmt.Appendf(nil, `{"overlay": "ours", "version": 1, "on": "patient/1",
 "facts": [{"id": "local_seen", "label": %q, "if_missing": "See it first"}]}`, label), process.Safe)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if fault := laid("It was not seen").Mistaken(laid("It was seen")); !strings.Contains(fault, "opposite") {
		t.Errorf("what was seen is not seen: %q", fault)
	}
	if fault := laid("It was seen here").Mistaken(laid("It was seen")); fault != "" {
		t.Errorf("in other words: %q", fault)
	}
}
