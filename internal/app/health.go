package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/store"
	"heed/internal/web"
)

// What may wait, and for how long, before it is said to stand still.
const (
	watchEvery   = 10 * time.Second
	numberWithin = 20 * time.Second // an entry, for its place in the log
	dueWithin    = 25 * time.Second // a job, once it is due
	missedBeats  = 2                // of the public checkpoint
	askWithin    = 5 * time.Second  // the database
)

// health remembers what was last seen, so that a page that is open to everybody
// asks the database no more than once a second, and a log line says what changed.
type health struct {
	opened time.Time

	mu    sync.Mutex // one asks, the others wait for the answer
	asked time.Duration
	parts []web.Standing
	times times
	said  map[string]string // by part: the kind that the log was told of; only watch uses it
}

// times are how the work in the background is doing, as the database has it.
type times struct {
	log  ledger.Standing
	jobs jobs.Standing
}

// taking are the parts without which no concern can be taken and none be read.
func (a *App) taking(ctx context.Context) []web.Standing {
	return []web.Standing{{Name: "saving", Err: a.Store.Ready(ctx)}, {Name: "keys", Err: a.Vault.Ready(ctx)}}
}

// Standing is every part that must go on, and why it does not.
func (a *App) Standing(ctx context.Context) []web.Standing {
	ctx = context.WithoutCancel(ctx) // the answer is for others too
	h := &a.health
	h.mu.Lock()
	defer h.mu.Unlock()
	now := a.tasks.uptime()
	if h.parts != nil && now-h.asked < time.Second {
		return h.parts
	}
	h.parts = append(a.taking(ctx), web.Standing{Name: "the log", Err: a.Ledger.Trouble()},
		web.Standing{Name: "entries", Err: a.Ledger.Kept()})
	h.parts = append(h.parts, web.Standing{Name: "witnesses", Err: a.Ledger.Witnessed(ctx)}, a.proven())
	h.parts = append(h.parts, a.waiting(ctx)...)
	for _, t := range a.tasks.states() {
		h.parts = append(h.parts, web.Standing{Name: t.name, Err: a.tasks.standing(t)})
	}
	h.asked = a.tasks.uptime()
	return h.parts
}

// waiting judges what has waited for the background.
func (a *App) waiting(ctx context.Context) []web.Standing {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var t times
	err := a.Store.View(ctx, func(tx *store.Tx) (err error) {
		if t.log, err = a.Ledger.Standing(tx); err != nil {
			return err
		}
		t.jobs, err = a.Jobs.Standing(tx)
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			err = fail.Wrap(fail.Busy, err, "The database has not answered for %s", askWithin)
		}
		return []web.Standing{{Name: "reading", Err: err}}
	}
	a.health.times = t
	now := a.Clock.Now()
	// A program that was off for a night has missed no beat and kept nothing waiting.
	since := func(at time.Time) time.Time {
		if !at.IsZero() && at.Before(a.health.opened) {
			return a.health.opened
		}
		return at
	}
	published := since(t.log.Published)
	if published.IsZero() {
		published = a.health.opened
	}
	return []web.Standing{
		{Name: "reading"},
		{Name: "numbering", Err: late(now, since(t.log.Unnumbered), numberWithin,
			"The oldest entry has waited for its place in the log for %s")},
		{Name: "checkpoint", Err: late(now, published, missedBeats*a.Config.beat()+askWithin,
			"The public checkpoint has not moved for %s")},
		{Name: "jobs", Err: late(now, since(t.jobs.Oldest), dueWithin, "The oldest job that is due has waited for %s")},
		{Name: "tries", Err: tried(t.jobs.Failing)},
	}
}

func late(now, since time.Time, allowed time.Duration, words string) error {
	if waited := now.Sub(since); !since.IsZero() && waited > allowed {
		return fail.New(fail.Busy, words, waited.Round(time.Second))
	}
	return nil
}

func tried(failing int64) error {
	if failing == 0 {
		return nil
	}
	return fail.New(fail.Busy, "%s failed five times or more. The program's own log says why",
		plain.Count(int(failing), "job or notice has", "jobs or notices have"))
}

// watch says in the program's log what stands still, and what goes on again.
func (a *App) watch(ctx context.Context) error {
	now := map[string]string{}
	for _, p := range a.Standing(ctx) {
		if p.Err == nil {
			continue
		}
		now[p.Name] = kind(p.Err)
		if a.health.said[p.Name] != now[p.Name] {
			a.Log.Warn("stands still", "part", p.Name, "kind", kind(p.Err), "why", p.Words())
		}
	}
	for part := range a.health.said {
		if now[part] == "" {
			a.Log.Info("goes on again", "part", part)
		}
	}
	a.health.said = now
	return nil
}

// Metrics answers with how the installation is doing, as Prometheus reads it. It
// holds times and counts of the whole installation and nothing of anybody.
func (a *App) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(a.metrics(a.Standing(r.Context()))) // the asker may have gone
	})
}

func (a *App) metrics(parts []web.Standing) []byte {
	a.health.mu.Lock()
	t := a.health.times
	a.health.mu.Unlock()
	now := a.Clock.Now()
	var b bytes.Buffer
	family := func(name, kind, help string) { fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind) }
	one := func(name, kind, help string, value any) {
		family(name, kind, help)
		fmt.Fprintf(&b, "%s %v\n", name, value)
	}
	family("heed_info", "gauge", "The program.")
	fmt.Fprintf(&b, "heed_info{version=%q} 1\n", Version)
	family("heed_goes_on", "gauge", "Whether a part of the service goes on (1) or stands still (0).")
	for _, p := range parts {
		fmt.Fprintf(&b, "heed_goes_on{part=%q} %d\n", p.Name, bit(p.Err == nil))
	}
	family("heed_background_failures_total", "counter", "How often work in the background failed and was begun again.")
	for _, s := range a.tasks.states() {
		a.tasks.mu.Lock()
		n := s.failures
		a.tasks.mu.Unlock()
		fmt.Fprintf(&b, "heed_background_failures_total{work=%q} %d\n", s.name, n)
	}
	one("heed_oldest_unnumbered_seconds", "gauge", "Age of the oldest entry that has no place in the log; 0 when none "+
		"waits.", age(now, t.log.Unnumbered))
	one("heed_last_checkpoint_timestamp_seconds", "gauge", "When the last public checkpoint was made; 0 for never.",
		stamp(t.log.Published))
	one("heed_oldest_due_job_seconds", "gauge", "How long the oldest job that is due has waited; 0 when none is.",
		age(now, t.jobs.Oldest))
	one("heed_jobs_waiting", "gauge", "Jobs that are not due yet.", t.jobs.Waiting)
	one("heed_jobs_failing", "gauge", "Jobs and notices that have failed five times or more.", t.jobs.Failing)
	one("heed_notices_without_server", "gauge", "Notices that wait and have no mail server.", t.jobs.Unmailed)
	one("heed_last_mail_timestamp_seconds", "gauge",
		"When a mail server last took a notice from this process; 0 for never.", stamp(t.jobs.LastMail))
	return b.Bytes()
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func age(now, since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since).Seconds())
}

func stamp(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(clock.Micros(t)) / 1e6
}
