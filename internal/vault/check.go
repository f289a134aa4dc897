package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// rememberedGeneration is what the database knows of a generation.
type rememberedGeneration struct {
	org         id.Org
	generation  int64
	fingerprint []byte
}

type canary struct {
	org    id.Org
	sealed []byte
}

func (c *canary) scan() []any { return []any{&c.org, &c.sealed} }

// remembered reads what the database knows of keys.
func (v *Vault) remembered(ctx context.Context) (known []rememberedGeneration, canaries []canary, err error) {
	err = v.store.View(ctx, func(tx *store.Tx) error {
		var err error
		known, err = store.All(tx, func(g *rememberedGeneration) []any {
			return []any{&g.org, &g.generation, &g.fingerprint}
		}, `select org, generation, fingerprint from key_generation order by org, generation`)
		if err != nil {
			return err
		}
		canaries, err = store.All(tx, (*canary).scan, `select org, canary from key_org`)
		return err
	})
	return known, canaries, err
}

// The canary is a value that anybody can compute, wrapped by the organisation's
// key: it opens with that key only.
func canaryContext(org id.Org) []byte {
	return append([]byte("heed/canary/1\n"), org.Bytes()...)
}

func canaryValue(org id.Org) [32]byte { return sha256.Sum256(canaryContext(org)) }

// checkCanary refuses a key that is not this database's. A database restored from
// before a change of the organisation's key holds a canary of the old key: then
// the present key is proved by a generation that the database remembers.
func (v *Vault) checkCanary(ctx context.Context, c canary, known []rememberedGeneration) error {
	err := v.openCanary(ctx, c)
	if err == nil || !fail.Is(err, fail.Tampered) {
		return err
	}
	for _, g := range slices.Backward(known) {
		if g.org != c.org {
			continue
		}
		if _, e := v.generation(g.org, g.generation); e == nil {
			return nil
		}
	}
	return err
}

func (v *Vault) openCanary(ctx context.Context, c canary) error {
	got, err := v.keys.Unwrap(ctx, c.org, canaryContext(c.org), c.sealed)
	if err != nil && !fail.Is(err, fail.Tampered) {
		return err
	}
	if err != nil || got != canaryValue(c.org) {
		return fail.Wrap(fail.Tampered, err, "The key for organisation %s is not the one this database was made with. Put "+
			"back the key file that belongs to it, or open the database that belongs to the key file", c.org)
	}
	return nil
}

// checkGenerations compares what the database remembers with the key store.
//
// A generation that the store has counted but does not hold was destroyed, or given
// up: its tombstone says which, and Settle brings the database there. One that the
// store has never counted means that the store is the older.
func (v *Vault) checkGenerations(known []rememberedGeneration) error {
	ks := v.file.snapshot()
	for _, g := range known {
		raw := [16]byte(g.org.Bytes())
		i, held := ks.Find(raw, g.generation)
		if ks.Highest(raw) == 0 || held && string(ks.Generations[i].Fingerprint[:]) != string(g.fingerprint) {
			return fail.New(fail.Tampered, "The key store %s belongs to another database. Give the path of the key store "+
				"that belongs to this one", v.file.path)
		}
	}
	for _, g := range known {
		if g.generation > ks.Highest([16]byte(g.org.Bytes())) {
			return fail.New(fail.Stale, "The key store %s is older than the database: it lacks keys made later. Put back its "+
				"latest copy; nothing has been changed. When there is none anywhere: heed keys accept-lost --help", v.file.path)
		}
	}
	return nil
}

// mostLost is how many generations can be given up at once: more than ten years of them.
const mostLost = 10_000

// AcceptLost is for when the key store is older than the database and no newer copy
// exists anywhere: it writes tombstones into the key store for the generations that
// it has never counted, so that Open no longer refuses. They name the records that
// can never be read again, and it gives their number; in the database nothing changes.
func AcceptLost(ctx context.Context, s *store.Store, o Options) (records int, err error) {
	v, known, canaries, err := begin(ctx, s, o)
	if err != nil {
		return 0, err
	}
	// beside a program at work by another key store, nothing is lost: that one has the keys
	err = v.joins(ctx)
	defer func() { err = errors.Join(err, v.leaves()) }()
	if err != nil {
		return 0, err
	}
	switch err := v.checkGenerations(known); {
	case err == nil:
		return 0, fail.New(fail.Conflict, "No keys are missing: there is nothing to give up")
	case !fail.Is(err, fail.Stale): // the wrong key store, above all
		return 0, err
	}
	for _, c := range canaries {
		if err := v.checkCanary(ctx, c, known); err != nil {
			return 0, err
		}
	}
	now := clock.Micros(v.clock.Now())
	stones := map[id.Org][]record.Tombstone{}
	ks := v.file.snapshot()
	for _, g := range known {
		if g.generation <= ks.Highest([16]byte(g.org.Bytes())) {
			continue
		}
		stone := record.Tombstone{Generation: g.generation, DestroyedAt: now, Lost: true}
		err := s.View(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, (*wrappedKey).scan, `select record, generation, wrapped from record_key where org = $1 and generation = $2`, g.org, g.generation)
			for _, row := range rows {
				if v.opens(g.org, row) {
					return fail.New(fail.Tampered, "Record %s is said to lie under a key that is lost, and lies under one that is "+
						"there: the database was changed outside Heed. Nothing was given up. Run heed verify, and restore a backup",
						row.rec)
				}
				stone.Records = append(stone.Records, record.ErasedRecordAt{Record: [16]byte(row.rec.Bytes()), At: now})
			}
			return err
		})
		if err != nil {
			return 0, err
		}
		records += len(stone.Records)
		stones[g.org] = append(stones[g.org], stone)
	}
	return records, v.file.change(func(ks *record.KeyStore) (bool, error) {
		for org, lost := range stones {
			if err := v.giveUp(ctx, ks, org, lost); err != nil {
				return false, err
			}
		}
		return len(stones) > 0, nil
	})
}

// opens says that a row lies under some generation that the key store holds.
func (v *Vault) opens(org id.Org, row wrappedKey) bool {
	return slices.ContainsFunc(v.generationsOf(org), func(held record.GenerationKey) bool {
		_, err := v.unwrap(org, row.rec, held.Generation, row.wrapped)
		return err == nil
	})
}

// giveUp counts up to the last of the lost generations; each that is not there gets its tombstone.
func (v *Vault) giveUp(ctx context.Context, ks *record.KeyStore, org id.Org, lost []record.Tombstone) error {
	raw := [16]byte(org.Bytes())
	named := map[int64]bool{}
	for _, stone := range lost {
		named[stone.Generation] = true
	}
	last := lost[len(lost)-1]
	if last.Generation-ks.Highest(raw) > mostLost {
		return fail.New(fail.Tampered, "The database speaks of keys that were never made: it was changed outside Heed. "+
			"Restore a backup")
	}
	for ks.Highest(raw) < last.Generation {
		if err := v.count(ctx, ks, org); err != nil {
			return err
		}
		if n := ks.Highest(raw); !named[n] { // made, and never used
			lost = append(lost, record.Tombstone{Generation: n, DestroyedAt: last.DestroyedAt, Lost: true})
		}
	}
	return v.bury(ctx, ks, org, lost...)
}
