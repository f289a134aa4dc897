package app

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"heed/internal/fail"
	"heed/internal/verify"
	"heed/internal/web"
)

// A running installation verifies itself, at start and then every hour: whatever was
// damaged or changed behind the program's back is named within the hour, in the
// program's log and at /readyz. It works beside people and takes a fifth of one core.
// What it finds stops nobody's care: a person must look.

const (
	proveEvery  = time.Hour
	proveWithin = 6 * time.Hour // the longest that one check may take, with millions of entries
	mostNamed   = 100           // differences that one check writes to the log
)

// proof is what the last check of the installation by itself found.
type proof struct {
	mu  sync.Mutex
	err error // nil: nothing was altered
	// said is what was said of it last: a check that cannot finish is begun again soon, and finds the same
	said string
}

// prove compares what is made from the history with it and makes it anew, and then
// verifies the history itself. The error is that it could not look.
func (a *App) prove(ctx context.Context) error {
	var rows []string
	defer debug.FreeOSMemory() // what starting and looking took goes back to the machine
	compared, err := a.mendRows(ctx, func(what string) { rows = append(rows, what) })
	if damage := a.Store.Intact(ctx); fail.Is(damage, fail.Conflict) {
		rows = append(rows, fail.Words(damage))
	}
	r, unfinished := a.verify(ctx)
	switch {
	case unread(r): // the database was in the way, which may pass: looked at again soon, and shown until then
		unfinished = errors.Join(unfinished, fail.Wrap(fail.Broken, r.Err(), "It could not be read"))
		r = verify.Report{}
	case unfinished == nil && err != nil && r.OK(): // else what keeps the rows from being read is named already
		unfinished = fmt.Errorf("compare rows with the history: %w", err)
	}
	for _, what := range rows {
		r.Add(verify.Difference{Kind: verify.List, Where: "made from the history", Leaf: -1, What: what})
	}
	if unfinished == nil || !r.OK() { // what was found by then stands
		a.tell(r, compared, unfinished == nil)
	}
	if unfinished != nil {
		return fmt.Errorf("verify the installation: %w", unfinished)
	}
	return nil
}

// unread says that all that was found is that something could not be read.
func unread(r verify.Report) bool {
	for _, d := range r.Differences {
		if d.Kind != verify.Unreadable {
			return false
		}
	}
	return !r.OK()
}

func (a *App) verify(ctx context.Context) (verify.Report, error) {
	key, err := LogVerifier(a.Config)
	if err != nil {
		return verify.Report{}, err
	}
	return verify.Store(ctx, a.Store, verify.Options{KeyFile: a.Config.keyFile(), KeyStore: a.Config.keyStore(), Log: key,
		Folder: a.Config.Data, Fields: SealedFields(), Rows: RowTables(), Gently: true})
}

// tell says in the program's log what a check found, and keeps it for /readyz.
func (a *App) tell(r verify.Report, compared Compared, finished bool) {
	a.proof.mu.Lock()
	defer a.proof.mu.Unlock()
	said := fmt.Sprint(r.Found, r.Differences)
	if !finished && said == a.proof.said {
		return
	}
	a.proof.said = said
	if a.proof.err = nil; r.OK() {
		a.Log.Info("verified itself: nothing was altered", "entries", r.Entries, "concerns", compared.Concerns,
			"others", compared.Others, "older", compared.Older, "newer", compared.Newer, "took", r.Took.Round(time.Millisecond))
		return
	}
	a.proof.err = fail.New(fail.Tampered, "%d differences were found when this installation verified itself on %s. The "+
		"program's own log names them, as heed verify does",
		r.Found, a.Clock.Now().UTC().Format("2 January 2006 at 15:04 UTC"))
	for _, d := range r.Differences[:min(len(r.Differences), mostNamed)] {
		a.Log.Error("verified itself: altered", "what", d.String())
	}
}

// resting leaves the machine to others after work that took so long, as verify's Gently does.
func resting(ctx context.Context, worked time.Duration) {
	t := time.NewTimer(4 * worked)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// proven is what the last check found, for /readyz.
func (a *App) proven() web.Standing {
	a.proof.mu.Lock()
	defer a.proof.mu.Unlock()
	return web.Standing{Name: "history", Err: a.proof.err}
}
