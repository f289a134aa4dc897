package roomtest

import (
	"strings"

	"heed/internal/access"
	"heed/internal/heedtest"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// indexed holds the plans of both engines: a page of a list is found in an index
// that has its order, never by reading the table and never by sorting, so that it
// costs the same however long the list is.
func indexed(s *suite) {
	ref := s.begin().Reference
	a := s.as(string(s.room.First().Roles[0]), 0)
	for _, l := range s.room.Latest().Lists {
		s.fill(a, l, 1000)
	}
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("analyze")
		return err
	}))
	for _, l := range s.room.Latest().Lists {
		for _, q := range []room.Query{{List: l.ID, Limit: 50}, {List: l.ID, Limit: 50, After: ref}} {
			s.planned(a, q)
		}
	}
}

func (s *suite) planned(a access.Actor, q room.Query) {
	s.t.Helper()
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		text, args, err := s.desk.TestOnlyQuery(tx, a, s.room, q)
		if q.After != "" && err != nil {
			return nil // it is not in this list
		}
		if err != nil {
			return err
		}
		plan, err := heedtest.PlanOf(tx, text, args)
		if fault := planFault(plan); fault != "" {
			s.t.Errorf("%s after %q: %s\n%s\n%s", q.List, q.After, fault, text, plan)
		}
		return err
	}))
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

// fill makes a list long behind the records that are in it, so that a page after one
// of these has most of it still before it. Its rows lead nowhere: they are never opened.
func (s *suite) fill(a access.Actor, l process.List, n int) {
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, args, err := s.desk.TestOnlyQuery(tx, a, s.room, room.Query{List: l.ID, Limit: 1})
		if err != nil {
			return err
		}
		for i := range n {
			behind := 1<<60 + i
			if l.Order == "newest" {
				behind = -1 - i
			}
			rec := id.NewRecord(tx.Now())
			for _, row := range []struct {
				text string
				args []any
			}{
				{`insert into room_list_v1 (tag, sort, record) values ($1, $2, $3)`, []any{args[0], behind, rec}},
				{`insert into room_record_v1 (record, org, room, reference, version, made, state) values ($1, $2, $3, $4, 1, $5, '')`,
					[]any{rec, s.w.Org.ID, s.room.Number, string(id.NewReference()), s.room.Rows}},
				{`insert into head (record, org, room, version) values ($1, $2, $3, 1)`, []any{rec, s.w.Org.ID, s.room.Number}},
				{`insert into record_key (record, org, generation, wrapped) values ($1, $2, 1, '')`, []any{rec, s.w.Org.ID}},
			} {
				if err := tx.Later(nil, row.text, row.args...); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}
