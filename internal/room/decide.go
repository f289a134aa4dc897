package room

import (
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
)

// deciding is one step on its way to an event. It is pure: clock, ids and what
// exists come as values.
type deciding struct {
	room    *Room
	process *process.Definition
	nation  workday.Nation
	now     time.Time
	known   func(field.Field, string) bool
}

// form checks the answers of a step and gives them as they are kept.
func (d deciding) form(info process.StepInfo, in field.Answers, strict bool) (field.Answers, error) {
	kept, unasked, faults := field.Check(info.Fields, in, field.World{Today: workday.Of(d.now), Known: d.known})
	if strict {
		for _, name := range unasked {
			if _, ours := field.Find(info.Fields, name); !ours { // a name that the sender made up is not echoed
				name = ""
			}
			faults.Add(name, "Leave this out: it is not asked, or not with the answers you gave")
		}
	}
	return kept, faults.Err()
}

// outcome is how a step comes out by its answers: the first outcome that fits. The
// checker proves that one does (see outcomes.go); without one nothing is written.
func outcome(info process.StepInfo, a field.Answers) (id string, ok bool) {
	for _, o := range info.Outcomes {
		if fits(o, a) {
			return o.ID, true
		}
	}
	return "", false
}

// fits says whether a step can come out so by its answers.
func fits(o process.Outcome, a field.Answers) bool {
	return len(o.When) == 0 || slices.ContainsFunc(o.When, func(c field.Condition) bool { return c.Holds(a) })
}

// event turns a step on a record into what is written, or says why not.
func (d deciding) event(s State, a access.Actor, step process.Step, in field.Answers, strict bool) (Event, error) {
	info, ok := d.process.Step(step)
	if !ok {
		return Event{}, fail.New(fail.Missing, "There is no such step")
	}
	answers, err := d.form(info, in, strict)
	if err != nil {
		return Event{}, err
	}
	out, ok := outcome(info, answers)
	if !ok {
		return Event{}, fail.New(fail.Conflict, "Nothing was saved: no outcome of this step fits these answers. Tell your administrator")
	}
	if err := d.process.MayAs(process.Role(a.Role), s.Status(), step, out); err != nil {
		return Event{}, err
	}
	for _, as := range info.Other {
		if slices.Contains(s.People[as], a.Person) {
			return Event{}, fail.New(fail.Refused, "Somebody else has to do this: it needs the word of two different people")
		}
	}
	if d.room.Rule != nil {
		if err := d.room.Rule(Deciding{s, step, out, answers, a}); err != nil {
			return Event{}, err
		}
	}
	return Event{Definition: d.process.Name(), Step: step, Outcome: out, Answers: answers,
		Effect: d.effect(s, a, info, out, answers)}, nil
}

// effect works out what the step changes, now and for good.
func (d deciding) effect(s State, a access.Actor, info process.StepInfo, out string, answers field.Answers) Effect {
	before := s.Status()
	after := d.process.After(before, info.ID, out)
	x := Effect{Set: missingFrom(after.Facts, before.Facts), Clear: missingFrom(before.Facts, after.Facts)}
	if after.State != before.State {
		x.Stage = after.State
	}
	x.Start, x.Stop = d.deadlines(s, info.ID, out, answers)
	x.Forget = info.Forget
	x.Owner = personOf(info.Owner, a, answers)
	for _, n := range info.People {
		if p := personOf(n.From, a, answers); p != nil {
			if x.People == nil {
				x.People = map[string][]id.Person{}
			}
			x.People[n.As] = append(x.People[n.As], *p)
		}
	}
	if d.process.Entitled != "" {
		x.Title = answers.Get(d.process.Entitled)
	}
	ended := d.process.Ended(after)
	x.Ends, x.Opens = ended && !s.Ended(), !ended && s.Ended()
	return x
}

// missingFrom are those of a that b lacks.
func missingFrom(a, b process.Facts) (out []process.Fact) {
	for _, f := range a {
		if !b.Has(f) {
			out = append(out, f)
		}
	}
	return out
}

// personOf is who a step names: the actor, or the answer to a person field.
func personOf(from string, a access.Actor, answers field.Answers) *id.Person {
	if from == "actor" && !a.Person.IsZero() {
		return &a.Person
	}
	if p, err := id.ParsePerson(answers.Get(from)); err == nil {
		return &p
	}
	return nil
}

// deadlines are the duties that a step starts and those that it ends. One that runs
// already is not put off by what would start it again, unless the same step ends it.
func (d deciding) deadlines(s State, step process.Step, out string, answers field.Answers) (start []process.Due, stop []string) {
	taken := process.Taken{Step: step, Outcome: out, At: d.now}
	for _, t := range d.process.Timers {
		running := slices.ContainsFunc(s.Due, func(x process.Due) bool { return x.Deadline == t.ID })
		if running && t.Ends(taken) {
			stop, running = append(stop, t.ID), false
		}
		if !running && t.Starts(taken) {
			if due, ok := t.Running(d.nation, d.now, answers.Get(t.On)); ok {
				start = append(start, due)
			}
		}
	}
	return start, stop
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
