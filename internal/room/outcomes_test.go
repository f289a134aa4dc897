package room

import (
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/process"
)

func when(name string, is ...string) []field.Condition {
	return []field.Condition{{Field: name, Is: is}}
}

func options(ids ...string) (out []field.Option) {
	for _, id := range ids {
		out = append(out, field.Option{ID: id, Label: "The label of " + id})
	}
	return out
}

func TestEveryAnswerHasAnOutcome(t *testing.T) {
	how := field.Field{ID: "how", Kind: field.Choice, Needed: true, Choices: options("stop", "go", "wait")}
	why := field.Field{ID: "why", Kind: field.Choice, Needed: true, Choices: options("tired", "late"),
		ShownWhen: when("how", "wait")}
	who := field.Field{ID: "who", Kind: field.Choices, Choices: options("us", "them", "nobody"), Alone: "nobody"}
	for name, c := range map[string]struct {
		fields   []field.Field
		outcomes []process.Outcome
		want     string // "" when it is sound
	}{
		"one for each answer": {[]field.Field{how}, []process.Outcome{{ID: "a", When: when("how", "stop")},
			{ID: "b", When: when("how", "go", "wait")}}, ""},
		"an answer without": {[]field.Field{how}, []process.Outcome{{ID: "a", When: when("how", "stop")},
			{ID: "b", When: when("how", "go")}}, "no outcome when how is wait"},
		"a last one for all": {[]field.Field{how}, []process.Outcome{{ID: "a", When: when("how", "stop")}, {ID: "b"}}, ""},
		"by a question that is only asked sometimes": {[]field.Field{how, why}, []process.Outcome{
			{ID: "a", When: when("how", "stop", "go")}, {ID: "b", When: when("why", "tired")},
			{ID: "c", When: when("why", "late")}}, ""},
		"the same, one left out": {[]field.Field{how, why}, []process.Outcome{
			{ID: "a", When: when("how", "stop")}, {ID: "b", When: when("why", "tired")}, {ID: "c", When: when("why", "late")}},
			"how is go and why is not answered"},
		"ticks, none ticked": {[]field.Field{who}, []process.Outcome{{ID: "a", When: when("who", "us", "them", "nobody")}},
			"who is not answered"},
		"ticks, all ways": {[]field.Field{who}, []process.Outcome{{ID: "a", When: when("who", "us", "them")}, {ID: "b"}},
			""},
	} {
		got := soundOutcomes(process.StepInfo{ID: "decide", Fields: c.fields, Outcomes: c.outcomes})
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What the checker would refuse is refused again when a step is taken: nothing comes
// out by being first.
func TestNoOutcomeIsNoStep(t *testing.T) {
	how := field.Field{ID: "how", What: "how", Kind: field.Choice, Needed: true, Choices: options("stop", "go")}
	moves := []process.Move{{From: []process.State{"open"}, To: "shut"}}
	def := &process.Definition{Process: "x", Version: 1, States: []process.StateInfo{{ID: "open"},
		{ID: "shut", End: true}},
		AllSteps: []process.StepInfo{{ID: "decide", Fields: []field.Field{how}, Roles: []process.Role{process.Anyone},
			Outcomes: []process.Outcome{{ID: "stopped", When: when("how", "stop"), Moves: moves}}}}}
	d := Decider{Process: def, Nation: workday.EnglandAndWales}
	for answer, want := range map[string]bool{"stop": true, "go": false} {
		ev, err := d.Event(State{Stage: "open"}, access.Actor{}, "decide", field.Answers{"how": field.Of(answer)}, true)
		if (err == nil) != want || !want && !fail.Is(err, fail.Conflict) {
			t.Errorf("answered %s: %+v, %v", answer, ev, err)
		}
	}
}

// An outcome that fits and is not possible is refused: the answers never come out as
// another one, but for one with the very same conditions.
func TestAnswersNeverComeOutAsSomethingElse(t *testing.T) {
	who := field.Field{ID: "who", What: "who", Kind: field.Choice, Needed: true, Choices: options("named", "nobody")}
	open := []process.Move{{From: []process.State{"open"}}}
	def := &process.Definition{Process: "x", Version: 1, States: []process.StateInfo{{ID: "open"},
		{ID: "shut", End: true}},
		Facts: []process.FactInfo{{ID: "decided", Label: "Decided"}},
		AllSteps: []process.StepInfo{
			{ID: "ask", Fields: []field.Field{who}, Roles: []process.Role{process.Anyone}, Outcomes: []process.Outcome{
				{ID: "named", When: when("who", "named"),
					Moves: []process.Move{{From: []process.State{"open"}, Needs: []process.Fact{"decided"}}}},
				{ID: "nameless", Moves: open}}},
			{ID: "note", Roles: []process.Role{process.Anyone}, Outcomes: []process.Outcome{
				{ID: "before", Moves: open}, {ID: "after", Moves: []process.Move{{From: []process.State{"shut"}}}}}},
		}}
	d := Decider{Process: def, Nation: workday.EnglandAndWales}
	for _, c := range []struct {
		at      process.State
		step    process.Step
		who     string
		outcome string // "": refused
	}{{"open", "ask", "nobody", "nameless"}, {"open", "ask", "named", ""}, {"open", "note", "", "before"},
		{"shut", "note", "", "after"}} {
		in := field.Answers{}
		in.Set("who", c.who)
		ev, err := d.Event(State{Stage: c.at}, access.Actor{}, c.step, in, false)
		if (err == nil) != (c.outcome != "") || ev.Outcome != c.outcome {
			t.Errorf("%+v: came out as %q, %v", c, ev.Outcome, err)
		}
	}
}
