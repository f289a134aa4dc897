package roomtest

import (
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
)

// relies: an item of a set that is no longer in force is not offered and not taken; an old
// answer has its words, and says since when; and whoever has an open record that relies on it
// has a duty, once, by a newer set as by the day, until a step that the definition names meets it.
func relies(s *suite) {
	s.needs(sets)
	setsAreRefused(s)
	for _, by := range s.room.Latest().Relies {
		s.endedBySet(by)
		s.endedByDay(by)
	}
	s.needs(reopening)
	for _, by := range s.room.Latest().Relies {
		s.openedAgain(by)
	}
}

// endedBySet has a program start whose set says that an item ended yesterday.
func (s *suite) endedBySet(by process.Reliance) {
	s.t.Helper()
	asked := by.Question(s.room.Latest())
	item, next := asked.Choices[0], asked.Choices[1]
	until := slices.Concat(s.room.Latest().Asking(by.Field), by.Again)
	var open []id.Reference
	for range until {
		open = append(open, s.relying(by, item.ID))
	}
	ended, other := s.relying(by, item.ID), s.relying(by, next.ID)
	v := s.stands(ended)
	s.goWay(ended, shortest(s.room.Latest(), v.Status(), func(_ []turn, at process.Status) bool {
		return s.room.Latest().Ended(at)
	}))
	versions := []int64{s.stands(ended).Version, s.stands(other).Version}
	q, back := s.newerSet(by, func(all []field.Option) {
		all[0].To, all[0].Now = workday.Of(s.w.Hand.Now()).Add(-1), all[1].Label
	})
	defer back()
	for range 2 { // a second start, and a second look, make nothing more
		_, err := s.desk.CatchUp(s.ctx)
		s.must(err)
		s.works(q)
	}
	for _, ref := range open {
		s.toldOnce(by, ref, item.ID)
		s.lookedAt(q, s.stands(ref).Record)
		s.toldOnce(by, ref, item.ID)
		s.saidStill(by, ref, item, next)
	}
	for i, ref := range []id.Reference{ended, other} {
		if v := s.stands(ref); v.Version != versions[i] {
			s.t.Errorf("%s: a record that has ended, or relies on another, was told: %d, %s", by.ID, i,
				v.Taken[len(v.Taken)-1].Step)
		}
	}
	if s.reminded(ended) {
		s.t.Errorf("%s: somebody is to be told of a record that has ended", by.ID)
	}
	for _, ref := range append(open, ended, other) {
		if out := s.amiss(s.stands(ref).Record); out != "" {
			s.t.Errorf("%s: after it ended, rows and history differ: %s", by.ID, out)
		}
	}
	s.notTakenNow(by, item.ID, next.ID)
	for i, step := range until {
		s.meets(by, open[i], step, next.ID)
	}
}

// endedByDay has an item end while the program runs, at the end of its last day.
func (s *suite) endedByDay(by process.Reliance) {
	s.t.Helper()
	last := workday.Of(s.w.Hand.Now()).Add(3)
	q, back := s.newerSet(by, func(all []field.Option) { all[0].To = last })
	defer back()
	item := by.Question(s.room.Latest()).Choices[0].ID
	ref := s.relying(by, item)
	v := s.stands(ref)
	s.only(v.Record)
	s.putsNothingOff(by, v.Record, back)
	s.w.Hand.Set(last.End())
	s.works(q)
	if now := s.stands(ref); now.Version != v.Version {
		s.t.Errorf("%s: on its last day an item was no longer in force", by.ID)
	}
	s.w.Hand.Set(last.Add(1).Start())
	s.works(q)
	s.toldOnce(by, ref, item)
}

// openedAgain: a record that had ended when an item did hears of it when it is opened again,
// once, and not before.
func (s *suite) openedAgain(by process.Reliance) {
	s.t.Helper()
	item := by.Question(s.room.Latest()).Choices[0].ID
	ref := s.relying(by, item)
	open := s.stands(ref)
	s.goWay(ref, shortest(s.room.Latest(), open.Status(), func(_ []turn, at process.Status) bool {
		return s.room.Latest().Ended(at)
	}))
	q, back := s.newerSet(by, func(all []field.Option) { all[0].To = workday.Of(s.w.Hand.Now()).Add(-1) })
	defer back()
	ended := s.stands(ref)
	after := s.room.Latest().Steps(ended.Status())
	if len(after) == 0 {
		s.t.Fatal("no step is taken after this end: nothing was tried")
	}
	for _, def := range s.room.Definitions { // by one of them it is
		i := slices.IndexFunc(def.AllSteps, func(x process.StepInfo) bool { return x.ID == after[0].ID })
		def.AllSteps[i].Outcomes = []process.Outcome{{Label: "Opened again", Moves: []process.Move{{
			From: []process.State{ended.Stage}, To: open.Stage}}}}
	}
	look := func() {
		_, err := s.desk.CatchUp(s.ctx)
		s.must(err)
		s.works(q)
	}
	look()
	if v := s.stands(ref); v.Version != ended.Version {
		s.t.Errorf("%s: a record that has ended was told", by.ID)
	}
	info, _ := s.room.Latest().Step(after[0].ID)
	_, _, err := s.take(ref, info, s.inTime(info))
	s.must(err)
	if v := s.stands(ref); v.Ended() {
		s.t.Fatalf("%s did not open it again: nothing was tried", info.ID)
	}
	for range 2 {
		look()
		s.toldOnce(by, ref, item)
	}
}

// putsNothingOff: an older program beside this one, which knows of no end, looks at a record
// of this one's again soon, whatever it sees to be due.
func (s *suite) putsNothingOff(by process.Reliance, rec id.Record, back func()) {
	s.t.Helper()
	newer, desk := s.room, s.desk
	defer func() { s.room, s.desk = newer, desk }()
	back()
	_, old := s.mailing()
	s.lookedAt(old, rec)
	if s.count(`select count(*) from job where record = $1 and kind = 'room-due' and next <= $2`, rec,
		clock.Micros(s.w.Hand.Now().Add(time.Hour))) != 1 {
		s.t.Errorf("%s: an older program has put off that somebody looks when an item ends", by.ID)
	}
}

// newerSet has the suite go on under a set that a later program ships, changed as told, until
// it is put back; the queue does the duties of that program.
func (s *suite) newerSet(by process.Reliance, change func([]field.Option)) (*jobs.Queue, func()) {
	s.t.Helper()
	was, desk, r := s.room, s.desk, *s.room
	r.Definitions = nil
	for _, d := range was.Definitions {
		next := *d
		next.AllSteps = slices.Clone(d.AllSteps)
		for i := range next.AllSteps {
			step := &next.AllSteps[i]
			step.Fields = slices.Clone(step.Fields)
			for j := range step.Fields {
				if f := &step.Fields[j]; f.ID == by.Field {
					f.Choices = slices.Clone(f.Choices)
					change(f.Choices)
				}
			}
		}
		next.Sets = append(slices.Clone(d.Sets), process.SetVersion{Set: by.Question(d).Set, Version: 50})
		r.Definitions = append(r.Definitions, &next)
	}
	s.room = &r
	d, q := s.mailing()
	s.desk = d
	return q, func() { s.room, s.desk = was, desk }
}

// relying is a record of somebody's that relies on an item.
func (s *suite) relying(by process.Reliance, item string) id.Reference {
	s.t.Helper()
	def, info := s.room.Latest(), s.room.First()
	asking := def.Asking(by.Field)[0]
	in := s.inTime(info)
	if f, ok := field.Find(info.Fields, info.Owner); ok && f.Kind == field.Person {
		in[info.Owner] = field.Of(s.as(string(info.Roles[0]), 1).Person.String())
	}
	if asking == info.ID {
		in[by.Field] = choosing(by.Question(def), item)
	}
	got, err := s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room, room.Beginning{Answers: in})
	s.must(err)
	if asking != info.ID {
		s.must(s.answers(by, got.Reference, asking, item))
	}
	return got.Reference
}

func choosing(f field.Field, item string) field.Value {
	if f.Kind == field.Choices {
		return field.Value{List: []string{item}}
	}
	return field.Of(item)
}

// answers takes a step, by the shortest way to it, with an item where it asks for one.
func (s *suite) answers(by process.Reliance, ref id.Reference, step process.Step, item string) error {
	s.t.Helper()
	def := s.room.Latest()
	v := s.stands(ref)
	way := shortest(def, v.Status(), func(taken []turn, _ process.Status) bool {
		return len(taken) > 0 && taken[len(taken)-1].step == step
	})
	s.goWay(ref, way[:len(way)-1])
	info, _ := def.Step(step)
	in := s.answersFor(info, way[len(way)-1].outcome)
	if f, ok := field.Find(info.Fields, by.Field); ok {
		in[by.Field] = choosing(f, item)
	}
	_, _, err := s.take(ref, info, in)
	return err
}

// toldOnce: Heed itself has written once that the item ended; the duty runs, and stands
// before the owner of the record, who has a notice.
func (s *suite) toldOnce(by process.Reliance, ref id.Reference, item string) {
	s.t.Helper()
	v, times := s.stands(ref), 0
	for _, t := range v.Taken {
		if t.Step == by.Ended() && t.By.IsZero() && slices.Equal(t.Effect.Told, []string{by.ID + "/" + item}) {
			times++
		}
	}
	if times != 1 || !runsOn(v, by) {
		s.t.Errorf("%s: that %s ended was told %d times, and the duty runs: %t", by.ID, item, times, runsOn(v, by))
	}
	if slices.ContainsFunc(by.Clears, v.Facts.Has) {
		s.t.Errorf("%s: what rests on %s holds although that ended: %v", by.ID, item, v.Facts)
	}
	for _, role := range s.room.Latest().Roles {
		owner := s.owner(string(role.ID), v.Owner)
		if owner.Person.IsZero() {
			continue
		}
		notes := s.notesOf(owner, ref)
		news := slices.ContainsFunc(notes, func(n room.Note) bool { return n.What == room.NoticeNews })
		if len(s.dutiesOf(owner, ref)) == 0 || !news {
			s.t.Errorf("%s: it stands before its owner with %d notices", by.ID, len(notes))
		}
	}
}

// owner is the person of a role who has a record; nobody where they are of another.
func (s *suite) owner(role string, p id.Person) access.Actor {
	for n := range 2 {
		if a := s.as(role, n); a.Person == p {
			return a
		}
	}
	return access.Actor{}
}

func runsOn(v room.View, by process.Reliance) bool {
	return slices.ContainsFunc(v.Due, func(x process.Due) bool {
		return x.Deadline == string(by.Ended()) && x.Label == by.Due && x.Owner == by.Owner
	})
}

// saidStill: the answer has the words that it had, with the last day and what took its place.
func (s *suite) saidStill(by process.Reliance, ref id.Reference, item, next field.Option) {
	s.t.Helper()
	for _, t := range s.stands(ref).Taken {
		if t.Answers[by.Field].Empty() {
			continue
		}
		info, _ := s.room.Latest().Step(t.Step)
		var words []string
		for _, x := range field.Show(info.Fields, t.Answers, nil) {
			words = append(words, x.Words)
		}
		last := workday.Of(s.w.Hand.Now()).Add(-1).Words()
		for _, want := range []string{item.Label, "until " + last, next.Label} {
			if !strings.Contains(strings.Join(words, "\n"), want) {
				s.t.Errorf("%s: of an answer that names what ended %q is not shown: %q", by.ID, want, words)
			}
		}
	}
}

// notTakenNow: what has ended is refused, by the name of its question, and what took its
// place is taken.
func (s *suite) notTakenNow(by process.Reliance, item, next string) {
	s.t.Helper()
	for _, step := range s.room.Latest().Asking(by.Field) {
		ref := s.relying(by, next)
		if step == s.room.First().ID {
			info := s.room.First()
			in := s.inTime(info)
			in[by.Field] = choosing(by.Question(s.room.Latest()), item)
			_, err := s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room, room.Beginning{Answers: in})
			s.refused(by, err)
			continue
		}
		s.refused(by, s.answers(by, ref, step, item))
		s.must(s.answers(by, ref, step, next))
	}
}

func (s *suite) refused(by process.Reliance, err error) {
	s.t.Helper()
	if fail.FieldsOf(err).For(by.Field) == "" {
		s.t.Errorf("%s: what is no longer in force is answered with %v", by.ID, err)
	}
}

// meets: a step that the definition names ends the duty, and it does not come again.
func (s *suite) meets(by process.Reliance, ref id.Reference, step process.Step, next string) {
	s.t.Helper()
	if step == s.room.First().ID {
		return // it is taken once
	}
	s.must(s.answers(by, ref, step, next))
	s.w.Hand.Move(time.Hour)
	_, err := s.desk.CatchUp(s.ctx)
	s.must(err)
	if v := s.stands(ref); runsOn(v, by) {
		s.t.Errorf("%s: the duty runs on after %s", by.ID, step)
	}
}

// setsAreRefused: a set that would lose what an item means, or lead nowhere, is refused with
// its line.
func setsAreRefused(s *suite) {
	const good = `{"set": "made_up", "version": 1, "title": "Thing", "about": "", "items": [
 {"id": "one", "words": "One", "source": "A book", "sure": "S", "to": "2026-03-31", "replaced_by": "two"},
 {"id": "two", "words": "Two", "source": "A book", "sure": "K", "from": "2026-04-01"}]}`
	if _, err := process.ParseSet([]byte(good)); err != nil {
		s.t.Errorf("a set that is whole is refused: %v", err)
	}
	for what, x := range map[string][2]string{
		"an id that was used before": {`{"id": "two"`,
			`{"id": "one", "words": "Other", "source": "A book", "sure": "K"}, {"id": "two"`},
		"a chain that comes back": {`"sure": "K", "from": "2026-04-01"`,
			`"sure": "S", "to": "2027-01-01", "replaced_by": "one"`},
		"a chain that leads nowhere":          {`"replaced_by": "two"`, `"replaced_by": "three"`},
		"replaced by what is not in force":    {`"2026-04-01"`, `"2026-05-01"`},
		"replaced, and without a last day":    {`"to": "2026-03-31", `, ``},
		"an end before the beginning":         {`"to": "2026-03-31"`, `"from": "2026-04-30", "to": "2026-03-31"`},
		"an end that nobody read in a source": {`"sure": "S"`, `"sure": "K"`},
		"a day that is none":                  {`"2026-03-31"`, `"2026-02-31"`},
		"nothing left to choose":              {`"sure": "K", "from": "2026-04-01"`, `"sure": "S", "to": "2027-01-01"`},
		"no source":                           {`"source": "A book", "sure": "S"`, `"source": "", "sure": "S"`},
		"a name that is not known":            {`"about"`, `"abuot"`},
	} {
		text := strings.Replace(good, x[0], x[1], 1)
		_, err := process.ParseSet([]byte(text))
		if err == nil || !strings.HasPrefix(fail.Words(err), "made_up.json:") {
			s.t.Errorf("%s: it is refused with %v", what, err)
		}
	}
}
