package concern_test

import (
	"testing"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
)

// TestDisagreeingOpensNothingElse: while a lead who disagrees waits, a Guardian opens the concern
// to answer, and nobody else does by that, before it comes to them or after.
func TestDisagreeingOpensNothingElse(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, lead := raised(w), w.As("lead")
		w.Join("other", access.Lead)
		for _, said := range []room.Taking{room.Said(process.Acknowledge),
			room.Said(process.Triage, "decision", "hold", "reasons", "To hear more")} {
			if _, err := w.Concerns.Take(ctx, lead, ref, said); err != nil {
				w.T.Fatal(err)
			}
		}
		if _, err := w.Concerns.Open(ctx, w.As("guardian"), ref); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("before anybody disagrees: %v", err)
		}
		if _, err := w.Concerns.Take(ctx, w.As("other"), ref, room.Said(process.Challenge, "of", "3", "reasons",
			"It waits too long")); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Concerns.Open(ctx, w.As("guardian"), ref); err != nil {
			w.T.Errorf("to answer: %v", err)
		}
		if _, err := w.Concerns.Open(ctx, w.As("executive"), ref); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("before it comes to them: %v", err)
		}
		if _, err := w.Concerns.Take(ctx, w.As("guardian"), ref, room.Said(process.ChallengeAnswered, "of", "4",
			"result", "stands", "reasons", "It was weighed")); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Concerns.Open(ctx, w.As("guardian"), ref); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("after the answer: %v", err)
		}
	})
}
