package verify

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/record"
)

// maxServed is more than a tile or a checkpoint can be.
const maxServed = 1 << 20

// served checks a log as it is served over HTTP: checkpoint and tiles.
func served(ctx context.Context, o Options) (Report, error) {
	took := clock.Stopwatch()
	base := strings.TrimSuffix(o.HTTP, "/")
	if !strings.HasSuffix(base, "/log") {
		base += "/log"
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8,
		Proxy: http.ProxyFromEnvironment}}
	defer client.CloseIdleConnections()
	get := func(path string) ([]byte, error) { return fetch(ctx, client, base+"/"+path) }
	v := newCheck(nil, o, nil)
	note, err := get("checkpoint")
	if err != nil {
		return Report{}, fail.Wrap(fail.Busy, err, "The log at %s cannot be read", base)
	}
	v.warn("Only the log's tiles and checkpoint were checked: the entries that they commit to are not served")
	if v.o.Log.IsZero() {
		v.warn("The log's public key was not given, so no signature was checked")
	}
	c, sigs, err := v.o.open(note)
	if err != nil {
		v.foundf(Checkpoint, "checkpoint", "does not verify: %v", err)
		return v.report(took()), nil
	}
	v.head = c
	v.count.public.Store(c.Size)
	v.count.checkpoints.Add(1)
	for _, s := range sigs {
		if s.Verifier.Witness() {
			v.count.witness(Witnessed{s.Verifier.Name(), c.Size, s.Time})
		}
	}
	faults, err := record.CheckTiles(ctx, get, c, func(done, total int64) { v.o.Progress(Progress{"tiles", done, total}) })
	if err != nil {
		return Report{}, err
	}
	for _, f := range faults {
		v.tileFault(f)
	}
	v.since(get)
	v.receipt(ctx, get)
	if ctx.Err() != nil {
		return Report{}, ctx.Err()
	}
	return v.report(took()), v.unfinished()
}

func fetch(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	a, err := client.Do(q)
	if err != nil {
		return nil, fail.Wrap(fail.Busy, err, "The server did not answer")
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		_, _ = io.CopyN(io.Discard, a.Body, 4096) // so that the connection can be used again
		err := fmt.Errorf("the server answered %d", a.StatusCode)
		if a.StatusCode >= http.StatusInternalServerError || a.StatusCode == http.StatusTooManyRequests {
			return nil, fail.Wrap(fail.Busy, err, "The server is in trouble") // which says nothing of what it has
		}
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(a.Body, maxServed))
	if err != nil {
		return nil, fail.Wrap(fail.Busy, err, "The server broke off")
	}
	return b, nil
}
