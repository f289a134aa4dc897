package room

import (
	"slices"
	"strconv"

	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
)

// Bar keeps one person from a record, whatever their role. Who declares a conflict of
// interest, or that it is about themselves, is kept from it at once. Whoever else is
// named is kept from it, or let back in, by the word of two people: one asks, and
// another, who is not the one named, confirms.
type Bar struct {
	ByTwo
	Why   string    // Conflict, process.Subject or process.PassedBy
	Who   id.Person // zero: nobody logs in by the name that was given
	Steps []int64   // all that are about it
	Words []int64   // by which these were corrected
}

// ByTwo is what one person asks for of a record, and another says yes or no to; once it stands it
// is lifted in the same way.
type ByTwo struct {
	Of     int64     // the step that asked for it, or declared it
	By     id.Person // who asked
	Second id.Person // who gave the second word; zero: nobody yet, or none was needed
	State  TwoState
	Lift   int64     // the step that asked to lift it; 0: none
	LiftBy id.Person // who asked that
}

// TwoState is where it stands.
type TwoState string

// The states of what two have to say.
const (
	TwoAsked   TwoState = "asked" // it has no effect yet
	TwoStand   TwoState = "stands"
	TwoRefused TwoState = "refused"
	TwoLifted  TwoState = "lifted"
)

// Conflict is why somebody is barred who declared it themselves.
const Conflict = "conflict"

// Waits says whether somebody's second word is waited for, and on what step.
func (b ByTwo) Waits() (step int64, asked id.Person, waits bool) {
	switch {
	case b.State == TwoAsked:
		return b.Of, b.By, true
	case b.State == TwoStand && b.Lift > 0:
		return b.Lift, b.LiftBy, true
	}
	return 0, id.Person{}, false
}

// Bars are all that were ever asked for, oldest first.
type Bars []Bar

// Has says whether somebody is kept from the record.
func (bs Bars) Has(p id.Person) bool {
	return bs.Some(func(b Bar) bool { return b.Who == p && b.State == TwoStand })
}

// Meant says whether it was asked to keep somebody from the record, and is not answered yet.
func (bs Bars) Meant(p id.Person) bool {
	return bs.Some(func(b Bar) bool { return b.Who == p && b.State == TwoAsked })
}

// Hides says whether a step is about keeping this person from the record, at the word
// of somebody else: who must not learn of it must not learn that it was asked, either,
// whatever became of it.
func (bs Bars) Hides(p id.Person, step int64) bool {
	b, ok := bs.About(step)
	return ok && b.Who == p && b.By != p
}

// Some says whether there is such a bar.
func (bs Bars) Some(is func(Bar) bool) bool { return slices.ContainsFunc(bs, is) }

// Because are those who are kept from it for a reason.
func (bs Bars) Because(why string) (out []id.Person) {
	for _, b := range bs {
		if b.Why == why && b.State == TwoStand && !b.Who.IsZero() {
			out = append(out, b.Who)
		}
	}
	return out
}

// Asked is the bar on which a step waits for its second word.
func (bs Bars) Asked(step int64) (Bar, bool) {
	return bs.Find(func(b Bar) bool { of, _, waits := b.Waits(); return waits && of == step })
}

// About is the bar that a step is about.
func (bs Bars) About(step int64) (Bar, bool) {
	return bs.Find(func(b Bar) bool { return slices.Contains(b.Steps, step) || slices.Contains(b.Words, step) })
}

// Find is the first such bar.
func (bs Bars) Find(is func(Bar) bool) (Bar, bool) {
	i := slices.IndexFunc(bs, is)
	if i < 0 {
		return Bar{}, false
	}
	return bs[i], true
}

// nothingFor says that a step about bars, recipients, those who disagree or holds has nothing here to be
// about for somebody.
func (s *State) nothingFor(def *process.Definition, step process.Step, p id.Person) bool {
	switch step {
	case process.LiftBar:
		return !s.Bars.Some(func(b Bar) bool { return b.State == TwoStand && b.Lift == 0 })
	case process.ConfirmBar:
		return !s.Bars.WaitFor(p)
	}
	return s.WaitsFor(step) != nil || s.NothingDisputed(def, step, p) != nil || s.NothingHeld(step, p) != nil
}

// WaitFor says whether anything waits for somebody's second word.
func (bs Bars) WaitFor(p id.Person) bool {
	return bs.Some(func(b Bar) bool { _, asked, waits := b.Waits(); return waits && asked != p && b.Who != p })
}

// after are the bars after a step.
func (bs Bars) after(t Taken) Bars {
	who, of := t.Effect.Named, EntryOf(t.Answers)
	out := slices.Clone(bs) // what others hold stays as it is
	var i int
	switch t.Step {
	default:
		return bs
	case process.Correct:
		if i = slices.IndexFunc(out, func(b Bar) bool {
			return slices.Contains(b.Steps, of) || slices.Contains(b.Words, of)
		}); i >= 0 {
			out[i].Words = append(slices.Clip(out[i].Words), t.Version)
		}
		return out
	case process.DeclareConflict:
		out = append(out, Bar{ByTwo: ByTwo{Of: t.Version, By: t.By, State: TwoStand}, Why: Conflict, Who: who})
		i = len(out) - 1
	case process.KeepFrom:
		b := Bar{ByTwo: ByTwo{Of: t.Version, By: t.By, State: TwoAsked}, Why: t.Outcome, Who: who}
		if who == t.By {
			b.State = TwoStand
		}
		out = append(out, b)
		i = len(out) - 1
	case process.LiftBar:
		if i = slices.IndexFunc(out, func(b Bar) bool { return b.Of == of }); i >= 0 {
			out[i].Lift, out[i].LiftBy = t.Version, t.By
		}
	case process.ConfirmBar:
		if i = slices.IndexFunc(out, func(b Bar) bool { on, _, waits := b.Waits(); return waits && on == of }); i >= 0 {
			out[i].answer(t, t.Outcome == process.Confirmed)
		}
	}
	if i >= 0 {
		out[i].Steps = append(slices.Clip(out[i].Steps), t.Version)
	}
	return out
}

// EntryOf is the step that another is about; 0 for none.
func EntryOf(a field.Answers) int64 {
	n, err := strconv.ParseInt(a.Get("of"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// answer is the second word on what is asked.
func (b *ByTwo) answer(t Taken, yes bool) {
	switch {
	case b.State == TwoAsked && yes:
		b.State, b.Second = TwoStand, t.By
	case b.State == TwoAsked:
		b.State = TwoRefused
	case yes:
		b.State = TwoLifted
	default:
		b.Lift, b.LiftBy = 0, id.Person{}
	}
}
