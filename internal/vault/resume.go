package vault

import (
	"context"
	"errors"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// Resumed says what Resume found to do.
type Resumed struct {
	KeyChanges int // changes of an organisation's key that were finished
	Again      int // generations destroyed again: an older key store had been put back
	Erasures   int // generations whose erasures were finished
	Moved      int // records of a restored database given their present keys
	// Erased are records of a restored database that had been erased since its
	// backup. They have no key and have been noted as erased; whoever keeps the
	// log appends the entry of their erasure.
	Erased []Place
}

// Place is one record of one organisation.
type Place struct {
	Org    id.Org
	Record id.Record
}

// Settle brings a database and the key store together, before anything is read
// through either: a restored database has keys wrapped by generations that are gone.
// Doing it again does nothing.
func (v *Vault) Settle(ctx context.Context) (r Resumed, err error) {
	for _, step := range []func(context.Context, *Resumed) error{v.resumeKeyChanges, v.destroyAgain, v.adopt} {
		if err := step(ctx, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// Resume settles, and finishes the erasures that a crash or a full disk cut short.
// Call it at start and from time to time.
func (v *Vault) Resume(ctx context.Context) (Resumed, error) {
	r, err := v.Settle(ctx)
	if err != nil {
		return r, err
	}
	return r, v.resumeErasures(ctx, &r)
}

// resumeErasures finishes the erasures that are noted as under way.
func (v *Vault) resumeErasures(ctx context.Context, r *Resumed) error {
	waiting, err := v.places(ctx, `select distinct org, generation from erasure where destroyed_at is null`)
	for _, p := range waiting {
		if err := v.finish(ctx, p.org, p.generation); err != nil {
			return err
		}
		r.Erasures++
	}
	return err
}

func (v *Vault) places(ctx context.Context, query string) (all []place, err error) {
	err = v.store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(tx, func(p *place) []any { return []any{&p.org, &p.generation} }, query)
		return err
	})
	return all, err
}

// destroyAgain destroys what an older copy of the key store brought back.
func (v *Vault) destroyAgain(ctx context.Context, r *Resumed) error {
	gone, err := v.places(ctx, `select org, generation from key_generation where destroyed_at is not null`)
	if err != nil {
		return err
	}
	ks := v.file.snapshot()
	for _, p := range gone {
		if _, held := ks.Find([16]byte(p.org.Bytes()), p.generation); !held {
			continue
		}
		if err := v.destroyKey(ctx, p.org, p.generation, nil); err != nil {
			return err
		}
		r.Again++
	}
	return nil
}

// adopt finds generations that the database takes for living and the key store
// has destroyed: the database is from a backup made before an erasure, or the
// erasure was cut short between the two. The living records get their present
// keys from the lists in the key store; what is in no list was erased since.
func (v *Vault) adopt(ctx context.Context, r *Resumed) error {
	living, err := v.places(ctx, `select org, generation from key_generation where destroyed_at is null and lost_at is null order by org, generation`)
	if err != nil {
		return err
	}
	lists := map[id.Org]map[id.Record]movedKey{}
	for _, p := range living {
		if _, _, err := v.file.find(p.org, p.generation); !errors.Is(err, errNoGeneration) {
			if err != nil {
				return err
			}
			continue
		}
		if lists[p.org] == nil {
			if lists[p.org], err = v.moved(p.org); err != nil {
				return err
			}
		}
		if err := v.adoptGeneration(ctx, p, lists[p.org], r); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) adoptGeneration(ctx context.Context, p place, list map[id.Record]movedKey, r *Resumed) error {
	var moved int
	var erased []Place
	err := v.store.Do(ctx, func(tx *store.Tx) error {
		moved, erased = 0, nil
		rows, err := store.All(tx, (*wrappedKey).scan,
			`select record, generation, wrapped from record_key where org = $1 and generation = $2`+tx.ForUpdate(), p.org, p.generation)
		if err != nil {
			return err
		}
		for _, row := range rows {
			m, ok := list[row.rec]
			if !ok {
				erased = append(erased, Place{p.org, row.rec})
				if err := noteErasedBefore(tx, p, row.rec); err != nil {
					return err
				}
				continue
			}
			moved++
			if err := m.next.note(tx); err != nil {
				return err
			}
			if err := keepUnder(tx, p.org, row.rec, m.raw, p.generation, m.next); err != nil {
				return err
			}
		}
		return v.noteDestroyed(tx, p.org, p.generation, 0)
	})
	if err != nil {
		return err
	}
	r.Moved += moved
	r.Erased = append(r.Erased, erased...)
	return nil
}

// noteErasedBefore notes a record that was erased after the backup which this database came from.
func noteErasedBefore(tx *store.Tx, p place, rec id.Record) error {
	if _, err := tx.Exec(`delete from record_key where record = $1 and org = $2`, rec, p.org); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into erasure (record, org, generation, erased_at, by_restore) values ($1, $2, $3, $4, 1)`,
		rec, p.org, p.generation, clock.Micros(tx.Now()))
	return err
}

// resumeKeyChanges finishes changes of key, and renews the canary of a database
// from before one.
func (v *Vault) resumeKeyChanges(ctx context.Context, r *Resumed) error {
	if file, ok := v.keys.(changeable); ok {
		orgs, err := file.changing()
		if err != nil {
			return err
		}
		for _, org := range orgs {
			if err := v.Rekey(ctx, org); err != nil {
				return err
			}
			r.KeyChanges++
		}
	}
	_, canaries, err := v.remembered(ctx)
	if err != nil {
		return err
	}
	for _, c := range canaries {
		err := v.openCanary(ctx, c)
		if fail.Is(err, fail.Tampered) { // Open has proved the key in another way
			err = v.renewCanary(ctx, c.org)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) renewCanary(ctx context.Context, org id.Org) error {
	sealed, err := v.keys.Wrap(ctx, org, canaryContext(org), canaryValue(org))
	if err != nil {
		return err
	}
	return v.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`update key_org set canary = $1 where org = $2`, sealed, org)
		return err
	})
}

// Rekey changes an organisation's key: a new one is added to the key file, every
// generation key and the canary are wrapped by it, and the old one is removed
// and its bytes overwritten. Record keys and sealed text stay as they are. Both
// keys are in the file until everything is wrapped by the new one, so that it
// may be cut short anywhere; Resume finishes it. With a key management service
// only the wrapping is done, by whatever key it then uses.
func (v *Vault) Rekey(ctx context.Context, org id.Org) error {
	file, isFile := v.keys.(changeable)
	if isFile {
		if err := v.locked(func() error { return file.beginChange(org) }); err != nil {
			return err
		}
	}
	v.at("rekey begun")
	if err := v.file.change(func(ks *record.KeyStore) (bool, error) { return v.wrapAgain(ctx, ks, org) }); err != nil {
		return err
	}
	v.at("rekey wrapped")
	if err := v.renewCanary(ctx, org); err != nil {
		return err
	}
	v.at("rekey canary")
	if !isFile {
		return nil
	}
	return v.locked(func() error { return file.endChange(org) })
}

// locked runs fn under the key store's lock, which also guards the key file.
func (v *Vault) locked(fn func() error) error {
	return v.file.change(func(*record.KeyStore) (bool, error) { return false, fn() })
}

func (v *Vault) wrapAgain(ctx context.Context, ks *record.KeyStore, org id.Org) (changed bool, err error) {
	raw := [16]byte(org.Bytes())
	for i, g := range ks.Generations {
		if g.Org != raw {
			continue
		}
		key, err := v.unwrapGeneration(org, g)
		if err != nil {
			return false, err
		}
		wrapped, err := v.keys.Wrap(ctx, org, record.GenerationContext(raw, g.Generation), key.key)
		if err != nil {
			return false, err
		}
		ks.Generations[i].Wrapped, changed = wrapped, true
	}
	return changed, nil
}
