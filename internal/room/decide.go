package room

import (
	"reflect"
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

// Decider turns steps into events. It is pure: clock, ids and what exists come as values.
type Decider struct {
	Process *process.Definition
	Nation  workday.Nation
	Now     time.Time
	Known   func(field.Field, string) bool // see field.World
	Rule    func(Deciding) error           // see Room
}

// form checks the answers of a step and gives them as they are kept.
func (d Decider) form(info process.StepInfo, kept, in field.Answers, strict bool) (field.Answers, error) {
	taken, unasked, faults := field.Check(info.Fields, in, field.World{Today: workday.Of(d.Now), Known: d.Known,
		Kept: kept})
	if strict {
		for _, name := range unasked {
			if _, ours := field.Find(info.Fields, name); !ours { // a name that the sender made up is not echoed
				name = ""
			}
			faults.Add(name, "Leave this out: it is not asked, or not with the answers you gave")
		}
	}
	return taken, faults.Err()
}

// fits says whether a step can come out so by its answers. The checker proves that
// one outcome fits, whatever is answered (see outcomes.go).
func fits(o process.Outcome, a field.Answers) bool {
	return len(o.When) == 0 || slices.ContainsFunc(o.When, func(c field.Condition) bool { return c.Holds(a) })
}

// outcome is how a step comes out: the first that fits the answers. Of several with
// the same conditions it is the first that is possible now for this role. One that fits
// and is not possible is refused: the answers never come out as something else.
func (d Decider) outcome(role process.Role, now process.Status, info process.StepInfo, a field.Answers) (string,
	error) {
	i := slices.IndexFunc(info.Outcomes, func(o process.Outcome) bool { return fits(o, a) })
	if i < 0 {
		return "", fail.New(fail.Conflict, "Nothing was saved: no outcome of this step fits these answers. Tell your "+
			"administrator")
	}
	first := info.Outcomes[i]
	refused := d.Process.MayAs(role, now, info.ID, first.ID)
	if refused == nil {
		return first.ID, nil
	}
	for _, o := range info.Outcomes[i+1:] {
		if reflect.DeepEqual(o.When, first.When) && d.Process.MayAs(role, now, info.ID, o.ID) == nil {
			return o.ID, nil
		}
	}
	return "", refused
}

// Event turns a step on a record into what is written, or says why not. Strict
// refuses answers to what is not asked, instead of leaving them out.
func (d Decider) Event(s State, a access.Actor, step process.Step, in field.Answers, strict bool) (Event, error) {
	info, ok := d.Process.Step(step)
	if !ok {
		return Event{}, fail.New(fail.Missing, "There is no such step")
	}
	if err := d.inTime(s, step); err != nil {
		return Event{}, err
	}
	answers, err := d.form(info, s.Kept, in, strict)
	if err != nil {
		return Event{}, err
	}
	if info, err = d.challenging(s, a, info, answers); err != nil {
		return Event{}, err
	}
	out, err := d.outcome(process.Role(a.Role), s.Status(), info, answers)
	if err != nil {
		return Event{}, err
	}
	for _, as := range info.Other {
		if slices.Contains(s.People[as], a.Person) {
			return Event{}, fail.New(fail.Refused, "Somebody else has to do this: it needs the word of two different people")
		}
	}
	for _, err := range []error{d.inTurn(s, step, out, answers), s.WaitsFor(step), s.notToRecipient(step, out, answers),
		d.endsUnheard(s, step, out), s.aboutHold(a, step, answers)} {
		if err != nil {
			return Event{}, err
		}
	}
	if d.Rule != nil {
		if err := d.Rule(Deciding{s, step, out, answers, a, d.Now}); err != nil {
			return Event{}, err
		}
	}
	ev := Event{Definition: d.Process.Name(), Step: step, Outcome: out, Answers: answers,
		Effect: d.effect(s, a, info, out, answers)}
	return ev, closedTo(ev.Effect.Owner, s, info)
}

// inTime refuses a word of two once the first has lapsed, also where Heed has not written
// that down yet: what counts is the time, and not when the duty was looked at.
func (d Decider) inTime(s State, step process.Step) error {
	for _, due := range s.Due {
		lapse, ok := d.Process.LapseOf(due.Deadline)
		if ok && !d.Now.Before(due.At) && d.Process.IsWordOf(due.Deadline, step) {
			return fail.New(fail.Conflict, "%s. Once Heed has written that down, it can be given anew: "+
				"try again in a few minutes", lapse.Label)
		}
	}
	return nil
}

// closedTo refuses to give a record to somebody to whom it is closed.
func closedTo(owner *id.Person, s State, info process.StepInfo) error {
	if owner == nil || !s.closedTo(*owner) {
		return nil
	}
	return fail.Fields{{Name: info.Owner, Words: "Select somebody else: this is closed to them"}}.Err()
}

// effect works out what the step changes, now and for good.
func (d Decider) effect(s State, a access.Actor, info process.StepInfo, out string, answers field.Answers) Effect {
	before := s.Status()
	after := d.Process.After(before, info.ID, out)
	x := Effect{Set: missingFrom(after.Facts, before.Facts), Clear: missingFrom(before.Facts, after.Facts)}
	if after.State != before.State {
		x.Stage = after.State
	}
	x.Rounds = d.turns(s, process.Taken{Step: info.ID, Outcome: out, At: d.Now}, answers)
	x.Start, x.Stop = d.deadlines(s, info.ID, out, answers, d.Process.Ended(after))
	keep, start, stop := d.keepingOf(s, info.ID, out, answers, d.Process.Ended(after))
	x.Keep, x.Start, x.Stop = keep, append(x.Start, start...), append(x.Stop, stop...)
	x.Sent = sent(info, out, answers)
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
	if d.Process.Entitled != "" {
		x.Title = answers.Get(d.Process.Entitled)
	}
	x.Hears = s.hearsAnswer(info.ID, answers, hears(s, a, info, out, x))
	x.Person = aboutWhom(d.Process, info.ID, answers)
	x.Kept = kept(s, info, answers)
	x.Read = d.reading(s, info, answers, after.State)
	ended := d.Process.Ended(after)
	x.Ends, x.Opens = ended && !s.Ended(), !ended && s.Ended()
	return x
}

// kept are the answers that later steps ask for; one that was not given this time
// ends what was kept.
func kept(s State, info process.StepInfo, answers field.Answers) field.Answers {
	out := field.Answers{}
	for _, f := range info.Fields {
		name := string(info.ID) + "." + f.ID
		if f.Keep && (!answers[f.ID].Empty() || !s.Kept[name].Empty()) {
			out[name] = answers[f.ID]
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
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

// deadlines are the duties that a step starts and those that it ends.
func (d Decider) deadlines(s State, step process.Step, out string, answers field.Answers, ended bool) (
	start []process.Due, stop []string) {
	var running []string
	for _, due := range s.Due {
		running = append(running, due.Deadline)
		// of an overlay that was taken off or changed: nobody can meet it any more
		if process.IsLocal(due.Deadline) && !slices.ContainsFunc(d.Process.Timers,
			func(t process.Deadline) bool { return t.ID == due.Deadline }) {
			stop = append(stop, due.Deadline)
		}
	}
	starts, met := d.Process.Duties(running, process.Taken{Step: step, Outcome: out, At: d.Now}, ended)
	for _, t := range starts {
		if due, ok := t.Running(d.Nation, d.Now, d.dayOf(t, answers)); ok {
			start = append(start, due)
		}
	}
	if s.Ended() && !ended {
		start = append(start, d.again(s, starts)...)
	}
	told, ends := d.recipients(s, process.Taken{Step: step, Outcome: out}, answers)
	owed, settled := d.challenges(s, process.Taken{Step: step, Outcome: out}, answers)
	return slices.Concat(start, told, owed), slices.Concat(stop, met, ends, settled)
}

// again are the duties that ended with a record and run again once it is opened again: until the
// day that they had, or, where that has passed, for as many days as they have.
func (d Decider) again(s State, starts []process.Deadline) (out []process.Due) {
	for _, due := range s.Rests {
		same := func(t process.Deadline) bool { return t.ID == due.Deadline }
		i := slices.IndexFunc(d.Process.Timers, same)
		if i < 0 || slices.ContainsFunc(starts, same) {
			continue
		}
		if t := d.Process.Timers[i]; due.At.Before(d.Now) && t.On == "" {
			due, _ = t.Running(d.Nation, d.Now, "")
		}
		out = append(out, due)
	}
	return out
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
