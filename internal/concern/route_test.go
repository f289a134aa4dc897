package concern_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/sharing"
)

var ctx = context.Background()

func worry() concern.Report {
	return concern.Report{About: concern.AboutPatient, What: "He said he is to meet people who told him not to speak to us any more.",
		Person: concern.PersonSeen{Name: "Test Person", Number: "999 000 0018"}, Spoken: []concern.Spoken{concern.SpokenNobody}, Knows: concern.No}
}

func shareDecision() sharing.Decision {
	return sharing.Decision{Result: process.Share, Purpose: "safeguarding", To: []string{"police_prevent", "mash"}, With: "A. Officer, police Prevent team", What: "What the nurse heard, name and date of birth",
		Consent: "not_asked", NotAsked: "raise_risk", Article6: "6_1_e", Article9: "9_2_g_para_6", CommonLaw: "public_interest",
		Harm: "He may be drawn in further", Distress: "He may trust the ward less", Necessity: "Police cannot help without knowing who it is", Told: "later"}
}

// TestOneConcernEndToEnd is the first paragraph of the work: raised, taken up,
// decided, shared, referred, told, answered, closed.
func TestOneConcernEndToEnd(t *testing.T) {
	world.Each(t, func(w *world.World) {
		t := w.T
		nurse, lead := w.As("nurse"), w.As("lead")
		receipt, err := w.Concerns.Raise(ctx, nurse, worry(), "key-0001")
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Date(2026, 3, 4, 23, 59, 59, 999999000, time.UTC); !receipt.TellBy.Equal(want) {
			t.Errorf("tell by %s, want %s", receipt.TellBy, want)
		}
		again, err := w.Concerns.Raise(ctx, nurse, worry(), "key-0001")
		if err != nil || again.Reference != receipt.Reference {
			t.Fatalf("the same key gave %v, %v; want %v", again.Reference, err, receipt.Reference)
		}
		ref := receipt.Reference
		for _, s := range []concern.Step{
			concern.Acknowledge{},
			concern.Triage{Decision: process.OpenCase, Reasons: "Somebody is working on him"},
			shareDecision(),
			sharing.Referral{To: "police_prevent", By: "secure email", Day: "2026-03-02", What: "The national form"},
			sharing.Told{Kind: process.ToldAcknowledged, From: "police", Day: "2026-03-02"},
			sharing.Told{Kind: process.ToldOutcome, From: "police", Day: "2026-03-02", Result: "adopted", Words: "The panel takes it on"},
			concern.GiveFeedback{Result: process.Told, Words: "Thank you. He is being helped."},
			concern.Close{Reasons: "The panel supports him", Lessons: "Ask earlier"},
		} {
			w.Hand.Move(time.Hour / 4)
			c, err := w.Concerns.Open(ctx, lead, ref)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Concerns.Take(ctx, lead, ref, concern.Taking{Step: s, Version: c.Version}); err != nil {
				t.Fatalf("%s: %v", s.Step(), err)
			}
		}
		c, err := w.Concerns.Open(ctx, lead, ref)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Closed() || c.Status.State != process.Closed || len(c.Due) != 0 || c.Report.Person.Number != "9990000018" {
			t.Errorf("at the end: %+v", c)
		}
		own, err := w.Concerns.Own(ctx, nurse, ref)
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, n := range own.News {
			titles = append(titles, n.Title)
		}
		if want := []string{"Your concern was taken up", "Your concern was passed on", "An answer for you", "Your concern was closed"}; !slices.Equal(titles, want) {
			t.Errorf("the nurse reads %q, want %q", titles, want)
		}
		readers, err := w.Concerns.Readers(ctx, lead, ref)
		if err != nil || len(readers) < 10 {
			t.Errorf("%d readers, %v", len(readers), err)
		}
	})
}

func TestNothingIsClosedWithoutFeedback(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead := w.As("lead")
		r, err := w.Concerns.Raise(ctx, w.As("nurse"), worry(), "")
		if err != nil {
			w.T.Fatal(err)
		}
		take := func(s concern.Step) error {
			_, err := w.Concerns.Take(ctx, lead, r.Reference, concern.Taking{Step: s})
			return err
		}
		if err := errors.Join(take(concern.Acknowledge{}), take(concern.Triage{Decision: process.NotSafeguarding, Reasons: "A misunderstanding"})); err != nil {
			w.T.Fatal(err)
		}
		if err := take(concern.Close{Reasons: "Done"}); !fail.Is(err, fail.Conflict) {
			w.T.Fatalf("closed without feedback: %v", err)
		}
		if err := take(concern.GiveFeedback{Result: process.CannotBeTold, Words: "It would put somebody at risk", Line: "We looked into it"}); err != nil {
			w.T.Fatal(err)
		}
		if err := take(concern.Close{Reasons: "Done"}); err != nil {
			w.T.Fatal(err)
		}
	})
}

func TestSomebodyElsesIsAsOneThatDoesNotExist(t *testing.T) {
	world.Each(t, func(w *world.World) {
		r, err := w.Concerns.Raise(ctx, w.As("nurse"), worry(), "")
		if err != nil {
			w.T.Fatal(err)
		}
		porter := w.As("porter")
		missing := id.NewReference()
		for _, ref := range []id.Reference{r.Reference, missing} {
			_, err := w.Concerns.Own(ctx, porter, ref)
			if k := fail.KindOf(err); k != fail.Hidden {
				w.T.Errorf("%s: %v", ref, err)
			}
			if _, err := w.Concerns.Open(ctx, porter, ref); fail.KindOf(err) != fail.Hidden {
				w.T.Errorf("%s: %v", ref, err)
			}
			if _, err := w.Concerns.Take(ctx, porter, ref, concern.Taking{Step: concern.AddNote{Words: "x"}}); fail.KindOf(err) != fail.Hidden {
				w.T.Errorf("%s: %v", ref, err)
			}
		}
	})
}

func TestTwoPeopleChangeOneRecord(t *testing.T) {
	world.Each(t, func(w *world.World) {
		r, err := w.Concerns.Raise(ctx, w.As("nurse"), worry(), "")
		if err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Concerns.Take(ctx, w.As("lead"), r.Reference, concern.Taking{Step: concern.Acknowledge{}, Version: 1}); err != nil {
			w.T.Fatal(err)
		}
		_, err = w.Concerns.Take(ctx, w.As("second"), r.Reference, concern.Taking{Step: concern.AddNote{Words: "mine"}, Version: 1})
		if !fail.Is(err, fail.Stale) {
			w.T.Fatalf("got %v", err)
		}
		now, since, err := w.Concerns.Since(ctx, w.As("second"), r.Reference, 1)
		if err != nil || now != 2 || len(since) != 1 || since[0].Step != process.Acknowledge {
			w.T.Errorf("shows %d %+v %v", now, since, err)
		}
	})
}
