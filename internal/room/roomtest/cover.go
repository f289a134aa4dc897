package roomtest

import (
	"fmt"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// ownersOnly has the suite go on in a room that is open to nobody but the owner of a
// record, in one role, and in which whoever takes a step declares a conflict by it. Where
// nobody has a record that was just begun, whoever begins it has it here.
func (s *suite) ownersOnly() (back func()) {
	role := s.keeping()
	kept, desk := s.room, s.desk
	r := *s.room
	r.Policies = `
@id("` + r.Name + `-role-begins")
@says("One role begins.")
permit (principal, action == ` + s.function(string(r.First().ID)) + `, resource is Office)
when { principal.role == "` + role + `" };
@id("` + r.Name + `-owner-alone")
@says("The owner opens and works it.")
permit (principal, action in [` + s.actions() + `], resource is ` + r.Kind + `)
when { principal.role == "` + role + `" && resource has owner && resource.owner == principal };`
	def := *r.Latest()
	def.AllSteps = slices.Clone(def.AllSteps)
	if def.AllSteps[0].Owner == "" {
		def.AllSteps[0].Owner = "actor"
	}
	for i, x := range def.AllSteps[1:] {
		if x.Owner == "" {
			def.AllSteps[i+1].People = append(slices.Clone(x.People), process.NamedHere{As: "conflict", From: "actor"})
		}
	}
	def.Timers = slices.Clone(def.Timers)
	for i := range def.Timers { // what waits for the role stands before who covers, too
		def.Timers[i].Any = false
	}
	def.Erase.First, def.Erase.Second = []process.Role{process.Role(role)}, []process.Role{process.Role(role)}
	r.Definitions = []*process.Definition{&def}
	s.room, s.desk = &r, s.program(&r)
	return func() { s.room, s.desk = kept, desk }
}

// covered: from the first day of a cover to its last, and neither a minute before nor
// after, who covers sees the records and notices of who is away and acts in their place,
// in their own name. Who is barred from one sees nothing of it, and no place is handed on.
func covered(s *suite) {
	defer s.ownersOnly()()
	ref, owner := s.owned()
	other, _ := s.owned()
	by, third := s.as(string(owner.Role), 2), s.as(string(owner.Role), 3)
	today := workday.Of(s.w.Hand.Now())
	c := directory.Cover{Person: owner.Person, By: by.Person, From: today.Add(1), Until: today.Add(3)}
	before := s.count(`select count(*) from entry`)
	for range 2 {
		s.must(s.desk.ArrangeCover(s.ctx, owner, c))
	}
	if n := s.count(`select count(*) from entry`) - before; n != 1 {
		s.t.Errorf("a cover that was arranged twice is %d entries", n)
	}
	next := directory.Cover{Person: by.Person, By: third.Person, From: c.From, Until: c.Until}
	s.must(s.desk.ArrangeCover(s.ctx, by, next))
	s.refusedCovers(owner, by, third, c)
	s.w.Hand.Set(c.From.Start().Add(-time.Minute))
	s.standsBefore(by, "a minute before its first day")
	s.w.Hand.Set(c.From.Start().Add(time.Minute))
	s.standsBefore(by, "on its first day", ref, other)
	s.standsBefore(third, "before who covers for who covers")
	if porter := s.w.As("porter"); len(s.dutiesOf(porter, ref)) > 0 {
		s.t.Error("what is covered stands before somebody else")
	}
	s.actsFor(by, owner, ref)
	s.mailsTo(by, owner)
	s.standsBefore(by, "barred from one of two", other)
	s.w.Hand.Set(c.Until.End().Add(-time.Minute))
	s.standsBefore(by, "on its last day", other)
	s.w.Hand.Set(c.Until.End().Add(time.Minute))
	s.standsBefore(by, "a minute after its last day")
	s.endedEarly(owner, by, other)
}

// standsBefore holds that of others' records these, and no more, stand before somebody.
func (s *suite) standsBefore(a access.Actor, when string, want ...id.Reference) {
	s.t.Helper()
	var got []id.Reference
	for _, r := range s.mine(a).Rows {
		if r.For.By == a.Person {
			got = append(got, r.Reference)
		} else if r.Owner != a.Person {
			s.t.Errorf("%s: %s stands before them, and not as somebody's for whom they cover", when, r.Reference)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: %v stands before them, want %v", when, got, want)
	}
	for _, n := range s.mine(a).Notices {
		if n.Row.For.By == a.Person && !slices.Contains(want, n.Row.Reference) {
			s.t.Errorf("%s: they have a notice of %s", when, n.Row.Reference)
		}
	}
	for _, ref := range want {
		if v, err := s.desk.Open(s.ctx, a, s.room, ref); err != nil || len(v.May) == 0 {
			s.t.Errorf("%s: it does not open, or nothing may be done with it: %v", when, err)
		}
	}
}

// mailsTo holds that who covers has mail of what is given to who is away.
func (s *suite) mailsTo(by, owner access.Actor) {
	s.t.Helper()
	info := s.room.First()
	if info.Owner == "actor" {
		return
	}
	d, _ := s.mailing()
	in := s.inTime(info)
	in.Set(info.Owner, owner.Person.String())
	s.quiet()
	got, err := d.Begin(s.ctx, s.as(s.keeping(), 0), s.room, room.Beginning{Answers: in})
	s.must(err)
	if a, b := s.notices(owner.Person), s.notices(by.Person); a != 1 || b != 1 {
		s.t.Errorf("who is away had %d mails, and who covers %d, want one each", a, b)
	}
	step := s.room.Latest().AllSteps[slices.IndexFunc(s.room.Latest().AllSteps, func(x process.StepInfo) bool {
		return len(x.People) > 0
	})]
	_, err = s.desk.Take(s.ctx, by, s.room, got.Reference, room.Taking{Step: step.ID, Answers: s.x.Answers(step.Fields)})
	s.must(err)
}

// actsFor has somebody act for who is away: in their own name, for the other, said so.
func (s *suite) actsFor(by, owner access.Actor, ref id.Reference) {
	s.t.Helper()
	given := s.notesOf(owner, ref)
	if len(given) > 0 && len(s.notesOf(by, ref)) != len(given) {
		s.t.Errorf("who is away has %d notices, and who covers %d", len(given), len(s.notesOf(by, ref)))
	}
	took := false
	for _, info := range s.room.Latest().AllSteps[1:] {
		if took = info.Owner == ""; !took {
			continue
		}
		_, err := s.desk.Take(s.ctx, by, s.room, ref, room.Taking{Step: info.ID, Answers: s.inTime(info)})
		if took = err == nil; took {
			break
		}
	}
	v, err := s.desk.Readers(s.ctx, owner, s.room, ref)
	s.must(err)
	last := v.Taken[len(v.Taken)-1]
	if !took || last.By != by.Person || last.Effect.For != owner.Person || v.Owner != owner.Person {
		s.t.Errorf("it is not said that somebody acted, and for whom: %v %+v", took, last)
	}
	if !slices.ContainsFunc(v.Readers, func(r room.Reader) bool { return r.By == by.Person && r.For == owner.Person }) {
		s.t.Errorf("it is not said for whom it was read: %+v", v.Readers)
	}
	if _, err := s.desk.Open(s.ctx, by, s.room, ref); !fail.Is(err, fail.Hidden) {
		s.t.Errorf("who is barred opened it in somebody's place: %v", err)
	}
	if n := len(s.notesOf(owner, ref)); n > 0 {
		s.t.Errorf("who is away has %d notices of what was dealt with for them", n)
	}
}

// refusedCovers are those that are refused in words, by the answer that is wrong.
func (s *suite) refusedCovers(owner, by, third access.Actor, c directory.Cover) {
	s.t.Helper()
	nurse, early, late, twice := s.w.As("nurse"), c, c, c
	early.From, late.Until = c.From.Add(-9), c.From.Add(-1)
	twice.By, twice.From = third.Person, c.Until
	twice.Until = c.Until.Add(1)
	for _, x := range []struct {
		as    access.Actor
		cover directory.Cover
		field string
	}{
		{owner, early, "from"}, {owner, late, "until"}, {owner, twice, "from"},
		{owner, directory.Cover{Person: owner.Person, By: owner.Person, From: c.From, Until: c.Until}, "by"},
		{owner, directory.Cover{Person: owner.Person, By: nurse.Person, From: c.From, Until: c.Until}, "by"},
		{owner, directory.Cover{Person: owner.Person, From: c.From, Until: c.Until}, "by"},
		{owner, directory.Cover{Person: owner.Person, By: third.Person, From: c.Until.Add(2), Until: c.Until.Add(400)},
			"until"},
	} {
		if err := s.desk.ArrangeCover(s.ctx, x.as, x.cover); fail.FieldsOf(err).For(x.field) == "" {
			s.t.Errorf("%+v was answered with %v, want words for %q", x.cover, fail.FieldsOf(err), x.field)
		}
	}
	if err := s.desk.ArrangeCover(s.ctx, nurse, directory.Cover{Person: third.Person, By: by.Person, From: c.From,
		Until: c.Until}); !fail.Is(err, fail.Refused) {
		s.t.Errorf("a worker has somebody covered: %v", err)
	}
	lead, free := s.w.As("lead"), c
	free.Person, free.By = s.w.Person("second"), lead.Person
	if err := s.desk.ArrangeCover(s.ctx, lead, free); fail.FieldsOf(err).For("by") == "" {
		s.t.Errorf("somebody took another's place by their own word: %v", err)
	}
}

// endedEarly: a cover that is ended is over at once, and whoever covers may end it; the
// one whose only role is another never has the place.
func (s *suite) endedEarly(owner, by access.Actor, ref id.Reference) {
	s.t.Helper()
	today := workday.Of(s.w.Hand.Now())
	again := directory.Cover{Person: owner.Person, By: by.Person, From: today, Until: today}
	s.must(s.desk.ArrangeCover(s.ctx, owner, again))
	s.standsBefore(by, "covered anew", ref)
	all, err := s.desk.Covers(s.ctx, by)
	s.must(err)
	i := slices.IndexFunc(all, func(c directory.Cover) bool { return c.By == by.Person && c.Person == owner.Person })
	if i < 0 {
		s.t.Fatal("who covers is not told of it")
	}
	if err := s.desk.EndCover(s.ctx, s.w.As("nurse"), all[i].Of); err == nil {
		s.t.Error("a stranger ended it")
	}
	s.must(s.desk.EndCover(s.ctx, by, all[i].Of))
	s.standsBefore(by, "ended early")
}

// handed: what somebody has is given to another in one go, each with its entry and its
// notice. What is refused of one is said by its name, and the rest goes on.
func handed(s *suite) {
	s.needs(givingLater)
	defer s.changed(func(def *process.Definition) {
		for i, x := range def.AllSteps[1:] {
			if x.Owner == "" {
				def.AllSteps[i+1].People = []process.NamedHere{{As: "conflict", From: "actor"}}
			}
		}
	})()
	one, owner := s.owned()
	shut, _ := s.owned()
	two, _ := s.owned()
	to := s.as(string(owner.Role), 2)
	barred := false
	for _, info := range s.room.Latest().AllSteps[1:] {
		if info.Owner == "" && !barred {
			_, err := s.desk.Take(s.ctx, to, s.room, shut, room.Taking{Step: info.ID, Answers: s.inTime(info)})
			barred = err == nil
		}
	}
	if !barred {
		s.t.Fatal("nobody declared a conflict: nothing was tried")
	}
	h := room.Handing{From: owner.Person, To: to.Person, Why: "Two weeks of leave", Key: "handed over at once"}
	for _, ref := range []id.Reference{one, shut, id.NewReference(), two} {
		h.What = append(h.What, room.Named{Room: s.room.Name, Reference: ref})
	}
	s.heldBy(owner, to, one, shut, two)
	if _, err := s.desk.HandOver(s.ctx, owner, room.Handing{From: owner.Person}); len(fail.FieldsOf(err)) != 3 {
		s.t.Errorf("nothing, to nobody, for no reason was answered with %v", fail.FieldsOf(err))
	}
	var said []string
	had := map[id.Reference]int64{one: s.stands(one).Version, two: s.stands(two).Version}
	for range 2 {
		got, err := s.desk.HandOver(s.ctx, owner, h)
		s.must(err)
		said = append(said, fmt.Sprint(got))
		for i, x := range got {
			if refused := i == 1 || i == 2; refused != (x.Refused != "") || x.Named != h.What[i] {
				s.t.Errorf("of %d it is said %+v", i, x)
			}
		}
	}
	if said[0] != said[1] {
		s.t.Errorf("sent twice, it is said\n%s\n%s", said[0], said[1])
	}
	for _, ref := range []id.Reference{one, two} {
		v, err := s.desk.Open(s.ctx, to, s.room, ref)
		s.must(err)
		if last := v.Taken[len(v.Taken)-1]; v.Owner != to.Person || last.By != owner.Person || v.Version != had[ref]+1 {
			s.t.Errorf("handed over, it is at version %d with %s by %s", v.Version, v.Owner, last.By)
		}
		s.wantNotes(to, ref, "handed over to them", room.NoticeGiven)
	}
	s.heldBy(owner, to, shut)
	h.Key, h.What = "", h.What[:1]
	if got, err := s.desk.HandOver(s.ctx, owner, h); err != nil || got[0].Refused == "" {
		s.t.Errorf("what somebody has no more was handed over: %+v %v", got, err)
	}
	_, err := s.desk.CatchUp(s.ctx)
	s.must(err)
	live := s.tables()
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	if again := s.tables(); !slices.Equal(live, again) {
		s.t.Error("after handing over, live rows and those of a replay differ")
	}
	s.leaves()
}

// heldBy holds that somebody has these, and that they may be given to another; whoever
// may give away none is shown none.
func (s *suite) heldBy(owner, to access.Actor, want ...id.Reference) {
	s.t.Helper()
	s.book()
	before := s.count(`select count(*) from entry`)
	got, err := s.desk.Holds(s.ctx, owner, owner.Person, room.Query{Limit: room.MaxPage})
	s.must(err)
	if n := s.count(`select count(*) from entry`) - before; n != 1 {
		s.t.Errorf("%d entries say that somebody was shown what they have, want 1", n)
	}
	var has []id.Reference
	for _, r := range got.Rows {
		has = append(has, r.Reference)
	}
	for _, ref := range want {
		if !slices.Contains(has, ref) {
			s.t.Errorf("%s is not among what somebody has: %v", ref, has)
		}
	}
	if !slices.ContainsFunc(got.To, func(p directory.Person) bool { return p.ID == to.Person }) {
		s.t.Error("somebody of the same role is not among those who could have it")
	}
	porter, err := s.desk.Holds(s.ctx, s.w.As("porter"), owner.Person, room.Query{Limit: room.MaxPage})
	s.must(err)
	if len(porter.Rows)+len(porter.To) > 0 {
		s.t.Error("what somebody has is shown to somebody else")
	}
}

// leaves: what somebody had who left stands before all who hold their role.
func (s *suite) leaves() {
	s.t.Helper()
	role, login := s.keeping(), fmt.Sprintf("leaver%d", s.x.r.IntN(1_000_000))
	s.w.Join(login, access.Role(role))
	got, _ := s.give(s.as(role, 0), s.w.As(login))
	other := s.as(role, 2)
	if n := len(s.dutiesOf(other, got.Reference)); n != 0 {
		s.t.Errorf("what somebody has stands %d times before another of their role", n)
	}
	s.w.Hand.Move(time.Minute)
	s.must(s.w.Directory.Leave(s.ctx, s.w.Person(login), s.w.Word("guardian")))
	rows := s.dutiesOf(other, got.Reference)
	if len(rows) != 1 || !rows[0].Left {
		s.t.Errorf("what somebody had who left stands so before their role: %+v", rows)
	}
	if n := len(s.dutiesOf(s.w.As("porter"), got.Reference)); n != 0 {
		s.t.Error("what somebody had who left stands before somebody else")
	}
	done, err := s.desk.HandOver(s.ctx, other, room.Handing{From: s.w.Person(login), To: other.Person, Why: "They left",
		What: []room.Named{{Room: s.room.Name, Reference: got.Reference}}})
	s.must(err)
	if done[0].Refused != "" {
		s.t.Errorf("what somebody had who left cannot be handed over: %s", done[0].Refused)
	}
}
