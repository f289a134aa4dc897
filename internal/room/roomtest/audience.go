package roomtest

import (
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// audience has everybody asked to read a record in force: each sees it in their own list
// until they confirm it, which names what was in force and is written once; who joins is
// asked, who has left is not counted, a minor version keeps what was confirmed and a major
// one starts again; and names are for those alone who may see them.
func audience(s *suite) {
	s.needs(anAudience)
	ref := s.inForce()
	nurse, porter := s.w.As("nurse"), s.w.As("porter")
	s.mustNotBeAsked(nurse, ref)
	edition := s.edition(ref)
	before := s.entries()
	if _, err := s.desk.Confirm(s.ctx, nurse, s.room, ref, edition); !fail.Is(err, fail.Conflict) {
		s.t.Errorf("nobody is asked, and a confirmation is answered with %v", err)
	}
	if n := s.entries() - before; n != 1 {
		s.t.Errorf("nobody was asked, and a confirmation that was refused wrote %d entries", n)
	}
	s.mustNotBeAsked(nurse, ref)
	s.ask(ref, process.AskEverybody, "")
	s.mustBeAsked(nurse, ref, false)
	s.confirms(ref, nurse)
	s.mustBeAsked(porter, ref, false)
	s.countsOnly(ref)
	s.turns(ref, nurse)
	s.ended(ref, porter)
}

// confirms has somebody confirm: another hash is refused, the right one is one entry.
func (s *suite) confirms(ref id.Reference, a access.Actor) {
	s.t.Helper()
	v, err := s.desk.Open(s.ctx, a, s.room, ref)
	s.must(err)
	before := s.entries()
	if _, err := s.desk.Confirm(s.ctx, a, s.room, ref, strings.Repeat("0", 64)); !fail.Is(err, fail.Stale) {
		s.t.Errorf("another version is confirmed: %v", err)
	}
	if v.Reading.Edition == nil {
		s.t.Fatal("whoever is asked is not told what they confirm")
	}
	for range 2 {
		_, err := s.desk.Confirm(s.ctx, a, s.room, ref, v.Reading.Edition.Hash)
		s.must(err)
	}
	if n := s.entries() - before; n != 2 {
		s.t.Errorf("refused once and confirmed twice, it wrote %d entries", n)
	}
	s.mustBeAsked(a, ref, true)
	after, err := s.desk.Open(s.ctx, a, s.room, ref)
	s.must(err)
	if after.Version != v.Version || len(after.Taken) != len(v.Taken) {
		s.t.Errorf("a confirmation is a step of the record: version %d, %d steps", after.Version, len(after.Taken))
	}
}

// countsOnly holds counts and names to who may see them, and to who works here now.
func (s *suite) countsOnly(ref id.Reference) {
	s.t.Helper()
	if _, err := s.desk.Confirmations(s.ctx, s.w.As("porter"), s.room, ref); err == nil {
		s.t.Error("everybody sees who has confirmed")
	}
	s.counts(ref) // who looks has an account now, too
	before := s.counts(ref)
	if before.Done != 1 {
		s.t.Errorf("%d have confirmed, want 1", before.Done)
	}
	if slices.ContainsFunc(before.Missing, func(p directory.Person) bool { return p.ID == s.w.Person("nurse") }) {
		s.t.Error("who has confirmed is named among those who have not")
	}
	if s.w.Person("newcomer").IsZero() {
		s.w.Join("newcomer", access.Worker)
	}
	joined := s.counts(ref)
	if joined.Of != before.Of+1 || !slices.ContainsFunc(joined.Missing,
		func(p directory.Person) bool { return p.ID == s.w.Person("newcomer") }) {
		s.t.Errorf("somebody joined: %d are asked of %d before, or they are not named", joined.Of, before.Of)
	}
	move := `update head set version = version + $2 where record = $1`
	s.exec(move, s.w.Person("porter"), 9) // so that the account does not open
	if c := s.counts(ref); c.Of != joined.Of-1 || c.Unknown != 1 || c.Done != joined.Done {
		s.t.Errorf("one account is damaged: %d of %d have confirmed, and nobody knows of %d; before it were %d of %d",
			c.Done, c.Of, c.Unknown, joined.Done, joined.Of)
	}
	s.exec(move, s.w.Person("porter"), -9)
	s.mustBeAsked(s.w.As("newcomer"), ref, false)
	s.confirms(ref, s.w.As("newcomer"))
	s.must(s.w.Directory.Leave(s.ctx, s.w.Person("newcomer"), s.w.Words()...))
	if left := s.counts(ref); left.Of != before.Of || left.Done != 1 {
		s.t.Errorf("somebody left: %d of %d, want 1 of %d", left.Done, left.Of, before.Of)
	}
	for _, t := range before.Teams {
		if t.People == "*" {
			s.t.Errorf("a team of few people stands by itself: %+v", t)
		}
	}
}

// turns has a minor version keep what was confirmed, and a major one start again.
func (s *suite) turns(ref id.Reference, a access.Actor) {
	s.t.Helper()
	old := s.edition(ref)
	for _, keeps := range []bool{true, false} {
		s.newEdition(ref, keeps)
		now := s.edition(ref)
		if now == old {
			s.t.Fatalf("another version has the same name (keeps: %v)", keeps)
		}
		s.mustBeAsked(a, ref, keeps)
		_, err := s.desk.Confirm(s.ctx, a, s.room, ref, old)
		if is := fail.Is(err, fail.Stale); is == keeps {
			s.t.Errorf("what was in force before is confirmed (keeps: %v): %v", keeps, err)
		}
		if keeps {
			s.namesWhatWasRead(ref, old, now)
		}
		old = now
	}
	s.confirms(ref, a)
}

// namesWhatWasRead: the entry and the answer name what somebody said that they read, which
// may be the version before a minor one; each that they name has an entry, and one alone.
func (s *suite) namesWhatWasRead(ref id.Reference, old, now string) {
	s.t.Helper()
	porter := s.w.As("porter")
	for _, hash := range []string{old, now, old, now} {
		before := s.confirmations(ref, hash)
		done, err := s.desk.Confirm(s.ctx, porter, s.room, ref, hash)
		s.must(err)
		after := s.confirmations(ref, hash)
		if after != max(before, 1) || done.Edition.Hash != hash || done.Edition.Version == 0 {
			s.t.Errorf("confirmed %s: answered with %+v, and %d entries name it, %d before", hash, done.Edition, after, before)
		}
	}
	s.mustBeAsked(porter, ref, true)
}

// confirmations are how many entries of the record by the porter name a hash.
func (s *suite) confirmations(ref id.Reference, hash string) (n int) {
	s.t.Helper()
	v := s.stands(ref)
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		key, err := s.w.Vault.Key(tx, v.Org, v.Record)
		if err != nil {
			return err
		}
		all, err := s.w.Ledger.Readings(tx, key)
		for _, e := range all {
			if e.Author.Person == s.w.Person("porter") && strings.Contains(string(e.Data), hash) {
				n++
			}
		}
		return err
	}))
	return n
}

// ended: what is not in force any more is asked of nobody, and what nobody is asked for
// is in no list.
func (s *suite) ended(ref id.Reference, a access.Actor) {
	s.t.Helper()
	audience := s.room.Latest().Audience
	edition := s.edition(ref)
	v := s.stands(ref)
	s.goWay(ref, shortest(s.room.Latest(), v.Status(), func(_ []turn,
		at process.Status) bool {
		return !slices.Contains(audience.In, at.State)
	}))
	s.mustNotBeAsked(a, ref)
	if _, err := s.desk.Confirm(s.ctx, a, s.room, ref, edition); err == nil {
		s.t.Error("what is not in force is confirmed")
	}
	again := s.inForce()
	s.ask(again, process.AskEverybody, "")
	s.mustBeAsked(a, again, false)
	stop, _ := s.room.Latest().Step(audience.Stop)
	_, _, err := s.take(again, stop, s.x.Answers(stop.Fields))
	s.must(err)
	s.mustNotBeAsked(a, again)
}

// audiences asks a role, and nobody else, and a team. An organisation is founded with one
// team: that another is not asked is held in package room.
func audiences(s *suite) {
	s.needs(anAudience)
	a := s.room.Latest().Audience
	ask, _ := s.room.Latest().Step(a.Ask)
	who, _ := field.Find(ask.Fields, a.Who)
	nurse := s.w.As("nurse")
	if slices.Contains(who.Offered(), process.AskRole) {
		ref := s.inForce()
		s.ask(ref, process.AskRole, string(access.Lead))
		s.mustNotBeAsked(nurse, ref)
		s.mustBeAsked(s.w.As("lead"), ref, false)
		s.tellsOfNobody(ref, s.w.As("lead"))
	}
	if slices.Contains(who.Offered(), process.AskTeam) {
		ref := s.inForce()
		s.ask(ref, process.AskTeam, s.w.Org.Teams[0].ID.String())
		s.mustBeAsked(nurse, ref, false)
	}
}

// tellsOfNobody: where few are asked, what whoever counts sees is the same before and after
// one of them has confirmed, unless they may see names; and exact figures are for those alone.
func (s *suite) tellsOfNobody(ref id.Reference, one access.Actor) {
	s.t.Helper()
	figures := func() (out []room.Confirmations) {
		for _, d := range s.room.Latest().Roles {
			c, err := s.desk.Confirmations(s.ctx, s.as(string(d.ID), 0), s.room, ref)
			if err == nil && !c.Named {
				out = append(out, c)
			}
		}
		return out
	}
	before := figures()
	s.confirms(ref, one)
	for i, after := range figures() {
		if after.Of+after.Done+len(after.Missing) > 0 || !after.Asked {
			s.t.Errorf("who may not see names is told that exactly %d of %d have confirmed", after.Done, after.Of)
		}
		if after.Whole != before[i].Whole || !slices.Equal(after.Teams, before[i].Teams) {
			s.t.Errorf("that one of few has confirmed is told: %+v, and %+v before", after.Whole, before[i].Whole)
		}
	}
}

// unread puts rows of confirmations in, takes them away and exchanges them: each is named
// and made as it was.
func unread(s *suite) {
	s.needs(anAudience)
	ref := s.inForce()
	s.ask(ref, process.AskEverybody, "")
	nurse := s.w.As("nurse")
	s.confirms(ref, nurse)
	s.w.Hand.Move(time.Minute)
	s.begin() // a later record
	rec := s.stands(ref).Record
	for what, text := range map[string]string{
		"taken away":               `delete from room_confirmed_v1 where record = $1`,
		"put in":                   `insert into room_confirmed_v1 (tag, record) select state, record from room_record_v1 where record = $1`,
		"given to somebody else":   `update room_confirmed_v1 set tag = (select tag from room_list_v1 where record = $1 limit 1) where record = $1`,
		"turned to a later record": `update room_confirmed_v1 set record = (select record from room_record_v1 where record > $1 order by record desc limit 1) where record = $1`,
	} {
		s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error { _, err := tx.Exec(text, rec); return err }))
		if found := s.amiss(rec); found == "" {
			s.t.Errorf("a confirmation was %s, and nobody noticed", what)
		}
		_, err := s.desk.MendLists(s.ctx, quietly, func(id.Record, string) {}, func(id.Record, string) {})
		s.must(err)
		if found := s.amiss(rec); found != "" {
			s.t.Errorf("a confirmation was %s, and made anew: %s", what, found)
		}
		s.mustBeAsked(nurse, ref, true)
	}
	s.confirmedAgain(ref, nurse)
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	s.mustBeAsked(nurse, ref, true)
}

// confirmedAgain: whose row was taken away is asked again, and what they say again is the
// same confirmation: it counts once, and nothing is amiss.
func (s *suite) confirmedAgain(ref id.Reference, a access.Actor) {
	s.t.Helper()
	rec := s.stands(ref).Record
	s.exec(`delete from room_confirmed_v1 where record = $1`, rec)
	_, err := s.desk.Confirm(s.ctx, a, s.room, ref, s.edition(ref))
	s.must(err)
	if c, found := s.counts(ref), s.amiss(rec); c.Done != 1 || found != "" {
		s.t.Errorf("confirmed again, %d have confirmed, and amiss is %q", c.Done, found)
	}
}

// amiss is what comparing lists with history finds of a record.
func (s *suite) amiss(rec id.Record) (out string) {
	s.t.Helper()
	_, err := s.desk.CheckLists(s.ctx, quietly, func(r id.Record, what string) {
		if r == rec {
			out = what
		}
	})
	s.must(err)
	return out
}

// inForce begins a record and brings it into force with something to be read.
func (s *suite) inForce() id.Reference {
	s.t.Helper()
	ref := s.begin().Reference
	s.publish(ref, "")
	return ref
}

// newEdition brings another version into force, which keeps confirmations or not.
func (s *suite) newEdition(ref id.Reference, keeps bool) {
	s.t.Helper()
	a := s.room.Latest().Audience
	c := a.Keeps[0]
	text, _ := s.room.Latest().Step(a.Text)
	f, _ := field.Find(text.Fields, c.Field)
	for _, answer := range f.Offered() {
		if slices.Contains(c.Is, answer) == keeps {
			s.publish(ref, answer)
			return
		}
	}
}

// publish goes the shortest way by which something that is said comes into force; change
// is the answer that says whether confirmations are kept.
func (s *suite) publish(ref id.Reference, change string) {
	s.t.Helper()
	d := s.room.Latest()
	a := d.Audience
	text, _ := d.Step(a.Text)
	v := s.stands(ref)
	path := shortest(d, v.Status(), func(taken []turn, at process.Status) bool {
		i := slices.IndexFunc(taken, func(t turn) bool {
			return t.step == a.Text && (change == "" || s.comesOut(text, a, change) == t.outcome)
		})
		return i >= 0 && slices.Contains(a.In, at.State) && slices.Contains(d.Published, at.State)
	})
	if path == nil {
		s.t.Fatalf("nothing comes into force from %s", v.Stage)
	}
	for _, w := range path {
		info, _ := d.Step(w.step)
		in := s.answersFor(info, w.outcome)
		if w.step == a.Text && change != "" {
			in[a.Keeps[0].Field] = field.Of(change)
		}
		if _, _, err := s.take(ref, info, in); err != nil {
			s.t.Fatalf("%s (%s): %v", w.step, w.outcome, err)
		}
	}
}

// comesOut is how the step that says something comes out with an answer.
func (s *suite) comesOut(text process.StepInfo, a process.Audience, change string) string {
	in := field.Answers{a.Keeps[0].Field: field.Of(change)}
	for _, o := range text.Outcomes {
		if len(o.When) == 0 || slices.ContainsFunc(o.When, func(c field.Condition) bool { return c.Holds(in) }) {
			return o.ID
		}
	}
	return ""
}

// ask asks an audience to read a record.
func (s *suite) ask(ref id.Reference, who, whom string) {
	s.t.Helper()
	a := s.room.Latest().Audience
	info, _ := s.room.Latest().Step(a.Ask)
	in := field.Said(a.Who, who)
	switch who {
	case process.AskRole:
		in[a.Role] = field.Of(whom)
	case process.AskTeam:
		in[a.Team] = field.Of(whom)
	}
	_, _, err := s.take(ref, info, in)
	s.must(err)
}

func (s *suite) edition(ref id.Reference) string { return s.stands(ref).Edition.Hash }

func (s *suite) toRead(a access.Actor, ref id.Reference) (room.Reads, bool) {
	s.t.Helper()
	all, _, err := s.desk.ToRead(s.ctx, a, s.room)
	s.must(err)
	i := slices.IndexFunc(all, func(x room.Reads) bool { return x.Reference == ref })
	if i < 0 {
		return room.Reads{}, false
	}
	return all[i], true
}

func (s *suite) mustBeAsked(a access.Actor, ref id.Reference, confirmed bool) {
	s.t.Helper()
	before := s.entries()
	x, yes := s.toRead(a, ref)
	if !yes || x.Confirmed != confirmed {
		s.t.Errorf("in the list of whoever is asked: %v, confirmed %v, want %v", yes, x.Confirmed, confirmed)
	}
	if s.entries() == before {
		s.t.Error("what somebody is asked to read was shown without an entry")
	}
	mine, err := s.desk.Work(s.ctx, a, room.Query{Limit: room.MaxPage})
	s.must(err)
	waits := slices.ContainsFunc(mine.Rows, func(x room.Row) bool {
		return x.Reference == ref &&
			x.Due.Deadline == room.DueReading
	})
	if waits == confirmed {
		s.t.Errorf("in the work of whoever is asked: %v, and confirmed is %v", waits, confirmed)
	}
}

func (s *suite) mustNotBeAsked(a access.Actor, ref id.Reference) {
	s.t.Helper()
	if _, yes := s.toRead(a, ref); yes {
		s.t.Error("it is in the list of somebody who is not asked")
	}
	v, err := s.desk.Open(s.ctx, a, s.room, ref)
	if err == nil && v.Reading.Edition != nil {
		s.t.Error("somebody who is not asked is asked on the record")
	}
}

// counts are how many have confirmed, for somebody who may see names.
func (s *suite) counts(ref id.Reference) (out room.Confirmations) {
	s.t.Helper()
	for _, d := range s.room.Latest().Roles {
		c, err := s.desk.Confirmations(s.ctx, s.as(string(d.ID), 0), s.room, ref)
		switch {
		case err == nil && c.Named:
			out = c
		case err == nil && len(c.Missing) > 0:
			s.t.Errorf("a %s may not see names, and has %d", d.ID, len(c.Missing))
		}
	}
	if !out.Named {
		s.t.Fatal("nobody may see who has not confirmed")
	}
	return out
}
