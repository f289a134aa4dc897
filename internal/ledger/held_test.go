package ledger

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// held reads every leaf that lies outside the database.
func (r *room) held() (all []record.Held) {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.o.Folder, heldFolder, "*"))
	must(r.t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(r.t, err)
		some, err := record.ParseHeld(b)
		must(r.t, err)
		all = append(all, some...)
	}
	return all
}

// later moves the log's own uptime on, as if so much time had gone by.
func (r *room) later(d time.Duration) {
	before := r.fresh.uptime
	r.fresh.uptime = func() time.Duration { return before() + d }
}

// take does what somebody with SQL does who wants a record to never have been.
func (r *room) take(rec id.Record) {
	r.sql(`delete from entry_pending where n in (select n from entry where record = $1)`, rec)
	r.sql(`delete from entry where record = $1`, rec)
	r.sql(`delete from head where record = $1`, rec)
}

func TestWhatWaitsTooLongIsHeldOutsideTheDatabaseBeforeAnybodyIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		r.begin("written before anybody knew")
		if n := len(r.held()); n != 0 {
			t.Fatalf("%d leaves held while numbering is in time", n)
		}
		r.later(lateAfter + time.Second)
		rec := r.begin("one", "two")
		if n := len(r.held()); n != 3 {
			t.Fatalf("%d leaves held when the second answer was given, want all 3", n)
		}
		must(t, r.look(rec, nurse))
		if n := len(r.held()); n != 4 {
			t.Fatalf("%d leaves held when the page was shown, want 4", n)
		}
		_, err := r.Sequence(r.ctx)
		must(t, err)
		must(t, r.watchWaiting(r.ctx))
		if n := len(r.held()); n != 0 {
			t.Errorf("%d leaves held after all have their place", n)
		}
	})
}

func TestWhatIsTakenAwayBeforeItIsNumberedIsMissed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		must(t, r.Kept())
		for i := range 3 {
			gone := r.begin("to vanish")
			r.begin("stays")
			must(t, r.look(gone, nurse))
			r.take(gone)
			_, err := r.Sequence(r.ctx) // in time, and nothing of it is to be seen
			must(t, err)
			r.later(lateAfter + time.Second)
			must(t, r.watchWaiting(r.ctx))
			if n := len(r.held()); n < 2*i+2 || r.fresh.lost != 2*i+2 {
				t.Fatalf("%d leaves are held and %d entries missed, want %d", n, r.fresh.lost, 2*i+2)
			}
			must(t, r.watchWaiting(r.ctx))
			if n := len(r.held()); n < 2*i+2 || r.fresh.lost != 2*i+2 {
				t.Fatalf("afterwards %d leaves are held and %d entries missed, want %d", n, r.fresh.lost, 2*i+2)
			}
			wants(t, r.Kept(), fail.Tampered)
		}
	})
}

func TestWhatAnotherProcessNumbersIsNotMissed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		other := r.again()
		rec := r.begin("one", "two")
		must(t, r.look(rec, nurse))
		_, err := other.Sequence(r.ctx)
		must(t, err)
		r.later(lateAfter + time.Second)
		must(t, r.watchWaiting(r.ctx))
		if n := len(r.held()); n != 0 || r.fresh.lost != 0 || len(r.fresh.waiting) != 0 {
			t.Fatalf("%d leaves are held, %d entries missed, %d wait", n, r.fresh.lost, len(r.fresh.waiting))
		}
	})
}

func TestWhenALeafCannotBeHeldCareGoesOnAndOpeningStops(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one")
		r.later(lateAfter + time.Second)
		must(t, os.WriteFile(filepath.Join(r.o.Folder, heldFolder), nil, 0o600)) // where its folder should be
		must(t, r.add(rec, 1, "two"))
		wants(t, r.look(rec, nurse), fail.Busy)
		must(t, os.Remove(filepath.Join(r.o.Folder, heldFolder)))
		must(t, r.look(rec, nurse))
		if n := len(r.held()); n != 4 {
			t.Fatalf("%d leaves held, want 4", n)
		}
	})
}

// TestATurnThatIsNeverLetGoIsTakenOver: on both engines the lock of a turn can be
// held from outside for as long as one likes.
func TestATurnThatIsNeverLetGoIsTakenOver(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		release, holding := make(chan struct{}), make(chan struct{})
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = s.Exclusive(r.ctx, turnNumber, func(context.Context) error { close(holding); <-release; return nil })
		}()
		<-holding
		r.begin("one")
		n, err := r.Sequence(r.ctx)
		if n != 0 || err != nil {
			t.Fatalf("at first it waits for its turn: %d numbered, %v", n, err)
		}
		r.later(10 * time.Second)
		if n, err = r.Sequence(r.ctx); n != 1 || err != nil {
			t.Fatalf("after ten seconds %d were numbered, want 1: %v", n, err)
		}
		must(t, r.Publish(r.ctx))
		close(release)
		<-gone
		r.begin("two")
		must(t, r.Publish(r.ctx))
		if r.patience[turnNumber].since != 0 {
			t.Error("the turn is still taken over after it was let go")
		}
		_, err = audit(r)
		must(t, err)
	})
}

// TestAHolderThatWakesUpLateWritesNothing: the fence is the size that a step began from.
func TestAHolderThatWakesUpLateWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		r.begin("one")
		asleep, err := r.plan(r.ctx, true)
		must(t, err)
		must(t, r.again().Publish(r.ctx))
		err = s.Do(r.ctx, func(tx *store.Tx) error { return r.write(tx, asleep) })
		if !errors.Is(err, errMoved) {
			t.Fatalf("who slept through a turn gets %v", err)
		}
		_, err = audit(r)
		must(t, err)
	})
}

func TestALoopThatPanicsGoesOn(t *testing.T) {
	r := &Log{o: Options{Log: slog.New(slog.DiscardHandler)}}
	wants(t, r.safely(func() error { panic("words of a record") }), fail.Broken)
}
