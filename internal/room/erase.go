package room

import (
	"context"
	"slices"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/document/keep"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// A record that has ended is erased on the words of two people: its key goes, with all that
// is held of it, and the organisation's own record says by whose word and why. What leans on
// it says nothing of it: see docs/decisions/0712-erasure-of-any-record.md.

var whyErased = plain.Field{Label: "why it is erased", Limit: 500, Must: true}

const wordsNotErased = "Who opened this record has been damaged or changed outside Heed. It is not erased, because " +
	"after that nobody could see it any more: have it put right first"

// Erase destroys the key of a record that has ended (promise A12), and gives the certificate.
func (d *Desk) Erase(ctx context.Context, r *Room, org id.Org, ref id.Reference, reason string,
	words ...directory.Word) (vault.Certificate, error) {
	if fault := whyErased.Fault(reason); fault != "" {
		return vault.Certificate{}, fail.Fields{{Name: "reason", Words: fault}}.Err()
	}
	var at State
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if at, err = d.Standing(tx, r, org, ref); err == nil && at.Record.IsZero() {
			err = none()
		}
		return err
	})
	if err != nil {
		return vault.Certificate{}, err
	}
	return d.Vault.Erase(ctx, org, at.Record, func(tx *store.Tx, generation int64) error {
		tx.AfterCommit(func() { d.persons.index.Remove(at.Record) })
		if err := d.Ledger.Hold(tx, at.Record); err != nil {
			return err
		}
		is, err := d.proved(tx, org, at.Record)
		if err != nil {
			return err
		}
		if err := d.mayErase(tx, r, &is.State, reason, words); err != nil {
			return err
		}
		// As its versions, which proved has read: what stays would be taken for what was written.
		stands, err := d.Ledger.Stands(tx, is.key)
		if fail.Is(err, fail.Tampered) {
			return fail.Wrap(fail.Tampered, err, wordsNotErased)
		}
		if err != nil {
			return err
		}
		if err := d.wipe(tx, at.Record); err != nil { // first: whoever writes beside the record is waited for
			return err
		}
		return d.Directory.NoteErased(tx, org, at.Record, generation, stands, reason, words...)
	})
}

func none() error { return fail.New(fail.Missing, "There is no such record") }

// RoomOf is the room of a record, for whoever has its reference alone.
func (d *Desk) RoomOf(ctx context.Context, org id.Org, ref id.Reference) (r *Room, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		for _, r = range d.rooms {
			s, err := d.Standing(tx, r, org, ref)
			if err != nil || !s.Record.IsZero() {
				return err
			}
		}
		return none()
	})
	return r, err
}

// mayErase holds both words to what the definition says and access lets, and then the end:
// whoever may erase nothing is not told that there is a record, nor that it goes on.
func (d *Desk) mayErase(tx *store.Tx, r *Room, s *State, reason string, words []directory.Word) error {
	if slices.ContainsFunc(words, func(w directory.Word) bool { return s.closedTo(w.Person()) }) {
		return none() // to them it is as if there were none, whoever else gave a word
	}
	def, err := d.goesBy(tx, r, s)
	if err != nil {
		return err
	}
	first, err := d.erasers(tx, r, s, def.Erase.First, reason, words)
	if err != nil {
		return err
	}
	second, err := d.erasers(tx, r, s, def.Erase.Second, reason, words)
	if err != nil {
		return err
	}
	switch two := slices.ContainsFunc(first, func(p id.Person) bool {
		return slices.ContainsFunc(second, func(other id.Person) bool { return other != p })
	}); {
	case len(first)+len(second) == 0: // it is none of theirs: as if there were none
		return none()
	case !two:
		return fail.New(fail.Refused, "%s", def.Erase.Refused)
	case !s.Ended():
		return fail.New(fail.Conflict, "%s", def.Erase.Open)
	}
	for _, err := range []error{s.Held(), s.Unheard()} {
		if err != nil {
			return err
		}
	}
	return s.eraseUntold(def)
}

// erasers are those who gave a word and whom access lets erase a record in one of these roles.
func (d *Desk) erasers(tx *store.Tx, r *Room, s *State, roles []process.Role, reason string,
	words []directory.Word) (out []id.Person, err error) {
	for _, w := range words {
		p, err := d.Directory.PersonIn(tx, w.Person())
		if err != nil {
			return nil, err
		}
		for _, role := range roles {
			a, err := p.Actor(access.Role(role), true)
			if err != nil {
				continue // not theirs, or they have left
			}
			res, err := d.resource(tx, a, r, s)
			if err != nil {
				return nil, err
			}
			res.Closed = true // it has ended: for how long it still lies on desks is of reading
			if slices.ContainsFunc(r.actions(actErase, a, s), func(act access.Action) bool {
				return d.Policy.Decide(a, act, res, access.Context{Reason: reason}).Effect == access.Allow
			}) {
				out = append(out, p.ID)
			}
		}
	}
	return out, nil
}

// Erasures are what the history says was erased (vault.History).
func (d *Desk) Erasures(tx *store.Tx, org id.Org) (out []vault.Erasure, err error) {
	all, err := d.Directory.Erasures(tx, org)
	for _, e := range all {
		out = append(out, e.Erasure)
	}
	return out, err
}

// NoteErased is for a restored database, which holds a record that was erased since: an end
// of what is left, and the entry (vault.History). Its rows are made anew after it and may
// not be there yet.
func (d *Desk) NoteErased(tx *store.Tx, org id.Org, e vault.Erasure) error {
	if err := d.wipeKept(tx, e.Record); err != nil {
		return err
	}
	err := d.Directory.NoteErased(tx, org, e.Record, e.Generation, "", "Erased before this backup was restored")
	if err != nil {
		return err
	}
	return tx.Remake(d.Projection().Name)
}

// wipe takes away what is held of a record: its erased form is that there is none. Its row
// goes first, since whoever writes beside the record holds that.
func (d *Desk) wipe(tx *store.Tx, rec id.Record) error {
	for _, text := range []string{`delete from room_record_v1 where record = $1`,
		`delete from room_list_v1 where record = $1`, `delete from room_confirmed_v1 where record = $1`,
		`delete from room_link_v1 where record = $1`} {
		if _, err := tx.Exec(text, rec); err != nil {
			return err
		}
	}
	return d.wipeKept(tx, rec)
}

// TestOnlyWipe is what Erase takes away, of a record that nobody has ended.
func (d *Desk) TestOnlyWipe(tx *store.Tx, rec id.Record) error { return d.wipe(tx, rec) }

// wipeKept takes away what is held of a record beside its history and not made from it.
func (d *Desk) wipeKept(tx *store.Tx, rec id.Record) error {
	for _, text := range []string{`delete from room_retry where record = $1`, `delete from room_seen where record = $1`} {
		if _, err := tx.Exec(text, rec); err != nil {
			return err
		}
	}
	if err := keep.Wipe(tx, rec); err != nil {
		return err
	}
	return d.Jobs.Cancel(tx, dueName(rec))
}

// stays holds a record against its erasure until this unit ends, by the row of its key as a reading
// does, for what is written beside it without moving its head; errSameMoment when it went since it was found.
func stays(tx *store.Tx, rec id.Record) error {
	_, err := store.One(tx, func(n *int) []any { return []any{n} },
		`select 1 from record_key where record = $1`+tx.ForShare(), rec)
	if fail.Is(err, fail.Missing) {
		return errSameMoment
	}
	return err
}
