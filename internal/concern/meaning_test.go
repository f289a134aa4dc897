package concern_test

import (
	"context"
	"testing"
	"time"

	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// TestHistoryMeansWhatItMeant: an entry carries its effect, so an overlay that changes
// moves no date of what was done before, and nobody is alarmed about it.
func TestHistoryMeansWhatItMeant(t *testing.T) {
	world.Each(t, func(w *world.World) {
		tight, err := process.Patient().Overlay([]byte(`{"overlay": "ward-nine", "version": 1, "on": "patient/1", "days": {"triage": 1}}`))
		if err != nil {
			w.T.Fatal(err)
		}
		w.Process = tight
		ref := raised(w)
		take(w, w.As("lead"), ref, room.Said(process.Acknowledge))
		due := func() string {
			c, err := w.Concerns.Open(ctx, w.As("lead"), ref)
			if err != nil {
				w.T.Fatal(err)
			}
			next, _ := c.NextDue()
			return next.Deadline + " " + next.Day.String() + " under " + c.Taken[1].Definition
		}
		before := due()
		if want := "triage 2026-03-03 under patient/1+ward-nine/1"; before != want {
			w.T.Fatalf("due %s, want %s", before, want)
		}
		w.Process = process.Patient()
		if after := due(); after != before {
			w.T.Errorf("the overlay was taken off and %s became %s", before, after)
		}
		rest := func(context.Context, time.Duration) {}
		if _, err := w.Concerns.CheckLists(ctx, rest, func(rec id.Record, what string) { w.T.Errorf("%s %s", rec, what) }); err != nil {
			w.T.Fatal(err)
		}
	})
}
