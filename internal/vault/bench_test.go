package vault

import (
	"syscall"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

func benchWorld(b *testing.B) *world {
	hand := clock.NewHand(t0)
	return newWorld(b, storetest.SQLite(b, theMigrations, hand), hand)
}

// perCPU reports how many a CPU-second does: on a shared machine the only figure
// that means something. The whole process counts, background work too.
func perCPU(b *testing.B) {
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	b.Cleanup(func() { b.ReportMetric(float64(b.N)/(used()-before).Seconds(), "/CPU-s") })
}

// Sealing and opening 2 KB under a key at hand.
func BenchmarkSealAndOpen2KB(b *testing.B) {
	w := benchWorld(b)
	k := w.mustKey(w.make(1)[0])
	text := make([]byte, 2048)
	b.ReportAllocs()
	perCPU(b)
	for b.Loop() {
		if _, err := k.Open("words", 1, k.Seal("words", 1, text)); err != nil {
			b.Fatal(err)
		}
	}
}

// New inside a unit of work, without its commit: what raising a concern pays.
func BenchmarkNew(b *testing.B) {
	w := benchWorld(b)
	w.make(1)
	benchInUnits(b, w, func(tx *store.Tx) error {
		_, err := w.vault.New(tx, w.org, id.NewRecord(t0), record.Patient)
		return err
	})
}

// The bare insert that New cannot do without, for comparison.
func BenchmarkBareInsert(b *testing.B) {
	w := benchWorld(b)
	wrapped := make([]byte, 60)
	benchInUnits(b, w, func(tx *store.Tx) error {
		_, err := tx.Exec(`insert into record_key (record, org, generation, wrapped) values ($1, $2, $3, $4)`,
			id.NewRecord(t0), w.org, 1, wrapped)
		return err
	})
}

func benchInUnits(b *testing.B, w *world, fn func(tx *store.Tx) error) {
	b.ReportAllocs()
	perCPU(b)
	for n := 0; n < b.N; {
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
			for i := 0; i < 500 && n < b.N; i++ {
				if err := fn(tx); err != nil {
					return err
				}
				n++
			}
			return nil
		}))
	}
}

// Key in a view of many: one point read and one unwrap.
func BenchmarkKey(b *testing.B) {
	w := benchWorld(b)
	var recs []id.Record
	for range 10 {
		recs = append(recs, w.make(1000)...)
	}
	b.ReportAllocs()
	perCPU(b)
	b.ResetTimer()
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
		for i := range b.N {
			if _, err := w.vault.Key(tx, w.org, recs[i*7919%len(recs)]); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Unwrap of a row at hand, as a replay of many does it.
func BenchmarkUnwrap(b *testing.B) {
	w := benchWorld(b)
	rec := w.make(1)[0]
	sec := w.secretsOf(rec)
	perCPU(b)
	for b.Loop() {
		if _, err := w.vault.unwrap(w.org, rec, 1, sec.wrapped); err != nil {
			b.Fatal(err)
		}
	}
}

// A new generation: two slots, two fsyncs, with 1,000 generations in the store.
func BenchmarkGenerationAmongAThousand(b *testing.B) {
	w := benchWorld(b)
	for range 1000 {
		if _, err := w.vault.makeGeneration(w.org); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := w.vault.makeGeneration(w.org); err != nil {
			b.Fatal(err)
		}
	}
}

// Erasing one of a full generation: 999 keys wrapped again, the log emptied.
func BenchmarkEraseOneOfAThousand(b *testing.B) {
	w := benchWorld(b)
	recs := w.make(generationRecords)
	for i := 0; b.Loop() && i < 500; i++ {
		w.erase(recs[i])
	}
}
