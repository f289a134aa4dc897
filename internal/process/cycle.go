package process

import (
	"fmt"
	"slices"

	"heed/internal/clock/workday"
	"heed/internal/field"
)

// The four ways in which one time round of a cycle comes to its end.
const (
	ClosedDone      = "done"
	ClosedReplaced  = "replaced"
	ClosedNotNeeded = "not_needed"
	ClosedOvertaken = "overtaken"
)

var closings = []string{ClosedDone, ClosedReplaced, ClosedNotNeeded, ClosedOvertaken}

// Cycle is what comes round: a review at least each twelve months. Each time round is
// made once, by a step, and closed once, by a step that says how; what is closed stays so.
type Cycle struct {
	ID       string    `json:"id"`
	Label    string    `json:"label"`
	Months   int       `json:"months"`   // the most between one and the next; the day when none was given
	Deadline string    `json:"deadline"` // the duty that runs while one is open, On a day
	Opens    []string  `json:"opens"`    // "step" or "step/outcome" that makes one, when none is open
	Sooner   Step      `json:"sooner"`   // brings the day of an open one forward
	Closes   []Closing `json:"closes"`
}

// Closing says with which steps one time round ends, and how.
type Closing struct {
	By  []string `json:"by"`
	As  string   `json:"as"`  // done, replaced, not_needed, overtaken
	Why string   `json:"why"` // of one that is not needed: the question in which the step says why
}

// Opened says whether what was taken makes one time round.
func (c Cycle) Opened(x Taken) bool { return named(c.Opens, x) }

// Closed is how what was taken ends one; "" when it does not.
func (c Cycle) Closed(x Taken) string {
	for _, end := range c.Closes {
		if named(end.By, x) {
			return end.As
		}
	}
	return ""
}

// Latest is the last day on which the next time round may be, counted from a day.
func (c Cycle) Latest(from workday.Day) workday.Day {
	at := from.Start().AddDate(0, c.Months, 0)
	return workday.Of(at)
}

// CycleOf is the cycle whose duty this is.
func (d *Definition) CycleOf(deadline string) (Cycle, bool) {
	return find(d.Cycles, deadline, func(c Cycle) string { return c.Deadline })
}

// FaultOf says what is wrong with a cycle of a definition, or "".
func (c Cycle) FaultOf(d *Definition) string {
	t, ok := find(d.Timers, c.Deadline, func(t Deadline) string { return t.ID })
	switch {
	case !field.IsName(c.ID) || c.Label == "" || c.Months < 1 || c.Months > 60:
		return "must have an id, a label, and from 1 to 60 months"
	case !ok || t.On == "":
		return fmt.Sprintf(`must name a deadline that is due "on" a day: %q`, c.Deadline)
	case len(c.Opens) == 0 || len(c.Closes) == 0:
		return "must say what opens and what closes it"
	}
	for _, ref := range c.Opens {
		if !d.knows(ref) || !slices.Contains(t.From, ref) {
			return fmt.Sprintf("is opened by %q, which must start the deadline %s too", ref, t.ID)
		}
	}
	if sooner := string(c.Sooner); sooner != "" && (!slices.Contains(t.From, sooner) || !slices.Contains(t.Until,
		sooner)) {
		return fmt.Sprintf("is brought forward by %q, which must end the deadline %s and start it again", sooner, t.ID)
	}
	for _, end := range c.Closes {
		if fault := end.faultOf(d); fault != "" {
			return fault
		}
	}
	return c.everyEnd(d)
}

func (end Closing) faultOf(d *Definition) string {
	if !slices.Contains(closings, end.As) {
		return fmt.Sprintf("is closed as %q: it must be one of %v", end.As, closings)
	}
	for _, ref := range end.By {
		if !d.knows(ref) {
			return d.noStep(ref)
		}
		step, _ := d.Step(stepOf(ref))
		why, asked := field.Find(step.Fields, end.Why)
		if end.As == ClosedNotNeeded && (!asked || !why.Needed) {
			return fmt.Sprintf("is closed by %q as not needed any more: the step must ask why, and it must be answered", ref)
		}
	}
	return ""
}

// everyEnd holds that whatever ends a record closes what is open of it.
func (c Cycle) everyEnd(d *Definition) string {
	for _, s := range d.AllSteps {
		for _, o := range s.Outcomes {
			ends := slices.ContainsFunc(o.Moves, func(m Move) bool { return m.To != "" && d.Ended(Status{State: m.To}) })
			if ends && c.Closed(Taken{Step: s.ID, Outcome: o.ID}) == "" {
				return fmt.Sprintf("is closed by no word when %s ends the record: say how it is closed then", s.ID)
			}
		}
	}
	return ""
}
