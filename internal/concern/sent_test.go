package concern_test

import (
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
)

// TestWhatWasSentFromWhatIsClosed: a line says to whom something went, which is more than a
// reference; of a concern that needs a reason to be opened it stands before the Guardian alone.
func TestWhatWasSentFromWhatIsClosed(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := raised(w)
		lead := w.As("lead")
		take(w, lead, ref, room.Said(process.Acknowledge))
		take(w, lead, ref, room.Said(process.EmergencyDisclosure, "with", "Constable Sample", "what", "The name", "why", "x"))
		lists := func(who string, a access.Actor, want int) {
			w.T.Helper()
			page, err := w.Rooms.List(ctx, a, w.Concerns.Room, room.Query{List: process.ListSent, Limit: 10})
			if err != nil {
				w.T.Fatal(err)
			}
			if len(page.Rows) != want || want > 0 && page.Rows[0].Sent[0].To != "Constable Sample" {
				w.T.Errorf("to %s %d are listed, want %d: %+v", who, len(page.Rows), want, page.Rows)
			}
			for _, r := range page.Rows {
				if r.Stage != "" || r.Version != 0 || !r.By.IsZero() || !r.Owner.IsZero() {
					w.T.Errorf("more of it is listed to %s: %+v", who, r)
				}
			}
		}
		lists("the lead", lead, 1)
		lists("the Guardian", w.As("guardian"), 1)
		take(w, lead, ref, room.Said(process.Triage, "decision", "not_safeguarding", "reasons", "x"))
		take(w, lead, ref, room.Said(process.DecideSharing, "result", "not_share", "purpose", "safeguarding", "consent",
			"given", "necessity", "x"))
		take(w, lead, ref, room.Said(process.GiveFeedback, "result", "told", "words", "x"))
		take(w, lead, ref, room.Said(process.Close, "reasons", "x"))
		w.Hand.Move(25 * time.Hour)
		lists("the lead, a day after closing", w.As("lead"), 0)
		lists("the Guardian, a day after closing", w.As("guardian"), 1)
	})
}
