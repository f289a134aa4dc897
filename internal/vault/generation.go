package vault

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// generation is a generation key in use. Every process wraps under generations
// that it made itself, so that the count is exact without asking the database.
type generation struct {
	org         id.Org
	number      int64
	key         [32]byte
	branches    *record.Branches // of key, one for each compartment
	fingerprint [16]byte
	madeAt      time.Time
	used        int         // guarded by orgState.mu; counts also units that were rolled back
	noted       atomic.Bool // its row in key_generation is durable
}

// orgState is what this process knows of an organisation.
type orgState struct {
	mu     sync.Mutex
	now    *generation // new record keys are wrapped by it
	ready  *generation // made ahead, so that nobody waits for the key store
	making bool
}

// aheadAt is the use at which the next generation is made in the background:
// early enough for a flood, late enough not to leave many unused.
const aheadAt = generationRecords * 6 / 10

func (v *Vault) state(org id.Org) *orgState {
	v.mu.RLock()
	s := v.orgs[org]
	v.mu.RUnlock()
	if s != nil {
		return s
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if s = v.orgs[org]; s == nil {
		s = &orgState{}
		v.orgs[org] = s
	}
	return s
}

// current gives the generation that wraps the next record key and counts one use.
func (v *Vault) current(now time.Time, org id.Org) (*generation, error) {
	s := v.state(org)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !serves(s.now, now) {
		s.now, s.ready = s.ready, nil
	}
	if !serves(s.now, now) {
		g, err := v.makeGeneration(org)
		if err != nil {
			return nil, atWork(err)
		}
		s.now = g
	}
	s.now.used++
	if s.now.used >= aheadAt && s.ready == nil && !s.making {
		s.making = true
		v.tasks.Go(func() { v.makeAhead(org, s) })
	}
	return s.now, nil
}

func serves(g *generation, now time.Time) bool {
	return g != nil && g.used < generationRecords &&
		now.Sub(g.madeAt) < generationLife && g.madeAt.Sub(now) < backwards
}

func (v *Vault) makeAhead(org id.Org, s *orgState) {
	g, err := v.makeGeneration(org)
	if err != nil { // New will try again and say so
		v.log.Warn("next generation key not made ahead", "err", err)
	} else if err := v.store.Do(context.Background(), func(tx *store.Tx) error { return v.note(tx, g) }); err != nil {
		v.log.Warn("next generation key not noted ahead", "err", err) // its first use will
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.making = false
	s.ready = g
}

// retire stops this process from wrapping under a generation.
func (v *Vault) retire(org id.Org, number int64) {
	s := v.state(org)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil && s.now.number == number {
		s.now = nil
	}
	if s.ready != nil && s.ready.number == number {
		s.ready = nil
	}
}

// makeGeneration makes a generation key that is durable in the key store when it returns.
func (v *Vault) makeGeneration(org id.Org) (*generation, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // a key service may hang
	defer cancel()
	g := &generation{org: org, key: newKey(), madeAt: v.clock.Now()}
	var err error
	raw := [16]byte(org.Bytes())
	err = v.file.change(func(ks *record.KeyStore) (bool, error) {
		if err := v.count(ctx, ks, org); err != nil {
			return false, err
		}
		g.number = ks.Highest(raw)
		g.fingerprint = record.Fingerprint(raw, g.number, g.key)
		if g.branches, err = record.OpenBranches(g.key, raw, g.number); err != nil {
			return false, err
		}
		wrapped, err := v.keys.Wrap(ctx, org, record.GenerationContext(raw, g.number), g.key)
		if err != nil {
			return false, err
		}
		insert(ks, record.GenerationKey{Org: raw, Generation: g.number, MadeAt: clock.Micros(g.madeAt),
			Fingerprint: g.fingerprint, Wrapped: wrapped})
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	v.remember(g)
	return g, nil
}

func (v *Vault) remember(g *generation) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opened[place{g.org, g.number}] = g
}

// errDestroyed: a row is wrapped by a generation that is destroyed. Who meets it asks
// the key store whether the record was moved, erased, or neither.
var errDestroyed = errors.New("vault: the generation was destroyed")

// generation gives a generation key, from memory or from the key store.
func (v *Vault) generation(org id.Org, number int64) (*generation, error) {
	v.mu.RLock()
	g := v.opened[place{org, number}]
	v.mu.RUnlock()
	if g != nil {
		return g, nil
	}
	_, highest, err := v.file.find(org, number) // reads the file when it is not known yet
	if err == nil {
		err = v.asKept(func(ks *record.KeyStore) (err error) {
			i, held := ks.Find([16]byte(org.Bytes()), number)
			if !held { // destroyed meanwhile
				return errNoGeneration
			}
			g, err = v.unwrapGeneration(org, ks.Generations[i])
			return err
		})
	}
	switch {
	case errors.Is(err, errNoGeneration) && number <= highest:
		return nil, fail.Wrap(fail.Tampered, errDestroyed, wordsKeyTampered)
	case errors.Is(err, errNoGeneration):
		return nil, fail.Wrap(fail.Tampered, err, wordsNoSuchKey)
	case err != nil:
		return nil, atWork(err)
	}
	v.remember(g)
	return g, nil
}

// asKept does what opens something of the key store as it was last read, and when it
// does not open, once more with the key store as it is, held still: another process may
// have changed the organisation's key, and what was wrapped before opens no more. fn
// may not ask the file, which is locked then.
func (v *Vault) asKept(fn func(*record.KeyStore) error) error {
	ks := v.file.snapshot()
	err := fn(&ks)
	if !fail.Is(err, fail.Tampered) {
		return err
	}
	return v.file.still(fn)
}

func (v *Vault) unwrapGeneration(org id.Org, held record.GenerationKey) (*generation, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	key, err := v.keys.Unwrap(ctx, org, record.GenerationContext(held.Org, held.Generation), held.Wrapped)
	if err != nil {
		return nil, err
	}
	if record.Fingerprint(held.Org, held.Generation, key) != held.Fingerprint {
		return nil, fail.New(fail.Tampered, "A key in the key store is not the one that was put there")
	}
	branches, err := record.OpenBranches(key, held.Org, held.Generation)
	if err != nil {
		return nil, err
	}
	return &generation{org: org, number: held.Generation, key: key, branches: branches, fingerprint: held.Fingerprint,
		madeAt: clock.FromMicros(held.MadeAt)}, nil
}

// atWork keeps a missing or unreadable key file from being taken for a missing
// record: once Heed runs, such a fault is Heed's own. Ready names the remedy.
func atWork(err error) error {
	switch fail.KindOf(err) {
	case fail.Missing, fail.Bad, fail.Conflict:
		return fail.Wrap(fail.Broken, err, "The keys are not at hand")
	}
	return err
}

// forget drops from memory the generations and days that the key store no longer holds,
// also those that another process destroyed. Their bytes are left to the
// collector: a reader may hold them at this moment.
func (v *Vault) forget(ks record.KeyStore) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for p := range v.opened {
		raw := [16]byte(p.org.Bytes())
		if _, held := ks.Find(raw, p.generation); !held && p.generation <= ks.Highest(raw) {
			delete(v.opened, p)
		}
	}
	for p := range v.days {
		o := [16]byte(p.org.Bytes())
		if _, held := slices.BinarySearchFunc(ks.Days, record.DayKey{Org: o, Day: p.generation}, compareDays); !held {
			delete(v.days, p)
		}
	}
}

// note writes what the database remembers of a generation, in the unit that
// first uses it. errDestroyed when it was noted before, and destroyed and forgotten by
// another process since: nothing may be wrapped by it any more.
func (v *Vault) note(tx *store.Tx, g *generation) error {
	if g.noted.Load() {
		return nil
	}
	_, err := store.One(tx, func(c *[]byte) []any { return []any{c} }, `select canary from key_org where org = $1`, g.org)
	if fail.Is(err, fail.Missing) {
		return fail.Wrap(fail.Broken, err, "This organisation has no key yet: AddOrg comes first")
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(`insert into key_generation (org, generation, fingerprint, made_at)
		values ($1, $2, $3, $4) on conflict (org, generation) do nothing`,
		g.org, g.number, g.fingerprint[:], clock.Micros(g.madeAt))
	if err != nil {
		return err
	}
	if n > 0 { // whoever destroys a generation forgets it afterwards: now the key store says so
		if err := v.file.read(); err != nil {
			return err
		}
		if _, _, held := v.file.lookup(g.org, g.number); !held {
			if err := forgetGeneration(tx, g.org, g.number); err != nil { // the database's fault, to be met as one
				return err
			}
			return errDestroyed
		}
	}
	tx.AfterCommit(func() { g.noted.Store(true) })
	return nil
}

// generationsOf lists an organisation's generations in the key store, newest first.
func (v *Vault) generationsOf(org id.Org) []record.GenerationKey {
	var out []record.GenerationKey
	for _, g := range v.file.snapshot().Generations {
		if g.Org == [16]byte(org.Bytes()) {
			out = append(out, g)
		}
	}
	slices.Reverse(out)
	return out
}
