package storetest

import (
	"bytes"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"heed/internal/fail"
	"heed/internal/store"
)

func allOrNothing(t *testing.T, s *store.Store) {
	no := errors.New("no")
	err := s.Do(bg, func(tx *store.Tx) error {
		must(t, insert(tx, "half", 1))
		return no
	})
	if !errors.Is(err, no) {
		t.Errorf("Do gave %v, want the unit's own error", err)
	}
	if n := count(t, s, "half"); n != 0 {
		t.Errorf("%d rows of a unit that failed", n)
	}
	add(t, s, "whole", 1)
	if n := count(t, s, "whole"); n != 1 {
		t.Errorf("%d rows of a unit that succeeded", n)
	}
}

func failedStatement(t *testing.T, s *store.Store) {
	add(t, s, "taken", 1)
	var second error
	err := s.Do(bg, func(tx *store.Tx) error {
		must(t, insert(tx, "before the fault", 1))
		if insert(tx, "taken", 2) == nil {
			t.Error("a second row of a unique name was taken")
		}
		second = insert(tx, "after the fault", 1)
		if tx.QueryRow("select 1").Scan(new(int)) == nil {
			t.Error("a query after a failed statement was answered")
		}
		return nil // goes on as if nothing had happened
	})
	if err == nil || second == nil || !store.IsUnique(err) {
		t.Errorf("a unit with a failed statement gave %v, its next statement %v", err, second)
	}
	if n := count(t, s, "before the fault", "after the fault"); n != 0 {
		t.Errorf("%d rows of it were kept", n)
	}
}

func unique(t *testing.T, s *store.Store) {
	add(t, s, "unique", 1)
	err := s.Do(bg, func(tx *store.Tx) error { return insert(tx, "unique", 2) })
	if !store.IsUnique(err) {
		t.Errorf("IsUnique does not know %v", err)
	}
	err = s.Do(bg, func(tx *store.Tx) error {
		_, err := tx.Exec("insert into exercise_side (name) values ($1), ($1)", "unique")
		return err
	})
	if !store.IsUnique(err) {
		t.Errorf("IsUnique does not know the primary key: %v", err)
	}
	if store.IsUnique(nil) || store.IsUnique(errors.New("unique")) {
		t.Error("IsUnique knows too much")
	}
	must(t, s.Do(bg, func(tx *store.Tx) error {
		n, err := tx.Exec("insert into exercise (name, n) values ($1, $2) on conflict (name) do nothing", "unique", 3)
		if n != 0 {
			t.Errorf("on conflict do nothing touched %d rows", n)
		}
		return err
	}))
}

func foreignKeys(t *testing.T, s *store.Store) {
	err := s.Do(bg, func(tx *store.Tx) error {
		_, err := tx.Exec("insert into exercise_side (name) values ($1)", "nobody has this name")
		return err
	})
	if err == nil || store.IsUnique(err) {
		t.Errorf("a row that points nowhere gave %v", err)
	}
}

func placeholders(t *testing.T, s *store.Store) {
	must(t, s.View(bg, func(tx *store.Tx) error {
		var a, b, c int64
		err := tx.QueryRow("select cast($2 as bigint), cast($1 as bigint), cast($2 as bigint)", 7, 9).Scan(&a, &b, &c)
		if a != 9 || b != 7 || c != 9 {
			t.Errorf("select $2, $1, $2 with 7, 9 gave %d %d %d", a, b, c)
		}
		return err
	}))
}

type row struct {
	name string
	n    int64
	body []byte
}

func (r *row) places() []any { return []any{&r.name, &r.n, &r.body} }

func values(t *testing.T, s *store.Store) {
	every := make([]byte, 3000)
	for i := range every {
		every[i] = byte(i * 7)
	}
	want := []row{
		{"v1", math.MaxInt64, every},
		{"v2", math.MinInt64, []byte{}},
		{"v3 Zoë 李 العربية 🙂", 0, []byte{0}},
		{"v4", 1_700_000_000_123_456, nil},
	}
	must(t, s.Do(bg, func(tx *store.Tx) error {
		for _, r := range want {
			if _, err := tx.Exec("insert into exercise (name, n, body) values ($1, $2, $3)", r.name, r.n, r.body); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, s.View(bg, func(tx *store.Tx) error {
		got, err := store.All(tx, (*row).places, "select name, n, body from exercise where name like $1 order by seq", "v%")
		if !slices.EqualFunc(got, want, func(a, b row) bool {
			return a.name == b.name && a.n == b.n && bytes.Equal(a.body, b.body)
		}) {
			t.Errorf("got back %.200v", got)
		}
		if err != nil {
			return err
		}
		// An empty value is no null, though SQLite's driver reads both as nil.
		null, err := store.All(tx, func(v *string) []any { return []any{v} },
			"select name from exercise where name like $1 and body is null", "v%")
		if !slices.Equal(null, []string{"v4"}) {
			t.Errorf("null in %q, want in v4", null)
		}
		return err
	}))
}

func absent(t *testing.T, s *store.Store) {
	must(t, s.View(bg, func(tx *store.Tx) error {
		if _, err := number(tx, "absent", ""); !fail.Is(err, fail.Missing) {
			t.Errorf("One of no row gave %v", err)
		}
		all, err := store.All(tx, (*row).places, "select name, n, body from exercise where name=$1", "absent")
		if len(all) != 0 {
			t.Errorf("All of no row gave %v", all)
		}
		return err // and the view is not over: absence is no fault
	}))
}

func serial(t *testing.T, s *store.Store) {
	var seqs []int64
	for _, name := range []string{"s1", "s2", "s3"} {
		must(t, s.Do(bg, func(tx *store.Tx) error {
			seq, err := store.One(tx, func(v *int64) []any { return []any{v} },
				"insert into exercise (name, n) values ($1, $2) returning seq", name, 0)
			seqs = append(seqs, seq)
			return err
		}))
	}
	if !slices.IsSorted(seqs) || seqs[0] == seqs[1] || seqs[1] == seqs[2] {
		t.Errorf("serial keys came as %v", seqs)
	}
}

func now(t *testing.T, s *store.Store) {
	must(t, s.Do(bg, func(tx *store.Tx) error {
		if a, b := tx.Now(), tx.Now(); !a.Equal(b) || a.IsZero() || a.Nanosecond()%1000 != 0 {
			t.Errorf("now was %v, then %v", a, b)
		}
		return nil
	}))
}

func deadAfterEnd(t *testing.T, s *store.Store) {
	var kept *store.Tx
	must(t, s.Do(bg, func(tx *store.Tx) error { kept = tx; return nil }))
	if err := insert(kept, "too late", 1); err == nil {
		t.Error("a unit took a statement after its end")
	}
	must(t, s.View(bg, func(tx *store.Tx) error { kept = tx; return nil }))
	if _, err := kept.Query("select 1"); err == nil {
		t.Error("a view took a query after its end")
	}
}

func rowsLeftOpen(t *testing.T, s *store.Store) {
	for range 3 {
		must(t, s.Do(bg, func(tx *store.Tx) error {
			rows, err := tx.Query("select name from exercise")
			if err != nil {
				return err
			}
			rows.Next() // and never closed
			return nil
		}))
		must(t, s.View(bg, func(tx *store.Tx) error {
			rows, err := tx.Query("select name from exercise")
			if err == nil {
				rows.Next()
			}
			return err
		}))
	}
}

func afterCommit(t *testing.T, s *store.Store) {
	ran := 0
	must(t, s.Do(bg, func(tx *store.Tx) error {
		tx.AfterCommit(func() {
			ran++
			if n := count(t, s, "after commit"); n != 1 {
				t.Errorf("AfterCommit ran with %d rows to be seen", n)
			}
		})
		return insert(tx, "after commit", 1)
	}))
	if ran != 1 {
		t.Errorf("AfterCommit ran %d times", ran)
	}
	told := errors.New("told")
	err := s.Do(bg, func(tx *store.Tx) error {
		tx.BeforeAnswer(func() error { return told })
		return insert(tx, "kept all the same", 1)
	})
	if !errors.Is(err, told) || count(t, s, "kept all the same") != 1 {
		t.Errorf("a unit that was kept answers %v", err)
	}
	_ = s.Do(bg, func(tx *store.Tx) error {
		tx.AfterCommit(func() { t.Error("AfterCommit ran for a unit that failed") })
		return errors.New("no")
	})
}

// panics come while others are in the same group.
func panics(t *testing.T, s *store.Store) {
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			err := s.Do(bg, func(tx *store.Tx) error {
				if err := insert(tx, "panic "+string(rune('a'+i)), i); err != nil {
					return err
				}
				if i%4 == 0 {
					panic("words of a record")
				}
				return nil
			})
			switch {
			case i%4 != 0 && err != nil:
				t.Errorf("a unit beside one that panicked: %v", err)
			case i%4 == 0 && (err == nil || !fail.Is(err, fail.Broken)):
				t.Errorf("a panic gave %v", err)
			case err != nil && bytes.Contains([]byte(err.Error()), []byte("words")):
				t.Errorf("the error tells what the panic said: %v", err)
			}
		})
	}
	all.Wait()
	if n := count(t, s, "panic a", "panic b", "panic e", "panic f"); n != 2 {
		t.Errorf("%d of the rows a, b, e, f are kept, want b and f", n)
	}
}

func goexit(t *testing.T, s *store.Store) {
	var one sync.WaitGroup
	one.Go(func() {
		_ = s.Do(bg, func(tx *store.Tx) error {
			_ = insert(tx, "goexit", 1)
			runtime.Goexit() // as t.FailNow does
			return nil
		})
	})
	one.Wait()
	add(t, s, "after goexit", 1)
	if n := count(t, s, "goexit"); n != 0 {
		t.Error("a unit that never returned was kept")
	}
}
