package roomtest

import (
	"slices"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
)

// named: a question that asks for a person takes one who holds a role that it asks for and
// works here, and nobody else; the same answer comes to whoever names somebody unknown.
func named(s *suite) {
	info := s.room.First()
	by := s.as(string(info.Roles[0]), 0)
	tried := false
	for _, f := range info.Fields {
		if f.Kind != field.Person || len(f.Of) == 0 {
			continue
		}
		gone := s.w.Add("gone_"+f.ID, access.Role(f.Of[0]))
		s.must(s.w.Directory.Leave(s.ctx, gone, s.w.Words()...))
		other := s.w.Person("porter")
		if slices.Contains(f.Of, string(access.Worker)) {
			other = s.w.Person("guardian")
		}
		for who, p := range map[string]id.Person{"who has left": gone, "without the role": other,
			"unknown": id.NewPerson(s.w.Hand.Now())} {
			in := s.inTime(info)
			in[f.ID] = field.Of(p.String())
			_, err := s.desk.Begin(s.ctx, by, s.room, room.Beginning{Answers: in})
			if fail.FieldsOf(err).For(f.ID) == "" {
				s.t.Errorf("somebody %s was named in %s: %v", who, f.ID, err)
			}
			tried = true
		}
	}
	if !tried {
		s.t.Skip("the first step names nobody")
	}
}

// titles: the title that was given stands in the lists of whoever may open the record.
func titles(s *suite) {
	def, info := s.room.Latest(), s.room.First()
	if def.Entitled == "" {
		s.t.Skip("records of this room have no title")
	}
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
