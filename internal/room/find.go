package room

import (
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
)

// ruleMissing stands in the entry of a refused reading, for hidden and missing alike.
const ruleMissing = "not-found"

// found is a record that somebody asked for, with what access says. The zero state
// is that of a record that does not exist.
type found struct {
	state    State
	key      *vault.Key
	made     int
	act      access.Action // by which they were let, or not
	decision access.Decision
	owner    id.Person // as access sees it: whoever covers for the owner has the owner's place
	reason   string    // that they gave a short while ago, where one was needed
	damaged  bool      // its picture was changed outside the program
}

// refusal is nil when the actor may.
func (f found) refusal(r *Room, now time.Time) error {
	if f.key == nil {
		return fail.New(fail.Hidden, "Page not found")
	}
	return f.decision.Err(r.resource(&f.state, now))
}

func (f found) author(a access.Actor) ledger.Author {
	return ledger.Author{Person: a.Person, Role: string(a.Role), Rule: f.decision.Rule}
}

// find is the way to a record: by reference, and asked of access. A record of
// another organisation or another room is not there at all. What is refused is refused
// by its picture alone, so that a record that is hidden costs what a missing one does,
// however long its history. One that was damaged is said to be so to whoever may see it.
func (d *Desk) find(tx *store.Tx, a access.Actor, r *Room, ref id.Reference, what string) (found, error) {
	f, err := d.standing(tx, r, a.Org, ref)
	if err == nil {
		err = d.ask(tx, a, r, ref, &f, what)
	}
	if err == nil && f.damaged && f.refusal(r, tx.Now()) == nil {
		err = fail.New(fail.Tampered, wordsDamaged)
	}
	return f, err
}

// ask asks access, of the actions that stand for what is asked the first that is not
// denied. What needs a reason is asked again with the one that this person gave.
func (d *Desk) ask(tx *store.Tx, a access.Actor, r *Room, ref id.Reference, f *found, what string) error {
	res, err := d.resource(tx, a, r, &f.state)
	if err != nil {
		return err
	}
	f.decision, f.owner = access.Decision{Rule: access.RuleNothing}, res.Owner
	for _, act := range r.actions(what, a, &f.state) {
		f.act, f.reason = act, ""
		f.decision = d.Policy.Decide(a, act, res, access.Context{})
		if f.decision.Effect == access.NeedsReason && r.Reason != nil {
			if f.reason, err = r.Reason(tx, a, ref); err != nil {
				return err
			}
			f.decision = d.Policy.Decide(a, act, res, access.Context{Reason: f.reason})
		}
		if f.decision.Effect != access.Deny {
			return nil
		}
	}
	return nil
}

// resource is a record as access sees it: with this actor in its owner's place while they
// cover for the owner, and with who else could decide about it.
func (d *Desk) resource(tx *store.Tx, a access.Actor, r *Room, s *State) (access.Resource, error) {
	stands, err := d.Directory.StandsFor(tx, a)
	res := inPlace(r.resource(s, tx.Now()), stands, a)
	res.Answering = s.answering(a.Person)
	if err != nil || r.Others == nil {
		return res, err
	}
	err = r.Others(tx, a, &res, s.Bars)
	return res, err
}

// standing is where the record of a reference stands, by its picture; by its history
// where the picture was changed by SQL. One that is not there, or is another's, is a
// state of no record without a key, and it costs the same to say so.
func (d *Desk) standing(tx *store.Tx, r *Room, org id.Org, ref id.Reference) (found, error) {
	nothing := found{state: State{Org: org, Compartment: r.Compartment}}
	row, err := rowAt(tx, ref)
	switch {
	case fail.Is(err, fail.Missing): // there is no record at all
		return nothing, nil
	case err != nil:
		return nothing, err
	case row.reference != string(ref) || row.org != org || row.room != r.Number:
		_, _, _ = d.open(row) // as long as finding what is hidden takes
		return nothing, nil
	}
	f := found{made: row.made}
	f.state, f.key, err = d.stands(tx, r, row)
	if f.damaged = fail.Is(err, fail.Tampered); f.damaged {
		d.Log.Error("where a record stands was changed outside the program", "record", row.record.String(), "room", r.Name)
		if ours, err := d.Ledger.Belongs(tx, row.record, org); err != nil {
			return nothing, err
		} else if !ours {
			return nothing, fail.New(fail.Tampered, wordsDamaged)
		}
		is, gone := d.proved(tx, row.org, row.record)
		f.state, f.key, err = is.State, is.key, gone
	}
	switch {
	case fail.Is(err, fail.Gone):
		return nothing, nil
	case err != nil:
		return nothing, err
	case f.state.Reference != ref:
		return nothing, fail.New(fail.Tampered, wordsDamaged)
	case f.state.Compartment != r.Compartment:
		return nothing, nil // not there at all, as one of another room
	}
	return f, nil
}

type refused struct {
	Reference id.Reference `json:"reference"`
}

// refuse writes that somebody asked for what is not theirs or not there: one kind,
// one size, one place, so that the record of it tells no more than the answer.
func (d *Desk) refuse(tx *store.Tx, a access.Actor, r *Room, ref id.Reference) error {
	return d.note(tx, a, ruleMissing, r.Name+kindRefused, refused{ref})
}

// note writes into the organisation's book of the day.
func (d *Desk) note(tx *store.Tx, a access.Actor, rule, kind string, data any) error {
	book, err := d.Directory.Daybook(tx, a.Org)
	if err != nil {
		return err
	}
	by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
	return d.Ledger.Reading(tx, ledger.Daybook, book, by, ledger.Event{Kind: kind, Data: data})
}
