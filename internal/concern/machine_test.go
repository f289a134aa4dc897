package concern_test

import (
	"context"
	"flag"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// machine plays people at random against the desk and keeps a model of the
// safeguards, written from the mission and not from the process definition.
type machine struct {
	w    *world.World
	refs []id.Reference
	said map[id.Reference]*said
}

// said is what the model remembers of a concern.
type said struct {
	version  int64
	owner    bool // taken up
	share    bool // the latest sharing decision is to share
	decided  bool
	answered bool
	owed     bool // shared in an emergency and not decided yet
	closed   bool
	unread   bool // the raiser added something after closing
}

// steps are whole steps with their effect on the model; legal says what must hold.
var steps = []struct {
	step  room.Taking
	legal func(*said) bool // nil: the model does not forbid it
	then  func(*said)
}{
	{room.Said(process.Acknowledge), nil, func(s *said) { s.owner = true }},
	{room.Said(process.Triage, "decision", process.NotSafeguarding, "reasons", "r"), nil,
		func(s *said) { s.answered = false }},
	{room.Said(process.Triage, "decision", process.OtherRoute, "reasons", "r", "route", "x"), nil,
		func(s *said) { s.answered = false }},
	{room.Said(process.Triage, "decision", process.Hold, "reasons", "r"), nil, func(s *said) { s.answered = false }},
	{room.Said(process.Triage, "decision", process.OpenCase, "reasons", "r"), nil, func(s *said) { s.answered = false }},
	{room.Said(process.AskAdvice, "of", "police_prevent_lead", "question", "q"), nil, nil},
	{room.Said(process.AskAdvice, "of", "police_prevent_lead", "question", "q").With("identified", "yes"),
		func(s *said) bool { return s.share }, nil},
	{room.Said(process.RecordAdvice, "from", "police_prevent_lead", "day", "2026-03-01", "advice", "close it"), nil, nil},
	{shareDecision(), nil, func(s *said) { s.share, s.decided, s.owed = true, true, false }},
	{room.Said(process.DecideSharing, "result", process.NotShare, "purpose", "crime", "consent", "refused", "necessity",
		"n"), nil, func(s *said) { s.share, s.decided, s.owed = false, true, false }},
	{room.Said(process.EmergencyDisclosure, "with", "999", "what", "w", "why", "y"), nil,
		func(s *said) { s.owed, s.share = true, false }},
	{room.Said(process.Refer, "to", "mash", "by", "telephone", "day", "2026-03-01", "what", "w", "rest", "yes"),
		func(s *said) bool { return s.share }, func(s *said) { s.answered = false }},
	{room.Said(process.Refer, "to", "mash", "by", "telephone", "day", "2026-03-01", "what", "w", "rest", "no"),
		func(s *said) bool { return s.share }, func(s *said) { s.answered, s.share = false, false }},
	{room.Said(process.RecordTold, "kind", process.ToldOutcome, "from", "police", "day", "2026-03-01", "outcome",
		"adopted"), nil, nil},
	{room.Said(process.GiveFeedback, "result", process.Told, "words", "w"), nil, func(s *said) { s.answered = true }},
	{room.Said(process.GiveFeedback, "result", process.CannotBeTold, "because", "w", "line", "l"), nil,
		func(s *said) { s.answered = true }},
	{room.Said(process.AddNote, "words", "w"), nil, nil},
	{room.Said(process.Correct, "of", "1", "words", "w"), nil, nil},
	{room.Said(process.Close, "reasons", "r"), func(s *said) bool {
		return s.owner && s.answered && !s.owed &&
			!s.closed
	}, func(s *said) { s.closed = true }},
}

// TestTheRouteKeepsItsSafeguards takes steps in any order, by anybody, at any
// time, stale and repeated, and holds the model against the desk after each.
func TestTheRouteKeepsItsSafeguards(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("12"); err != nil { // each is some thirty durable units; ask for more with -rapid.checks
			t.Fatal(err)
		}
	}
	world.Each(t, func(w *world.World) {
		people := []string{"nurse", "porter", "lead", "second", "guardian", "executive"}
		actors := map[string]access.Actor{}
		for _, p := range people {
			actors[p] = w.As(p)
		}
		rapid.Check(w.T.(*testing.T), func(r *rapid.T) {
			m := &machine{w: w, said: map[id.Reference]*said{}}
			r.Repeat(map[string]func(*rapid.T){
				"raise": func(r *rapid.T) { m.raise(r, actors["nurse"]) },
				"step": func(r *rapid.T) {
					m.take(r, actors[rapid.SampledFrom(people).Draw(r, "who")], rapid.IntRange(0, len(steps)-1).Draw(r, "step"),
						rapid.Bool().Draw(r, "stale"))
				},
				"likely": func(r *rapid.T) { m.take(r, actors["lead"], rapid.IntRange(0, len(steps)-1).Draw(r, "step"), false) },
				"time":   func(r *rapid.T) { w.Hand.Move(time.Duration(rapid.IntRange(0, 72).Draw(r, "hours")) * time.Hour) },
				"":       func(r *rapid.T) { m.agree(r) },
			})
		})
	})
}

func (m *machine) raise(r *rapid.T, nurse access.Actor) {
	if len(m.refs) >= 3 {
		r.Skip("enough")
	}
	receipt, err := m.w.Concerns.Raise(context.Background(), nurse, room.Beginning{Answers: worry()})
	if err != nil {
		r.Fatal(err)
	}
	m.refs = append(m.refs, receipt.Reference)
	m.said[receipt.Reference] = &said{version: 1}
}

func (m *machine) take(r *rapid.T, a access.Actor, n int, stale bool) {
	if len(m.refs) == 0 {
		r.Skip("nothing raised")
	}
	ref := rapid.SampledFrom(m.refs).Draw(r, "which")
	s, try := m.said[ref], steps[n]
	version := s.version
	if stale && version > 1 {
		version--
	} else {
		stale = false
	}
	if try.step.Step == process.Refer { // sent today: not before it was decided
		try.step.Answers = maps.Clone(try.step.Answers)
		try.step.Answers.Set("day", workday.Of(m.w.Hand.Now()).String())
	}
	_, err := m.w.Concerns.Take(context.Background(), a, ref, try.step.On(version))
	if err != nil {
		if k := fail.KindOf(err); !slices.Contains([]fail.Kind{fail.Hidden, fail.Refused, fail.Conflict, fail.Stale,
			fail.Bad}, k) {
			r.Fatalf("%s by %s: %v", try.step.Step, a.Role, err)
		}
		return
	}
	switch {
	// what the raiser adds needs no version
	case stale && !(a.Person == m.w.Person("nurse") && try.step.Step == process.AddNote):
		r.Fatalf("%s was taken on an old version", try.step.Step)
	case try.legal != nil && !try.legal(s):
		r.Fatalf("%s was taken at %+v", try.step.Step, *s)
	case a.Role != access.Lead && try.step.Step != process.AddNote:
		r.Fatalf("%s was taken by %s", try.step.Step, a.Role)
	case try.step.Step == process.Raise:
		r.Fatal("raised twice")
	}
	s.version++
	switch step := try.step.Step; {
	case step == process.AddNote && s.closed && a.Role == access.Worker:
		s.unread = true
	case step == process.AddNote, step == process.Correct, step == process.GiveFeedback:
		s.unread = false
	}
	if try.then != nil {
		try.then(s)
	}
}

// agree holds each concern's list row against its history and the model.
func (m *machine) agree(r *rapid.T) {
	for _, ref := range m.refs {
		s := m.said[ref]
		v, err := m.w.Concerns.Own(context.Background(), m.w.As("nurse"), ref)
		if err != nil {
			r.Fatal(err)
		}
		if (v.Progress == room.Finished) != s.closed {
			r.Fatalf("%s: desk has %q, the model %+v", ref, v.Progress, *s)
		}
	}
	page, err := m.w.Rooms.List(context.Background(), m.w.As("lead"), m.w.Concerns.Room,
		room.Query{List: concern.ListAll, Limit: 100})
	if err != nil {
		r.Fatal(err)
	}
	for _, row := range page.Rows {
		s, ours := m.said[row.Reference]
		if !ours {
			continue
		}
		switch {
		case row.State.Open() != (!s.closed || s.unread) || row.Version != s.version:
			r.Fatalf("%s: the list has %+v, the model %+v", row.Reference, row, *s)
		case row.Owner.IsZero():
			r.Fatalf("%s has no owner", row.Reference)
		case row.State.Open() && (!s.answered || s.unread) && row.Due.At.IsZero():
			r.Fatalf("%s: an answer is owed and nothing is due", row.Reference)
		case s.closed && !s.answered:
			r.Fatalf("%s was closed without an answer", row.Reference)
		}
	}
}
