package storetest

import (
	"context"
	"errors"
	"testing"

	"heed/internal/store"
)

// Exercise is what every engine must do; s is fresh.
func Exercise(t *testing.T, s *store.Store) {
	must(t, s.Ready(context.Background()))
	must(t, s.EnsureProjections(context.Background(), store.Projection{Name: "exercise", Version: 1, Schema: schema}))
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"all or nothing", allOrNothing},
		{"placeholders", placeholders},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

// schema is what the suite works on.
const schema = `
create table exercise (seq SERIALKEY, name text not null unique, n bigint not null, body blob);
create table exercise_side (name text not null primary key references exercise (name));
`

var bg = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func insert(tx *store.Tx, name string, n int) error {
	_, err := tx.Exec("insert into exercise (name, n) values ($1, $2)", name, n)
	return err
}

func count(t testing.TB, s *store.Store, where string, args ...any) (n int) {
	t.Helper()
	must(t, s.View(bg, func(tx *store.Tx) error {
		return tx.QueryRow("select count(*) from exercise where "+where, args...).Scan(&n)
	}))
	return n
}

func allOrNothing(t *testing.T, s *store.Store) {
	no := errors.New("no")
	err := s.Do(bg, func(tx *store.Tx) error {
		must(t, insert(tx, "half", 1))
		return no
	})
	if !errors.Is(err, no) {
		t.Errorf("Do gave %v, want the unit's own error", err)
	}
	if n := count(t, s, "name=$1", "half"); n != 0 {
		t.Errorf("%d rows of a unit that failed", n)
	}
	must(t, s.Do(bg, func(tx *store.Tx) error { return insert(tx, "whole", 1) }))
	if n := count(t, s, "name=$1", "whole"); n != 1 {
		t.Errorf("%d rows of a unit that succeeded", n)
	}
}

func placeholders(t *testing.T, s *store.Store) {
	must(t, s.View(bg, func(tx *store.Tx) error {
		var a, b, c int64
		if err := tx.QueryRow("select cast($2 as bigint), cast($1 as bigint), cast($2 as bigint)", 7, 9).Scan(&a, &b, &c); err != nil {
			return err
		}
		if a != 9 || b != 7 || c != 9 {
			t.Errorf("select $2, $1, $2 with 7, 9 gave %d %d %d", a, b, c)
		}
		return nil
	}))
}
