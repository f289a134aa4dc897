package jobs_test

import (
	"context"
	"fmt"
	"testing"

	"heed/internal/clock"
	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// BenchmarkWork is one job from its claim to its durable end, with one worker.
func BenchmarkWork(b *testing.B) {
	for name, o := range map[string]func(b *testing.B) store.Options{
		"sqlite":   func(b *testing.B) store.Options { return store.Options{Path: b.TempDir()} },
		"postgres": func(b *testing.B) store.Options { return store.Options{URL: storetest.Postgres(b)} },
	} {
		b.Run(name, func(b *testing.B) {
			options := o(b)
			options.Migrations, options.Clock = migrations, clock.System{}
			s := storetest.Open(b, options)
			q := jobs.New(s, jobs.Options{})
			q.Handle("note", note)
			must(b, s.Do(context.Background(), func(tx *store.Tx) error {
				for i := range b.N {
					if err := q.Put(tx, jobs.Job{Name: fmt.Sprint("job ", i), Kind: "note", Due: tx.Now()}); err != nil {
						return err
					}
				}
				return nil
			}))
			b.ResetTimer()
			n, err := q.Work(context.Background())
			must(b, err)
			if n != b.N {
				b.Fatalf("%d of %d", n, b.N)
			}
		})
	}
}
