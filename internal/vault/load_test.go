package vault

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

// While erasures wrap generations again, readers and writers of this process
// and of another go on without one failure, also those that look at an old
// snapshot when the generation under it is destroyed.
func TestMovingUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const erasures = 12
		recs := w.make(400)
		doomed, stay := recs[:erasures], recs[erasures:]
		sealed := make([][]byte, len(stay))
		for i, rec := range stay {
			sealed[i] = w.mustKey(rec).Seal("words", 1, rec.Bytes())
		}
		another := w.another()

		var stop atomic.Bool
		var reads, slow, writes atomic.Int64
		var wg sync.WaitGroup
		loop := func(count *atomic.Int64, fn func() error) {
			wg.Go(func() {
				for !stop.Load() {
					if err := fn(); err != nil {
						t.Error(err)
						return
					}
					count.Add(1)
				}
			})
		}
		read := func(v *Vault, wait time.Duration) error {
			i := rand.IntN(len(stay))
			return w.store.View(w.ctx(), func(tx *store.Tx) error {
				var n int // fixes the snapshot
				if err := tx.QueryRow(`select count(*) from erased_entry`).Scan(&n); err != nil {
					return err
				}
				time.Sleep(wait)
				k, err := v.Key(tx, w.org, stay[i])
				if err != nil {
					return fmt.Errorf("record %d, after %d erasures: %w", i, n, err)
				}
				plain, err := k.Open("words", 1, sealed[i])
				if err == nil && !bytes.Equal(plain, stay[i].Bytes()) {
					err = fail.New(fail.Tampered, "another record's words")
				}
				return err
			})
		}
		for _, v := range []*Vault{w.vault, another} {
			loop(&reads, func() error { return read(v, 0) })
			loop(&slow, func() error { return read(v, 25*time.Millisecond) })
			loop(&writes, func() error {
				rec := id.NewRecord(t0)
				err := w.store.Do(w.ctx(), func(tx *store.Tx) error { _, err := v.New(tx, w.org, rec, record.Patient); return err })
				if err != nil {
					return fmt.Errorf("new: %w", err)
				}
				_, err = w.key(rec)
				return err
			})
		}
		for _, rec := range doomed {
			w.erase(rec)
		}
		stop.Store(true)
		wg.Wait()
		t.Logf("%d erasures beside %d reads, %d slow reads, %d writes", erasures, reads.Load(), slow.Load(), writes.Load())
		if reads.Load() < 50 || slow.Load() < 4 || writes.Load() < 20 {
			t.Fatal("control: nothing went on beside the erasures")
		}
		w.settled(append(doomed, stay...))
	})
}

// Erasures that meet in one generation, from two processes, all end with a certificate.
func TestErasuresSideBySide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(40)
		another := w.another()
		var wg sync.WaitGroup
		for i, rec := range recs[:16] {
			v := []*Vault{w.vault, another}[i%2]
			wg.Go(func() {
				if _, err := v.Erase(w.ctx(), w.org, rec, noted(w.org, rec)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.settled(recs)
		for _, rec := range recs[16:] {
			w.mustKey(rec)
		}
	})
}

// A successor that is retired and destroyed while records move into it (the turn
// was lost to another process) is given up for another.
func TestErasureOfASuccessorsRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(350)
		another := w.another()
		var once sync.Once
		w.vault.at = func(step string) {
			if step == "moving" {
				once.Do(func() { // the first hundred have moved: erase one of them, without waiting for a turn
					var e Erasure
					w.must(w.store.Do(w.ctx(), func(tx *store.Tx) (err error) {
						e, err = another.decide(tx, w.org, recs[1], noted(w.org, recs[1]))
						return err
					}))
					if e.Generation != 2 {
						t.Errorf("the successor is %d", e.Generation)
					}
					w.must(another.destroy(w.ctx(), w.org, e))
				})
			}
		}
		w.erase(recs[0])
		w.settled(recs)
		for _, rec := range recs[2:] {
			w.mustKey(rec)
		}
	})
}

// A process that still wraps under a generation which another process retires
// finds out by the insert itself.
func TestNewUnderAGenerationRetiredElsewhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		another := w.another()
		first := w.make(1)[0]
		if _, err := another.Erase(w.ctx(), w.org, first, noted(w.org, first)); err != nil {
			t.Fatal(err)
		}
		k := w.mustKey(w.make(1)[0])
		if k.Generation() == 1 {
			t.Fatal("wrapped by a retired generation")
		}
	})
}

// On PostgreSQL an erasure waits for units that have wrapped a key under the
// generation and not yet committed: it would otherwise not see their rows.
func TestErasureWaitsForUncommittedKeys(t *testing.T) {
	hand := clock.NewHand(t0)
	w := newWorld(t, storetest.Open(t, store.Options{URL: storetest.Postgres(t), Clock: hand, Migrations: theMigrations}),
		hand)
	recs := w.make(3)
	late := id.NewRecord(t0)
	wrapped, commit := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		err := w.store.Do(w.ctx(), func(tx *store.Tx) error {
			k, err := w.vault.New(tx, w.org, late, record.Patient)
			if err == nil && k.Generation() != 1 {
				t.Errorf("control: another generation than the erased record's")
			}
			close(wrapped)
			<-commit
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-wrapped
	wg.Go(func() { w.erase(recs[0]) })
	time.Sleep(300 * time.Millisecond) // long enough for an erasure that does not wait
	close(commit)
	wg.Wait()
	for _, rec := range append(recs[1:], late) {
		w.mustKey(rec)
	}
}

func TestRekeyUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(5)
		old, err := OpenKeyFile(w.o.KeyFile)
		w.must(err)
		oldKey := old.of(w.org)[0]
		another := w.another()
		for i := range 5 {
			v := []*Vault{w.vault, another}[i%2]
			w.must(v.Rekey(w.ctx(), w.org))
			w.clock.Move(25 * time.Hour) // so that both make generations with the new key
			for _, v := range []*Vault{w.vault, another} {
				rec := id.NewRecord(t0)
				w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
					_,
						err := v.New(tx, w.org, rec, record.Patient)
					return err
				}))
				recs = append(recs, rec)
			}
		}
		w.reopen()
		w.settled(recs)
		if found := holding(t, []string{w.o.KeyFile}, oldKey.Key[:], fmt.Appendf(nil, "%x", oldKey.Key)); len(found) > 0 {
			t.Fatal("the old key is still in the file")
		}
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error { // as from a backup older than the change of key
			_, err := tx.Exec(`update key_org set canary = $1 where org = $2`, []byte("sealed by the old key"), w.org)
			return err
		}))
		w.reopen()
		_, canaries, err := w.vault.remembered(w.ctx())
		w.must(err)
		w.must(w.vault.openCanary(w.ctx(), canaries[0]))
	})
}
