package roomtest

import (
	"context"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// itsOwn has a thousand entries of another room beside the room's, none of which
// opens: whoever looked at one of them would say that it was tampered with.
func itsOwn(s *suite) {
	s.some(2)
	s.mend()
	const other = ledger.Room(999)
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		for range 1000 {
			if _, err := tx.Exec(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
				select id, org, $1, 1, at, generation, $2, leaf, sealed from entry where n = (select min(n) from entry where room = $3)`,
				id.NewRecord(tx.Now()), other, s.room.Number); err != nil {
				return err
			}
		}
		return nil
	}))
	rest := func(context.Context, time.Duration) {}
	found := func(rec id.Record, what string) { s.t.Errorf("record %s %s", rec, what) }
	own := s.count(`select count(*) from entry where version = 1 and room = $1`, s.room.Number)
	looked, err := s.desk.MendLists(s.ctx, rest, found, found)
	s.must(err)
	if looked.Records[s.room.Many] != own {
		s.t.Errorf("%d of its own %d records were looked at", looked.Records[s.room.Many], own)
	}
	s.exec(`delete from room_record_v1`)
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	if n := s.count(`select count(*) from room_record_v1 where room = $1`, s.room.Number); n != own {
		s.t.Errorf("a replay made the rows of %d of its own %d records", n, own)
	}
	newer := *s.room
	newer.Rows++
	_, err = s.w.Desk(&newer).CatchUp(s.ctx)
	s.must(err)
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`delete from entry where room = $1`, other)
		return err
	}))
}

// compartments has another room of the same number and kind, for another compartment:
// there the record does not exist, and that it was asked for is written all the same.
func compartments(s *suite) {
	ref := s.begin().Reference
	a := s.reader(ref)
	other := *s.room
	other.Compartment = "exercise"
	for _, asked := range []id.Reference{ref, id.NewReference()} {
		before := s.entries()
		_, err := s.w.Desk(&other).Open(s.ctx, a, &other, asked)
		if !fail.Is(err, fail.Hidden) || fail.Words(err) != "Page not found" {
			s.t.Errorf("from another compartment %s is answered with %v", asked, err)
		}
		if s.entries() == before {
			s.t.Errorf("from another compartment %s was asked for, and nothing was written", asked)
		}
	}
}
