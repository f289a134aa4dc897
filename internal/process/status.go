package process

import (
	"slices"
	"strings"

	"heed/internal/fail"
)

// Facts is a sorted set. The zero value is empty; With and Without return new sets.
type Facts []Fact

// Has says whether the fact holds.
func (f Facts) Has(x Fact) bool { _, ok := slices.BinarySearch(f, x); return ok }

// With is the set and more.
func (f Facts) With(more ...Fact) Facts {
	out := append(slices.Clone(f), more...)
	slices.Sort(out)
	return slices.Compact(out)
}

// Without is the set less some.
func (f Facts) Without(less ...Fact) Facts {
	return slices.DeleteFunc(slices.Clone(f), func(x Fact) bool { return slices.Contains(less, x) })
}

// Status is where a concern stands: folded from its events by After.
type Status struct {
	State State
	Facts Facts
}

// Equal says whether two are the same.
func (s Status) Equal(t Status) bool { return s.State == t.State && slices.Equal(s.Facts, t.Facts) }

// Start is the status before anything was raised.
func (d *Definition) Start() Status { return Status{State: d.States[0].ID} }

// Ended says whether the concern has come to an end.
func (d *Definition) Ended(s Status) bool { info, ok := d.State(s.State); return ok && info.End }

// May says whether the process allows a step with an outcome now: nil, or a
// fail.Conflict whose words say what has to come first. Who may is access's to
// say; see also MayAs.
func (d *Definition) May(s Status, step Step, outcome string) error {
	_, err := d.move(s, step, outcome)
	return err
}

// MayAs is May, and refuses a role that the process, or the organisation's
// overlay, does not name for this step.
func (d *Definition) MayAs(role Role, s Status, step Step, outcome string) error {
	m, err := d.move(s, step, outcome)
	if err != nil {
		return err
	}
	info, _ := d.Step(step)
	who := info.who(m)
	if slices.Contains(who, Anyone) || slices.Contains(who, role) || len(who) == 0 && role == Heed {
		return nil
	}
	return fail.New(fail.Refused, "Only %s can do this: %s", d.people(who), lowerFirst(info.Label))
}

func (d *Definition) move(s Status, step Step, outcome string) (Move, error) {
	info, ok := d.Step(step)
	if !ok {
		return Move{}, fail.New(fail.Conflict, "This process has no such step")
	}
	o, ok := info.Outcome(outcome)
	if !ok {
		return Move{}, fail.New(fail.Conflict, "Select one of the outcomes of this step: %s", outcomeNames(info))
	}
	var missing string
	for _, m := range o.Moves {
		if !slices.Contains(m.From, s.State) {
			continue
		}
		if missing = d.missing(s, m); missing == "" {
			return m, nil
		}
	}
	if missing != "" {
		return Move{}, fail.New(fail.Conflict, "%s", missing)
	}
	return Move{}, fail.New(fail.Conflict, "You cannot do this now: %s. %s", lowerFirst(info.Label), d.first(s.State, o))
}

// first says which step has to come first: the one with which the shortest way to a
// state begins from which this outcome is possible.
func (d *Definition) first(from State, o Outcome) string {
	type way struct {
		at    State
		first string
	}
	seen := map[State]bool{from: true}
	for queue := []way{{at: from}}; len(queue) > 0; queue = queue[1:] {
		w := queue[0]
		if w.first != "" && slices.ContainsFunc(o.Moves, func(m Move) bool { return slices.Contains(m.From, w.at) }) {
			return "First: " + w.first
		}
		for _, step := range d.AllSteps {
			if AfterOthers(step.ID) {
				continue
			}
			for _, next := range step.Outcomes {
				for _, m := range next.Moves {
					if m.To == "" || seen[m.To] || !slices.Contains(m.From, w.at) {
						continue
					}
					seen[m.To] = true
					queue = append(queue, way{m.To, or(w.first, lowerFirst(step.Label))})
				}
			}
		}
	}
	return "It stands at: " + lowerFirst(d.Label(from))
}

// missing says in words which fact stands in the way of a move.
func (d *Definition) missing(s Status, m Move) string {
	for _, f := range m.Needs {
		if !s.Facts.Has(f) {
			info, _ := d.fact(f)
			return or(info.IfMissing, "First: "+lowerFirst(info.Label))
		}
	}
	for _, f := range m.Lacks {
		if s.Facts.Has(f) {
			info, _ := d.fact(f)
			return or(info.IfPresent, "This is in the way: "+lowerFirst(info.Label))
		}
	}
	return ""
}

// After is the status once a step has been recorded. It is total: an entry that
// this version of the process would not allow (written under an older version,
// or under an overlay since withdrawn) takes the effect that its outcome has in
// that state, or none. A record is never unreadable because the process changed.
func (d *Definition) After(s Status, step Step, outcome string) Status {
	info, _ := d.Step(step)
	o, _ := info.Outcome(outcome)
	m, err := d.move(s, step, outcome)
	if err != nil {
		i := slices.IndexFunc(o.Moves, func(m Move) bool { return slices.Contains(m.From, s.State) })
		if i < 0 {
			return s
		}
		m = o.Moves[i]
	}
	return s.apply(m)
}

func (s Status) apply(m Move) Status {
	if m.To != "" {
		s.State = m.To
	}
	if len(m.Clears)+len(m.Sets) > 0 {
		s.Facts = s.Facts.Without(m.Clears...).With(m.Sets...)
	}
	return s
}

// Steps are the steps possible now, in the definition's order, each with only
// the outcomes and the roles that are possible now.
func (d *Definition) Steps(s Status) []StepInfo {
	var out []StepInfo
	for _, info := range d.AllSteps {
		var can []Outcome
		var who []Role
		for _, o := range info.Outcomes {
			if m, err := d.move(s, info.ID, o.ID); err == nil {
				can = append(can, o)
				who = append(who, info.who(m)...)
			}
		}
		if len(can) > 0 {
			slices.Sort(who)
			info.Outcomes, info.Roles = can, slices.Compact(who)
			out = append(out, info)
		}
	}
	return out
}

// StepsFor are the steps that a role may take now, each with only the outcomes that
// are possible for it.
func (d *Definition) StepsFor(role Role, s Status) []StepInfo {
	var out []StepInfo
	for _, info := range d.AllSteps {
		info.Outcomes = slices.DeleteFunc(slices.Clone(info.Outcomes),
			func(o Outcome) bool { return d.MayAs(role, s, info.ID, o.ID) != nil })
		if len(info.Outcomes) > 0 {
			out = append(out, info)
		}
	}
	return out
}

// From are the states from which a step is possible.
func From(s StepInfo) (out []State) {
	for _, m := range s.moves() {
		out = append(out, m.From...)
	}
	return out
}

// who are the roles of one move of a step.
func (s StepInfo) who(m Move) []Role {
	if len(m.Roles) > 0 {
		return m.Roles
	}
	return s.Roles
}

func outcomeNames(info StepInfo) string {
	var names []string
	for _, o := range info.Outcomes {
		names = append(names, o.Label)
	}
	return strings.Join(names, ", ")
}

// people is "a safeguarding lead or the Caldicott Guardian".
func (d *Definition) people(who []Role) string {
	var names []string
	for _, r := range who {
		info, _ := d.Role(r)
		names = append(names, or(info.One, string(r)))
	}
	return orList(names)
}

func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
