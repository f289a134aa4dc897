// Package storetest gives tests real stores: an SQLite file and a PostgreSQL
// database, each fresh, and the conformance suite that both engines pass.
//
// PostgreSQL runs from the installed binaries, one cluster for each test process,
// on a unix socket in a temporary folder; HEED_TEST_POSTGRES=postgres://… uses a
// running server instead (its user may create databases), and
// HEED_TEST_POSTGRES=skip leaves PostgreSQL out. It is for tests only.
package storetest

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/store"
)

// Reserve is the size of the reserve in tests: small, so that stores open fast.
const Reserve = 256 << 10

// Each runs fn as subtests "sqlite" and "postgres", on a fresh store each.
func Each(t *testing.T, migrations []fs.FS, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachClock(t, migrations, clock.System{}, fn)
}

// EachClock is Each with a clock of the test's own.
func EachClock(t *testing.T, migrations []fs.FS, c clock.Clock, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t, migrations, c)) })
	t.Run("postgres", func(t *testing.T) {
		fn(t, Open(t, store.Options{URL: migrated(t, migrations), Migrations: migrations, Clock: c}))
	})
}

// SQLite opens a fresh SQLite store in a temporary folder.
func SQLite(t testing.TB, migrations []fs.FS, c clock.Clock) *store.Store {
	t.Helper()
	return Open(t, store.Options{Path: t.TempDir(), Migrations: migrations, Clock: c})
}

// Open opens a store and closes it when the test ends.
func Open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	if o.Path != "" && o.ReserveBytes == 0 {
		o.ReserveBytes = Reserve
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// Within waits until something holds.
func Within(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	watch := clock.Stopwatch()
	for !ok() {
		if watch() > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%s after %v", what, watch().Round(time.Millisecond))
}
