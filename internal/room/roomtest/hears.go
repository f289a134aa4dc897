package roomtest

import (
	"slices"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// heardOf: whoever the definition says hears of a step (who began the record, who has it,
// whom a step named) has a notice of it and one mail, unless they took it themselves; after
// the end there is word only to whoever began it.
func heardOf(s *suite) {
	s.needs(hearing)
	d, _ := s.mailing()
	defer func(was *room.Desk) { s.desk = was }(s.desk)
	s.desk = d
	for _, step := range s.room.Latest().AllSteps[1:] {
		if process.AfterOthers(step.ID) { // see disagreed, held
			continue
		}
		for _, name := range step.Hears {
			if !s.heardBy(step, name) {
				s.t.Errorf("%s was never taken by another than whom its %s names: nothing was tried", step.ID, name)
			}
		}
	}
}

// heardBy goes to where a step can be taken and a record has somebody by this name, and has
// another take it.
func (s *suite) heardBy(step process.StepInfo, name string) bool {
	s.t.Helper()
	ref := s.toHearer(step, name)
	v := s.stands(ref)
	p, ok := s.called(v, name)
	if !ok {
		return false
	}
	by, ok := s.takenByAnother(ref, step, p)
	if !ok {
		return false
	}
	after := s.stands(ref)
	want := room.NoticeNews
	if p == v.By && p != v.Owner {
		want = room.NoticeAnswer
	}
	has := slices.ContainsFunc(after.Notices, func(n room.Notice) bool {
		return n.To == p && n.Of == after.Version && n.What == want
	})
	if due := !after.Ended() || want == room.NoticeAnswer; has != due {
		s.t.Errorf("%s was taken by %s; %s, who is to hear of it (%v), has a notice: %v", step.ID, by.Role, name, due, has)
	} else if n := s.notices(p); due && n != 1 {
		s.t.Errorf("%s was taken by %s; %s, who is to hear of it, had %d mails", step.ID, by.Role, name, n)
	}
	return true
}

// toHearer brings a record to where a step can be taken that somebody of this name hears of.
func (s *suite) toHearer(step process.StepInfo, name string) id.Reference {
	s.t.Helper()
	def := s.room.Latest()
	got, _, _, ok := s.given()
	if name != "owner" || !ok {
		got = s.begin()
	}
	named := func(t turn) bool {
		x, _ := def.Step(t.step)
		return slices.ContainsFunc(x.People, func(n process.NamedHere) bool { return n.As == name })
	}
	v := s.stands(got.Reference)
	s.goWay(got.Reference, shortest(def, v.Status(), func(taken []turn, at process.Status) bool {
		return (name == "owner" || name == "raiser" || slices.ContainsFunc(taken, named)) &&
			slices.ContainsFunc(def.Steps(at), func(x process.StepInfo) bool { return x.ID == step.ID })
	}))
	return got.Reference
}

// called is whom a record has by a name.
func (s *suite) called(v room.View, name string) (id.Person, bool) {
	switch who := v.People[name]; {
	case name == "raiser":
		return v.By, true
	case name == "owner":
		return v.Owner, !v.Owner.IsZero()
	case len(who) > 0:
		return who[len(who)-1], true
	}
	return id.Person{}, false
}

// takenByAnother has a step taken by somebody who is not this person.
func (s *suite) takenByAnother(ref id.Reference, step process.StepInfo, than id.Person) (access.Actor, bool) {
	s.t.Helper()
	for _, role := range step.Roles {
		for n := range 3 {
			a := s.as(string(role), n)
			if a.Person == than {
				continue
			}
			s.quiet()
			_, err := s.desk.Take(s.ctx, a, s.room, ref, room.Taking{Step: step.ID, Answers: s.inTime(step),
				Version: s.stands(ref).Version})
			if err == nil {
				return a, true
			}
		}
	}
	return access.Actor{}, false
}
