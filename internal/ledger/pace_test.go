package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// sizes are those of all public checkpoints.
func (r *room) sizes() (all []int64) {
	r.t.Helper()
	must(r.t, r.store.View(r.ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(tx, scanInt, `select size from log_checkpoint order by size`)
		return err
	}))
	return all
}

// TestAQuietAndABusyHourLookAlike: what the public sees of an hour in which nobody
// did anything and of one in which much was done is the same, size by size.
func TestAQuietAndABusyHourLookAlike(t *testing.T) {
	hour := func(t *testing.T, s *store.Store, hand *clock.Hand, busy func(r *room, beat int)) []int64 {
		r := furnish(t, s, func(o *Options) { o.Clock = hand })
		must(t, r.publishOnce(r.ctx))
		for beat := range 12 {
			busy(r, beat)
			_, err := r.Sequence(r.ctx)
			must(t, err)
			hand.Move(r.o.Beat)
			must(t, r.publishOnce(r.ctx))
		}
		_, err := audit(r)
		must(t, err)
		return r.sizes()
	}
	say := func(r *room, n int) {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = fmt.Sprint(i)
		}
		if n > 0 {
			r.begin(texts...)
		}
	}
	hand := func() *clock.Hand { return clock.NewHand(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)) }
	var quiet []int64
	for name, busy := range map[string]func(*room, int){
		"quiet":       func(*room, int) {},
		"even":        func(r *room, _ int) { say(r, 16) },
		"a few":       func(r *room, beat int) { say(r, beat) },
		"all at once": func(r *room, beat int) { say(r, 120*(beat%7/6)) },
	} {
		h := hand()
		storetest.EachClock(t, migrations, h, func(t *testing.T, s *store.Store) {
			got := hour(t, s, h, busy)
			if quiet == nil {
				quiet = got
			}
			if len(got) != 13 || !slices.Equal(got, quiet) {
				t.Errorf("%s: the public sees %v, in another hour %v", name, got, quiet)
			}
		})
	}
}

// TestTheStepChangesRarelyByAnEntryAndNobodyWaitsLonger: from many entries on at once to calm again.
func TestTheStepChangesRarelyByAnEntryAndNobodyWaitsLonger(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var changes []Step
		r := furnish(t, s, func(o *Options) {
			o.Announce = func(tx *store.Tx, c Step) error {
				changes = append(changes, c)
				return nil
			}
		})
		must(t, r.publishOnce(r.ctx))
		texts := make([]string, 500)
		for i := range texts {
			texts[i] = fmt.Sprint(i)
		}
		rec := r.begin(texts...)
		beats := 0
		for ; ; beats++ {
			must(t, r.publishOnce(r.ctx))
			got, err := r.Inclusion(r.ctx, Entry{Record: rec, Version: 500})
			must(t, err)
			if got.Published {
				must(t, got.Verify(r.verifier))
				break
			}
		}
		if beats+1 > longestWait || fmt.Sprint(changes) != "[{16 64}]" {
			t.Errorf("the last of 500 was public after %d beats, with %v", beats+1, changes)
		}
		sizes := r.sizes()
		for i := 2; i < len(sizes); i++ {
			if sizes[i]-sizes[i-1] != 64 {
				t.Fatalf("the public sees %v", sizes)
			}
		}
		_, err := audit(r)
		must(t, err)
	})
}

// TestTheStepBecomesSmallerAfterAWeekOfCalm works on checkpoints as they are written in a week.
func TestTheStepBecomesSmallerAfterAWeekOfCalm(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		last := int64(64 * (calm + 1))
		write := func(beats int) {
			must(t, s.Do(r.ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(`delete from log_checkpoint`); err != nil {
					return err
				}
				for i := range beats {
					if _, err := tx.Exec(`insert into log_checkpoint (size, at, note) values ($1, 0, $2)`, last-64*int64(i),
						[]byte("x")); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		next := func(waiting int64) (n int64) {
			must(t, s.View(r.ctx, func(tx *store.Tx) (err error) { _, n, err = nextStep(tx, last, waiting); return err }))
			return n
		}
		write(calm - 1)
		if n := next(0); n != 64 {
			t.Errorf("before a week is over the step is %d", n)
		}
		write(calm + 1)
		if n := next(0); n != 16 {
			t.Errorf("after a week of calm the step is %d", n)
		}
		if n := next(64*longestWait + 1); n != 256 {
			t.Errorf("with much that waits the step is %d", n)
		}
		r.sql(`insert into log_run (seq, size, n) values ($1, $2, 1)`, last-100000, calm*16/2+1)
		if n := next(0); n != 64 {
			t.Errorf("after a week that needed it the step is %d", n)
		}
	})
}
