package ledger

import (
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
)

// TestAReadingComesBeforeAnErasureOrNotAtAll: its key was at hand before the erasure, and its entry is not
// written after it.
// Seen to fail on PostgreSQL: the entry kept its sealed bytes, and was of no form.
func TestAReadingComesBeforeAnErasureOrNotAtAll(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		for _, first := range []bool{true, false} {
			rec, done := r.begin("to be forgotten"), make(chan error, 1)
			erase := func(after func()) error {
				_, err := r.vault.Erase(r.ctx, r.org, rec, func(tx *store.Tx, _ int64) error {
					_, err := r.Blank(tx, rec)
					after()
					return err
				})
				return err
			}
			beside := func(do func() error) {
				go func() { done <- do() }()
				time.Sleep(300 * time.Millisecond) // it waits by now
			}
			if first {
				must(t, s.Do(r.ctx, func(tx *store.Tx) error {
					key, err := r.vault.Key(tx, r.org, rec)
					must(t, err)
					must(t, r.Reading(tx, Concern, key, nurse, Event{Kind: "test.viewed"}))
					_, err = r.Version(tx, rec) // has it sent
					beside(func() error { return erase(func() {}) })
					return err
				}))
				must(t, <-done)
			} else {
				must(t, erase(func() { beside(func() error { return r.look(rec, nurse) }) }))
				err := <-done
				if !fail.Is(err, fail.Gone) && !fail.Is(err, fail.Missing) { // nobody tells the vault of erasures here
					t.Errorf("a reading of an erased record: %v", err)
				}
			}
			if n := r.count(`select count(*) from entry where record = $1 and sealed is not null`, rec); n != 0 {
				t.Errorf("%d entries of an erased record have sealed bytes (reading first: %t)", n, first)
			}
		}
	})
}

// TestHeldARecordStandsStill: what a unit found of a record that it holds is so until it ends; a step that
// another takes beside waits. Seen to fail on PostgreSQL when Hold took no lock.
func TestHeldARecordStandsStill(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec, done := r.begin("ended"), make(chan error, 1)
		must(t, s.Do(r.ctx, func(tx *store.Tx) error {
			must(t, r.Hold(tx, rec))
			was, err := r.Version(tx, rec)
			must(t, err)
			go func() { done <- r.add(rec, 1, "opened again") }()
			time.Sleep(300 * time.Millisecond) // it waits by now
			if len(done) > 0 {
				t.Errorf("held at %d, it moved on", was)
			}
			return nil
		}))
		must(t, <-done)
	})
}
