package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

var founding = directory.Founding{Name: "Test Trust", Nation: workday.EnglandAndWales, Team: "Safeguarding team",
	Telephone: "01632 960101", Lead: directory.Contact{Name: "Lena Sample", Telephone: "01632 960101"}, OnePerson: true,
	Grantors: []directory.NewPerson{{Name: "Gwen Sample", Login: "gwen", Role: access.Lead}}}

// lines is a log that is read while it is written.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// house is a running installation.
type house struct {
	*app.App
	t    *testing.T
	hand *clock.Hand
	log  *lines
	org  id.Org
	sql  *sql.DB // beside Heed
	stop func()
}

// each founds and runs an installation on each engine, under a clock that the test moves.
func each(t *testing.T, fn func(*house)) {
	for driver, url := range map[string]func(testing.TB) string{"sqlite": nil, "pgx": storetest.Postgres} {
		t.Run(driver, func(t *testing.T) {
			c := app.Config{Data: t.TempDir(), Plain: true, PublicURL: "https://heed.test"}
			at := "file:" + filepath.Join(c.Data, "heed.db") + "?_pragma=busy_timeout(10000)"
			if url != nil {
				c.DB = url(t)
				at = c.DB
			}
			hand, ctx := clock.NewHand(clock.System{}.Now()), context.Background()
			h := &house{t: t, hand: hand, log: &lines{}}
			err := app.Init(ctx, c, hand, slog.New(slog.DiscardHandler), founding,
				func(o directory.Organisation, _ []directory.Enrolment) error {
					h.org = o.ID
					return nil
				})
			check(t, err)
			h.App, err = app.Open(ctx, c, hand, slog.New(slog.NewTextHandler(h.log, nil)))
			check(t, err)
			h.sql, err = sql.Open(driver, at)
			check(t, err)
			run, stop := context.WithCancel(ctx)
			done := make(chan struct{})
			go func() { defer close(done); h.Run(run) }()
			h.stop = func() { stop(); <-done }
			defer func() { h.stop(); check(t, h.sql.Close()); check(t, h.Close()) }()
			fn(h)
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) ready() string { return h.get("/readyz") }

func (h *house) get(path string) string {
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Body.String()
}

// until lets time pass until it is so.
func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	for range 7200 { // three minutes: beside other tests the machine may be slow
		if ok() {
			return
		}
		time.Sleep(25 * time.Millisecond)
		h.hand.Move(time.Second)
	}
	h.t.Fatalf("never: %s\n%s\n%s", what, h.ready(), h.log)
}

func (h *house) raise() {
	h.t.Helper()
	p, err := h.Directory.FindLogin(context.Background(), "gwen")
	check(h.t, err)
	a, err := h.Directory.Actor(context.Background(), p.ID, "", true)
	check(h.t, err)
	_, err = h.Concerns.Raise(context.Background(), a,
		room.Beginning{Answers: field.Said("about", "patient", "what", "A worry")})
	check(h.t, err)
}

// TestWhatStandsStillIsNotGreen is promise D20: numbering and jobs that stand still
// show at /readyz in words, in the metrics and in the log within half a minute of
// the installation's time, care goes on meanwhile, and all goes on by itself.
func TestWhatStandsStillIsNotGreen(t *testing.T) {
	each(t, func(h *house) {
		// What came due while the program was off waits from its start on.
		check(h.t, h.Store.Do(context.Background(), func(tx *store.Tx) error {
			return h.Jobs.Put(tx, jobs.Job{Name: "x", Kind: "of a newer version", Org: h.org,
				Due: tx.Now().Add(-1000 * time.Hour)})
		}))
		h.until("ready at first", func() bool { return h.ready() == "ready\n" })
		_, err := h.sql.Exec("delete from job where kind = 'of a newer version'")
		check(h.t, err)

		// Numbering is held up: whoever writes to the database can do that.
		held := "alter table log_run rename to log_run_away"
		_, err = h.sql.Exec(held)
		check(h.t, err)
		h.raise()
		h.until("numbering shows", func() bool {
			return strings.Contains(h.ready(),
				"numbering: busy. The oldest entry has waited")
		})
		if pages := h.get("/readyz/pages"); pages != "ready\n" {
			h.t.Errorf("a balancer hears %q although care goes on", pages)
		}
		h.raise()
		if m := h.metrics(); !strings.Contains(m, `heed_goes_on{part="numbering"} 0`) ||
			strings.Contains(m, "heed_oldest_unnumbered_seconds 0\n") {
			h.t.Errorf("metrics: %s", m)
		}
		for _, name := range []string{"oldest_unnumbered_seconds", "last_checkpoint_timestamp_seconds",
			"oldest_due_job_seconds", "jobs_waiting", "jobs_failing", "last_mail_timestamp_seconds",
			"background_failures_total"} {
			if !strings.Contains(h.metrics(), "\nheed_"+name) {
				h.t.Errorf("the metrics lack %s", name)
			}
		}
		h.until("the log says so", func() bool { return strings.Contains(h.log.String(), `part=numbering kind=busy`) })
		_, err = h.sql.Exec("alter table log_run_away rename to log_run")
		check(h.t, err)
		h.until("ready again", func() bool { return h.ready() == "ready\n" })

		// A job that nobody here can do.
		check(h.t, h.Store.Do(context.Background(), func(tx *store.Tx) error {
			return h.Jobs.Put(tx, jobs.Job{Name: "x", Kind: "of a newer version", Org: h.org, Due: tx.Now()})
		}))
		h.until("the job shows", func() bool {
			return strings.Contains(h.ready(),
				"jobs: busy. The oldest job that is due has waited")
		})
		_, err = h.sql.Exec("delete from job where kind = 'of a newer version'")
		check(h.t, err)
		h.until("ready again", func() bool { return h.ready() == "ready\n" })
		h.until("the log says so", func() bool { return strings.Contains(h.log.String(), `"goes on again" part=jobs`) })

		// Sessions cannot be swept.
		_, err = h.sql.Exec("alter table web_attempt rename to web_attempt_away")
		check(h.t, err)
		h.hand.Move(time.Hour)
		h.until("sessions show", func() bool { return strings.Contains(h.ready(), "sessions: broken.") })
		_, err = h.sql.Exec("alter table web_attempt_away rename to web_attempt")
		check(h.t, err)
		h.until("ready again", func() bool { return h.ready() == "ready\n" })
	})
}

func (h *house) metrics() string {
	w := httptest.NewRecorder()
	h.Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}
