package app

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
)

// task is one of the things that go on beside the requests.
type task struct {
	name string // in the log, at /readyz and in the metrics
	// run goes on until its context ends; when it returns before, or panics, it is
	// begun again. It tells well after each turn that did what it had to do.
	run  func(ctx context.Context, well func()) error
	once bool          // it is done when it returns nil
	turn time.Duration // one turn with its pause never takes longer; 0: not watched
}

// How long a task that failed waits before it is begun again, and how long one that
// tells no turns has to go on before it counts as well.
const (
	firstPause = time.Second
	lastPause  = 15 * time.Second
	settled    = time.Minute
)

// supervisor runs tasks. Each is begun again for as long as the program runs,
// whatever it died of, and stands where everybody can see it until it does its work.
type supervisor struct {
	clock  clock.Clock
	log    *slog.Logger
	uptime func() time.Duration // monotonic: no clock that is set makes a task look well

	mu    sync.Mutex
	tasks []*taskState
}

// taskState is how a task stands; the supervisor's mu guards all but the task.
type taskState struct {
	task
	err      error         // of its last end, until it is well again
	failures int64         // since the start
	well     time.Duration // uptime of its last good turn, or of its first start
	begun    time.Duration // uptime of its last start; 0 while it waits for the next
	done     bool
}

func newSupervisor(clk clock.Clock, log *slog.Logger) *supervisor {
	return &supervisor{clock: clk, log: log, uptime: clock.Stopwatch()}
}

// run runs all tasks and returns when all have ended with ctx.
func (s *supervisor) run(ctx context.Context, all ...task) {
	var wg sync.WaitGroup
	for _, t := range all {
		state := &taskState{task: t, well: s.uptime()}
		s.mu.Lock()
		s.tasks = append(s.tasks, state)
		s.mu.Unlock()
		wg.Go(func() { s.keep(ctx, state) })
	}
	wg.Wait()
}

// keep begins a task again and again, ever more slowly while it fails.
func (s *supervisor) keep(ctx context.Context, t *taskState) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		begun := s.uptime()
		s.change(func() { t.begun = begun })
		err := s.attempt(ctx, t)
		if ctx.Err() != nil {
			return
		}
		if err == nil && t.once {
			s.change(func() { t.err, t.done = nil, true })
			return
		}
		if err == nil {
			err = fail.New(fail.Broken, "it ended by itself")
		}
		if s.uptime()-begun > settled {
			pause = firstPause
		}
		var before error
		s.change(func() { before, t.err, t.begun, t.failures = t.err, err, 0, t.failures+1 })
		if before == nil || kind(before) != kind(err) { // once, not every few seconds: the disk may be full
			s.log.Error("background work failed and is begun again until it goes on", "work", t.name, "kind", kind(err), "why",
				err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.clock.After(pause):
		}
	}
}

// attempt runs a task once. A panic is a failure like any other: its stack goes to
// the log, its value does not, because it may hold words of a record.
func (s *supervisor) attempt(ctx context.Context, t *taskState) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("background work panicked", "work", t.name, "what", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = fail.New(fail.Broken, "a fault of the program")
		}
	}()
	return t.run(ctx, func() { s.change(func() { t.err, t.well = nil, s.uptime() }) })
}

func (s *supervisor) change(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// standing is how a task stands: nil when it does its work.
func (s *supervisor) standing(t *taskState) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.uptime()
	switch {
	case t.done:
		return nil
	case t.err != nil && t.turn != 0 && now-t.well > t.turn:
		return fail.Wrap(fail.Unknown, t.err, "It has failed again and again, and has not come to the end of its turn "+
			"for %s. The program's own log says why", (now - t.well).Round(time.Second))
	case t.err != nil && (t.turn != 0 || t.begun == 0 || now-t.begun < settled):
		return t.err
	case t.turn != 0 && now-t.well > t.turn:
		return fail.New(fail.Busy, "It has not come to the end of its turn for %s", (now - t.well).Round(time.Second))
	}
	return nil
}

// states are the tasks that were begun.
func (s *supervisor) states() []*taskState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*taskState(nil), s.tasks...)
}

// every makes a task of a turn that is taken at once and then again after each pause.
func every(clk clock.Clock, name string, pause, longest time.Duration, turn func(context.Context) error) task {
	return task{name: name, turn: pause + longest, run: func(ctx context.Context, well func()) error {
		for {
			if err := turn(ctx); err != nil {
				return err
			}
			well()
			select {
			case <-ctx.Done():
				return nil
			case <-clk.After(pause):
			}
		}
	}}
}

// onceDone makes a task of what has to succeed once.
func onceDone(name string, fn func(context.Context) error) task {
	return task{name: name, once: true, run: func(ctx context.Context, _ func()) error { return fn(ctx) }}
}
