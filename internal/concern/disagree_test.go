package concern_test

import (
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
)

// TestDisagreeingOpensNothing: a Guardian who disagrees, once they gave a reason, opens the
// concern on a reason alone, as before; another Guardian is asked, and opens it to answer.
func TestDisagreeingOpensNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, lead, guardian := raised(w), w.As("lead"), w.As("guardian")
		w.Join("other", access.CaldicottGuardian)
		for _, said := range []room.Taking{room.Said(process.Acknowledge),
			room.Said(process.Triage, "decision", "hold", "reasons", "To hear more")} {
			if _, err := w.Concerns.Take(ctx, lead, ref, said); err != nil {
				w.T.Fatal(err)
			}
		}
		if err := w.Concerns.GiveReason(ctx, guardian, ref, "A complaint"); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Concerns.Take(ctx, guardian, ref, room.Said(process.Challenge, "of", "3", "reasons",
			"It waits too long")); err != nil {
			w.T.Fatal(err)
		}
		w.Hand.Move(31 * time.Minute)
		if _, err := w.Concerns.Open(ctx, guardian, ref); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("by disagreeing: %v", err)
		}
		if _, err := w.Concerns.Open(ctx, w.As("other"), ref); err != nil {
			w.T.Errorf("to answer: %v", err)
		}
		if _, err := w.Concerns.Open(ctx, w.As("executive"), ref); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("before it comes to them: %v", err)
		}
	})
}
