package room

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
	"heed/internal/process"
)

// sound says what is wrong with a definition, or "". Names and references are
// checked when it is parsed; here stands what makes it a whole way: every form can
// be answered, every step can be taken by somebody at some time, every way comes to
// an end, and nothing open is ever without a next date.
func sound(d *process.Definition) string {
	for i, s := range d.AllSteps {
		if fault := soundStep(d, i, s); fault != "" {
			return fault
		}
	}
	for _, t := range d.Timers {
		if fault := soundDeadline(d, t); fault != "" {
			return fault
		}
	}
	for i, l := range d.Lists {
		if fault := soundList(d, l); fault != "" {
			return fmt.Sprintf("lists[%d] (%s) %s", i+1, l.ID, fault)
		}
	}
	if f, ok := field.Find(d.AllSteps[0].Fields, d.Entitled); d.Entitled != "" && (!ok || f.Kind != field.Line || !f.Needed) {
		return fmt.Sprintf("entitled names %q, which must be a line of the first step that is needed", d.Entitled)
	}
	return newWalk(d).fault()
}

func soundStep(d *process.Definition, i int, s process.StepInfo) string {
	place := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
	if fault := field.Form(place+".fields", s.Fields, d.AboutPerson); fault != "" {
		return fault
	}
	person := func(name string) bool {
		f, ok := field.Find(s.Fields, name)
		return name == "actor" || ok && f.Kind == field.Person
	}
	if s.Owner != "" && !person(s.Owner) {
		return place + ` has an owner that is neither "actor" nor a person field of the step`
	}
	for _, n := range s.People {
		if n.As == "" || !person(n.From) {
			return place + ` names people who are neither "actor" nor in a person field of the step`
		}
	}
	conditions := slices.Clone(s.Stop.When)
	for j, o := range s.Outcomes {
		conditions = append(conditions, o.When...)
		if len(o.When) == 0 && j < len(s.Outcomes)-1 {
			return fmt.Sprintf("%s has outcomes after %q, which has no conditions and so always comes first", place, o.ID)
		}
	}
	for _, c := range conditions {
		f, ok := field.Find(s.Fields, c.Field)
		if !ok {
			return fmt.Sprintf("%s has a condition on %q, which is no question of the step", place, c.Field)
		}
		for _, is := range c.Is {
			if !slices.Contains(f.Offered(), is) {
				return fmt.Sprintf("%s has a condition that cannot hold: %q is no answer to %q", place, is, c.Field)
			}
		}
	}
	if fault := soundOutcomes(s); fault != "" {
		return place + " " + fault
	}
	return ""
}

func soundDeadline(d *process.Definition, t process.Deadline) string {
	if t.On == "" {
		return ""
	}
	for _, from := range t.From {
		name, _, _ := strings.Cut(from, "/")
		s, _ := d.Step(process.Step(name))
		if f, ok := field.Find(s.Fields, t.On); !ok || f.Kind != field.Day {
			return fmt.Sprintf("deadline %s is due on %q, which is no day field of the step %s", t.ID, t.On, name)
		}
	}
	return ""
}

func soundList(d *process.Definition, l process.List) string {
	switch {
	case !field.IsName(l.ID) || l.Title == "" || l.Empty == "":
		return `must have a name, a title and "empty" (what an empty one says)`
	case !slices.Contains([]string{ofTeam, ofOwner, ofStarter, ofOrganisation}, l.Of):
		return "must be of a team, an owner, a raiser or the organisation"
	case l.Order != orderDue && l.Order != orderNewest:
		return "must be in the order due or newest"
	case l.Open != "" && l.Open != "yes" && l.Open != "no":
		return `must have "open" yes or no, or not at all`
	case l.Today && l.Order != orderDue:
		return "must be in the order due to show what is due today"
	}
	for _, s := range l.In {
		if _, ok := d.State(s); !ok {
			return fmt.Sprintf("names the state %q, which is not defined", s)
		}
	}
	return ""
}

// walk goes through every configuration: state, facts, and the duties that run.
type walk struct {
	d     *process.Definition
	seen  map[string]*place
	queue []*place
	taken map[process.Step]bool
}

type place struct {
	status process.Status
	duties []string // running, sorted
	ways   []*place // where steps lead
	begun  bool
}

func newWalk(d *process.Definition) *walk {
	w := &walk{d: d, seen: map[string]*place{}, taken: map[process.Step]bool{}}
	w.at(d.Start(), nil, false)
	for len(w.queue) > 0 {
		p := w.queue[0]
		w.queue = w.queue[1:]
		for _, s := range d.Steps(p.status) {
			if p.begun == (s.ID == d.AllSteps[0].ID) {
				continue // the first step, and it alone, comes first
			}
			for _, o := range s.Outcomes {
				w.taken[s.ID] = true
				p.ways = append(p.ways, w.at(d.After(p.status, s.ID, o.ID), w.after(p.duties, s.ID, o.ID), true))
			}
		}
	}
	return w
}

func (w *walk) at(s process.Status, duties []string, begun bool) *place {
	key := fmt.Sprint(s.State, s.Facts, duties, begun)
	if p, ok := w.seen[key]; ok {
		return p
	}
	p := &place{status: s, duties: duties, begun: begun}
	w.seen[key] = p
	w.queue = append(w.queue, p)
	return p
}

func (w *walk) after(running []string, step process.Step, outcome string) []string {
	x := process.Taken{Step: step, Outcome: outcome}
	var out []string
	for _, t := range w.d.Timers {
		runs := slices.Contains(running, t.ID)
		if runs && t.Ends(x) {
			runs = false
		}
		if !runs && t.Starts(x) {
			// a duty on an optional day may not start: the definition needs another
			runs = t.On == "" || w.always(step, t.On)
		}
		if runs {
			out = append(out, t.ID)
		}
	}
	return out
}

func (w *walk) always(step process.Step, name string) bool {
	s, _ := w.d.Step(step)
	f, _ := field.Find(s.Fields, name)
	return f.Needed && len(f.ShownWhen) == 0
}

func (w *walk) fault() string {
	for _, s := range w.d.AllSteps {
		if !w.taken[s.ID] {
			return fmt.Sprintf("nobody can ever take the step %s", s.ID)
		}
	}
	ends := map[*place]bool{}
	for again := true; again; {
		again = false
		for _, p := range w.seen {
			can := w.d.Ended(p.status) || slices.ContainsFunc(p.ways, func(q *place) bool { return ends[q] })
			if can && !ends[p] {
				ends[p], again = true, true
			}
		}
	}
	var faults []string
	for _, p := range w.seen {
		switch {
		case !ends[p]:
			faults = append(faults, fmt.Sprintf("from %q there is no way to an end", w.d.Label(p.status.State)))
		case p.begun && !w.d.Ended(p.status) && len(p.duties) == 0:
			faults = append(faults, fmt.Sprintf("at %q nothing is due: what is open must have a next date", w.d.Label(p.status.State)))
		}
	}
	if len(faults) == 0 {
		return ""
	}
	return slices.Min(faults)
}
