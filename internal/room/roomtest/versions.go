package roomtest

import (
	"slices"
	"strings"
	"sync"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// later is the room as a later program has it: with a definition after the latest one,
// in which a list was added and the steps are changed as told.
func (s *suite) later(steps func([]process.StepInfo) []process.StepInfo) (*room.Room, *room.Desk) {
	s.t.Helper()
	next := *s.room.Latest()
	next.Version++
	next.Lists = append(slices.Clone(next.Lists), process.List{ID: "added_later", Title: "Added later",
		Empty: "There is none.", Of: "organisation", Order: "newest"})
	if steps != nil {
		next.AllSteps = steps(slices.Clone(next.AllSteps))
	}
	r := *s.room
	r.Definitions = append(slices.Clone(r.Definitions), &next)
	r.Policies += `
@id("` + r.Name + `-added-later")
@says("Everybody lists what a later version lists.")
permit (principal, action == Action::"` + r.Name + `.list_added_later", resource is Office);`
	return &r, s.program(&r)
}

// program is a desk of another program, with its own rules, in the same world.
func (s *suite) program(rooms ...*room.Room) *room.Desk {
	s.t.Helper()
	p := s.w.Parts()
	var err error
	p.Policy, err = room.Policy(s.ruled(rooms)...)
	s.must(err)
	return room.TestOnlyDesk(p, rooms...)
}

// caughtUp has an older and a newer program take turns on one database, each writing:
// no record is ever lost to a list, also to one that only the newer knows; and once
// nobody writes, neither makes anything again.
func caughtUp(s *suite) {
	newer, fresh := s.later(nil)
	older := s.desk
	refs, all := s.some(3), s.work()
	for turn := range 5 { // the older one last
		program, r := older, s.room
		if turn%2 == 1 {
			program, r = fresh, newer
		}
		_, err := program.CatchUp(s.ctx)
		s.must(err)
		info := r.First()
		got, err := program.Begin(s.ctx, s.as(string(info.Roles[0]), 0), r, room.Beginning{Answers: s.inTime(info)})
		s.must(err)
		refs = append(refs, got.Reference)
		for _, ref := range refs { // and goes on with what the other began
			step := all[s.x.r.IntN(len(all))]
			a := s.as(string(step.Roles[0]), 0)
			t := room.Taking{Step: step.ID, Answers: s.x.Answers(step.Fields), Version: s.seen(ref, step.ID)}
			_, _ = program.Take(s.ctx, a, r, ref, t) //nolint:errcheck // some are not open now
		}
	}
	for turn, program := range []*room.Desk{fresh, older, fresh, older, fresh} {
		done, err := program.CatchUp(s.ctx)
		s.must(err)
		if turn == 0 && done == 0 || turn > 0 && done > 0 {
			s.t.Errorf("nobody wrote; in turn %d %d records were made again", turn, done)
		}
	}
	if err := fresh.Newer(s.ctx); err != nil {
		s.t.Errorf("the newer program says %v", err)
	}
	if err := older.Newer(s.ctx); !fail.Is(err, fail.Conflict) {
		s.t.Errorf("the older program says of what it may not know: %v", err)
	}
	s.listsAll(fresh, newer, refs)
}

// listsAll holds the list that only a newer program knows to hold all that its reader may open.
func (s *suite) listsAll(d *room.Desk, r *room.Room, refs []id.Reference) {
	s.t.Helper()
	a := s.as(string(s.room.First().Roles[0]), 0)
	desk, own := s.desk, s.room
	s.desk, s.room = d, r
	defer func() { s.desk, s.room = desk, own }()
	got := s.whole(a, "added_later", 3)
	for _, ref := range refs {
		if _, err := d.Open(s.ctx, a, r, ref); err == nil && !slices.Contains(got, ref) {
			s.t.Errorf("%s is missing from the list that was added", ref)
		}
	}
}

// raced has one program make rows again while others take steps on the same records:
// afterwards every row is that of the record's history.
func raced(s *suite) {
	refs := s.some(24)
	newer := *s.room
	for range 3 {
		newer.Rows++
		r := newer
		d := s.program(&r)
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := d.CatchUp(s.ctx); err != nil {
				s.t.Error(err)
			}
		})
		for g, ways := range s.stepsTo(refs) {
			all.Go(func() {
				for i := len(ways) - 1; i >= 0; i-- { // from the other end, so that they meet
					w := ways[i]
					_, err := d.Take(s.ctx, w.as, &r, w.ref, room.Taking{Step: w.info.ID, Answers: w.in})
					if err != nil && fail.Is(err, fail.Broken) {
						s.t.Errorf("%d: %s: %v", g, w.info.ID, err)
					}
				}
			})
		}
		all.Wait()
		desk := s.desk
		s.desk = d
		if amiss := s.named(); len(amiss) > 0 {
			s.t.Fatalf("after rows were made again beside steps: %s", strings.Join(amiss, "; "))
		}
		s.desk = desk
	}
}

type way struct {
	ref  id.Reference
	info process.StepInfo
	as   access.Actor
	in   field.Answers
}

// stepsTo are made-up steps on records, dealt to three people who work at once.
func (s *suite) stepsTo(refs []id.Reference) [][]way {
	out := make([][]way, 3)
	steps := s.room.Latest().AllSteps[1:]
	for i, ref := range refs {
		for range 4 {
			info := steps[s.x.r.IntN(len(steps))]
			role := string(info.Roles[s.x.r.IntN(len(info.Roles))])
			out[i%3] = append(out[i%3], way{ref, info, s.as(role, 0), s.inTime(info)})
		}
	}
	return out
}

// ownDefinition: a record that was begun under an older definition takes its own steps
// under a program whose latest definition has renamed them; and a program that does not
// know a record's definition says so, and goes on with the others.
func ownDefinition(s *suite) {
	newer, fresh := s.later(func(steps []process.StepInfo) []process.StepInfo {
		for i := range steps[1:] {
			steps[i+1].ID += "_renamed"
		}
		return steps
	})
	def := newer.Latest() // these speak of the steps by their old names
	def.Timers, def.Cycles, def.Twos = nil, nil, nil
	took := false
	for _, step := range s.room.Latest().AllSteps[1:] {
		ref := s.begin().Reference
		a := s.as(string(step.Roles[0]), 0)
		if info, err := fresh.StepOf(s.ctx, a, newer, ref, step.ID); err != nil || info.ID != step.ID {
			s.t.Errorf("%s is read as %q, %v", step.ID, info.ID, err)
		}
		_, err := fresh.Take(s.ctx, a, newer, ref, room.Taking{Step: step.ID, Answers: s.x.Answers(step.Fields),
			Strict: true})
		if fail.Is(err, fail.Broken) || fail.Is(err, fail.Missing) {
			s.t.Errorf("%s of a record that has it: %v", step.ID, err)
		}
		took = took || err == nil
	}
	if !took {
		s.t.Error("no step of an older definition could be taken")
	}
	info := newer.First()
	a := s.as(string(info.Roles[0]), 0)
	got, err := fresh.Begin(s.ctx, a, newer, room.Beginning{Answers: s.inTime(info)})
	s.must(err)
	if _, err := s.desk.CatchUp(s.ctx); err != nil {
		s.t.Errorf("an older program cannot start: %v", err)
	}
	_, err = s.desk.Open(s.ctx, a, s.room, got.Reference)
	if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), newer.Latest().Name()) {
		s.t.Errorf("a record under a definition that this program does not know: %v", err)
	}
	s.begin()
}

// passedOff sets by SQL the number of what a row was made by one off, and takes away what
// stands beside the record: it is named, the lists of no program, older or newer, hide it,
// and it is made as it was.
func passedOff(s *suite) {
	s.begin()
	for _, by := range []int{1, -1, 10_000, -10_000} {
		for _, text := range []string{`select 1`, `delete from room_list_v1`, `delete from room_confirmed_v1`,
			`delete from room_link_v1`} {
			s.exec(`update room_record_v1 set made = made + $1`, by)
			s.exec(text)
			_, err := s.desk.CatchUp(s.ctx)
			s.must(err)
			if len(s.named()) == 0 {
				s.t.Errorf("rows were passed off as made by %+d, %s, and nobody noticed", by, text)
			}
			s.mend()
			if still := s.named(); len(still) > 0 {
				s.t.Errorf("rows were passed off as made by %+d, and made anew: %v", by, still)
			}
		}
	}
}

// compared: what another program made is no alarm, and is counted; what both know is
// compared all the same, and places by the program that made them.
func compared(s *suite) {
	ref := s.begin().Reference
	if s.room.Latest().Audience.Given() {
		ref = s.inForce()
		s.ask(ref, process.AskEverybody, "")
		s.confirms(ref, s.w.As("nurse"))
	}
	rec := s.stands(ref).Record
	_, fresh := s.later(nil)
	check := func(d *room.Desk) (n room.Compared, what string) {
		n, err := d.CheckLists(s.ctx, quietly, func(r id.Record, w string) { what += r.String() + " " + w + "; " })
		s.must(err)
		return n, what
	}
	wants := func(when string, d *room.Desk, older, newer, named bool) {
		s.t.Helper()
		if n, what := check(d); (n.Older > 0) != older || (n.Newer > 0) != newer || (what != "") != named {
			s.t.Errorf("%s: %d were made by an older program and %d by a newer; named: %q", when, n.Older, n.Newer, what)
		}
	}
	wants("an older program's, looked at by a newer", fresh, true, false, false)
	_, err := fresh.CatchUp(s.ctx)
	s.must(err)
	wants("a newer program's, looked at by an older", s.desk, false, true, false)
	wants("its own", fresh, false, false, false)
	s.exec(`delete from room_list_v1 where record = $1`, rec)
	wants("a place of a newer program's, looked at by it", fresh, false, false, true)
	if s.exec(`delete from room_confirmed_v1 where record = $1`, rec) > 0 {
		wants("a confirmation of a newer program's, looked at by an older", s.desk, false, true, true)
	}
	nothing := func(id.Record, string) {}
	_, err = fresh.MendLists(s.ctx, quietly, nothing, nothing)
	s.must(err)
	wants("made anew", fresh, false, false, false)
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	wants("its own again", s.desk, false, false, false)
}
