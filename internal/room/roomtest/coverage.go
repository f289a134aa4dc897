package roomtest

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// covers: each item of a coverage has the records of its list that name it, from all pages
// of the list, and no others; what nothing covers stands there too. Who may not see the list
// sees nothing.
func covers(s *suite) {
	s.needs(covering)
	def := s.room.Latest()
	c := def.Coverage
	items := c.Items(def).Choices
	one, other := items[0].ID, items[len(items)-1].ID
	list, _ := def.List(c.List)
	for range room.MaxPage {
		s.naming("", list)
	}
	before := s.covered()
	s.w.Hand.Move(400 * 24 * time.Hour) // what comes now is due after all of them, on the second page
	in, draft := s.naming(one, list), s.naming(other, process.List{})
	after := s.covered()
	if len(after) != len(items) {
		s.t.Fatalf("%d items are shown, want %d", len(after), len(items))
	}
	if !slices.Contains(after[one], in) || len(after[one]) != len(before[one])+1 {
		s.t.Errorf("what covers %s is %v, want %s besides %v", one, after[one], in, before[one])
	}
	if slices.Contains(after[other], draft) || len(after[other]) != len(before[other]) {
		s.t.Errorf("what is not in the list covers %s: %v", other, after[other])
	}
	if _, _, err := s.desk.Coverage(s.ctx, access.SystemActor(s.w.Org.ID), s.room); !fail.Is(err, fail.Refused) {
		s.t.Errorf("who may not see the list sees what is covered: %v", err)
	}
}

// naming begins a record that names one item, or none, and brings it to where a list has it.
func (s *suite) naming(item string, list process.List) id.Reference {
	s.t.Helper()
	info, def := s.room.First(), s.room.Latest()
	a := s.as(string(info.Roles[0]), 0)
	in := s.inTime(info)
	delete(in, def.Coverage.Field)
	if item != "" {
		in[def.Coverage.Field] = field.Value{List: []string{item}}
	}
	got, err := s.desk.Begin(s.ctx, a, s.room, room.Beginning{Answers: in})
	s.must(err)
	v := s.stands(got.Reference)
	s.goWay(got.Reference, shortest(def, v.Status(), func(_ []turn, at process.Status) bool {
		return len(list.In) == 0 || slices.Contains(list.In, at.State)
	}))
	return got.Reference
}

func (s *suite) covered() map[string][]id.Reference {
	s.t.Helper()
	all, whole, err := s.desk.Coverage(s.ctx, s.as(string(s.room.First().Roles[0]), 0), s.room)
	s.must(err)
	if !whole {
		s.t.Error("some records were not looked at")
	}
	out := map[string][]id.Reference{}
	for _, x := range all {
		out[x.ID] = nil
		for _, r := range x.By {
			out[x.ID] = append(out[x.ID], r.Reference)
		}
	}
	return out
}
