package roomtest

import (
	"fmt"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

var keepingOut = &part{"nobody is kept from records of this room",
	func(s *suite) bool { return s.room.Latest().KeepsFrom() }}

// keptOut: somebody who works the records is kept from one by the word of two, wherever it
// stands, and learns of it neither before nor after; is let back in by two; and loses at once
// one in which they declare a conflict of interest. What was theirs is somebody else's.
func keptOut(s *suite) {
	s.needs(keepingOut)
	for _, to := range s.stages() {
		s.declares(to)
		b := s.bars(to)
		b.asks()
		b.word(process.Refused)
		b.asks()
		b.word(process.Confirmed)
		b.isOut()
		b.letIn()
	}
	s.rebuilt("somebody was kept from a record")
}

// stages are ways from the beginning of a record to each of its states.
func (s *suite) stages() (out [][]turn) {
	def := s.room.Latest()
	begun := def.After(def.Start(), s.room.First().ID, def.AllSteps[0].Outcomes[0].ID)
	for _, st := range def.States[1:] {
		if way := shortest(def, begun, func(_ []turn, at process.Status) bool { return at.State == st.ID }); way != nil ||
			st.ID == begun.State {
			out = append(out, way)
		}
	}
	return out
}

// at is a record that went such a way.
func (s *suite) at(way []turn) id.Reference {
	s.t.Helper()
	ref := s.begin().Reference
	s.goWay(ref, way)
	return ref
}

// declares has somebody who may open a record declare a conflict of interest in it.
func (s *suite) declares(way []turn) {
	s.t.Helper()
	ref := s.at(way)
	a, before, _ := s.keeps(ref)
	t := room.Said(process.DeclareConflict, "reasons", "A brother")
	t.Key = "the-key-of-" + string(ref)
	one, err := s.desk.Take(s.ctx, a, s.room, ref, t)
	s.must(err)
	if two, err := s.desk.Take(s.ctx, a, s.room, ref, t); err != nil || two != one {
		s.t.Errorf("whoever left it asks again and is told %+v, %v", two, err)
	}
	s.isClosed(a, ref)
	after := s.stands(ref)
	if after.Owner == a.Person || after.Stage != before.Stage {
		s.t.Errorf("after somebody left it, it stands at %s and is %s's", after.Stage, after.Owner)
	}
	by, _, _ := s.keeps(ref)
	got, err := s.desk.Take(s.ctx, by, s.room, ref, room.Said(process.LiftBar, "of", fmt.Sprint(one.Version),
		"reasons", "x"))
	s.must(err)
	b := &barring{suite: s, ref: ref, of: got.Version}
	s.must(b.give(s.w.As("guardian"), process.Confirmed))
	if _, err := s.desk.Open(s.ctx, a, s.room, ref); err != nil {
		s.t.Errorf("whoever left it was let back in by two, and opens it: %v", err)
	}
}

// isClosed holds that a record is to somebody as one that is not there.
func (s *suite) isClosed(a access.Actor, ref id.Reference) {
	s.t.Helper()
	for _, of := range []id.Reference{ref, id.NewReference()} {
		_, opened := s.desk.Open(s.ctx, a, s.room, of)
		_, word := s.desk.Take(s.ctx, a, s.room, of, room.Said(process.ConfirmBar, "of", "1", "result", process.Confirmed))
		_, _, asked := s.desk.ToConfirm(s.ctx, a, s.room, of)
		for what, err := range map[string]error{"opening": opened, "a second word": word, "what waits": asked} {
			if !fail.Is(err, fail.Hidden) {
				s.t.Errorf("%s of %s by whom it is closed to: %v", what, of, err)
			}
		}
	}
	for _, l := range s.desk.MayList(a, s.room) {
		if slices.Contains(s.inList(a, l.ID), ref) {
			s.t.Errorf("%s shows it to whom it is closed to", l.ID)
		}
	}
	mine, err := s.desk.Work(s.ctx, a, room.Query{Limit: 50})
	s.must(err)
	for _, r := range mine.Rows {
		if r.Reference == ref {
			s.t.Error("it stands among the work of whom it is closed to")
		}
	}
	if slices.ContainsFunc(mine.Notices, func(n room.Note) bool { return n.Row.Reference == ref }) {
		s.t.Error("whom it is closed to has a notice of it")
	}
}

// inList are the references that a list shows somebody.
func (s *suite) inList(a access.Actor, list string) (out []id.Reference) {
	s.t.Helper()
	for q := (room.Query{List: list, Limit: room.MaxPage}); ; {
		page, err := s.desk.List(s.ctx, a, s.room, q)
		s.must(err)
		for _, r := range page.Rows {
			out = append(out, r.Reference)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

// barring is a record from which one of those who work it is to be kept.
type barring struct {
	*suite
	ref                  id.Reference
	asker, second, meant access.Actor
	outside, other       access.Actor // who is told, and who is not
	of                   int64        // the step that waits
	seen                 room.View    // by the one who is meant, before
}

func (s *suite) bars(way []turn) *barring {
	s.t.Helper()
	b := &barring{suite: s, ref: s.at(way), outside: s.w.As("guardian"), other: s.w.As("porter")}
	var works []access.Actor
	for _, role := range s.room.Latest().KeptFrom.By {
		for n := range 3 {
			a := s.as(string(role), n)
			if _, err := s.desk.Open(s.ctx, a, s.room, b.ref); err == nil {
				works = append(works, a)
			}
		}
	}
	if len(works) < 3 {
		s.t.Fatalf("only %d work it", len(works))
	}
	owner := s.stands(b.ref).Owner
	if i := slices.IndexFunc(works, func(x access.Actor) bool { return x.Person == owner }); i > 0 {
		works[0], works[i] = works[i], works[0] // whoever has it is the one who is meant
	}
	b.meant, b.asker, b.second = works[0], works[1], works[2]
	return b
}

func (b *barring) login(a access.Actor) string {
	p, err := b.w.Directory.Person(b.ctx, a.Person)
	b.must(err)
	return p.Login
}

// asks has one of them ask for it: nothing changes yet, and whoever is meant learns nothing.
func (b *barring) asks() {
	b.t.Helper()
	b.w.Hand.Move(time.Minute)
	var err error
	b.seen, err = b.desk.Open(b.ctx, b.meant, b.room, b.ref)
	b.must(err)
	got, err := b.desk.Take(b.ctx, b.asker, b.room, b.ref, room.Said(process.KeepFrom, "why", process.Subject,
		"login", b.login(b.meant)))
	b.must(err)
	b.of = got.Version
	b.learnsNothing("after it was asked")
	b.waits(true)
	b.wordRefused(b.asker, fail.Conflict, "who asked for it")
	b.wordRefused(b.meant, fail.Bad, "the one it is about")
	b.asksInVain()
	b.learnsNothing("after others tried")
}

// asksInVain has whoever is meant name the step as they would name one that is not there.
func (b *barring) asksInVain() {
	b.t.Helper()
	for _, info := range b.room.Latest().AllSteps {
		f := slices.IndexFunc(info.Fields, func(f field.Field) bool { return f.Kind == field.Entry })
		if f < 0 {
			continue
		}
		var said []string
		for _, of := range []string{fmt.Sprint(b.of), "999"} {
			_, err := b.desk.Take(b.ctx, b.meant, b.room, b.ref, room.Said(info.ID, info.Fields[f].ID, of))
			said = append(said, fmt.Sprint(fail.FieldsOf(err)))
		}
		if said[0] != said[1] {
			b.t.Errorf("%s of the step is answered by %s, of none by %s", info.ID, said[0], said[1])
		}
	}
}

// learnsNothing compares what whoever is meant sees with what they saw before.
func (b *barring) learnsNothing(when string) {
	b.t.Helper()
	v, err := b.desk.Readers(b.ctx, b.meant, b.room, b.ref)
	if err == nil && slices.ContainsFunc(v.Readers, func(r room.Reader) bool {
		return r.What == "Looked at who is to be kept from it"
	}) {
		b.t.Errorf("%s they read that somebody looked at who is to be kept from it", when)
	}
	v, err = b.desk.Open(b.ctx, b.meant, b.room, b.ref)
	b.must(err)
	if v.Version != b.seen.Version || len(v.Taken) != len(b.seen.Taken) || len(v.Bars) != len(b.seen.Bars) ||
		v.Owner != b.seen.Owner {
		b.t.Errorf("%s they see version %d with %d steps and %d bars, before it was %d, %d and %d", when, v.Version,
			len(v.Taken), len(v.Bars), b.seen.Version, len(b.seen.Taken), len(b.seen.Bars))
	}
	could := func(v room.View) (out []string) {
		for _, x := range v.May {
			out = append(out, string(x.ID))
		}
		return out
	}
	if x, y := could(v), could(b.seen); !slices.Equal(x, y) {
		b.t.Errorf("%s they may %v, before it was %v", when, x, y)
	}
}

// waits holds that the second word is waited for from those outside who are told, and from
// nobody else outside; and that they see what was asked, and no more.
func (b *barring) waits(does bool) {
	b.t.Helper()
	for _, a := range []access.Actor{b.outside, b.other, b.w.As("executive"), b.meant} {
		mine, err := b.desk.Work(b.ctx, a, room.Query{Limit: 50})
		b.must(err)
		has, want := 0, 0
		for _, n := range mine.Notices {
			if n.What == room.NoticeWord && n.Row.Reference == b.ref {
				has++
			}
		}
		if does && a.Person == b.outside.Person {
			want = 1
		}
		if has != want {
			b.t.Errorf("a %s has %d notices that a second word is waited for, want %d", a.Role, has, want)
		}
	}
	_, all, err := b.desk.ToConfirm(b.ctx, b.outside, b.room, b.ref)
	switch {
	case !does && !fail.Is(err, fail.Hidden): // and it does not tell that there is a record
		b.t.Errorf("what was answered still waits: %+v, %v", all, err)
	case does && (err != nil || len(all) != 1 || all[0].Step != b.of || all[0].By != b.asker.Person):
		b.t.Errorf("what waits is shown as %+v, %v", all, err)
	}
}

func (b *barring) give(a access.Actor, result string) error {
	in := field.Said("of", fmt.Sprint(b.of), "result", result)
	if result == process.Refused {
		in.Set("words", "It is not about them")
	}
	_, err := b.desk.Take(b.ctx, a, b.room, b.ref, room.Taking{Step: process.ConfirmBar, Answers: in, Strict: true})
	return err
}

func (b *barring) wordRefused(a access.Actor, kind fail.Kind, who string) {
	b.t.Helper()
	if err := b.give(a, process.Confirmed); !fail.Is(err, kind) {
		b.t.Errorf("%s gives the second word: %v", who, err)
	}
}

// word has a second person answer.
func (b *barring) word(result string) {
	b.t.Helper()
	b.w.Hand.Move(time.Minute)
	b.must(b.give(b.second, result))
	b.waits(false)
	if result == process.Refused {
		b.learnsNothing("after it was refused")
	}
}

// isOut holds that the one who is meant is kept out, and that somebody else has the record.
func (b *barring) isOut() {
	b.t.Helper()
	b.isClosed(b.meant, b.ref)
	if v := b.stands(b.ref); v.Owner == b.meant.Person {
		b.t.Error("it is still theirs")
	}
}

// letIn has two people let them back in.
func (b *barring) letIn() {
	b.t.Helper()
	b.w.Hand.Move(time.Minute)
	got, err := b.desk.Take(b.ctx, b.second, b.room, b.ref, room.Said(process.LiftBar, "of", fmt.Sprint(b.of),
		"reasons", "It is about another"))
	b.must(err)
	b.isClosed(b.meant, b.ref)
	b.of, b.asker = got.Version, b.second
	b.waits(true)
	b.wordRefused(b.second, fail.Conflict, "who asked to let them in")
	b.must(b.give(b.outside, process.Confirmed)) // whoever is told from outside may be the second
	b.waits(false)
	if _, err := b.desk.Open(b.ctx, b.meant, b.room, b.ref); err != nil {
		b.t.Errorf("whoever was let back in opens it: %v", err)
	}
}
