package request_test

import (
	"os"
	"slices"
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
		form      = "is for a shared form to say"
	)
	for _, c := range []struct{ fault, old, new, words string }{
		{"sent without a decision", `"from": ["to_send"], "to": "answered", "needs": ["decision_to_share", "asker_checked"]`,
			`"from": ["to_send", "deciding"], "to": "answered", "needs": ["asker_checked"]`, undecided},
		{"one decision serves for ever", `"to": "answered", "needs": ["decision_to_share", ` +
			`"asker_checked"], "clears": ["decision_to_share", "noted"]`,
			`"needs": ["decision_to_share", "asker_checked"], "clears": ["noted"]`, "by one decision again and again"},
		{"told at once after the end", `"answered"],` + "\n                  " + `"sets": ["decision_owed"]`,
			`"answered", "closed"],` + "\n                  " + `"sets": ["decision_owed"]`, "leaves after the end"},
		{"what is told at once ends it", `"answered"],
                  "sets": ["decision_owed"]`,
			`"answered"], "to": "closed",
                  "sets": ["decision_owed"]`, "still owed"},
		{"what we are told decides", `"What we were told",`, `"What we were told", "decides": "to_share",`, form},
		{"it is decided when it comes in", `"label": "Received", "moves"`,
			`"label": "Received", "decides": "to_share", "moves"`, form},
		{"a check is called a decision", `"label": "Who asks was confirmed",`,
			`"label": "Who asks was confirmed", "decides": "to_share",`, form},
		{"yes and no change places", `{"id": "share",`, `{"id": "not_share",`, "its outcomes must be share, not_share"},
		{"a decision is called its opposite", `{"id": "not_share",`, `{"id": "not_share", "label": "Share",`,
			"leave them out"},
		{"a decision comes out by another answer", `{"id": "not_share",`,
			`{"id": "not_share", "when": [{"field": "result", "is": ["share"]}],`, "leave them out"},
		{"a law waits for the check of who asks", `[{"id": "",
       "moves": [{"from": ["received", "deciding", "nothing_held", "to_send", "to_refuse", "answered"], "to": "to_send",`,
			`[{"id": "",
       "moves": [{"from": ["received", "deciding", "nothing_held", "to_send", "to_refuse", "answered"],
         "to": "to_send", "needs": ["asker_checked"],`, "waits for something"},
		{"it is not said that a law does not wait", `"form": "duty/1", "always": true,`, `"form": "duty/1",`,
			"a law leaves no choice, which must never wait"},
		{"it is not said that what is told at once does not wait", `"kind": "request.told_at_once", "always": true,`,
			`"kind": "request.told_at_once",`, "in an emergency, which must never wait"},
		{"it is not said that what others tell does not wait", `"told": true, "always": true,`, `"told": true,`,
			"what others tell, which must never wait"},
		{"it is not said that a correction does not wait", `"kind": "request.corrected", "always": true,`,
			`"kind": "request.corrected",`, "puts right what was written, which must never wait"},
		{"a decision from before an emergency stands", `"clears": ["decision_to_share", "noted"]}]}]},

    {"id": "send"`, `"clears": ["noted"]}]}]},

    {"id": "send"`, "by a decision from before the emergency"},
		{"a decision stands whose lawful basis has ended", `"field": "article_6", "days": 5, "owner": "safeguarding_lead", ` +
			`"again": ["look_up", "nothing", "close"], "clears": ["decision_to_share"],`, `"field": "article_6", "days": 5, ` +
			`"owner": "safeguarding_lead", "again": ["look_up", "nothing", "close"],`, undecided},
		{"what is told at once cannot be recorded", `"answered"],
                  "sets": ["decision_owed"]`, `"closed"],
                  "sets": ["decision_owed"]`, "cannot be recorded at"},
		{"looking up decides", `"answered"], "to": "deciding", "lacks": ["decision_owed"], "clears": ["decision_to_share"]`,
			`"answered"], "to": "to_send", "sets": ["decision_to_share"]`, undecided},
		{"a decision not to share leaves the old one standing", `"to": "to_refuse",
                   "clears": ["decision_to_share", `, `"to": "to_send",
                   "clears": [`, undecided},
		{"a law decides, and nothing says so", `"form": "duty/1", "always": true,`, ``, undecided},
		{"what is told at once is never decided", `"label": "Record the decision on what was told at once", "days": 1`,
			`"label": "Record the decision on what was told at once", "days": 5`, owed},
		{"closed while the decision is owed", `"needs": ["noted"], "lacks": ["decision_owed", `,
			`"needs": ["noted"], "lacks": [`,
			"still owed"},
		{"what we are told answers", `"What we were told",` + "\n       " + `"moves": [{`,
			`"What we were told",` + "\n       " + `"moves": [{"sets": ["noted"], `, "what others advise or tell us"},
		{"what we are told has no source",
			`"what": "who told you", "needed": true, "max": 500, "short": "Told by",` + "\n        ",
			`"what": "who told you", "max": 500, "short": "Told by",` + "\n        ", "must ask who told it"},
		{"it decides and sends at once", `{"id": "share",`, `{"id": "share", "leaves": "identifiable",`,
			"leave them out"},
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

// TestWhatIsLookedUpAnewIsNotPassedBy: a request in which the looking up that is to be made anew
// could be passed by, by one who no longer asks, is refused.
func TestWhatIsLookedUpAnewIsNotPassedBy(t *testing.T) {
	d := *request.Room().Latest()
	d.AllSteps = slices.Clone(d.AllSteps)
	i := slices.IndexFunc(d.AllSteps, func(s process.StepInfo) bool { return s.ID == "look_up" })
	d.AllSteps[i].Outcomes = slices.Clone(d.AllSteps[i].Outcomes)
	for j, o := range d.AllSteps[i].Outcomes {
		m := o.Moves[0]
		m.From = slices.DeleteFunc(slices.Clone(m.From), func(s process.State) bool { return s == "answered" })
		d.AllSteps[i].Outcomes[j].Moves = []process.Move{m}
	}
	if fault := d.LeavesFault(); !strings.Contains(fault, "look_up, which cannot be made anew any more at") {
		t.Errorf("it is passed by: %q", fault)
	}
}

// TestWhatBeginsARequestDecidesNothing: not by a shared form, either.
func TestWhatBeginsARequestDecidesNothing(t *testing.T) {
	d := *request.Room().Latest()
	decides, _ := d.Step("must_tell")
	d.AllSteps = slices.Clone(d.AllSteps)
	d.AllSteps[0].Outcomes = slices.Clone(d.AllSteps[0].Outcomes)
	d.AllSteps[0].Outcomes[0].Decides = decides.Outcomes[0].Decides
	if fault := d.LeavesFault(); !strings.Contains(fault, "nothing was weighed yet") {
		t.Errorf("it is decided when it comes in: %q", fault)
	}
}

// TestWhatWentWrongIsDecided: once something went where it should not have gone, the record
// ends only when it was decided what has to be reported, and that is due within a working day,
// also where it is found out after the end.
func TestWhatWentWrongIsDecided(t *testing.T) {
	d := request.Room().Latest()
	sent := process.Status{State: "answered", Facts: process.Facts{"noted"}}
	wrong := d.After(sent, "gone_wrong", "")
	if err := d.May(wrong, "close", ""); err == nil || !strings.Contains(err.Error(), "what was decided about") {
		t.Errorf("closed meanwhile: %v", err)
	}
	if err := d.May(d.After(wrong, "wrong_decided", ""), "close", ""); err != nil {
		t.Errorf("once it was decided: %v", err)
	}
	for _, ended := range []bool{false, true} {
		starts, _ := d.Duties(nil, process.Taken{Step: "gone_wrong"}, ended)
		if len(starts) != 1 || starts[0].Days != 1 || !starts[0].Any {
			t.Errorf("ended (%v): %+v starts", ended, starts)
		}
	}
	for _, s := range d.States[1:] {
		if err := d.May(process.Status{State: s.ID}, "gone_wrong", ""); err != nil {
			t.Errorf("at %s: %v", s.ID, err)
		}
	}
}
