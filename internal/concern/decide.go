package concern

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
)

// decideRaise is the first event: what was written, whom it goes to and by when
// the raiser hears.
func (b book) decideRaise(r Report, team id.Team, owner id.Person, now time.Time) (raised, error) {
	if err := r.Validate(workday.Of(now)); err != nil {
		return raised{}, err
	}
	return raised{
		Reference: id.NewReference(), Team: team, Owner: owner, TellBy: b.tellBy(now),
		Process: b.process.Name(), Report: r.tidy(),
	}, nil
}

// tellBy is the deadline for the first word to the raiser.
func (b book) tellBy(now time.Time) time.Time {
	for _, t := range b.process.Timers {
		if t.ID == firstWord {
			return workday.AddWorkingDays(b.nation, now, t.Days)
		}
	}
	return workday.AddWorkingDays(b.nation, now, 2)
}

// firstWord is the deadline that is promised to the raiser; the process checker
// holds that every definition has it.
const firstWord = "first_word"

// deciding is a step with all that the desk found out for it.
type deciding struct {
	step   Step
	role   access.Role
	effect effect
}

// outcome is how the step came out. What the raiser adds after the end is something
// that somebody has to read.
func (x deciding) outcome(c *Concern) string {
	if x.step.Step() == process.AddNote && x.role == access.Worker && c.Closed() {
		return process.AddedLater
	}
	return x.step.Outcome()
}

// decideStep turns a step into its event, or says why not. The rules of what may
// follow what are the process's; here stand those that need the record.
func (b book) decideStep(c *Concern, x deciding, now time.Time) (ledger.Event, error) {
	s := x.step
	if err := s.Validate(); err != nil {
		return ledger.Event{}, err
	}
	if err := daysAreNotAhead(s, now); err != nil {
		return ledger.Event{}, err
	}
	if err := b.process.MayAs(process.Role(x.role), c.Status, s.Step(), x.outcome(c)); err != nil {
		return ledger.Event{}, err
	}
	if err := c.holds(s, workday.Of(now)); err != nil {
		return ledger.Event{}, err
	}
	info, _ := b.process.Step(s.Step())
	body, err := json.Marshal(s)
	if err != nil {
		return ledger.Event{}, fmt.Errorf("write %s: %w", s.Step(), err)
	}
	return ledger.Event{Kind: info.Kind, Data: stepTaken{s.Step(), x.outcome(c), b.process.Name(), body, x.effect}}, nil
}

func daysAreNotAhead(s Step, now time.Time) error {
	dated, ok := s.(Dated)
	if !ok {
		return nil
	}
	var f fail.Fields
	for name, day := range dated.Days() {
		if words := dayFault("The day", day, workday.Of(now)); words != "" {
			f.Add(name, words)
		}
	}
	slices.SortFunc(f, func(a, b fail.Field) int { return len(a.Name) - len(b.Name) })
	return f.Err()
}

// holds checks what a step says about the record itself.
func (c *Concern) holds(s Step, today workday.Day) error {
	switch s := s.(type) {
	case Agreeing:
		return s.Agree(c, today)
	case Correct:
		if s.Of > c.Version {
			return fail.Fields{{Name: "of", Words: "Select what you are correcting"}}.Err()
		}
	case Assign:
		if s.Owner == c.Owner {
			return fail.Fields{{Name: "owner", Words: "Select somebody other than the person who has it now"}}.Err()
		}
		if c.Has(s.Owner) {
			return fail.Fields{{Name: "owner", Words: "Select a safeguarding lead of your organisation"}}.Err()
		}
	}
	return nil
}

// putAway is how long after its closing a concern still lies on the desk of those
// who worked on it: long enough to print it or put a slip right. After that access
// asks for a reason, unless something was added that they have to read.
const putAway = 24 * time.Hour

// resource is the concern as access sees it.
func (c *Concern) resource(now time.Time) access.Resource {
	return access.Resource{
		Kind: access.KindConcern, Org: c.Org, Compartment: string(c.Compartment), Team: c.Team,
		Raiser: c.Raiser, Owner: c.Owner,
		Subjects: c.because(process.Subject), Conflicts: c.because(Conflict), PassedBy: c.because(process.PassedBy),
		Closed: c.Closed() && len(c.Due) == 0 && now.Sub(c.ClosedAt) >= putAway,
	}
}

// actionOf is what access is asked for a step: the action of the same name. The
// raiser's own note is asked for as such, in whatever role but the lead's, who adds
// notes anyway; a step that an overlay added is asked for as a local step.
func actionOf(s process.Step, a access.Actor, raiser id.Person) access.Action {
	if s == process.AddNote && a.Person == raiser && a.Role != access.Lead {
		return access.AddToOwn
	}
	if act := access.Action(s); slices.Contains(access.RecordActions(), act) {
		return act
	}
	return access.LocalStep
}
