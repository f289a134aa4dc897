package process_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"heed/internal/process"
)

// withPlace is a fault with its file, line and place.
var withPlace = regexp.MustCompile(`^patient-1\.json:[1-9]\d*: (steps|states|deadlines|emergency|contacts|` +
	`about_person|figures|disclosed|challenged)`)

// Each row plants one fault in the shipped definition; Check has to name the
// safeguard it breaks. A safeguard that no row breaks would prove nothing.
func TestCheckFindsPlantedFaults(t *testing.T) {
	raw, err := os.ReadFile("definitions/patient-1.json")
	if err != nil {
		t.Fatal(err)
	}
	const (
		refer    = `"clears": ["answered", "decision_to_share"]}]`
		anywhere = `["acknowledged", "gathering", "open", "feedback_due", "closed"]`
	)
	found := map[string]bool{}
	for _, c := range []struct{ fault, old, new, law string }{
		{"refer without a decision", `"needs": ["decision_to_share"], "clears": ["answered", "decision_to_share"]`,
			`"clears": ["answered", "decision_to_share"]`, "nothing-leaves-undecided"},
		{"one decision serves for ever", refer, `"clears": ["answered"]}]`, "a-decision-is-used-up"},
		{"triage sets the decision", `"to": "open", "clears": ["answered"]`,
			`"to": "open", "clears": ["answered"], "sets": ["decision_to_share"]`, "nothing-leaves-undecided"},
		{"a decision not to share leaves the old one standing",
			`"sets": ["sharing_decided"], "clears": ["decision_to_share", "decision_owed"]`,
			`"sets": ["sharing_decided"], "clears": ["decision_owed"]`, "nothing-leaves-undecided"},
		{"the referral is not marked", `was passed on", "leaves": "identifiable",
        "moves"`, `was passed on",
        "moves"`,
			"nothing-leaves-undecided"},
		{"advice with a name needs nothing", `"feedback_due"], "needs": ["decision_to_share"]}]}`, `"feedback_due"]}]}`,
			"nothing-leaves-undecided"},
		{"a decision stands whose lawful basis has ended", `"field": "article_6", "days": 5, "owner": "safeguarding_lead",` +
			` "clears": ["decision_to_share"],`, `"field": "article_6", "days": 5, "owner": "safeguarding_lead",`,
			"nothing-leaves-undecided"},
		{"nobody knows to whom a referral went", `     "sends": {"to": ["to", "name"], "what": "what", "on": "day"},
`,
			"", "who-was-sent-what"},
		{"to whom it went may be left open", `"sends": {"to": ["to", "name"]`, `"sends": {"to": ["name"]`,
			"who-was-sent-what"},
		{"no recipient is ever told", `  "disclosed": {"by": ["safeguarding_lead"], "owner": "safeguarding_lead", "days": 5},
`,
			"", "who-was-sent-what"},
		{"what was triaged anew was decided", `"again": "acknowledged", "clears"`, `"again": "feedback_due", "clears"`,
			"no-end-without-decision"},
		{"what was decided anew was answered", `"again": "acknowledged", "clears": ["answered"]`,
			`"again": "acknowledged", "clears": []`, "no-end-without-answer"},
		{"nobody can decide anew", `"of": ["triage", "decide_sharing",`, `"of": ["triage", "refer", "decide_sharing",`,
			"decided-anew"},
		{"the owed decision is forgotten", `"sets": ["decision_owed"]`, `"sets": []`, "emergency-is-decided"},
		{"a decision from before the emergency stands", `"sets": ["decision_owed"], "clears": ["decision_to_share"]`,
			`"sets": ["decision_owed"]`, "nothing-leaves-undecided"},
		{"the owed decision has five days", `after an emergency", "days": 1`, `after an emergency", "days": 5`,
			"emergency-is-decided"},
		{"advice opens a case", `"label": "Advice recorded",` + "\n       " +
			`"moves": [{"from": ["acknowledged", "gathering", "open", "feedback_due"]`, `"label": "Advice recorded",` +
			"\n       " + `"moves": [{"to": "open", "from": ["acknowledged", "gathering", "open", "feedback_due"]`,
			"advice-never-decides"},
		{"what we are told answers the raiser", `"is": ["outcome"]}],` + "\n        " + `"moves": [{`,
			`"is": ["outcome"]}],` + "\n        " + `"moves": [{"sets": ["answered"], `, "advice-never-decides"},
		{"advice is not marked", `"roles": ["safeguarding_lead"], "advisory": true,` + "\n     " +
			`"source": "Toolkit page 21, footnote double dagger: police advice is`, `"roles": ["safeguarding_lead"],` +
			"\n     " + `"source": "Toolkit page 21, footnote double dagger: police advice is`, "advice-never-decides"},
		{"a state without the 999 advice", `"label": "On hold while more is gathered", "advice": ["emergency"]`,
			`"label": "On hold while more is gathered"`, "999-in-reach"},
		{"another number", `"label": "Emergency", "number": "999"`, `"label": "Emergency", "number": "101"`, "999-in-reach"},
		{"no emergency while waiting",
			`"moves": [{"from": ["received", "acknowledged", "gathering", "open", "feedback_due"], "sets"`,
			`"moves": [{"from": ["acknowledged", "gathering", "open", "feedback_due"], "sets"`, "emergency-never-waits"},
		{"closing without an answer", `"from": ["feedback_due"], "to": "closed", "needs": ["answered"]`,
			`"from": ["feedback_due"], "to": "closed", "needs": []`, "no-end-without-answer"},
		{"an answer before the referral is enough", refer, `"clears": ["decision_to_share"]}]`, "no-end-without-answer"},
		{"not safeguarding ends at once", `"to": "feedback_due", "clears": ["answered"]}]},` + "\n       " +
			`{"id": "other_route"`, `"to": "closed", "clears": ["answered"]}]},` + "\n       " + `{"id": "other_route"`,
			"no-end-without-answer"},
		{"closing from hold", `{"from": ["feedback_due"], "to": "closed", "needs": ["answered"]`,
			`{"from": ["feedback_due", "gathering"], "to": "closed", "needs": ["answered"]`, "no-end-without-decision"},
		{"the Guardian closes too", `"kind": "concern.closed", "roles": ["safeguarding_lead"]`,
			`"kind": "concern.closed", "roles": ["safeguarding_lead", "caldicott_guardian"]`, "only-a-lead-closes"},
		{"a worker takes up", `"kind": "concern.acknowledged", "roles": ["safeguarding_lead"]`,
			`"kind": "concern.acknowledged", "roles": ["safeguarding_lead", "worker"]`, "talk-closes-nothing"},
		{"a note opens again", `"moves": [{"from": ["closed"]}]`, `"moves": [{"from": ["closed"], "to": "open"}]`,
			"the-end-is-the-end"},
		{"an emergency after the end",
			`"moves": [{"from": ["received", "acknowledged", "gathering", "open", "feedback_due"], "sets"`,
			`"moves": [{"from": ["received", "acknowledged", "gathering", "open", "feedback_due", "closed"], "sets"`,
			"nothing-leaves-after-the-end"},
		{"no correction after closing",
			`{"from": ["received", "acknowledged", "gathering", "open", "feedback_due", "closed"]}` + "\n     ",
			`{"from": ["received", "acknowledged", "gathering", "open", "feedback_due"]}` + "\n     ", "can-be-put-right"},
		{"hold is a trap", `["acknowledged", "gathering", "feedback_due"]`, `["acknowledged", "feedback_due"]`,
			"no-dead-ends"},
		{"no deadline for the first word", `"from": ["raise"], "until": ["give_feedback", "acknowledge/first_words"]`,
			`"from": ["raise"], "until": ["close"]`, "deadlines-have-owners"},
		{"a deadline whose owner cannot meet it", `"label": "Take up the concern", "days": 1, "owner": "safeguarding_lead"`,
			`"label": "Take up the concern", "days": 1, "owner": "worker"`, "deadlines-have-owners"},
		{"a score", `"label": "Hold and gather more"`, `"label": "Hold at risk level amber"`, "no-scores"},
		{"a step is missing its kind", `"kind": "concern.corrected"`, `"kind": "concern.changed"`, "whole-process"},
		{"nothing is ever shared", `"sets": ["sharing_decided", "decision_to_share"]`, `"sets": ["sharing_decided"]`,
			"every-step-is-possible"},
		{"a form that could become a score", `"about_person": true`, `"about_person": false`, "forms-hold"},
		{"a second look at an answer that nobody can give",
			"{\"when\": [{\"field\": \"result\", \"is\": [\"cannot_be_told\"]}]",
			"{\"when\": [{\"field\": \"result\", \"is\": [\"never_told\"]}]", "forms-hold"},
		{"what is counted tells people apart", `"steps": ["refer"], "on": "day", "by": "refer.to"`,
			`"steps": ["refer"], "on": "day", "by": "refer.name"`, "nobody-is-counted"},
		{"only leads raise", `"kind": "concern.raised", "always": true, "roles": ["anyone"]`,
			`"kind": "concern.raised", "always": true, "roles": ["safeguarding_lead"]`, "only-raising-begins"},
	} {
		text := strings.ReplaceAll(string(raw), c.old, c.new)
		if text == string(raw) {
			t.Errorf("%s: the fault was not planted", c.fault)
			continue
		}
		d, err := process.Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", c.fault, err)
			continue
		}
		var broken []string
		for _, r := range process.Check(d).Results {
			if !r.Passed {
				broken = append(broken, r.ID)
				found[r.ID] = true
				if !withPlace.MatchString(r.Why) || r.Mend == "" {
					t.Errorf("%s: %s is broken without file, line and place, or without what to do: %s", c.fault, r.ID, r.Why)
				}
			}
		}
		if !strings.Contains(" "+strings.Join(broken, " ")+" ", " "+c.law+" ") {
			t.Errorf("%s: Check names %q, want %s", c.fault, broken, c.law)
		}
	}
	// With both answers taken away at once nobody can be answered after closing.
	d, err := process.Parse([]byte(strings.ReplaceAll(string(raw),
		anywhere+`, "sets": ["answered"]`, `["open", "feedback_due"], "sets": ["answered"]`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range process.Check(d).Results {
		found[r.ID] = found[r.ID] || !r.Passed
	}
	for _, r := range process.Check(process.Patient()).Results {
		if !found[r.ID] {
			t.Errorf("no planted fault broke %s", r.ID)
		}
	}
}
