package concern

import (
	"reflect"
	"slices"
	"strconv"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// Bar keeps one person from a concern, whatever their role. Who declares a conflict of
// interest, or that it is about themselves, is kept from it at once. Whoever else is
// named is kept from it, or let back in, by the word of two people: one asks, and
// another, who is not the one named, confirms.
type Bar struct {
	Of     int64     // the step that asked for it, or declared it
	Why    string    // Conflict, process.Subject or process.PassedBy
	Who    id.Person // zero: nobody logs in by the name that was given
	By     id.Person // who asked
	Second id.Person // who gave the second word; zero: nobody yet, or none was needed
	State  BarState
	Lift   int64     // the step that asked to let them back in; 0: none
	LiftBy id.Person // who asked that
	Steps  []int64   // all that are about it
}

// BarState is where a bar stands.
type BarState string

// The states of a bar.
const (
	BarAsked   BarState = "asked" // it keeps nobody from anything yet
	BarStands  BarState = "stands"
	BarRefused BarState = "refused"
	BarLifted  BarState = "lifted"
)

// Conflict is why somebody is barred who declared it themselves.
const Conflict = "conflict"

// Waits says whether somebody's second word is waited for, and on what step.
func (b Bar) Waits() (step int64, asked id.Person, waits bool) {
	switch {
	case b.State == BarAsked:
		return b.Of, b.By, true
	case b.State == BarStands && b.Lift > 0:
		return b.Lift, b.LiftBy, true
	}
	return 0, id.Person{}, false
}

func (b Bar) same(o Bar) bool {
	steps := slices.Equal(b.Steps, o.Steps)
	b.Steps, o.Steps = nil, nil
	return steps && reflect.DeepEqual(b, o)
}

// Bars are all that were ever asked for, oldest first.
type Bars []Bar

// Has says whether somebody is kept from the concern.
func (bs Bars) Has(p id.Person) bool {
	return bs.some(func(b Bar) bool { return b.Who == p && b.State == BarStands })
}

// hides says whether a step is about keeping this person from the concern, at the word
// of somebody else: who must not learn of it must not learn that it was asked, either,
// whatever became of it.
func (bs Bars) hides(p id.Person, step int64) bool {
	b, ok := bs.About(step)
	return ok && b.Who == p && b.By != p
}

// since says whether somebody is kept out by a step that was taken after a version.
func (bs Bars) since(p id.Person, version int64) bool {
	return bs.some(func(b Bar) bool { return b.Who == p && b.State == BarStands && b.Steps[len(b.Steps)-1] > version })
}

func (bs Bars) some(is func(Bar) bool) bool { return slices.ContainsFunc(bs, is) }

// because are those who are kept from it for a reason.
func (bs Bars) because(why string) (out []id.Person) {
	for _, b := range bs {
		if b.Why == why && b.State == BarStands && !b.Who.IsZero() {
			out = append(out, b.Who)
		}
	}
	return out
}

// Asked is the bar on which a step waits for its second word.
func (bs Bars) Asked(step int64) (Bar, bool) {
	return bs.find(func(b Bar) bool { of, _, waits := b.Waits(); return waits && of == step })
}

// About is the bar that a step is about.
func (bs Bars) About(step int64) (Bar, bool) {
	return bs.find(func(b Bar) bool { return slices.Contains(b.Steps, step) })
}

func (bs Bars) find(is func(Bar) bool) (Bar, bool) {
	i := slices.IndexFunc(bs, is)
	if i < 0 {
		return Bar{}, false
	}
	return bs[i], true
}

// after are the bars after a step.
func (bs Bars) after(t room.Taken) Bars {
	who, of := t.Effect.Named, about(t.Answers)
	out := slices.Clone(bs) // what others hold stays as it is
	var i int
	switch t.Step {
	default:
		return bs
	case process.DeclareConflict:
		out = append(out, Bar{Of: t.Version, Why: Conflict, Who: who, By: t.By, State: BarStands})
		i = len(out) - 1
	case process.KeepFrom:
		b := Bar{Of: t.Version, Why: t.Outcome, Who: who, By: t.By, State: BarAsked}
		if who == t.By {
			b.State = BarStands
		}
		out = append(out, b)
		i = len(out) - 1
	case process.LiftBar:
		if i = slices.IndexFunc(out, func(b Bar) bool { return b.Of == of }); i >= 0 {
			out[i].Lift, out[i].LiftBy = t.Version, t.By
		}
	case process.ConfirmBar:
		if i = slices.IndexFunc(out, func(b Bar) bool { on, _, waits := b.Waits(); return waits && on == of }); i >= 0 {
			out[i].answer(t)
		}
	}
	if i >= 0 {
		out[i].Steps = append(slices.Clip(out[i].Steps), t.Version)
	}
	return out
}

// about is the step that a second word, or a lifting, is about; 0 for none.
func about(a field.Answers) int64 {
	n, err := strconv.ParseInt(a.Get("of"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// answer is the second word on what is asked of a bar.
func (b *Bar) answer(t room.Taken) {
	yes := t.Outcome == process.Confirmed
	switch {
	case b.State == BarAsked && yes:
		b.State, b.Second = BarStands, t.By
	case b.State == BarAsked:
		b.State = BarRefused
	case yes:
		b.State = BarLifted
	default:
		b.Lift, b.LiftBy = 0, id.Person{}
	}
}

// barring are the effects of a step that bars somebody, asks for it, or gives the
// second word on it: whom it names, and who has the concern from then on when it was
// theirs and is no more.
func (d *Desk) barring(tx *store.Tx, c *Concern, a access.Actor, ev *room.Event) (err error) {
	var who id.Person
	by, bars := a.Person, false // bars: at once
	switch ev.Step {
	case process.DeclareConflict:
		who, bars = by, true
	case process.KeepFrom:
		who, err = d.personOf(tx, c.Org, ev.Answers.Get("login"))
		bars = who == by
	case process.LiftBar:
		b, ok := c.find(func(b Bar) bool { return b.Of == about(ev.Answers) })
		if !ok || b.State != BarStands || b.Lift > 0 {
			err = fail.Fields{{Name: "of", Words: "Select who should be let back in"}}.Err()
		}
	case process.ConfirmBar:
		b, ok := c.Asked(about(ev.Answers))
		_, asked, _ := b.Waits()
		switch {
		case !ok || b.Who == by: // what is about them is not there for them
			err = fail.Fields{{Name: "of", Words: "Select what waits for a second word"}}.Err()
		case asked == by:
			err = fail.New(fail.Conflict, "You asked for this, so somebody else gives the second word: another lead, the Caldicott Guardian or the executive lead")
		}
		who, bars = b.Who, b.State == BarAsked && ev.Outcome == process.Confirmed
	default:
		return nil
	}
	if err != nil {
		return err
	}
	ev.Effect.Named = who
	if !bars || who.IsZero() || who != c.Owner {
		return nil
	}
	owner, err := d.nextOwner(tx, c, who)
	ev.Effect.Owner = &owner
	return err
}

// nextOwner is who has a concern whose owner is barred from it.
func (d *Desk) nextOwner(tx *store.Tx, c *Concern, who id.Person) (id.Person, error) {
	not := func(p id.Person) bool { return p == who || c.Has(p) }
	owner, err := d.findOwner(tx, c.Org, c.Team, func(p id.Person) bool { return p == c.By || not(p) })
	if fail.Is(err, fail.Conflict) { // nobody but the raiser is left
		owner, err = d.findOwner(tx, c.Org, c.Team, not)
	}
	if fail.Is(err, fail.Conflict) {
		err = fail.New(fail.Conflict, "Nobody else could take this up. Ring the Caldicott Guardian before you record this")
	}
	return owner, err
}

// personOf finds an account by its log-in name; zero when there is none, which is
// answered in the same way: nobody can look people up by naming them.
func (d *Desk) personOf(tx *store.Tx, org id.Org, login string) (id.Person, error) {
	p, err := d.Directory.LoginIn(tx, plain.Visible(login)) // what nobody sees is no part of a name
	if fail.Is(err, fail.Missing) || err == nil && p.Org != org {
		return id.Person{}, nil
	}
	return p.ID, err
}

// alone says to access whether somebody else than the raiser could decide. It is
// asked only for those for whom the answer matters: the raiser, and the Guardian,
// who stands in where no lead is left. Whom they themselves had barred counts as if
// that had not been: nobody comes to stand alone by their own word.
func (d *Desk) alone(tx *store.Tx, a access.Actor, r *access.Resource, bars Bars) error {
	if a.Person != r.Raiser && a.Role != access.CaldicottGuardian || a.Role == access.System {
		return nil
	}
	out := func(p id.Person) bool {
		return bars.some(func(b Bar) bool {
			theirs := b.Who != b.By && (b.By == a.Person || b.Second == a.Person && a.Person == r.Raiser)
			return b.Who == p && b.State == BarStands && !theirs
		})
	}
	left := func(role access.Role) (bool, error) {
		who, err := d.Directory.Holders(tx, a.Org, role, id.Team{})
		for _, p := range who {
			if p.ID != r.Raiser && !out(p.ID) {
				return true, err
			}
		}
		return false, err
	}
	lead, err := left(access.Lead)
	if err != nil {
		return err
	}
	guardian, err := left(access.CaldicottGuardian)
	r.NoLead, r.NobodyElse = !lead, !lead && !guardian
	return err
}
