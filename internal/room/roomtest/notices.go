package roomtest

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

func (s *suite) mine(a access.Actor) room.Mine {
	s.t.Helper()
	mine, err := s.desk.Work(s.ctx, a, room.Query{Limit: room.MaxPage})
	s.must(err)
	return mine
}

// notesOf are an actor's notices of one record.
func (s *suite) notesOf(a access.Actor, ref id.Reference) (out []room.Note) {
	s.t.Helper()
	for _, n := range s.mine(a).Notices {
		if n.Row.Reference == ref {
			out = append(out, n)
		}
	}
	return out
}

func (s *suite) dutiesOf(a access.Actor, ref id.Reference) (out []room.Row) {
	s.t.Helper()
	for _, r := range s.mine(a).Rows {
		if r.Reference == ref {
			out = append(out, r)
		}
	}
	return out
}

func (s *suite) wantNotes(a access.Actor, ref id.Reference, when string, want ...room.NoticeKind) {
	s.t.Helper()
	var got []room.NoticeKind
	for _, n := range s.notesOf(a, ref) {
		got = append(got, n.What)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: the notices are %v, want %v", when, got, want)
	}
}

// noticed: whoever is given a record has a notice of it, until they mark it as seen or
// do something with it; whoever has a duty has one when it is overdue, and a day later
// whoever holds its role; all of them end with what they are of. Nobody else has any, and
// that they were shown is in the ledger.
func noticed(s *suite) {
	s.needs(giving)
	got, by, owner, _ := s.given()
	ref := got.Reference
	s.wantNotes(owner, ref, "given to them", room.NoticeGiven)
	s.wantNotes(by, ref, "given by them")
	if a, ok := s.stranger(ref); ok {
		s.wantNotes(a, ref, "to somebody who may not open it")
	}
	s.listing(owner)
	note := s.notesOf(owner, ref)[0]
	s.must(s.desk.Seen(s.ctx, by, []string{note.ID, "00"}))
	s.wantNotes(owner, ref, "marked as seen by another", room.NoticeGiven)
	s.must(s.desk.Seen(s.ctx, owner, []string{note.ID}))
	s.must(s.desk.Seen(s.ctx, owner, []string{note.ID}))
	s.wantNotes(owner, ref, "marked as seen")
	s.marks(owner, ref)
	if len(s.dutiesOf(owner, ref)) != 1 {
		s.t.Error("what was marked as seen is not to be done any more")
	}
	s.overdue(ref, owner)
	s.withdrawn()
}

// marks: that somebody has seen a notice is a keyed hash of person and notice. Taken away, it
// is shown to them again; put in for another record or as anybody guesses, it hides nothing;
// and one of no record is named. Nobody marks more at once than a page shows.
func (s *suite) marks(a access.Actor, ref id.Reference) {
	s.t.Helper()
	rec, other := s.stands(ref).Record, s.begin().Reference
	s.exec(`update room_seen set record = $2 where record = $1`, rec, s.stands(other).Record)
	s.wantNotes(a, ref, "whose mark was moved to another record", room.NoticeGiven)
	s.exec(`update room_seen set record = (select id from entry order by n limit 1) where record = $1`, s.stands(other).Record)
	if len(s.named()) == 0 {
		s.t.Error("a mark of no record stands there, and nobody noticed")
	}
	s.exec(`delete from room_seen where record not in (select record from entry where version = 1)`)
	note := s.notesOf(a, ref)[0]
	if err := s.desk.Seen(s.ctx, a, slices.Repeat([]string{note.ID}, room.MaxPage+1)); fail.FieldsOf(err).
		For("ids") == "" {
		s.t.Errorf("more notices than a page shows were marked at once: %v", err)
	}
	s.must(s.desk.Seen(s.ctx, a, []string{note.ID}))
	s.wantNotes(a, ref, "marked as seen again")
}

// overdue moves on until the soonest duty has passed its day.
func (s *suite) overdue(ref id.Reference, owner access.Actor) {
	s.t.Helper()
	due := s.dutiesOf(owner, ref)[0].Due
	holder := s.as(string(due.Owner), 3)
	s.w.Hand.Set(due.At.Add(-time.Minute))
	s.wantNotes(owner, ref, "a minute before it is overdue")
	s.w.Hand.Set(due.At.Add(time.Minute))
	s.wantNotes(owner, ref, "overdue", room.NoticeOverdue)
	if !due.Any {
		s.wantNotes(holder, ref, "overdue for a minute, to their role")
	}
	s.w.Hand.Set(due.At.Add(25 * time.Hour))
	s.wantNotes(holder, ref, "overdue for a day, to their role", room.NoticeOverdue)
	s.must(s.desk.Seen(s.ctx, holder, []string{s.notesOf(holder, ref)[0].ID}))
	s.wantNotes(holder, ref, "marked as seen by one of their role")
	s.wantNotes(owner, ref, "overdue for a day, and marked as seen by another", room.NoticeOverdue)
	for _, info := range s.room.Latest().AllSteps[1:] {
		ends := slices.ContainsFunc(s.room.Latest().Timers, func(t process.Deadline) bool {
			return t.ID == due.Deadline && t.Ends(process.Taken{Step: info.ID})
		})
		if !ends {
			continue
		}
		if _, _, err := s.take(ref, info, s.inTime(info)); err == nil {
			s.wantNotes(owner, ref, "its duty was met")
			s.wantNotes(holder, ref, "its duty was met, to their role")
			return
		}
	}
}

// withdrawn: whoever does something with a record has read of it.
func (s *suite) withdrawn() {
	s.t.Helper()
	got, _, owner, _ := s.given()
	for _, info := range s.room.Latest().AllSteps[1:] {
		_, err := s.desk.Take(s.ctx, owner, s.room, got.Reference, room.Taking{Step: info.ID,
			Answers: s.inTime(info), Version: s.seen(got.Reference, info.ID)})
		if err == nil {
			s.wantNotes(owner, got.Reference, "they have done something with it")
			return
		}
	}
	s.t.Error("whoever has the record can do nothing with it")
}

// listing holds that one entry says that somebody was shown their work.
func (s *suite) listing(a access.Actor) {
	s.t.Helper()
	before := s.count(`select count(*) from entry`)
	mine := s.mine(a)
	if n := s.count(`select count(*) from entry`) - before; n != 1 || len(mine.Rows) == 0 {
		s.t.Errorf("%d entries say that somebody was shown %d duties, want 1", n, len(mine.Rows))
	}
}

// waiting: a duty that waits for a role stands before all who hold it, and before nobody
// else; one of somebody's own does not.
func waiting(s *suite) {
	tried := 0
	for _, ref := range append(s.some(20), s.waits()...) {
		v, err := s.worked(ref)
		if err != nil {
			continue
		}
		for i, x := range v.Due {
			holder := s.as(string(x.Owner), 3)
			sooner := slices.ContainsFunc(v.Due[:i], func(y process.Due) bool { return y.Owner == x.Owner })
			any := slices.ContainsFunc(v.Due, func(y process.Due) bool { return y.Any && y.Owner == x.Owner })
			if sooner || holder.Person == v.Owner || any != x.Any {
				continue
			}
			got := s.dutiesOf(holder, ref)
			if want := x.Any || v.Owner.IsZero(); want != (len(got) == 1) {
				s.t.Errorf("%q, which waits for anybody: %v, stands %d times before one who holds %s", x.Label, want, len(got),
					x.Owner)
			} else if want && got[0].Due.Label != x.Label {
				s.t.Errorf("what they have to do is said to be %q, want %q", got[0].Due.Label, x.Label)
			} else if want {
				tried++
			}
			if porter := s.w.As("porter"); len(s.dutiesOf(porter, ref)) > 0 {
				s.t.Error("what waits for a role stands before somebody else")
			}
		}
	}
	any := slices.ContainsFunc(s.room.Latest().Timers, func(t process.Deadline) bool { return t.Any })
	if tried == 0 && any {
		s.t.Error("nothing waited for a role: nothing was tried")
	}
}

// waits are records on which each duty runs that waits for anybody in its role.
func (s *suite) waits() (out []id.Reference) {
	def := s.room.Latest()
	for _, t := range def.Timers {
		if !t.Any {
			continue
		}
		ref := s.begin().Reference
		v := s.stands(ref)
		s.goWay(ref, shortest(def, v.Status(), func(taken []turn, _ process.Status) bool {
			if len(taken) == 0 {
				return false
			}
			last := taken[len(taken)-1]
			return t.Starts(process.Taken{Step: last.step, Outcome: last.outcome})
		}))
		out = append(out, ref)
	}
	return out
}

// worked is a record as somebody sees it who sees all of it.
func (s *suite) worked(ref id.Reference) (v room.View, err error) {
	for _, d := range s.room.Latest().Roles {
		if v, err = s.desk.Open(s.ctx, s.as(string(d.ID), 0), s.room, ref); err == nil && len(v.Due) > 0 {
			return v, nil
		}
	}
	return v, err
}

// workPages: the pages of somebody's work follow each other without a gap, whatever
// they have it by.
func workPages(s *suite) {
	defer s.changed(func(def *process.Definition) {
		def.Timers = slices.Clone(def.Timers)
		for i := range def.Timers {
			def.Timers[i].Any = true
		}
	})()
	a := s.as(s.keeping(), 0)
	for range 6 {
		s.some(1)
		s.given()
		s.begin() // what some other step ended is work no more
		s.w.Hand.Move(24 * time.Hour)
	}
	paged, whole := s.workBy(a, 3), s.workBy(a, room.MaxPage)
	if !slices.Equal(paged, whole) || len(whole) < 4 {
		s.t.Errorf("by threes the work is %v, by hundreds %v", paged, whole)
	}
}

// workBy is all of somebody's work, by pages of a length.
func (s *suite) workBy(a access.Actor, limit int) (out []id.Reference) {
	s.t.Helper()
	for q := (room.Query{Limit: limit}); ; {
		mine, err := s.desk.Work(s.ctx, a, q)
		s.must(err)
		for _, r := range mine.Rows {
			out = append(out, r.Reference)
		}
		if q.After = mine.Next; q.After == "" {
			return out
		}
	}
}
