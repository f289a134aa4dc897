package concern_test

import (
	"slices"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// TestWhoCoversForALead: who covers for a lead has their concerns before them and mail of
// them, in the lead's place, and nothing of one from which they are kept by the word of two
// people, nor of what the lead raised as anybody might. That one cannot be handed to them.
func TestWhoCoversForALead(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Join("third", access.Lead)
		w.Join("fourth", access.Lead)
		lead, third := w.As("lead"), w.As("third")
		plain, shut := raised(w), raised(w)
		own, err := w.Concerns.Raise(ctx, lead, room.Beginning{Answers: worry()})
		check(w, err)
		take(w, lead, shut, room.Said(process.KeepFrom, "why", process.Subject, "login", "third"))
		take(w, w.As("second"), shut, room.Said(process.ConfirmBar, "of", "2", "result", process.Confirmed))
		take(w, w.As("second"), own.Reference, room.Said(process.Acknowledge, "words", "I will ring you"))
		today := workday.Of(w.Hand.Now())
		leave := directory.Cover{Person: lead.Person, By: third.Person, From: today, Until: today.Add(30)}
		check(w, w.Rooms.ArrangeCover(ctx, lead, leave))
		for _, ref := range []id.Reference{plain, shut} {
			take(w, lead, ref, room.Said(process.Acknowledge))
		}
		w.Hand.Move(15 * 24 * time.Hour)
		mine, err := w.Rooms.Work(ctx, third, room.Query{Limit: 50})
		check(w, err)
		if len(mine.Rows) != 1 || mine.Rows[0].Reference != plain || mine.Rows[0].For.Person != lead.Person {
			t.Errorf("before who covers stands %+v, want %s", mine.Rows, plain)
		}
		for _, n := range mine.Notices {
			if n.What == room.NoticeAnswer || n.Row.Reference == shut {
				t.Errorf("who covers has a notice of %s: %s", n.Row.Reference, n.What)
			}
		}
		if _, err := w.Concerns.Open(ctx, third, shut); !fail.Is(err, fail.Hidden) {
			t.Errorf("who is kept from a concern opens it in another's place: %v", err)
		}
		got, err := w.Rooms.HandOver(ctx, lead, room.Handing{From: lead.Person, To: third.Person, Why: "Leave",
			What: []room.Named{{Room: concern.Name, Reference: shut}, {Room: concern.Name, Reference: plain}}})
		check(w, err)
		if got[0].Refused != "Select somebody else: this is closed to them" || got[1].Refused != "" {
			t.Errorf("to who is kept from one of two: %+v", got)
		}
		c, err := w.Concerns.Open(ctx, third, plain)
		check(w, err)
		assigned := func(x room.Taken) bool { return x.Step == process.Assign }
		if c.Owner != third.Person || !slices.ContainsFunc(c.Taken, assigned) {
			t.Errorf("handed over, %s has it", c.Owner)
		}
	})
}

func check(w *world.World, err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err, fail.FieldsOf(err))
	}
}
