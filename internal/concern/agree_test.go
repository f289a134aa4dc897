package concern_test

import (
	"testing"
	"time"

	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/sharing"
)

// TestStepsAgreeWithTheRecord: a referral goes to whom the decision named and is
// dated after it; a review lies ahead; an answer to nobody says so.
func TestStepsAgreeWithTheRecord(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead := w.As("lead")
		receipt, err := w.Concerns.Raise(ctx, w.As("nurse"), worry(), "key-0001")
		if err != nil {
			w.T.Fatal(err)
		}
		take := func(s concern.Step) error {
			c, err := w.Concerns.Open(ctx, lead, receipt.Reference)
			if err != nil {
				w.T.Fatal(err)
			}
			_, err = w.Concerns.Take(ctx, lead, receipt.Reference, concern.Taking{Step: s, Version: c.Version})
			return err
		}
		must := func(s concern.Step) {
			w.T.Helper()
			if err := take(s); err != nil {
				w.T.Fatalf("%s: %v %v", s.Step(), err, fail.FieldsOf(err))
			}
		}
		faulty := func(field string, s concern.Step) {
			w.T.Helper()
			if err := take(s); fail.FieldsOf(err).For(field) == "" {
				w.T.Errorf("%+v: %v, want a fault of %s", s, err, field)
			}
		}
		must(concern.Acknowledge{})
		must(concern.Triage{Decision: process.OpenCase, Reasons: "r"})
		w.Hand.Move(72 * time.Hour) // Thursday 5 March
		d := shareDecision()
		d.To = nil
		faulty("to", d)
		d.To = []string{"the newspaper"}
		faulty("to", d)
		d.To = []string{"police_prevent"}
		for _, past := range []string{"2026-03-05", "2026-03-01", "2020-01-01"} {
			d.Review = past
			faulty("review", d)
		}
		d.Review = "2026-03-06"
		must(d)
		r := sharing.Referral{To: "mash", By: "telephone", Day: "2026-03-05", What: "w"}
		faulty("to", r)
		r.To, r.Day = "police_prevent", "2026-03-04"
		faulty("day", r) // after the concern, before the decision
		r.Day = "2026-03-01"
		faulty("day", r)
		w.Hand.Move(24 * time.Hour)
		r.Day = "2026-03-06"
		must(r)
		told := sharing.Told{Kind: process.ToldAcknowledged, From: "police", Day: "2026-03-05"}
		faulty("day", told)
		told.Day = "2026-03-06"
		must(told)
		// A later decision not to share closes the way; the words say what has to come first.
		must(sharing.Decision{Result: process.NotShare, Purpose: "crime", Consent: "refused", Necessity: "n"})
		if err := take(r); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("a referral after a decision not to share: %v", err)
		}

		if err := w.Directory.Leave(ctx, w.Person("nurse"), w.Words()[0]); err != nil {
			w.T.Fatal(err)
		}
		must(concern.GiveFeedback{Result: process.Told, Words: "Thank you"})
		c, err := w.Concerns.Open(ctx, lead, receipt.Reference)
		if err != nil {
			w.T.Fatal(err)
		}
		answer, _ := c.Last(process.GiveFeedback)
		if s, err := concern.Read[concern.GiveFeedback](answer); err != nil || !s.Unread {
			w.T.Errorf("an answer to somebody who has left does not say so: %+v, %v", s, err)
		}
	})
}
