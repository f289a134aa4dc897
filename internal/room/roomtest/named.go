package roomtest

import (
	"slices"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// named: a question that asks for a person takes one who holds a role that it asks for and
// works here, and nobody else; the same answer comes to whoever names somebody unknown. One
// that asks for an entry takes one that the record has.
func named(s *suite) {
	s.needs(naming)
	for _, info := range s.room.Latest().AllSteps {
		for _, f := range info.Fields {
			switch {
			case len(f.ShownWhen) > 0: // it is asked with some answers alone
				continue
			case f.Kind == field.Person && len(f.Of) > 0:
				s.namesAPerson(info, f)
			case f.Kind == field.Entry:
				s.namesAnEntry(info, f)
			}
		}
	}
}

func (s *suite) namesAPerson(info process.StepInfo, f field.Field) {
	s.t.Helper()
	gone := s.w.Join("gone_"+string(info.ID)+f.ID, access.Role(f.Of[0]))
	s.must(s.w.Directory.Leave(s.ctx, gone, s.w.Words()...))
	wrong := map[string]id.Person{"who has left": gone, "unknown": id.NewPerson(s.w.Hand.Now())}
	for login, role := range map[string]access.Role{"porter": access.Worker, "guardian": access.CaldicottGuardian} {
		if !slices.Contains(f.Of, string(role)) { // a question may be for people of every role
			wrong["without the role"] = s.w.Person(login)
		}
	}
	for who, p := range wrong {
		if err := s.answering(info, f.ID, p.String()); fail.FieldsOf(err).For(f.ID) == "" {
			s.t.Errorf("%s: somebody %s was named in %s: %v", info.ID, who, f.ID, err)
		}
	}
}

func (s *suite) namesAnEntry(info process.StepInfo, f field.Field) {
	s.t.Helper()
	if info.ID == process.ChallengeAnswered { // there for nobody unless somebody disagrees: see disagreed
		return
	}
	for _, n := range []string{"0", "-1", "999", "1.0", "9999999999999999999"} {
		if err := s.answering(info, f.ID, n); fail.FieldsOf(err).For(f.ID) == "" {
			s.t.Errorf("%s: %s takes the entry %s, which the record does not have: %v", info.ID, f.ID, n, err)
		}
	}
	certain := s.kept || slices.Contains(s.rare, info.ID) // ones are asked for, by Go or by what others did
	if err := s.answering(info, f.ID, "1"); err != nil && !certain {
		s.t.Errorf("%s: %s does not take the first entry: %v", info.ID, f.ID, err)
	}
}

// answering takes a step, where it can be taken first, with one answer of its own.
func (s *suite) answering(info process.StepInfo, name, value string) error {
	s.t.Helper()
	if info.ID == s.room.First().ID {
		in := s.inTime(info)
		in.Set(name, value)
		_, err := s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room, room.Beginning{Answers: in})
		return err
	}
	ref := s.begin().Reference
	s.before(ref, info.ID)
	in := s.inTime(info)
	in.Set(name, value)
	_, _, err := s.take(ref, info, in)
	return err
}

// titles: the title that was given stands in the lists of whoever may open the record.
func titles(s *suite) {
	s.needs(entitled)
	def, info := s.room.Latest(), s.room.First()
	in := s.inTime(info)
	in[def.Entitled] = field.Of("A title of its own")
	a := s.as(string(info.Roles[0]), 0)
	got, err := s.desk.Begin(s.ctx, a, s.room, room.Beginning{Answers: in})
	s.must(err)
	seen := 0
	for _, l := range s.desk.MayList(a, s.room) {
		for q := (room.Query{List: l.ID, Limit: room.MaxPage}); ; {
			page, err := s.desk.List(s.ctx, a, s.room, q)
			s.must(err)
			for _, r := range page.Rows {
				if r.Reference != got.Reference {
					continue
				}
				if seen++; r.Title != "A title of its own" {
					s.t.Errorf("in %s its title is %q", l.ID, r.Title)
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	if seen == 0 {
		s.t.Error("what was just begun stands in no list")
	}
}

// twoPeople: where a step needs another person than the one who took an earlier
// step, the same person is refused.
func twoPeople(s *suite) {
	s.needs(others)
	def := s.room.Latest()
	for _, second := range def.AllSteps {
		for _, as := range second.Other {
			if !s.sameIsRefused(second, as) {
				s.t.Errorf("%s: it was never tried with the same person", second.ID)
			}
		}
	}
}

// sameIsRefused goes to where the record names somebody so and the second step is possible,
// and tries it as the same person.
func (s *suite) sameIsRefused(second process.StepInfo, as string) bool {
	def, names := s.room.Latest(), map[process.Step]bool{}
	for _, x := range def.AllSteps {
		names[x.ID] = slices.ContainsFunc(x.People, func(n process.NamedHere) bool { return n.As == as && n.From == "actor" })
	}
	ref := s.begin().Reference
	v := s.stands(ref)
	way := shortest(def, v.Status(), func(taken []turn, at process.Status) bool {
		return slices.ContainsFunc(taken, func(t turn) bool { return names[t.step] }) &&
			slices.ContainsFunc(def.Steps(at), func(x process.StepInfo) bool { return x.ID == second.ID })
	})
	tried := false
	by := map[process.Step]access.Actor{}
	for _, w := range way {
		info, _ := def.Step(w.step)
		_, a, err := s.take(ref, info, s.answersFor(info, w.outcome))
		s.must(err)
		by[w.step] = a
	}
	for step, a := range by {
		if !names[step] || !slices.Contains(s.stands(ref).People[as], a.Person) {
			continue
		}
		_, err := s.desk.Take(s.ctx, a, s.room, ref, room.Taking{Step: second.ID, Answers: s.x.Answers(second.Fields),
			Version: s.seen(ref, second.ID)})
		if err == nil {
			s.t.Errorf("%s: the same person was taken as the second of two", second.ID)
		}
		tried = tried || fail.Is(err, fail.Refused)
	}
	return tried
}
