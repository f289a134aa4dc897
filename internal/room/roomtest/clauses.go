package roomtest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// walked is how many steps a random walk takes.
const walked = 60

// everyWay goes random ways through the definition: what the definition allows is
// taken, what it does not allow is refused in words, and the record stands where the
// definition says. Every step is taken at least once.
func everyWay(s *suite) {
	taken := map[process.Step]bool{}
	def := s.room.Latest()
	for walk := 0; walk < 60 && len(taken) < len(def.AllSteps)-1-len(s.rare); walk++ {
		ref := s.begin().Reference
		reader := s.reader(ref)
		for range walked {
			v, err := s.desk.Open(s.ctx, reader, s.room, ref)
			if fail.Is(err, fail.Hidden) {
				break // a step has closed it to them
			}
			s.must(err)
			open := def.Steps(v.Status())
			info := s.choose(open, taken)
			possible := slices.ContainsFunc(open, func(x process.StepInfo) bool { return x.ID == info.ID })
			in := s.inTime(info)
			got, by, err := s.take(ref, info, in)
			switch {
			case possible && err == nil:
				taken[info.ID] = true
				after, err := s.desk.Open(s.ctx, reader, s.room, ref)
				if err != nil {
					break // it is not theirs any more
				}
				if want := def.After(v.Status(), info.ID, got.Outcome); !after.Status().Equal(want) {
					s.t.Fatalf("after %s it stands at %v, want %v", info.ID, after.Status(), want)
				}
				s.asSaid(info, by, in, v, after)
				if !after.Ended() && len(after.Due) == 0 {
					s.t.Fatalf("after %s nothing is due at %s", info.ID, after.Stage)
				}
			case err == nil:
				s.t.Fatalf("%s was taken at %s", info.ID, v.Stage)
			case fail.KindOf(err) == fail.Broken || fail.Words(err) == "":
				s.t.Fatalf("%s at %s: %v", info.ID, v.Stage, err)
			}
		}
	}
	for _, info := range def.AllSteps[1:] {
		if !taken[info.ID] && !slices.Contains(s.rare, info.ID) {
			s.t.Errorf("%s was never taken", info.ID)
		}
	}
}

// choose is the step to try next: one that was never taken if it can be, else any,
// sometimes one that cannot be taken now.
func (s *suite) choose(open []process.StepInfo, taken map[process.Step]bool) process.StepInfo {
	all := s.work()
	for _, x := range open {
		if !taken[x.ID] && x.ID != s.room.First().ID && !slices.Contains(s.rare, x.ID) && s.x.r.IntN(3) > 0 {
			return x
		}
	}
	stays := slices.DeleteFunc(slices.Clone(open), func(x process.StepInfo) bool {
		return x.ID == s.room.First().ID || process.Alike(x.ID) || ends(s.room.Latest(), x)
	})
	if len(stays) > 0 && s.x.r.IntN(4) > 0 {
		return stays[s.x.r.IntN(len(stays))]
	}
	return all[s.x.r.IntN(len(all))]
}

// work are the steps after the first but those that are alike in every kind of record: a random
// walk that keeps somebody from one ends there, and recipients wait for what others did.
func (s *suite) work() []process.StepInfo {
	return slices.DeleteFunc(slices.Clone(s.room.Latest().AllSteps[1:]), func(x process.StepInfo) bool {
		return process.Alike(x.ID)
	})
}

// some makes a few records in several places of the definition.
func (s *suite) some(n int) []id.Reference {
	var out []id.Reference
	all := s.work()
	for range n {
		ref := s.begin().Reference
		for range s.x.r.IntN(8) {
			info := all[s.x.r.IntN(len(all))]
			_, _, _ = s.take(ref, info, s.inTime(info)) //nolint:errcheck // some are not open now
		}
		out = append(out, ref)
	}
	return out
}

// tables are the rows of all rooms, but for the sealed picture, whose bytes are never the same.
func (s *suite) tables() []string {
	var out []string
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		type rec struct {
			record     id.Record
			room, made int
			reference  string
			version    int64
		}
		all, err := store.All(tx, func(r *rec) []any { return []any{&r.record, &r.room, &r.made, &r.reference, &r.version} },
			`select record, room, made, reference, version from room_record_v1 order by record`)
		if err != nil {
			return err
		}
		for _, r := range all {
			out = append(out, fmt.Sprint(r))
		}
		type place struct {
			tag    []byte
			sort   int64
			record id.Record
		}
		places, err := store.All(tx, func(p *place) []any { return []any{&p.tag, &p.sort, &p.record} },
			`select tag, sort, record from room_list_v1 order by tag, sort, record`)
		if err != nil {
			return err
		}
		for _, p := range places {
			out = append(out, fmt.Sprintf("%x %d %s", p.tag, p.sort, p.record))
		}
		return nil
	}))
	return out
}

func replayed(s *suite) {
	s.some(6)
	s.listed() // each list had a record, and some have left theirs
	s.rebuilt("after random steps")
}

// rebuilt compares the rows of all rooms with those of a replay.
func (s *suite) rebuilt(when string) {
	s.t.Helper()
	live := s.tables()
	s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`delete from room_record_v1`)
		return err
	}))
	s.must(s.desk.Projection().Replay(s.ctx, s.w.Store))
	if again := s.tables(); !slices.Equal(live, again) {
		s.t.Errorf("%s live rows and those of a replay differ:\n%s\n\n%s", when, strings.Join(live, "\n"),
			strings.Join(again, "\n"))
	}
}

// entries counts all entries, and those of a record.
func (s *suite) entries() (n int) {
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		var err error
		n, err = store.One(tx, func(n *int) []any { return []any{n} }, `select count(*) from entry`)
		return err
	}))
	return n
}

func hidden(s *suite) {
	ref := s.begin().Reference
	a, any := s.stranger(ref)
	if !any {
		a = s.w.As("porter")
	}
	nothing := id.NewReference()
	s.book()
	def := s.room.Latest()
	for _, info := range def.AllSteps[1:] {
		in := s.inTime(info)
		before := s.entries()
		_, hid := s.desk.Take(s.ctx, a, s.room, ref, room.Taking{Step: info.ID, Answers: in})
		one := s.entries() - before
		_, missing := s.desk.Take(s.ctx, a, s.room, nothing, room.Taking{Step: info.ID, Answers: in})
		two := s.entries() - before - one
		if hid == nil {
			continue // everybody may take it
		}
		if fail.Words(hid) != fail.Words(missing) || one != two || one != 1 {
			s.t.Errorf("%s: %q with %d entries; of nothing %q with %d", info.ID, fail.Words(hid), one, fail.Words(missing), two)
		}
	}
	_, missing := s.desk.Open(s.ctx, a, s.room, nothing)
	if _, hid := s.desk.Open(s.ctx, a, s.room, ref); any && (fail.Words(hid) != fail.Words(missing) ||
		!fail.Is(hid, fail.Hidden)) {
		s.t.Errorf("open: %v, of nothing %v", hid, missing)
	}
	if _, hid := s.desk.Readers(s.ctx, a, s.room, ref); hid != nil && fail.Words(hid) != fail.Words(missing) {
		s.t.Errorf("readers: %v, of nothing %v", hid, missing)
	}
}

// book has the book of the day begun: with the first of what it tells comes another entry.
func (s *suite) book() {
	_, _ = s.desk.Open(s.ctx, s.w.As("porter"), s.room, id.NewReference()) //nolint:errcheck // it is refused
}

func noEntry(s *suite) {
	ref := s.begin().Reference
	a := s.reader(ref)
	s.book()
	before := s.entries()
	_, err := s.desk.Open(s.ctx, a, s.room, ref)
	s.must(err)
	if n := s.entries() - before; n != 1 {
		s.t.Errorf("opening wrote %d entries, want 1", n)
	}
	for _, l := range s.desk.MayList(a, s.room) {
		before := s.entries()
		_, err := s.desk.List(s.ctx, a, s.room, room.Query{List: l.ID, Limit: 5})
		s.must(err)
		if n := s.entries() - before; n != 1 {
			s.t.Errorf("listing %s wrote %d entries, want 1", l.ID, n)
		}
	}
}

func once(s *suite) {
	info := s.room.First()
	a := s.as(string(info.Roles[0]), 0)
	in := s.inTime(info)
	one, err := s.desk.Begin(s.ctx, a, s.room, room.Beginning{Answers: in, Key: "the-key-of-this"})
	s.must(err)
	before := s.entries()
	two, err := s.desk.Begin(s.ctx, a, s.room, room.Beginning{Answers: in, Key: "the-key-of-this"})
	s.must(err)
	if !reflect.DeepEqual(one, two) || s.entries() != before {
		s.t.Errorf("sent twice: %+v and %+v, %d entries more", one, two, s.entries()-before)
	}
	other := s.begin().Reference
	tried := false
	for _, step := range s.room.Latest().AllSteps[1:] {
		for range 12 {
			if tried = s.takenOnce(step, other); tried {
				break
			}
		}
		if !tried && !slices.Contains(s.rare, step.ID) {
			s.t.Errorf("%s was never tried", step.ID)
		}
	}
}

// takenOnce brings a record to where a step can be taken and takes it twice with one
// key: the receipt is the same, also when the step took the record out of their hands,
// and nothing more is written.
func (s *suite) takenOnce(step process.StepInfo, other id.Reference) bool {
	ref := s.begin().Reference
	s.before(ref, step.ID)
	said, key := s.inTime(step), "the-key-of-"+string(step.ID)+string(ref)
	for _, role := range step.Roles {
		for n := range 2 {
			by := s.as(string(role), n)
			t := room.Taking{Step: step.ID, Answers: said, Key: key, Version: s.seen(ref, step.ID)}
			first, err := s.desk.Take(s.ctx, by, s.room, ref, t)
			if err != nil {
				continue
			}
			before := s.entries()
			again, err := s.desk.Take(s.ctx, by, s.room, ref, t)
			if err != nil || !reflect.DeepEqual(first, again) || s.entries() != before {
				s.t.Errorf("%s sent twice: %+v and %+v, %d entries more, %v", step.ID, first, again, s.entries()-before, err)
			}
			_, err = s.desk.Take(s.ctx, by, s.room, other, t)
			if !fail.Is(err, fail.Conflict) {
				s.t.Errorf("%s with the same key on another record: %v, want a conflict", step.ID, err)
			}
			s.lostSince(by, ref, t, first)
			s.barredSince(by, ref, t)
			return true
		}
	}
	return false
}

// lostSince: whoever has no right to the record any more has the receipt of what they did.
func (s *suite) lostSince(by access.Actor, ref id.Reference, t room.Taking, first room.Receipt) {
	r := *s.room
	r.Policies = ""
	if got, err := s.program(&r).Take(s.ctx, by, &r, ref, t); err != nil || !reflect.DeepEqual(first, got) {
		s.t.Errorf("%s sent again without the right to it: %+v, %v", t.Step, got, err)
	}
}

// barredSince: a rule that has come to close the record closes its receipts as well; not
// that of the step by which somebody closed it to themselves.
func (s *suite) barredSince(by access.Actor, ref id.Reference, t room.Taking) {
	if info, _ := s.room.Latest().Step(t.Step); info.Leaves || slices.ContainsFunc(info.People,
		func(x process.NamedHere) bool { return x.From == "actor" }) {
		return
	}
	r := *s.room
	var every []string
	for _, a := range r.Actions() {
		every = append(every, `Action::"`+string(a.Action)+`"`)
	}
	r.Policies += `
@id("` + r.Name + `-barred-since")
@says("Nobody opens this room any more.")
forbid (principal, action in [` + strings.Join(every, ", ") + `], resource is ` + r.Kind + `);`
	if got, err := s.program(&r).Take(s.ctx, by, &r, ref, t); !fail.Is(err, fail.Hidden) {
		s.t.Errorf("%s sent again by somebody who was barred since: %+v, %v", t.Step, got, err)
	}
}

func (s *suite) openSteps(reader access.Actor, ref id.Reference) []process.StepInfo {
	v, err := s.desk.Open(s.ctx, reader, s.room, ref)
	if err != nil {
		return nil
	}
	return s.room.Latest().Steps(v.Status())
}

func stale(s *suite) {
	own := false
	for _, step := range s.room.Latest().AllSteps[1:] {
		ref := s.begin().Reference
		_, by, err := s.take(ref, step, s.x.Answers(step.Fields))
		if err != nil {
			continue
		}
		if own = own || s.changedByThemselves(ref, by); !own {
			continue
		}
		for _, next := range s.room.Latest().AllSteps[1:] {
			a := s.as(string(next.Roles[0]), 1)
			before := s.entries()
			_, err := s.desk.Take(s.ctx, a, s.room, ref, room.Taking{Step: next.ID, Answers: s.x.Answers(next.Fields),
				Version: 1})
			var changed *room.Changed
			if !errors.As(err, &changed) {
				continue
			}
			if len(changed.Since) > 0 && by.Person != a.Person &&
				fail.Words(err) != "Someone else changed this "+s.room.One {
				s.t.Errorf("%s: what %s did is told to another as: %v", next.ID, step.ID, err)
			}
			v, open := s.desk.Open(s.ctx, a, s.room, ref)
			since := slices.DeleteFunc(v.Taken, func(t room.Taken) bool { return t.Version == 1 })
			if len(changed.Since) != len(since) || len(since) > 0 && !reflect.DeepEqual(changed.Since, since) {
				s.t.Errorf("%s: what changed is shown as %v, and to whoever opens it as %v", next.ID, changed.Since, since)
			}
			if open == nil && s.entries()-before != 2 { // of what changed, and of opening above
				s.t.Errorf("%s: what changed was shown with %d entries", next.ID, s.entries()-before-1)
			}
			return
		}
	}
	s.t.Error("nothing was stale: nothing was tried")
}

// changedByThemselves says whether somebody was told of their own step, who has an older page open.
func (s *suite) changedByThemselves(ref id.Reference, by access.Actor) bool {
	for _, next := range s.room.Latest().AllSteps[1:] {
		_, err := s.desk.Take(s.ctx, by, s.room, ref, room.Taking{Step: next.ID, Answers: s.x.Answers(next.Fields),
			Version: 1})
		var changed *room.Changed
		if !errors.As(err, &changed) || len(changed.Since) == 0 {
			continue
		}
		if fail.Words(err) != "You changed this "+s.room.One+" in another window" {
			s.t.Errorf("%s: what somebody did themselves is told to them as: %v", next.ID, err)
		}
		return true
	}
	return false
}

// lists holds each list to its condition, over records that were made for it.
func lists(s *suite) {
	def, tried := s.room.Latest(), map[string]bool{}
	refs := append(s.some(8), s.listed()...)
	for _, a := range s.everybody() {
		for _, l := range s.desk.MayList(a, s.room) {
			got := s.whole(a, l.ID, 3)
			for _, ref := range refs {
				if _, err := s.desk.Open(s.ctx, a, s.room, ref); err != nil {
					continue
				}
				v := s.stands(ref)
				want, has := s.belongs(l, &v.State, a), slices.Contains(got, ref)
				if want != has {
					s.t.Errorf("%s as %s: %s at %s is listed: %v, want %v", l.ID, a.Role, ref, v.Stage, has, want)
				}
				tried[l.ID] = tried[l.ID] || want
			}
		}
	}
	for _, l := range def.Lists {
		if !tried[l.ID] && !l.Today && !s.kept {
			s.t.Errorf("nothing ever stood in %s: nothing was tried", l.ID)
		}
	}
}

// listed are records of which each list has one: brought to where it says.
func (s *suite) listed() (out []id.Reference) {
	def := s.room.Latest()
	for _, l := range def.Lists {
		ref := s.begin().Reference
		if l.Of == "owner" {
			ref, _ = s.owned()
		}
		v := s.stands(ref)
		s.goWay(ref, shortest(def, v.Status(), func(way []turn, at process.Status) bool {
			return (!l.Sent || len(way) > 0 && sends(def, way[len(way)-1])) &&
				(len(l.In) == 0 || slices.Contains(l.In, at.State)) && (l.Open == "no" || l.Kept) == def.Ended(at) &&
				!slices.ContainsFunc(l.Facts, func(f process.Fact) bool { return !at.Facts.Has(f) })
		}))
		out = append(out, ref)
	}
	return out
}

// whole reads a list page by page; each reference comes once.
func (s *suite) whole(a access.Actor, list string, limit int) []id.Reference {
	var out []id.Reference
	q := room.Query{List: list, Limit: limit}
	for range 100 {
		p, err := s.desk.List(s.ctx, a, s.room, q)
		s.must(err)
		for _, r := range p.Rows {
			if slices.Contains(out, r.Reference) {
				s.t.Errorf("%s names %s twice", list, r.Reference)
			}
			out = append(out, r.Reference)
		}
		if p.Next == "" {
			return out
		}
		q.After = p.Next
	}
	s.t.Fatalf("%s has no end", list)
	return nil
}

// meaning has a record go on under a program whose definition has changed in every
// way that an overlay or a new version could: what was written means what it meant.
func meaning(s *suite) {
	ref := s.begin().Reference
	a := s.reader(ref)
	was, err := s.desk.Open(s.ctx, a, s.room, ref)
	s.must(err)
	changed := *s.room
	old := *s.room.Latest()
	next := old
	next.Version++
	next.Timers = nil
	next.States = slices.Clone(old.States)
	for i := range next.States {
		next.States[i].End = i > 0
	}
	old.Timers = nil // the old one as well: folding must not ask it
	changed.Definitions = []*process.Definition{&old, &next}
	d := s.w.Desk(&changed)
	is, err := d.Open(s.ctx, a, &changed, ref)
	s.must(err)
	if !is.Status().Equal(was.Status()) || len(is.Due) != len(was.Due) || is.Ended() != was.Ended() ||
		is.State.Definition != was.State.Definition {
		s.t.Errorf("it stood at %+v, and under another definition at %+v", was.State, is.State)
	}
}

// unasked: a program that sends what is not asked is told so.
func unasked(s *suite) {
	info := s.room.First()
	in := s.inTime(info)
	in["no_such_question"] = field.Of("x")
	_, err := s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room, room.Beginning{Answers: in, Strict: true})
	if faults := fail.FieldsOf(err); len(faults) != 1 || faults[0].Name != "" { // a made-up name is not echoed
		s.t.Errorf("an answer to no question: %v", err)
	}
	_, err = s.desk.Begin(s.ctx, s.as(string(info.Roles[0]), 0), s.room, room.Beginning{Answers: in})
	s.must(err)
}
