package bench

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"heed/internal/app"
	"heed/internal/bulk"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/verify"
)

// rows measures how long an import of many narrow rows takes while concerns are raised
// beside it, and how long it takes to hold them to their root.
func (b *Bench) rows(ctx context.Context) ([]Figure, error) { return b.onBoth(ctx, "rows", b.rowsOn) }

// completions are made-up rows: who has done which course, and when.
var completions = bulk.Feed{Name: "bench", Table: "bench_done", Columns: []string{"staff", "course", "day"},
	Whole: []string{"staff", "course", "day"}}

// rowTables are made as lists are, since the program knows no table of a measurement.
const rowTables = `
create table bench_done (n WHOLEKEY, ended_by bigint not null, staff bigint not null, course bigint not null,
	day bigint not null);
create index bench_done_ended on bench_done (ended_by, n) where ended_by <> 0;
create table bench_rows (n WHOLEKEY, ended_by bigint not null, staff bigint not null, course bigint not null,
	day bigint not null);
`

func (b *Bench) rowsOn(ctx context.Context, in *installation, engine string) (out []Figure, err error) {
	err = in.open(ctx, func(a *app.App) error {
		run, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { defer close(done); a.Run(run) }()
		defer func() { stop(); <-done }()
		if err := a.Store.EnsureProjections(ctx, store.Projection{Name: "bench", Version: 1, Schema: rowTables}); err != nil {
			return err
		}
		limit, err := rawRows(ctx, a, b.Rows/5)
		if err != nil {
			return err
		}
		if out, err = b.importOf(ctx, a, engine, limit); err != nil {
			return err
		}
		stop()
		<-done
		f, err := b.held(ctx, a, engine)
		out = append(out, f)
		return err
	})
	return out, err
}

// rawRows is how many such rows a second one transaction takes.
func rawRows(ctx context.Context, a *app.App, n int) (float64, error) {
	columns := append([]string{"n", "ended_by"}, completions.Columns...)
	values := make([]any, 0, n*len(columns))
	for i := range n {
		values = append(values, int64(i), int64(0))
		values = append(values, completion(i)...)
	}
	watch := clock.Stopwatch()
	err := a.Store.Do(ctx, func(tx *store.Tx) error { return tx.PutRows("bench_rows", columns, values) })
	return float64(n) / watch().Seconds(), err
}

func completion(i int) []any {
	return []any{int64(i) * 7919 % 1_000_003, int64(i % 11), int64(20_000 + i%365)}
}

func made(n int) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for i := range n {
			if !yield(completion(i), nil) {
				return
			}
		}
	}
}

func none(func(int64, error) bool) {}

// importOf imports rows while somebody raises concerns, one after another.
func (b *Bench) importOf(ctx context.Context, a *app.App, engine string, limit float64) ([]Figure, error) {
	who, err := cast(ctx, a)
	if err != nil {
		return nil, err
	}
	orgs, err := a.Directory.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	desk := bulk.New(bulk.Parts{Store: a.Store, Vault: a.Vault, Ledger: a.Ledger}, completions)
	var took []time.Duration
	var failed error
	meanwhile, stop := context.WithCancel(ctx)
	var raising sync.WaitGroup
	raising.Go(func() {
		for meanwhile.Err() == nil && failed == nil {
			watch := clock.Stopwatch()
			_, failed = a.Concerns.Raise(ctx, who.nurse, room.Beginning{Answers: field.Said("about", "patient", "what",
				"Made up for a measurement.")})
			took = append(took, watch())
			time.Sleep(5 * time.Millisecond)
		}
	})
	watch, before := clock.Stopwatch(), cpuHere()
	_, err = desk.Import(ctx, orgs[0].ID, directory.Operator(), bulk.Staged{Feed: completions.Name, File: "00",
		AsOf: "2026-03-02", Form: "bench/1", New: made(b.Rows), Ends: none})
	seconds, cpu := watch().Seconds(), cpuHere()-before
	stop()
	raising.Wait()
	if err != nil || failed != nil {
		return nil, fmt.Errorf("import: %w, raise: %w", err, failed)
	}
	slices.Sort(took)
	at := func(part float64) time.Duration { return took[int(part*float64(len(took)-1))] }
	return []Figure{
		{fmt.Sprintf("%d plain rows imported under one entry, %s", b.Rows, engine),
			fmt.Sprintf("%.1f s, %.1f s CPU", seconds, cpu.Seconds()), "15 s for 5,000,000",
			fmt.Sprintf("%.1f s in one transaction", float64(b.Rows)/limit), ratio(float64(b.Rows)/limit, seconds)},
		{fmt.Sprintf("  a raise meanwhile, %d of them, %s", len(took), engine),
			fmt.Sprintf("p50 %s, p99 %s, worst %s", ms(at(.5)), ms(at(.99)), ms(at(1))), "p99 100 ms",
			"load average " + load(), ""},
	}, nil
}

// held is how long verify takes to make the root over the rows anew.
func (b *Bench) held(ctx context.Context, a *app.App, engine string) (Figure, error) {
	watch, before := clock.Stopwatch(), cpuHere()
	r, err := verify.Store(ctx, a.Store, verify.Options{KeyFile: a.Config.KeyFilePath(), KeyStore: a.Config.KeyStorePath(),
		Fields: app.SealedFields(), Rows: []string{completions.Table}})
	if err != nil {
		return Figure{}, err
	}
	if !r.OK() || r.Rows != int64(b.Rows) {
		return Figure{}, fmt.Errorf("%d rows verified: %w", r.Rows, r.Err())
	}
	return Figure{What: fmt.Sprintf("  they and all else verified, %s", engine),
		Measured: fmt.Sprintf("%.1f s, %.1f s CPU", watch().Seconds(), (cpuHere() - before).Seconds()),
		Wanted:   "2 s for 1,000,000", Limit: "load average " + load()}, nil
}
