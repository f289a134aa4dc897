package roomtest

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// words: what needs the word of two people counts when the second says yes to what the
// first said yes to, each to the version that they saw. It does not when what was asked has
// changed since, when it went back to whoever asked, or when the second word did not come in
// time; whoever asked hears of each, and what was refused is never in force.
func words(s *suite) {
	s.needs(twos)
	for _, two := range s.room.Latest().Twos {
		s.accepted(two)
		s.ownRequest(two)
		for _, step := range []process.Step{two.First, two.Second} {
			s.onWhatWasSeen(two, step)
		}
		for _, step := range slices.Concat(two.Returns, two.Voids) {
			s.undone(two, step)
		}
		for _, step := range two.Returns {
			s.neverInForce(two, step)
		}
		s.lapsed(two)
		s.lapsesWhole(two)
	}
	s.mend() // the duties of other records, which were taken away beside these
}

// spoken is a record on which one of two people has said yes.
type spoken struct {
	ref        id.Reference
	asked, yes access.Actor
}

// spoken begins a record that somebody else has than whoever asks, so that a notice to
// whoever asked is not one to whoever has it.
func (s *suite) spoken(two process.Two) (out spoken) {
	s.t.Helper()
	out.ref = s.beginElsewhere()
	s.askFirst(two, &out)
	return out
}

// beginElsewhere begins a record and gives it to somebody who takes no step of it.
func (s *suite) beginElsewhere() id.Reference {
	s.t.Helper()
	info := s.room.First()
	in := s.inTime(info)
	if f, ok := field.Find(info.Fields, info.Owner); ok && f.Kind == field.Person {
		in[info.Owner] = field.Of(s.as(f.Of[0], 4).Person.String())
	}
	got, err := s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room, room.Beginning{Answers: in})
	s.must(err)
	return got.Reference
}

// before brings a record to where a step can be taken; a record that stands there stays.
func (s *suite) before(ref id.Reference, step process.Step) {
	s.t.Helper()
	v, err := s.worked(ref)
	s.must(err)
	s.goWay(ref, shortest(s.room.Latest(), v.Status(), func(_ []turn, at process.Status) bool {
		return slices.ContainsFunc(s.room.Latest().Steps(at), func(x process.StepInfo) bool { return x.ID == step })
	}))
}

// wordOf takes a word of two on a version, as somebody.
func (s *suite) wordOf(a access.Actor, ref id.Reference, step process.Step, version int64) error {
	s.t.Helper()
	info, _ := s.room.Latest().Step(step)
	t := room.Taking{Step: step, Answers: s.inTime(info), Version: version}
	_, err := s.desk.Take(s.ctx, a, s.room, ref, t)
	return err
}

// ownRequest: whoever asked is refused the first word where the definition says so.
func (s *suite) ownRequest(two process.Two) {
	s.t.Helper()
	first, _ := s.room.Latest().Step(two.First)
	x := spoken{ref: s.beginElsewhere()}
	s.before(x.ref, two.First)
	v := s.stands(x.ref)
	for _, t := range v.Taken {
		if slices.Contains(two.Asks, t.Step) {
			x.asked.Person = t.By
		}
	}
	for n := range 3 {
		for _, role := range first.Roles {
			a := s.as(string(role), n)
			if a.Person != x.asked.Person || !slices.Contains(first.Other, two.ID+"_asked") {
				continue
			}
			if err := s.wordOf(a, x.ref, two.First, v.Version); !fail.Is(err, fail.Refused) {
				s.t.Errorf("%s: whoever asked gave the first word, which the definition says is somebody else's: %v",
					two.ID, err)
			}
		}
	}
}

// onWhatWasSeen: a word names the version that was seen, which is the one that stands, and
// whoever can give it sees what it is about.
func (s *suite) onWhatWasSeen(two process.Two, step process.Step) {
	s.t.Helper()
	ref := s.beginElsewhere()
	s.before(ref, step)
	v, info := s.stands(ref), process.StepInfo{}
	info, _ = s.room.Latest().Step(step)
	before, tried := v.Version, false
	for _, role := range info.Roles {
		for n := range 3 {
			a := s.as(string(role), n)
			seen, err := s.desk.Open(s.ctx, a, s.room, ref)
			if err != nil || !slices.ContainsFunc(seen.May, func(x process.StepInfo) bool { return x.ID == step }) {
				continue
			}
			tried = true
			if !slices.ContainsFunc(seen.Taken, func(t room.Taken) bool { return t.Step == two.About && len(t.Answers) > 0 }) {
				s.t.Errorf("%s: a %s can take %s and does not see what it is about", two.ID, role, step)
			}
			if err := s.wordOf(a, ref, step, 0); !fail.Is(err, fail.Bad) {
				s.t.Errorf("%s: %s was taken and names no version: %v", two.ID, step, err)
			}
			if err := s.wordOf(a, ref, step, before-1); !fail.Is(err, fail.Stale) {
				s.t.Errorf("%s: %s was taken on a version before the one that stands: %v", two.ID, step, err)
			}
		}
	}
	if after := s.stands(ref).Version; after != before || !tried {
		s.t.Errorf("%s: %s: it stands at %d, and at %d before; tried: %v", two.ID, step, after, before, tried)
	}
}

// neverInForce: what went back by a step is not in force, by whatever way a record comes
// there without another second word, and no reader sees it; nor can it be asked for again.
func (s *suite) neverInForce(two process.Two, back process.Step) {
	s.t.Helper()
	def := s.room.Latest()
	r, d := s.onlyReading()
	ref := s.beginElsewhere()
	s.toSecond(ref, two)
	agreed := s.lastOf(ref, two.About)
	v := s.stands(ref)
	way := shortest(def, v.Status(), func(taken []turn, _ process.Status) bool {
		return len(taken) > 0 && taken[len(taken)-1].step == back &&
			slices.ContainsFunc(taken, func(t turn) bool { return t.step == two.About })
	})
	if way == nil {
		return // nothing is written anew beside what is in force
	}
	s.goWay(ref, way)
	v = s.stands(ref)
	asks := func(x process.StepInfo) bool { return slices.Contains(two.Asks, x.ID) }
	if slices.ContainsFunc(def.Steps(v.Status()), asks) {
		s.t.Errorf("%s: what %s sent back can be asked for again as it was", two.ID, back)
	}
	on := shortest(def, v.Status(), func(taken []turn, at process.Status) bool {
		return len(taken) > 0 && slices.Contains(def.Published, at.State) &&
			!slices.ContainsFunc(taken, func(t turn) bool { return t.step == two.Second })
	})
	for i := range on {
		s.goWay(ref, on[i:i+1])
		seen, err := d.Open(s.ctx, s.w.As("porter"), r, ref)
		s.must(err)
		for _, t := range seen.Taken {
			if t.Step == two.About && t.Version != agreed {
				s.t.Errorf("%s: after %s and %s every reader sees version %d, and two people said yes to %d", two.ID, back,
					on[i].step, t.Version, agreed)
			}
		}
		if e := s.stands(ref).Edition; def.Audience.Text == two.About && (e == nil || e.Version != agreed) {
			s.t.Errorf("%s: after %s and %s in force is %+v, and two people said yes to %d", two.ID, back, on[i].step, e,
				agreed)
		}
	}
}

// toSecond brings a record to where both words have been given.
func (s *suite) toSecond(ref id.Reference, two process.Two) {
	s.t.Helper()
	v, err := s.worked(ref)
	s.must(err)
	s.goWay(ref, shortest(s.room.Latest(), v.Status(), func(taken []turn, _ process.Status) bool {
		return len(taken) > 0 && taken[len(taken)-1].step == two.Second
	}))
}

// lastOf is the version of a step when it was last taken.
func (s *suite) lastOf(ref id.Reference, step process.Step) (version int64) {
	s.t.Helper()
	for _, t := range s.stands(ref).Taken {
		if t.Step == step {
			version = t.Version
		}
	}
	return version
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
				if last = s.wordOf(a, x.ref, two.Second, s.seen(x.ref, two.Second)); last == nil {
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
	if err := s.wordOf(x.yes, x.ref, two.Second, s.seen(x.ref, two.Second)); !fail.Is(err, fail.Refused) {
		s.t.Errorf("%s: one person gave both words: %v", two.ID, err)
	}
	if v, err := s.worked(x.ref); err != nil || !slices.ContainsFunc(v.Due,
		func(d process.Due) bool { return d.Label == two.Waits && d.Any }) {
		s.t.Errorf("%s: after the first word the second is not due: %v %v", two.ID, v.Due, err)
	}
	s.must(s.second(two, x))
	s.heard(two, x, "it counts", x.asked)
}

// heard holds that somebody has a notice of the last step, unless they took it, and that
// the first word stands no more.
func (s *suite) heard(two process.Two, x spoken, when string, who access.Actor) {
	s.t.Helper()
	v, err := s.worked(x.ref)
	s.must(err)
	of := func(n room.Notice) bool { return n.To == who.Person && n.Of == v.Version && n.What != room.NoticeGiven }
	if last := v.Taken[len(v.Taken)-1]; last.By != who.Person && !v.Ended() &&
		(!slices.ContainsFunc(v.Notices, of) || len(s.notesOf(who, x.ref)) == 0) {
		s.t.Errorf("%s: %s, and somebody whom it concerns has no notice of it: %v", two.ID, when, v.Notices)
	}
	if v.Facts.Has(two.Fact) {
		s.t.Errorf("%s: %s, and the first word stands", two.ID, when)
	}
}

// undone has a step after the first word, with which it counts no more, by somebody else
// than whoever asked: they hear that it came back, and whoever said yes that it is void.
func (s *suite) undone(two process.Two, step process.Step) {
	s.t.Helper()
	x := s.spoken(two)
	info, _ := s.room.Latest().Step(step)
	by := s.somebodyElse(info, x.asked)
	_, err := s.desk.Take(s.ctx, by, s.room, x.ref, room.Taking{Step: step, Answers: s.inTime(info)})
	s.must(err)
	who := x.asked
	if !slices.Contains(two.Returns, step) {
		who = x.yes
	}
	s.heard(two, x, "after "+string(step), who)
	if s.second(two, x) == nil {
		s.t.Errorf("%s: after %s a second word made it count", two.ID, step)
	}
	if v, err := s.worked(x.ref); err == nil && !v.Ended() {
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
		if _, err := d.Take(s.ctx, s.as(string(role.ID), 0), s.room, x.ref,
			room.Taking{Step: lapse.ID, Answers: field.Answers{}}); err == nil {
			s.t.Errorf("%s: %s had the first word lapse", two.ID, role.ID)
		}
		rule := room.Decider{Process: s.room.Latest(), Nation: workday.EnglandAndWales, Now: v.Due[i].At}
		if _, err := rule.Event(v.State, s.as(string(role.ID), 0), lapse.ID, nil, true); !fail.Is(err, fail.Refused) {
			s.t.Errorf("%s: whatever the policy says, %s had the first word lapse: %v", two.ID, role.ID, err)
		}
	}
	s.only(v.Record)
	s.w.Hand.Set(v.Due[i].At.Add(-time.Minute))
	s.lookedAt(q, v.Record)
	if v, err := s.worked(x.ref); err != nil || !v.Facts.Has(two.Fact) {
		s.t.Errorf("%s: the first word lapsed before its time: %v", two.ID, err)
	}
	s.w.Hand.Set(v.Due[i].At)
	if err := s.second(two, x); !fail.Is(err, fail.Conflict) {
		s.t.Errorf("%s: a second word counts after the time was over, before Heed looked at it: %v", two.ID, err)
	}
	s.w.Hand.Set(v.Due[i].At.Add(25 * time.Hour)) // the duty was looked at a day ago
	s.lookedAt(q, v.Record)
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
	s.heard(two, x, "the first word lapsed", x.asked)
	s.heard(two, x, "the first word lapsed", x.yes)
	s.again(two, x)
}

// lapsesWhole: on a record whose history is damaged Heed takes no step either.
func (s *suite) lapsesWhole(two process.Two) {
	s.t.Helper()
	_, q := s.mailing()
	x := s.spoken(two)
	v, err := s.worked(x.ref)
	s.must(err)
	s.only(v.Record)
	kept := s.damage(v.Record)
	s.w.Hand.Move(60 * 24 * time.Hour)
	s.lookedAt(q, v.Record)
	if n := s.count(`select count(*) from entry where record = $1 and version > $2`, v.Record, v.Version); n != 0 {
		s.t.Errorf("%s: a first word lapsed on a damaged record", two.ID)
	}
	kept()
}

// damage exchanges the first entry of a record, and gives how to put it back.
func (s *suite) damage(rec id.Record) (back func()) {
	s.t.Helper()
	var was []byte
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) (err error) {
		was, err = store.One(tx, func(b *[]byte) []any { return []any{b} },
			`select sealed from entry where record = $1 and version = 1`, rec)
		return err
	}))
	s.exec(`update entry set sealed = leaf where record = $1 and version = 1`, rec)
	return func() { s.exec(`update entry set sealed = $2 where record = $1 and version = 1`, rec, was) }
}

// lookedAt has the duty of a record looked at now, whenever it was to be.
func (s *suite) lookedAt(q *jobs.Queue, rec id.Record) {
	s.t.Helper()
	now := clock.Micros(s.w.Hand.Now())
	if s.exec(`update job set due = $2, next = $2 where record = $1 and kind = 'room-due'`, rec, now) != 1 {
		s.t.Error("a record has no duty to be looked at")
	}
	s.works(q)
}

func (s *suite) works(q *jobs.Queue) {
	s.t.Helper()
	_, err := q.Work(s.ctx)
	s.must(err)
}
