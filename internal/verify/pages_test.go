package verify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"heed/internal/clock"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// proven are the columns whose every change must be found; n and the like hold them in place.
var proven = []string{
	`select n, id, org, record, version, at, generation, room, leaf, sealed from entry where record in (select record from record_key) order by n`,
	`select n, leaf from entry order by n`,
	`select record, room, version from head order by record`,
	`select n from entry_pending order by n`,
	`select seq, size, n, padding from log_run order by seq`,
	`select level, idx, hashes from log_tile order by level, idx`,
	`select size, root, note from log_state`,
	`select size, note from log_checkpoint order by size`,
	`select size, witness, lines from log_cosignature order by size, witness`,
	`select record, org, generation, wrapped from record_key order by record`,
	// by its rows: what an index of a list says is compared with the history (CheckLists)
	`select record, version, body from note_v1 order by +record`,
}

// digest is what the database says in those columns; an error is part of what it says.
func digest(ctx context.Context, s *store.Store) string {
	h := sha256.New()
	for _, q := range proven {
		err := s.View(ctx, func(tx *store.Tx) error {
			rows, err := tx.Query(q)
			if err != nil {
				return err
			}
			defer rows.Close()
			cols, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
				for i := range vals {
					ptrs[i] = &vals[i]
				}
				if err := rows.Scan(ptrs...); err != nil {
					return err
				}
				fmt.Fprintf(h, "%x\n", vals)
			}
			return rows.Err()
		})
		fmt.Fprintln(h, err != nil)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestFlippedPages is promise D9: a byte flipped anywhere in the database file is
// found, or nothing that the program reads from it has changed. No panic.
func TestFlippedPages(t *testing.T) {
	dir := t.TempDir()
	hand := clock.NewHand(t0)
	s, err := store.Open(t.Context(), store.Options{Path: dir, Migrations: migrations, Clock: hand,
		ReserveBytes: storetest.Reserve})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, s, hand)
	w.live()
	w.clean(w.verify())
	w.must(w.vault.Close())
	w.must(s.Close()) // the write-ahead log is emptied into the file
	file := filepath.Join(dir, "heed.db")
	whole, err := os.ReadFile(file)
	w.must(err)
	r := rand.New(rand.NewPCG(7, 8))
	check := func() (said string, rep Report, err error) {
		s, err := store.Open(t.Context(), store.Options{Path: dir, ReadOnly: true, Clock: hand})
		if err != nil {
			return "", rep, err
		}
		defer s.Close()
		said = digest(t.Context(), s)
		rep, err = Store(t.Context(), s, w.o)
		return said, rep, err
	}
	good, rep, err := check()
	w.must(err)
	w.clean(rep)
	var found, refused, harmless int
	for i := range 200 {
		bad := append([]byte(nil), whole...)
		at := r.IntN(len(bad))
		bad[at] ^= 1 << r.IntN(8)
		w.must(os.WriteFile(file, bad, 0o600))
		_ = os.Remove(file + "-wal")
		_ = os.Remove(file + "-shm")
		said, rep, err := check()
		switch {
		case err != nil:
			refused++
		case !rep.OK():
			found++
		case said == good:
			harmless++
		default:
			t.Errorf("flip %d at byte %d of page %d: what is read has changed, and nothing was found", i, at%4096, at/4096+1)
		}
	}
	t.Logf("200 bytes flipped: %d found, %d refused to open, %d changed nothing that is read (free space, indexes, the "+
		"reserve)", found, refused, harmless)
	if found < 40 {
		t.Errorf("only %d flips hit anything: the test shows too little", found)
	}
}
