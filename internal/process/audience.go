package process

import (
	"fmt"
	"slices"

	"heed/internal/field"
)

// The answers by which a step says whom it asks to read.
const (
	AskEverybody = "everybody"
	AskRole      = "role"
	AskTeam      = "team"
)

// Audience is how the records of a room are read by many, each of whom confirms it:
// what is read, when it holds, and which step asks whom. What is confirmed is an
// edition: what one step said, from the moment at which the record was published with it.
type Audience struct {
	Text  Step              `json:"text"`  // the step that says what is to be read
	Keeps []field.Condition `json:"keeps"` // with one of these answers of it confirmations are kept; with all others they start again
	In    []State           `json:"in"`    // while it stands in one of these, what was published last can be asked for
	Ask   Step              `json:"ask"`   // the step that asks
	Who   string            `json:"who"`   // its choice of everybody, role or team
	Role  string            `json:"role"`  // its choice of a role of Heed
	Team  string            `json:"team"`  // its team
	By    string            `json:"by"`    // its day until which they are asked to read; empty: none
	Stop  Step              `json:"stop"`  // the step with which nobody is asked any more
	Words string            `json:"words"` // what somebody confirms: "I have read and understood this version"
}

// Given says whether the definition has one.
func (a Audience) Given() bool { return a.Text != "" }

// FaultOf says what is wrong with an audience of a definition, or "".
func (a Audience) FaultOf(d *Definition, isRole func(string) bool) string {
	text, said := d.Step(a.Text)
	ask, asks := d.Step(a.Ask)
	_, stops := d.Step(a.Stop)
	switch {
	case !said || !asks || !stops:
		return "must name steps of the definition as text, ask and stop"
	case a.Words == "":
		return "must have words, which somebody confirms"
	case !d.bringsIntoForce(a):
		return "is of what two people approve: the second word must bring it into a published state in which it is read"
	case !slices.ContainsFunc(a.In, func(s State) bool { return slices.Contains(d.Published, s) }):
		return `must be "in" at least one of the published states, or nothing is ever read`
	}
	for _, c := range a.Keeps {
		if f, ok := field.Find(text.Fields, c.Field); !ok || !slices.ContainsFunc(f.Offered(),
			func(id string) bool { return slices.Contains(c.Is, id) }) {
			return fmt.Sprintf("keeps confirmations by an answer to %q, which the step %s does not offer: name one of its "+
				"questions, and answers of it", c.Field, a.Text)
		}
	}
	for _, o := range ask.Outcomes {
		for _, m := range o.Moves {
			for _, s := range m.From {
				if _, ok := d.State(s); !ok {
					return d.NoState(s)
				}
				if !slices.Contains(a.In, s) {
					return fmt.Sprintf("can be asked for at %q, where it is not in force: leave %s out of the states from "+
						"which the step %s can be taken, or put it \"in\"", d.Label(s), s, a.Ask)
				}
			}
		}
	}
	return a.faultOfAsking(ask, isRole)
}

// bringsIntoForce says whether what needs the word of two is in force by the second: nothing
// else publishes it.
func (d *Definition) bringsIntoForce(a Audience) bool {
	t, ok := d.Two(func(t Two) bool { return t.About == a.Text })
	second, _ := d.Step(t.Second)
	return !ok || !slices.ContainsFunc(second.moves(), func(m Move) bool {
		return !slices.Contains(d.Published, m.To) || !slices.Contains(a.In, m.To)
	})
}

// faultOfAsking holds the questions of the step that asks to what an audience can be.
func (a Audience) faultOfAsking(ask StepInfo, isRole func(string) bool) string {
	who, ok := field.Find(ask.Fields, a.Who)
	if !ok || who.Kind != field.Choice || !who.Needed {
		return fmt.Sprintf("asks %q who it is for, which must be a choice that is needed", a.Who)
	}
	for _, id := range who.Offered() {
		if !slices.Contains([]string{AskEverybody, AskRole, AskTeam}, id) {
			return fmt.Sprintf("can be for %q: it must be %s, %s or %s", id, AskEverybody, AskRole, AskTeam)
		}
		name := map[string]string{AskRole: a.Role, AskTeam: a.Team}[id]
		kind := map[string]field.Kind{AskRole: field.Choice, AskTeam: field.Team}[id]
		f, asked := field.Find(ask.Fields, name)
		if kind != "" && (!asked || f.Kind != kind || !f.Must(field.Answers{a.Who: field.Of(id)}) ||
			!f.Shown(field.Answers{a.Who: field.Of(id)})) {
			return fmt.Sprintf("can be for a %s: it must ask for which, by a %s that is needed then", id, kind)
		}
		if id == AskRole {
			if i := slices.IndexFunc(f.Offered(), func(r string) bool { return !isRole(r) }); i >= 0 {
				return fmt.Sprintf("can be for the role %q, which does not exist: its choices must be roles of Heed",
					f.Offered()[i])
			}
		}
	}
	if f, ok := field.Find(ask.Fields, a.By); a.By != "" && (!ok || f.Kind != field.Day) {
		return fmt.Sprintf("is asked for until %q, which is no day of the step %s: name one, or leave it out", a.By,
			a.Ask)
	}
	return ""
}
