package vault

import (
	"context"
	"maps"
	"time"

	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// What is about to be erased is announced in the key store, before the entry that makes it count. The database could
// not say it: a row put in there beside an older copy of the key store would have a key destroyed on nobody's word.

// announce says that records are about to be erased; said again, it counts from then.
func (v *Vault) announce(org id.Org, recs ...id.Record) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // a unit of work waits
	defer cancel()
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		return true, v.sealTombstones(ctx, ks, org, func(t *tombstones) {
			for _, rec := range recs {
				t.announced[rec] = v.clock.Now()
			}
		})
	})
}

// waiting are the erasures under way: announced, and with an entry. without are announced and have none, in this view.
func (v *Vault) waiting(tx *store.Tx, org id.Org) (out []Erasure, without map[id.Record]time.Time, err error) {
	if err := v.file.read(); err != nil { // another process may be at work
		return nil, nil, err
	}
	t, err := v.tombstones(context.Background(), org)
	if err != nil || len(t.announced) == 0 || v.history == nil {
		return nil, nil, err
	}
	without = maps.Clone(t.announced)
	all, err := v.history.Erasures(tx, org)
	for _, e := range all {
		if _, announced := without[e.Record]; announced {
			out = append(out, e)
			delete(without, e.Record)
		}
	}
	return out, without, err
}

// takeBack ends announcements that no entry came after: what was to be erased stays. No unit of work takes a day.
func (v *Vault) takeBack(ctx context.Context, org id.Org, without map[id.Record]time.Time) error {
	over := v.clock.Now().Add(-aDay)
	maps.DeleteFunc(without, func(_ id.Record, at time.Time) bool { return at.After(over) })
	if len(without) == 0 {
		return nil
	}
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		return true, v.sealTombstones(ctx, ks, org, func(t *tombstones) {
			maps.DeleteFunc(t.announced, func(rec id.Record, at time.Time) bool {
				was, ok := without[rec]
				return ok && was.Equal(at) // else it was said again meanwhile
			})
		})
	})
}
