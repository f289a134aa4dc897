package storetest

import (
	"crypto/rand"
	"database/sql"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"heed/internal/fail"
	"heed/internal/store"
)

// Kept is a store of numbered bodies, with what was acknowledged and what refused.
type Kept struct {
	*store.Store
	Next    atomic.Int64
	mu      sync.Mutex
	Yes, No []int64 // guarded by mu
	Unknown []int64 // guarded by mu
}

// Bodies are the migrations of its table.
var Bodies = Changes(map[string]string{
	"0201_body.sql": "create table body (n bigint not null, part bigint not null, body blob not null);"})

// Put writes a unit of two rows, so that a half of one would show.
func (k *Kept) Put(do func(fn func(*store.Tx) error) error, size int) error {
	_, err := k.Number(do, size)
	return err
}

// Number is Put that says which number the unit had.
func (k *Kept) Number(do func(fn func(*store.Tx) error) error, size int) (int64, error) {
	n := k.Next.Add(1)
	body := make([]byte, size)
	rand.Read(body)
	err := do(func(tx *store.Tx) error {
		for part := range 2 {
			if _, err := tx.Exec("insert into body (n, part, body) values ($1, $2, $3)", n, part, body); err != nil {
				return err
			}
		}
		return nil
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err == nil:
		k.Yes = append(k.Yes, n)
	case fail.Is(err, fail.Unknown):
		k.Unknown = append(k.Unknown, n)
	default:
		k.No = append(k.No, n)
	}
	return n, err
}

// Write and Read are what Put does with a unit.
func (k *Kept) Write(fn func(*store.Tx) error) error { return k.Do(bg, fn) }
func (k *Kept) Read(fn func(*store.Tx) error) error  { return k.DoReading(bg, fn) }

// Verify: every acknowledged unit is there once and whole, no refused one is.
func (k *Kept) Verify(t *testing.T) {
	t.Helper()
	var found map[int64]int
	must(t, k.View(bg, func(tx *store.Tx) error {
		found = map[int64]int{}
		all, err := store.All(tx, func(v *int64) []any { return []any{v} }, "select n from body")
		for _, n := range all {
			found[n]++
		}
		return err
	}))
	for _, n := range k.Yes {
		if found[n] != 2 {
			t.Errorf("unit %d was acknowledged and has %d of its 2 rows", n, found[n])
		}
	}
	for _, n := range k.No {
		if found[n] != 0 {
			t.Errorf("unit %d was refused and has %d rows", n, found[n])
		}
	}
}

// Integrity asks SQLite whether the file of a folder is sound.
func Integrity(t testing.TB, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "heed.db"))
	must(t, err)
	defer db.Close()
	var said string
	must(t, db.QueryRow("pragma integrity_check").Scan(&said))
	if said != "ok" {
		t.Errorf("integrity_check: %s", said)
	}
}

// Acknowledged are the numbers of the units that were kept so far.
func (k *Kept) Acknowledged() []int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.Yes)
}

// Missing is how many acknowledged units are not there, or not whole. None is there twice,
// and none by halves, acknowledged or not.
func Missing(t *testing.T, s *store.Store, acknowledged []int64) (lost int) {
	t.Helper()
	found := map[int64]int{}
	must(t, s.View(bg, func(tx *store.Tx) error {
		all, err := store.All(tx, func(v *int64) []any { return []any{v} }, "select n from body")
		for _, n := range all {
			found[n]++
		}
		return err
	}))
	for _, n := range acknowledged {
		if found[n] < 2 {
			lost++
		}
	}
	odd := 0
	for _, rows := range found {
		if rows != 2 {
			odd++
		}
	}
	t.Logf("%d acknowledged, %d found, %d lost, %d doubled or not whole", len(acknowledged), len(found), lost, odd)
	if odd != 0 {
		t.Errorf("%d units are there twice, or not whole", odd)
	}
	return lost
}

// Rounds is fewer under -short.
func Rounds(n int) int {
	if testing.Short() {
		return 3
	}
	return n
}

// Changes is one source of migrations, from file name to text.
func Changes(files map[string]string) []fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m["migrations/"+name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return []fs.FS{m}
}
