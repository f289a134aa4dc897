package jobs_test

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// told is where the simulation keeps who was reminded of what, and when by the clock.
var told = fstest.MapFS{"migrations/9902_told.sql": {Data: []byte(
	"-- +goose Up\ncreate table told (n SERIALKEY, name text not null, at bigint not null);\n-- +goose Down\ndrop " +
		"table told;\n")}}

// simulation is promise D18 for workflow and reminders: one seed drives users who
// take whatever steps the process allows, the clock with its jumps, handlers and
// units that fail, and workers that die.
type simulation struct {
	*store.Store
	hand    *clock.Hand
	rnd     *rand.Rand
	right   time.Time // what the clock would say had it never jumped
	q       *jobs.Queue
	rec     id.Record
	d       *process.Definition
	status  process.Status
	history []process.Taken
	broken  bool // handlers fail
}

var errPlanted = errors.New("planted")

func (s *simulation) restart() {
	s.q = jobs.New(s.Store, jobs.Options{Clock: s.hand})
	s.q.Handle("duty", func(_ context.Context, tx *store.Tx, j jobs.Job) error {
		if _, err := tx.Exec("insert into told (name, at) values ($1, $2)", j.Name, clock.Micros(tx.Now())); err != nil {
			return err
		}
		if s.broken && s.rnd.IntN(2) == 0 {
			return errPlanted
		}
		return nil
	})
}

// step takes a random step that the process allows, with the reminders of what is then due in the same unit.
func (s *simulation) step(t *testing.T) {
	possible := s.d.Steps(s.status)
	info := possible[s.rnd.IntN(len(possible))]
	if info.ID == process.Close && s.rnd.IntN(4) > 0 { // most concerns live longer
		return
	}
	x := process.Taken{Step: info.ID, Outcome: info.Outcomes[s.rnd.IntN(len(info.Outcomes))].ID, At: s.hand.Now()}
	history := append(s.history[:len(s.history):len(s.history)], x)
	failing := s.rnd.IntN(6) == 0
	err := s.Do(context.Background(), func(tx *store.Tx) error {
		if err := s.remind(tx, history); err != nil {
			return err
		}
		if failing {
			return errPlanted
		}
		return nil
	})
	if failing != (err != nil) {
		t.Fatalf("step %s: %v", info.ID, err)
	}
	if err == nil {
		s.history, s.status = history, s.d.After(s.status, x.Step, x.Outcome)
	}
}

func (s *simulation) remind(tx *store.Tx, history []process.Taken) error {
	var all []jobs.Reminder
	for _, due := range process.TestOnlyDue(s.d, workday.EnglandAndWales, history) {
		all = append(all, jobs.Reminder{Name: due.Name(), Due: due.At})
	}
	return s.q.Remind(tx, "duty", id.Org{}, s.rec, all...)
}

// work does one pass, or dies in it.
func (s *simulation) work(t *testing.T) {
	ctx, die := context.WithCancel(context.Background())
	defer die()
	if s.rnd.IntN(8) == 0 {
		die()
		s.restart()
	}
	if _, err := s.q.Work(ctx); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
}

// pass lets time go on, and sometimes the clock jump, at most to the far future and back.
func (s *simulation) pass() {
	d := time.Duration(s.rnd.IntN(30)) * time.Hour
	s.right = s.right.Add(d)
	switch s.rnd.IntN(8) {
	case 0:
		jumps := []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 10 * 365 * 24 * time.Hour,
			time.Second, -time.Second}
		s.hand.Move(d + jumps[s.rnd.IntN(len(jumps))])
	case 1, 2, 3:
		s.hand.Set(s.right) // put right
	default:
		s.hand.Move(d)
	}
}

// run is one seed.
func (s *simulation) run(t *testing.T, seed uint64) {
	s.rnd = rand.New(rand.NewPCG(seed, 18))
	s.right, s.rec, s.history, s.status = t0, id.NewRecord(t0), nil, s.d.Start()
	s.hand.Set(t0)
	s.restart()
	for range 30 {
		s.broken = s.rnd.IntN(3) == 0
		s.step(t)
		s.pass()
		s.work(t)
	}
	// The clock is put right, everything heals, and time goes on for two months beyond the last date.
	s.broken = false
	s.hand.Set(s.right)
	s.restart()
	last := s.right
	for _, due := range process.TestOnlyDue(s.d, workday.EnglandAndWales, s.history) {
		if due.At.After(last) {
			last = due.At
		}
	}
	for _, more := range []time.Duration{0, 2 * time.Hour, 26 * time.Hour, last.Sub(s.right), last.Sub(s.right) +
		2*time.Hour, last.Sub(s.right) + 1500*time.Hour} {
		s.hand.Set(s.right.Add(more))
		if _, err := s.q.Work(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	s.judge(t, seed)
}

// judge: each duty that still runs was told exactly once; no duty twice; none before its date by the clock of that
// moment.
func (s *simulation) judge(t *testing.T, seed uint64) {
	type row struct {
		name string
		at   int64
	}
	var rows []row
	prefix := "duty:" + s.rec.String() + ":"
	must(t, s.View(context.Background(), func(tx *store.Tx) (err error) {
		rows, err = store.All(tx, func(r *row) []any {
			return []any{&r.name, &r.at}
		}, "select name, at from told where name like $1 order by n", prefix+"%")
		return err
	}))
	times := map[string]int{}
	for _, r := range rows {
		times[r.name]++
		if due, known := s.dates()[r.name[len(prefix):]]; !known || clock.FromMicros(r.at).Before(due) {
			t.Errorf("seed %d: told of %s at %s, due %s", seed, r.name, clock.FromMicros(r.at), due)
		}
	}
	for name, n := range times {
		if n != 1 {
			t.Errorf("seed %d: told %d times of %s", seed, n, name)
		}
	}
	for _, due := range process.TestOnlyDue(s.d, workday.EnglandAndWales, s.history) {
		if times[prefix+due.Name()] == 0 {
			t.Errorf("seed %d: never told of %s, due %s", seed, due.Name(), due.At)
		}
	}
}

// dates are all duties that ever ran, each with its date.
func (s *simulation) dates() map[string]time.Time {
	all := map[string]time.Time{}
	for n := range s.history {
		for _, due := range process.TestOnlyDue(s.d, workday.EnglandAndWales, s.history[:n+1]) {
			all[due.Name()] = due.At
		}
	}
	return all
}

// HEED_SEEDS=N runs N seeds; a failing seed is run alone by HEED_SEED=n.
func TestWorkflowAndRemindersUnderEveryInterleaving(t *testing.T) {
	seeds, first := 500, 0
	if n, err := strconv.Atoi(os.Getenv("HEED_SEEDS")); err == nil {
		seeds = n
	}
	if n, err := strconv.Atoi(os.Getenv("HEED_SEED")); err == nil {
		first, seeds = n, 1
	}
	hand := clock.NewHand(t0)
	storetest.EachClock(t, []fs.FS{jobs.Migrations, told}, hand, func(t *testing.T, s *store.Store) {
		sim := &simulation{Store: s, hand: hand, d: process.Patient()}
		n := seeds
		if s.Engine() == "postgres" {
			n = max(1, seeds/25)
		}
		for seed := range n {
			sim.run(t, uint64(first+seed))
			if t.Failed() {
				t.Fatalf("stopped at seed %d", first+seed)
			}
		}
	})
}
