package roomtest

import (
	"fmt"
	"slices"
	"strings"
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

var keeping = &part{"it is not said for how long records of this room are kept",
	func(s *suite) bool { return len(s.room.Latest().Keeps.By) > 0 }}

// keptAndHeld: nothing of a record is erased while it is held, or is to be; two people hold it, and
// two end that; and once it was kept for as long as it has to be, somebody looks at it, and nothing
// is erased by itself.
func keptAndHeld(s *suite) {
	s.needs(keeping)
	s.both() // who set up their accounts do so before years pass
	s.heldByTwo()
	s.refusedHold()
	s.heldWhileOpen()
	s.keptToAge()
	s.keptToTheDay()
	s.rebuilt("records were kept and held")
}

// holding is a record that somebody holds.
type holding struct {
	*suite
	life
	of    int64
	asker access.Actor
}

// hasEnded begins a record and brings it to its end.
func (s *suite) hasEnded() *holding {
	s.t.Helper()
	got := s.begin()
	h := &holding{suite: s, life: life{ref: got.Reference, rec: got.Record}}
	s.ends(&h.life)
	return h
}

// holder is the n-th who may ask for a hold.
func (s *suite) holder(n int) access.Actor { return s.as(string(s.room.Latest().Keeps.By[0]), n) }

// wordGiver is who is asked for the second word.
func (s *suite) wordGiver() access.Actor { return s.as(string(s.room.Latest().Keeps.Second), 0) }

func (h *holding) says(a access.Actor, step process.Step, change ...string) (room.Receipt, error) {
	h.t.Helper()
	h.w.Hand.Move(time.Minute)
	in := field.Said("reasons", "The coroner asked for it")
	switch step {
	case process.AskHold:
		in.Set("why", "inquest")
		in.Set("look", h.x.today().Add(100).String())
	case process.ConfirmHold:
		in = field.Said("result", process.Confirmed)
	}
	if step != process.AskHold {
		in.Set("of", fmt.Sprint(h.of))
	}
	for i := 0; i < len(change); i += 2 {
		in.Set(change[i], change[i+1])
	}
	return h.desk.Take(h.ctx, a, h.room, h.ref, room.Taking{Step: step, Answers: in, Strict: true})
}

// asks has somebody ask for a hold.
func (h *holding) asks() {
	h.t.Helper()
	h.asker = h.holder(0)
	got, err := h.says(h.asker, process.AskHold)
	h.must(err)
	h.of = got.Version
}

// notErased holds that nothing of it can be erased.
func (h *holding) notErased(when string) {
	h.t.Helper()
	if _, err := h.desk.Erase(h.ctx, h.room, h.w.Org.ID, h.ref, whyErased, h.both()...); !fail.Is(err, fail.Conflict) ||
		!strings.Contains(fail.Words(err), "held") {
		h.t.Errorf("%s it was to be erased: %v", when, err)
	}
}

func (h *holding) runs(when, deadline string, owner process.Role, day workday.Day) {
	h.t.Helper()
	var got []string
	for _, due := range h.stands(h.ref).Due {
		if due.Of == h.of {
			got = append(got, fmt.Sprint(due.Deadline, " ", due.Owner, " ", due.Day))
		}
	}
	want := []string{fmt.Sprint(deadline, " ", owner, " ", day)}
	if deadline == "" {
		want = nil
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("%s %q is due, want %q", when, got, want)
	}
}

func (h *holding) refuses(when string, err error) {
	h.t.Helper()
	if fail.FieldsOf(err).For("of") == "" {
		h.t.Errorf("%s: %v, want a fault at \"of\"", when, err)
	}
}

// waitsForTheSecond: the word is asked of somebody else, before whom it stands, and who opens the
// record for that, and no longer.
func (h *holding) waitsForTheSecond(when string) {
	h.t.Helper()
	k := h.room.Latest().Keeps
	day := workday.EnglandAndWales.Add(workday.Of(h.w.Hand.Now()), k.WordDays)
	was := h.wordGiver()
	for _, due := range h.stands(h.ref).Due {
		if due.Of == h.of && due.Deadline == process.HoldWord {
			if due.Owner != k.Second || due.Day != day {
				h.t.Errorf("%s the second word is asked of %s by %s, want %s by %s", when, due.Owner, due.Day, k.Second, day)
			}
		}
	}
	if !slices.ContainsFunc(h.mine(was).Rows, func(r room.Row) bool { return r.Reference == h.ref && r.Due.Of == h.of }) {
		h.t.Errorf("%s it does not stand before who gives the second word", when)
	}
	v, err := h.desk.Open(h.ctx, was, h.room, h.ref)
	if err != nil || len(v.HoldsFor(process.ConfirmHold, was.Person)) != 1 {
		h.t.Errorf("%s who gives the second word does not see it: %v", when, err)
	}
	_, err = h.says(h.asker, process.ConfirmHold)
	h.refuses(when+" who asked gives the second word", err)
}

// heldByTwo: it holds from the moment at which it is asked for, until two ended it.
func (s *suite) heldByTwo() {
	s.t.Helper()
	h := s.hasEnded()
	h.asks()
	h.notErased("while a hold was asked for")
	h.waitsForTheSecond("asked for,")
	_, err := h.says(h.wordGiver(), process.LiftHold)
	if err == nil {
		s.t.Error("a hold is to be ended to which nobody said yes")
	}
	_, err = h.says(h.wordGiver(), process.ConfirmHold)
	s.must(err)
	look := h.stands(h.ref).Holds[0].Look
	h.runs("once two hold it", process.LookAtHold, s.room.Latest().Keeps.Owner, look)
	h.notErased("while two held it")
	_, err = h.says(s.holder(1), process.ConfirmHold)
	if err == nil {
		s.t.Error("a second word is given twice")
	}
	h.asker = s.holder(1)
	_, err = h.says(h.asker, process.LiftHold)
	s.must(err)
	h.notErased("while the end of a hold was asked for")
	h.waitsForTheSecond("to be ended,")
	_, err = h.says(h.wordGiver(), process.ConfirmHold, "result", process.Refused, "words", "It goes on")
	s.must(err)
	h.runs("once somebody said no to its end", process.LookAtHold, s.room.Latest().Keeps.Owner,
		workday.Of(s.w.Hand.Now().AddDate(1, 0, 0)))
	h.notErased("after somebody said no to its end")
	_, err = h.says(h.asker, process.LiftHold)
	s.must(err)
	_, err = h.says(h.wordGiver(), process.ConfirmHold)
	s.must(err)
	h.runs("once two ended it", "", "", workday.Day{})
	if _, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, h.ref, whyErased, s.both()...); err != nil {
		s.t.Errorf("once two ended the hold it is not erased: %v", err)
	}
}

// refusedHold: a hold to which the second says no holds nothing.
func (s *suite) refusedHold() {
	s.t.Helper()
	h := s.hasEnded()
	h.asks()
	_, err := h.says(h.wordGiver(), process.ConfirmHold, "result", process.Refused, "words", "Nobody asked")
	s.must(err)
	h.runs("once somebody said no", "", "", workday.Day{})
	if _, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, h.ref, whyErased, s.both()...); err != nil {
		s.t.Errorf("once somebody said no to the hold it is not erased: %v", err)
	}
}

// heldWhileOpen: a record is held while it is worked, too, and through its end.
func (s *suite) heldWhileOpen() {
	s.t.Helper()
	got := s.begin()
	h := &holding{suite: s, life: life{ref: got.Reference, rec: got.Record}}
	def, now := s.room.Latest(), s.stands(h.ref)
	s.goWay(h.ref, shortest(def, now.Status(), func(_ []turn, at process.Status) bool { // where leads work it
		return slices.ContainsFunc(def.Steps(at), func(x process.StepInfo) bool { return def.EndsBy(x) })
	}))
	h.asks()
	s.ends(&h.life)
	h.notErased("held before its end,")
	h.waitsForTheSecond("asked for before the end,")
}

// keptToTheDay: until when it is kept is said and listed; on that day, and not before, Heed says so,
// and somebody looks at it; and it is kept on until the day that they say.
func (s *suite) keptToTheDay() {
	s.t.Helper()
	desk, q := s.mailing()
	was := s.desk
	s.desk = desk
	defer func() { s.desk = was }()
	def := s.room.Latest()
	h := s.hasEnded()
	v := s.stands(h.ref)
	years := slices.ContainsFunc(def.Keeps.Periods, func(p process.Period) bool {
		day := workday.Of(v.EndedAt.AddDate(p.Years, 0, 0)) // made-up people may be children
		return (v.Keep.Until == day || p.ToAge > 0 && v.Born != "" && day.Before(v.Keep.Until)) && v.Keep.Because == p.Because
	})
	if !years || v.Keep.Over {
		s.t.Errorf("once it has ended it is kept %+v", v.Keep)
	}
	listed := false
	for _, role := range s.roles() {
		page, err := s.desk.List(s.ctx, s.as(role, 0), s.room, room.Query{List: process.ListKept, Limit: room.MaxPage})
		i := slices.IndexFunc(page.Rows, func(r room.Row) bool { return r.Reference == h.ref })
		if listed = listed || err == nil && i >= 0; err == nil && i >= 0 && page.Rows[i].Due.Day != v.Keep.Until {
			s.t.Errorf("until %s it is kept, and the list says %s", v.Keep.Until, page.Rows[i].Due.Day)
		}
	}
	if !listed {
		s.t.Error("until when it is kept stands in no list")
	}
	until := s.x.today().Add(40)
	info, _ := def.Step(process.KeepOn)
	_, _, err := s.take(h.ref, info, field.Said("until", until.String(), "reasons", "An audit needs it"))
	s.must(err)
	s.overOn(q, h, until)
}

// keptToAge: of a child it is kept to the birthday that the definition names, by what is known of
// them at the end.
func (s *suite) keptToAge() {
	s.t.Helper()
	k := s.room.Latest().Keeps
	p := k.Periods[len(k.Periods)-1]
	if !s.room.Latest().Person.Given() || p.ToAge == 0 || len(k.Periods) > 1 {
		return
	}
	born := workday.Of(s.w.Hand.Now().AddDate(-12, 0, 0))
	got := s.raised(knownAs{name: "Ines Childname", born: "1984-05-03"})
	h := &holding{suite: s, life: life{ref: got.Reference, rec: got.Record}}
	info, _ := s.room.Latest().Step(process.KnowPerson)
	_, _, err := s.take(h.ref, info, field.Said("name", "Ines Childname", "age", "day", "born", born.String(),
		"told", "nobody"))
	s.must(err)
	s.ends(&h.life)
	if want := workday.Of(born.Start().AddDate(p.ToAge, 0, 0)); s.stands(h.ref).Keep.Until != want {
		s.t.Errorf("of a child it is kept until %s, want %s", s.stands(h.ref).Keep.Until, want)
	}
}

// overOn has the day come until which a record is kept.
func (s *suite) overOn(q *jobs.Queue, h *holding, until workday.Day) {
	s.t.Helper()
	def := s.room.Latest()
	if s.count(`select count(*) from job where kind = 'room-due' and record = $1 and due = $2`, h.rec,
		clock.Micros(until.End())) != 1 {
		s.t.Error("nobody looks at the record on the day until which it is kept")
	}
	s.only(h.rec)
	s.w.Hand.Set(until.End().Add(-time.Minute))
	s.lookedAt(q, h.rec)
	if is := s.standing(h.ref); is.Keep.Over || is.Keep.Until != until {
		s.t.Errorf("before the day until which it is kept it stands so: %+v", is.Keep)
	}
	s.w.Hand.Set(until.End().Add(time.Minute))
	s.lookedAt(q, h.rec)
	is := s.standing(h.ref)
	i := slices.IndexFunc(is.Due, func(d process.Due) bool { return d.Deadline == process.StillNeeded })
	if !is.Keep.Over || i < 0 || is.Due[i].Owner != def.Keeps.Owner || !is.Due[i].Any {
		s.t.Errorf("once it was kept long enough it stands so: %+v, and is due: %+v", is.Keep, is.Due)
	}
	s.lookedAt(q, h.rec)
	if again := s.standing(h.ref); again.Version != is.Version {
		s.t.Error("it is said twice that it was kept long enough, or it is erased")
	}
}

// standing is where a record stands, whoever may open it by then.
func (s *suite) standing(ref id.Reference) (is room.State) {
	s.t.Helper()
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) (err error) {
		is, err = s.desk.Standing(tx, s.room, s.w.Org.ID, ref)
		return err
	}))
	return is
}
