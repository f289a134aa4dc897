package bench

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"heed/internal/store"
	"heed/internal/store/storetest"
)

const writers = 64

// raise measures how many concerns a second are durably taken, on both engines.
func (b *Bench) raise(ctx context.Context) ([]Figure, error) {
	out, err := b.raiseSQLite(ctx)
	if err != nil {
		return out, err
	}
	more, err := b.raisePostgres(ctx)
	return append(out, more...), err
}

func (b *Bench) raiseSQLite(ctx context.Context) ([]Figure, error) {
	disk, err := b.fsyncs()
	if err != nil {
		return nil, err
	}
	raw, err := inserts(ctx, store.Options{Path: b.Dir + "/raw"})
	if err != nil {
		return nil, err
	}
	in, err := b.install(ctx, "raise-sqlite", "", writers)
	if err != nil {
		return nil, err
	}
	return b.raiseOn(in, engine{"SQLite", "2,000/s, p99 50 ms", disk, raw, nil})
}

func (b *Bench) raisePostgres(ctx context.Context) ([]Figure, error) {
	cluster, err := storetest.StartCluster()
	if err != nil {
		return nil, err
	}
	defer func() { _ = cluster.Stop() }()
	disk, err := b.fsyncs()
	if err != nil {
		return nil, err
	}
	raw, err := inserts(ctx, store.Options{URL: cluster.DSN("template1")})
	if err != nil {
		return nil, err
	}
	in, err := b.install(ctx, "raise-postgres", cluster.DSN("postgres"), writers)
	if err != nil {
		return nil, err
	}
	return b.raiseOn(in, engine{"PostgreSQL", "1,000/s", disk, raw, cluster})
}

// engine is what the raises go to and what it can do without Heed.
type engine struct {
	name, wanted   string
	fsyncs, insert float64
	cluster        *storetest.Cluster
}

// cpu is the processor time of the engine's own processes; none for SQLite.
func (e engine) cpu() (time.Duration, error) {
	if e.cluster == nil {
		return 0, nil
	}
	pid, err := e.cluster.PID()
	if err != nil {
		return 0, err
	}
	return cpuOfFamily(pid)
}

func (b *Bench) raiseOn(in *installation, e engine) ([]Figure, error) {
	p, err := b.serve(in)
	if err != nil {
		return nil, err
	}
	requests := raisesFor(p.addr, in.raisers)
	warm, err := drive(p.addr, writers, 1000, 201, requests("first"))
	if err != nil {
		return nil, fmt.Errorf("%w; the program said: %s", err, tail(p.log))
	}
	here, there, behind := cpuHere(), time.Duration(0), time.Duration(0)
	if there, err = cpuOf(p.pid()); err != nil {
		return nil, err
	}
	if behind, err = e.cpu(); err != nil {
		return nil, err
	}
	r, err := drive(p.addr, writers, b.Raises, 201, requests("then"))
	if err != nil {
		return nil, err
	}
	after, err := cpuOf(p.pid())
	if err != nil {
		return nil, err
	}
	afterDB, err := e.cpu()
	if err != nil {
		return nil, err
	}
	per := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(r.count) }
	figures := []Figure{
		{"durable raises of 2 KB, 64 clients, " + e.name, fmt.Sprintf("%.0f/s, p50 %s, p99 %s", r.rate(), ms(r.at(.5)),
			ms(r.at(.99))), e.wanted,
			fmt.Sprintf("%.0f fsync/s; %.0f raw rows/s", e.fsyncs, e.insert), ratio(r.rate(), e.insert)},
		{"  processor seconds for 1,000 raises, " + e.name, fmt.Sprintf("%.2f Heed, %.2f server, %.2f clients",
			per(after-there), per(afterDB-behind), per(cpuHere()-here)), "",
			"load average " + load(), ""},
		{"  refused of the first 1,000 from 64 writers, " + e.name, fmt.Sprintf("%d", warm.refused), "0", "", ""},
	}
	if r.refused > 0 || warm.refused > 0 {
		figures = append(figures, Figure{What: "  refused in all, " + e.name,
			Measured: fmt.Sprintf("%d", r.refused+warm.refused), Wanted: "0", Limit: warm.words + r.words})
	}
	return figures, p.stop()
}

// raisesFor makes requests that raise a concern of 2 KB, each under a key of its own.
func raisesFor(addr string, tokens []string) func(run string) func(client, n int) []byte {
	body := report()
	var salt [4]byte
	_, _ = rand.Read(salt[:])
	return func(run string) func(client, n int) []byte {
		return func(client, n int) []byte {
			return fmt.Appendf(nil, "POST /api/v1/concerns HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: "+
				"application/json\r\nIdempotency-Key: %s-%x-%d-%d\r\nContent-Length: %d\r\n\r\n%s",
				addr, tokens[client%len(tokens)], run, salt, client, n, len(body), body)
		}
	}
}

// report is a made-up report of 2 KB.
func report() []byte {
	r := map[string]any{
		"about": "patient", "when": "2026-01-05", "where": "Ward 4", "knows": "unknown", "spoken": []string{"manager"},
		"reach":  "At work, extension 4410, before noon",
		"person": map[string]string{"name": "Sam Placeholder", "about_age": "about 19"},
	}
	r["what"] = ""
	empty, err := json.Marshal(r)
	if err != nil { // plain text: cannot happen
		panic(err)
	}
	sentence := "He talked again about people he met online who tell him whom to hate and what is to be done. "
	r["what"] = strings.Repeat(sentence, 22)[:2048-len(empty)]
	out, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return out
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
