package roomtest

import (
	"maps"
	"slices"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// roles are those of the definition in which somebody acts, whoever may begin last: in
// many rooms they see of a record what is meant for them, and no more.
func (s *suite) roles() (out []string) {
	for _, d := range s.room.Latest().Roles {
		if d.ID != process.Anyone {
			out = append(out, string(d.ID))
		}
	}
	return append(out, string(access.Worker))
}

// seesAll says whether an actor sees all of the work on a record as it stands.
func (s *suite) seesAll(a access.Actor, v room.View) bool {
	if s.kept { // its rules are not asked by these names
		return v.Version > 0
	}
	is := v.State.Resource(s.room.Kind, s.w.Hand.Now())
	return s.desk.Policy.Decide(a, access.Action(s.room.Name+".view_work"), is, access.Context{}).Effect == access.Allow
}

// keeps is somebody who sees all of a record, and the record as they see it.
func (s *suite) keeps(ref id.Reference) (a access.Actor, v room.View, ok bool) {
	for _, role := range s.roles() {
		for n := range 2 { // the first may be kept from it
			a = s.as(role, n)
			v, err := s.desk.Open(s.ctx, a, s.room, ref)
			if err == nil && s.seesAll(a, v) {
				return a, v, true
			}
		}
	}
	return a, v, false
}

// reader is somebody who may open a record of this room as it stands: who sees all of it,
// if anybody does.
func (s *suite) reader(ref id.Reference) access.Actor {
	s.t.Helper()
	if a, _, ok := s.keeps(ref); ok {
		return a
	}
	for _, role := range s.roles() {
		a := s.as(role, 0)
		if _, err := s.desk.Open(s.ctx, a, s.room, ref); err == nil {
			return a
		}
	}
	s.t.Fatal("nobody may open a record that was just begun")
	return access.Actor{}
}

// stands is where a record stands, for somebody who sees all of it.
func (s *suite) stands(ref id.Reference) room.View {
	s.t.Helper()
	_, v, ok := s.keeps(ref)
	if !ok {
		s.t.Fatal("nobody sees all of it")
	}
	return v
}

// keeping is a role in which people work on the room's records: the first step's, or where
// everybody takes that, that of the step by which somebody is given one, or else the first.
func (s *suite) keeping() string {
	for _, role := range []process.Role{s.room.First().Roles[0], s.givenBy()} {
		if role != process.Anyone {
			return string(role)
		}
	}
	return s.roles()[0]
}

func (s *suite) givenBy() process.Role {
	if info, _, ok := s.gives(); ok {
		return info.Roles[0]
	}
	return process.Anyone
}

// gives is the step by which somebody is given a record: the first, or the earliest after it.
func (s *suite) gives() (info process.StepInfo, of field.Field, ok bool) {
	for _, x := range s.room.Latest().AllSteps {
		if f, is := field.Find(x.Fields, x.Owner); is && f.Kind == field.Person {
			return x, f, true
		}
	}
	return process.StepInfo{}, field.Field{}, false
}

// everybody is one person in each role of the definition, and two who have begun records or have them.
func (s *suite) everybody() (out []access.Actor) {
	for _, role := range s.roles() {
		out = append(out, s.as(role, 0))
	}
	return append(out, s.as(string(s.room.First().Roles[0]), 0), s.as(s.keeping(), 5))
}

// asSaid holds a record after a step to what the definition says of the step: who is named
// by it and whose name ends, and whether the record has ended, or has not any more.
func (s *suite) asSaid(info process.StepInfo, by access.Actor, in field.Answers, before, after room.View) {
	s.t.Helper()
	if after.Ended() != s.room.Latest().Ended(after.Status()) {
		s.t.Errorf("after %s at %s: that it has ended is said to be %v", info.ID, after.Stage, after.Ended())
	}
	want := map[string][]id.Person{}
	for as, who := range before.People {
		if !slices.Contains(info.Forget, as) {
			want[as] = slices.Clone(who)
		}
	}
	for _, n := range info.People {
		p, err := id.ParsePerson(in.Get(n.From))
		if n.From == "actor" {
			p, err = by.Person, nil
		}
		if err == nil && !slices.Contains(want[n.As], p) {
			want[n.As] = append(want[n.As], p)
		}
	}
	for _, as := range slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(after.People))) {
		if !slices.Equal(want[as], after.People[as]) {
			s.t.Errorf("after %s it names as %s %v, want %v", info.ID, as, after.People[as], want[as])
		}
	}
}

// give begins a record and has it given to somebody.
func (s *suite) give(by, owner access.Actor) (got room.Receipt, ok bool) {
	s.t.Helper()
	info, f, ok := s.gives()
	if !ok {
		return room.Receipt{}, false
	}
	in := s.inTime(info)
	in.Set(f.ID, owner.Person.String())
	if info.ID == s.room.First().ID {
		got, err := s.desk.Begin(s.ctx, by, s.room, room.Beginning{Answers: in})
		s.must(err)
		return got, true
	}
	ref := s.begin().Reference
	s.before(ref, info.ID)
	got, err := s.desk.Take(s.ctx, by, s.room, ref, room.Taking{Step: info.ID, Answers: in})
	s.must(err)
	return got, true
}

// given begins a record of which somebody else is given the care.
func (s *suite) given() (got room.Receipt, by, owner access.Actor, ok bool) {
	s.t.Helper()
	info, f, ok := s.gives()
	if !ok {
		return got, by, owner, false
	}
	role := string(info.Roles[0])
	if len(f.Of) > 0 && !slices.Contains(f.Of, role) {
		role = f.Of[0]
	}
	by, owner = s.as(string(info.Roles[0]), 0), s.as(role, 1)
	got, ok = s.give(by, owner)
	return got, by, owner, ok
}

// owned is a record of somebody who has nothing else.
func (s *suite) owned() (id.Reference, access.Actor) {
	s.t.Helper()
	owner := s.as(s.keeping(), 5)
	if info := s.room.First(); info.Owner == "actor" {
		got, err := s.desk.Begin(s.ctx, owner, s.room, room.Beginning{Answers: s.inTime(info)})
		s.must(err)
		return got.Reference, owner
	}
	got, ok := s.give(s.as(s.keeping(), 0), owner)
	if !ok {
		s.t.Fatal("nobody is given a record of this room")
	}
	return got.Reference, owner
}
