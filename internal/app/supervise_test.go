package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/verify"
)

// TestWhatFailsIsBegunAgain: an error, a panic and an end without cause are begun
// again, are told once in the log, and stand until a turn was good.
func TestWhatFailsIsBegunAgain(t *testing.T) {
	var log bytes.Buffer
	hand := clock.NewHand(clock.System{}.Now())
	s := newSupervisor(hand, slog.New(slog.NewTextHandler(&log, nil)))
	ctx, stop := context.WithCancel(context.Background())
	var mu sync.Mutex
	runs, good := 0, false
	bad := task{name: "planted", turn: time.Hour, run: func(ctx context.Context, well func()) error {
		mu.Lock()
		runs++
		n, ok := runs, good
		mu.Unlock()
		switch {
		case ok:
			well()
			<-ctx.Done()
		case n == 1:
			return fail.New(fail.Full, "There is no room")
		case n == 2:
			panic("words of a record")
		case n > 3:
			return errors.New("planted")
		}
		return nil
	}}
	other := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.run(ctx, bad, onceDone("once", func(context.Context) error { close(other); return nil }))
	}()
	<-other // what fails stops nothing else
	standing := func(name string) error {
		for _, x := range s.states() {
			if x.name == name {
				return s.standing(x)
			}
		}
		return errors.New("no such task")
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for range 500 {
			if ok() {
				return
			}
			time.Sleep(5 * time.Millisecond)
			hand.Move(20 * time.Second)
		}
		t.Fatalf("never: %s", what)
	}
	times := func() int { mu.Lock(); defer mu.Unlock(); return runs }
	until("begun again after an error, a panic and an end", func() bool { return times() > 5 })
	if standing("planted") == nil || standing("once") != nil {
		t.Errorf("it stands as %v, what is done as %v", standing("planted"), standing("once"))
	}
	mu.Lock()
	good = true
	mu.Unlock()
	until("well after a good turn", func() bool { return standing("planted") == nil })
	stop()
	<-ended
	said := log.String()
	if strings.Contains(said, "words of a record") || !strings.Contains(said, "work=planted kind=full") ||
		strings.Count(said, "begun again") > 3 {
		t.Errorf("the log says %s", said)
	}
}

// TestATurnThatHangsShows: who neither fails nor ends a turn is not well either.
func TestATurnThatHangsShows(t *testing.T) {
	s := newSupervisor(clock.NewHand(clock.System{}.Now()), slog.New(slog.DiscardHandler))
	var now time.Duration
	s.uptime = func() time.Duration { return now }
	state := &taskState{task: task{name: "hangs", turn: time.Minute}}
	if err := s.standing(state); err != nil {
		t.Errorf("at the start: %v", err)
	}
	now = 2 * time.Minute
	if err := s.standing(state); !fail.Is(err, fail.Busy) || !strings.Contains(fmt.Sprint(err), "2m0s") {
		t.Errorf("after two minutes: %v", err)
	}
	// Who failed for so long is said in other words than who failed just now. Seen to fail: in the same.
	state.err = fail.New(fail.Busy, "planted")
	if err := s.standing(state); !fail.Is(err, fail.Unknown) || !strings.Contains(fmt.Sprint(err), "2m0s") {
		t.Errorf("failing for two minutes: %v", err)
	}
	now = time.Second
	if err := s.standing(state); !fail.Is(err, fail.Busy) {
		t.Errorf("failed just now: %v", err)
	}
}

// TestWhatAnUnfinishedCheckFoundIsSaidOnce: it is begun again soon, and finds the same each time.
func TestWhatAnUnfinishedCheckFoundIsSaidOnce(t *testing.T) {
	var log strings.Builder
	a := &App{Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	var r verify.Report
	r.Add(verify.Difference{Kind: verify.Entry, Where: "entry 2", Leaf: 1, What: "does not open"})
	for range 3 {
		a.tell(r, Compared{}, false)
	}
	if n := strings.Count(log.String(), "verified itself: altered"); n != 1 || !fail.Is(a.proven().Err, fail.Tampered) {
		t.Errorf("said %d times, and shown: %v", n, a.proven().Err)
	}
	if a.tell(r, Compared{}, true); strings.Count(log.String(), "entry 2,") != 2 {
		t.Errorf("a check that came to its end said:\n%s", log.String())
	}
}
