package concern_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"heed/internal/concern"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
)

// A page of a list must cost the same however long the list is: it is found in an
// index that has its order, never by reading the table and never by sorting.
func TestListsAreReadFromAnIndex(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ctx := context.Background()
		receipt, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: field.Said("about", "patient", "what", "Something")})
		if err != nil {
			t.Fatal(err)
		}
		manyLike(w, receipt, 3000)
		for _, list := range concern.Lists() {
			who := w.As("lead")
			if list == concern.ListOwn {
				who = w.As("nurse")
			}
			for _, q := range []concern.Query{{List: list}, concern.From(list, receipt.Record), {List: list, Offset: 50}} {
				err := w.Store.View(ctx, func(tx *store.Tx) error {
					text, args := concern.ListQuery(tx, who, q, 51)
					plan, err := planOf(tx, text, args)
					if err != nil {
						return err
					}
					if fault := planFault(plan); fault != "" {
						t.Errorf("%+v: %s\n%s\n%s", q, fault, text, plan)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// planFault says what is wrong with a plan of either engine. "Sort" is PostgreSQL's, "B-TREE" SQLite's.
func planFault(plan string) string {
	for _, word := range []string{"Seq Scan", "SCAN concern_v1", "Sort", "TEMP B-TREE"} {
		if strings.Contains(plan, word) {
			return "the plan has a " + word
		}
	}
	if !strings.Contains(strings.ToLower(plan), "index") {
		return "the plan names no index"
	}
	return ""
}

// planOf asks the engine how it would answer.
func planOf(tx *store.Tx, text string, args []any) (string, error) {
	if tx.Engine() == "postgres" {
		lines, err := store.All(tx, func(s *string) []any { return []any{s} }, "explain "+text, args...)
		return strings.Join(lines, "\n"), err
	}
	type step struct {
		id, parent, unused int64
		detail             string
	}
	steps, err := store.All(tx, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} }, "explain query plan "+text, args...)
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.detail)
	}
	return strings.Join(lines, "\n"), err
}

// manyLike copies a concern's row, each with an id, a reference and times of its
// own: nine in ten closed. PostgreSQL is told what the table holds, as its own
// housekeeping does.
func manyLike(w *world.World, r concern.Receipt, n int) {
	w.T.Helper()
	err := w.Store.Do(context.Background(), func(tx *store.Tx) error {
		for i := range n {
			ago := time.Duration(i+1) * time.Minute
			open, due, state := 0, "0", "closed"
			if i%10 == 0 {
				open, due, state = 1, fmt.Sprintf("due - %d", ago.Microseconds()), "received"
			}
			_, err := tx.Exec(`insert into concern_v1 (record, org, team, reference, raiser, owner, version, state, progress, waiting, open, raised_at, tell_by, due, told_at, closed_at, picture)
				select $1, org, team, $2, raiser, owner, version, $3, progress, waiting, $4, raised_at, tell_by, `+due+`, told_at, closed_at, picture from concern_v1 where record = $5
				on conflict (reference) do nothing`, id.NewRecord(tx.Now().Add(-ago)), string(id.NewReference()), state, open, r.Record)
			if err != nil {
				return err
			}
		}
		if tx.Engine() != "postgres" {
			return nil
		}
		_, err := tx.Exec(`analyze concern_v1`)
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
}
