package process

import (
	"fmt"
	"strings"

	"heed/internal/field"
	"heed/internal/plain"
)

// added says an added step whole: who takes it and from where, what it asks, how it can come
// out, and what each of these does. Whoever gives their word on it reads it nowhere else.
func (d *Definition) added(s StepInfo) []string {
	out := []string{fmt.Sprintf("A step more: %s, by %s%s", lowerFirst(s.Label), d.people(s.Roles), hinted(s.Hint))}
	if s.Told || s.Advisory {
		out = append(out, "It is recorded so: "+s.title())
	}
	for _, f := range s.Fields {
		out = append(out, fmt.Sprintf("%s: it asks %q, %s", s.Label, f.Ask, asked(f)))
	}
	for _, o := range s.Outcomes {
		at := s.Label
		if o.Label != "" {
			at += fmt.Sprintf(", as %q", o.Label)
		}
		for _, m := range o.Moves {
			out = append(out, at+": "+d.moved(m))
		}
		if o.Tells != "" {
			out = append(out, fmt.Sprintf("%s: whoever raised it reads %q", at, o.Tells))
		}
	}
	return out
}

// moved says from where a move is possible, who makes it, on what conditions, and what it does.
func (d *Definition) moved(m Move) string {
	said := []string{"from " + d.labels(m.From)}
	if len(m.Roles) > 0 {
		said = append(said, "only by "+d.people(m.Roles))
	}
	if when := d.onlyWhen(m); when != "" {
		said = append(said, "only when "+when)
	}
	if len(m.Sets) > 0 {
		said = append(said, "then this holds: "+d.onlyWhen(Move{Needs: m.Sets}))
	}
	if len(m.Clears) > 0 {
		said = append(said, "then this holds no more: "+d.onlyWhen(Move{Needs: m.Clears}))
	}
	if m.To == "" {
		return strings.Join(append(said, "it moves nothing"), ", ")
	}
	return strings.Join(append(said, "and then it is: "+d.leadsTo(m)), ", ")
}

// asked says how a question is answered.
func asked(f field.Field) string {
	said := "which has to be answered"
	if !f.Needed {
		said = "which may be left empty"
	}
	if f.Kind == field.Day {
		return said + ", with a day of the past"
	}
	if len(f.Choices) > 0 {
		var choices []string
		for _, c := range f.Choices {
			choices = append(choices, fmt.Sprintf("%q", c.Label))
		}
		return said + ", with " + orList(choices) + hinted(f.Hint)
	}
	return fmt.Sprintf("%s, in %s at most%s", said, plain.Count(f.Limit(), "character", "characters"), hinted(f.Hint))
}

func workingDays(n int) string { return plain.Count(n, "working day", "working days") }

// owed says a duty that an overlay adds.
func (d *Definition) owed(t Deadline) string {
	said := fmt.Sprintf("A duty more: %s, within %s, owed by %s, from: %s, until: %s", lowerFirst(t.Label),
		workingDays(t.Days), d.people([]Role{t.Owner}), d.refs(t.From), d.refs(t.Until))
	for _, also := range []struct {
		is    bool
		words string
	}{{t.On != "", "due on the day that is answered to " + t.On}, {t.Repeat, "reminded of again after as many days"},
		{t.Open, "only while it is open"},
		{t.Any, "waiting for anybody in that role"}, {t.Others, "the next word is somebody else's"},
		{len(t.Sees) > 0, "seen also by " + strings.Join(t.Sees, ", ")}} {
		if also.is {
			said += ", " + also.words
		}
	}
	return said
}
