package storetest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"heed/internal/clock"
	"heed/internal/store"
)

// Copied is a store that is built once, and of which each test has a copy.
type Copied struct {
	migrations []fs.FS
	first      store.Options // where it was built
	template   string        // of PostgreSQL: the database there
}

// EachCopied runs fn as subtests "sqlite" and "postgres", which run beside each other.
func EachCopied(t *testing.T, migrations []fs.FS, fn func(*testing.T, *Copied)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, &Copied{migrations: migrations, first: store.Options{Path: t.TempDir(), ReserveBytes: Reserve}})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		dsn, name := migratedAs(t, migrations)
		fn(t, &Copied{migrations: migrations, first: store.Options{URL: dsn}, template: name})
	})
}

// Build has the store built. Call it once, before any copy is made.
func (x *Copied) Build(t *testing.T, c clock.Clock, build func(*store.Store)) {
	t.Helper()
	o := x.first
	o.Migrations, o.Clock = x.migrations, c
	s, err := store.Open(context.Background(), o)
	must(t, err)
	build(s)
	must(t, s.Close())
}

// CopyFolder copies a folder of an installation: its files are their owner's alone.
func CopyFolder(t testing.TB, to, from string) {
	t.Helper()
	must(t, os.MkdirAll(to, 0o700))
	must(t, fs.WalkDir(os.DirFS(from), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return errors.Join(err, os.MkdirAll(filepath.Join(to, path), 0o700))
		}
		text, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), text, 0o600)
	}))
}

// Copy opens a copy, with a clock of its own.
func (x *Copied) Copy(t testing.TB, c clock.Clock) *store.Store {
	t.Helper()
	o := store.Options{Migrations: x.migrations, Clock: c}
	if x.template != "" {
		o.URL = createDatabase(t, adminDSN(t), x.template)
	} else {
		o.Path = t.TempDir()
		CopyFolder(t, o.Path, x.first.Path)
	}
	return Open(t, o)
}
