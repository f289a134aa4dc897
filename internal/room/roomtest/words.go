package roomtest

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/room"
)

// words: what needs the word of two people counts when the second says yes to what the
// first said yes to. It does not when what was asked has changed since, when it went
// back to whoever asked, or when the second word did not come in time; whoever asked
// hears of each.
func words(s *suite) {
	twos := s.room.Latest().Twos
	if len(twos) == 0 {
		s.t.Skip("nothing in this room needs the word of two people")
	}
	for _, two := range twos {
		s.accepted(two)
		for _, step := range slices.Concat(two.Returns, two.Voids) {
			s.undone(two, step)
		}
		s.lapsed(two)
	}
}

// spoken is a record on which one of two people has said yes.
type spoken struct {
	ref        id.Reference
	asked, yes access.Actor
}

func (s *suite) spoken(two process.Two) (out spoken) {
	s.t.Helper()
	out.ref = s.begin().Reference
	s.askFirst(two, &out)
	return out
}

// askFirst brings a record to where the first word is given, and gives it.
func (s *suite) askFirst(two process.Two, x *spoken) {
	s.t.Helper()
	v, err := s.worked(x.ref)
	s.must(err)
	way := shortest(s.room.Latest(), v.Status(), func(taken []turn, _ process.Status) bool {
		return len(taken) > 0 && taken[len(taken)-1].step == two.First
	})
	for _, w := range way {
		info, _ := s.room.Latest().Step(w.step)
		_, by, err := s.take(x.ref, info, s.answersFor(info, w.outcome))
		s.must(err)
		if slices.Contains(two.Asks, w.step) {
			x.asked = by
		}
		x.yes = by
	}
}

// second tries the second word, as somebody else.
func (s *suite) second(two process.Two, x spoken) error {
	s.t.Helper()
	info, _ := s.room.Latest().Step(two.Second)
	var last error
	for _, role := range info.Roles {
		for n := range 2 {
			if a := s.as(string(role), n); a.Person != x.yes.Person {
				_, last = s.desk.Take(s.ctx, a, s.room, x.ref, room.Taking{Step: two.Second, Answers: s.x.Answers(info.Fields)})
				if last == nil {
					return nil
				}
			}
		}
	}
	return last
}

func (s *suite) accepted(two process.Two) {
	s.t.Helper()
	x := s.spoken(two)
	info, _ := s.room.Latest().Step(two.Second)
	_, err := s.desk.Take(s.ctx, x.yes, s.room, x.ref, room.Taking{Step: two.Second, Answers: s.x.Answers(info.Fields)})
	if !fail.Is(err, fail.Refused) {
		s.t.Errorf("%s: one person gave both words: %v", two.ID, err)
	}
	if v, err := s.worked(x.ref); err != nil || !slices.ContainsFunc(v.Due, func(d process.Due) bool { return d.Label == two.Waits && d.Any }) {
		s.t.Errorf("%s: after the first word the second is not due: %v %v", two.ID, v.Due, err)
	}
	s.must(s.second(two, x))
	s.heard(two, x, "it counts")
}

// heard holds that whoever asked has a notice, unless they did it themselves.
func (s *suite) heard(two process.Two, x spoken, when string) {
	s.t.Helper()
	v, err := s.worked(x.ref)
	s.must(err)
	if last := v.Taken[len(v.Taken)-1]; last.By != x.asked.Person && len(s.notesOf(x.asked, x.ref)) == 0 {
		s.t.Errorf("%s: %s, and whoever asked has no notice", two.ID, when)
	}
	if v.Facts.Has(two.Fact) {
		s.t.Errorf("%s: %s, and the first word stands", two.ID, when)
	}
}

// undone has a step after the first word, with which it counts no more.
func (s *suite) undone(two process.Two, step process.Step) {
	s.t.Helper()
	x := s.spoken(two)
	info, _ := s.room.Latest().Step(step)
	by := s.somebodyElse(info, x.asked)
	_, err := s.desk.Take(s.ctx, by, s.room, x.ref, room.Taking{Step: step, Answers: s.x.Answers(info.Fields)})
	s.must(err)
	v, err := s.worked(x.ref)
	if err != nil || v.Facts.Has(two.Fact) {
		s.t.Errorf("%s: after %s the first word stands: %v", two.ID, step, err)
	}
	if s.second(two, x) == nil {
		s.t.Errorf("%s: after %s a second word made it count", two.ID, step)
	}
	if slices.Contains(two.Returns, step) && len(s.notesOf(x.asked, x.ref)) == 0 {
		s.t.Errorf("%s: %s went back to whoever asked, who has no notice", two.ID, step)
	}
	if !v.Ended() {
		s.again(two, x)
	}
}

// somebodyElse is another person who may take a step.
func (s *suite) somebodyElse(info process.StepInfo, than access.Actor) access.Actor {
	s.t.Helper()
	for n := range 3 {
		if a := s.as(string(info.Roles[0]), n); a.Person != than.Person {
			return a
		}
	}
	s.t.Fatalf("nobody else takes %s", info.ID)
	return access.Actor{}
}

// again asks anew: it needs two words again.
func (s *suite) again(two process.Two, x spoken) {
	s.t.Helper()
	s.askFirst(two, &x)
	s.must(s.second(two, x))
}

// lapsed lets the time pass in which the second word is given. Nobody but Heed itself
// takes that step, and one entry says it.
func (s *suite) lapsed(two process.Two) {
	s.t.Helper()
	d, q := s.mailing()
	x := s.spoken(two)
	v, err := s.worked(x.ref)
	s.must(err)
	i := slices.IndexFunc(v.Due, func(d process.Due) bool { return d.Label == two.Waits })
	if i < 0 {
		s.t.Errorf("%s: the first word never lapses", two.ID)
		return
	}
	lapse := two.Lapse(s.room.Latest())
	for _, role := range s.room.Latest().Roles {
		if _, err := d.Take(s.ctx, s.as(string(role.ID), 0), s.room, x.ref, room.Taking{Step: lapse.ID, Answers: field.Answers{}}); err == nil {
			s.t.Errorf("%s: %s had the first word lapse", two.ID, role.ID)
		}
	}
	s.only(v.Record)
	s.w.Hand.Set(v.Due[i].At.Add(-time.Minute))
	s.works(q)
	if v, err := s.worked(x.ref); err != nil || !v.Facts.Has(two.Fact) {
		s.t.Errorf("%s: the first word lapsed before its time: %v", two.ID, err)
	}
	s.w.Hand.Set(v.Due[i].At.Add(25 * time.Hour)) // the duty was looked at a day ago
	s.works(q)
	s.works(q)
	after, err := s.worked(x.ref)
	s.must(err)
	last := after.Taken[len(after.Taken)-1]
	if last.Step != lapse.ID || !last.By.IsZero() || after.Version != v.Version+1 || after.Facts.Has(two.Fact) {
		s.t.Errorf("%s: the first word did not lapse once, by Heed itself: %+v", two.ID, last)
	}
	if s.second(two, x) == nil {
		s.t.Errorf("%s: a second word made it count after the first had lapsed", two.ID)
	}
	s.heard(two, x, "the first word lapsed")
	if len(s.notesOf(x.yes, x.ref)) == 0 {
		s.t.Errorf("%s: whoever gave the word that lapsed has no notice", two.ID)
	}
	s.again(two, x)
}

func (s *suite) works(q *jobs.Queue) {
	s.t.Helper()
	_, err := q.Work(s.ctx)
	s.must(err)
}
