package roomtest

import (
	"encoding/json"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

var aboutSomebody = &part{"records of this room ask for no person",
	func(s *suite) bool { return s.room.Latest().Person.Given() }}

// knownAs is a made-up person as somebody says who they are.
type knownAs struct{ name, born, number string }

var (
	inOneHand     = knownAs{name: "Zarifa Placeholder", born: "1984-05-03"}
	inAnother     = knownAs{name: "Plaseholder, Zareefa", born: "1984-05-03", number: "9990000018"}
	anybodyElse   = knownAs{name: "Otto Nobody", born: "1990-11-23", number: "9990000026"}
	onTheFirstDay = knownAs{name: "Zarifa Placeholder", born: "1984-01-01"}
)

// samePerson: an earlier record about the same person is shown to whoever works on a new one, with
// an entry, and to nobody else; not where they may not open it, not once it is erased, not from
// another organisation, and to every program alike; what is sealed is what was said.
func samePerson(s *suite) {
	s.needs(aboutSomebody)
	one, other := s.raised(inOneHand), s.raised(inAnother)
	stranger := s.raised(anybodyElse)
	keeper := s.worker(other.Reference)
	s.shows(keeper, other, one.Reference)
	s.shows(keeper, one)
	s.shows(keeper, stranger)
	s.shows(keeper, s.raised(onTheFirstDay))
	s.notToRaiser()
	s.putRight(keeper, one, other)
	s.toEveryProgram(keeper)
	s.whileItIsRead(keeper, other, one)
	s.notElsewhere(keeper)
	s.sealedAsSaid(one, stranger)
	s.notToWhoIsKeptFromIt(one, other)
	s.notOfWhatIsErased(keeper, one, other)
	s.notOnceItHasEnded(s.raised(inOneHand))
}

// raised begins a record about somebody.
func (s *suite) raised(who knownAs) room.Receipt {
	s.t.Helper()
	got, err := s.raisedBy(s.desk, s.as(string(s.room.First().Roles[0]), 0), who)
	s.must(err)
	return got
}

func (s *suite) raisedBy(d *room.Desk, a access.Actor, who knownAs) (room.Receipt, error) {
	s.w.Hand.Move(time.Second) // which of two came first is told by the time
	info, about := s.room.First(), s.room.Latest().Person
	in := s.inTime(info)
	part, _ := field.Find(info.Fields, about.In)
	said := field.Answers{}
	for _, f := range part.Fields {
		if f.Needed {
			said[f.ID] = in[about.In].Part[f.ID]
		}
	}
	for name, text := range map[string]string{about.Name: who.name, about.Born: who.born, about.Number: who.number} {
		said.Set(name, text)
	}
	return d.Begin(s.ctx, a, s.room, room.Beginning{Answers: in.Of(about.In, said)})
}

// worker is somebody who works on a record and has not begun it.
func (s *suite) worker(ref id.Reference, not ...id.Person) access.Actor {
	s.t.Helper()
	for _, role := range s.roles() {
		for n := range 3 {
			a := s.as(role, n)
			v, err := s.desk.Open(s.ctx, a, s.room, ref)
			if err == nil && s.seesAll(a, v) && v.By != a.Person && !slices.Contains(not, a.Person) {
				return a
			}
		}
	}
	s.t.Fatal("nobody works on it but whoever began it")
	return access.Actor{}
}

// shows holds that these others, and no more, are shown with a record, and that its entry says so.
func (s *suite) shows(a access.Actor, rec room.Receipt, want ...id.Reference) {
	s.t.Helper()
	s.showsOn(s.desk, a, rec, want...)
}

func (s *suite) showsOn(d *room.Desk, a access.Actor, rec room.Receipt, want ...id.Reference) {
	s.t.Helper()
	before := len(s.readWith(rec))
	v, err := d.Open(s.ctx, a, s.room, rec.Reference)
	s.must(err)
	got := v.Others.References()
	if v.Others.Unknown || !slices.Equal(got, want) {
		s.t.Errorf("with %s these are shown: %v (not known yet: %v), want %v", rec.Reference, got, v.Others.Unknown, want)
	}
	for _, x := range v.Others.Found {
		if x.Room.Many != s.room.Many {
			s.t.Errorf("%s is said to be among %s", x.Reference, x.Room.Many)
		}
	}
	if said := s.readWith(rec); len(said) != before+1 || !slices.Equal(said[before], got) {
		s.t.Errorf("%v was shown, and the entry of that says %v", got, said[before:])
	}
}

// readWith are the others that the entries say were shown, by each reading of a record.
func (s *suite) readWith(rec room.Receipt) (out [][]id.Reference) {
	s.t.Helper()
	s.must(s.w.Store.View(s.ctx, func(tx *store.Tx) error {
		key, err := s.w.Vault.Key(tx, s.w.Org.ID, rec.Record)
		if err != nil {
			return err
		}
		all, err := s.w.Ledger.Readings(tx, key)
		for _, e := range slices.DeleteFunc(all, func(e ledger.Entry) bool { return e.Kind != s.room.Name+".viewed" }) {
			var said struct {
				SamePerson []id.Reference `json:"same_person"`
			}
			if err := json.Unmarshal(e.Data, &said); err != nil {
				return err
			}
			out = append(out, said.SamePerson)
		}
		return err
	}))
	return out
}

// notToRaiser: whoever raised a record is not shown others with it, though they work on such
// records; where it is theirs to work by that, they are.
func (s *suite) notToRaiser() {
	s.t.Helper()
	who := knownAs{name: "Ilse Ownwords", born: "1969-09-09"}
	one := s.raised(who)
	a := s.worker(one.Reference)
	if !s.desk.MayBegin(a, s.room) {
		s.t.Fatal("nobody who works on records of this room begins one")
	}
	got, err := s.raisedBy(s.desk, a, who)
	s.must(err)
	if s.room.First().Owner == "actor" {
		s.shows(a, got, one.Reference)
	} else {
		s.shows(a, got)
	}
	s.shows(s.worker(got.Reference), got, one.Reference)
}

// putRight: what is known of the person is said again; it takes the place of what was said.
func (s *suite) putRight(a access.Actor, one, other room.Receipt) {
	s.t.Helper()
	info, _ := s.room.Latest().Step(process.KnowPerson)
	say := func(who knownAs) {
		s.t.Helper()
		in := field.Said("name", who.name, "age", "day", "born", who.born, "number", who.number, "told", "nobody")
		if _, _, err := s.take(other.Reference, info, in); err != nil {
			s.t.Fatal(err)
		}
	}
	say(anybodyElse)
	if v, err := s.desk.Open(s.ctx, a, s.room, other.Reference); err != nil ||
		slices.Contains(v.Others.References(), one.Reference) {
		s.t.Errorf("it is shown with what is about somebody else, as was put right: %v", err)
	}
	say(inAnother)
	s.shows(a, other, one.Reference)
	s.rebuilt("it was put right whom a record is about")
}

// toEveryProgram: what a program beside this one wrote is known at once.
func (s *suite) toEveryProgram(a access.Actor) {
	s.t.Helper()
	node := s.program(s.room)
	s.must(node.KeepPersons(s.ctx))
	by := s.as(string(s.room.First().Roles[0]), 0)
	for i, programs := range [][2]*room.Desk{{node, s.desk}, {s.desk, node}} {
		who := knownAs{name: "Milan Beside", born: []string{"1971-02-02", "1972-02-02"}[i]}
		got, err := s.raisedBy(programs[0], by, who)
		s.must(err)
		_, err = s.w.Ledger.Sequence(s.ctx) // it has its place in the log, and the next waits for its own
		s.must(err)
		later, err := s.raisedBy(programs[0], by, who)
		s.must(err)
		s.showsOn(programs[1], a, later, got.Reference)
	}
}

// whileItIsRead: a program that has just been started says that it does not know yet.
func (s *suite) whileItIsRead(a access.Actor, other, one room.Receipt) {
	s.t.Helper()
	node := s.program(s.room)
	node.TestOnlyFilling(func() {
		v, err := node.Open(s.ctx, a, s.room, other.Reference)
		s.must(err)
		if !v.Others.Unknown || len(v.Others.Found) > 0 {
			s.t.Errorf("before it was read whom records are about, it says %+v", v.Others)
		}
	})
	s.showsOn(node, a, other, one.Reference)
}

// notElsewhere: what another organisation holds is not shown here, nor there what is held here.
func (s *suite) notElsewhere(a access.Actor) {
	s.t.Helper()
	there := s.anotherTrust()
	who := knownAs{name: "Vesna Elsewhere", born: "1977-07-07", number: "9990000050"}
	_, err := s.raisedBy(s.desk, there, who)
	s.must(err)
	s.shows(a, s.raised(who))
}

// sealedAsSaid: a picture with the tokens of somebody else is named.
func (s *suite) sealedAsSaid(one, stranger room.Receipt) {
	s.t.Helper()
	theirs := s.stands(stranger.Reference).Tokens
	var was room.State
	put := func(change func(*room.State)) {
		s.must(s.w.Store.Do(s.ctx, func(tx *store.Tx) error { return s.desk.TestOnlySeal(tx, one.Record, change) }))
	}
	put(func(is *room.State) { was = is.Clone(); is.Tokens = theirs })
	if s.amiss(one.Record) == "" {
		s.t.Error("a record is sealed with the tokens of somebody else, and nobody noticed")
	}
	put(func(is *room.State) { is.Tokens = was.Tokens })
	if what := s.amiss(one.Record); what != "" {
		s.t.Errorf("put back as it was, it %s", what)
	}
}

// notToWhoIsKeptFromIt: to whom the earlier record is closed, the later one tells nothing of it.
func (s *suite) notToWhoIsKeptFromIt(one, other room.Receipt) {
	s.t.Helper()
	if !s.room.Latest().KeepsFrom() {
		return
	}
	a := s.worker(one.Reference)
	if _, err := s.desk.Take(s.ctx, a, s.room, one.Reference, room.Said(process.DeclareConflict, "reasons",
		"A brother")); err != nil {
		s.t.Fatal(err)
	}
	s.shows(a, other)
	s.shows(s.worker(one.Reference, a.Person), other, one.Reference)
}

// notOfWhatIsErased: what was erased is shown no more, and no program keeps its tokens.
func (s *suite) notOfWhatIsErased(a access.Actor, one, other room.Receipt) {
	s.t.Helper()
	node := s.program(s.room)
	s.must(node.KeepPersons(s.ctx))
	a = s.worker(one.Reference, a.Person)
	s.showsOn(node, a, other, one.Reference)
	s.ends(&life{ref: one.Reference, rec: one.Record})
	s.w.Hand.Move(25 * time.Hour) // and put away
	s.shows(a, other, one.Reference)
	s.showsOn(node, a, other, one.Reference)
	_, err := s.desk.Erase(s.ctx, s.room, s.w.Org.ID, one.Reference, whyErased, s.both()...)
	s.must(err)
	s.shows(a, other)
	s.showsOn(node, a, other)
	s.must(node.KeepPersons(s.ctx))
	for _, d := range []*room.Desk{s.desk, node} {
		if d.TestOnlyHolds(one.Record) || !d.TestOnlyHolds(other.Record) {
			s.t.Error("a program keeps whom an erased record is about, or has forgotten another's")
		}
	}
}

// notOnceItHasEnded: with a record that has ended nothing is shown.
func (s *suite) notOnceItHasEnded(rec room.Receipt) {
	s.t.Helper()
	s.ends(&life{ref: rec.Reference, rec: rec.Record})
	v, err := s.desk.Open(s.ctx, s.worker(rec.Reference), s.room, rec.Reference)
	if err != nil && !fail.Is(err, fail.Hidden) {
		s.must(err)
	}
	if len(v.Others.Found) > 0 {
		s.t.Errorf("with a record that has ended others are shown: %v", v.Others.References())
	}
}
