package concern_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// mailing is the same desk with a mail server to send to; what is to be sent waits.
func mailing(w *world.World) *room.Desk {
	p := w.Parts()
	p.Jobs = jobs.New(w.Store, jobs.Options{Clock: w.Hand, Mail: &jobs.Mailer{Host: "localhost", Port: 25}})
	rooms, err := room.NewDesk(p, w.Rooms.Rooms()...)
	if err != nil {
		w.T.Fatal(err)
	}
	return rooms
}

func mailed(w *world.World) *concern.Desk {
	d, err := concern.New(mailing(w))
	if err != nil {
		w.T.Fatal(err)
	}
	return d
}

// letters are how many notices wait for each person.
func letters(w *world.World) map[id.Person]int {
	w.T.Helper()
	out := map[id.Person]int{}
	err := w.Store.View(ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, func(r *id.Record) []any { return []any{r} }, `select record from job where kind = 'mail'`)
		for _, r := range all {
			out[r.Person()]++
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return out
}

// about makes a concern about the Guardian, on the word of two.
func about(w *world.World, login string) id.Reference {
	w.T.Helper()
	ref := raised(w)
	take(w, w.As("lead"), ref, room.Said(process.KeepFrom, "why", process.Subject, "login", login))
	take(w, w.As("second"), ref, room.Said(process.ConfirmBar, "of", "2", "result", process.Confirmed))
	return ref
}

// TestNobodyIsToldOfTheirOwnCase: a reason, and a bar, about a record from which
// somebody is kept is not told to them, by page or mail, and they review nothing of it;
// somebody else outside the chain is told instead.
func TestNobodyIsToldOfTheirOwnCase(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, other := about(w, "guardian"), raised(w)
		guardian, executive, lead := w.As("guardian"), w.As("executive"), w.As("lead")
		desk := mailed(w)
		for _, r := range []id.Reference{ref, id.NewReference(), other} {
			if err := desk.GiveReason(ctx, lead, r, "Reason for "+string(r)); err != nil {
				w.T.Fatal(err)
			}
			w.Hand.Move(time.Minute)
			want := w.Person("guardian")
			if r == ref {
				want = w.Person("executive")
			}
			if got := letters(w); got[want] == 0 || r == ref && len(got) > 1 {
				w.T.Errorf("told of %s: %v, want %s", r, got, want)
			}
		}
		see := func(a access.Actor) (reasons []concern.Broken, bars int) {
			w.T.Helper()
			all, err := w.Concerns.Glass(ctx, a, w.Hand.Now())
			if err != nil {
				w.T.Fatal(err)
			}
			for _, b := range all {
				if b.Bar > 0 {
					bars++
				} else {
					reasons = append(reasons, b)
				}
			}
			return reasons, bars
		}
		hers, bars := see(guardian)
		if len(hers) != 2 || bars != 0 || slices.ContainsFunc(hers,
			func(b concern.Broken) bool { return b.Reference == ref }) {
			w.T.Errorf("the Guardian is told of %+v and %d bars", hers, bars)
		}
		theirs, bars := see(executive)
		if len(theirs) != 1 || theirs[0].Reference != ref || bars != 1 {
			w.T.Fatalf("the executive lead is told of %+v and %d bars", theirs, bars)
		}
		entry := theirs[0].Entry
		if err := w.Concerns.ReviewGlass(ctx, guardian, w.Hand.Now(), entry, "I looked into it"); !fail.Is(err,
			fail.Missing) {
			w.T.Errorf("the Guardian reviews a reason about her own case: %v", err)
		}
		if err := w.Concerns.ReviewGlass(ctx, executive, w.Hand.Now(), entry, "I looked into it"); err != nil {
			w.T.Errorf("the executive lead reviews it: %v", err)
		}
		// Nobody signs for what they opened themselves, and nothing is reviewed twice.
		if err := w.Concerns.GiveReason(ctx, guardian, other, "A complaint"); err != nil {
			w.T.Fatal(err)
		}
		hers, _ = see(guardian)
		for why, err := range map[string]error{
			"her own":  w.Concerns.ReviewGlass(ctx, guardian, w.Hand.Now(), hers[0].Entry, "Fine"),
			"reviewed": w.Concerns.ReviewGlass(ctx, executive, w.Hand.Now(), entry, "Fine"),
		} {
			if !fail.Is(err, fail.Conflict) {
				w.T.Errorf("review of %s: %v", why, err)
			}
		}
		if err := w.Concerns.ReviewGlass(ctx, executive, w.Hand.Now(), hers[0].Entry, "Fine"); err != nil {
			w.T.Errorf("the executive lead reviews what the Guardian opened: %v", err)
		}
		if err := w.Concerns.ReviewGlass(ctx, lead, w.Hand.Now(), entry, "Fine"); !fail.Is(err, fail.Refused) {
			w.T.Errorf("a lead reviews: %v", err)
		}
	})
}

// TestReasonsForNothingAreFewMails: two hundred reasons for references of nothing are
// stopped by the limit, and leave as one notice a minute.
func TestReasonsForNothingAreFewMails(t *testing.T) {
	world.Each(t, func(w *world.World) {
		desk, lead := mailed(w), w.As("lead")
		given := 0
		for range 200 {
			err := desk.GiveReason(ctx, lead, id.NewReference(), "To look")
			if err == nil {
				given++
			} else if !fail.Is(err, fail.TooOften) {
				w.T.Fatal(err)
			}
		}
		if n := letters(w)[w.Person("guardian")]; n != 1 || given != 20 {
			w.T.Errorf("%d reasons were taken and %d notices wait, want 20 and 1", given, n)
		}
	})
}

// TestWhoFloodsIsSlowed holds the numbers of promise S5.
func TestWhoFloodsIsSlowed(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead, nurse := w.As("lead"), w.As("nurse")
		var refs []id.Reference
		for range 22 {
			refs = append(refs, raised(w))
		}
		for i, ref := range refs {
			if _, err := w.Concerns.Open(ctx, lead, ref); (err == nil) != (i < 20) {
				w.T.Errorf("opening %d of an hour: %v", i+1, err)
			}
		}
		if _, err := w.Concerns.Open(ctx, lead, refs[3]); err != nil {
			w.T.Errorf("one that is open already: %v", err)
		}
		if _, err := w.Concerns.Open(ctx, w.As("second"), refs[21]); err != nil {
			w.T.Errorf("another lead is slowed too: %v", err)
		}
		add := func(i int) error {
			_, err := w.Concerns.Take(ctx, nurse, refs[0], room.Said(process.AddNote, "words", fmt.Sprint("More ", i)))
			return err
		}
		for i := range 21 {
			if err := add(i); (err == nil) != (i < 20) {
				w.T.Errorf("addition %d of a day: %v", i+1, err)
			}
		}
		if own, err := w.Concerns.Own(ctx, nurse, refs[0]); err != nil || own.Progress != room.Received {
			w.T.Errorf("after additions alone it says %q, %v", own.Progress, err)
		}
		w.Hand.Move(25 * time.Hour)
		if err := add(21); err != nil {
			w.T.Errorf("the day after: %v", err)
		}
		take(w, lead, refs[0], room.Said(process.Acknowledge))
		if own, err := w.Concerns.Own(ctx, nurse, refs[0]); err != nil || own.Progress != room.BeingLookedAt {
			w.T.Errorf("after a lead took it up it says %q, %v", own.Progress, err)
		}
	})
}

// TestEverythingOverdueIsToldInPages: what has been overdue for a day is told on full
// pages however much it is, without what the Guardian may not know of. Seen to fail when
// rows after the first hundred of a team were not looked at.
func TestEverythingOverdueIsToldInPages(t *testing.T) {
	world.Each(t, func(w *world.World) {
		hidden, want := about(w, "guardian"), map[id.Reference]bool{}
		for range 104 {
			want[raised(w)] = true
		}
		w.Hand.Move(20 * 24 * time.Hour)
		guardian, got := w.As("guardian"), map[id.Reference]bool{}
		for pass, more := 0, true; more; pass += 25 {
			late, mine, err := w.Concerns.Told(ctx, guardian, room.Query{Pass: pass, Limit: 25})
			if err != nil {
				w.T.Fatal(err)
			}
			if more = late.More; more != (len(late.Rows) == 25 && pass < 100) || len(mine.Rows) > 0 || mine.More {
				w.T.Errorf("at %d: %d rows, more: %t", pass, len(late.Rows), more)
			}
			for _, r := range late.Rows {
				if got[r.Reference] || !want[r.Reference] || r.Reference == hidden {
					w.T.Errorf("%s is told, twice or to whom it is hidden", r.Reference)
				}
				got[r.Reference] = true
			}
		}
		if len(got) != len(want) {
			w.T.Errorf("%d of %d overdue were told", len(got), len(want))
		}
	})
}

// TestWhatWaitsOutlastsTheMonth: a reason that nobody has reviewed, and a bar that waits for
// a second word, stand before whoever is told of them on the first of the next month, and
// months later, by page; until somebody answers.
func TestWhatWaitsOutlastsTheMonth(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref, guardian := raised(w), w.As("guardian")
		now := w.Hand.Now()
		w.Hand.Set(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Minute))
		for range 3 {
			if err := w.Concerns.GiveReason(ctx, w.As("lead"), ref, "A complaint asks who opened it"); err != nil {
				w.T.Fatal(err)
			}
		}
		take(w, w.As("lead"), ref, keepFrom("porter"))
		notes := func() (out []string) {
			mine, err := w.Rooms.Work(ctx, guardian, room.Query{Limit: 50})
			if err != nil {
				w.T.Fatal(err)
			}
			for _, n := range mine.Notices {
				if n.What == room.NoticeTold || n.What == room.NoticeWord {
					out = append(out, n.ID)
				}
			}
			return out
		}
		waits := func(limit, offset int) ([]concern.Broken, bool) {
			out, more, err := w.Concerns.Waiting(ctx, guardian, w.Hand.Now(), room.Query{Limit: limit, Pass: offset})
			if err != nil {
				w.T.Fatal(err)
			}
			return out, more
		}
		if n := len(notes()); n != 4 {
			w.T.Fatalf("in the month itself the Guardian is told of %d", n)
		}
		for _, later := range []time.Duration{2 * time.Minute, 95 * 24 * time.Hour} {
			w.Hand.Move(later)
			if n := len(notes()); n != 4 {
				w.T.Errorf("after another month began the Guardian is told of %d", n)
			}
			all, more := waits(3, 0)
			rest, none := waits(3, 3)
			if len(all) != 3 || !more || len(rest) != 1 || none || all[0].At.Before(rest[0].At) {
				w.T.Errorf("by page: %d (more: %v) and %d (more: %v)", len(all), more, len(rest), none)
			}
		}
		must := func(err error) {
			if err != nil {
				w.T.Fatal(err)
			}
		}
		must(w.Rooms.Seen(ctx, guardian, notes()[:1]))
		all, _ := waits(9, 0)
		for _, b := range all {
			if b.Bar == 0 {
				must(w.Concerns.ReviewGlass(ctx, guardian, b.At, b.Entry, "I rang them"))
			}
		}
		if left, _ := waits(9, 0); len(left) != 1 || left[0].Bar == 0 {
			w.T.Errorf("after all reasons were reviewed %+v waits", left)
		}
		if err := w.Rooms.Seen(ctx, guardian, make([]string, room.MaxPage+1)); fail.FieldsOf(err).For("ids") == "" {
			w.T.Errorf("more notices than are shown were marked at once: %v", err)
		}
	})
}

// TestABookThatIsNotFoundIsNamed: where a month's reasons are said to be is compared with
// the ledger, named and made as it was.
func TestABookThatIsNotFoundIsNamed(t *testing.T) {
	world.Each(t, func(w *world.World) {
		if err := w.Concerns.GiveReason(ctx, w.As("lead"), raised(w), "A complaint"); err != nil {
			w.T.Fatal(err)
		}
		rest := func(context.Context, time.Duration) {}
		named := func(mended func(string)) (n int) {
			if err := w.Concerns.MendBooks(ctx, rest, func(string) { n++ }, mended); err != nil {
				w.T.Fatal(err)
			}
			return n
		}
		if n := named(nil); n != 0 {
			w.T.Fatalf("before anything was changed %d are named", n)
		}
		for _, text := range []string{`delete from concern_glass_v1`, `update concern_glass_v1 set month = '1999-01'`,
			`update concern_glass_v1 set record = org`} {
			err := w.Store.Do(ctx, func(tx *store.Tx) error { _, err := tx.Exec(text); return err })
			if err != nil {
				w.T.Fatal(err)
			}
			if named(func(string) {}) == 0 {
				w.T.Errorf("%s: nobody noticed", text)
			}
			if n := named(nil); n != 0 {
				w.T.Errorf("%s: made as it was, %d are named", text, n)
			}
		}
	})
}
