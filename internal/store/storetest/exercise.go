package storetest

import (
	"context"
	"slices"
	"testing"

	"heed/internal/store"
)

// Exercise is what every engine must do; s is fresh.
func Exercise(t *testing.T, s *store.Store) {
	must(t, s.Ready(bg))
	must(t, s.EnsureProjections(bg, store.Projection{Name: "exercise", Version: 1, Schema: schema}))
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"all or nothing", allOrNothing},
		{"a failed statement ends the unit", failedStatement},
		{"unique", unique},
		{"foreign keys hold", foreignKeys},
		{"placeholders", placeholders},
		{"values round trip", values},
		{"absent is Missing", absent},
		{"serial key counts in order", serial},
		{"now stands still", now},
		{"a unit is dead after its end", deadAfterEnd},
		{"rows left open", rowsLeftOpen},
		{"a view is one snapshot", snapshot},
		{"a view changes nothing", viewWrites},
		{"a view does not wait for a writer", viewDuringUnit},
		{"nobody sees half a unit", isolation},
		{"conflicting updates", conflictingUpdates},
		{"crossed locks are run again", crossedLocks},
		{"many callers", manyCallers},
		{"later", later},
		{"later fails", laterFails},
		{"after commit", afterCommit},
		{"a panic is an error of its unit", panics},
		{"a goroutine that ends inside", goexit},
		{"a cancelled caller", cancelled},
		{"exclusive", exclusive},
		{"projections", projections},
		{"tables", tables},
		{"restore", restore},
		{"many rows in and out", manyRows},
		{"scrub", func(t *testing.T, s *store.Store) { must(t, s.Scrub(bg)) }},
		{"ready", func(t *testing.T, s *store.Store) { must(t, s.Ready(bg)) }},
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

// add inserts a row in a unit of its own.
func add(t testing.TB, s *store.Store, name string, n int) {
	t.Helper()
	must(t, s.Do(bg, func(tx *store.Tx) error { return insert(tx, name, n) }))
}

// count counts rows by name.
func count(t testing.TB, s *store.Store, names ...string) (n int) {
	t.Helper()
	must(t, s.View(bg, func(tx *store.Tx) error {
		all, err := store.All(tx, func(v *string) []any { return []any{v} }, "select name from exercise")
		for _, have := range all {
			if slices.Contains(names, have) {
				n++
			}
		}
		return err
	}))
	return n
}

func number(tx *store.Tx, name, end string) (int, error) {
	return store.One(tx, func(v *int) []any { return []any{v} }, "select n from exercise where name=$1"+end, name)
}

// numberOf reads a row's number in a view of its own.
func numberOf(t testing.TB, s *store.Store, name string) (n int) {
	t.Helper()
	must(t, s.View(bg, func(tx *store.Tx) (err error) {
		n, err = number(tx, name, "")
		return err
	}))
	return n
}
