package vault

import (
	"context"
	"maps"
	"slices"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// What is about to be erased is announced in the key store, before the entry that makes it count. The database could
// not say it: a row put in there beside an older copy of the key store would have a key destroyed on nobody's word.

// announce says that records are about to be erased.
func (v *Vault) announce(org id.Org, recs ...id.Record) error {
	return v.announcing(org, func(announced map[id.Record]time.Time) {
		for _, rec := range recs {
			announced[rec] = v.clock.Now()
		}
	})
}

func (v *Vault) announcing(org id.Org, edit func(map[id.Record]time.Time)) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // a unit of work waits
	defer cancel()
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		return true, v.sealTombstones(ctx, ks, org, func(t *tombstones) { edit(t.announced) })
	})
}

// waiting are the erasures under way: announced, and with an entry. without are announced and have none, in this view.
func (v *Vault) waiting(tx *store.Tx, org id.Org) (out []Erasure, without []id.Record, err error) {
	if err := v.file.read(); err != nil { // another process may be at work
		return nil, nil, err
	}
	t, err := v.tombstones(context.Background(), org)
	if err != nil || len(t.announced) == 0 || v.history == nil {
		return nil, nil, err
	}
	left := maps.Clone(t.announced)
	all, err := v.history.Erasures(tx, org)
	for _, e := range all {
		if _, announced := left[e.Record]; announced {
			out = append(out, e)
			delete(left, e.Record)
		}
	}
	return out, slices.Collect(maps.Keys(left)), err
}

// takeBack ends an announcement that no entry came after: the record stays. Whoever erases it holds its key's row until
// the entry is there, so that this waits for them.
func (v *Vault) takeBack(ctx context.Context, org id.Org, rec id.Record) error {
	return v.store.Do(ctx, func(tx *store.Tx) error {
		if err := holdKey(tx, org, rec); fail.Is(err, fail.Missing) {
			return nil // erased by then, or the row is not there that would be held
		} else if err != nil {
			return err
		}
		if _, without, err := v.waiting(tx, org); err != nil || !slices.Contains(without, rec) {
			return err
		}
		return v.announcing(org, func(announced map[id.Record]time.Time) { delete(announced, rec) })
	})
}
