package field

import (
	"fmt"
	"slices"
	"strings"
)

// Form checks the fields of one step of a definition, before anybody is asked:
// names, kinds, limits, choices and conditions, in words that name the place. The
// empty text means that all is well. aboutPerson is true for rooms whose records
// are about a person: there a form has no whole number, no choices in an order and
// no list of ticks, so that no form can become a score.
func Form(place string, fields []Field, aboutPerson bool) string {
	if fault := form(place, fields, aboutPerson); fault != "" {
		return fault
	}
	if aboutPerson && ticksOf(fields) > mostTicks {
		return place + " must have two questions at most that are ticked or answered in one of two ways, those of its " +
			"parts counted: " +
			"a form about a person must not become a list of signs"
	}
	return ""
}

func form(place string, fields []Field, aboutPerson bool) string {
	for i, f := range fields {
		where := at(place, i, f)
		if fault := f.form(); fault != "" {
			return where + " " + fault
		}
		if slices.ContainsFunc(f.names(), func(n string) bool { return named(fields[:i], n) }) {
			return where + " has a name that is given twice: give each one of its own"
		}
		for _, c := range slices.Concat(f.NeededWhen, f.ShownWhen) {
			if fault := c.form(fields[:i]); fault != "" {
				return where + " " + fault
			}
		}
		if fault := f.Evidence.form(fields); fault != "" {
			return where + " " + fault
		}
		if fault := form(where+".fields", f.Fields, aboutPerson); fault != "" {
			return fault
		}
		if fault := f.asScale(); aboutPerson && fault != "" {
			return where + " " + fault
		}
	}
	return ""
}

// names are those of a field and of its parts: a page asks them side by side.
func (f Field) names() []string {
	out := []string{f.ID}
	if f.Kind == Part {
		for _, x := range f.Fields {
			out = append(out, x.names()...)
		}
	}
	return out
}

func named(fields []Field, name string) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return slices.Contains(f.names(), name) })
}

func (f Field) form() string {
	switch {
	case !IsName(f.ID):
		return "must have a name of 1 to 40 small letters, digits and underscores"
	case !slices.Contains(kinds, f.Kind):
		return fmt.Sprintf("has the kind %q; known are %s", f.Kind, kindNames())
	case f.Ask == "" || f.What == "":
		return `must have "ask" (the question) and "what" (the phrase for messages)`
	case (f.Kind == Choice || f.Kind == Choices) != (len(f.Choices) > 0):
		return "must have choices if, and only if, its kind is choice or choices"
	case (f.Kind == Group || f.Kind == Part) != (len(f.Fields) > 0):
		return "must have fields if, and only if, its kind is part or group"
	case f.Kind == Part && (f.Needed || len(f.NeededWhen) > 0):
		return `must have "needed" of the questions in it, and not of the part: an error has to lead to a question`
	case f.Kind == Group && slices.ContainsFunc(f.Fields, func(x Field) bool { return len(Documents([]Field{x})) > 0 }):
		return "must not ask for documents in a group: give each document a question of its own"
	case f.Evidence != (Evidence{}) && f.Kind != Document:
		return `must have "evidence" only for a document`
	case f.Kind == Whole && f.Max <= f.Least:
		return "must say least and max: the smallest and the largest number"
	case f.Kind != Whole && f.Least != 0 || f.Max < 0 || f.Kind != Whole && f.Max > TextLimit:
		return "must have a max of 4,000 characters or less"
	case f.When != "" && (f.Kind != Day || !slices.Contains([]string{"past", "ahead", "later"}, f.When)):
		return `must have "when" only for a day, as past, ahead or later`
	case f.Among != "" && (f.Kind != Choice || strings.Count(f.Among, ".") != 1):
		return `must have "among" only for a choice, as the step and the field that were kept: "step.field"`
	case f.Alone != "" && (f.Kind != Choices || !slices.Contains(f.Offered(), f.Alone)):
		return `must name one of its own choices as "alone"`
	}
	seen := map[string]bool{}
	for _, o := range f.Choices {
		if !isChoice(o.ID) || o.Label == "" || seen[o.ID] {
			return fmt.Sprintf("must give each choice a name of its own and a label: %q", o.ID)
		}
		seen[o.ID] = true
	}
	return ""
}

// form checks that a condition speaks of an earlier field and of answers it can have.
func (c Condition) form(before []Field) string {
	f, ok := Find(before, c.Field)
	if !ok {
		return fmt.Sprintf("has a condition on %q, which is no earlier question of the same form: name one, or "+
			"ask that one first", c.Field)
	}
	if c.Given {
		if len(c.Is) > 0 {
			return fmt.Sprintf("has a condition on %q that names answers and asks whether it was answered at all: say one",
				c.Field)
		}
		return ""
	}
	if f.Kind != Choice && f.Kind != Choices && f.Kind != YesNo {
		return fmt.Sprintf("has a condition on %q, which is not answered from a list: it must be a choice, choices or "+
			"a yes-no question", c.Field)
	}
	for _, is := range c.Is {
		if !slices.Contains(f.Offered(), is) {
			return f.NoAnswer(is)
		}
	}
	if len(c.Is) == 0 {
		return fmt.Sprintf("has a condition on %q that names no answer: say which in \"is\"", c.Field)
	}
	return ""
}

// NoAnswer says of a condition that an answer of it can never be given, and which can.
func (f Field) NoAnswer(is string) string {
	return fmt.Sprintf("has a condition that cannot hold: %q is no answer to %q, there are %s", is, f.ID,
		strings.Join(f.Offered(), ", "))
}

// IsName says whether s can name a field, a step or a choice.
func IsName(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' })
}

// isChoice says whether s can name a choice: an article of law begins with a number.
func isChoice(s string) bool { return s != "" && IsName("x"+s) }

func kindNames() string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

// form checks that the days of a piece of evidence are questions of the same form.
func (e Evidence) form(fields []Field) string {
	for _, name := range e.days() {
		if day, ok := Find(fields, name); !ok || day.Kind != Day {
			return fmt.Sprintf("has evidence of %q, which is no day of the same form: name one, or leave it out", name)
		}
	}
	return ""
}
