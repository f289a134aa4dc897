package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/session"
)

// noticeRoles are told on every page what outsiders make of the log: who answers
// for the records, and who looks after the machine.
var noticeRoles = []access.Role{access.CaldicottGuardian, access.Administrator}

// notices remembers what was last to be said, so that pages do not ask for it each time.
type notices struct {
	mu    sync.Mutex
	asked time.Duration
	once  bool
	said  []string
}

// notice is what stands above the page of somebody whom it concerns.
func (a *App) notice(ctx context.Context, w session.Who) []string {
	if !slices.Contains(noticeRoles, access.Role(w.Role)) {
		return nil
	}
	return append(a.overlayNotice(ctx, w.Org), a.logNotice(ctx)...)
}

func (a *App) logNotice(ctx context.Context) []string {
	n := &a.notices
	n.mu.Lock()
	defer n.mu.Unlock()
	if now := a.tasks.uptime(); !n.once || now-n.asked > time.Second {
		n.said, n.asked, n.once = a.logNotices(context.WithoutCancel(ctx)), now, true
	}
	return n.said
}

// overlayNotice says that an organisation's own steps are not followed.
func (a *App) overlayNotice(ctx context.Context, org id.Org) []string {
	o, err := a.Directory.Organisation(ctx, org)
	if err != nil { // the database: pages say so themselves
		return nil
	}
	return a.Rooms.NotFollowed(o)
}

// sayOverlays says the same in the program's log, when it starts.
func (a *App) sayOverlays(ctx context.Context) {
	all, err := a.Directory.Organisations(ctx)
	if err != nil {
		a.Log.Error("whether overlays are followed cannot be told", "why", err)
	}
	for _, o := range all {
		for _, why := range a.Rooms.NotFollowed(o) {
			a.Log.Error("an organisation's overlay is not followed as it was laid", "why", why)
		}
	}
}

func (a *App) logNotices(ctx context.Context) (out []string) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for _, err := range []error{a.Ledger.Trouble(), a.Ledger.Kept(), a.Ledger.Witnessed(ctx)} {
		if err != nil {
			out = append(out, fail.AllWords(err)...)
		}
	}
	states, err := a.Ledger.WitnessState(ctx)
	if err != nil {
		return out // the database: pages say so themselves
	}
	for _, s := range states {
		if words := s.Words(); words != "" && !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return out
}
