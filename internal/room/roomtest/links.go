package roomtest

import (
	"slices"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// tiedTogether ties records of one room: whoever may open both sees it on both, whoever
// may open one learns nothing of it, it is an entry in each and a step of none, and it ends.
func tiedTogether(s *suite) {
	s.needs(tied)
	for _, l := range s.room.Latest().Links {
		if l.To != s.room.Name {
			continue
		}
		one, other := s.begin().Reference, s.begin().Reference
		keeper := s.linker(one)
		was, before := s.stands(one), s.readings(one)+s.readings(other)
		for range 2 {
			s.must(s.desk.Tie(s.ctx, keeper, s.room, one, room.Tying{Link: l.ID, Other: other}))
		}
		if n := s.readings(one) + s.readings(other) - before; n != 2 {
			s.t.Errorf("a link, made twice, is %d entries in the two records, want one in each", n)
		}
		s.mustSee(keeper, one, other, l.Label)
		s.mustSee(keeper, other, one, l.Back)
		if now := s.stands(one); now.Version != was.Version || len(now.Taken) != len(was.Taken) {
			s.t.Errorf("a link is a step of the record")
		}
		s.unseen(l, keeper, one, other)
		s.forgedLinks(l, keeper, one, other)
		s.exec(`create table kept_link as select tag, record, sealed from room_link_v1`)
		s.must(s.desk.Tie(s.ctx, keeper, s.room, one, room.Tying{Link: l.ID, Other: other, Ends: true}))
		s.exec(`insert into room_link_v1 (tag, record, sealed) select tag, record, sealed from kept_link where true on conflict do nothing`)
		s.exec(`drop table kept_link`)
		if s.amiss(s.stands(one).Record) == "" {
			s.t.Error("the row of a link that was ended was put back, and nobody noticed")
		}
		s.mend()
		if n := len(s.linksOn(keeper, one)) + len(s.linksOn(keeper, other)); n != 0 {
			s.t.Errorf("a link that was ended is seen %d times", n)
		}
	}
}

// linker is somebody who may link a record.
func (s *suite) linker(ref id.Reference) access.Actor {
	s.t.Helper()
	for _, d := range s.room.Latest().Roles {
		a := s.as(string(d.ID), 0)
		if v, err := s.desk.Open(s.ctx, a, s.room, ref); err == nil && v.MayLink {
			return a
		}
	}
	s.t.Fatal("nobody may link a record that was just begun")
	return access.Actor{}
}

// readings are how many entries a record has that say it was linked.
func (s *suite) readings(ref id.Reference) (n int) {
	s.t.Helper()
	rec, org := s.stands(ref).Record, s.w.Org.ID
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		key, err := s.w.Vault.Key(tx, org, rec)
		if err != nil {
			return err
		}
		all, err := s.w.Ledger.Readings(tx, key)
		n = len(slices.DeleteFunc(all, func(e ledger.Entry) bool { return e.Kind != s.room.Name+".linked" }))
		return err
	}))
	return n
}

func (s *suite) linksOn(a access.Actor, ref id.Reference) []room.Linked {
	s.t.Helper()
	v, err := s.desk.Open(s.ctx, a, s.room, ref)
	s.must(err)
	return v.Links
}

func (s *suite) mustSee(a access.Actor, ref, other id.Reference, label string) {
	s.t.Helper()
	if !slices.ContainsFunc(s.linksOn(a, ref), func(l room.Linked) bool {
		return l.Reference == other &&
			l.Label == label
	}) {
		s.t.Errorf("%q does not stand before the other", label)
	}
}

// unseen has somebody open one of two linked records of which they may not open the other:
// they see what they saw before it was linked, and cannot link it themselves.
func (s *suite) unseen(l process.Link, keeper access.Actor, one, other id.Reference) {
	s.t.Helper()
	if len(s.room.Latest().Published) == 0 {
		return
	}
	s.publishAnyhow(one)
	reader := s.w.As("nurse")
	v, err := s.desk.Open(s.ctx, reader, s.room, one)
	if err != nil {
		s.t.Fatal("what is published is not everybody's to read")
	}
	if _, err := s.desk.Open(s.ctx, reader, s.room, other); !fail.Is(err, fail.Hidden) {
		s.t.Fatal("what is not published is everybody's to read")
	}
	if len(v.Links) != 0 {
		s.t.Errorf("a link to what somebody may not open is shown to them: %+v", v.Links)
	}
	readers, err := s.desk.Readers(s.ctx, keeper, s.room, one)
	s.must(err)
	if len(readers.Readers) == 0 {
		s.t.Error("nobody has opened it")
	}
	for _, to := range []id.Reference{other, id.NewReference(), one, ""} {
		if err := s.desk.Tie(s.ctx, reader, s.room, one, room.Tying{Link: l.ID, Other: to}); err == nil {
			s.t.Error("whoever reads a record links it")
		}
	}
	var words []string
	for _, to := range []id.Reference{id.NewReference(), one} {
		err := s.desk.Tie(s.ctx, keeper, s.room, one, room.Tying{Link: l.ID, Other: to})
		words = append(words, fail.FieldsOf(err).For("other"))
	}
	if words[0] == "" || words[0] != words[1] {
		s.t.Errorf("what is not there, and what cannot be linked, are answered with %q", words)
	}
}

// publishAnyhow brings a record to where everybody may read it.
func (s *suite) publishAnyhow(ref id.Reference) {
	s.t.Helper()
	d, v := s.room.Latest(), s.stands(ref)
	if !slices.Contains(d.Published, v.Stage) {
		s.goWay(ref, shortest(d, v.Status(), func(_ []turn, at process.Status) bool {
			return slices.Contains(d.Published, at.State) && !d.Ended(at)
		}))
	}
}

// forgedLinks takes rows of links away and turns them to others: each is named and made anew.
func (s *suite) forgedLinks(l process.Link, keeper access.Actor, one, other id.Reference) {
	s.t.Helper()
	rec := s.stands(one).Record
	for what, text := range map[string]string{
		"taken away": `delete from room_link_v1 where record = $1`,
		"put in": `insert into room_link_v1 (tag, record, sealed) select r.state, l.record, l.sealed from room_link_v1 l
			join room_record_v1 r on r.record = l.record where l.record = $1`,
	} {
		s.exec(text, rec)
		if found := s.amiss(rec); found == "" {
			s.t.Errorf("a link was %s, and nobody noticed", what)
		}
		_, err := s.desk.MendLists(s.ctx, quietly, func(id.Record, string) {}, func(id.Record, string) {})
		s.must(err)
		if found := s.amiss(rec); found != "" {
			s.t.Errorf("a link was %s, and made anew: %s", what, found)
		}
		s.mustSee(keeper, one, other, l.Label)
	}
	s.endedLink(l, keeper, one, other)
}

// endedLink puts the row of a link that was ended back in place of one that stands.
func (s *suite) endedLink(l process.Link, keeper access.Actor, one, other id.Reference) {
	s.t.Helper()
	rec, third := s.stands(one).Record, room.Tying{Link: l.ID, Other: s.begin().Reference}
	s.exec(`create table kept_link as select * from room_link_v1 where record = $1`, rec)
	s.must(s.desk.Tie(s.ctx, keeper, s.room, one, third))
	s.exec(`delete from room_link_v1 where tag in (select tag from kept_link)`)
	s.exec(`create table ended_link as select * from room_link_v1 where record = $1`, rec)
	s.exec(`insert into room_link_v1 select * from kept_link`)
	third.Ends = true
	s.must(s.desk.Tie(s.ctx, keeper, s.room, one, third))
	s.exec(`delete from room_link_v1 where record = $1`, rec)
	s.exec(`insert into room_link_v1 select * from ended_link`)
	s.exec(`drop table kept_link`)
	s.exec(`drop table ended_link`)
	if s.amiss(rec) == "" {
		s.t.Error("a link that was ended was put in place of another, and nobody noticed")
	}
	s.mend()
	s.mustSee(keeper, one, other, l.Label)
	s.endedUnseen(l, keeper, one)
}

// endedUnseen ends a link whose rows were taken away: it has ended all the same.
func (s *suite) endedUnseen(l process.Link, keeper access.Actor, one id.Reference) {
	s.t.Helper()
	fourth := room.Tying{Link: l.ID, Other: s.begin().Reference}
	s.must(s.desk.Tie(s.ctx, keeper, s.room, one, fourth))
	s.exec(`delete from room_link_v1`)
	fourth.Ends = true
	s.must(s.desk.Tie(s.ctx, keeper, s.room, one, fourth))
	s.mend()
	for _, x := range s.linksOn(keeper, one) {
		if x.Reference == fourth.Other {
			s.t.Error("a link whose row was taken away was ended, and has not ended")
		}
	}
}
