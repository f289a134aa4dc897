package concern_test

import (
	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/room"
)

// raised is a new concern of the nurse's.
func raised(w *world.World) id.Reference {
	w.T.Helper()
	r, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: worry()})
	if err != nil {
		w.T.Fatal(err)
	}
	return r.Reference
}

// take takes a step that must be allowed.
func take(w *world.World, a access.Actor, ref id.Reference, s room.Taking) {
	w.T.Helper()
	if _, err := w.Concerns.Take(ctx, a, ref, s); err != nil {
		w.T.Fatalf("%s: %v %v", s.Step, err, fail.FieldsOf(err))
	}
}
