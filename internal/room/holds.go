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
	"heed/internal/store"
)

// What stands here is for how long a record is kept once it has ended, and that nothing of it is
// destroyed while two people hold it; see decision 0721.

// Keeping is until when a record is kept, and why.
type Keeping struct {
	Until   workday.Day `json:"until,omitzero"`
	Because string      `json:"because,omitempty"`
	Over    bool        `json:"over,omitempty"` // Heed has said that it was kept for as long as it has to be
}

// Hold is that nothing of a record is destroyed. From the moment at which somebody asks for it
// nothing is, and until a second person says that it is held no more.
type Hold struct {
	ByTwo
	At   time.Time
	Why  string      // a choice of the form
	Look workday.Day // on which it is looked at again
}

// holds says whether nothing of the record may be destroyed because of it.
func (h Hold) holds() bool { return h.State == TwoAsked || h.State == TwoStand }

// holding keeps holds, and until when a record is kept.
func (s *State) holding(t Taken) {
	of := EntryOf(t.Answers)
	i := slices.IndexFunc(s.Holds, func(h Hold) bool { return h.Of == of })
	if t.Effect.Keep != nil {
		s.Keep = *t.Effect.Keep
	}
	switch {
	case t.Step == process.KeptEnough:
		s.Keep.Over = true
	case t.Step == process.AskHold:
		h := Hold{ByTwo: ByTwo{Of: t.Version, By: t.By, State: TwoAsked}, At: t.At, Why: t.Answers.Get("why")}
		h.Look, _ = workday.Parse(t.Answers.Get("look"))
		s.Holds = append(slices.Clip(s.Holds), h)
	case i < 0:
	case t.Step == process.LiftHold:
		s.Holds = slices.Clone(s.Holds) // what others hold stays as it is
		s.Holds[i].Lift, s.Holds[i].LiftBy = t.Version, t.By
	case t.Step == process.ConfirmHold:
		s.Holds = slices.Clone(s.Holds)
		s.Holds[i].answer(t, t.Outcome == process.Confirmed)
	}
}

// HoldsFor are the holds that a step can be about, for somebody: who asked gives no second word.
func (s *State) HoldsFor(step process.Step, p id.Person) (out []Hold) {
	for _, h := range s.Holds {
		_, asked, waits := h.Waits()
		if step == process.LiftHold && h.State == TwoStand && h.Lift == 0 ||
			step == process.ConfirmHold && waits && asked != p {
			out = append(out, h)
		}
	}
	return out
}

// NothingHeld says why a step about holds has nothing here to be about for somebody, or nil.
func (s *State) NothingHeld(step process.Step, p id.Person) error {
	switch {
	case !slices.Contains([]process.Step{process.LiftHold, process.ConfirmHold}, step) || len(s.HoldsFor(step, p)) > 0:
		return nil
	case step == process.LiftHold:
		return fail.New(fail.Conflict, "Nothing holds this that two people have said yes to")
	}
	return fail.New(fail.Conflict, "No hold waits here for your word. Whoever asked for it does not give the second")
}

// aboutHold refuses a step about holds that is about none that waits for this person.
func (s *State) aboutHold(a access.Actor, step process.Step, answers field.Answers) error {
	if step != process.LiftHold && step != process.ConfirmHold {
		return nil
	}
	of := EntryOf(answers)
	if slices.ContainsFunc(s.HoldsFor(step, a.Person), func(h Hold) bool { return h.Of == of }) {
		return nil
	}
	words := map[process.Step]string{process.LiftHold: "Select a hold that stands, of which nobody asked yet that it ends",
		process.ConfirmHold: "Select a hold that waits for a second word, which somebody else asked for"}[step]
	return fail.Fields{{Name: "of", Words: words}}.Err()
}

// Held says why nothing of a record is erased, or nil.
func (s *State) Held() error {
	if !slices.ContainsFunc(s.Holds, Hold.holds) {
		return nil
	}
	return fail.New(fail.Conflict, "This is held, because somebody outside may need it, and nothing of it is erased. "+
		"Two people end the hold first, and the page of this says who asked for it")
}

// wordsAsked are the duties to give a second word that can be this person's.
func (s *State) wordsAsked(x process.Due, p id.Person) bool {
	return slices.ContainsFunc(s.HoldsFor(process.ConfirmHold, p), func(h Hold) bool { return h.Of == x.Of })
}

// keepingOf are the duties that a step starts and ends for what is kept and held, and until when the
// record is kept by it.
func (d Decider) keepingOf(s State, step process.Step, out string, answers field.Answers, ended bool) (keep *Keeping,
	start []process.Due, stop []string) {
	of := EntryOf(answers)
	runs := func(deadline string, of int64, day workday.Day) {
		for _, t := range d.Process.Timers {
			if due, ok := t.Running(d.Nation, d.Now, day.String()); ok && t.ID == deadline {
				if due.Of = of; day != (workday.Day{}) {
					due.Day, due.At = day, day.End().UTC()
				}
				start = append(start, due)
			}
		}
	}
	ends := func(deadline string) { stop = append(stop, process.Due{Deadline: deadline, Of: of}.Key()) }
	switch step {
	case process.KeepOn:
		day, err := workday.Parse(answers.Get("until"))
		if err == nil {
			keep = &Keeping{Until: day, Because: answers.Get("reasons")}
		}
	case process.AskHold:
		runs(process.HoldWord, s.Version+1, workday.Day{})
	case process.LiftHold:
		runs(process.HoldWord, of, workday.Day{})
	case process.ConfirmHold:
		ends(process.HoldWord)
		if i := slices.IndexFunc(s.Holds, func(h Hold) bool { return h.Of == of }); i >= 0 {
			ends(process.LookAtHold)
			yes := out == process.Confirmed
			switch lifting := s.Holds[i].State == TwoStand; {
			case yes && !lifting:
				runs(process.LookAtHold, of, s.Holds[i].Look)
			case !yes && lifting:
				runs(process.LookAtHold, of, workday.Of(d.Now.AddDate(1, 0, 0)))
			}
		}
	}
	switch {
	case len(d.Process.Keeps.By) == 0:
	case ended && !s.Ended():
		keep = d.keptFor(s, step, out)
	case !ended && s.Ended():
		keep = &Keeping{}
		stop = append(stop, process.StillNeeded)
	}
	return keep, start, stop
}

// keptFor is until when a record is kept that ends with a step.
func (d Decider) keptFor(s State, step process.Step, out string) *Keeping {
	born, err := workday.Parse(s.Born)
	if err != nil {
		born = workday.Day{}
	}
	until, because := d.Process.KeptUntil(func(x process.Step) (string, bool) {
		if x == step {
			return out, true
		}
		m, taken := s.Last[x]
		return m.Outcome, taken
	}, d.Now, born)
	return &Keeping{Until: until, Because: because}
}

// keptLong writes that a record was kept for as long as it has to be: somebody looks whether it is
// still needed, and nothing is destroyed by that.
func (d *Desk) keptLong(tx *store.Tx, r *Room, w writing) (bool, error) {
	at, waits := w.was.keptTo()
	if !waits || tx.Now().Before(at) || !w.was.Ended() {
		return false, nil
	}
	return d.byItself(tx, r, w, process.KeptEnough, nil, "kept-enough", nil)
}

// keptTo is the moment up to which a record is kept; ok is false where none waits to be said.
func (s *State) keptTo() (at time.Time, ok bool) {
	return s.Keep.Until.End().UTC(), s.Keep.Until != (workday.Day{}) && !s.Keep.Over
}

// keptDue is when it is looked at whether a record is still needed, as lists show what is due.
func (s *State) keptDue() process.Due {
	if s.Keep.Until == (workday.Day{}) { // of one that is damaged nothing is known
		return process.Due{}
	}
	return process.Due{Label: "Look whether it is still needed", Day: s.Keep.Until, At: s.Keep.Until.End().UTC()}
}

// WordsHeld says of what a hold was asked for, as its form offers it.
func (h Hold) WordsHeld(d *process.Definition) string {
	info, _ := d.Step(process.AskHold)
	asked, _ := field.Find(info.Fields, "why")
	return strings.TrimSpace(asked.Words(field.Value{Text: h.Why}, nil))
}
