package roomtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// onlyReading is the room where everybody opens every record, and nobody sees all of
// the work on it.
func (s *suite) onlyReading() (*room.Room, *room.Desk) {
	r := *s.room
	r.Policies = `
@id("` + r.Name + `-all-open")
@says("Everybody opens every record and takes every step.")
permit (principal, action in [` + s.actions("view_work", "view_readers") + `], resource is ` + r.Kind + `);`
	return &r, s.program(&r)
}

// dues: whoever neither has a record nor sees all of the work on it sees those of its
// duties that the definition shows them, and in a list the soonest of these.
func dues(s *suite) {
	r, _ := s.onlyReading()
	var all []string
	for _, l := range r.Latest().Lists {
		all = append(all, fmt.Sprintf("Action::%q", r.Name+".list_"+l.ID))
	}
	r.Policies += `
@id("` + r.Name + `-all-listed")
@says("Everybody lists.")
permit (principal, action in [` + strings.Join(all, ", ") + `], resource is Office);`
	d, hidden := s.program(r), 0
	for _, ref := range append(s.some(6), s.far()...) {
		whole := s.stands(ref)
		for _, a := range []access.Actor{s.w.As("porter"), s.as(string(r.First().Roles[0]), 0)} {
			v, err := d.Open(s.ctx, a, r, ref)
			s.must(err)
			for _, x := range whole.Due {
				has := slices.Contains(v.Due, x)
				if want := s.dueFor(x, whole, a); has != want {
					s.t.Errorf("%q is shown to a %s for whom it is meant (%v): %v", x.Label, a.Role, want, has)
				}
				if !has {
					hidden++
				}
			}
			s.soonest(d, r, a, v)
		}
	}
	if hidden == 0 && hiding.has(s) {
		s.t.Error("nothing that is due was hidden: nothing was tried")
	}
}

// dueFor says whether a duty is meant for somebody: who has the record, one in the role for
// whom it waits, and those to whom the definition shows it.
func (s *suite) dueFor(x process.Due, v room.View, a access.Actor) bool {
	if v.Owner == a.Person || (x.Any || v.Owner.IsZero()) && access.Role(x.Owner) == a.Role {
		return true
	}
	i := slices.IndexFunc(v.Process.Timers, func(t process.Deadline) bool { return t.ID == x.Deadline })
	return i >= 0 && (slices.Contains(v.Process.Timers[i].Sees, process.SeesReader) ||
		slices.Contains(v.Process.Timers[i].Sees, process.SeesRaiser) && v.By == a.Person)
}

// soonest: a list says that of a record is due what the record says, to the same person.
func (s *suite) soonest(d *room.Desk, r *room.Room, a access.Actor, v room.View) {
	for _, l := range r.Latest().Lists {
		p, err := d.List(s.ctx, a, r, room.Query{List: l.ID, Limit: room.MaxPage})
		s.must(err)
		for _, row := range p.Rows {
			if l.Kept { // which says until when it is kept: see keptToTheDay
				continue
			}
			next, _ := v.NextDue()
			if l.Sent { // of a record it says to whom something went, and nothing else
				next = process.Due{}
			}
			if row.Reference == v.Reference && row.Due != next {
				s.t.Errorf("%s says that %q is due, and the record %q", l.ID, row.Due.Label, next.Label)
			}
		}
	}
}

// actions are the room's actions on records as a policy names them, but for some.
func (s *suite) actions(except ...string) string {
	var out []string
	for _, a := range s.room.Actions() {
		if !slices.Contains(except, strings.TrimPrefix(string(a.Action), s.room.Name+".")) {
			out = append(out, fmt.Sprintf("Action::%q", a.Action))
		}
	}
	return strings.Join(out, ", ")
}

// shown: whoever sees all of the work sees every step whole; whoever began the record,
// and other readers, see what the definition shows them and what they did themselves;
// and what happened meanwhile is shown to each as the record is.
func shown(s *suite) {
	r, d := s.onlyReading()
	all, everything := *r, (*room.Desk)(nil)
	all.Policies += `
@id("` + r.Name + `-all-work")
@says("Everybody sees all of the work.")
permit (principal, action in [` + s.actions() + `], resource is ` + r.Kind + `);`
	everything = s.program(&all)
	porter := s.w.As("porter")
	raiser := s.as(string(s.room.First().Roles[0]), 0)
	hidden, seen := 0, 0
	for _, ref := range append(s.some(6), s.far()...) {
		whole, err := everything.Open(s.ctx, porter, &all, ref)
		s.must(err)
		if len(whole.Taken) != int(whole.Version) {
			s.t.Errorf("whoever sees all of the work sees %d of %d steps", len(whole.Taken), whole.Version)
		}
		for _, a := range []access.Actor{porter, raiser} {
			v, err := d.Open(s.ctx, a, r, ref)
			s.must(err)
			for _, t := range v.Taken {
				s.onlyMeant(a, v, t)
			}
			hidden, seen = hidden+len(whole.Taken)-len(v.Taken), seen+len(v.Taken)
			s.allMeant(a, whole, v)
			s.drafts(a, whole, v)
			s.meanwhile(d, r, a, ref, v)
		}
	}
	if hidden == 0 || seen == 0 {
		s.t.Errorf("%d steps were hidden and %d seen: nothing was tried", hidden, seen)
	}
}

// onlyMeant holds a step that somebody sees to what the definition says.
func (s *suite) onlyMeant(a access.Actor, v room.View, t room.Taken) {
	if t.By == a.Person {
		return
	}
	info, _ := v.Process.Step(t.Step)
	meant := func(who []string) bool {
		return slices.Contains(who, "reader") || slices.Contains(who, "raiser") && v.By == a.Person
	}
	for _, f := range info.Fields {
		who := f.Sees
		if len(who) == 0 {
			who = info.Sees
		}
		if _, ok := t.Answers[f.ID]; ok && !meant(who) {
			s.t.Errorf("the answer %s of %s is shown to somebody for whom it is not meant", f.ID, t.Step)
		}
	}
	o, _ := info.Outcome(t.Outcome)
	if !meant(info.Sees) && len(t.Answers) == 0 && (o.Tells == "" || v.By != a.Person) {
		s.t.Errorf("the step %s is shown to somebody for whom it is not meant", t.Step)
	}
}

// allMeant: whoever began a record sees of each step what the definition shows them; so does
// every reader, where the room names no published states.
func (s *suite) allMeant(a access.Actor, whole, v room.View) {
	meant := func(who []string) bool {
		return slices.Contains(who, process.SeesRaiser) && whole.By == a.Person ||
			slices.Contains(who, process.SeesReader) && len(s.room.Latest().Published) == 0
	}
	for _, t := range whole.Taken {
		info, _ := whole.Process.Step(t.Step)
		i := slices.IndexFunc(v.Taken, func(x room.Taken) bool { return x.Version == t.Version })
		if meant(info.Sees) && i < 0 {
			s.t.Errorf("the step %s is not shown to somebody for whom it is meant", t.Step)
		}
		for _, f := range info.Fields {
			who := f.Sees
			if len(who) == 0 {
				who = info.Sees
			}
			if _, said := t.Answers[f.ID]; said && meant(who) && (i < 0 || v.Taken[i].Answers[f.ID].Empty()) {
				s.t.Errorf("the answer %s of %s is not shown to somebody for whom it is meant", f.ID, t.Step)
			}
		}
	}
}

// drafts: where the room names published states, nothing of others stands before a
// reader that was done after the record last came into one.
func (s *suite) drafts(a access.Actor, whole, v room.View) {
	states := s.room.Latest().Published
	last := int64(0)
	for _, t := range whole.Taken {
		if slices.Contains(states, t.Effect.Stage) {
			last = t.Version
		}
	}
	for _, t := range v.Taken {
		if len(states) > 0 && t.By != a.Person && t.Version > last && v.By != a.Person {
			s.t.Errorf("%s of version %d is read by everybody; it was last published in %d", t.Step, t.Version, last)
		}
	}
}

// meanwhile: what is shown of what changed is what is shown of the record.
func (s *suite) meanwhile(d *room.Desk, r *room.Room, a access.Actor, ref id.Reference, v room.View) {
	if v.Version == 1 {
		return
	}
	step := r.Latest().AllSteps[1]
	_, err := d.Take(s.ctx, a, r, ref, room.Taking{Step: step.ID, Answers: s.x.Answers(step.Fields), Version: 1})
	var changed *room.Changed
	if !errors.As(err, &changed) {
		s.t.Errorf("a step on an older version: %v, want what changed", err)
		return
	}
	for _, t := range changed.Since {
		if !slices.ContainsFunc(v.Taken, func(x room.Taken) bool {
			return x.Version == t.Version &&
				len(x.Answers) == len(t.Answers)
		}) {
			s.t.Errorf("%s is shown as what changed, and not on the record", t.Step)
		}
	}
}

// far are records that have gone far through the definition: each takes what it never
// took before, for as long as it can.
func (s *suite) far() (out []id.Reference) {
	for range 3 {
		ref := s.begin().Reference
		out = append(out, ref)
		reader, gone := s.reader(ref), map[process.Step]bool{}
		for range walked {
			info := s.choose(s.openSteps(reader, ref), gone)
			_, _, err := s.take(ref, info, s.inTime(info))
			if fail.Is(err, fail.Broken) {
				s.must(err)
			}
			gone[info.ID] = gone[info.ID] || err == nil
		}
	}
	return out
}
