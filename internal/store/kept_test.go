package store_test

import (
	"crypto/rand"
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"heed/internal/fail"
	"heed/internal/store"
)

// kept is a store of numbered bodies, with what was acknowledged and what refused.
type kept struct {
	*store.Store
	next    atomic.Int64
	mu      sync.Mutex
	yes, no []int64 // guarded by mu
	unknown []int64 // guarded by mu
}

var bodies = map[string]string{"0201_body.sql": "create table body (n bigint not null, part bigint not null, body " +
	"blob not null);"}

// put writes a unit of two rows, so that a half of one would show.
func (k *kept) put(do func(fn func(*store.Tx) error) error, size int) error {
	_, err := k.number(do, size)
	return err
}

// number is put that says which number the unit had.
func (k *kept) number(do func(fn func(*store.Tx) error) error, size int) (int64, error) {
	n := k.next.Add(1)
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
		k.yes = append(k.yes, n)
	case fail.Is(err, fail.Unknown):
		k.unknown = append(k.unknown, n)
	default:
		k.no = append(k.no, n)
	}
	return n, err
}

func (k *kept) write(fn func(*store.Tx) error) error { return k.Do(bg, fn) }
func (k *kept) read(fn func(*store.Tx) error) error  { return k.DoReading(bg, fn) }

// verify: every acknowledged unit is there once and whole, no refused one is.
func (k *kept) verify(t *testing.T) {
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
	for _, n := range k.yes {
		if found[n] != 2 {
			t.Errorf("unit %d was acknowledged and has %d of its 2 rows", n, found[n])
		}
	}
	for _, n := range k.no {
		if found[n] != 0 {
			t.Errorf("unit %d was refused and has %d rows", n, found[n])
		}
	}
}

func integrity(t *testing.T, dir string) {
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
