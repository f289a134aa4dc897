package vault

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/durable"
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
	Look       bool          // writes nothing, not even what a crash left to be mended
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

	history History // told by Settle

	mark   *store.Mark // nil on SQLite, and for who only looks
	marked *os.File    // of the key store

	mu     sync.RWMutex
	opened map[place]*generation       // guarded by mu: generation keys unwrapped since the start
	days   map[place]*record.RecordKey // guarded by mu
	buried map[id.Org]knownTombstones  // guarded by mu
	orgs   map[id.Org]*orgState        // guarded by mu
	tasks  sync.WaitGroup              // generations being made ahead of need
	at     func(step string)           // testOnlyAt: called between the steps of an erasure; nothing in the program
}

type place struct {
	org        id.Org
	generation int64 // or day
}

// Open checks the keys against the database and refuses, in words that name the
// remedy, when a key is missing, does not belong to this database, or when the
// key store is older than the database. Settle comes next, once the history can be read.
//
// The key store is made when the database knows of no generation and there is none.
func Open(ctx context.Context, s *store.Store, o Options) (*Vault, error) {
	v, known, canaries, err := begin(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if err := v.open(ctx, o, known, canaries); err != nil {
		return nil, errors.Join(err, v.leaves())
	}
	return v, nil
}

// open makes the checks of Open.
func (v *Vault) open(ctx context.Context, o Options, known []rememberedGeneration, canaries []canary) error {
	if !o.Look {
		if err := v.joins(ctx); err != nil {
			return err
		}
	}
	if err := v.checkGenerations(known); err != nil {
		return err
	}
	for _, c := range canaries {
		if err := v.checkCanary(ctx, c, known); err != nil {
			return err
		}
	}
	return v.checkTombstones(ctx)
}

// begin finds the keys and reads what the database remembers of them.
func begin(ctx context.Context, s *store.Store, o Options) (*Vault, []rememberedGeneration, []canary, error) {
	v := &Vault{store: s, keys: o.Keys, backupLife: o.BackupLife, clock: o.Clock, log: o.Log, at: func(string) {},
		opened: map[place]*generation{}, days: map[place]*record.RecordKey{}, buried: map[id.Org]knownTombstones{},
		orgs: map[id.Org]*orgState{}}
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
			return nil, nil, nil, err
		}
		v.keys = file
		if !o.Look { // a change of key that was cut off
			if err := durable.Sweep(filepath.Dir(o.KeyFile), v.clock.Now().Add(-time.Hour)); err != nil {
				v.log.Warn("what a cut left beside the key file cannot be removed", "err", err)
			}
		}
	}
	known, canaries, err := v.remembered(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if v.file, err = openOrCreate(o.KeyStore, len(known) == 0, o.Look); err != nil {
		return nil, nil, nil, err
	}
	v.file.seen = v.forget
	return v, known, canaries, nil
}

// Tend finishes erasures that were cut short and ends the keys of past days. To be
// called at start and from time to time.
func (v *Vault) Tend(ctx context.Context) error { return errors.Join(v.endDays(), v.Resume(ctx)) }

// Ready is nil while the keys are at hand; otherwise its words name the remedy.
// It reads the key file and the key store, asks whether the latter may be changed,
// and unwraps one organisation's canary.
func (v *Vault) Ready(ctx context.Context) error {
	if err := errors.Join(v.file.read(), v.file.writable()); err != nil {
		return err
	}
	if file, ok := v.keys.(*KeyFile); ok {
		if err := file.check(); err != nil {
			return err
		}
	}
	var c canary
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = store.One(tx, (*canary).scan, `select org, canary from key_org order by org limit 1`)
		return err
	})
	if fail.Is(err, fail.Missing) { // no organisation yet
		return nil
	}
	if err != nil {
		return err
	}
	return v.openCanary(ctx, c)
}

// Close waits for work begun in the background. Keys stay usable by units of work that are under way.
func (v *Vault) Close() error {
	v.tasks.Wait()
	return v.leaves()
}

func openOrCreate(path string, fresh, look bool) (*keyStore, error) {
	if look {
		return openKeyStore(path, true)
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) && fresh {
		if err := createKeyStore(path); err != nil && !fail.Is(err, fail.Conflict) { // another process may be first
			return nil, err
		}
	}
	return openKeyStore(path, false)
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
