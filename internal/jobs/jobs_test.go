package jobs_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// effects is a table into which the tests' handlers write.
var effects = fstest.MapFS{"migrations/9901_effects.sql": {Data: []byte(
	"-- +goose Up\ncreate table effect (n SERIALKEY, name text not null);\n-- +goose Down\ndrop table effect;\n")}}

var migrations = []fs.FS{jobs.Migrations, effects}

var t0 = time.Date(2026, 3, 27, 9, 0, 0, 0, time.UTC)

// each runs fn on both engines with a clock that stands still and a queue that
// writes down each job of the kind "note".
func each(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	hand := clock.NewHand(t0)
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) {
		hand.Set(t0)
		q := jobs.New(s, jobs.Options{Clock: hand})
		q.Handle("note", note)
		fn(t, world{s, q, hand})
	})
}

type world struct {
	*store.Store
	q    *jobs.Queue
	hand *clock.Hand
}

func note(_ context.Context, tx *store.Tx, j jobs.Job) error {
	_, err := tx.Exec("insert into effect (name) values ($1)", j.Name)
	return err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w world) put(t testing.TB, name string, in time.Duration) {
	t.Helper()
	must(t, w.Do(context.Background(), func(tx *store.Tx) error {
		return w.q.Put(tx, jobs.Job{Name: name, Kind: "note", Due: tx.Now().Add(in)})
	}))
}

func (w world) work(t testing.TB, want int) {
	t.Helper()
	n, err := w.q.Work(context.Background())
	must(t, err)
	if n != want {
		t.Errorf("%d jobs came to an end, want %d", n, want)
	}
}

func effectsOf(t testing.TB, s *store.Store) (names []string) {
	t.Helper()
	must(t, s.View(context.Background(), func(tx *store.Tx) (err error) {
		names, err = store.All(tx, func(n *string) []any { return []any{n} }, "select name from effect order by n")
		return err
	}))
	return names
}

func (w world) expect(t testing.TB, want ...string) {
	t.Helper()
	if got := effectsOf(t, w.Store); !slices.Equal(got, want) {
		t.Errorf("done %q, want %q", got, want)
	}
}

func TestAskingTwiceIsAskingOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.put(t, "a", time.Hour)
		w.put(t, "a", time.Hour)
		w.put(t, "b", 2*time.Hour)
		w.work(t, 0)
		w.hand.Move(time.Hour)
		w.work(t, 1)
		w.work(t, 0)
		w.put(t, "b", 3*time.Hour) // moved
		w.hand.Move(time.Hour)
		w.work(t, 0)
		w.hand.Move(2 * time.Hour)
		w.work(t, 1)
		w.put(t, "a", -time.Hour) // in the past: at once, once
		w.work(t, 1)
		w.work(t, 0)
		w.expect(t, "a", "b", "a")
	})
}

func TestNothingOfAUnitThatFailed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		err := w.Do(context.Background(), func(tx *store.Tx) error {
			must(t, w.q.Put(tx, jobs.Job{Name: "a", Kind: "note", Due: tx.Now()}))
			return errors.New("the change itself failed")
		})
		if err == nil {
			t.Fatal("no error")
		}
		w.work(t, 0)
		for _, bad := range []jobs.Job{{}, {Name: "x", Kind: "note"}, {Name: strings.Repeat("x", 201), Kind: "note", Due: t0},
			{Name: "x", Due: t0}, {Name: "x", Kind: "note", Due: t0, Payload: make([]byte, 1025)}} {
			if err := w.Do(context.Background(), func(tx *store.Tx) error { return w.q.Put(tx, bad) }); !fail.Is(err,
				fail.Broken) {
				t.Errorf("put %+v: %v", bad, err)
			}
		}
	})
}

func TestCancelByTheBeginningOfTheName(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for _, n := range []string{"case:7", "case:7:a", "case:7:é", "case:70", "case:8", "case"} {
			w.put(t, n, 0)
		}
		must(t, w.Do(context.Background(), func(tx *store.Tx) error { return w.q.Cancel(tx, "case:7:") }))
		w.work(t, 4)
		if err := w.Do(context.Background(), func(tx *store.Tx) error { return w.q.Cancel(tx, "") }); !fail.Is(err,
			fail.Broken) {
			t.Errorf("cancel everything: %v", err)
		}
	})
}

func TestRemindersAreExactlyThese(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		rec := id.NewRecord(t0)
		remind := func(r ...jobs.Reminder) {
			must(t, w.Do(context.Background(), func(tx *store.Tx) error { return w.q.Remind(tx, "note", id.Org{}, rec, r...) }))
		}
		remind(jobs.Reminder{Name: "a", Due: t0.Add(time.Hour)}, jobs.Reminder{Name: "b", Due: t0.Add(time.Hour)})
		remind(jobs.Reminder{Name: "b", Due: t0.Add(2 * time.Hour)}, jobs.Reminder{Name: "c", Due: t0.Add(time.Hour)})
		w.hand.Move(time.Hour)
		w.work(t, 1)
		w.hand.Move(time.Hour)
		w.work(t, 1)
		p := "note:" + rec.String() + ":"
		w.expect(t, p+"c", p+"b")
		// Both still run: they are not given again. Then one moves, and one ends and begins again.
		b, c := jobs.Reminder{Name: "b", Due: t0.Add(2 * time.Hour)}, jobs.Reminder{Name: "c", Due: t0.Add(time.Hour)}
		remind(b, c)
		w.work(t, 0)
		remind(jobs.Reminder{Name: "b", Due: t0.Add(3 * time.Hour)}, c)
		w.hand.Move(time.Hour)
		w.work(t, 1)
		remind()
		remind(c)
		w.work(t, 1)
		w.expect(t, p+"c", p+"b", p+"b", p+"c")
	})
}

func TestAFailedJobIsTriedAgainAndStopsNoOther(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		tries, healed := map[string]int{}, false
		w.q.Handle("bad", func(ctx context.Context, tx *store.Tx, j jobs.Job) error {
			must(t, note(ctx, tx, j)) // must not be kept
			if tries[j.Name]++; healed {
				return nil
			}
			if j.Name == "panics" {
				panic("planted")
			}
			return errors.New("planted")
		})
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			must(t, w.q.Put(tx, jobs.Job{Name: "fails", Kind: "bad", Due: t0.Add(-time.Second)}))
			must(t, w.q.Put(tx, jobs.Job{Name: "panics", Kind: "bad", Due: t0.Add(-time.Second)}))
			return w.q.Put(tx, jobs.Job{Name: "good", Kind: "note", Due: t0})
		}))
		w.work(t, 1)
		w.work(t, 0) // not before its time
		for range 7 {
			w.hand.Move(time.Hour)
			w.work(t, 0)
		}
		if tries["fails"] != 8 || tries["panics"] != 8 {
			t.Errorf("tries %v", tries)
		}
		must(t, w.View(context.Background(), func(tx *store.Tx) error {
			st, err := w.q.Standing(tx)
			if st != (jobs.Standing{Failing: 2}) {
				t.Errorf("standing %+v", st)
			}
			return err
		}))
		healed = true
		w.hand.Move(time.Hour)
		w.work(t, 2)
		if got := effectsOf(t, w.Store); len(got) != 3 || got[0] != "good" {
			t.Errorf("effects %q: what failed left something behind", got)
		}
	})
}

func TestAHandlerMayAskForItselfAgain(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.q.Handle("again", func(ctx context.Context, tx *store.Tx, j jobs.Job) error {
			must(t, note(ctx, tx, j))
			j.Due = tx.Now().Add(24 * time.Hour)
			return w.q.Put(tx, j)
		})
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			return w.q.Put(tx, jobs.Job{Name: "a", Kind: "again", Due: tx.Now()})
		}))
		for range 5 {
			w.work(t, 1)
			w.work(t, 0)
			w.hand.Move(24 * time.Hour)
		}
		w.expect(t, "a", "a", "a", "a", "a")
	})
}

// A job of a kind that this process does not know waits for one that does.
func TestUnknownKindsWait(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			return w.q.Put(tx, jobs.Job{Name: "a", Kind: "newer", Due: tx.Now()})
		}))
		w.work(t, 0)
		newer := jobs.New(w.Store, jobs.Options{Clock: w.hand})
		newer.Handle("newer", note)
		n, err := newer.Work(context.Background())
		must(t, err)
		if n != 1 {
			t.Errorf("%d", n)
		}
	})
}

func TestRivalWorkersDoEachJobOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const all = 400
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			for i := range all {
				j := jobs.Job{Name: "job " + string(rune('a'+i%26)) + time.Duration(i).String(), Kind: "note", Due: tx.Now()}
				if err := w.q.Put(tx, j); err != nil {
					return err
				}
			}
			return nil
		}))
		var wg sync.WaitGroup
		for range 6 {
			rival := jobs.New(w.Store, jobs.Options{Clock: w.hand})
			rival.Handle("note", note)
			wg.Go(func() {
				if _, err := rival.Work(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.work(t, 0)
		got := effectsOf(t, w.Store)
		slices.Sort(got)
		if len(got) != all || len(slices.Compact(got)) != all {
			t.Errorf("%d effects of %d jobs", len(got), all)
		}
	})
}

// Two workers have the same job because a lease ran out: only one keeps its effects.
func TestALostLeaseKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		rival, stolen := jobs.New(w.Store, jobs.Options{Clock: w.hand}), 0
		rival.Handle("note", note)
		// The first job of the batch takes longer than the lease of the second: meanwhile the rival takes that one.
		w.q.Handle("stall", func(_ context.Context, tx *store.Tx, _ jobs.Job) error {
			tx.AfterCommit(func() {
				w.hand.Move(3 * time.Minute)
				var err error
				stolen, err = rival.Work(context.Background())
				must(t, err)
			})
			return nil
		})
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			must(t, w.q.Put(tx, jobs.Job{Name: "first", Kind: "stall", Due: t0.Add(-time.Second)}))
			return w.q.Put(tx, jobs.Job{Name: "second", Kind: "note", Due: t0})
		}))
		w.work(t, 1)
		if stolen != 1 {
			t.Errorf("the rival did %d", stolen)
		}
		w.expect(t, "second")
	})
}

// A job that is moved while it waits in a worker's hand is not done at the old time.
func TestAMovedJobIsNotDoneAtItsOldTime(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.q.Handle("stall", func(_ context.Context, tx *store.Tx, _ jobs.Job) error {
			tx.AfterCommit(func() { w.put(t, "second", time.Hour) })
			return nil
		})
		must(t, w.Do(context.Background(), func(tx *store.Tx) error {
			must(t, w.q.Put(tx, jobs.Job{Name: "first", Kind: "stall", Due: t0.Add(-time.Second)}))
			return w.q.Put(tx, jobs.Job{Name: "second", Kind: "note", Due: t0})
		}))
		w.work(t, 1)
		w.expect(t)
		w.hand.Move(time.Hour)
		w.work(t, 1)
		w.expect(t, "second")
	})
}

// A worker dies with the lease in its hand: the job is done when the lease has run out.
func TestALeaseRunsOut(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		dying := jobs.New(w.Store, jobs.Options{Clock: w.hand})
		ctx, die := context.WithCancel(context.Background())
		dying.Handle("note", func(context.Context, *store.Tx, jobs.Job) error {
			die()
			return ctx.Err()
		})
		w.put(t, "a", 0)
		if _, err := dying.Work(ctx); err == nil {
			t.Error("the dying worker noticed nothing")
		}
		w.work(t, 0)
		w.hand.Move(2 * time.Minute)
		w.work(t, 1)
		w.expect(t, "a")
	})
}

func TestRunIsWokenByTheCommit(t *testing.T) {
	storetest.Each(t, migrations, func(t *testing.T, s *store.Store) {
		q := jobs.New(s, jobs.Options{Idle: time.Hour})
		done := make(chan string, 1)
		q.Handle("tell", func(_ context.Context, tx *store.Tx, j jobs.Job) error {
			tx.AfterCommit(func() { done <- j.Name })
			return nil
		})
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { must(t, q.Run(ctx, func() {})) })
		time.Sleep(50 * time.Millisecond) // Run has seen that there is nothing
		must(t, s.Do(ctx, func(tx *store.Tx) error {
			return q.Put(tx, jobs.Job{Name: "a", Kind: "tell", Due: tx.Now()})
		}))
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("not woken")
		}
		stop()
		wg.Wait()
	})
}

// TestWhatNobodyCanDoKeepsNobodyAwake: a job of a kind that this process does not
// know, mail without a server, and a job whose row somebody else holds are due for
// as long as they like; Run looks at its own pace. Seen to look 84 times a second.
func TestWhatNobodyCanDoKeepsNobodyAwake(t *testing.T) {
	storetest.Each(t, migrations, func(t *testing.T, s *store.Store) {
		looks := &countingClock{Clock: clock.System{}}
		q := jobs.New(s, jobs.Options{Clock: looks})
		q.Handle("note", note)
		must(t, s.Do(context.Background(), func(tx *store.Tx) error {
			for _, kind := range []string{"of a newer version", "mail"} {
				if err := q.Put(tx, jobs.Job{Name: kind, Kind: kind, Due: tx.Now()}); err != nil {
					return err
				}
			}
			return nil
		}))
		run := func() int {
			ctx, stop := context.WithTimeout(context.Background(), time.Second)
			defer stop()
			looks.n.Store(0)
			if err := q.Run(ctx, func() {}); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			return int(looks.n.Load())
		}
		if n := run(); n > 3 {
			t.Errorf("looked %d times in a second for what it cannot do", n)
		}
		if tx, ok := hold(t, s, q); ok {
			defer tx()
			if n := run(); n > 3 {
				t.Errorf("looked %d times in a second for a row that somebody else holds", n)
			}
		}
	})
}

// hold has another unit hold the row of a job that is due; on SQLite nobody can.
func hold(t *testing.T, s *store.Store, q *jobs.Queue) (release func(), ok bool) {
	if s.Engine() == "sqlite" {
		return nil, false
	}
	must(t, s.Do(context.Background(), func(tx *store.Tx) error {
		return q.Put(tx, jobs.Job{Name: "held", Kind: "note", Due: tx.Now()})
	}))
	held, free, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		must(t, s.Do(context.Background(), func(tx *store.Tx) error {
			_, err := tx.Exec("update job set attempts = 0 where name = $1", []byte("held"))
			close(held)
			<-free
			return err
		}))
	}()
	<-held
	return func() { close(free); <-done }, true
}

// countingClock counts how often somebody begins to wait.
type countingClock struct {
	clock.Clock
	n atomic.Int64
}

func (c *countingClock) After(d time.Duration) <-chan time.Time {
	c.n.Add(1)
	return c.Clock.After(d)
}
