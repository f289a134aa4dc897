package concern

import (
	"context"

	"heed/internal/access"
	"heed/internal/document/keep"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/room"
	"heed/internal/store"
)

// Document gives a document of a concern to somebody who opens the concern: first that
// they opened it is written, then that they opened the document, then it is given.
func (d *Desk) Document(ctx context.Context, a access.Actor, ref id.Reference, q room.DocumentAsked) (room.Given, error) {
	c, err := d.Open(ctx, a, ref)
	if err != nil {
		return room.Given{}, err
	}
	out := room.Given{}
	if out.File, err = q.In(c.Taken); err != nil {
		return room.Given{}, err
	}
	f, err := d.look(ctx, a, ref, func(id.Person) access.Action { return access.ViewConcern })
	if err == nil && f.refusal() != nil { // opened with the reason that they gave
		f, err = d.look(ctx, a, ref, func(id.Person) access.Action { return access.BreakGlass })
	}
	if err == nil {
		err = f.refusal()
	}
	if err != nil {
		return room.Given{}, err
	}
	err = d.Store.DoReading(ctx, func(tx *store.Tx) error {
		key, err := d.Vault.Key(tx, c.Org, c.Record) // erased meanwhile: gone
		if err != nil {
			return err
		}
		return d.Ledger.Reading(tx, ledger.Concern, key, f.author(a), ledger.Event{Kind: kindDocument, Data: q})
	})
	if err != nil {
		return room.Given{}, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		key, err := d.Vault.Key(tx, c.Org, c.Record)
		if err != nil {
			return err
		}
		out.Bytes.Close()
		out.Bytes, err = keep.Get(tx, d.Spool.Of(a.Person.String()), key, q.Version, out.File)
		return err
	})
	if err != nil {
		out.Close()
		return room.Given{}, err
	}
	return out, nil
}
