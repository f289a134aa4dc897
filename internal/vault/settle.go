package vault

import (
	"context"
	"errors"
	"slices"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// Settle brings a database and the key store together, before anything is read
// through either. Doing it again does nothing. fail.Stale when the key store is older
// than the history.
func (v *Vault) Settle(ctx context.Context, h History) error {
	v.history = h
	if err := v.endDays(); err != nil {
		return err
	}
	if err := v.resumeKeyChanges(ctx); err != nil {
		return err
	}
	orgs := v.orgsKnown()
	for _, org := range orgs { // the organisation's own record, to which entries go, may be among the moved
		if err := v.adopt(ctx, org); err != nil {
			return err
		}
	}
	for _, org := range orgs {
		if err := v.eraseAgain(ctx, org); err != nil {
			return err
		}
		if older, err := v.Older(ctx, org); err != nil || len(older) > 0 {
			return errors.Join(err, fail.New(fail.Stale, "The key store %s is older than the history: it holds keys that "+
				"were destroyed when records were erased. Put back its latest copy. When there is none anywhere: heed keys "+
				"destroy-again --help", v.file.path))
		}
	}
	return nil
}

// leftOver are the generations that the database remembers and the key store has destroyed.
func (v *Vault) leftOver(ctx context.Context, org id.Org) (out []int64, err error) {
	var known []int64
	err = v.store.View(ctx, func(tx *store.Tx) (err error) {
		known, err = store.All(tx, func(n *int64) []any { return []any{n} },
			`select generation from key_generation where org = $1 order by generation`, org)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := v.file.read(); err != nil { // after the database: another process may have made one of them by now
		return nil, err
	}
	ks := v.file.snapshot()
	for _, number := range known {
		if _, held := ks.Find([16]byte(org.Bytes()), number); !held {
			out = append(out, number)
		}
	}
	return out, nil
}

// bring goes through the rows of a restored database that are wrapped by destroyed
// generations. What fn leaves there is looked at again at every start.
func (v *Vault) bring(ctx context.Context, org id.Org, fn func(*store.Tx, wrappedKey) error) error {
	left, err := v.leftOver(ctx, org)
	for _, number := range left {
		if err != nil {
			return err
		}
		err = v.store.Do(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, (*wrappedKey).scan, `select record, generation, wrapped from record_key
				where org = $1 and generation = $2`+tx.ForUpdate(), org, number)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if err := fn(tx, row); err != nil {
					return err
				}
			}
			return forgetGeneration(tx, org, number)
		})
	}
	return err
}

// adopt gives the living of a restored database their present keys.
func (v *Vault) adopt(ctx context.Context, org id.Org) error {
	list, err := v.moved(org)
	if err != nil {
		return err
	}
	return v.bring(ctx, org, func(tx *store.Tx, row wrappedKey) error {
		m, ok := list[row.rec]
		if !ok {
			return nil
		}
		err := v.note(tx, m.next)
		if err == nil {
			err = takes(tx, m.next)
		}
		if errors.Is(err, errDestroyed) || errors.Is(err, errSuccessorRetired) {
			return nil // its successor's list has the key, by which it is read; the next start looks again
		}
		if err != nil {
			return err
		}
		return keepUnder(tx, org, row.rec, m.raw, row.generation, m.next)
	})
}

// eraseAgain takes away, from a restored database, what a tombstone names. Its entry is of the same commit.
// Where the history says already that the record was erased, nothing was restored: somebody put the key's row
// in. It stays, to be named, since a second entry would bind whatever was moved into the record since.
func (v *Vault) eraseAgain(ctx context.Context, org id.Org) error {
	t, err := v.tombstones(ctx, org)
	if err != nil {
		return err
	}
	var said []Erasure
	var asked *store.Tx // once for all rows of a unit: it opens the organisation's whole history
	return v.bring(ctx, org, func(tx *store.Tx, row wrappedKey) (err error) {
		b, ok := t.named(row.rec)
		if !ok {
			return nil
		}
		if asked != tx {
			if said, err = v.history.Erasures(tx, org); err != nil {
				return err
			}
			asked = tx
		}
		if slices.ContainsFunc(said, func(e Erasure) bool { return e.Record == row.rec }) {
			return nil
		}
		if err := takeKey(tx, org, row.rec); err != nil {
			return err
		}
		e := Erasure{row.rec, b.stone.Generation, b.at}
		said = append(said, e) // its key's row may stand twice
		return v.history.NoteErased(tx, org, e)
	})
}

// Older are the erasures that the history holds entries of, and that the key store neither names in a tombstone nor
// had announced: it is from before them.
func (v *Vault) Older(ctx context.Context, org id.Org) (out []Erasure, err error) {
	var all []Erasure
	err = v.store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = v.history.Erasures(tx, org)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := v.file.read(); err != nil { // after the database: another process may be at work
		return nil, err
	}
	t, err := v.tombstones(ctx, org)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		_, named := t.named(e.Record)
		if _, announced := t.announced[e.Record]; !named && !announced {
			out = append(out, e)
		}
	}
	return out, nil
}

// DestroyAgain is for a key store that is older than the history when no newer copy
// exists: it destroys what these entries say, as if it had not been done. Who calls
// it has made sure that the entries lie under a signed checkpoint and that two people
// confirm.
func (v *Vault) DestroyAgain(ctx context.Context, org id.Org, all []Erasure) error {
	var recs []id.Record
	for _, e := range all {
		recs = append(recs, e.Record)
	}
	if err := v.announce(org, recs...); err != nil {
		return err
	}
	return v.Resume(ctx)
}
