package concern_test

import (
	"context"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

func atOnce(context.Context, time.Duration) {}

// TestFiguresOfConcerns follows six concerns of March: what is closed of them, what an April
// entry adds to March, and what an erasure takes away, which is nothing.
func TestFiguresOfConcerns(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead, on := w.As("lead"), func(day time.Time) { w.Hand.Set(day) }
		march := func(day int) time.Time { return time.Date(2026, 3, day, 10, 0, 0, 0, time.UTC) }
		do := func(ref id.Reference, s room.Taking) { w.T.Helper(); take(w, lead, ref, s) }
		var c [6]id.Reference
		for i := range c {
			c[i] = raised(w)
		}
		none := room.Said(process.Triage, "decision", process.NotSafeguarding, "reasons", "A misunderstanding")
		answer := room.Said(process.GiveFeedback, "result", process.Told, "words", "Thank you")
		refer := func(day string) room.Taking {
			return room.Said(process.Refer, "to", "police_prevent", "by", "secure email", "day", day, "what", "All of it")
		}
		on(march(3))
		for _, ref := range c[:5] {
			do(ref, room.Said(process.Acknowledge))
		}
		for _, ref := range c[1:4] {
			do(ref, none)
		}
		on(march(4))
		do(c[1], answer)
		do(c[1], room.Said(process.Close, "reasons", "Done"))
		do(c[0], room.Said(process.Triage, "decision", process.OpenCase, "reasons", "To be looked into"))
		do(c[0], shareDecision())
		do(c[4], room.Said(process.Triage, "decision", process.OpenCase, "reasons", "To be looked into"))
		do(c[4], shareDecision())
		on(march(6))
		do(c[0], refer("2026-03-05"))
		on(march(12))
		do(c[3], answer)

		on(time.Date(2026, 4, 8, 2, 0, 0, 0, time.UTC))
		closePeriods(w, 3) // a month of both rooms, and the quarter of the register
		closePeriods(w, 0)
		want := map[string]int64{"raised patient": 6, "decided to_1": 3, "decided to_5": 2, "decided not_yet": 1,
			"answered in_time": 1, "answered late": 1, "answered not_met": 2, "answered ended_otherwise": 1,
			"sharing share": 2, "referred police_prevent": 1}
		first := recounted(w)[0]
		for _, x := range first.Cells {
			if want[x.Figure+" "+x.Column] != x.N {
				t.Errorf("closed of March: %+v", x)
			}
		}

		on(time.Date(2026, 4, 20, 10, 0, 0, 0, time.UTC))
		do(c[2], answer)              // later than the closing: March stays as it was closed
		do(c[4], refer("2026-03-30")) // of March, told in April
		if x := recounted(w)[0]; x.Late != 1 {
			t.Errorf("told of March since: %d", x.Late)
		}
		on(time.Date(2026, 5, 8, 2, 0, 0, 0, time.UTC))
		closePeriods(w, 3) // April of both, and a further edition of March
		all := recounted(w)
		if second := all[2]; second.Period != "2026-03" || second.Edition != 2 || second.Closing.Late != 1 {
			t.Errorf("the further edition is %+v", second)
		}
		for i, x := range all[2].Cells {
			n := first.Cells[i].N
			if x.Figure == "referred" && x.Column == "police_prevent" {
				n++
			}
			if x.N != n {
				t.Errorf("in the further edition: %+v, want %d", x, n)
			}
		}
		if _, err := w.Rooms.Erase(ctx, w.Concerns.Room, w.Org.ID, c[1], "Retention has ended", w.Words()...); err != nil {
			t.Fatal(err)
		}
		for _, x := range recounted(w) {
			if x.Since != 1 {
				t.Errorf("%s says that %d were erased", x.Period, x.Since)
			}
		}
		for login, exact := range map[string]bool{"lead": true, "guardian": true, "nurse": false} {
			got, err := w.Rooms.Figures(ctx, w.As(login), w.Concerns.Room)
			if err != nil || got.Exact != exact || len(got.Figures[0].Rows) != 2 {
				t.Fatalf("%s: %+v, %v", login, got, err)
			}
			if last := got.Figures[4].Rows[1]; exact && last.Cells[0] != "2" || !exact && last.Cells[0] != "*" {
				t.Errorf("%s sees referrals of March as %+v", login, last)
			}
		}
		if got, err := w.Rooms.Figures(ctx, access.SystemActor(w.Org.ID), w.Concerns.Room); err != nil || got.Exact {
			t.Errorf("at the machine: %v, %v", got.Exact, err)
		}
	})
}

func closePeriods(w *world.World, want int) {
	w.T.Helper()
	if n, err := w.Rooms.ClosePeriods(ctx, atOnce); err != nil || n != want {
		w.T.Errorf("%d were closed, want %d: %v", n, want, err)
	}
}

// recounted is every edition of concerns, none of which differs.
func recounted(w *world.World) []room.Recounted {
	w.T.Helper()
	all, err := w.Rooms.Recount(ctx, w.Org.ID, w.Concerns.Room, atOnce)
	if err != nil || len(all) == 0 {
		w.T.Fatalf("%d editions: %v", len(all), err)
	}
	for _, x := range all {
		if x.Err != nil {
			w.T.Errorf("%s: %v, %+v", x.Period, x.Err, x.Differs)
		}
	}
	return all
}
