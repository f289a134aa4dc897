package concern_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// TestAReasonComesBeforeWhatIsNotOnesOwn: the Guardian, and a lead a day after
// closing, say why first; the answer is the same for what does not exist.
func TestAReasonComesBeforeWhatIsNotOnesOwn(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := closed(w)
		guardian, nurse := w.As("guardian"), w.As("nurse")
		var first *room.ReasonFirst
		if _, err := w.Concerns.Open(ctx, guardian, id.NewReference()); !errors.As(err, &first) {
			w.T.Errorf("one that does not exist: %v", err)
		}
		if _, err := w.Concerns.Open(ctx, guardian, ref); err == nil {
			w.T.Error("the Guardian opened it without a reason")
		}
		if err := w.Concerns.GiveReason(ctx, nurse, ref, "I am curious"); !fail.Is(err, fail.Hidden) {
			w.T.Errorf("a nurse's reason: %v", err)
		}
		if err := w.Concerns.GiveReason(ctx, guardian, ref, "A complaint asks who opened it"); err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Concerns.Open(ctx, guardian, ref); err != nil {
			w.T.Errorf("with a reason: %v", err)
		}
		readers, err := w.Concerns.Readers(ctx, guardian, ref)
		if err != nil {
			w.T.Fatal(err)
		}
		said := 0
		for _, r := range readers {
			if r.Why == "A complaint asks who opened it" && r.By == guardian.Person {
				said++
			}
		}
		if said != 1 {
			w.T.Errorf("the reason stands %d times among the readers", said)
		}
		w.Hand.Move(31 * time.Minute)
		if _, err := w.Concerns.Open(ctx, guardian, ref); err == nil {
			w.T.Error("the reason still opens it after half an hour")
		}
		if _, err := w.Concerns.Open(ctx, w.As("lead"), ref); err != nil {
			w.T.Errorf("the lead on the day of closing: %v", err)
		}
		w.Hand.Move(25 * time.Hour)
		if _, err := w.Concerns.Open(ctx, w.As("lead"), ref); err == nil {
			w.T.Error("the lead opened it a day after closing without a reason")
		}
		completesOnAReason(w, ref)
	})
}

// completesOnAReason: a lead who gave a reason is offered what came later to be added, and it is taken.
// Seen to fail: the page offered nothing, while the API took it.
func completesOnAReason(w *world.World, ref id.Reference) {
	w.T.Helper()
	lead := w.As("lead")
	if err := w.Concerns.GiveReason(ctx, lead, ref, "What police said came late"); err != nil {
		w.T.Fatal(err)
	}
	v, err := w.Concerns.Open(ctx, lead, ref)
	if err != nil {
		w.T.Fatal(err)
	}
	offered := 0
	for _, s := range v.Process.Steps(v.Status()) {
		if v.WaitsFor(s.ID) != nil || v.NothingDisputed(v.Process, s.ID, lead.Person) != nil ||
			v.NothingHeld(s.ID, lead.Person) != nil {
			continue
		}
		is := slices.ContainsFunc(v.May, func(m process.StepInfo) bool { return m.ID == s.ID })
		_, err := w.Concerns.Take(ctx, lead, ref, room.Taking{Step: s.ID})
		if taken := !fail.Is(err, fail.Hidden) && !fail.Is(err, fail.Refused); is != taken {
			w.T.Errorf("%s is offered: %t, and the answer is %v", s.ID, is, err)
		}
		if is {
			offered++
		}
	}
	if offered == 0 {
		w.T.Error("nothing is offered to who gave a reason")
	}
}
