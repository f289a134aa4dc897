package jobs_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

func london(s string) time.Time {
	v, err := time.ParseInLocation("2006-01-02 15:04:05", s, workday.London)
	if err != nil {
		panic(err)
	}
	return v.UTC()
}

// Promise D8: no jump of the clock loses or doubles a reminder. Each case stands
// at a time with a reminder two hours ahead, one a working day ahead, one that
// has failed and waits for its retry, and one that a dead worker has leased; the
// clock jumps, work is done there, and then time goes on from where the jump
// put it, or from where it was before (the clock is put right).
func TestClockJumps(t *testing.T) {
	const year = 365 * 24 * time.Hour
	spring, autumn := london("2026-03-29 00:59:30"), london("2026-10-25 00:59:30")
	cases := []struct {
		name  string
		at    time.Time
		jumps []time.Duration
	}{
		{"an hour ahead", t0, []time.Duration{time.Hour}},
		{"an hour ahead and back", t0, []time.Duration{time.Hour, -time.Hour}},
		{"an hour back", t0, []time.Duration{-time.Hour}},
		{"an hour back and ahead", t0, []time.Duration{-time.Hour, time.Hour}},
		{"a day ahead", t0, []time.Duration{24 * time.Hour}},
		{"a day ahead and back", t0, []time.Duration{24 * time.Hour, -24 * time.Hour}},
		{"a day back", t0, []time.Duration{-24 * time.Hour}},
		{"ten years ahead", t0, []time.Duration{10 * year}},
		{"ten years ahead and back", t0, []time.Duration{10 * year, -10 * year}},
		{"back to 1970", t0, []time.Duration{-t0.Sub(time.Unix(0, 0))}},
		{"back to 1970 and right", t0, []time.Duration{-t0.Sub(time.Unix(0, 0)), t0.Sub(time.Unix(0, 0))}},
		{"clocks go forward", spring, []time.Duration{time.Minute}},
		{"clocks go back", autumn, []time.Duration{time.Minute}},
		{"a leap second, told twice", time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC), []time.Duration{time.Second,
			-time.Second}},
	}
	each(t, func(t *testing.T, w world) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) { w.jump(t, c.at, c.jumps) })
		}
	})
}

func (w world) jump(t *testing.T, at time.Time, jumps []time.Duration) {
	hand, s := w.hand, w.Store
	must(t, s.Do(context.Background(), func(tx *store.Tx) error { _, err := tx.Exec("delete from effect"); return err }))
	hand.Set(at)
	w.q = jobs.New(s, jobs.Options{Clock: hand})
	w.q.Handle("note", note)
	failures := 1
	w.q.Handle("shaky", func(ctx context.Context, tx *store.Tx, j jobs.Job) error {
		if failures > 0 {
			failures--
			return errors.New("planted")
		}
		return note(ctx, tx, j)
	})
	w.leaveALease(t)
	w.put(t, "soon", 2*time.Hour)
	w.put(t, "deadline", workday.EnglandAndWales.Add(workday.Of(at), 1).End().Sub(at))
	must(t, s.Do(context.Background(), func(tx *store.Tx) error {
		return w.q.Put(tx, jobs.Job{Name: "retried", Kind: "shaky", Due: tx.Now()})
	}))
	w.work(t, 0) // "retried" fails once
	for _, j := range jumps {
		hand.Move(j)
		_, err := w.q.Work(context.Background())
		must(t, err)
	}
	for range 24 * 5 { // five days, hour by hour; a restart on each day
		hand.Move(time.Hour)
		if hand.Now().Hour() == 3 {
			w.q = jobs.New(s, jobs.Options{Clock: hand})
			w.q.Handle("note", note)
			w.q.Handle("shaky", note)
		}
		_, err := w.q.Work(context.Background())
		must(t, err)
	}
	got := effectsOf(t, s)
	slices.Sort(got)
	if want := []string{"deadline", "leased", "retried", "soon"}; !slices.Equal(got, want) {
		t.Errorf("done %q, want %q", got, want)
	}
}

// leaveALease has a worker die with a job in its hand.
func (w world) leaveALease(t *testing.T) {
	t.Helper()
	dying := jobs.New(w.Store, jobs.Options{Clock: w.hand})
	ctx, die := context.WithCancel(context.Background())
	dying.Handle("note", func(context.Context, *store.Tx, jobs.Job) error { die(); return ctx.Err() })
	w.put(t, "leased", 0)
	if _, err := dying.Work(ctx); err == nil {
		t.Fatal("the dying worker noticed nothing")
	}
}

// A daily reminder that was set for the next day while the clock was ten years
// ahead comes within a day once the clock is right again, in the same process or
// in one that starts afterwards.
func TestADailyReminderSurvivesTenWrongYears(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for _, restart := range []bool{false, true} {
			daily := func(ctx context.Context, tx *store.Tx, j jobs.Job) error {
				must(t, note(ctx, tx, j))
				j.Due = tx.Now().Add(24 * time.Hour)
				return w.q.Put(tx, j)
			}
			if !restart {
				w.q.Handle("daily", daily)
				must(t, w.Do(context.Background(), func(tx *store.Tx) error {
					return w.q.Put(tx, jobs.Job{Name: "daily", Kind: "daily", Due: tx.Now()})
				}))
				w.work(t, 1)
			}
			w.hand.Move(10 * 365 * 24 * time.Hour)
			w.work(t, 1)
			w.hand.Move(-10 * 365 * 24 * time.Hour)
			if restart {
				w.q = jobs.New(w.Store, jobs.Options{Clock: w.hand})
				w.q.Handle("daily", daily)
			}
			w.work(t, 0)
			w.hand.Move(24 * time.Hour)
			w.work(t, 1)
		}
	})
}

// Random sequences of jumps, ends at a right clock: every reminder once.
func TestRandomClockJumps(t *testing.T) {
	seeds := 12
	if testing.Short() {
		seeds = 2
	}
	hand := clock.NewHand(t0)
	s := storetest.SQLite(t, migrations, hand)
	for seed := range seeds {
		rnd := rand.New(rand.NewPCG(uint64(seed), 8))
		hand.Set(t0)
		w := world{s, jobs.New(s, jobs.Options{Clock: hand}), hand}
		w.q.Handle("note", note)
		must(t, s.Do(context.Background(), func(tx *store.Tx) error { _, err := tx.Exec("delete from effect"); return err }))
		var want []string
		for i := range 20 {
			name := string(rune('a' + i))
			w.put(t, name, time.Duration(rnd.IntN(72))*time.Hour)
			want = append(want, name)
			if rnd.IntN(2) == 0 {
				hand.Move(time.Duration(rnd.Int64N(int64(20*365*24*time.Hour))) - 10*365*24*time.Hour)
			}
			_, err := w.q.Work(context.Background())
			must(t, err)
		}
		hand.Set(t0.Add(24 * time.Hour)) // the clock is put right
		for range 24 * 4 {
			hand.Move(time.Hour)
			_, err := w.q.Work(context.Background())
			must(t, err)
		}
		got := effectsOf(t, s)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: done %q, want %q", seed, got, want)
		}
	}
}
