package concern_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// TestAGroundThatEndedIsDecidedAgain: when the condition on which a decision to share rests
// is no longer in force, whoever has the open concern has to decide again; one on which nothing
// was decided, and one that is closed, are left alone.
func TestAGroundThatEndedIsDecidedAgain(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead := w.As("lead")
		p := w.Parts()
		p.Jobs = jobs.New(w.Store, jobs.Options{Clock: w.Hand})
		rooms, err := room.NewDesk(p)
		check(w, err)
		desk, err := concern.New(rooms)
		check(w, err)
		shared, other, closed := raised(w), raised(w), raised(w)
		for _, ref := range []id.Reference{shared, closed} {
			take(w, lead, ref, room.Said(process.Acknowledge))
			take(w, lead, ref, room.Said(process.Triage, "decision", process.OpenCase, "reasons", "Somebody works on him"))
			take(w, lead, ref, shareDecision())
		}
		take(w, lead, closed, room.Said(process.GiveFeedback, "result", process.Told, "words", "It was shared"))
		take(w, lead, closed, room.Said(process.Close, "reasons", "Nothing more to do"))

		ends(desk.Room, "article_9", "9_2_g_para_6", workday.Of(w.Hand.Now()).Add(-1))
		_, err = rooms.CatchUp(ctx)
		check(w, err)
		_, err = p.Jobs.Work(ctx)
		check(w, err)
		due := func(ref id.Reference) (room.View, bool) {
			v, err := rooms.Open(ctx, lead, desk.Room, ref)
			check(w, err)
			return v, slices.ContainsFunc(v.Due, func(x process.Due) bool {
				return strings.HasPrefix(x.Label, "Decide on sharing again")
			})
		}
		v, is := due(shared)
		last := v.Taken[len(v.Taken)-1]
		if !is || last.Step != "condition_ended" || !last.By.IsZero() ||
			!slices.Equal(last.Effect.Told, []string{"condition/9_2_g_para_6"}) {
			w.T.Errorf("it is due to decide again: %t; what was written last is %+v", is, last)
		}
		for _, ref := range []id.Reference{other, closed} {
			if v, is := due(ref); is || len(v.Told) > 0 {
				w.T.Errorf("what rests on no condition has to be decided again: %+v", v.Due)
			}
		}
		if v, _ := due(closed); jobsOf(w, v.Record, v.Keep.Until.End()) > 0 {
			w.T.Error("somebody is to be told of a closed concern")
		}
		take(w, lead, shared, shareDecision())
		if v, is := due(shared); is {
			w.T.Errorf("it was decided again, and is still due: %+v", v.Due)
		}
	})
}

func jobsOf(w *world.World, rec id.Record, but time.Time) (n int) {
	w.T.Helper()
	check(w, w.Store.View(ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int) []any { return []any{n} }, `select count(*) from job where record = $1 and
			due <> $2`, rec, clock.Micros(but))
		return err
	}))
	return n
}

// ends has an item of the set that a question takes from end, as in a later program.
func ends(r *room.Room, question, item string, last workday.Day) {
	d := *r.Latest()
	d.AllSteps = slices.Clone(d.AllSteps)
	for i := range d.AllSteps {
		step := &d.AllSteps[i]
		step.Fields = slices.Clone(step.Fields)
		for j := range step.Fields {
			f := &step.Fields[j]
			f.Choices = slices.Clone(f.Choices)
			for k := range f.Choices {
				if f.ID == question && f.Choices[k].ID == item {
					f.Choices[k].To = last
					d.Sets = append(slices.Clone(d.Sets), process.SetVersion{Set: f.Set, Version: 50})
				}
			}
		}
	}
	r.Definitions = []*process.Definition{&d}
}
