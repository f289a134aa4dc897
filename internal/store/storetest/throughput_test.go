package storetest

import (
	"crypto/rand"
	"encoding/binary"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/store"
)

// The measured unit is shaped like raising a concern: a sealed body of 2.5 KB, an
// entry, a key, a read-model row, a head, a job and a request key; ids that begin
// with the time.
const raiseSchema = `
create table bench_entry (seq SERIALKEY, id blob not null unique, record blob not null, version bigint not null, at bigint not null, sealed blob not null, unique (record, version));
create table bench_key (record blob not null primary key, wrapped blob not null, generation bigint not null);
create table bench_body (record blob not null primary key, body blob not null);
create table bench_view (record blob not null primary key, status text not null, due bigint not null);
create index bench_view_due on bench_view (status, due);
create table bench_head (record blob not null primary key, version bigint not null);
create table bench_job (name blob not null primary key, due bigint not null, payload blob not null);
create index bench_job_due on bench_job (due);
create table bench_request (token blob not null primary key, record blob not null);
`

var benchSeq atomic.Uint64

func timedID() []byte {
	b := make([]byte, 16)
	binary.BigEndian.PutUint64(b, benchSeq.Add(1))
	rand.Read(b[8:])
	return b
}

// raise is a unit of seven inserts.
func raise(tx *store.Tx, body []byte) error {
	rec, at := timedID(), clock.Micros(tx.Now())
	for _, x := range []struct {
		text string
		args []any
	}{
		{"insert into bench_key (record, wrapped, generation) values ($1, $2, $3)", []any{rec, body[:61], 1}},
		{"insert into bench_body (record, body) values ($1, $2)", []any{rec, body}},
		{"insert into bench_entry (id, record, version, at, sealed) values ($1, $2, $3, $4, $5)",
			[]any{timedID(), rec, 1, at, body[:320]}},
		{"insert into bench_head (record, version) values ($1, $2)", []any{rec, 1}},
		{"insert into bench_view (record, status, due) values ($1, $2, $3)", []any{rec, "raised", at}},
		{"insert into bench_job (name, due, payload) values ($1, $2, $3)", []any{timedID(), at, body[:40]}},
		{"insert into bench_request (token, record) values ($1, $2)", []any{timedID(), rec}},
	} {
		if _, err := tx.Exec(x.text, x.args...); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkRaise measures durable units a second from 64 callers, on each engine:
//
//	go test ./internal/store/storetest -run - -bench Raise
func BenchmarkRaise(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchRaise(b, SQLite(b, nil, clock.System{})) })
	b.Run("postgres", func(b *testing.B) {
		benchRaise(b, Open(b, store.Options{URL: Postgres(b), Clock: clock.System{}}))
	})
}

func benchRaise(b *testing.B, s *store.Store) {
	if os.Getenv("HEED_TEST_POSTGRES") == "skip" && s.Engine() == "postgres" {
		b.Skip()
	}
	if err := s.EnsureProjections(bg, store.Projection{Name: "bench", Version: 1, Schema: raiseSchema}); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 2500)
	rand.Read(body)
	const callers = 64
	var left atomic.Int64
	left.Store(int64(b.N))
	took := make([][]time.Duration, callers)
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range callers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				watch := clock.Stopwatch()
				if err := s.Do(bg, func(tx *store.Tx) error { return raise(tx, body) }); err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], watch())
			}
		})
	}
	all.Wait()
	b.StopTimer()
	every := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
	b.ReportMetric(float64(every[len(every)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(every[len(every)*99/100].Microseconds())/1000, "ms-p99")
}
