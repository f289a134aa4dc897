// Package field is a question said once: its words, its kind, its limit, when it
// is asked and when it must be answered. The component on the page, the check for
// page, API and import, the line in a timeline and the schema of the API all come
// from the same value.
//
// It keeps true: a set of answers is taken or refused by one function, whoever
// sends it; what was taken is kept as it was typed (only numbers and days are
// brought into one form); words about a fault never echo what was typed. There is
// no kind for a score, a rating or a list of signs.
//
// The columns are those of XLSForm under plainer names.
package field

import (
	"fmt"
	"slices"

	"heed/internal/clock/workday"
)

// Kind is what sort of answer a question has.
type Kind string

// The kinds.
const (
	Line      Kind = "line"       // one line of text
	Text      Kind = "text"       // several lines
	Choice    Kind = "choice"     // one of a list
	Choices   Kind = "choices"    // any of a list
	YesNo     Kind = "yes_no"     // "yes" or "no"
	Day       Kind = "day"        // YYYY-MM-DD
	Month     Kind = "month"      // YYYY-MM
	Time      Kind = "time"       // HH:MM, 24 hours
	Whole     Kind = "whole"      // a whole number of things, never of a person
	NHSNumber Kind = "nhs_number" // ten digits
	Telephone Kind = "telephone"
	Email     Kind = "email"
	Person    Kind = "person"       // somebody of the organisation, by id
	Team      Kind = "team"         // a team of the organisation, by id
	Org       Kind = "organisation" // by code or name
	Partner   Kind = "partner"      // one of the organisation's partners
	Document  Kind = "document"     // a file kept with the record
	Entry     Kind = "entry"        // an entry of this record, by its version
	Part      Kind = "part"         // several fields that belong together: whom it is about
	Group     Kind = "group"        // several fields, repeated
)

// kinds are all that a definition may use, in the order in which messages list them.
var kinds = []Kind{Line, Text, Choice, Choices, YesNo, Day, Month, Time, Whole, NHSNumber, Telephone, Email,
	Person, Team, Org, Partner, Document, Entry, Part, Group}

// Limits in characters of what may be typed, when a field says nothing.
const (
	LineLimit = 200
	TextLimit = 4000
	MaxGroups = 50 // repetitions of a group
)

// Field is one question.
type Field struct {
	ID   string `json:"id"`
	Ask  string `json:"ask"`  // the question, as its label
	Hint string `json:"hint"` // below the label
	// What is the phrase that messages are made of, as it stands in the middle of a
	// sentence: "what you are worried about".
	What string `json:"what"`
	// Short is what a timeline and a print view write before the answer; Ask when empty.
	Short   string   `json:"short"`
	Heading string   `json:"heading"` // stands above the question
	Kind    Kind     `json:"kind"`
	Max     int      `json:"max"`   // characters, or the largest whole number
	Least   int      `json:"least"` // the smallest whole number
	Choices []Option `json:"choices"`
	Set     string   `json:"set"`   // in place of choices: those of a reference set, on the day of the answer
	Alone   string   `json:"alone"` // of choices: the option that goes with no other ("nobody")
	Of      []string `json:"of"`    // of a person: somebody who holds one of these roles
	When    string   `json:"when"`  // of a day: "past" (today or before), "ahead" (today or after), "later" (after today)

	// Evidence names, of a document that shows something, the questions of the same form
	// that say of when and until when it speaks: days apart from that of the upload.
	Evidence Evidence `json:"evidence"`

	Needed     bool        `json:"needed"`
	NeededWhen []Condition `json:"needed_when"` // needed when one of these holds
	ShownWhen  []Condition `json:"shown_when"`  // asked only when one of these holds

	Fields []Field `json:"fields"` // of a part or a group
	// Sees is who sees the answer besides those who see all of the work on a record:
	// "raiser", "reader", or "work" for nobody else; those of its step when empty.
	Sees   []string `json:"sees"`
	Source string   `json:"source"` // where the question comes from
	// Keep says that later steps ask for the answer: it stands in the record's state.
	Keep bool `json:"keep"`
	// Among names an answer that was kept ("step.field"): only what was chosen there is offered.
	Among string `json:"among"`
}

// Evidence is which days a document has of its own: each the name of a question.
type Evidence struct {
	Day   string `json:"day"`   // of which day it is
	From  string `json:"from"`  // the period for which it speaks
	Until string `json:"until"` // after which it shows nothing any more
}

func (e Evidence) days() (out []string) {
	for _, name := range []string{e.Day, e.From, e.Until} {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// Documents are the fields that ask for a document, those of parts too.
func Documents(fields []Field) (out []Field) {
	for _, f := range fields {
		if f.Kind == Document {
			out = append(out, f)
		}
		out = append(out, Documents(f.Fields)...)
	}
	return out
}

// Option is one answer of a list. Is an option that an answer of an older version
// may still name, and that is not offered any more, Ended.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Hint  string `json:"hint"`
	Ended bool   `json:"ended"`

	// Of an item of a set; see process.Set.
	From workday.Day `json:"-"` // its first day; zero: from before any answer
	To   workday.Day `json:"-"` // its last day; zero: it has no end
	Now  string      `json:"-"` // the words of what took its place
}

// inForce says whether an item is in force on a day.
func (o Option) inForce(on workday.Day) bool {
	return (o.From == workday.Day{} || !on.Before(o.From)) && !o.over(on)
}

func (o Option) over(on workday.Day) bool { return o.To != workday.Day{} && o.To.Before(on) }

// said are the words of an answer: always those that it had.
func (o Option) said() string {
	switch {
	case o.To == workday.Day{}:
		return o.Label
	case o.Now == "":
		return o.Label + " (until " + o.To.Words() + ")"
	}
	return o.Label + " (until " + o.To.Words() + "; since then “" + o.Now + "”)"
}

// On are questions as they are asked on a day: of a set they offer what is in force then.
// Page, paper and check ask here.
func On(fields []Field, day workday.Day) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i] = out[i].on(day)
	}
	return out
}

func (f Field) on(day workday.Day) Field {
	if f.Set == "" {
		return f
	}
	f.Choices = slices.Clone(f.Choices)
	for i, o := range f.Choices {
		f.Choices[i].Ended = !o.inForce(day)
	}
	return f
}

// Option is a choice by its id.
func (f Field) Option(id string) (Option, bool) {
	i := slices.IndexFunc(f.Choices, func(o Option) bool { return o.ID == id })
	if i < 0 {
		return Option{}, false
	}
	return f.Choices[i], true
}

// saidOf is the choice in an answer, in words.
func (f Field) saidOf(id string) string {
	if o, ok := f.Option(id); ok {
		return o.said()
	}
	return f.Label(id)
}

// Condition holds when the answer to an earlier field of the same form is one of
// these, or when there is any. There is no other form of condition.
type Condition struct {
	Field string   `json:"field"`
	Is    []string `json:"is"`
	Given bool     `json:"given"` // instead of is: answered at all
}

// Label is the words of an option, or the bare id when no option has it.
func (f Field) Label(id string) string {
	if f.Kind == YesNo {
		switch id {
		case "yes":
			return "Yes"
		case "no":
			return "No"
		}
	}
	if o, ok := f.Option(id); ok {
		return o.Label
	}
	return id
}

// HintOf is the hint of an option; "" when it has none.
func (f Field) HintOf(id string) string {
	o, _ := f.Option(id)
	return o.Hint
}

// Offered are the ids that may be chosen now.
func (f Field) Offered() []string {
	if f.Kind == YesNo {
		return []string{"yes", "no"}
	}
	var out []string
	for _, o := range f.Choices {
		if !o.Ended {
			out = append(out, o.ID)
		}
	}
	return out
}

// Limit is the most characters of a text.
func (f Field) Limit() int {
	switch {
	case f.Max > 0:
		return f.Max
	case f.Kind == Text:
		return TextLimit
	case f.Kind == Telephone:
		return 40
	case f.Kind == Email:
		return 254
	}
	return LineLimit
}

// Called is the name of the answer where it is shown.
func (f Field) Called() string {
	if f.Short != "" {
		return f.Short
	}
	return f.Ask
}

// Shown says whether the question is asked, given the answers before it.
func (f Field) Shown(a Answers) bool { return len(f.ShownWhen) == 0 || holds(f.ShownWhen, a) }

// Must says whether it has to be answered, given the answers before it.
func (f Field) Must(a Answers) bool { return f.Needed || holds(f.NeededWhen, a) }

func holds(any []Condition, a Answers) bool {
	return slices.ContainsFunc(any, func(c Condition) bool { return c.Holds(a) })
}

// Holds says whether the condition is met.
func (c Condition) Holds(a Answers) bool {
	v := a[c.Field]
	if c.Given {
		return !v.Empty()
	}
	return slices.ContainsFunc(c.Is, func(is string) bool {
		return v.Text == is && is != "" ||
			slices.Contains(v.List, is)
	})
}

// Find gives a field by its id.
func Find(fields []Field, id string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.ID == id })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// at is the place of a field in a definition, for the checker's words.
func at(place string, i int, f Field) string {
	if f.ID == "" {
		return fmt.Sprintf("%s[%d]", place, i+1)
	}
	return fmt.Sprintf("%s[%d] (%s)", place, i+1, f.ID)
}
