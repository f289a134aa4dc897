package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestTheLogIsTakenAway: SQLite's log is removed, or another put in its place, under a
// running store. Ready says so, nothing more is acknowledged, and stopping brings what
// was acknowledged into the database, as being killed after the alarm has it there.
func TestTheLogIsTakenAway(t *testing.T) {
	for how, take := range map[string]func(wal string) error{
		"removed":  os.Remove,
		"replaced": func(wal string) error { return os.WriteFile(wal+"x", nil, 0o600) },
	} {
		t.Run(how, func(t *testing.T) {
			where := store.Options{Path: t.TempDir(), Migrations: storetest.Bodies}
			s, err := store.Open(bg, where)
			must(t, err)
			k := &storetest.Kept{Store: s}
			must(t, k.Put(k.Write, 2000))
			wal := filepath.Join(where.Path, "heed.db-wal")
			must(t, take(wal))
			if how == "replaced" {
				must(t, os.Rename(wal+"x", wal))
			}
			storetest.Within(t, 5*time.Second, "Ready says what is gone",
				func() bool { return fail.Is(s.Ready(bg), fail.ReadOnly) })
			if err := k.Put(k.Write, 100); !fail.Is(err, fail.ReadOnly) {
				t.Errorf("new work: %v", err)
			}
			storetest.Within(t, 5*time.Second, "what was acknowledged is in the database alone", func() bool {
				killed := store.Options{Path: t.TempDir(), Migrations: where.Migrations}
				data, err := os.ReadFile(filepath.Join(where.Path, "heed.db"))
				must(t, err)
				must(t, os.WriteFile(filepath.Join(killed.Path, "heed.db"), data, 0o600))
				s, err := store.Open(bg, killed)
				must(t, err)
				defer s.Close()
				n := 0
				err = s.View(bg, func(tx *store.Tx) error {
					all, err := store.All(tx, func(v *int64) []any { return []any{v} }, "select n from body")
					n = len(all)
					return err
				})
				return err == nil && n == 2*len(k.Yes)
			})
			must(t, s.Close())
			k.Store = storetest.Open(t, where)
			must(t, k.Put(k.Write, 2000))
			k.Verify(t)
			storetest.Integrity(t, where.Path)
		})
	}
}
