package roomtest

import (
	"maps"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/process"
	"heed/internal/room"
)

// onCalendars: the day on which something is due stands in the calendar of whoever has
// the record and of nobody who may not open it, under a name that stays when the day moves
// and with a number that grows; it goes with the duty. That days were given out is an entry.
func onCalendars(s *suite) {
	s.needs(giving)
	_, by, owner, _ := s.given()
	had, hers := s.days(owner), s.days(by)
	got, by, owner, _ := s.given()
	added := unlike(s.days(owner), had)
	waits := len(s.dutiesOf(by, got.Reference)) // for their role, beside what its owner has to do
	if more := len(unlike(s.days(by), hers)); len(added) != 1 || more != waits {
		s.t.Fatalf("given to somebody, their calendar has %d days more, whoever gave it %d, want %d", len(added), more, waits)
	}
	v := s.stands(got.Reference)
	next, _ := v.NextDue()
	if added[0].On != workday.Of(next.At) {
		s.t.Errorf("due on %s, it stands on %s", next.Day, added[0].On)
	}
	before := s.count(`select count(*) from entry`)
	s.days(owner)
	if n := s.count(`select count(*) from entry`) - before; n != 1 {
		s.t.Errorf("that days were given out is %d entries, want 1", n)
	}
	def := s.room.Latest()
	s.goWay(got.Reference, shortest(def, v.Status(), func(_ []turn, at process.Status) bool { return def.Ended(at) }))
	if _, still := s.days(owner)[added[0].UID]; still {
		s.t.Error("what has ended stands in a calendar")
	}
	for _, c := range def.Cycles {
		s.moves(c)
	}
	s.tooOften(by)
}

// tooOften reads a calendar again and again: it is refused for an hour, and others' is not.
func (s *suite) tooOften(a access.Actor) {
	s.t.Helper()
	refused := slices.ContainsFunc(make([]bool, 100), func(bool) bool {
		_, err := s.desk.Days(s.ctx, a)
		return fail.Is(err, fail.TooOften)
	})
	if !refused {
		s.t.Error("a calendar was read a hundred times within an hour")
	}
	_, err := s.desk.Days(s.ctx, s.as(string(s.room.First().Roles[0]), 3))
	s.must(err)
	s.w.Hand.Move(time.Hour)
	_, err = s.desk.Days(s.ctx, a)
	s.must(err)
}

// moves brings what comes round forward: it is the same day of the calendar, on another day.
func (s *suite) moves(c process.Cycle) {
	s.t.Helper()
	if c.Sooner == "" {
		return
	}
	ref := s.cycleOpened(c)
	v := s.stands(ref)
	i := slices.IndexFunc(s.who[string(s.room.First().Roles[0])], func(a access.Actor) bool { return a.Person == v.Owner })
	if i < 0 {
		return
	}
	owner := s.as(string(s.room.First().Roles[0]), i)
	before := s.days(owner)
	info, _ := s.room.Latest().Step(c.Sooner)
	in := s.inTime(info)
	day := c.Latest(workday.Of(s.w.Hand.Now())).Add(-30)
	in[s.dayField(c)] = field.Of(day.String())
	_, _, err := s.take(ref, info, in)
	s.must(err)
	after := s.days(owner)
	if len(unlike(after, before)) != 0 {
		s.t.Error("what was brought forward stands in the calendar under another name")
	}
	moved := slices.Collect(maps.Values(after))
	moved = slices.DeleteFunc(moved, func(d room.Day) bool { return before[d.UID].On == d.On })
	if len(moved) != 1 || moved[0].On != day || moved[0].Sequence <= before[moved[0].UID].Sequence {
		s.t.Errorf("brought forward to %s, the calendar has moved %+v", day, moved)
	}
	s.w.Hand.Move(time.Hour)
}

func (s *suite) days(a access.Actor) map[string]room.Day {
	s.t.Helper()
	all, err := s.desk.Days(s.ctx, a)
	s.must(err)
	out := map[string]room.Day{}
	for _, d := range all {
		if _, twice := out[d.UID]; twice {
			s.t.Errorf("two days have the name %s", d.UID)
		}
		out[d.UID] = d
	}
	return out
}

// unlike are the days of one calendar that another does not have.
func unlike(a, b map[string]room.Day) (out []room.Day) {
	for uid, d := range a {
		if _, has := b[uid]; !has {
			out = append(out, d)
		}
	}
	return out
}
