package process

import (
	"fmt"
	"slices"

	"heed/internal/field"
)

// Changes says in words what an overlay makes of the definition on which it lies, a line for
// each: what two people read before they give their word, and what is in force.
func (d *Definition) Changes(shipped *Definition) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, s := range d.AllSteps {
		was, ok := shipped.Step(s.ID)
		if !ok {
			say("A step more: %s, by %s", lowerFirst(s.Label), d.people(s.Roles))
			for _, f := range s.Fields {
				say("%s: it asks %q, %s", s.Label, f.Ask, needed(f))
			}
			continue
		}
		if s.Label != was.Label || s.Hint != was.Hint {
			say("%s: it is called %q%s", was.Label, s.Label, hinted(s.Hint))
		}
		if !slices.Equal(s.Roles, was.Roles) {
			say("%s: only by %s", was.Label, d.people(s.Roles))
		}
		for _, f := range d.newNeeds(s, was) {
			info, _ := d.fact(f)
			say("%s: only once this holds: %s", was.Label, lowerFirst(info.Label))
		}
		out = append(out, changedFields(s, was)...)
	}
	for _, t := range d.Timers {
		switch was, ok := find(shipped.Timers, t.ID, func(x Deadline) string { return x.ID }); {
		case !ok:
			say("A duty more: %s, within %d working days, owed by %s", lowerFirst(t.Label), t.Days, d.people([]Role{t.Owner}))
		case t.Days != was.Days:
			say("%s: within %d working days, and not %d", was.Label, t.Days, was.Days)
		case t.Label != was.Label:
			say("%s: it is called %q", was.Label, t.Label)
		}
	}
	for i, c := range d.Cycles {
		if was := shipped.Cycles[i]; c.Months != was.Months {
			say("%s: every %d months, and not %d", was.Label, c.Months, was.Months)
		}
	}
	for i, s := range d.States {
		if was := shipped.States[i]; s.Label != was.Label {
			say("%s: it is called %q", was.Label, s.Label)
		}
	}
	if d.Emergency.Words != shipped.Emergency.Words {
		say("The emergency advice: %s", d.Emergency.Words)
	}
	for _, c := range d.Contacts {
		if was, _ := shipped.Contact(c.ID); was != c {
			say("To ring, %s: %s", lowerFirst(c.Label), c.Number)
		}
	}
	return out
}

func hinted(hint string) string {
	if hint == "" {
		return ""
	}
	return fmt.Sprintf(", with the hint %q", hint)
}

// newNeeds are the conditions that an overlay set before a step.
func (d *Definition) newNeeds(s, was StepInfo) (out []Fact) {
	had := was.moves()
	for i, m := range s.moves() {
		for _, f := range m.Needs {
			if !slices.Contains(had[i].Needs, f) && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

func changedFields(s, shipped StepInfo) (out []string) {
	for _, f := range s.Fields {
		was, ok := field.Find(shipped.Fields, f.ID)
		if !ok {
			out = append(out, fmt.Sprintf("%s: a question more: %q, %s", shipped.Label, f.Ask, needed(f)))
			continue
		}
		at := fmt.Sprintf("%s, %q", shipped.Label, was.Ask)
		if f.Ask != was.Ask {
			out = append(out, fmt.Sprintf("%s: it asks %q", at, f.Ask))
		}
		if f.Hint != was.Hint {
			out = append(out, fmt.Sprintf("%s: its hint is %q", at, f.Hint))
		}
		if f.Needed && !was.Needed {
			out = append(out, at+": it has to be answered")
		}
		if f.Limit() != was.Limit() {
			out = append(out, fmt.Sprintf("%s: %d characters at most, and not %d", at, f.Limit(), was.Limit()))
		}
	}
	return out
}
