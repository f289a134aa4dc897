package roomtest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/demo"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// mailing is a desk whose notices wait in the outbox: the server does not exist.
func (s *suite) mailing() (*room.Desk, *jobs.Queue) {
	q := jobs.New(s.w.Store, jobs.Options{Clock: s.w.Hand, Mail: &jobs.Mailer{Host: "127.0.0.1", Port: 1, TLS: "never",
		From: "heed@example.org",
		Link: "http://127.0.0.1", Address: func(context.Context, *store.Tx, id.Org, id.Person) (string,
			error) {
			return "x@example.org", nil
		}}})
	all := append([]*room.Room{s.room}, s.beside...)
	p := s.w.Parts()
	p.Jobs = q
	var err error
	p.Policy, err = room.Policy(s.ruled(all)...)
	s.must(err)
	d, err := room.NewDesk(p, s.ruled(all)...)
	s.must(err)
	if s.kept {
		s.must(d.Keep(s.room))
	}
	return d, q
}

// told: whoever is given a record is told; so is its owner when something is overdue,
// and a working day later whoever holds the role that the definition names; each of them
// once, and nobody whom the record is about.
func told(s *suite) {
	d, q := s.mailing()
	defer func(was *room.Desk) { s.desk = was }(s.desk)
	s.desk = d
	s.quiet()
	got, by, owner, ok := s.given()
	if !ok {
		got = s.begin()
	}
	if n := s.notices(owner.Person); ok && owner.Person != by.Person && n != 1 {
		s.t.Errorf("whoever was given the record had %d mails, want 1", n)
	}
	v := s.stands(got.Reference)
	due, ok := v.NextDue()
	if !ok {
		s.t.Fatal("nothing is due on a record that was just begun")
	}
	holder := s.as(string(due.Owner), 2)
	for _, role := range s.room.Late {
		s.as(string(role), 0)
	}
	s.only(v.Record)
	waits := due.Any || v.Owner.IsZero()
	for _, at := range []struct {
		when                time.Time
		owner, holder, late bool
	}{
		{due.At.Add(-time.Minute), false, false, false}, {due.At.Add(time.Minute), !v.Owner.IsZero(), waits, false},
		{workday.EnglandAndWales.Add(due.Day, 2).Start().Add(12 * time.Hour), !v.Owner.IsZero(), true, true},
	} {
		s.quiet()
		s.w.Hand.Set(at.when)
		s.works(q)
		s.wantMails(v.Owner, at.owner, at.when.Sub(due.At).String()+" from when something of theirs is due")
		s.wantMails(holder.Person, at.holder, at.when.Sub(due.At).String()+" from when something of their role is due")
		for _, role := range s.room.Late {
			s.wantMails(s.as(string(role), 0).Person, at.late, "told late, "+at.when.Sub(due.At).String()+" from when it is due")
		}
	}
	s.tellsNobodyItIsAbout()
}

// wantMails holds that somebody has one mail, or none.
func (s *suite) wantMails(p id.Person, one bool, when string) {
	s.t.Helper()
	if n := s.notices(p); one != (n == 1) || n > 1 {
		s.t.Errorf("%s: they had %d mails; they are to have one: %v", when, n, one)
	}
}

// tellsNobodyItIsAbout has whoever takes a step be who the record is about: of what is
// overdue on it they hear nothing, and others of their role do.
func (s *suite) tellsNobodyItIsAbout() {
	s.t.Helper()
	defer s.changed(func(def *process.Definition) {
		for i, x := range def.AllSteps[1:] {
			if x.Owner == "" {
				def.AllSteps[i+1].People = append(slices.Clone(x.People), process.NamedHere{As: process.Subject, From: "actor"})
			}
		}
	})()
	d, q := s.mailing()
	s.desk = d
	for _, info := range s.room.Latest().AllSteps[1:] {
		ref := s.begin().Reference
		v := s.stands(ref)
		due, _ := v.NextDue()
		about, other := s.as(string(due.Owner), 3), s.as(string(due.Owner), 2)
		_, err := d.Take(s.ctx, about, s.room, ref, room.Taking{Step: info.ID, Answers: s.inTime(info), Version: v.Version})
		is := s.stands(ref)
		if err != nil || !slices.Contains(is.Due, due) || !slices.Contains(is.People[process.Subject], about.Person) {
			continue
		}
		s.only(v.Record)
		s.quiet()
		s.w.Hand.Set(workday.EnglandAndWales.Add(due.Day, 2).Start().Add(12 * time.Hour))
		s.works(q)
		s.wantMails(about.Person, false, "overdue on what is about them")
		s.wantMails(other.Person, true, "overdue on what is about another")
		return
	}
}

// only leaves the duties of one record.
func (s *suite) only(rec id.Record) {
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`delete from job where record <> $1`, rec)
		return err
	}))
}

// reminded says whether somebody is to be told of a record before it has been kept long enough.
func (s *suite) reminded(ref id.Reference) bool {
	s.t.Helper()
	v := s.stands(ref)
	return s.count(`select count(*) from job where kind = 'room-due' and record = $1 and due <> $2`, v.Record,
		clock.Micros(v.Keep.Until.End())) > 0
}

// quiet empties the outbox.
func (s *suite) quiet() {
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`delete from job where kind = 'mail'`)
		return err
	}))
}

func (s *suite) notices(p id.Person) (n int) {
	return s.count(`select count(*) from job where kind = 'mail' and record = $1`, p.Record())
}

func (s *suite) count(text string, args ...any) (n int) {
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int) []any { return []any{n} }, text, args...)
		return err
	}))
	return n
}

// forgotten: what a key did is kept for as long as somebody sends it again, and no longer.
func forgotten(s *suite) {
	d, q := s.mailing()
	info := s.room.First()
	_, err := d.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room,
		room.Beginning{Answers: s.inTime(info), Key: "a-key-to-be-forgotten"})
	s.must(err)
	s.only(id.Record{})
	s.must(d.RunDuties(s.ctx))
	s.w.Hand.Move(72 * time.Hour)
	_, err = q.Work(s.ctx)
	s.must(err)
	if n := s.count(`select count(*) from room_retry`); n != 0 {
		s.t.Errorf("%d keys were kept for three days", n)
	}
}

// read: whoever may see who has opened a record sees everybody who did.
func read(s *suite) {
	all := *s.room
	all.Policies += `
@id("` + all.Name + `-all-work")
@says("Everybody sees all of it.")
permit (principal, action in [` + s.actions() + `], resource is ` + all.Kind + `);`
	d, ref := s.program(&all), s.begin().Reference
	porter, nurse := s.w.As("porter"), s.w.As("nurse")
	_, err := d.Open(s.ctx, porter, &all, ref)
	s.must(err)
	v, err := d.Readers(s.ctx, nurse, &all, ref)
	s.must(err)
	for _, p := range []id.Person{porter.Person, nurse.Person} {
		if !slices.ContainsFunc(v.Readers, func(r room.Reader) bool { return r.By == p && r.Rule != "" && r.Role != "" }) {
			s.t.Errorf("somebody who read it is not among %v", v.Readers)
		}
	}
}

// apart: a record of this room is not there in another, under whatever right.
func apart(s *suite) {
	other := *s.room
	other.Number = s.room.Number + 1
	d, ref := room.TestOnlyDesk(s.w.Parts(), s.room, &other), s.begin().Reference
	a := s.reader(ref)
	if _, err := d.Open(s.ctx, a, &other, ref); !fail.Is(err, fail.Hidden) {
		s.t.Errorf("a record was opened in another room: %v", err)
	}
	step := s.room.Latest().AllSteps[1]
	if _, err := d.Take(s.ctx, a, &other, ref, room.Taking{Step: step.ID,
		Answers: s.x.Answers(step.Fields)}); !fail.Is(err, fail.Hidden) {
		s.t.Errorf("a step was taken on a record of another room: %v", err)
	}
}

// older: rows that somebody put back as they once were show nothing of the record.
func older(s *suite) {
	type was struct {
		version int64
		state   []byte
	}
	for _, step := range s.room.Latest().AllSteps[1:] {
		ref := s.begin().Reference
		a := s.reader(ref)
		var kept was
		s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) (err error) {
			kept, err = store.One(tx, func(w *was) []any { return []any{&w.version, &w.state} },
				`select version, state from room_record_v1 where reference = $1`, string(ref))
			return err
		}))
		if _, _, err := s.take(ref, step, s.x.Answers(step.Fields)); err != nil {
			continue
		}
		s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`update room_record_v1 set version = $2, state = $3 where reference = $1`, string(ref),
				kept.version, kept.state)
			return err
		}))
		if _, err := s.desk.Open(s.ctx, a, s.room, ref); !fail.Is(err, fail.Tampered) {
			s.t.Errorf("a record whose row was put back was opened: %v", err)
		}
		for _, l := range s.desk.MayList(a, s.room) {
			p, err := s.desk.List(s.ctx, a, s.room, room.Query{List: l.ID, Limit: 100})
			s.must(err)
			for _, x := range p.Rows {
				if x.Reference == ref && x.Stage != "" {
					s.t.Errorf("%s shows the row that was put back, at %s", l.ID, x.Stage)
				}
			}
		}
		s.mend()
		return
	}
	s.t.Error("no step could be taken: nothing was tried")
}

// stories: every story of the demo can happen, by people who hold the roles of its steps.
func stories(s *suite) {
	for _, story := range s.room.Stories {
		people := map[string]id.Person{}
		actors := map[string]access.Actor{}
		for _, scene := range story.Steps {
			if fault := scene.Stranger(demo.Logins()); fault != "" {
				s.t.Fatal(fault)
			}
			if _, ok := actors[scene.As]; ok {
				continue
			}
			actors[scene.As] = s.as(s.roleOf(story, scene.As), len(actors))
			people[scene.As] = actors[scene.As].Person
		}
		now := s.w.Hand.Now().Add(time.Duration(story.DaysAgo+1) * 24 * time.Hour)
		var ref id.Reference
		for i, scene := range story.Steps {
			at := story.At(now, i)
			s.w.Hand.Set(at)
			said, by := scene.Said(workday.Of(at), people), actors[scene.As]
			var err error
			if i == 0 {
				var got room.Receipt
				got, err = s.desk.Begin(s.ctx, by, s.room, room.Beginning{Answers: said, Strict: true})
				ref = got.Reference
			} else {
				_, err = s.desk.Take(s.ctx, by, s.room, ref, room.Taking{Step: scene.Step, Answers: said, Strict: true,
					Version: s.seen(ref, scene.Step)})
			}
			if err != nil {
				s.t.Error(scene.Fault("step", fmt.Sprintf("%s as %s cannot happen: %v %v", scene.Step, scene.As, err,
					fail.FieldsOf(err))))
				break
			}
		}
	}
}

// roleOf is a role in which somebody can take all of their steps of a story.
func (s *suite) roleOf(story room.Story, login string) string {
	def := s.room.Latest()
	for _, role := range def.Roles {
		all := true
		for _, scene := range story.Steps {
			info, _ := def.Step(scene.Step)
			all = all && (scene.As != login || slices.Contains(info.Roles, role.ID) ||
				slices.Contains(info.Roles, process.Anyone))
		}
		if all {
			return string(role.ID)
		}
	}
	s.t.Errorf("%s has no role in which all of their steps can be taken", login)
	return string(access.Worker)
}
