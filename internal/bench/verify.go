package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/record"
)

// perRecord is how many entries a record has: about what a concern that ran its course has.
const perRecord = 10

// ofTheBench is the number of a room that no program has, so that no list is made of its
// records: listing is measured apart.
const ofTheBench ledger.Room = 999

// verify measures the check of many entries of 200 bytes: from rows, opening each,
// and from the tiles that a running log serves.
func (b *Bench) verify(ctx context.Context) ([]Figure, error) {
	in, err := b.install(ctx, "verify", "", 3)
	if err != nil {
		return nil, err
	}
	if err := in.open(ctx, func(a *app.App) error { return write(ctx, a, b.Entries) }); err != nil {
		return nil, fmt.Errorf("write entries: %w", err)
	}
	cores := runtime.NumCPU()
	bound := hashes(cores)
	rows, cpu, said, err := b.check(ctx, "--data", in.Data)
	if err != nil {
		return nil, err
	}
	figures := []Figure{b.verified("heed verify from rows, every entry opened", rows, cpu, "4 s", bound, 2, said)}
	p, err := b.serve(in)
	if err != nil {
		return figures, err
	}
	key, err := app.LogVerifier(in.Config)
	if err != nil {
		return figures, err
	}
	tiles, cpu, said, err := b.check(ctx, "--url", "http://"+p.addr+"/log", "--log-vkey", key.String())
	if err != nil {
		return figures, err
	}
	figures = append(figures, b.verified("heed verify from tiles, over HTTP", tiles, cpu, "1 s", bound, 1, said))
	return figures, p.stop()
}

// verified is the line of one check; each entry costs at least as many hashes.
func (b *Bench) verified(what string, took, cpu time.Duration, wanted string, bound float64, perEntry int,
	said string) Figure {
	wanted += " for 1,000,000"
	least := float64(b.Entries) * float64(perEntry) / bound
	return Figure{fmt.Sprintf("%s, %d entries", what, b.Entries), fmt.Sprintf("%.2f s, %.2f s CPU (%s)", took.Seconds(),
		cpu.Seconds(), said), wanted,
		fmt.Sprintf("%.2f s of hashing alone, all cores", least), ratio(least, took.Seconds())}
}

var checked = regexp.MustCompile(`(\d+) opened`)

// check runs heed verify and gives how long it took and how many entries it opened.
func (b *Bench) check(ctx context.Context, args ...string) (took, cpu time.Duration, said string, err error) {
	cmd := exec.CommandContext(ctx, b.heed, append([]string{"verify"}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	watch := clock.Stopwatch()
	if err := cmd.Run(); err != nil {
		return 0, 0, "", fmt.Errorf("heed verify: %w: %s", err, out.Bytes())
	}
	took = watch()
	if !strings.Contains(out.String(), "Nothing was altered.") {
		return 0, 0, "", fmt.Errorf("heed verify says: %s", out.Bytes())
	}
	said = "tiles"
	if m := checked.FindStringSubmatch(out.String()); m != nil && m[1] != "0" {
		said = m[1] + " opened"
	}
	return took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), said, nil
}

// write writes entries of 200 bytes by the ledger's own desk, ten to a record, many
// records to a commit, and has them numbered and published.
func write(ctx context.Context, a *app.App, entries int) error {
	orgs, err := a.Directory.Organisations(ctx)
	if err != nil {
		return err
	}
	org := orgs[0].ID
	by := ledger.Author{Role: string(access.System), Rule: "bench"}
	// With the names around it, the body of an entry is 200 bytes.
	data := struct {
		Words string `json:"words"`
	}{strings.Repeat("a made-up word; ", 9)[:135]}
	events := make([]ledger.Event, perRecord)
	for i := range events {
		events[i] = ledger.Event{Kind: "bench.written", Data: data}
	}
	const batch = 200
	for done := 0; done < entries; done += batch * perRecord {
		err := a.Store.Do(ctx, func(tx *store.Tx) error {
			for range min(batch, (entries-done)/perRecord) {
				key, err := a.Vault.New(tx, org, id.NewRecord(tx.Now()), record.Organisation)
				if err != nil {
					return err
				}
				if _, err := a.Ledger.Append(tx, ofTheBench, key, 0, by, events...); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			_, err = a.Ledger.Sequence(ctx) // as a running program does beside: what waits long is held on the disk, too
		}
		if err != nil {
			return err
		}
	}
	return a.Ledger.Publish(ctx)
}
