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

// part is something of which a room may have nothing, and be lawful. A clause about it asks
// for it first; for no other reason of the room is a clause not tried.
type part struct {
	none string // what is said of a room that has nothing of it
	has  func(*suite) bool
}

// ofSteps is a part that a room has by one of its steps.
func ofSteps(none string, is func(*process.Definition, process.StepInfo) bool) *part {
	return &part{none, func(s *suite) bool {
		def := s.room.Latest()
		return slices.ContainsFunc(def.AllSteps, func(x process.StepInfo) bool { return is(def, x) })
	}}
}

// ofFields is a part that a room has by one of the questions of its steps.
func ofFields(none string, is func(process.StepInfo, field.Field) bool) *part {
	return ofSteps(none, func(_ *process.Definition, x process.StepInfo) bool {
		return slices.ContainsFunc(x.Fields, func(f field.Field) bool { return is(x, f) })
	})
}

var (
	anAudience = &part{"nobody is asked to read records of this room",
		func(s *suite) bool { return s.room.Latest().Audience.Given() }}
	cycles   = &part{"nothing comes round in this room", func(s *suite) bool { return len(s.room.Latest().Cycles) > 0 }}
	covering = &part{"records of this room cover nothing",
		func(s *suite) bool { return s.room.Latest().Coverage.Given() }}
	twos = &part{"nothing in this room needs the word of two people",
		func(s *suite) bool { return len(s.room.Latest().Twos) > 0 }}
	entitled = &part{"records of this room have no title",
		func(s *suite) bool { return s.room.Latest().Entitled != "" }}
	sets = &part{"no question of this room takes from a set",
		func(s *suite) bool { return len(s.room.Latest().Relies) > 0 }}
	following = &part{"nobody follows what they began in this room",
		func(s *suite) bool { return s.room.Follows != "" }}
	hiding = &part{"whatever is due is shown to everybody who reads a record", func(s *suite) bool {
		return slices.ContainsFunc(s.room.Latest().Timers, func(t process.Deadline) bool {
			return !slices.Contains(t.Sees, process.SeesReader)
		})
	}}
	partial = &part{"each list of this room has every record", func(s *suite) bool {
		return slices.ContainsFunc(s.room.Latest().Lists, func(l process.List) bool {
			return l.Of != "organisation" || l.Open != "" || l.Waits || len(l.In)+len(l.Facts) > 0
		})
	}}
	tied = &part{"records of this room are not tied to each other",
		func(s *suite) bool { return len(s.linksHere()) > 0 }}
	besideIt = &part{"nothing is written beside a record of this room",
		func(s *suite) bool { return tied.has(s) || anAudience.has(s) || giving.has(s) }}
	asking = &part{"no step of this room asks for a document",
		func(s *suite) bool { _, ok := s.asksFor(); return ok }}
	askingFirst = &part{"it asks for no document from whoever begins it", func(s *suite) bool {
		step, _ := s.asksFor()
		return slices.Contains(step.Roles, s.room.First().Roles[0])
	}}

	giving      = ofFields("no record of this room is given to anybody", gives)
	givingLater = ofSteps("no later step gives a record of this room to anybody",
		func(d *process.Definition, x process.StepInfo) bool {
			f, _ := field.Find(x.Fields, x.Owner)
			return x.ID != d.AllSteps[0].ID && gives(x, f)
		})
	hearing = ofSteps("nobody is to hear of a step in this room",
		func(d *process.Definition, x process.StepInfo) bool {
			return x.ID != d.AllSteps[0].ID && len(x.Hears) > 0
		})
	others = ofSteps("no step of this room needs another person than an earlier one",
		func(_ *process.Definition, x process.StepInfo) bool { return len(x.Other) > 0 })
	naming = ofFields("no step names anybody, or an entry", func(_ process.StepInfo, f field.Field) bool {
		return len(f.ShownWhen) == 0 && (f.Kind == field.Person && len(f.Of) > 0 || f.Kind == field.Entry)
	})
	emptied = ofFields("no step of this room leaves empty what is kept", func(_ process.StepInfo, f field.Field) bool {
		return f.Keep && !f.Needed && len(f.ShownWhen) == 0
	})
	worded = ofFields("no words are kept from anybody who reads a record", func(x process.StepInfo, f field.Field) bool {
		return (f.Kind == field.Line || f.Kind == field.Text) &&
			(len(f.Sees) > 0 || !slices.Contains(x.Sees, process.SeesReader))
	})
	inPart = &part{"whoever opens a record of this room sees all of it", opensInPart}

	goingOn = ofSteps("every later step ends a record of this room",
		func(d *process.Definition, x process.StepInfo) bool { return x.ID != d.AllSteps[0].ID && !ends(d, x) })
	twice = ofSteps("no step can be taken twice", func(d *process.Definition, x process.StepInfo) bool {
		at := d.After(d.Start(), d.AllSteps[0].ID, d.AllSteps[0].Outcomes[0].ID)
		can := func(at process.Status) bool { return d.May(at, x.ID, x.Outcomes[0].ID) == nil }
		return can(at) && can(d.After(at, x.ID, x.Outcomes[0].ID))
	})
	reopening = ofSteps("no step of this room is taken after the end: nothing is opened again",
		func(d *process.Definition, x process.StepInfo) bool {
			return slices.ContainsFunc(process.From(x),
				func(from process.State) bool { return d.Ended(process.Status{State: from}) })
		})
	closed = &part{"everybody may open a record that was just begun", func(s *suite) bool {
		_, any := s.stranger(s.begin().Reference)
		return any
	}}
	closing = &part{"nothing is hidden from a worker in this room", func(s *suite) bool {
		ref := s.begin().Reference
		s.moveOn(ref)
		_, err := s.desk.Open(s.ctx, s.as(string(access.Worker), 3), s.room, ref)
		return fail.Is(err, fail.Hidden)
	}}
)

// parts are all of them; a test holds that a room has each.
var parts = []*part{anAudience, cycles, covering, twos, entitled, sets, following, hiding, partial, tied,
	besideIt, asking, askingFirst, giving, givingLater, hearing, others, naming, emptied, worded, inPart,
	keepingOut, sending, aboutSomebody, disagreeing, keeping,
	goingOn, twice, reopening, closed, closing}

// opensInPart says whether somebody may open a record of the room and not see all of the work on it.
func opensInPart(s *suite) bool {
	rules, err := room.Policy(s.room)
	if err != nil { // of one that is kept, whose rules are its own
		return true
	}
	at := time.Unix(1_800_000_000, 0)
	org, person := id.NewOrg(at), id.NewPerson(at)
	for _, role := range access.Roles() {
		for _, state := range s.room.Latest().States {
			for _, raiser := range []id.Person{person, {}} {
				a := access.Actor{Org: org, Person: person, Role: role, MFA: true}
				res := access.Resource{Kind: s.room.Kind, Org: org, Compartment: s.room.Compartment, Stage: string(state.ID),
					Closed: state.End, Raiser: raiser}
				may := func(what string) bool {
					return rules.Decide(a, access.Action(s.room.Name+what), res, access.Context{}).Effect == access.Allow
				}
				if may(".view") && !may(".view_work") {
					return true
				}
			}
		}
	}
	return false
}

// gives says whether a question of a step asks who has the record from then on.
func gives(x process.StepInfo, f field.Field) bool {
	return f.ID != "" && f.ID == x.Owner && f.Kind == field.Person
}

// needs goes on where the room has a part; else the clause says that it has none.
func (s *suite) needs(p *part) {
	s.t.Helper()
	switch {
	case !slices.Contains(parts, p):
		s.t.Fatalf("%q is none of the parts of which some room must have each", p.none)
	case !p.has(s):
		s.t.Skip(p.none)
	}
}
