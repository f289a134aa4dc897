package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/storetest"
)

// TestACopiedKeyStoreIsRefused: several programs on one PostgreSQL share a key store, and
// one that works by a copy of it is refused with the way out, made before the other was
// started or while it ran. Seen to fail: both were served, and sealed what the other
// could not open.
func TestACopiedKeyStoreIsRefused(t *testing.T) {
	ctx := context.Background()
	p := place{t, app.Config{Data: t.TempDir(), DB: storetest.Postgres(t)}}
	p.found()
	copied := func() app.Config {
		c := app.Config{Data: filepath.Join(t.TempDir(), "copy"), DB: p.c.DB}
		check(t, os.CopyFS(c.Data, os.DirFS(p.c.Data)))
		check(t, filepath.WalkDir(c.Data, func(path string, d os.DirEntry, err error) error {
			mode := os.FileMode(0o600)
			if d.IsDir() {
				mode = 0o700
			}
			return os.Chmod(path, mode)
		}))
		return c
	}
	before := copied()
	first, err := app.Open(ctx, p.c, clock.System{}, quiet)
	check(t, err)
	second, err := app.Open(ctx, p.c, clock.System{}, quiet)
	if err != nil {
		t.Fatalf("a second program in the same folder: %v", err)
	}
	during, shared := copied(), copied()
	shared.KeyStore = filepath.Join(p.c.Data, "generations.keys")
	for range 2 { // being refused changes nothing
		p.opens(before, "Another Heed", "--key-store")
		p.opens(during, "Another Heed", "--key-store")
	}
	p.opens(shared)
	check(t, first.Close())
	p.opens(during, "--key-store") // the second is still at work
	check(t, second.Vault.OneKeyStore(ctx))
	check(t, second.Close())
	third, err := app.Open(ctx, during, clock.System{}, quiet)
	if err != nil {
		t.Fatalf("a copy whose original is at rest: %v", err)
	}
	p.opens(p.c, "--key-store")
	check(t, third.Close())
	p.opens(p.c)
}

// TestACopyThatCameMeanwhileShows: while a program had no session at the database a copy
// came; each says so.
func TestACopyThatCameMeanwhileShows(t *testing.T) {
	ctx := context.Background()
	p := place{t, app.Config{Data: t.TempDir(), DB: storetest.Postgres(t)}}
	p.found()
	a, err := app.Open(ctx, p.c, clock.System{}, quiet)
	check(t, err)
	db := p.beside()
	conn, err := db.Conn(ctx)
	check(t, err)
	_, err = conn.ExecContext(ctx, `select pg_advisory_lock_shared(1214604644, 7)`)
	check(t, err)
	if err := a.Vault.OneKeyStore(ctx); !fail.Is(err, fail.Conflict) ||
		!strings.Contains(fail.Words(err), "generations.keys") {
		t.Errorf("another key store is at work: %v", err)
	}
	check(t, conn.Close())
	check(t, db.Close())
	p.sql(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 1214604644`)
	check(t, a.Vault.OneKeyStore(ctx)) // shown again by a new session
	check(t, a.Close())
}
