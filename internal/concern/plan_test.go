package concern_test

import (
	"context"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/heedtest"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// A page of a list must cost the same however long the list is: it is found in an
// index that has its order, never by reading the table and never by sorting.
func TestListsAreReadFromAnIndex(t *testing.T) {
	world.Each(t, func(w *world.World) {
		receipt, err := w.Concerns.Raise(context.Background(), w.As("nurse"),
			room.Beginning{Answers: field.Said("about", "patient", "what", "Something")})
		if err != nil {
			t.Fatal(err)
		}
		who := w.As("lead")
		lists := w.Concerns.Room.Latest().Lists
		for _, l := range lists {
			manyIn(w, who, l, 1000)
		}
		err = w.Store.Do(ctx, func(tx *store.Tx) error { _, err := tx.Exec("analyze"); return err })
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lists {
			for _, after := range []directory.Place{{}, {Record: receipt.Record}} {
				err := w.Store.View(ctx, func(tx *store.Tx) error {
					text, args, err := w.Rooms.TestOnlyQuery(tx, who, w.Concerns.Room, l, after)
					if err != nil {
						return err
					}
					plan, err := heedtest.PlanOf(tx, text, args)
					if fault := planFault(plan); fault != "" {
						t.Errorf("%s: %s\n%s\n%s", l.ID, fault, text, plan)
					}
					return err
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
	for _, word := range []string{"Seq Scan on room", "SCAN l", "SCAN r", "Sort", "TEMP B-TREE"} {
		if strings.Contains(plan, word) {
			return "the plan has a " + word
		}
	}
	if !strings.Contains(strings.ToLower(plan), "index") {
		return "the plan names no index"
	}
	return ""
}

// manyIn makes a list long by rows that lead nowhere: they are never opened.
func manyIn(w *world.World, who access.Actor, l process.List, n int) {
	w.T.Helper()
	err := w.Store.Do(ctx, func(tx *store.Tx) error {
		_, args, err := w.Rooms.TestOnlyQuery(tx, who, w.Concerns.Room, l, directory.Place{})
		if err != nil {
			return err
		}
		for i := range n {
			rec := id.NewRecord(tx.Now())
			for _, row := range []struct {
				text string
				args []any
			}{
				{`insert into room_list_v1 (tag, sort, record) values ($1, $2, $3)`, []any{args[0], i, rec}},
				{`insert into room_record_v1 (record, org, room, reference, version, made, state) values ($1, $2, 1, $3, 1, 1, '') on conflict do nothing`,
					[]any{rec, w.Org.ID, string(id.NewReference())}},
				{`insert into head (record, org, room, version) values ($1, $2, 1, 1)`, []any{rec, w.Org.ID}},
				{`insert into record_key (record, org, generation, wrapped) values ($1, $2, 1, '')`, []any{rec, w.Org.ID}},
			} {
				if err := tx.Later(nil, row.text, row.args...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}
