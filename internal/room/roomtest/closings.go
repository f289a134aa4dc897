package roomtest

import (
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// Closings by another version of the program, and by a clock that was not right.

// closedBy writes the next edition of a period as a program does that counts in another form.
func (s *suite) closedBy(form int, was room.Closing) room.Closing {
	s.t.Helper()
	was.Form, was.Edition, was.Cells = form, was.Edition+1, slices.Clone(was.Cells)
	for i := range was.Cells {
		was.Cells[i].N++
	}
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error { return s.w.Directory.ClosePeriod(tx, s.w.Org.ID, was) }))
	return was
}

// closesNext has the next period closed, and gives what is closed by then.
func (s *suite) closesNext(after time.Duration) []room.Recounted {
	s.t.Helper()
	s.w.Hand.Move(after)
	s.timeHasCome()
	_, err := s.desk.ClosePeriods(s.ctx, quietly)
	s.must(err)
	return s.recount()
}

const month = 31 * 24 * time.Hour

// countedOtherwise: what an older program closed, which counted otherwise, is counted again
// beside it; to what a newer one closed nothing is added, and neither is compared with what
// it is not.
func (s *suite) countedOtherwise() {
	s.t.Helper()
	first := s.closing(s.recount(), "2026-04", 1)
	s.closedBy(0, first.Closing)
	late := s.closing(s.recount(), "2026-03", 1)
	if _, _, ok := dated(s.room.Latest()); ok && late.Late == 0 {
		s.t.Error("nothing came late to a closed period: nothing was tried")
	}
	newer := s.closedBy(99, late.Closing)
	all := s.closesNext(month)
	again := s.closing(all, "2026-04", 3)
	if !slices.Equal(again.Cells, first.Cells) || again.Unlike != "" || again.Closing.Late != 0 ||
		!again.AsOf.Equal(first.AsOf) {
		s.t.Errorf("what an older program counted otherwise was closed anew as %+v, want %+v", again, first)
	}
	for _, x := range all {
		if x.Period == newer.Period && x.Edition > newer.Edition {
			s.t.Errorf("what a newer program closed was closed by this one too: %+v", x)
		}
	}
	for _, x := range []room.Recounted{s.closing(all, "2026-04", 2), s.closing(all, "2026-03", 2)} {
		if x.Unlike == "" {
			s.t.Errorf("%s, edition %d was counted otherwise, and nothing says so", x.Period, x.Edition)
		}
	}
}

// lastEdition is the last edition of a period.
func (s *suite) lastEdition(p workday.Period) (last room.Closing) {
	s.t.Helper()
	for _, x := range s.recount() {
		if x.Period == p {
			last = x.Closing
		}
	}
	return last
}

// staysOtherwise: once a record was erased, what an older program counted otherwise stays.
func (s *suite) staysOtherwise() {
	s.t.Helper()
	older := s.closedBy(0, s.lastEdition("2026-04"))
	for _, x := range s.closesNext(month) {
		if x.Period == older.Period && x.Edition > older.Edition {
			s.t.Errorf("after an erasure it was counted again, and the two tell what the record held: %+v", x)
		}
	}
}

// tooSoon: what was closed while people worked by a clock that was ahead is withdrawn once it
// is right, and closed anew when its time has come, with what was written until then. What is
// written by a right clock into a record of the other counts where its day is.
func tooSoon(s *suite) {
	defer s.changed(func(def *process.Definition) {
		addFigures(def)
		f := process.Figure{ID: "counted_steps", Title: "Added", Period: process.PerMonth}
		for _, step := range def.AllSteps[1:] {
			f.Steps = append(f.Steps, string(step.ID))
		}
		def.Figures = append(def.Figures, f)
	})()
	const ahead = 60 * 24 * time.Hour
	s.begin()
	s.w.Hand.Move(ahead)
	early := s.begin().Reference
	s.timeHasCome()
	n, err := s.desk.ClosePeriods(s.ctx, quietly)
	s.must(err)
	if n == 0 {
		s.t.Fatal("nothing was closed by a clock that was ahead: nothing was tried")
	}
	s.w.Hand.Move(24*time.Hour - ahead)
	s.begin()
	tried := false
	for _, step := range s.room.Latest().AllSteps[1:] {
		if _, _, err := s.take(early, step, s.inTime(step)); err == nil {
			tried = true
			break
		}
	}
	if !tried {
		s.t.Error("no step was taken by a right clock after one that was ahead")
	}
	for _, x := range s.closesNext(0) {
		if !x.Withdrawn {
			s.t.Errorf("%s is not over, and is closed as of %s", x.Period, x.AsOf)
		}
	}
	s.w.Hand.Move(7 * 24 * time.Hour)
	s.begin()
	s.closesNext(month)
	s.asTold()
	s.closesNext(2 * month)
	s.asTold()
	for _, c := range s.lastEdition("2026-03").Cells {
		if c.Figure == "counted_steps" && c.N != 1 {
			s.t.Errorf("one step was taken in March, in a record that was begun by a clock that was ahead: %d are counted", c.N)
		}
	}
	s.notForEver(ahead)
}

// notForEver: machines whose clocks differ do not close and withdraw for ever.
func (s *suite) notForEver(ahead time.Duration) {
	s.t.Helper()
	had := len(s.recount())
	for range 8 {
		for _, by := range []time.Duration{ahead, -ahead} {
			s.w.Hand.Move(by)
			s.timeHasCome()
			_, err := s.desk.ClosePeriods(s.ctx, quietly)
			s.must(err)
		}
	}
	if n := len(s.recount()) - had; n > 20 {
		s.t.Errorf("%d editions were closed and withdrawn by two clocks", n)
	}
}

// toDate is a record before the step that asks for a day; none where the first step asks.
type toDate struct {
	ref  id.Reference
	last turn
}

func (s *suite) beforeDated() (out toDate) {
	s.t.Helper()
	step, _, ok := dated(s.room.Latest())
	if !ok {
		return out
	}
	out.last = turn{step.ID, step.Outcomes[0].ID}
	if step.ID == s.room.First().ID {
		return out
	}
	out.ref = s.begin().Reference
	v := s.stands(out.ref)
	way := shortest(s.room.Latest(), v.Status(), func(taken []turn, _ process.Status) bool {
		return len(taken) > 0 && taken[len(taken)-1].step == step.ID
	})
	s.goWay(out.ref, way[:len(way)-1])
	out.last = way[len(way)-1]
	return out
}

// recordedLate records what happened in a period that is closed, in a record that was begun
// by then or since.
func (s *suite) recordedLate(x toDate) {
	s.t.Helper()
	_, f, ok := dated(s.room.Latest())
	if !ok {
		return
	}
	day := workday.Of(s.w.Hand.Now()).Add(-110)
	period := workday.MonthOf(day)
	first := s.closing(s.recount(), period, 1)
	more := s.countedBy(s.recorded(x, day.String()), f)
	late := int64(len(more))
	if got := s.closing(s.recount(), period, 1); got.Late != late || !slices.Equal(got.Cells, first.Cells) {
		s.t.Errorf("what was recorded late is told as %d, and the closed figures are %v, were %v", got.Late, got.Cells,
			first.Cells)
	}
	s.w.Hand.Move(70 * 24 * time.Hour)
	if n, err := s.desk.ClosePeriods(s.ctx, quietly); err != nil || n != 0 {
		s.t.Errorf("by a clock alone %d periods were closed: %v", n, err)
	}
	s.timeHasCome()
	_, err := s.desk.ClosePeriods(s.ctx, quietly)
	s.must(err)
	all := s.recount()
	second := s.closing(all, period, 2)
	for i, c := range s.closing(all, period, 1).Cells {
		n := c.N
		if column, is := more[c.Figure]; is && column == c.Column {
			n++
		}
		if c != first.Cells[i] || len(second.Cells) <= i || second.Cells[i].N != n {
			s.t.Errorf("%+v was closed; now its first edition is %+v, its second %+v", first.Cells[i], c, second.Cells)
		}
	}
	if second.Closing.Late != late {
		s.t.Errorf("the second edition says that %d were recorded late", second.Closing.Late)
	}
	for _, x := range all {
		if x.AsOf.After(second.AsOf) {
			s.t.Errorf("%s was closed as of %s, and at once what came late as of %s", x.Period, x.AsOf, second.AsOf)
		}
	}
}

// recorded takes the step that asks for a day, by which a record may begin, if there is one.
func (s *suite) recorded(x toDate, day string) id.Reference {
	s.t.Helper()
	step, f, ok := dated(s.room.Latest())
	if !ok {
		return x.ref
	}
	in := s.answersFor(step, x.last.outcome)
	in[f.ID] = field.Of(day)
	if x.ref != "" {
		_, _, err := s.take(x.ref, step, in)
		s.must(err)
		return x.ref
	}
	got, err := s.desk.Begin(s.ctx, s.as(string(step.Roles[0]), 0), s.room, room.Beginning{Answers: in})
	s.must(err)
	return got.Reference
}

// countedBy are the columns in which a month's figures count what was recorded by that day: the
// suite's own two, and those of the room.
func (s *suite) countedBy(ref id.Reference, f field.Field) map[string]string {
	s.t.Helper()
	out, taken, def := map[string]string{}, s.stands(ref).Taken, s.room.Latest()
	last := taken[len(taken)-1]
	for _, fig := range def.Figures {
		counts := fig.Counts(process.Taken{Step: last.Step, Outcome: last.Outcome})
		if counts && fig.On == f.ID && fig.Period == process.PerMonth {
			out[fig.ID] = fig.Answer(def, answered(fig, taken))
		}
		if fig.ID == lateDuty && !last.Effect.Ends {
			out[fig.ID] = process.NotMet
		}
	}
	return out
}
