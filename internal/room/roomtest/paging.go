package roomtest

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// paged: pages are full of what their reader may see and follow each other without a
// gap, also when what they showed moves on meanwhile; and a cursor says nothing: it is
// no reference, and is taken only from whom and for what it was given.
func paged(s *suite) {
	newer := s.asBegun()
	d := s.program(newer)
	desk, own := s.desk, s.room
	defer func() { s.desk, s.room = desk, own }()
	var refs []id.Reference
	for i := range 9 { // at both ends of a list are some that have moved on
		s.w.Hand.Move(time.Second)
		ref := s.begin().Reference
		if refs = append(refs, ref); i%3 != 1 {
			s.moveOn(ref)
		}
	}
	s.desk, s.room = d, newer
	_, err := d.CatchUp(s.ctx)
	s.must(err)
	for _, role := range newer.Latest().Roles {
		s.pagesOf(string(role.ID), refs)
	}
}

// asBegun is the room as a later program has it, of which everybody may list all and a
// worker opens what has not moved on.
func (s *suite) asBegun() *room.Room {
	newer, _ := s.later(nil)
	newer.Policies += `
@id("` + newer.Name + `-as-begun")
@says("A worker opens what stands as it was begun.")
permit (principal, action == Action::"` + newer.Name + `.view", resource is ` + newer.Kind + `)
when { principal.role == "worker" && resource.stage == "` + string(s.begun()) + `" };`
	return newer
}

// moveOn takes steps until the record stands elsewhere than where it was begun.
func (s *suite) moveOn(ref id.Reference) {
	for _, info := range s.room.Latest().AllSteps[1:] {
		_, a, err := s.take(ref, info, s.inTime(info))
		if err != nil {
			continue // not open now
		}
		if v, err := s.desk.Open(s.ctx, a, s.room, ref); err != nil || v.Stage != s.begun() {
			return
		}
	}
}

// begun is where a record stands that was just begun.
func (s *suite) begun() process.State {
	def := s.room.Latest()
	return def.After(def.Start(), def.AllSteps[0].ID, def.AllSteps[0].Outcomes[0].ID).State
}

func (s *suite) pagesOf(role string, refs []id.Reference) {
	s.t.Helper()
	a, b := s.as(role, 0), s.as(role, 1)
	got := s.whole(a, "added_later", 2)
	for _, ref := range refs {
		_, err := s.desk.Open(s.ctx, a, s.room, ref)
		if slices.Contains(got, ref) != (err == nil || fail.FieldsOf(err).For("reason") != "") {
			s.t.Errorf("%s is on a page of %s: %v; opening it: %v", ref, role, slices.Contains(got, ref), err)
		}
	}
	for n := 1; n <= min(len(got), room.MaxPage); n++ {
		p, err := s.desk.List(s.ctx, a, s.room, room.Query{List: "added_later", Limit: n})
		s.must(err)
		if len(p.Rows) != n || (p.Next != "") != (n < len(got)) {
			s.t.Errorf("a page of %d of %d rows for %s has %d, next %q", n, len(got), role, len(p.Rows), p.Next)
		}
		if p.Next == "" {
			continue
		}
		if _, err := id.ParseReference(p.Next); err == nil {
			s.t.Errorf("the cursor %s is a reference", p.Next)
		}
		s.notTaken(room.Query{List: "added_later", Limit: n, After: p.Next}, b)
	}
	for _, made := range append([]id.Reference{id.NewReference(), "x", "%"}, refs...) {
		s.notTaken(room.Query{List: "added_later", Limit: 2, After: string(made)}, a)
	}
}

func (s *suite) notTaken(q room.Query, a access.Actor) {
	s.t.Helper()
	if _, err := s.desk.List(s.ctx, a, s.room, q); fail.FieldsOf(err).For("cursor") == "" {
		s.t.Errorf("%q was taken as a cursor of %s: %v", q.After, q.List, err)
	}
}

// gapless moves every record that a page showed on before the next page is asked for:
// the others are still on the pages that follow.
func gapless(s *suite) {
	s.some(6)
	for _, l := range s.room.Latest().Lists {
		for _, role := range s.room.Latest().Roles {
			a := s.as(string(role.ID), 0)
			if slices.ContainsFunc(s.desk.MayList(a, s.room), func(x process.List) bool { return x.ID == l.ID }) {
				s.moving(a, l.ID)
				break
			}
		}
	}
}

func (s *suite) moving(a access.Actor, list string) {
	want := s.whole(a, list, 100)
	var got, moved []id.Reference
	q := room.Query{List: list, Limit: 2}
	for range 100 {
		p, err := s.desk.List(s.ctx, a, s.room, q)
		if err != nil {
			s.t.Errorf("%s after what it showed has moved: %v", list, err)
			return
		}
		for _, r := range p.Rows {
			got = append(got, r.Reference)
			s.w.Hand.Move(time.Second)
			for _, info := range s.room.Latest().AllSteps[1:] {
				if _, _, err := s.take(r.Reference, info, s.inTime(info)); err == nil {
					moved = append(moved, r.Reference)
				}
			}
		}
		if q.After = p.Next; q.After == "" {
			break
		}
	}
	for _, ref := range want {
		if !slices.Contains(got, ref) && !slices.Contains(moved, ref) {
			s.t.Errorf("%s was in %s all the time and on no page", ref, list)
		}
	}
}

// today: a list of what is due today shows it whether or not another list has its rows, and
// to whom the duty is shown: that a record stood there would tell the others of it.
func today(s *suite) {
	newer, _ := s.later(nil)
	def := newer.Latest()
	alone := process.List{ID: "due_alone", Title: "Due", Empty: "Nothing.", Of: "organisation", Open: "yes", Order: "due",
		Today: true}
	for _, st := range def.States {
		alone.In = append(alone.In, st.ID)
	}
	def.Lists = append(def.Lists, alone)
	newer.Policies += `
@id("` + newer.Name + `-due-alone")
@says("Everybody lists what is due.")
permit (principal, action == Action::"` + newer.Name + `.list_due_alone", resource is Office);`
	d := s.program(newer)
	refs := append(s.some(6), s.begin().Reference)
	desk, own := s.desk, s.room
	s.desk, s.room = d, newer
	defer func() { s.desk, s.room = desk, own }()
	_, err := d.CatchUp(s.ctx)
	s.must(err)
	s.w.Hand.Move(150 * 24 * time.Hour)
	tried := 0
	for _, role := range []string{string(s.room.First().Roles[0]), s.keeping()} {
		a := s.as(role, 0)
		got := s.whole(a, "due_alone", 3)
		for _, ref := range refs {
			v, err := d.Open(s.ctx, a, newer, ref)
			if err != nil {
				continue
			}
			want := s.belongs(alone, &v.State, a)
			if want != slices.Contains(got, ref) {
				s.t.Errorf("%s at %s, due %v, is listed as due to a %s: %v, want %v", ref, v.Stage, v.Due, role, !want, want)
			}
			if want {
				tried++
			}
		}
	}
	if tried == 0 {
		s.t.Error("nothing was due: nothing was tried")
	}
}
