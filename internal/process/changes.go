package process

import (
	"fmt"
	"slices"

	"heed/internal/field"
	"heed/internal/plain"
)

// Changes says in words what an overlay makes of the definition on which it lies, a line for
// each: what two people read before they give their word, and what is in force.
func (d *Definition) Changes(shipped *Definition) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, s := range d.AllSteps {
		was, ok := shipped.Step(s.ID)
		if !ok {
			out = append(out, d.added(s)...)
			continue
		}
		if s.Label != was.Label || s.Hint != was.Hint {
			say("%s: it is called %q%s", was.Label, s.Label, hinted(s.Hint))
		}
		if !slices.Equal(s.Roles, was.Roles) {
			say("%s: only by %s", was.Label, d.people(s.Roles))
		}
		out = append(out, d.newNeeds(s, was)...)
		out = append(out, changedFields(s, was)...)
	}
	for _, f := range d.Facts {
		if _, ok := shipped.fact(f.ID); !ok {
			say("What stops a step: where this does not hold, %s: %q", lowerFirst(f.Label), f.IfMissing)
			if f.IfPresent != "" {
				say("What stops a step: where this holds, %s: %q", lowerFirst(f.Label), f.IfPresent)
			}
		}
	}
	for _, t := range d.Timers {
		was, ok := find(shipped.Timers, t.ID, func(x Deadline) string { return x.ID })
		if !ok {
			out = append(out, d.owed(t))
			continue
		}
		if t.Days != was.Days {
			say("%s: within %s, and not %d", was.Label, workingDays(t.Days), was.Days)
		}
		if t.Label != was.Label {
			say("%s: it is called %q", was.Label, t.Label)
		}
	}
	for i, c := range d.Cycles {
		if was := shipped.Cycles[i]; c.Months != was.Months {
			say("%s: every %s, and not %d", was.Label, plain.Count(c.Months, "month", "months"), was.Months)
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

// newNeeds are the conditions that an overlay set before a step, or before one of the ways in
// which it comes out.
func (d *Definition) newNeeds(s, was StepInfo) (out []string) {
	for i, o := range s.Outcomes {
		at := was.Label
		if len(s.Outcomes) > 1 {
			at = fmt.Sprintf("%s, as %q", was.Label, o.Label)
		}
		for j, m := range o.Moves {
			had := was.Outcomes[i].Moves[j].Needs
			for _, f := range m.Needs {
				info, _ := d.fact(f)
				line := fmt.Sprintf("%s: only once this holds: %s", at, lowerFirst(info.Label))
				if !slices.Contains(had, f) && !slices.Contains(out, line) {
					out = append(out, line)
				}
			}
		}
	}
	return out
}

func changedFields(s, shipped StepInfo) (out []string) {
	for _, f := range s.Fields {
		was, ok := field.Find(shipped.Fields, f.ID)
		if !ok {
			out = append(out, fmt.Sprintf("%s: a question more: %q, %s", shipped.Label, f.Ask, asked(f)))
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
			out = append(out, fmt.Sprintf("%s: %s at most, and not %s", at,
				plain.Count(f.Limit(), "character", "characters"), plain.Number(was.Limit())))
		}
	}
	return out
}
