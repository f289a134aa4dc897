package ledger

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

func eachBench(b *testing.B, fn func(b *testing.B, r *room)) {
	b.Run("sqlite", func(b *testing.B) {
		fn(b, furnish(b, storetest.SQLite(b, migrations, clock.System{})))
	})
	b.Run("postgres", func(b *testing.B) {
		fn(b, furnish(b, storetest.Open(b, store.Options{URL: storetest.Postgres(b), Migrations: migrations,
			Clock: clock.System{}})))
	})
}

// BenchmarkBegin is a durable new record of one 2 KB entry, with its key, from 64
// writers while the sequencer runs: what raising a concern costs below the slice.
func BenchmarkBegin(b *testing.B) {
	eachBench(b, func(b *testing.B, r *room) {
		ev := event(strings.Repeat("w", 2048))
		ctx, stop := context.WithCancel(r.ctx)
		defer stop()
		go r.Run(ctx)
		b.SetParallelism(32)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				rec := id.NewRecord(r.o.Clock.Now())
				must(b, r.store.Do(r.ctx, func(tx *store.Tx) error {
					key, err := r.vault.New(tx, r.org, rec, record.Patient)
					if err == nil {
						_, err = r.Append(tx, Concern, key, 0, nurse, ev)
					}
					return err
				}))
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

// BenchmarkAppend is the ledger's own part: entries of 2 KB, 64 to a unit of work.
func BenchmarkAppend(b *testing.B) {
	eachBench(b, func(b *testing.B, r *room) {
		rec := r.begin("one")
		ev := event(strings.Repeat("w", 2048))
		version := int64(1)
		b.ResetTimer()
		for done := 0; done < b.N; done += 64 {
			must(b, r.store.Do(r.ctx, func(tx *store.Tx) error {
				key, err := r.vault.Key(tx, r.org, rec)
				if err != nil {
					return err
				}
				at := version
				for range min(64, b.N-done) {
					if at, err = r.Append(tx, Concern, key, at, nurse, ev); err != nil {
						return err
					}
				}
				version = at
				return nil
			}))
		}
	})
}

// BenchmarkSequence numbers 100,000 waiting entries of 2 KB, tiles and all.
func BenchmarkSequence(b *testing.B) {
	const leaves = 100_000
	eachBench(b, func(b *testing.B, r *room) {
		org, sealed := id.NewOrg(r.o.Clock.Now()), make([]byte, 2200)
		rand.Read(sealed)
		b.ResetTimer()
		for range b.N {
			b.StopTimer()
			for done := 0; done < leaves; done += 5000 {
				must(b, r.store.Do(r.ctx, func(tx *store.Tx) error {
					for range 5000 {
						rec := id.NewRecord(tx.Now())
						var n int64
						if err := tx.QueryRow(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
							values ($1, $2, $3, 1, 0, 0, 1, $4, $5) returning n`, rec, org, rec, sealed[:32], sealed).Scan(&n); err != nil {
							return err
						}
						if _, err := tx.Exec(`insert into entry_pending (n) values ($1)`, n); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			b.StartTimer()
			n, err := r.Sequence(r.ctx)
			must(b, err)
			if n != leaves {
				b.Fatalf("numbered %d of %d", n, leaves)
			}
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1e6/leaves, "s/million")
	})
}

// BenchmarkHistory opens a record of 20 entries of 2 KB.
func BenchmarkHistory(b *testing.B) {
	eachBench(b, func(b *testing.B, r *room) {
		rec := r.begin("one")
		for v := range int64(19) {
			must(b, r.add(rec, v+1, strings.Repeat("w", 2048)))
		}
		b.ResetTimer()
		for range b.N {
			_, err := r.history(rec)
			must(b, err)
		}
	})
}

// BenchmarkBeat is a beat in which nothing was written: what an idle installation costs.
func BenchmarkBeat(b *testing.B) {
	dir := b.TempDir()
	r := furnish(b, storetest.Open(b, store.Options{Path: dir, Migrations: migrations, Clock: clock.System{}}))
	before := fileSize(b, dir)
	b.ResetTimer()
	for range b.N {
		must(b, r.Publish(r.ctx))
	}
	b.StopTimer()
	b.ReportMetric(float64(fileSize(b, dir)-before)/float64(b.N), "B/beat")
}

func fileSize(b *testing.B, dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "heed.db"))
	must(b, err)
	return info.Size()
}
