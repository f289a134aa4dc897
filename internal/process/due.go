package process

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/clock/workday"
)

// Taken is a step as the ledger has it.
type Taken struct {
	Step    Step
	Outcome string
	At      time.Time
}

// Due is a duty that is running.
type Due struct {
	Deadline string      `json:"deadline"`     // its id
	Of       int64       `json:"of,omitempty"` // the step with which something was sent, or somebody disagreed, where one runs for each
	Label    string      `json:"label"`
	Owner    Role        `json:"owner"`
	Since    time.Time   `json:"since"`            // the step that started it
	Day      workday.Day `json:"day"`              // the last day on which it is met in time
	At       time.Time   `json:"at"`               // the end of that day in London, UTC
	Every    int         `json:"every,omitempty"`  // working days after which to remind again; 0: once
	Others   bool        `json:"others,omitempty"` // the next word is somebody else's, outside
	Any      bool        `json:"any,omitempty"`    // it waits for anybody in its role
}

// Key names a duty that runs: by its deadline, and by the step that it is of where one runs for each.
func (x Due) Key() string {
	if x.Of == 0 {
		return x.Deadline
	}
	return x.Deadline + "#" + strconv.FormatInt(x.Of, 10)
}

// Name tells one running duty from another of the same record: by the step that started it.
func (x Due) Name() string { return x.Key() + ":" + x.Since.UTC().Format("20060102T150405.000000") }

// Duties says which duties start with what was taken, and which of those that run it stops. One
// that runs already is not put off by what would start it again; a step that both meets and
// starts one (a hold looked at and held again) starts it anew.
func (d *Definition) Duties(running []string, x Taken, ended bool) (starts []Deadline, stops []string) {
	for _, t := range d.Timers {
		if t.Each { // who the recipients are, and who disagrees, is the record's to know
			continue
		}
		runs := slices.Contains(running, t.ID)
		if runs && t.Ends(x) {
			stops, runs = append(stops, t.ID), false
		}
		if !runs && t.Starts(x) && !(ended && t.Open) {
			starts = append(starts, t)
		}
	}
	return starts, stops
}

// TestOnlyDue are the duties that run after these steps (given oldest first), the soonest
// due first, as the desk of rooms keeps them from step to step.
func TestOnlyDue(d *Definition, nation workday.Nation, history []Taken) (out []Due) {
	status := d.Start()
	for _, x := range history {
		var running []string
		for _, due := range out {
			running = append(running, due.Deadline)
		}
		was := d.Ended(status)
		status = d.After(status, x.Step, x.Outcome)
		if d.Ended(status) && !was { // the end leaves nothing due
			out = nil
			continue
		}
		starts, stops := d.Duties(running, x, d.Ended(status))
		out = slices.DeleteFunc(out, func(due Due) bool { return slices.Contains(stops, due.Deadline) })
		for _, t := range starts {
			if due, ok := t.Running(nation, x.At, ""); ok {
				out = append(out, due)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Due) int { return a.At.Compare(b.At) })
	return out
}

// Starts says whether what was taken starts the duty.
func (t Deadline) Starts(x Taken) bool { return named(t.From, x) }

// Ends says whether what was taken meets the duty.
func (t Deadline) Ends(x Taken) bool { return named(t.Until, x) }

// Running is the duty as it runs from a moment on: for as many working days as it
// says, or, when it is On a day field, until the day that was answered there. ok is
// false when that was not answered.
func (t Deadline) Running(nation workday.Nation, since time.Time, on string) (due Due, ok bool) {
	var err error
	due = t.running(nation, since)
	if t.On == "" {
		return due, true
	}
	if due.Day, err = workday.Parse(on); err != nil {
		return Due{}, false
	}
	due.At = due.Day.End().UTC()
	return due, true
}

func (t Deadline) running(nation workday.Nation, since time.Time) Due {
	day := nation.Add(workday.Of(since), t.Days)
	x := Due{Deadline: t.ID, Label: t.Label, Owner: t.Owner, Since: since, Day: day, At: day.End().UTC(),
		Others: t.Others, Any: t.Any}
	if t.Repeat {
		x.Every = t.Days
	}
	return x
}

// stepOf is the step of "step" or "step/outcome".
func stepOf(ref string) Step {
	step, _, _ := strings.Cut(ref, "/")
	return Step(step)
}

// named says whether a list of "step" and "step/outcome" names what was taken.
func named(refs []string, x Taken) bool {
	for _, ref := range refs {
		step, outcome, one := strings.Cut(ref, "/")
		if Step(step) == x.Step && (!one || outcome == x.Outcome) {
			return true
		}
	}
	return false
}
