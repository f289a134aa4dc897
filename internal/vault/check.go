package vault

import (
	"context"
	"crypto/sha256"
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
	destroyed   bool
	lost        bool
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
			return []any{&g.org, &g.generation, &g.fingerprint, &g.destroyed, &g.lost}
		}, `select org, generation, fingerprint,
			case when destroyed_at is null then 0 else 1 end,
			case when lost_at is null then 0 else 1 end
			from key_generation order by org, generation`)
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
		return fail.Wrap(fail.Tampered, err, "The key for organisation %s is not the one this database was made with. Put back the key file that belongs to it, or open the database that belongs to the key file", c.org)
	}
	return nil
}

// checkGenerations compares what the database remembers with the key store.
//
// A generation that the store has counted but does not hold was destroyed. That
// the database still knows it only means that an erasure was cut short, or that
// the database was restored from an older backup; Resume mends both. One that
// the store has never counted means that the store is the older.
func (v *Vault) checkGenerations(known []rememberedGeneration) error {
	ks := v.file.snapshot()
	for _, g := range known {
		i, held := ks.Find([16]byte(g.org.Bytes()), g.generation)
		switch {
		case !held && g.lost:
		case ks.Highest([16]byte(g.org.Bytes())) == 0:
			return fail.New(fail.Tampered, "The key store %s belongs to another database. Give the path of the key store that belongs to this one", v.file.path)
		case held && string(ks.Generations[i].Fingerprint[:]) != string(g.fingerprint):
			return fail.New(fail.Tampered, "The key store %s belongs to another database. Give the path of the key store that belongs to this one", v.file.path)
		case !held && g.generation > ks.Highest([16]byte(g.org.Bytes())):
			return fail.New(fail.Stale, "The key store %s is older than the database: it lacks keys made later. Put back its latest copy; nothing has been changed", v.file.path)
		case held && g.destroyed:
			v.log.Warn("key store holds a destroyed generation: an older copy was put back; it will be destroyed again", "generation", g.generation)
		}
	}
	return nil
}

// AcceptLostKeys is for when the key store is older than the database and no newer
// copy exists anywhere: it notes as lost the generations that the key store has
// never counted, so that Open no longer refuses. Their records stay unreadable,
// as they are already; nothing is deleted. It gives the number of those records.
func AcceptLostKeys(ctx context.Context, s *store.Store, keyStorePath string) (records int, err error) {
	file, err := openKeyStore(keyStorePath)
	if err != nil {
		return 0, err
	}
	known, _, err := (&Vault{store: s}).remembered(ctx)
	if err != nil {
		return 0, err
	}
	ks := file.snapshot()
	err = s.Do(ctx, func(tx *store.Tx) error {
		records = 0
		for _, g := range known {
			if g.destroyed || g.lost || g.generation <= ks.Highest([16]byte(g.org.Bytes())) {
				continue
			}
			var n int
			if err := tx.QueryRow(`select count(*) from record_key where org = $1 and generation = $2`, g.org, g.generation).Scan(&n); err != nil {
				return err
			}
			records += n
			_, err := tx.Exec(`update key_generation set lost_at = $1, retired_at = coalesce(retired_at, $1)
				where org = $2 and generation = $3`, clock.Micros(tx.Now()), g.org, g.generation)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return records, err
}

// countLost makes sure that the number of a lost generation is not given again.
func (v *Vault) countLost(known []rememberedGeneration) error {
	most := map[[16]byte]int64{}
	ks := v.file.snapshot()
	for _, g := range known {
		raw := [16]byte(g.org.Bytes())
		if g.lost && g.generation > max(most[raw], ks.Highest(raw)) {
			most[raw] = g.generation
		}
	}
	if len(most) == 0 {
		return nil
	}
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		for org, n := range most {
			for ks.Highest(org) < n {
				count(ks, org)
			}
		}
		return true, nil
	})
}
