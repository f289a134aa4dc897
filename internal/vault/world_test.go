package vault

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

var theMigrations = []fs.FS{Migrations, fstest.MapFS{"migrations/0199_entry.sql": {Data: []byte(`-- +goose Up
create table erased_entry (
    org        blob not null,
    record     blob not null,
    generation bigint not null,
    at         bigint not null
);`)}}}

// entries stands for the ledger: erasures by their entries.
type entries struct{}

func (entries) Erasures(tx *store.Tx, org id.Org) (out []Erasure, err error) {
	return store.All(tx, func(e *Erasure) []any { return []any{&e.Record, &e.Generation, micros{&e.At}} },
		`select record, generation, at from erased_entry where org = $1`, org)
}

func (entries) NoteErased(tx *store.Tx, org id.Org, e Erasure) error {
	_, err := tx.Exec(`insert into erased_entry (org, record, generation, at) values ($1, $2, $3, $4)`, org, e.Record,
		e.Generation, clock.Micros(e.At))
	return err
}

// micros scans an instant.
type micros struct{ t *time.Time }

func (m micros) Scan(v any) error { *m.t = clock.FromMicros(v.(int64)); return nil }

// noted is what Erase is called with: it writes the entry.
func noted(org id.Org, rec id.Record) func(*store.Tx, int64) error {
	return func(tx *store.Tx, generation int64) error {
		return entries{}.NoteErased(tx, org, Erasure{rec, generation, tx.Now()})
	}
}

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is one installation: a store, a key file, a key store, an organisation.
type world struct {
	testing.TB
	store *store.Store
	clock *clock.Hand
	vault *Vault
	org   id.Org
	o     Options
}

// each runs fn with a new installation on both engines.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	hand := clock.NewHand(t0)
	storetest.EachClock(t, theMigrations, hand, func(t *testing.T, s *store.Store) { fn(t, newWorld(t, s, hand)) })
}

// onSQLite makes a new installation in one folder.
func onSQLite(t testing.TB) *world {
	hand := clock.NewHand(t0)
	s := storetest.Open(t, store.Options{Path: t.TempDir(), Clock: hand, Migrations: theMigrations})
	return newWorld(t, s, hand)
}

func newWorld(t testing.TB, s *store.Store, hand *clock.Hand) *world {
	t.Helper()
	return newWorldIn(t, t.TempDir(), s, hand)
}

// newWorldIn has its keys in a folder.
func newWorldIn(t testing.TB, dir string, s *store.Store, hand *clock.Hand) *world {
	t.Helper()
	if hand.Now().Before(t0.AddDate(0, 2, 0)) {
		hand.Set(t0) // two engines share it, one after the other
	}
	w := &world{TB: t, store: s, clock: hand, org: id.NewOrg(t0)}
	w.o = Options{KeyFile: filepath.Join(dir, "keys"), KeyStore: filepath.Join(dir, "keystore"), Clock: hand}
	w.must(CreateKeyFile(w.o.KeyFile, w.org))
	w.reopen()
	w.must(w.vault.AddOrg(w.ctx(), w.org))
	return w
}

// ctx is not the test's own, which ends before cleanups.
func (w *world) ctx() context.Context { return context.Background() }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) want(err error, kind fail.Kind) {
	w.Helper()
	if !fail.Is(err, kind) {
		w.Fatalf("got %v, want %s", err, kind)
	}
}

// reopen opens the vault as a new process would.
func (w *world) reopen() *Vault {
	w.Helper()
	w.vault = w.another()
	return w.vault
}

// another is another process on the same store.
func (w *world) another() *Vault {
	w.Helper()
	v, err := Open(w.ctx(), w.store, w.o)
	w.must(err)
	w.Cleanup(func() { v.Close() })
	w.must(v.Settle(w.ctx(), entries{}))
	return v
}

// make gives a new record a key and one sealed field in the table "sealed".
func (w *world) make(n int) []id.Record {
	w.Helper()
	recs := make([]id.Record, n)
	for i := range recs {
		recs[i] = id.NewRecord(w.clock.Now().Add(time.Duration(i) * time.Millisecond))
	}
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		for i, rec := range recs {
			if _, err := w.vault.New(tx, w.org, rec, some(i)); err != nil {
				return err
			}
		}
		return nil
	}))
	return recs
}

// some compartment: each in its turn.
func some(i int) record.Compartment { return record.Compartments()[i%4] }

// key reads a record's key in a view.
func (w *world) key(rec id.Record) (k *Key, err error) {
	err = w.store.View(w.ctx(), func(tx *store.Tx) error {
		k, err = w.vault.Key(tx, w.org, rec)
		return err
	})
	return k, err
}

func (w *world) mustKey(rec id.Record) *Key {
	w.Helper()
	k, err := w.key(rec)
	w.must(err)
	return k
}

func (w *world) erase(rec id.Record) Certificate {
	w.Helper()
	c, err := w.vault.Erase(w.ctx(), w.org, rec, noted(w.org, rec))
	w.must(err)
	return c
}

func (w *world) number(query string, args ...any) (n int) {
	w.Helper()
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) error { return tx.QueryRow(query, args...).Scan(&n) }))
	return n
}

func clearOrgs(tx *store.Tx) error { _, err := tx.Exec(`delete from key_org`); return err }
