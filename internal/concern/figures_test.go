package concern_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
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
			return room.Said(process.Refer, "to", "police_prevent", "by", "secure email", "day", day, "what", "All of it",
				"rest", "no")
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
		closePeriods(w, 1)
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
		closePeriods(w, 2) // April, and a further edition of March
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
	})
}

// TestDamageStopsItsOwnRoom: a policy that does not open keeps no concern from being closed.
func TestDamageStopsItsOwnRoom(t *testing.T) {
	world.Each(t, func(w *world.World) {
		raised(w)
		keeper := w.Join("keeper", access.GovernanceLead)
		policies := policy.Room()
		_, err := w.Rooms.Begin(ctx, w.As("keeper"), policies, room.Beginning{
			Answers: field.Said("title", "A title", "kind", "policy", "owner", keeper.String())})
		check(w, err)
		w.Hand.Set(time.Date(2026, 4, 8, 2, 0, 0, 0, time.UTC))
		timeHasCome(w)
		check(w, w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`update entry set sealed = leaf where room = $1 and version = 1`, policies.Number)
			return err
		}))
		n, err := w.Rooms.ClosePeriods(ctx, atOnce)
		if !fail.Is(err, fail.Tampered) || !strings.Contains(fail.Words(err), "Record ") {
			t.Errorf("%d were closed: %v", n, err)
		}
		if all := recounted(w); len(all) != 1 {
			t.Errorf("%d of concerns were closed", len(all))
		}
	})
}

// TestAClockAheadClosesNothing: once it is right again each month is closed with what it had.
func TestAClockAheadClosesNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Hand.Set(time.Date(2026, 6, 20, 2, 0, 0, 0, time.UTC))
		if n, err := w.Rooms.ClosePeriods(ctx, atOnce); err != nil || n != 0 {
			t.Errorf("%d were closed: %v", n, err)
		}
		w.Hand.Set(time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC))
		raised(w)
		w.Hand.Set(time.Date(2026, 4, 8, 2, 0, 0, 0, time.UTC))
		closePeriods(w, 1)
		if x := recounted(w)[0]; x.Cells[0].N != 1 {
			t.Errorf("March was closed with %+v", x.Cells)
		}
	})
}

// TestAClockBehindTellsNothing: a month that was closed in time stays when a record was erased
// since and a clock falls back behind it. Counted anew it would lose what was erased, and both
// beside each other would tell what the record held.
func TestAClockBehindTellsNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := closed(w)
		raised(w)
		w.Hand.Set(time.Date(2026, 4, 8, 2, 0, 0, 0, time.UTC))
		closePeriods(w, 1)
		_, err := w.Rooms.Erase(ctx, w.Concerns.Room, w.Org.ID, ref, "Retention has ended", w.Words()...)
		check(w, err)
		w.Hand.Set(time.Date(2026, 3, 20, 2, 0, 0, 0, time.UTC))
		raised(w)
		if n, err := w.Rooms.ClosePeriods(ctx, atOnce); err != nil || n != 0 {
			t.Errorf("%d were closed: %v", n, err)
		}
		all, err := w.Rooms.Recount(ctx, w.Org.ID, w.Concerns.Room, atOnce) // what was written too early is named
		check(w, err)
		for _, x := range all {
			if x.Withdrawn {
				t.Errorf("edition %d of %s is withdrawn", x.Edition, x.Period)
			}
		}
	})
}

// TestHiddenWhileClosing: what is hidden by SQL at that moment is missed, and left out of nothing.
func TestHiddenWhileClosing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := raised(w)
		raised(w)
		w.Hand.Set(time.Date(2026, 4, 8, 2, 0, 0, 0, time.UTC))
		to := func(number int) {
			check(w, w.Store.Do(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(`update entry set room = $2 where version = 1 and
					record = (select record from room_record_v1 where reference = $1)`, string(ref), number)
				return err
			}))
		}
		timeHasCome(w)
		to(998)
		n, err := w.Rooms.ClosePeriods(ctx, atOnce)
		if n == 0 || !fail.Is(err, fail.Tampered) || !strings.Contains(fail.Words(err), "1 of 2 concerns") {
			t.Errorf("%d were closed with a concern hidden: %v", n, err)
		}
		to(int(w.Concerns.Room.Number))
		closePeriods(w, 1)
		recounted(w)
	})
}

// closePeriods closes what is over, once something was written by which the time has come: so
// many editions of concerns, whatever other kinds of record there are.
func closePeriods(w *world.World, want int) {
	w.T.Helper()
	timeHasCome(w)
	editions := func() int {
		all, err := w.Rooms.Recount(ctx, w.Org.ID, w.Concerns.Room, atOnce)
		check(w, err)
		return len(all)
	}
	before := editions()
	n, err := w.Rooms.ClosePeriods(ctx, atOnce)
	if more := editions() - before; err != nil || more != want || n > 0 && want == 0 {
		w.T.Errorf("%d were closed, %d of concerns, want %d: %v", n, more, want, err)
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

// timeHasCome writes an entry, by which a period is over: somebody looks at their list.
func timeHasCome(w *world.World) {
	w.T.Helper()
	_, err := w.Rooms.List(ctx, w.As("lead"), w.Concerns.Room, room.Query{List: concern.ListAll, Limit: 1})
	check(w, err)
}
