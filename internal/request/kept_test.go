package request_test

import (
	"context"
	"fmt"
	"testing"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/request"
	"heed/internal/room"
)

var ctx = context.Background()

// asked is a request in a world with people.
type asked struct {
	*world.World
	room *room.Room
	ref  id.Reference
}

func received(w *world.World, by string) asked { return receivedOf(w, by, field.Said("name", "Lena")) }

func receivedOf(w *world.World, by string, person field.Answers) asked {
	w.T.Helper()
	a := asked{World: w}
	for _, r := range w.Rooms.Rooms() {
		if r.Name == request.Room().Name {
			a.room = r
		}
	}
	got, err := w.Rooms.Begin(ctx, w.As(by), a.room, room.Beginning{Answers: field.Said("kind", "police",
		"who", "P (made up)", "how", "email", "day", "2026-03-01", "power", "none", "what", "x", "purpose", "y").
		Of("person", person)})
	if err != nil {
		w.T.Fatal(err)
	}
	a.ref = got.Reference
	return a
}

func (a asked) take(login string, t room.Taking) string {
	a.T.Helper()
	got, err := a.Rooms.Take(ctx, a.As(login), a.room, a.ref, t)
	if err != nil {
		a.T.Fatalf("%s by %s: %v", t.Step, login, err)
	}
	return fmt.Sprint(got.Version)
}

func (a asked) keepFrom(by, login string) string {
	a.T.Helper()
	return a.take(by, room.Said(process.KeepFrom, "why", process.Subject, "login", login))
}

func (a asked) confirm(by, of string) {
	a.T.Helper()
	a.take(by, room.Said(process.ConfirmBar, "of", of, "result", process.Confirmed))
}

// notices are those of a kind that somebody has.
func (a asked) notices(login string, what room.NoticeKind) (ids []string) {
	a.T.Helper()
	mine, err := a.Rooms.Work(ctx, a.As(login), room.Query{Limit: 50})
	if err != nil {
		a.T.Fatal(err)
	}
	for _, n := range mine.Notices {
		if n.What == what {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// TestWhoCoversIsNotToldOfThemselves: the deputy Guardian, who is meant, covers for the Guardian,
// who has the request and is asked for the second word.
func TestWhoCoversIsNotToldOfThemselves(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Join("deputy", access.CaldicottGuardian)
		w.Code("deputy")
		a, today := received(w, "guardian"), workday.Of(w.Hand.Now())
		if err := w.Rooms.ArrangeCover(ctx, w.As("guardian"), directory.Cover{Person: w.Person("guardian"),
			By: w.Person("deputy"), From: today, Until: today.Add(5)}); err != nil {
			w.T.Fatal(err)
		}
		a.keepFrom("lead", "deputy")
		if n := a.notices("deputy", room.NoticeWord); len(n) > 0 {
			w.T.Error("who is meant is told that a second word is waited for")
		}
		if n := a.notices("guardian", room.NoticeWord); len(n) != 1 {
			w.T.Errorf("the Guardian has %d notices", len(n))
		}
	})
}

// TestWhatIsAskedOutsideStands: two leads keep the Guardian from a request. The executive lead,
// who was asked, cannot mark that away before it is answered, and is told that it counts.
func TestWhatIsAskedOutsideStands(t *testing.T) {
	world.Each(t, func(w *world.World) {
		a := received(w, "lead")
		of := a.keepFrom("lead", "guardian")
		if err := w.Rooms.Seen(ctx, w.As("executive"), a.notices("executive", room.NoticeWord)); err != nil {
			w.T.Fatal(err)
		}
		if n := a.notices("executive", room.NoticeWord); len(n) != 1 {
			w.T.Errorf("once marked as seen, %d notices say what still waits", len(n))
		}
		a.confirm("second", of)
		told := a.notices("executive", room.NoticeKept)
		if len(told) != 1 || len(a.notices("executive", room.NoticeWord)) > 0 ||
			len(a.notices("guardian", room.NoticeKept)) > 0 {
			w.T.Fatalf("nobody outside, or somebody else, is told that two leads keep the Guardian from it: %v", told)
		}
		if err := w.Rooms.Seen(ctx, w.As("executive"), told); err != nil || len(a.notices("executive", room.NoticeKept)) > 0 {
			w.T.Errorf("it cannot be marked as seen: %v", err)
		}
	})
}

// TestItGoesToNobodyWhoIsMeant: who has it leaves it; another lead is there besides the one about
// whom it was asked.
func TestItGoesToNobodyWhoIsMeant(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Join("third", access.Lead)
		w.Code("third")
		a := received(w, "lead")
		a.keepFrom("third", "second")
		a.take("lead", room.Said(process.DeclareConflict, "reasons", "x"))
		v, err := w.Rooms.Open(ctx, w.As("third"), a.room, a.ref)
		if err != nil || v.Owner == w.Person("second") {
			w.T.Errorf("it was given to the one it is asked about: %v", err)
		}
	})
}

// TestErasureTellsNobodyKeptOut: to a Guardian who is kept from a request, to erase it is to
// erase what is not there, whoever else gives a word.
func TestErasureTellsNobodyKeptOut(t *testing.T) {
	world.Each(t, func(w *world.World) {
		a := received(w, "lead")
		a.confirm("second", a.keepFrom("lead", "guardian"))
		_, there := w.Rooms.Erase(ctx, a.room, w.Org.ID, a.ref, "why", w.Words()...)
		_, missing := w.Rooms.Erase(ctx, a.room, w.Org.ID, id.NewReference(), "why", w.Words()...)
		if there == nil || missing == nil || there.Error() != missing.Error() {
			w.T.Errorf("%v; of none: %v", there, missing)
		}
	})
}
