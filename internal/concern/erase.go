package concern

import (
	"context"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/vault"
)

// Erase destroys one closed concern's key, on the words of two different people
// of whom one is the Caldicott Guardian (promise A12), and gives the certificate.
// What stays: blinded leaves in the log, and the entry that says that a record
// was erased, why, and by whose word. The row in the lists goes; its erased form
// is that there is none.
func (d *Desk) Erase(ctx context.Context, org id.Org, ref id.Reference, reason string,
	words ...directory.Word) (vault.Certificate, error) {
	if fault := (plain.Field{Label: "why it is erased", Limit: MaxShort, Must: true}).Fault(reason); fault != "" {
		return vault.Certificate{}, fail.Fields{{Name: "reason", Words: fault}}.Err()
	}
	var row room.State
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if row, err = d.rooms.Standing(tx, d.Room, org, ref); err == nil && row.Record.IsZero() {
			err = fail.New(fail.Missing, "There is no such concern")
		}
		return err
	})
	if err != nil {
		return vault.Certificate{}, err
	}
	return d.Vault.Erase(ctx, org, row.Record, func(tx *store.Tx, generation int64) error {
		c, err := d.rooms.Proved(tx, org, row.Record)
		if err != nil {
			return err
		}
		if err := d.mayErase(tx, &c, reason, words); err != nil {
			return err
		}
		if err := d.Directory.NoteErased(tx, org, c.Record, generation, reason, words...); err != nil {
			return err
		}
		return d.wipe(tx, c.Record)
	})
}

// mayErase asks access for the Guardian, and a second person's word.
func (d *Desk) mayErase(tx *store.Tx, c *room.State, reason string, words []directory.Word) error {
	if !c.Ended() {
		return fail.New(fail.Conflict, "Close this concern before it is erased")
	}
	people := map[id.Person]bool{}
	guardian := false
	for _, w := range words {
		p, err := d.Directory.PersonIn(tx, w.Person())
		if err != nil {
			return err
		}
		people[p.ID] = p.Org == c.Org && !p.Left && (p.Has(access.CaldicottGuardian) || p.Has(access.ExecutiveLead) ||
			p.Has(access.Lead))
		if a, err := p.Actor(access.CaldicottGuardian, true); err == nil {
			r := c.Resource(access.KindConcern, tx.Now())
			r.Closed = true
			guardian = guardian || d.Policy.Decide(a, access.Erase, r, access.Context{Reason: reason}).Effect == access.Allow
		}
	}
	good := 0
	for _, ok := range people {
		if ok {
			good++
		}
	}
	if good < 2 || !guardian {
		return fail.New(fail.Refused, "To erase a concern needs the words of two people: the Caldicott Guardian, and "+
			"a safeguarding lead or the executive lead")
	}
	return nil
}

// Erasures are what the history says was erased (vault.History).
func (d *Desk) Erasures(tx *store.Tx, org id.Org) (out []vault.Erasure, err error) {
	all, err := d.Directory.Erasures(tx, org)
	for _, e := range all {
		out = append(out, e.Erasure)
	}
	return out, err
}

// NoteErased is for a restored database, which holds a record that was erased since:
// the entry, and an end of what is left. The lists are made anew after it.
func (d *Desk) NoteErased(tx *store.Tx, org id.Org, e vault.Erasure) error {
	if err := d.Directory.NoteErased(tx, org, e.Record, e.Generation, "Erased before this backup was "+
		"restored"); err != nil {
		return err
	}
	if err := d.Ledger.Blank(tx, e.Record); err != nil {
		return err
	}
	if err := d.rooms.WipeKept(tx, e.Record); err != nil {
		return err
	}
	return tx.Remake(d.rooms.Projection().Name)
}

// wipe takes away what the database holds of a record beside its leaves.
func (d *Desk) wipe(tx *store.Tx, rec id.Record) error {
	if err := d.Ledger.Blank(tx, rec); err != nil {
		return err
	}
	return d.rooms.Wipe(tx, rec)
}
