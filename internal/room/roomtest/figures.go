package roomtest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// counted: what was closed of a period is what its records say, told by nobody but them; it is
// closed once; what is recorded late makes a further edition, and says so; an erasure changes
// nothing that was closed; a history that was changed is named; and a clock that is ahead
// closes nothing.
func counted(s *suite) {
	s.onlyClosed()
	defer s.changed(addFigures)()
	for range 8 {
		s.some(1)
		for _, f := range s.room.Latest().Figures {
			s.toBeCounted(f)
		}
		s.w.Hand.Move(11 * 24 * time.Hour)
	}
	strangers := s.strangersRecords()
	s.recorded(s.beforeDated(), "2026-03-20")
	old := s.beforeDated()
	s.w.Hand.Move(100 * 24 * time.Hour)
	s.timeHasCome()
	if n, err := s.desk.ClosePeriods(s.ctx, quietly); err != nil || n < 5 {
		s.t.Fatalf("%d periods were closed: %v", n, err)
	}
	if n, err := s.desk.ClosePeriods(s.ctx, quietly); err != nil || n != 0 {
		s.t.Errorf("closed again, %d periods were counted anew: %v", n, err)
	}
	s.countsAll(s.asTold())
	s.countedOtherwise()
	s.recordedLate(old)
	s.recordedLate(s.beforeDated())
	s.erasedSince()
	s.changedSince(strangers)
}

// toBeCounted brings a new record to where a figure counts it.
func (s *suite) toBeCounted(f process.Figure) {
	s.t.Helper()
	if f.Counts(process.Taken{Step: process.ChallengeAnswered}) {
		s.answersOne()
		return
	}
	ref := s.begin().Reference
	v := s.stands(ref)
	s.goWay(ref, shortest(s.room.Latest(), v.Status(), func(taken []turn, at process.Status) bool {
		if len(taken) == 0 {
			return f.Counts(process.Taken{Step: s.room.First().ID})
		}
		last := process.Taken{Step: taken[len(taken)-1].step, Outcome: taken[len(taken)-1].outcome}
		return f.Counts(last) || f.Comes(last) || f.Meets(last) || slices.Contains(f.Enters, at.State)
	}))
}

// lateFigure counts by a day that somebody says: one can be recorded when its period is closed.
const lateFigure = "counted_by_day"

// lateDuty is due on that day: it can be over when it starts.
const lateDuty = "counted_due"

// addFigures adds one of what is begun, those that are decided by a day question of a step, and one that is split by a
// question that need not be answered, where there are such questions.
func addFigures(def *process.Definition) {
	def.Figures = slices.Clone(def.Figures)
	add := func(f process.Figure, step process.StepInfo) {
		f.Title, f.Period, f.Steps = "Added", process.PerMonth, []string{string(step.ID)}
		def.Figures = append(def.Figures, f)
	}
	add(process.Figure{ID: "counted_begun"}, def.AllSteps[0])
	step, f, ok := dated(def)
	if ok {
		add(process.Figure{ID: lateFigure, On: f.ID}, step)
	}
	if ok && goesOn(def, step) { // nothing is due from what ends a record
		end := []string{string(def.AllSteps[0].ID)} // which is taken once
		def.Timers = append(slices.Clone(def.Timers), process.Deadline{ID: lateDuty, Label: "Added", On: f.ID,
			Owner: step.Roles[0], From: []string{string(step.ID)}, Until: end})
		def.Figures = append(def.Figures, process.Figure{ID: lateDuty, Title: "Added", Period: process.PerMonth,
			Deadline: lateDuty, Met: end})
	}
	for _, step := range def.AllSteps {
		for _, f := range step.Fields {
			if f.Kind == field.Choice && !(f.Needed && len(f.ShownWhen) == 0) {
				add(process.Figure{ID: "counted_by_" + f.ID, By: string(step.ID) + "." + f.ID}, step)
			}
		}
	}
}

// goesOn says whether a record can go on after a step.
func goesOn(def *process.Definition, step process.StepInfo) bool {
	return slices.ContainsFunc(step.Outcomes, func(o process.Outcome) bool {
		return slices.ContainsFunc(o.Moves, func(m process.Move) bool {
			return slices.ContainsFunc(m.From, func(from process.State) bool {
				return !def.Ended(process.Status{State: cmp.Or(m.To, from)})
			})
		})
	})
}

func dated(def *process.Definition) (process.StepInfo, field.Field, bool) {
	for _, step := range def.AllSteps {
		for _, f := range step.Fields {
			if f.Kind == field.Day && f.When == "past" && len(f.ShownWhen) == 0 {
				return step, f, true
			}
		}
	}
	return process.StepInfo{}, field.Field{}, false
}

// onlyClosed: nothing is counted by a question that tells people apart, or by what somebody wrote.
func (s *suite) onlyClosed() {
	s.t.Helper()
	for _, step := range s.room.Latest().AllSteps {
		for _, f := range step.Fields {
			if f.Kind == field.Choice || f.Kind == field.YesNo {
				continue
			}
			def := *s.room.Latest()
			def.Figures = []process.Figure{{ID: "bad", Title: "Bad", Period: process.PerMonth, Steps: []string{string(step.ID)},
				By: string(step.ID) + "." + f.ID}}
			if r := *s.room; true {
				r.Definitions = append(slices.Clone(r.Definitions[:len(r.Definitions)-1]), &def)
				if err := r.Check(); err == nil || !strings.Contains(err.Error(), "figures[1] (bad)") {
					s.t.Errorf("%s counted by %s, a %s: %v", step.ID, f.ID, f.Kind, err)
				}
			}
		}
	}
}

// strangersRecords are records of another compartment and of another organisation.
func (s *suite) strangersRecords() (beside id.Reference) {
	s.t.Helper()
	info := s.room.First()
	other := *s.room
	other.Compartment = "exercise"
	got, err := s.program(&other).Begin(s.ctx, s.as(string(info.Roles[0]), 0), &other,
		room.Beginning{Answers: s.inTime(info)})
	s.must(err)
	a := s.anotherTrust()
	theirs, def := *s.room, *s.room.Latest()
	def.AllSteps = slices.Clone(def.AllSteps) // nobody can be named who works there: nobody does
	def.AllSteps[0].Fields = slices.DeleteFunc(slices.Clone(info.Fields), func(f field.Field) bool {
		return f.Kind == field.Person || f.Kind == field.Team
	})
	theirs.Definitions = append(slices.Clone(theirs.Definitions[:len(theirs.Definitions)-1]), &def)
	_, err = s.program(&theirs).Begin(s.ctx, a, &theirs, room.Beginning{Answers: s.inTime(def.AllSteps[0])})
	s.must(err)
	return got.Reference
}

// anotherTrust is whoever begins records, in an organisation of its own.
func (s *suite) anotherTrust() access.Actor {
	s.t.Helper()
	org := id.NewOrg(s.w.Hand.Now())
	s.must(s.w.Vault.AddOrg(s.ctx, org))
	founder := directory.NewPerson{Name: "Test other", Login: "other" + org.String()[:12], Email: "other@example.org",
		Role: access.CaldicottGuardian}
	o, _, err := s.w.Directory.OpenOrganisation(s.ctx, org, directory.Founding{Name: "Another Trust",
		Nation: workday.EnglandAndWales, Team: "Another team", OnePerson: true, Telephone: "0300 000 0000",
		Lead: directory.Contact{Name: "Another lead", Telephone: "0300 000 0009"}, Grantors: []directory.NewPerson{founder}})
	s.must(err)
	a := s.as(string(s.room.First().Roles[0]), 0)
	a.Org, a.Team = org, o.Teams[0].ID
	return a
}

// recount is every edition beside what is counted now; none may differ.
func (s *suite) recount() []room.Recounted {
	s.t.Helper()
	all, err := s.desk.Recount(s.ctx, s.w.Org.ID, s.room, quietly)
	s.must(err)
	for _, x := range all {
		if x.Err != nil || x.Withdrawn && x.Unlike == "" || len(x.Differs) > 0 && x.Since == 0 {
			s.t.Errorf("%s, edition %d: %v, %+v", x.Period, x.Edition, x.Err, x.Differs)
		}
	}
	return all
}

// asTold compares each closed number with what the records' own timelines say, and gives what
// was counted by figure.
func (s *suite) asTold() map[string]int64 {
	s.t.Helper()
	def := s.room.Latest()
	var views []room.View
	for _, ref := range s.references() {
		views = append(views, s.stands(ref))
	}
	sum := map[string]int64{}
	for _, x := range s.recount() {
		if x.Unlike != "" {
			continue
		}
		began := int64(0)
		for _, v := range views {
			if !v.At.After(x.AsOf) {
				began++
			}
		}
		if x.Records != began {
			s.t.Errorf("%s was closed of %d records, and %d had begun", x.Period, x.Records, began)
		}
		for _, c := range x.Cells {
			i := slices.IndexFunc(def.Figures, func(f process.Figure) bool { return f.ID == c.Figure })
			if len(def.Figures[i].From) > 0 { // days between two steps: see TestFiguresOfConcerns
				continue
			}
			var want int64
			for _, v := range views {
				want += toldOf(def, def.Figures[i], c.Column, x.Closing, v.Taken)
			}
			if want != c.N {
				s.t.Errorf("%s of %s in %s: %d were closed, and the records tell of %d", c.Column, c.Figure, x.Period, c.N, want)
			}
			sum[c.Figure] += c.N
		}
	}
	return sum
}

// countsAll: each figure counted something, also what was not recorded.
func (s *suite) countsAll(sum map[string]int64) {
	s.t.Helper()
	def := s.room.Latest()
	for _, f := range def.Figures {
		columns := f.Columns(def)
		if f.By != "" && columns[len(columns)-1].ID != process.NotRecorded {
			s.t.Errorf("%s has no column of what was not recorded", f.ID)
		}
		if sum[f.ID] == 0 {
			s.t.Errorf("nothing was ever counted as %s", f.ID)
		}
	}
}

// references are the room's records that are there, in this organisation and compartment.
func (s *suite) references() (out []id.Reference) {
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, func(r *string) []any { return []any{r} },
			`select reference from room_record_v1 where room = $1 and org = $2 order by record`, s.room.Number, s.w.Org.ID)
		for _, ref := range all {
			st, e := s.desk.Standing(tx, s.room, s.w.Org.ID, id.Reference(ref))
			if e == nil && !st.Record.IsZero() {
				out = append(out, id.Reference(ref))
			}
		}
		return err
	}))
	return out
}

// toldOf is how often a record's timeline tells of what a column counts.
func toldOf(def *process.Definition, f process.Figure, column string, e room.Closing, taken []room.Taken) (n int64) {
	at, before, written := process.State(""), process.State(""), time.Time{}
	for i, t := range taken {
		if t.At.After(written) { // a clock may have been set back
			written = t.At
		}
		if before = at; t.Effect.Stage != "" {
			at = t.Effect.Stage
		}
		x := process.Taken{Step: t.Step, Outcome: t.Outcome}
		day := workday.Of(t.At)
		switch {
		case f.Deadline != "":
			if !written.After(e.AsOf) {
				n += toldDuty(def, f, column, e, taken, i)
			}
			continue
		case len(f.Enters) > 0 && (!slices.Contains(f.Enters, at) || slices.Contains(f.Enters, before)):
			continue
		case len(f.Enters) == 0 && !f.Counts(x):
			continue
		}
		if on, err := workday.Parse(t.Answers.Get(f.On)); f.On != "" && err == nil {
			day = on
		}
		if f.PeriodOf(day) == e.Period && !written.After(e.AsOf) && f.Answer(def, answered(f, taken[:i+1])) == column {
			n++
		}
	}
	return n
}

// answered is the last answer to the question that splits a figure.
func answered(f process.Figure, taken []room.Taken) (out string) {
	step, name := f.Splits()
	for _, t := range taken {
		if t.Step == step {
			out = t.Answers.Get(name)
		}
	}
	return out
}

// toldDuty is 1 when a step starts a duty that ends as the column says, or is to start one
// and does not say for when.
func toldDuty(def *process.Definition, f process.Figure, column string, e room.Closing, taken []room.Taken,
	i int) int64 {
	t, later := taken[i], taken[i+1:]
	starts := slices.IndexFunc(t.Effect.Start, func(d process.Due) bool { return d.Deadline == f.Deadline })
	if starts < 0 {
		timer := slices.IndexFunc(def.Timers, func(x process.Deadline) bool { return x.ID == f.Deadline })
		if column == process.NotRecorded && !t.Effect.Ends && f.PeriodOf(workday.Of(t.At)) == e.Period &&
			def.Timers[timer].Starts(process.Taken{Step: t.Step, Outcome: t.Outcome}) && !isRunning(f.Deadline, taken[:i]) {
			return 1
		}
		return 0
	}
	if t.Effect.Ends || f.PeriodOf(t.Effect.Start[starts].Day) != e.Period {
		return 0
	}
	due, as := t.Effect.Start[starts], process.NotMet
	for _, x := range later {
		if !x.Effect.Ends && !slices.Contains(x.Effect.Stop, f.Deadline) {
			continue
		}
		met := f.Meets(process.Taken{Step: x.Step, Outcome: x.Outcome})
		switch {
		case x.At.After(e.AsOf):
		case met && x.At.After(due.At):
			as = process.Late
		case met:
			as = process.InTime
		case !x.At.After(due.At):
			as = process.Otherwise
		}
		break
	}
	if as == column {
		return 1
	}
	return 0
}

// isRunning says whether a duty runs after these steps.
func isRunning(duty string, taken []room.Taken) (runs bool) {
	for _, t := range taken {
		runs = runs && !t.Effect.Ends && !slices.Contains(t.Effect.Stop, duty) ||
			!t.Effect.Ends && slices.ContainsFunc(t.Effect.Start, func(d process.Due) bool { return d.Deadline == duty })
	}
	return runs
}

// timeHasCome writes an entry, by which a period is over: somebody looks at a record.
func (s *suite) timeHasCome() { s.reader(s.references()[0]) }

func (s *suite) closing(all []room.Recounted, p workday.Period, n int) room.Recounted {
	s.t.Helper()
	for _, x := range all {
		if x.Period == p && x.Edition == n {
			return x
		}
	}
	s.t.Fatalf("%s has no edition %d", p, n)
	return room.Recounted{}
}

// erasedSince erases a record: what was closed stays, and a recount says that one is gone.
func (s *suite) erasedSince() {
	s.t.Helper()
	before := s.recount()
	rec := s.stands(s.references()[0]).Record
	s.must(s.wiped(rec))
	fewer := 0
	for i, x := range s.recount() {
		if x.Since > 0 {
			fewer++
		}
		if !slices.Equal(x.Cells, before[i].Cells) {
			s.t.Errorf("after an erasure %s is %v, was %v", x.Period, x.Cells, before[i].Cells)
		}
	}
	if fewer == 0 {
		s.t.Error("a record was erased, and no recount says so")
	}
	s.staysOtherwise()
}

// wiped erases a record that need not have ended.
func (s *suite) wiped(rec id.Record) error {
	_, err := s.w.Vault.Erase(s.ctx, s.w.Org.ID, rec, func(tx *store.Tx, generation int64) error {
		if err := s.desk.TestOnlyWipe(tx, rec); err != nil {
			return err
		}
		return s.w.Directory.NoteErased(tx, s.w.Org.ID, rec, generation, "", "for a test")
	})
	return err
}

// changedSince takes a record out of the room by SQL, of any compartment, erased ones or not:
// it is named.
func (s *suite) changedSince(strangers id.Reference) {
	s.t.Helper()
	rec := s.stands(s.references()[0]).Record
	for _, ref := range []id.Reference{s.references()[0], strangers} {
		const where = ` where version = 1 and record = (select record from room_record_v1 where reference = $1)`
		s.exec(`update entry set room = 998`+where, string(ref))
		all, err := s.desk.Recount(s.ctx, s.w.Org.ID, s.room, quietly)
		s.exec(`update entry set room = $2`+where, string(ref), s.room.Number)
		if err != nil || !slices.ContainsFunc(all, func(x room.Recounted) bool { return fail.Is(x.Err, fail.Tampered) }) {
			s.t.Errorf("a record was taken away, and the recount says %v", err)
		}
	}
	defer s.damage(rec)()
	_, err := s.desk.Recount(s.ctx, s.w.Org.ID, s.room, quietly)
	if !fail.Is(err, fail.Tampered) || !strings.Contains(fail.Words(err), rec.String()) {
		s.t.Errorf("a damaged record is counted: %v", err)
	}
}
