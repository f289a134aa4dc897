package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// About says where it is asked whom a record is about, and who says it again once more is
// known. A definition says no more: the step is the same in every kind of record, and from
// both answers alike it is known whether another record is about the same person; see
// decision 0504.
type About struct {
	In     string `json:"in"`     // the part of the first step that asks what whoever begins a record may know
	Name   string `json:"name"`   // in it: a line
	Born   string `json:"born"`   // in it: the day of birth
	Age    string `json:"age"`    // in it: a line, about how old they are where the day is not known
	Number string `json:"number"` // in it: the NHS number
	By     []Role `json:"by"`     // who says it once more is known
	Group  string `json:"group" for:"room"`
}

// Given says whether its records are about a person who is asked for.
func (a About) Given() bool { return a.In != "" }

// KnowPerson is the step by which it is said what is known of the person now. What it says
// takes the place of what was said when the record began.
const KnowPerson Step = "know_person"

const personForm = "person/1"

var knowPerson = StepInfo{ID: KnowPerson, Label: "Say what is known about the person", Kind: "person_known",
	Form:   personForm,
	Source: "NHS Accessible Information Standard; UK GDPR, Articles 13 and 14: the person is told, or why not is recorded",
	Send:   "Save what is known", Done: "What is known about the person was saved",
	Outcomes: []Outcome{{Label: "What is known about the person"}}}

// Said are the answers of a step about whom a record is about, by the names that the form
// person/1 has for them; ok is false of a step that does not ask.
func (d *Definition) Said(step Step, in field.Answers) (about field.Answers, ok bool) {
	switch a := d.Person; {
	case !a.Given():
		return nil, false
	case step == KnowPerson:
		return in, true
	case step == d.AllSteps[0].ID:
		part := in[a.In].Part
		return field.Said("name", part.Get(a.Name), "born", part.Get(a.Born),
			"about", part.Get(a.Age), "number", part.Get(a.Number)), true
	}
	return nil, false
}

// knowsPerson adds the step, which can be taken until the record has ended, and moves nothing.
func (d *Definition) knowsPerson() error {
	a := d.Person
	made := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return s.ID == KnowPerson })
	switch {
	case made >= 0:
		return bad(fmt.Sprintf("steps[%d] (%s)", made+1, d.AllSteps[made].ID),
			"has the name of a step that person makes: give it another, or leave it out")
	case a.In+a.Name+a.Born+a.Age+a.Number == "" && len(a.By) == 0 || len(d.AllSteps) == 0 || len(d.States) == 0:
		return nil
	case len(a.By) == 0:
		return bad("person.by", "must name who works the records: they say what is known of the person")
	}
	if err := d.knownRoles("person.by", a.By); err != nil {
		return err
	}
	if err := a.asked(d.AllSteps[0].Fields); err != nil {
		return err
	}
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	s := knowPerson
	s.Kind, s.Group, s.Roles = room+"."+s.Kind, a.Group, slices.Clone(a.By)
	s.Outcomes = slices.Clone(s.Outcomes)
	begun, ended := d.statesBegun()
	s.Outcomes[0].Moves = []Move{{From: slices.DeleteFunc(begun, func(x State) bool { return slices.Contains(ended, x) })}}
	d.AllSteps = append(d.AllSteps, s)
	return nil
}

// PersonFault says what is wrong with asking for a person, or "".
func (d *Definition) PersonFault() string {
	if d.Person.Given() && !d.AboutPerson {
		return "person asks for a person, and the records are about none: say about_person, or leave it out"
	}
	return ""
}

// asked holds the questions that are named to the first step: each there, of its kind, once.
func (a About) asked(first []field.Field) error {
	part, ok := field.Find(first, a.In)
	if !ok || part.Kind != field.Part || len(part.ShownWhen) > 0 {
		return bad("person.in", fmt.Sprintf("names %q: it must be a part of the first step that is always asked, in which "+
			"whoever begins a record says what they know of the person", a.In))
	}
	for _, x := range []struct {
		column, name string
		kind         field.Kind
		is           string
	}{{"name", a.Name, field.Line, "a line"}, {"born", a.Born, field.Day, "a day"},
		{"age", a.Age, field.Line, "a line"}, {"number", a.Number, field.NHSNumber, "an NHS number"}} {
		if f, ok := field.Find(part.Fields, x.name); !ok || f.Kind != x.kind {
			return bad("person."+x.column, fmt.Sprintf("names %q: it must be a question of the part %s, of the kind %s (%s), "+
				"or records about the same person are not found", x.name, a.In, x.kind, x.is))
		}
	}
	return nil
}
