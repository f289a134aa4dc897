package roomtest

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// followed: whoever began a record follows it for as long as it is there, whatever else they
// may do with it: how far it has come, what was written for them and what they added, and
// nothing more, on it and in their list. Nobody else follows it.
func followed(s *suite) {
	s.needs(following)
	def := s.room.Latest()
	for n, role := range []string{string(access.Worker), s.keeping()} { // who sees no more of it, and who sees all
		for _, to := range tellings(def) {
			f := s.follower(s.as(role, 3+n))
			f.holds()
			f.adds() // before anybody looked at it
			way := shortest(def, def.After(def.Start(), s.room.First().ID, ""), func(taken []turn, _ process.Status) bool {
				return len(taken) > 0 && taken[len(taken)-1] == to
			})
			for _, w := range way {
				f.goes(w)
			}
			f.beside()
			f.adds()
			s.w.Hand.Move(60 * 24 * time.Hour) // whoever was promised word is overdue, and what ended is put away
			f.holds()
		}
	}
}

// tellings are all turns by which something is told to whoever began a record.
func tellings(def *process.Definition) (out []turn) {
	for _, step := range def.AllSteps {
		for _, o := range step.Outcomes {
			if o.Tells != "" {
				out = append(out, turn{step.ID, o.ID})
			}
		}
	}
	return out
}

// follower is somebody who follows what they began, and what they are to see of it.
type follower struct {
	*suite
	by    access.Actor
	ref   id.Reference
	is    room.Following
	at    process.Status
	taken []process.Step // by others
}

func (s *suite) follower(by access.Actor) *follower {
	s.t.Helper()
	info := s.room.First()
	in := s.inTime(info)
	got, err := s.desk.Begin(s.ctx, by, s.room, room.Beginning{Answers: in, Strict: true})
	s.must(err)
	def := s.room.Latest()
	return &follower{suite: s, by: by, ref: got.Reference, at: def.After(def.Start(), info.ID, got.Outcome),
		is: room.Following{Reference: got.Reference, At: got.At, HearsBy: got.HearsBy, Team: got.Team.ID, Said: in}}
}

// goes has somebody else take a step.
func (f *follower) goes(w turn) {
	f.t.Helper()
	if err := f.tries(w); err != nil {
		f.t.Fatalf("%s (%s): %v", w.step, w.outcome, err)
	}
}

// tries has somebody else take a step, with answers that fit those of the steps before it.
func (f *follower) tries(w turn) error {
	f.t.Helper()
	f.w.Hand.Move(time.Hour)
	def := f.room.Latest()
	info, _ := def.Step(w.step)
	in, got, by, err := field.Answers{}, room.Receipt{}, access.Actor{}, fail.Fields{{}}.Err()
	for n := 0; n < 60 && len(fail.FieldsOf(err)) > 0; n++ {
		in = f.answersFor(info, w.outcome)
		for _, x := range info.Fields {
			if x.Kind == field.Day && x.When == "past" && !in[x.ID].Empty() {
				in.Set(x.ID, f.x.today().String())
			}
		}
		got, by, err = f.take(f.ref, info, in)
	}
	if err != nil {
		return err
	}
	f.at, f.taken = def.After(f.at, w.step, w.outcome), append(f.taken, w.step)
	o, _ := info.Outcome(w.outcome)
	if o.Tells != "" {
		f.is.News = append(f.is.News, room.News{At: got.At, By: by.Person, Title: o.Tells, Words: written(info, in)})
	}
	i := slices.IndexFunc(def.Timers, func(t process.Deadline) bool { return t.ID == def.HearsBy })
	if def.Timers[i].Ends(process.Taken{Step: w.step, Outcome: w.outcome}) {
		f.is.ToldAt = got.At
	}
	f.holds()
	return nil
}

// beside has others take each step that tells whoever began it nothing and leaves it where
// it is, of those that can be answered as it stands.
func (f *follower) beside() {
	f.t.Helper()
	def, before := f.room.Latest(), len(f.taken)
	for _, info := range def.Steps(f.at) {
		for _, o := range info.Outcomes {
			if o.Tells != "" || len(info.People) > 0 || process.TellsRecipients(info.ID) || process.AfterOthers(info.ID) ||
				def.May(f.at, info.ID, o.ID) != nil || !reflect.DeepEqual(def.After(f.at, info.ID, o.ID), f.at) {
				continue
			}
			if err := f.tries(turn{info.ID, o.ID}); err != nil && len(fail.FieldsOf(err)) == 0 {
				f.t.Errorf("%s (%s): %v", info.ID, o.ID, err)
			}
		}
	}
	if len(f.taken) == before {
		f.t.Errorf("at %s others could add nothing to it", f.at.State)
	}
}

// written is the answer of a step that is written for whoever began the record.
func written(info process.StepInfo, in field.Answers) string {
	for _, x := range info.Fields {
		if slices.Contains(x.Sees, process.SeesRaiser) && !in[x.ID].Empty() {
			return in.Get(x.ID)
		}
	}
	return ""
}

// adds has whoever follows it add to it, as that.
func (f *follower) adds() {
	f.t.Helper()
	tried := false
	for _, info := range f.room.Latest().AllSteps[1:] {
		in := f.inTime(info)
		got, err := f.desk.Take(f.ctx, f.by, f.room, f.ref, room.Taking{Step: info.ID, Answers: in, Own: true})
		if err != nil {
			continue
		}
		if tried = true; got.Version != 0 {
			f.t.Errorf("whoever adds to what they began is told the version %d", got.Version)
		}
		f.is.News = append(f.is.News, room.News{At: got.At, By: f.by.Person, Title: "You added something",
			Words: in.Get("words"), Mine: true})
	}
	if !tried {
		f.t.Error("whoever follows it could add nothing")
	}
	f.holds()
}

// holds compares what they see with what they are to see, and with what others do.
func (f *follower) holds() {
	f.t.Helper()
	f.is.Progress = f.come()
	f.is.Overdue = f.is.ToldAt.IsZero() && f.is.Progress != room.Finished && f.w.Hand.Now().After(f.is.HearsBy)
	got, err := f.desk.Follow(f.ctx, f.by, f.room, f.ref)
	f.must(err)
	for i := range min(len(got.News), len(f.is.News)) {
		if f.is.News[i].Mine { // with what they sent beside it
			got.News[i].Words, _, _ = strings.Cut(got.News[i].Words, "\n\nWith it: ")
		}
	}
	if !reflect.DeepEqual(got.Said, f.is.Said) {
		f.t.Errorf("%s said %v, and follows %v", f.by.Role, f.is.Said, got.Said)
	}
	if got.Said = f.is.Said; !reflect.DeepEqual(got, f.is) {
		want := f.is
		got.Said, want.Said = nil, nil
		f.t.Errorf("%s, who began it, follows after %v\n%+v, want\n%+v", f.by.Role, f.taken, got, want)
	}
	if e := f.readers()[0]; e.By != f.by.Person || e.What != "Looked at progress" {
		f.t.Errorf("that %s followed it is written as %+v", f.by.Role, e)
	}
	f.listed()
	_, opens := f.desk.Open(f.ctx, f.by, f.room, f.ref)
	if v, own, works, err := f.desk.See(f.ctx, f.by, f.room, f.ref); err != nil || works != (opens == nil) ||
		works != (v.Reference == f.ref) || works == (own.Reference == f.ref) {
		f.t.Errorf("%s, who opens it (%v), is shown %s and follows %s: %v", f.by.Role, opens, v.Reference, own.Reference, err)
	}
	for _, a := range f.everybody() {
		if _, err := f.desk.Follow(f.ctx, a, f.room, f.ref); !fail.Is(err, fail.Hidden) {
			f.t.Errorf("%s, who did not begin it, follows it: %v", a.Role, err)
		}
		if _, err := f.desk.Receipt(f.ctx, a, f.room, f.ref); !fail.Is(err, fail.Hidden) {
			f.t.Errorf("%s, who did not begin it, has its receipt: %v", a.Role, err)
		}
	}
}

// come is how far it has come.
func (f *follower) come() room.Progress {
	switch {
	case f.room.Latest().Ended(f.at):
		return room.Finished
	case slices.Contains(f.taken, f.room.Passes):
		return room.PassedOn
	case len(f.taken) > 0:
		return room.BeingLookedAt
	}
	return room.Received
}

// readers are all who have read it, as somebody sees them who works on it.
func (f *follower) readers() []room.Reader {
	f.t.Helper()
	a := f.reader(f.ref)
	v, err := f.desk.Readers(f.ctx, a, f.room, f.ref)
	f.must(err)
	return slices.DeleteFunc(v.Readers, func(e room.Reader) bool { return e.By == a.Person })
}

// listed: the list of what somebody began says of it what they follow, and no more.
func (f *follower) listed() {
	f.t.Helper()
	for _, l := range f.desk.MayList(f.by, f.room) {
		if l.Of != "raiser" {
			continue
		}
		p, err := f.desk.List(f.ctx, f.by, f.room, room.Query{List: l.ID, Limit: room.MaxPage})
		f.must(err)
		i := slices.IndexFunc(p.Rows, func(r room.Row) bool { return r.Reference == f.ref })
		if i < 0 {
			f.t.Errorf("%s does not have what %s follows", l.ID, f.by.Role)
			continue
		}
		if r := p.Rows[i]; r.Stage != "" || !r.Owner.IsZero() || r.Version != 0 || r.Due.Deadline != "" || r.Waits ||
			!r.EndedAt.IsZero() || r.Label != string(f.is.Progress) || !r.ToldAt.Equal(f.is.ToldAt) {
			f.t.Errorf("%s says of what %s follows %+v", l.ID, f.by.Role, r)
		}
	}
}
