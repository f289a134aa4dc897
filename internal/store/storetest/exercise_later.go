package storetest

import (
	"context"
	"errors"
	"testing"

	"heed/internal/fail"
	"heed/internal/store"
)

const insertLater = "insert into exercise (name, n, body) values ($1, $2, $3)"

// later: statements that wait are seen by the next one, keep their order, and are
// committed with the unit.
func later(t *testing.T, s *store.Store) {
	told := int64(0)
	must(t, s.Do(bg, func(tx *store.Tx) error {
		told = 0
		tell := func(n int64, err error) error { told += n; return err }
		must(t, tx.Later(tell, insertLater, "later 1", 1, []byte("a")))
		must(t, tx.Later(nil, "update exercise set n = n + 1 where name = $1", "later 1"))
		n, err := store.One(tx, func(n *int64) []any { return []any{n} }, "select n from exercise where name = $1", "later 1")
		if err != nil || n != 2 {
			t.Errorf("a query after Later sees %d, %v", n, err)
		}
		var none []byte
		return tx.Later(tell, insertLater, "later 2", 3, none)
	}))
	if told != 2 {
		t.Errorf("the checks were told of %d rows", told)
	}
	if n := count(t, s, "later 1", "later 2"); n != 2 {
		t.Errorf("%d rows were kept", n)
	}
	must(t, s.View(bg, func(tx *store.Tx) error {
		empty, err := store.One(tx, func(b *bool) []any { return []any{b} },
			"select body is null from exercise where name = $1", "later 2")
		if !empty {
			t.Error("a nil blob is not null")
		}
		return err
	}))
}

// laterFails: what a late answer says ends the unit, whatever the unit thought.
func laterFails(t *testing.T, s *store.Store) {
	add(t, s, "later taken", 1)
	known := fail.New(fail.Stale, "Somebody was first")
	for name, run := range map[string]func(tx *store.Tx) error{
		"the statement": func(tx *store.Tx) error {
			return tx.Later(func(_ int64, err error) error {
				if store.IsUnique(err) {
					return known
				}
				return err
			}, insertLater, "later taken", 2, nil)
		},
		"the check": func(tx *store.Tx) error {
			return tx.Later(func(n int64, err error) error {
				if err == nil && n != 1 {
					return known
				}
				return err
			}, "update exercise set n = 5 where name = $1", "later nobody")
		},
	} {
		for _, then := range []string{"", "a query", "another"} {
			err := s.Do(bg, func(tx *store.Tx) error {
				must(t, insert(tx, "later half", 1))
				if err := run(tx); err != nil {
					return err
				}
				switch then {
				case "a query":
					_, err := tx.Exec("update exercise set n = 9 where name = $1", "later taken")
					return err
				case "another":
					return tx.Later(nil, "update exercise set n = 9 where name = $1", "later taken")
				}
				return nil
			})
			if !errors.Is(err, known) {
				t.Errorf("%s failed, then %q: Do gave %v", name, then, err)
			}
			if n := count(t, s, "later half"); n != 0 {
				t.Errorf("%s failed, then %q: the unit was kept", name, then)
			}
		}
	}
	err := s.Do(bg, func(tx *store.Tx) error { // a check that forgives a fault changes nothing
		return tx.Later(func(int64, error) error { return nil }, insertLater, "later taken", 2, nil)
	})
	if err == nil {
		t.Error("a statement that failed was forgiven")
	}
	for _, read := range []func(context.Context, func(*store.Tx) error) error{s.View, s.Look} {
		if read(bg, func(tx *store.Tx) error { return insert(tx, "later look", 1) }) == nil {
			t.Error("a reader wrote")
		}
	}
	if n := count(t, s, "later look", "later view"); n != 0 {
		t.Errorf("%d rows were written by readers", n)
	}
	must(t, s.Look(bg, func(tx *store.Tx) error {
		n, err := store.One(tx, func(n *int64) []any { return []any{n} }, "select n from exercise where name = $1",
			"later taken")
		if n != 1 {
			t.Errorf("a look sees %d", n)
		}
		return err
	}))
	if s.View(bg, func(tx *store.Tx) error { return tx.Later(nil, insertLater, "later view", 1, nil) }) == nil {
		t.Error("a view wrote")
	}
}
