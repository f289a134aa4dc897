package store_test

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
// was acknowledged into the database.
func TestTheLogIsTakenAway(t *testing.T) {
	for how, take := range map[string]func(wal string) error{
		"removed":  os.Remove,
		"replaced": func(wal string) error { return os.WriteFile(wal+"x", nil, 0o600) },
	} {
		t.Run(how, func(t *testing.T) {
			where := store.Options{Path: t.TempDir(), Migrations: migrations(bodies)}
			s, err := store.Open(bg, where)
			must(t, err)
			k := &kept{Store: s}
			must(t, k.put(k.write, 2000))
			time.Sleep(1500 * time.Millisecond) // the watch has seen it
			must(t, s.Ready(bg))
			must(t, k.put(k.write, 2000))
			wal := filepath.Join(where.Path, "heed.db-wal")
			must(t, take(wal))
			if how == "replaced" {
				must(t, os.Rename(wal+"x", wal))
			}
			storetest.Within(t, 5*time.Second, "Ready says what is gone", func() bool { return fail.Is(s.Ready(bg), fail.ReadOnly) })
			if err := k.put(k.write, 100); !fail.Is(err, fail.ReadOnly) {
				t.Errorf("new work: %v", err)
			}
			must(t, s.Close())
			k.Store = storetest.Open(t, where)
			must(t, k.put(k.write, 2000))
			k.verify(t)
			integrity(t, where.Path)
		})
	}
}
