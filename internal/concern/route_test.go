package concern_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

var ctx = context.Background()

func worry() field.Answers {
	return field.Said("about", "patient", "what",
		"He said he is to meet people who told him not to speak to us any more.", "knows", "no").
		Of("person", field.Said("name", "Test Person", "number", "999 000 0018")).With("spoken", "nobody")
}

func shareDecision() room.Taking {
	return room.Said(process.DecideSharing, "result", process.Share, "purpose", "safeguarding", "with",
		"A. Officer, police Prevent team", "what", "What the nurse heard, name and date of birth", "consent", "not_asked",
		"not_asked", "raise_risk", "article_6", "6_1_e", "article_9", "9_2_g_para_6", "common_law", "public_interest",
		"harm", "He may be drawn in further", "distress", "He may trust the ward less", "necessity",
		"Police cannot help without knowing who it is", "person_told", "later").With("to", "police_prevent", "mash")
}

// TestOneConcernEndToEnd is the first paragraph of the work: raised, taken up,
// decided, shared, referred, told, answered, closed.
func TestOneConcernEndToEnd(t *testing.T) {
	world.Each(t, func(w *world.World) {
		t := w.T
		nurse, lead := w.As("nurse"), w.As("lead")
		receipt, err := w.Concerns.Raise(ctx, nurse, room.Beginning{Answers: worry(), Key: "key-0001"})
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Date(2026, 3, 4, 23, 59, 59, 999999000, time.UTC); !receipt.HearsBy.Equal(want) {
			t.Errorf("tell by %s, want %s", receipt.HearsBy, want)
		}
		again, err := w.Concerns.Raise(ctx, nurse, room.Beginning{Answers: worry(), Key: "key-0001"})
		if err != nil || again.Reference != receipt.Reference {
			t.Fatalf("the same key gave %v, %v; want %v", again.Reference, err, receipt.Reference)
		}
		if receipt.Team.ID != nurse.Team || receipt.Team.Lead.Telephone == "" || again.Team != receipt.Team {
			t.Errorf("whom to ring: %+v, and by the same key %+v", receipt.Team, again.Team)
		}
		ref := receipt.Reference
		for _, s := range []room.Taking{
			room.Said(process.Acknowledge),
			room.Said(process.Triage, "decision", process.OpenCase, "reasons", "Somebody is working on him"),
			shareDecision(),
			room.Said(process.Refer, "to", "police_prevent", "by", "secure email", "day", "2026-03-02", "what",
				"The national form", "rest", "no"),
			room.Said(process.RecordTold, "kind", process.ToldAcknowledged, "from", "police", "day", "2026-03-02"),
			room.Said(process.RecordTold, "kind", process.ToldOutcome, "from", "police", "day", "2026-03-02", "outcome",
				"adopted", "words", "The panel takes it on"),
			room.Said(process.GiveFeedback, "result", process.Told, "words", "Thank you. He is being helped."),
			room.Said(process.Close, "reasons", "The panel supports him", "lessons", "Ask earlier"),
		} {
			w.Hand.Move(time.Hour / 4)
			c, err := w.Concerns.Open(ctx, lead, ref)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Concerns.Take(ctx, lead, ref, s.On(c.Version)); err != nil {
				t.Fatalf("%s: %v", s.Step, err)
			}
		}
		c, err := w.Concerns.Open(ctx, lead, ref)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Ended() || c.Stage != process.Closed || len(c.Due) != 0 ||
			c.Raised()["person"].Part.Get("number") != "9990000018" {
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
		if want := []string{"Your concern was taken up", "Your concern was passed on", "An answer for you",
			"Your concern was closed"}; !slices.Equal(titles, want) {
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
		r, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: worry()})
		if err != nil {
			w.T.Fatal(err)
		}
		take := func(s room.Taking) error {
			_, err := w.Concerns.Take(ctx, lead, r.Reference, s)
			return err
		}
		if err := errors.Join(take(room.Said(process.Acknowledge)),
			take(room.Said(process.Triage, "decision", process.NotSafeguarding, "reasons", "A misunderstanding"))); err != nil {
			w.T.Fatal(err)
		}
		if err := take(room.Said(process.Close, "reasons", "Done")); !fail.Is(err, fail.Conflict) {
			w.T.Fatalf("closed without feedback: %v", err)
		}
		if err := take(room.Said(process.GiveFeedback, "result", process.CannotBeTold, "because",
			"It would put somebody at risk", "line", "We looked into it")); err != nil {
			w.T.Fatal(err)
		}
		if err := take(room.Said(process.Close, "reasons", "Done")); err != nil {
			w.T.Fatal(err)
		}
	})
}

func TestSomebodyElsesIsAsOneThatDoesNotExist(t *testing.T) {
	world.Each(t, func(w *world.World) {
		r, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: worry()})
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
			if _, err := w.Concerns.Take(ctx, porter, ref, room.Said(process.AddNote, "words",
				"x")); fail.KindOf(err) != fail.Hidden {
				w.T.Errorf("%s: %v", ref, err)
			}
		}
	})
}

func TestTwoPeopleChangeOneRecord(t *testing.T) {
	world.Each(t, func(w *world.World) {
		r, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: worry()})
		if err != nil {
			w.T.Fatal(err)
		}
		if _, err := w.Concerns.Take(ctx, w.As("lead"), r.Reference, room.Said(process.Acknowledge).On(1)); err != nil {
			w.T.Fatal(err)
		}
		_, err = w.Concerns.Take(ctx, w.As("second"), r.Reference, room.Said(process.AddNote, "words", "mine").On(1))
		if !fail.Is(err, fail.Stale) {
			w.T.Fatalf("got %v", err)
		}
		var is *room.Changed
		if !errors.As(err, &is) || is.Version != 2 || len(is.Since) != 1 || is.Since[0].Step != process.Acknowledge {
			w.T.Errorf("shows %+v", is)
		}
	})
}
