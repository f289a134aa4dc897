package room

import (
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/store"
)

// What stands here is done with the steps by which somebody is kept from a record: it finds
// whom they name, passes on what was theirs, and tells somebody outside. See bars.go for where
// a bar stands, and decision 0503.

// barring are the effects of a step that bars somebody, asks for it, or gives the
// second word on it: whom it names, who is asked for the second word, and who has the
// record from then on when it was theirs and is no more.
func (d *Desk) barring(tx *store.Tx, r *Room, s *State, a access.Actor, ev *Event) (err error) {
	var who, about id.Person    // whom it names, and about whom a second word is asked
	by, bars := a.Person, false // bars: at once
	switch ev.Step {
	case process.DeclareConflict:
		who, bars = by, true
	case process.KeepFrom:
		who, err = d.personOf(tx, s.Org, ev.Answers.Get("login"))
		about, bars = who, who == by
	case process.LiftBar:
		b, ok := s.Bars.Find(func(b Bar) bool { return b.Of == EntryOf(ev.Answers) })
		if !ok || b.State != TwoStand || b.Lift > 0 {
			err = fail.Fields{{Name: "of", Words: "Select who should be let back in"}}.Err()
		}
		about = b.Who
	case process.ConfirmBar:
		b, ok := s.Bars.Asked(EntryOf(ev.Answers))
		_, asked, _ := b.Waits()
		switch {
		case !ok || b.Who == by: // what is about them is not there for them
			err = fail.Fields{{Name: "of", Words: "Select what waits for a second word"}}.Err()
		case asked == by:
			err = fail.New(fail.Conflict, "You asked for this, so somebody else gives the second word: another lead, the "+
				"Caldicott Guardian or the executive lead")
		}
		who, bars = b.Who, b.State == TwoAsked && ev.Outcome == process.Confirmed
	default:
		return nil
	}
	if err != nil {
		return err
	}
	ev.Effect.Named = who
	if (ev.Step == process.KeepFrom || ev.Step == process.LiftBar) && !bars {
		if ev.Effect.Asks, err = d.askOutside(tx, r, s, by, about); err != nil {
			return err
		}
	}
	if !bars || who.IsZero() || who != s.Owner {
		return nil
	}
	owner, err := d.nextOwner(tx, r, s, who)
	ev.Effect.Owner = &owner
	return err
}

// nextOwner is who has a record whose owner is barred from it.
func (d *Desk) nextOwner(tx *store.Tx, r *Room, s *State, who id.Person) (id.Person, error) {
	not := func(p id.Person) bool { return p == who || s.closedTo(p) || s.Bars.Meant(p) }
	owner, err := d.TakesUp(tx, r, s.Org, s.Team, func(p id.Person) bool { return p == s.By || not(p) })
	if fail.Is(err, fail.Conflict) { // nobody but who began it is left
		owner, err = d.TakesUp(tx, r, s.Org, s.Team, not)
	}
	if fail.Is(err, fail.Conflict) {
		err = fail.New(fail.Conflict, "Nobody else here could take this up. Ask "+
			"an administrator to give somebody else the role before you record this")
	}
	return owner, err
}

// TakesUp is who a record goes to that nobody chose: the first in the first of the roles that
// work it, of the team, else of the organisation, else the Caldicott Guardian. It passes over
// who must not have it. Nothing is without an owner: where there is none of them it is refused.
func (d *Desk) TakesUp(tx *store.Tx, r *Room, org id.Org, team id.Team, not func(id.Person) bool) (id.Person, error) {
	works, _ := r.Latest().Step(process.DeclareConflict)
	type place struct {
		role access.Role
		team id.Team
	}
	var places []place
	for _, role := range works.Roles {
		places = append(places, place{access.Role(role), team}, place{access.Role(role), id.Team{}})
	}
	for _, at := range append(places, place{role: access.CaldicottGuardian}) {
		who, err := d.Directory.Holders(tx, org, at.role, at.team)
		if err != nil {
			return id.Person{}, err
		}
		for _, p := range who {
			if !not(p.ID) {
				return p.ID, nil
			}
		}
	}
	return id.Person{}, fail.New(fail.Conflict, "Nobody takes up %s here yet: ring your safeguarding team", r.Many)
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

// outsiders is who is told, if access lets them be told of the record: the Caldicott Guardian,
// or the executive lead where a Guardian did it or no Guardian may know.
var outsiders = []access.Role{access.CaldicottGuardian, access.ExecutiveLead}

// Outsiders are the holders of the roles that are told, by role.
func (d *Desk) Outsiders(tx *store.Tx, org id.Org) (map[access.Role][]id.Person, error) {
	out := map[access.Role][]id.Person{}
	for _, role := range outsiders {
		who, err := d.Directory.Holders(tx, org, role, id.Team{})
		if err != nil {
			return nil, err
		}
		for _, p := range who {
			out[role] = append(out[role], p.ID)
		}
	}
	return out, nil
}

// Told are those of the first of these roles in which anybody may be told of what somebody
// did with a record, but never of what is about themselves; who holds which is asked once
// for a page.
func (d *Desk) Told(holders map[access.Role][]id.Person, r *Room, s *State, by, about id.Person,
	now time.Time) (out []id.Person) {
	for _, role := range outsiders {
		for _, p := range holders[role] {
			if p != by && p != about && d.MayBeTold(p, role, r, s.Resource(r.Kind, now)) {
				out = append(out, p)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return out
}

// MayBeTold asks access whether somebody may be told of a record.
func (d *Desk) MayBeTold(p id.Person, role access.Role, r *Room, res access.Resource) bool {
	a := access.Actor{Person: p, Org: res.Org, Role: role, MFA: true}
	return d.Policy.Decide(a, r.tells(), res, access.Context{}).Effect == access.Allow
}

// tells is what access is asked before somebody outside is told.
func (r *Room) tells() access.Action {
	if r.Tells != "" {
		return r.Tells
	}
	return r.action(string(process.ConfirmBar))
}

// askOutside is who outside is asked for the second word on somebody.
func (d *Desk) askOutside(tx *store.Tx, r *Room, s *State, by, about id.Person) ([]id.Person, error) {
	holders, err := d.Outsiders(tx, s.Org)
	if err != nil {
		return nil, err
	}
	return d.Told(holders, r, s, by, about, tx.Now()), nil
}

// waitsOutside says that a step is there for somebody only while their second word is waited
// for: outside those who work a record it is not told otherwise that there is one.
func waitsOutside(what string, a access.Actor, s *State) bool {
	return what != string(process.ConfirmBar) || !slices.Contains(outsiders, a.Role) || s.Bars.WaitFor(a.Person)
}

// ToConfirm is what waits for somebody's second word, and nothing else of the record.
type ToConfirm struct {
	Step    int64 // what a ConfirmBar is of
	At      time.Time
	By      id.Person
	Lift    bool      // to let them back in
	Why     string    // Conflict, process.Subject or process.PassedBy
	Login   string    // as it was typed; empty where they declared it themselves
	Who     id.Person // who did
	Reasons string
}

// ToConfirm gives what waits for this actor's second word. That they looked is in the
// ledger before.
func (d *Desk) ToConfirm(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (v View, out []ToConfirm,
	err error) {
	v, err = d.Read(ctx, a, r, ref, Look{Act: string(process.ConfirmBar), Kind: ReadBars, Work: true})
	if err != nil {
		return v, nil, err
	}
	for _, b := range v.Bars {
		step, by, waits := b.Waits()
		if !waits || by == a.Person {
			continue
		}
		x := ToConfirm{Step: step, By: by, Lift: step != b.Of, Why: b.Why}
		if b.Why == Conflict {
			x.Who = b.Who
		}
		for _, t := range v.Taken {
			x.read(t, b)
		}
		out = append(out, x)
	}
	return v, out, nil
}

// read takes from a step what it says of a bar.
func (x *ToConfirm) read(t Taken, b Bar) {
	if t.Version == x.Step {
		x.At = t.At
	}
	switch {
	case t.Version == b.Of && t.Step == process.KeepFrom:
		x.Login, x.Reasons = t.Answers.Get("login"), t.Answers.Get("reasons")
	case t.Version == b.Lift:
		x.Reasons = t.Answers.Get("reasons")
	}
}
