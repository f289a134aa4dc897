package concern_test

import (
	"testing"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

func keepFrom(login string) room.Taking {
	return room.Said(process.KeepFrom, "why", process.Subject, "login", login, "reasons", "It is about them")
}

// TestWhatIsAskedIsNotSeen: until the second word is given, whoever is to be kept from a
// concern learns it neither from what refers to that step, nor from a version, an old
// form, or who has looked.
func TestWhatIsAskedIsNotSeen(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, lead, second := raised(w), w.As("lead"), w.As("second")
		take(w, lead, ref, keepFrom("second"))
		take(w, lead, ref, room.Said(process.Correct, "of", "2", "words", "It is the deputy, whom it is about"))
		take(w, lead, ref, room.Said(process.Correct, "of", "3", "words", "The deputy it is"))
		if _, _, err := w.Rooms.ToConfirm(ctx, w.As("guardian"), w.Concerns.Room, ref); err != nil {
			w.T.Fatal(err)
		}
		c, err := w.Concerns.Open(ctx, second, ref)
		if err != nil {
			w.T.Fatal(err)
		}
		if len(c.Taken) != 1 || c.Version != 1 || len(c.Bars) != 0 {
			w.T.Errorf("they see %d steps, version %d, %d bars: %+v", len(c.Taken), c.Version, len(c.Bars), c.Taken)
		}
		readers, err := w.Concerns.Readers(ctx, second, ref)
		if err != nil {
			w.T.Fatal(err)
		}
		for _, r := range readers {
			if r.What == "Looked at who is to be kept from it" {
				w.T.Errorf("they read that somebody %q", r.What)
			}
		}
		take(w, second, ref, room.Said(process.AddNote, "words", "Mine").On(1)) // nothing changed for them
		if _, err := w.Concerns.Take(ctx, lead, ref, room.Said(process.AddNote, "words", "x").On(1)); !fail.Is(err,
			fail.Stale) {
			w.T.Errorf("for others it changed: %v", err)
		}
	})
}

// TestABarOnSomebodyIsToldToOthers: whatever becomes of it, a bar on a Guardian is told
// to the executive lead and never to herself; other lines about the record stay.
func TestABarOnSomebodyIsToldToOthers(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, guardian, executive := raised(w), w.As("guardian"), w.As("executive")
		lines := func(a access.Actor) int {
			all, err := w.Concerns.Glass(ctx, a, w.Hand.Now())
			if err != nil {
				w.T.Fatal(err)
			}
			return len(all)
		}
		take(w, w.As("lead"), ref, keepFrom("porter"))
		if lines(guardian) != 1 {
			w.T.Fatal("the Guardian is not told of a bar on somebody else")
		}
		take(w, w.As("lead"), ref, keepFrom("guardian"))
		if g, e := lines(guardian), lines(executive); g != 1 || e != 1 {
			w.T.Errorf("asked: the Guardian reads %d lines, the executive lead %d", g, e)
		}
		take(w, executive, ref, room.Said(process.ConfirmBar, "of", "3", "result", process.Refused, "words", "No"))
		if g, e := lines(guardian), lines(executive); g != 1 || e != 1 {
			w.T.Errorf("refused: the Guardian reads %d lines, the executive lead %d", g, e)
		}
		err := w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`update head set version = version + 9 where record = (select record from room_record_v1 where reference = $1)`, string(ref))
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		if g := lines(guardian); g != 0 {
			w.T.Errorf("of a concern that was damaged, so that nobody knows whom it is closed to, the Guardian reads %d lines",
				g)
		}
	})
}

// TestASecondWordTellsNothing: where nothing waits for it, a concern that is there is
// answered as one that is not, whatever is sent.
func TestASecondWordTellsNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := raised(w)
		for name, s := range map[string]room.Taking{
			"empty": room.Said(process.ConfirmBar), "half": room.Said(process.ConfirmBar, "of", "1"),
			"old":   room.Said(process.ConfirmBar, "of", "1", "result", process.Confirmed).On(99),
			"whole": room.Said(process.ConfirmBar, "of", "1", "result", process.Confirmed),
		} {
			for _, who := range []string{"guardian", "executive"} {
				_, there := w.Concerns.Take(ctx, w.As(who), ref, s)
				_, missing := w.Concerns.Take(ctx, w.As(who), id.NewReference(), s)
				if there == nil || missing == nil || there.Error() != missing.Error() {
					w.T.Errorf("%s, %s: there %v, missing %v", name, who, there, missing)
				}
			}
		}
	})
}

// TestWhoRaisedItStaysThat: a lead who raised a concern and is kept from it follows it
// and adds to it; and a login with what nobody sees in it is that login.
func TestWhoRaisedItStaysThat(t *testing.T) {
	world.Each(t, func(w *world.World) {
		second := w.As("second")
		r, err := w.Concerns.Raise(ctx, second, room.Beginning{Answers: worry()})
		if err != nil {
			w.T.Fatal(err)
		}
		take(w, w.As("lead"), r.Reference, keepFrom(" sec\u200bond\u2060"))
		take(w, w.As("guardian"), r.Reference, room.Said(process.ConfirmBar, "of", "2", "result", process.Confirmed))
		if _, err := w.Concerns.Open(ctx, second, r.Reference); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("who is kept from it opens it: %v", err)
		}
		if _, err := w.Concerns.Own(ctx, second, r.Reference); err != nil {
			w.T.Errorf("their own view: %v", err)
		}
		take(w, second, r.Reference, room.Said(process.AddNote, "words", "One thing more"))
		if _, err := w.Concerns.AddToOwn(ctx, second, r.Reference, field.Said("words", "And another"), ""); err != nil {
			w.T.Errorf("their own addition: %v", err)
		}
	})
}
