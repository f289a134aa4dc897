package concern

import (
	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// barring are the effects of a step that bars somebody, asks for it, or gives the
// second word on it: whom it names, and who has the concern from then on when it was
// theirs and is no more.
func (d *Desk) barring(tx *store.Tx, c *room.State, a access.Actor, ev *room.Event) (err error) {
	var who id.Person
	by, bars := a.Person, false // bars: at once
	switch ev.Step {
	case process.DeclareConflict:
		who, bars = by, true
	case process.KeepFrom:
		who, err = d.personOf(tx, c.Org, ev.Answers.Get("login"))
		bars = who == by
	case process.LiftBar:
		b, ok := c.Bars.Find(func(b room.Bar) bool { return b.Of == room.BarOf(ev.Answers) })
		if !ok || b.State != room.BarStands || b.Lift > 0 {
			err = fail.Fields{{Name: "of", Words: "Select who should be let back in"}}.Err()
		}
	case process.ConfirmBar:
		b, ok := c.Bars.Asked(room.BarOf(ev.Answers))
		_, asked, _ := b.Waits()
		switch {
		case !ok || b.Who == by: // what is about them is not there for them
			err = fail.Fields{{Name: "of", Words: "Select what waits for a second word"}}.Err()
		case asked == by:
			err = fail.New(fail.Conflict, "You asked for this, so somebody else gives the second word: another lead, the "+
				"Caldicott Guardian or the executive lead")
		}
		who, bars = b.Who, b.State == room.BarAsked && ev.Outcome == process.Confirmed
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
func (d *Desk) nextOwner(tx *store.Tx, c *room.State, who id.Person) (id.Person, error) {
	not := func(p id.Person) bool { return p == who || c.Bars.Has(p) }
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
func (d *Desk) alone(tx *store.Tx, a access.Actor, r *access.Resource, bars room.Bars) error {
	if a.Person != r.Raiser && a.Role != access.CaldicottGuardian || a.Role == access.System {
		return nil
	}
	out := func(p id.Person) bool {
		return bars.Some(func(b room.Bar) bool {
			theirs := b.Who != b.By && (b.By == a.Person || b.Second == a.Person && a.Person == r.Raiser)
			return b.Who == p && b.State == room.BarStands && !theirs
		})
	}
	left := func(role access.Role) (bool, error) {
		who, damaged, err := d.Directory.HoldersAnd(tx, a.Org, role, id.Team{})
		for _, p := range who {
			if p.ID != r.Raiser && !out(p.ID) {
				return true, err
			}
		}
		return damaged > 0, err // somebody may be left: nobody comes to stand alone by damage
	}
	lead, err := left(access.Lead)
	if err != nil {
		return err
	}
	guardian, err := left(access.CaldicottGuardian)
	r.NoLead, r.NobodyElse = !lead, !lead && !guardian
	return err
}
