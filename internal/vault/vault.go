package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

const (
	// DefaultBackupLife is how long backups of the key store are kept unless the installation says otherwise.
	DefaultBackupLife = 35 * 24 * time.Hour
	// A generation key serves at most this long and wraps at most this many record keys:
	// what one erasure must wrap again, and what one lost generation would cost.
	generationLife    = 24 * time.Hour
	generationRecords = 1000
	// backwards is how far the clock may go back before a generation counts as from the future.
	backwards = time.Hour
)

// Options say where the keys are.
type Options struct {
	KeyFile    string        // path of the key file; unless Keys is given
	Keys       OrgKeys       // a key management service instead of the file
	KeyStore   string        // path of the key store
	BackupLife time.Duration // how long backups of the key store are kept; default 35 days
	Clock      clock.Clock
	Log        *slog.Logger
}

// Vault makes, finds and destroys record keys. Safe for concurrent use.
type Vault struct {
	store      *store.Store
	keys       OrgKeys
	file       *keyStore
	backupLife time.Duration
	clock      clock.Clock
	log        *slog.Logger

	mu     sync.RWMutex
	opened map[place]*generation // guarded by mu: generation keys unwrapped since the start
	orgs   map[id.Org]*orgState  // guarded by mu
	tasks  sync.WaitGroup        // generations being made ahead of need
	at     func(step string)     // testOnlyAt: called between the steps of an erasure; nothing in the program
}

type place struct {
	org        id.Org
	generation int64
}

// Open checks the keys against the database and refuses, in words that name the
// remedy, when a key is missing, does not belong to this database, or when the
// key store is older than the database.
//
// The key store is made when the database knows of no generation and there is none.
func Open(ctx context.Context, s *store.Store, o Options) (*Vault, error) {
	v := &Vault{store: s, keys: o.Keys, backupLife: o.BackupLife, clock: o.Clock, log: o.Log,
		opened: map[place]*generation{}, orgs: map[id.Org]*orgState{}, at: func(string) {}}
	if v.backupLife <= 0 {
		v.backupLife = DefaultBackupLife
	}
	if v.clock == nil {
		v.clock = clock.System{}
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	if v.keys == nil {
		file, err := OpenKeyFile(o.KeyFile)
		if err != nil {
			return nil, err
		}
		v.keys = file
	}
	known, canaries, err := v.remembered(ctx)
	if err != nil {
		return nil, err
	}
	if v.file, err = openOrCreate(o.KeyStore, len(known) == 0); err != nil {
		return nil, err
	}
	v.file.seen = v.forget
	if err := v.checkGenerations(known); err != nil {
		return nil, err
	}
	for _, c := range canaries {
		if err := v.checkCanary(ctx, c, known); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// Close waits for work begun in the background. Keys stay usable by units of work that are under way.
func (v *Vault) Close() error {
	v.tasks.Wait()
	return nil
}

func openOrCreate(path string, fresh bool) (*keyStore, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) && fresh {
		if err := createKeyStore(path); err != nil && !fail.Is(err, fail.Conflict) { // another process may be first
			return nil, err
		}
	}
	return openKeyStore(path)
}

// remembered is what the database knows of generations.
type rememberedGeneration struct {
	org         id.Org
	generation  int64
	fingerprint []byte
	destroyed   bool
	retired     bool
}

type canary struct {
	org    id.Org
	sealed []byte
}

func (v *Vault) remembered(ctx context.Context) (known []rememberedGeneration, canaries []canary, err error) {
	err = v.store.View(ctx, func(tx *store.Tx) error {
		var err error
		known, err = store.All(tx, func(g *rememberedGeneration) []any {
			return []any{&g.org, &g.generation, &g.fingerprint, &g.retired, &g.destroyed}
		}, `select org, generation, fingerprint,
			case when retired_at is null then 0 else 1 end,
			case when destroyed_at is null then 0 else 1 end
			from key_generation order by org, generation`)
		if err != nil {
			return err
		}
		canaries, err = store.All(tx, func(c *canary) []any { return []any{&c.org, &c.sealed} }, `select org, canary from key_org`)
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

// AddOrg gives an organisation its key and notes the canary. Asking twice is asking once.
func (v *Vault) AddOrg(ctx context.Context, org id.Org) error {
	var sealed []byte
	err := v.file.change(func(*record.KeyStore) (bool, error) { // the lock is what is wanted
		if file, ok := v.keys.(changeable); ok {
			if err := file.add(org); err != nil {
				return false, err
			}
		}
		var err error
		sealed, err = v.keys.Wrap(ctx, org, canaryContext(org), canaryValue(org))
		return false, err
	})
	if err != nil {
		return err
	}
	return v.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`insert into key_org (org, canary) values ($1, $2) on conflict (org) do nothing`, org, sealed)
		return err
	})
}
