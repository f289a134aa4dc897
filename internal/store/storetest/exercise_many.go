package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
)

func snapshot(t *testing.T, s *store.Store) {
	add(t, s, "snapshot", 1)
	must(t, s.View(bg, func(tx *store.Tx) error {
		before, err := number(tx, "snapshot", "")
		if err != nil {
			return err
		}
		must(t, s.Do(bg, func(tx *store.Tx) error {
			_, err := tx.Exec("update exercise set n=2 where name=$1", "snapshot")
			return err
		}))
		after, err := number(tx, "snapshot", "")
		if before != 1 || after != 1 {
			t.Errorf("one view saw %d, then %d", before, after)
		}
		return err
	}))
	if n := numberOf(t, s, "snapshot"); n != 2 {
		t.Errorf("the next view saw %d", n)
	}
}

func viewWrites(t *testing.T, s *store.Store) {
	err := s.View(bg, func(tx *store.Tx) error { return insert(tx, "by a view", 1) })
	if !fail.Is(err, fail.ReadOnly) {
		t.Errorf("a view that writes gave %v", err)
	}
	if n := count(t, s, "by a view"); n != 0 {
		t.Error("a view wrote")
	}
}

func viewDuringUnit(t *testing.T, s *store.Store) {
	must(t, s.Do(bg, func(tx *store.Tx) error {
		if err := insert(tx, "being written", 1); err != nil {
			return err
		}
		done := make(chan int, 1)
		go func() { done <- count(t, s, "being written") }()
		select {
		case n := <-done:
			if n != 0 {
				t.Error("a view saw what is not committed")
			}
		case <-time.After(5 * time.Second):
			t.Error("a view waited for a writer")
		}
		return nil
	}))
}

// isolation: pairs of rows always change together, and no view ever sees them differ.
func isolation(t *testing.T, s *store.Store) {
	add(t, s, "left", 0)
	add(t, s, "right", 0)
	var writers, viewers sync.WaitGroup
	var over atomic.Bool
	for range 4 {
		writers.Go(func() {
			for range 25 {
				err := s.Do(bg, func(tx *store.Tx) error {
					if _, err := tx.Exec("update exercise set n=n+1 where name=$1", "left"); err != nil {
						return err
					}
					_, err := tx.Exec("update exercise set n=n+1 where name=$1", "right")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		viewers.Go(func() {
			for !over.Load() {
				err := s.View(bg, func(tx *store.Tx) error {
					l, err := number(tx, "left", "")
					if err != nil {
						return err
					}
					r, err := number(tx, "right", "")
					if l != r {
						t.Errorf("a view saw %d and %d", l, r)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	over.Store(true)
	viewers.Wait()
	if n := numberOf(t, s, "right"); n != 100 {
		t.Errorf("100 additions came to %d", n)
	}
}

// conflictingUpdates: read, think, write, under a row lock, loses no update.
func conflictingUpdates(t *testing.T, s *store.Store) {
	add(t, s, "contended", 0)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				err := s.Do(bg, func(tx *store.Tx) error {
					n, err := number(tx, "contended", tx.ForUpdate())
					if err != nil {
						return err
					}
					_, err = tx.Exec("update exercise set n=$1 where name=$2", n+1, "contended")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := numberOf(t, s, "contended"); n != 80 {
		t.Errorf("80 additions came to %d: updates were lost", n)
	}
}

// crossedLocks: two units lock two rows in opposite order. PostgreSQL ends one by a
// deadlock, and it is run again; neither caller learns of it.
func crossedLocks(t *testing.T, s *store.Store) {
	add(t, s, "lock a", 0)
	add(t, s, "lock b", 0)
	var all sync.WaitGroup
	var runs, holding atomic.Int32
	for _, order := range [][2]string{{"lock a", "lock b"}, {"lock b", "lock a"}} {
		all.Go(func() {
			err := s.Do(bg, func(tx *store.Tx) error {
				runs.Add(1)
				if _, err := tx.Exec("update exercise set n=n+1 where name=$1", order[0]); err != nil {
					return err
				}
				holding.Add(1)
				for tx.Engine() == "postgres" && holding.Load() < 2 {
					time.Sleep(time.Millisecond)
				}
				_, err := tx.Exec("update exercise set n=n+1 where name=$1", order[1])
				return err
			})
			if err != nil {
				t.Errorf("order %v: %v", order, err)
			}
		})
	}
	all.Wait()
	if a, b := numberOf(t, s, "lock a"), numberOf(t, s, "lock b"); a != 2 || b != 2 {
		t.Errorf("came to %d and %d", a, b)
	}
	if s.Engine() == "postgres" && runs.Load() < 3 {
		t.Errorf("no unit was run again (%d runs)", runs.Load())
	}
}

// manyCallers: of 500 units from 64 callers none is refused, a third fail by their
// own error, the others are kept once.
func manyCallers(t *testing.T, s *store.Store) {
	no := errors.New("no")
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := next.Add(1); i <= 500; i = next.Add(1) {
				err := s.Do(bg, func(tx *store.Tx) error {
					if _, err := tx.Exec("insert into exercise (name, n) values ($1, $2)", "many "+time.Duration(i).String(),
						i); err != nil {
						return err
					}
					if i%3 == 0 {
						return no
					}
					return nil
				})
				if want := i%3 == 0; errors.Is(err, no) != want || (err != nil) != want {
					t.Errorf("unit %d: %v", i, err)
				}
			}
		})
	}
	all.Wait()
	must(t, s.View(bg, func(tx *store.Tx) error {
		kept, err := store.All(tx, func(v *int64) []any { return []any{v} },
			"select n from exercise where name like $1 order by n", "many %")
		if len(kept) != 334 || slices.ContainsFunc(kept, func(n int64) bool { return n%3 == 0 }) {
			t.Errorf("%d are kept", len(kept))
		}
		return err
	}))
}

func cancelled(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	err := s.Do(ctx, func(*store.Tx) error { return nil })
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that had left: %v", err)
	}
	if err := s.View(ctx, func(tx *store.Tx) error { return tx.QueryRow("select 1").Scan(new(int)) }); !errors.Is(err,
		context.Canceled) {
		t.Errorf("a viewer that had left: %v", err)
	}
	// One leaves while its unit runs: the others of its group are not undone, and
	// its own answer is the truth.
	var all sync.WaitGroup
	for i := range 20 {
		name := "cancelled " + string(rune('a'+i))
		all.Go(func() {
			ctx, cancel := context.WithCancel(bg)
			defer cancel()
			err := s.Do(ctx, func(tx *store.Tx) error {
				if i%2 == 0 {
					cancel()
				}
				return insert(tx, name, i)
			})
			if i%2 == 1 && err != nil {
				t.Errorf("beside a caller that left: %v", err)
			}
			if kept := count(t, s, name) == 1; kept != (err == nil) {
				t.Errorf("kept: %v, answer: %v", kept, err)
			}
		})
	}
	all.Wait()
}

func exclusive(t *testing.T, s *store.Store) {
	inside := make(chan struct{})
	leave := make(chan struct{})
	first := make(chan error, 1)
	go func() {
		ran, err := s.Exclusive(bg, "turn", func(context.Context) error { close(inside); <-leave; return nil })
		if !ran {
			t.Error("nobody had the turn, and it was not given")
		}
		first <- err
	}()
	<-inside
	ran, err := s.Exclusive(bg, "turn", func(context.Context) error { t.Error("two have one turn"); return nil })
	if ran || err != nil {
		t.Errorf("a turn that is taken: %v, %v", ran, err)
	}
	ran, err = s.Exclusive(bg, "another turn", func(context.Context) error { return nil })
	if !ran || err != nil {
		t.Errorf("another turn: %v, %v", ran, err)
	}
	close(leave)
	must(t, <-first)
	no := errors.New("no")
	ran, err = s.Exclusive(bg, "turn", func(context.Context) error { return no })
	if !ran || !errors.Is(err, no) {
		t.Errorf("a turn given back: %v, %v", ran, err)
	}
}
