package roomtest

import (
	"strings"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/heedtest"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
)

// indexed holds the plans of both engines: a page of a list is found in an index
// that has its order, never by reading the table and never by sorting, so that it
// costs the same however long the list is.
func indexed(s *suite) {
	s.begin()
	a := s.as(string(s.room.First().Roles[0]), 0)
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		for _, l := range s.room.Latest().Lists {
			_, args, err := s.desk.TestOnlyQuery(tx, a, s.room, l, directory.Place{})
			if err != nil {
				return err
			}
			if err := s.fill(tx, args[0], 1000); err != nil {
				return err
			}
		}
		for _, list := range sharedLists {
			_, args, err := s.desk.TestOnlyWorkQuery(tx, a, list)
			if err != nil {
				return err
			}
			if err := s.fill(tx, args[0], 1000); err != nil {
				return err
			}
		}
		return nil
	}))
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("analyze")
		return err
	}))
	for _, l := range s.room.Latest().Lists {
		first := directory.Place{Sort: -1, Record: id.NewRecord(s.w.Hand.Now())} // most of the list comes after it
		if l.Order == "newest" {
			first.Sort = 1 << 62
		}
		for _, after := range []directory.Place{{}, first} {
			s.planned(a, l, after)
		}
	}
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		for _, list := range sharedLists {
			s.plannedWork(tx, a, list)
		}
		return nil
	}))
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error { // other clauses count rows that belong to no record
		_, err := tx.Exec(`delete from room_list_v1 where record in (select record from room_record_v1 where state = '')`)
		if err == nil {
			_, err = tx.Exec(`delete from room_record_v1 where state = ''`)
		}
		return err
	}))
}

func (s *suite) planned(a access.Actor, l process.List, after directory.Place) {
	s.t.Helper()
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		text, args, err := s.desk.TestOnlyQuery(tx, a, s.room, l, after)
		if err != nil {
			return err
		}
		plan, err := heedtest.PlanOf(tx, text, args)
		if fault := planFault(plan); fault != "" {
			s.t.Errorf("%s after %v: %s\n%s\n%s", l.ID, after, fault, text, plan)
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

// sharedLists are lists over all rooms, one of each order.
var sharedLists = []string{"work", "notice"}

// fill makes a list long. Its rows lead nowhere: they are never opened.
func (s *suite) fill(tx *store.Tx, tag any, n int) error {
	for i := range n {
		rec := id.NewRecord(tx.Now())
		for _, row := range []struct {
			text string
			args []any
		}{
			{`insert into room_list_v1 (tag, sort, record) values ($1, $2, $3)`, []any{tag, i, rec}},
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
}

// plannedWork holds the plans of the lists over all rooms.
func (s *suite) plannedWork(tx *store.Tx, a access.Actor, list string) {
	s.t.Helper()
	text, args, err := s.desk.TestOnlyWorkQuery(tx, a, list)
	s.must(err)
	plan, err := heedtest.PlanOf(tx, text, args)
	s.must(err)
	if fault := planFault(plan); fault != "" {
		s.t.Errorf("%s: %s\n%s\n%s", list, fault, text, plan)
	}
}
