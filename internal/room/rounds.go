package room

import (
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/ledger"
	"heed/internal/process"
)

// Round is one time round of a cycle: made once, closed once, and never opened again.
type Round struct {
	Cycle  string      `json:"cycle"`
	Number int         `json:"number"` // of its cycle in this record, from 1
	Made   int64       `json:"made"`   // the step that made it
	At     time.Time   `json:"at"`
	Day    workday.Day `json:"day"` // when it is due
	// First is the day that it had when it was made, once it was brought forward.
	First  workday.Day `json:"first,omitzero"`
	Closed time.Time   `json:"closed,omitzero"`
	As     string      `json:"as,omitempty"` // done, replaced, not_needed, overtaken
	By     int64       `json:"by,omitempty"` // the step that closed it
}

// Open says whether it is still to be done.
func (x Round) Open() bool { return x.Closed.IsZero() }

// Turn is what a step means to one cycle.
type Turn struct {
	Cycle  string       `json:"cycle"`
	Closes string       `json:"closes,omitempty"` // the open one, and how
	Opens  *workday.Day `json:"opens,omitempty"`  // the next one, on this day
	Sooner *workday.Day `json:"sooner,omitempty"` // the open one is due on this day
}

// openRound is the open time round of a cycle.
func (s *State) openRound(cycle string) (int, bool) {
	i := slices.IndexFunc(s.Rounds, func(x Round) bool { return x.Cycle == cycle && x.Open() })
	return i, i >= 0
}

// turns works out what a step means to what comes round.
func (d Decider) turns(s State, taken process.Taken, answers field.Answers) (out []Turn) {
	for _, c := range d.Process.Cycles {
		t := Turn{Cycle: c.ID}
		_, open := s.openRound(c.ID)
		if open {
			t.Closes = c.Closed(taken)
		}
		day := d.roundDay(c, answers)
		switch {
		case c.Opened(taken) && (!open || t.Closes != ""):
			t.Opens = &day
		case open && taken.Step == c.Sooner:
			t.Sooner = &day
		}
		if t.Closes != "" || t.Opens != nil || t.Sooner != nil {
			out = append(out, t)
		}
	}
	return out
}

// roundDay is the day that a step gives to what comes round: as it was answered, or as
// late as the cycle allows.
func (d Decider) roundDay(c process.Cycle, answers field.Answers) workday.Day {
	for _, t := range d.Process.Timers {
		if day, err := time.Parse(time.DateOnly, answers.Get(t.On)); t.ID == c.Deadline && err == nil {
			return workday.Day{Year: day.Year(), Month: day.Month(), Day: day.Day()}
		}
	}
	return c.Latest(workday.Of(d.Now))
}

// dayOf is the day on which a duty is due that runs on one.
func (d Decider) dayOf(t process.Deadline, answers field.Answers) string {
	if c, ok := d.Process.CycleOf(t.ID); ok {
		return d.roundDay(c, answers).String()
	}
	return answers.Get(t.On)
}

// inTurn refuses a day that is later than the cycle allows, and one brought forward that
// is not sooner.
func (d Decider) inTurn(s State, step process.Step, outcome string, answers field.Answers) error {
	taken := process.Taken{Step: step, Outcome: outcome, At: d.Now}
	var faults fail.Fields
	for _, c := range d.Process.Cycles {
		t, day, latest := d.deadlineOf(c), d.roundDay(c, answers), c.Latest(workday.Of(d.Now))
		i, open := s.openRound(c.ID)
		switch {
		case step == c.Sooner && !open:
			return fail.New(fail.Conflict, "There is no day to be brought forward")
		case step == c.Sooner && !day.Before(s.Rounds[i].Day):
			faults.Add(t.On, "The day must be before "+s.Rounds[i].Day.Words()+", on which it is due now")
		case c.Opened(taken) && latest.Before(day):
			faults.Add(t.On, "The day must be "+latest.Words()+" or before")
		}
	}
	return faults.Err()
}

func (d Decider) deadlineOf(c process.Cycle) process.Deadline {
	i := slices.IndexFunc(d.Process.Timers, func(t process.Deadline) bool { return t.ID == c.Deadline })
	return d.Process.Timers[i]
}

// turn brings what comes round from where it stood to where it stands.
func (s *State) turn(turns []Turn, e ledger.Entry) {
	if len(turns) == 0 {
		return
	}
	s.Rounds = slices.Clone(s.Rounds)
	for _, t := range turns {
		if i, open := s.openRound(t.Cycle); open {
			x := &s.Rounds[i]
			if t.Closes != "" {
				x.Closed, x.As, x.By = e.At, t.Closes, e.Version
			}
			if t.Sooner != nil && x.First == (workday.Day{}) {
				x.First = x.Day
			}
			if t.Sooner != nil {
				x.Day = *t.Sooner
			}
		}
		if t.Opens == nil {
			continue
		}
		n := 1
		for _, x := range s.Rounds {
			if x.Cycle == t.Cycle {
				n++
			}
		}
		s.Rounds = append(s.Rounds, Round{Cycle: t.Cycle, Number: n, Made: e.Version, At: e.At, Day: *t.Opens})
	}
}
