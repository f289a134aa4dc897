package concern_test

import (
	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
)

// raised is a new concern of the nurse's.
func raised(w *world.World) id.Reference {
	w.T.Helper()
	r, err := w.Concerns.Raise(ctx, w.As("nurse"), worry(), "")
	if err != nil {
		w.T.Fatal(err)
	}
	return r.Reference
}

// take takes a step that must be allowed.
func take(w *world.World, a access.Actor, ref id.Reference, s concern.Step) {
	w.T.Helper()
	if _, err := w.Concerns.Take(ctx, a, ref, concern.Taking{Step: s}); err != nil {
		w.T.Fatalf("%s: %v %v", s.Step(), err, fail.FieldsOf(err))
	}
}
