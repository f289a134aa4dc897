package roomtest

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// changed has the suite go on under a later definition, changed as told, until it is put back.
func (s *suite) changed(change func(*process.Definition)) (back func()) {
	room, desk := s.room, s.desk
	s.room, s.desk = s.later(func(steps []process.StepInfo) []process.StepInfo { return steps })
	change(s.room.Latest())
	return func() { s.room, s.desk = room, desk }
}

// runs has one more duty, which every step would start and none meets: it is not put off
// by what would start it again, it ends with the record, and nothing reminds of it then.
func runs(s *suite) {
	s.needs(goingOn)
	const added = "added_duty"
	defer s.changed(func(def *process.Definition) {
		t := def.Timers[0]
		t.ID, t.Label, t.Days, t.On, t.Repeat, t.From = added, "Added", 200, "", false, nil
		for _, step := range def.AllSteps {
			t.From = append(t.From, string(step.ID))
		}
		t.Until = []string{string(def.AllSteps[0].ID)} // which is taken once
		def.Timers = append(slices.Clone(def.Timers), t)
	})()
	ended, restarted, all := 0, 0, s.work()
	for range 12 {
		ref := s.begin().Reference
		reader := s.reader(ref)
		for range walked {
			v, err := s.desk.Open(s.ctx, reader, s.room, ref)
			if err != nil || v.Ended() {
				break
			}
			s.w.Hand.Move(time.Hour)
			info := all[s.x.r.IntN(len(all))]
			if _, _, err := s.take(ref, info, s.inTime(info)); err != nil {
				continue
			}
			after, err := s.desk.Open(s.ctx, reader, s.room, ref)
			if err != nil {
				break
			}
			if after.Ended() {
				ended++
				if len(after.Due) > 0 || s.reminded(ref) {
					s.t.Errorf("after its end by %s %v is still due, or somebody is still reminded of it", info.ID, after.Due)
				}
				break
			}
			restarted++
			if !slices.Equal(ofDuty(v.Due, added), ofDuty(after.Due, added)) {
				s.t.Errorf("a duty that ran already was changed by %s: %v, then %v", info.ID, ofDuty(v.Due, added),
					ofDuty(after.Due, added))
			}
		}
	}
	if ended == 0 || restarted == 0 {
		s.t.Errorf("%d records ended and %d duties went on by a random walk: nothing was tried", ended, restarted)
	}
}

func ofDuty(all []process.Due, name string) []process.Due {
	return slices.DeleteFunc(slices.Clone(all), func(x process.Due) bool { return x.Deadline != name })
}

// keeps has one more question in each step, whose answer is kept: what is left empty the
// next time ends what was kept.
func keeps(s *suite) {
	s.needs(twice)
	const added = "added_kept"
	defer s.changed(func(def *process.Definition) {
		for i := range def.AllSteps {
			step := &def.AllSteps[i]
			step.Fields = append(slices.Clone(step.Fields), field.Field{ID: added, Ask: "Added?", What: "what was added",
				Kind: field.Line, Keep: true})
		}
	})()
	tried := 0
	for _, step := range s.room.Latest().AllSteps[1:] {
		ref := s.begin().Reference
		reader := s.reader(ref)
		for _, said := range []string{"something", ""} {
			in := s.x.Answers(step.Fields)
			in.Set(added, said)
			if _, _, err := s.take(ref, step, in); err != nil {
				break
			}
			v, err := s.desk.Open(s.ctx, reader, s.room, ref)
			if err != nil {
				break
			}
			if left := slices.Contains(v.Taken[len(v.Taken)-1].Emptied, added); left != (said == "") {
				s.t.Errorf("%s: answered %q, it is said that it was left empty: %v", step.ID, said, left)
			}
			if got := v.Kept.Get(string(step.ID) + "." + added); got != said {
				s.t.Errorf("%s: kept is %q, and was answered %q", step.ID, got, said)
			}
			if said == "" {
				tried++
			}
		}
	}
	if tried == 0 {
		s.t.Error("no step was taken twice: nothing was tried")
	}
}

// ofAnother: rows that somebody put into another list by SQL show nothing there.
func ofAnother(s *suite) {
	refs := append(s.some(8), s.far()...)
	first := s.room.First()
	got, err := s.desk.Begin(s.ctx, s.as(string(first.Roles[0]), 1), s.room, room.Beginning{Answers: s.inTime(first)})
	s.must(err)
	refs = append(refs, got.Reference)
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`insert into room_list_v1 (tag, sort, record) select t.tag, t.sort, r.record
			from (select tag, min(sort) as sort from room_list_v1 group by tag) t, room_record_v1 r
			where r.room = $1 and not exists (select 1 from room_list_v1 l where l.tag = t.tag and l.record = r.record)`, s.room.Number)
		return err
	}))
	shown, hidden := 0, 0
	for _, role := range s.room.Latest().Roles {
		a := s.as(string(role.ID), 0)
		for _, l := range s.desk.MayList(a, s.room) {
			if l.Today {
				continue // comes from another's rows, of a time
			}
			got := s.whole(a, l.ID, 20)
			for _, ref := range refs {
				v, err := s.desk.Open(s.ctx, a, s.room, ref)
				if err != nil {
					continue
				}
				want, has := s.belongs(l, &v.State, a), slices.Contains(got, ref)
				if has && !want {
					s.t.Errorf("%s as %s shows %s, which is at %s", l.ID, role.ID, ref, v.Stage)
				}
				if want {
					shown++
				} else {
					hidden++
				}
			}
		}
	}
	if shown == 0 || hidden == 0 && partial.has(s) {
		s.t.Errorf("%d belong in a list and %d do not: nothing was tried", shown, hidden)
	}
	s.mend()
}

// belongs is what a list says of itself in the definition: whose it is, and what stands in it.
func (s *suite) belongs(l process.List, x *room.State, a access.Actor) bool {
	theirs := map[string]bool{"organisation": true, "team": x.Team == a.Team, "owner": x.Owner == a.Person,
		"raiser": x.By == a.Person}
	for _, f := range l.Facts {
		if !x.Facts.Has(f) {
			return false
		}
	}
	due, is := x.NextDue()
	return theirs[l.Of] && (l.Open == "" || (l.Open == "yes") == (!x.Ended() || len(x.Due) > 0)) &&
		(!l.Sent || len(x.Disclosed) > 0) && (!l.Kept || !x.EndedAt.IsZero()) &&
		(len(l.In) == 0 || slices.Contains(l.In, x.Stage)) &&
		(!l.Waits || slices.ContainsFunc(x.Due, func(d process.Due) bool { return d.Others })) &&
		(!l.Today || is && !due.At.After(workday.Of(s.w.Hand.Now()).End()))
}

// barredOwner: nobody is given a record that is closed to them.
func barredOwner(s *suite) {
	s.needs(givingLater)
	gives := slices.IndexFunc(s.room.Latest().AllSteps, func(x process.StepInfo) bool {
		f, ok := field.Find(x.Fields, x.Owner)
		return ok && f.Kind == field.Person && x.ID != s.room.First().ID
	})
	defer s.changed(func(def *process.Definition) {
		for i := range def.AllSteps[1:] {
			if i+1 != gives {
				def.AllSteps[i+1].People = []process.NamedHere{{As: "conflict", From: "actor"}}
			}
		}
	})()
	give := s.room.Latest().AllSteps[gives]
	for _, step := range s.room.Latest().AllSteps[1:] {
		ref := s.begin().Reference
		if step.ID == give.ID {
			continue
		}
		_, by, err := s.take(ref, step, s.x.Answers(step.Fields))
		if err != nil {
			continue
		}
		f, _ := field.Find(give.Fields, give.Owner)
		if !slices.Contains(f.Of, string(by.Role)) {
			continue
		}
		in := s.x.Answers(give.Fields)
		in.Set(give.Owner, by.Person.String())
		_, _, err = s.take(ref, give, in)
		if fail.FieldsOf(err).For(give.Owner) == "" {
			s.t.Errorf("%s: given to somebody who declared a conflict in %s: %v", give.ID, step.ID, err)
		}
		return
	}
	s.t.Error("nobody declared a conflict: nothing was tried")
}
