package concern_test

import (
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
)

// TestStepsAgreeWithTheRecord: a referral goes to whom the decision named and is
// dated after it; a review lies ahead; an answer to nobody says so.
func TestStepsAgreeWithTheRecord(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead := w.As("lead")
		receipt, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: worry(), Key: "key-0001"})
		if err != nil {
			w.T.Fatal(err)
		}
		take := func(s room.Taking) error {
			c, err := w.Concerns.Open(ctx, lead, receipt.Reference)
			if err != nil {
				w.T.Fatal(err)
			}
			_, err = w.Concerns.Take(ctx, lead, receipt.Reference, s.On(c.Version))
			return err
		}
		must := func(s room.Taking) {
			w.T.Helper()
			if err := take(s); err != nil {
				w.T.Fatalf("%s: %v %v", s.Step, err, fail.FieldsOf(err))
			}
		}
		faulty := func(field string, s room.Taking) {
			w.T.Helper()
			if err := take(s); fail.FieldsOf(err).For(field) == "" {
				w.T.Errorf("%+v: %v, want a fault of %s", s, err, field)
			}
		}
		undecided := func(after string, all ...room.Taking) {
			w.T.Helper()
			for _, s := range all {
				if err := take(s); !fail.Is(err, fail.Conflict) {
					w.T.Errorf("%s by the decision from before %s: %v", s.Step, after, err)
				}
			}
		}
		must(room.Said(process.Acknowledge))
		must(room.Said(process.Triage, "decision", process.OpenCase, "reasons", "r"))
		w.Hand.Move(72 * time.Hour) // Thursday 5 March
		d := shareDecision()
		delete(d.Answers, "to")
		faulty("to", d)
		d.With("to", "the newspaper")
		faulty("to", d)
		d.With("to", "police_prevent")
		for _, past := range []string{"2026-03-05", "2026-03-01", "2020-01-01"} {
			d.Answers.Set("review", past)
			faulty("review", d)
		}
		d.Answers.Set("review", "2026-03-06")
		must(d)
		r := room.Said(process.Refer, "to", "mash", "by", "telephone", "day", "2026-03-05", "what", "w", "rest", "yes")
		faulty("to", r)
		r.Answers.Set("to", "police_prevent")
		r.Answers.Set("day", "2026-03-04")
		faulty("day", r) // after the concern, before the decision
		r.Answers.Set("day", "2026-03-01")
		faulty("day", r)
		w.Hand.Move(24 * time.Hour)
		r.Answers.Set("day", "2026-03-06")
		must(r)
		ask := room.Said(process.AskAdvice, "of", "other", "question", "q").With("identified", "yes")
		faulty("of", ask) // the decision names police alone
		ask.Answers.Set("of", "police_prevent_lead")
		must(ask)
		must(room.Said(process.EmergencyDisclosure, "with", "999", "what", "w", "why", "y"))
		undecided("an emergency", r, ask)
		d.Answers.Set("review", "2026-04-06")
		must(d)
		r.Answers.Set("rest", "no")
		must(r)
		undecided("all was sent", r, ask)
		told := room.Said(process.RecordTold, "kind", process.ToldAcknowledged, "from", "police", "day", "2026-03-05")
		faulty("day", told)
		told.Answers.Set("day", "2026-03-06")
		must(told)
		// A later decision not to share closes the way; the words say what has to come first.
		must(d)
		must(room.Said(process.DecideSharing, "result", process.NotShare, "purpose", "crime", "consent", "refused",
			"necessity", "n"))
		undecided("one not to share", r, ask)

		if err := w.Directory.Leave(ctx, w.Person("nurse"), w.Words()[0]); err != nil {
			w.T.Fatal(err)
		}
		must(room.Said(process.GiveFeedback, "result", process.Told, "words", "Thank you"))
		c, err := w.Concerns.Open(ctx, lead, receipt.Reference)
		if err != nil {
			w.T.Fatal(err)
		}
		answer, _ := c.Last(process.GiveFeedback)
		if !answer.Effect.Unread {
			w.T.Errorf("an answer to somebody who has left does not say so: %+v", answer)
		}
	})
}
