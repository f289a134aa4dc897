package request_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/process"
	"heed/internal/request"
)

// TestNoOverlayLetsMoreLeave: each row is a part of an organisation's overlay, on a request or
// on a concern, that would have more leave, have it decided otherwise, or put something before
// what must never wait; or, where it says nothing, what an organisation needs and may have.
func TestNoOverlayLetsMoreLeave(t *testing.T) {
	const (
		asked = `"facts": [{"id": "local_asked", "label": "Legal was asked", "if_missing": "Ask legal first"}],
 "steps": [{"id": "local_ask", "label": "Ask legal", "roles": ["safeguarding_lead"],
  "outcomes": [{"id": "", "label": "Asked", "moves": [{"from": ["%[2]s"], "sets": ["local_asked"]}]}]}],
 "needs": {"%[1]s": ["local_asked"]}`
		added = `"steps": [{"id": "local_more", "label": "Tell the school", "roles": ["safeguarding_lead"], %s
  "outcomes": [{"id": "", "label": "Told the school", %s"moves": [{"from": ["%s"]%s}]}]}]`
		shipped = "stays as it is shipped"
		begins  = "must begin with the shipped words"
		stays   = "has to stay possible at any time"
		shorter = "shortens what can be said"
		leaves  = "lets something leave"
	)
	on := func(step, from string) string { return fmt.Sprintf(asked, step, from) }
	question := func(step string) string {
		return `"questions": {"` + step + `": [{"id": "local_ward", "text": "Which ward?"}]}`
	}
	both := func(parts, says string) [][3]string {
		return [][3]string{{"request/1", parts, says}, {"patient/1", parts, says}}
	}
	rows := [][3]string{
		{"request/1", `"wording": {"question.decide_sharing.result.ask": "May it stay here?"}`, shipped},
		{"request/1", `"wording": {"question.must_tell.why.ask": "Why does it not apply?"}`, shipped},
		{"request/1", `"wording": {"step.must_tell.label": "Record a choice"}`, shipped},
		{"request/1", `"wording": {"step.send.label": "Record a talk"}`, shipped},
		{"request/1", `"wording": {"question.send.what.ask": "What was thought?"}`, shipped},
		{"request/1", `"wording": {"question.record_told.from.ask": "What else?"}`, shipped},
		{"request/1", `"wording": {"state.to_send.label": "Nothing to do here"}`, shipped},
		{"request/1", `"wording": {"deadline.decide_owed.label": "Nothing to do here"}`, shipped},
		{"request/1", `"wording": {"question.decide_sharing.what.hint": "All of it"}`, begins},
		{"request/1", `"limits": {"must_tell.why": 10}`, shorter},
		{"request/1", `"limits": {"send.what": 10}`, shorter},
		{"request/1", `"limits": {"record_told.words": 10}`, shorter},
		{"request/1", `"limits": {"receive.purpose": 10}`, "must be 500 to"},
		{"request/1", on("told_at_once", "received"), stays},
		{"request/1", on("record_told", "received"), stays},
		{"request/1", on("correct", "received"), stays},
		{"request/1", on("must_tell", "received"), stays},
		{"request/1", `"needed": {"must_tell": ["advice_from"]}`, stays},
		{"request/1", `"roles": {"told_at_once": ["caldicott_guardian"]}`, stays},
		{"request/1", `"roles": {"must_tell": ["caldicott_guardian"]}`, stays},
		{"request/1", question("told_at_once"), stays},
		{"request/1", question("must_tell"), stays},
		{"request/1", question("correct"), stays},
		{"request/1", fmt.Sprintf(added, "", `"leaves": "identifiable", `, "to_send",
			`, "needs": ["decision_to_share"]`), leaves},
		{"patient/1", fmt.Sprintf(added, "", `"leaves": "identifiable", `, "open", `, "needs": ["decision_to_share"]`),
			leaves},
		{"patient/1", fmt.Sprintf(added, "", `"leaves": "deidentified", `, "open", ""), leaves},
		{"patient/1", on("give_feedback", "open"), stays},
		{"patient/1", question("emergency_disclosure"), stays},
		{"patient/1", question("record_advice"), stays},
		{"patient/1", question("declare_conflict"), stays},
		{"patient/1", `"wording": {"step.refer.label": "Note a talk"}`, shipped},
		{"patient/1", `"wording": {"question.emergency_disclosure.what.ask": "What was thought?"}`, shipped},
		{"patient/1", `"wording": {"step.record_told.hint": "Anything"}`, ""},

		{"patient/1", `"wording": {"question.raise.knows.ask": "Is it kept from the person?"}`, "answered yes or no"},
		{"request/1", `"wording": {"question.look_up.result.ask": "Is the person unknown to us?"}`, "answered yes or no"},
		{"patient/1", `"contacts": [{"id": "police", "number": "01632 960999"}]`, "the same everywhere"},
		{"patient/1", `"contacts": [{"id": "local_desk", "label": "Anti-terrorist hotline", "number": "01632 960999"}]`,
			"another number is called"},

		{"patient/1", `"contacts": [{"id": "local_desk", "label": "Police here", "number": "01632 960999"}]`, ""},
		{"request/1", on("decide_sharing/share", "received"), ""},
		{"request/1", on("close", "received"), ""},
		{"request/1", `"roles": {"decide_sharing": ["caldicott_guardian"]}`, ""},
		{"request/1", `"limits": {"receive.purpose": 500}`, ""},
		{"request/1", `"wording": {"question.decide_sharing.what.hint": "Item by item. Everything else stays. See our policy"}`,
			""},
		{"request/1", `"wording": {"question.receive.what.ask": "What would they like to know?"}`, ""},
		{"request/1", `"questions": {"decide_sharing": [{"id": "local_ward", "text": "Which ward?", "optional": true}]}`, ""},
		{"request/1", fmt.Sprintf(added, `"told": true,`, "", "received", ""), ""},
	}
	rows = append(rows, both(`"wording": {"step.decide_sharing.label": "Note a talk"}`, shipped)...)
	rows = append(rows, both(`"wording": {"question.decide_sharing.not_asked.ask": "Why was it asked?"}`, shipped)...)
	rows = append(rows, both(`"limits": {"decide_sharing.necessity": 600}`, shorter)...)
	rows = append(rows, both(`"needed": {"decide_sharing": ["held_back"]}`, stays)...)
	rows = append(rows, both(question("decide_sharing"), stays)...)
	rows = append(rows, both(on("decide_sharing/not_share", "%s"), stays)...)
	rows = append(rows, both(on("decide_sharing", "%s"), stays)...)
	for _, c := range rows {
		from := map[string]string{"request/1": "received", "patient/1": "open"}[c[0]]
		file := fmt.Sprintf("{\"overlay\": \"ours\", \"version\": 1, \"on\": %q,\n %s}", c[0],
			strings.ReplaceAll(c[1], "%s", from))
		_, err := process.Patient().Overlay([]byte(file), process.Safe)
		if c[0] == "request/1" {
			_, err = request.Room().Under(request.Room().Latest(), []byte(file))
		}
		refused(t, file, c[2], err)
	}
}

// refused holds that an overlay is refused with its line and these words; with none it is taken.
func refused(t *testing.T, file, says string, err error) {
	t.Helper()
	var at *process.NotTaken
	switch {
	case says == "" && err == nil:
	case err == nil || says == "":
		t.Errorf("%v\n%s", err, file)
	case !errors.As(err, &at) || at.Line < 2 || !fail.Is(err, fail.Bad) || !strings.Contains(fail.Words(err), says):
		t.Errorf("want %q, got %v\n%s", says, err, file)
	}
}

// TestWhatOthersTellHasItsSource: an added step that records what others tell asks who said it,
// and on which day, without the organisation asking for it.
func TestWhatOthersTellHasItsSource(t *testing.T) {
	d, err := request.Room().Under(request.Room().Latest(), []byte(`{"overlay": "ours", "version": 1, "on": "request/1",
 "steps": [{"id": "local_told", "label": "Record what the school said", "roles": ["safeguarding_lead"], "told": true,
  "questions": [{"id": "local_words", "text": "What did they say?"}],
  "outcomes": [{"id": "", "label": "Told by the school", "moves": [{"from": ["received"]}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s, _ := d.Step("local_told")
	var asks []string
	for _, f := range s.Fields {
		asks = append(asks, fmt.Sprint(f.ID, " ", f.Kind, " ", f.When, " ", f.Needed))
	}
	const want = "told_by line  true, told_on day past true, local_words text  true"
	if got := strings.Join(asks, ", "); got != want {
		t.Errorf("it asks %s, want %s", got, want)
	}
}
