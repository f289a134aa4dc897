package concern_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

func coverFor(w *world.World, away, by string) {
	w.T.Helper()
	today := workday.Of(w.Hand.Now())
	check(w, w.Rooms.ArrangeCover(ctx, w.As(away), directory.Cover{Person: w.Person(away), By: w.Person(by),
		From: today, Until: today.Add(30)}))
}

// TestADamagedAccountStopsNoCover: with the account of who covers damaged, or of who is
// away, concerns are raised, worked and added to, and the other has their own work.
// Seen to fail: nothing could be raised, and who covered opened nothing.
func TestADamagedAccountStopsNoCover(t *testing.T) {
	for damaged, left := range map[string]string{"lead": "second", "second": "lead"} {
		world.Each(t, func(w *world.World) {
			ref := raised(w)
			take(w, w.As(left), ref, room.Said(process.Acknowledge))
			coverFor(w, "lead", "second")
			check(w, w.Store.Do(ctx, func(tx *store.Tx) error {
				return tx.ChangeOne(`update head set version = version + 9 where record = $1`, w.Person(damaged))
			}))
			_, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: worry()})
			check(w, err)
			_, err = w.Concerns.AddToOwn(ctx, w.As("nurse"), ref, field.Said("words", "More"), "a key of sixteen")
			check(w, err)
			take(w, w.As(left), ref, room.Said(process.AddNote, "words", "A note"))
			_, err = w.Rooms.Work(ctx, w.As(left), room.Query{Limit: 50})
			check(w, err)
		})
	}
}

// TestNobodyIsToldThatTheyAreToBeKeptOut: while two people agree that somebody is to be kept
// from a concern, what that person sees of it stays as it was: their list, their work, their
// calendar, and what they could hand on. Seen to fail: its version stood in each of them.
func TestNobodyIsToldThatTheyAreToBeKeptOut(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead, q := w.As("lead"), room.Query{Limit: 50}
		ref := raised(w)
		take(w, lead, ref, room.Said(process.Acknowledge))
		type seen struct {
			version, listed, work, holds int
			sequence                     uint64
		}
		look := func() (x seen) {
			c, err := w.Concerns.Open(ctx, lead, ref)
			check(w, err)
			days, err := w.Rooms.Days(ctx, lead)
			check(w, err)
			list, err := w.Rooms.List(ctx, lead, w.Concerns.Room, room.Query{List: concern.ListAll, Limit: 50})
			check(w, err)
			work, err := w.Rooms.Work(ctx, lead, q)
			check(w, err)
			holds, err := w.Rooms.Holds(ctx, lead, lead.Person, q)
			check(w, err)
			return seen{int(c.Version), int(list.Rows[0].Version), int(work.Rows[0].Version), int(holds.Rows[0].Version),
				uint64(days[0].Sequence)}
		}
		before := look()
		take(w, w.As("second"), ref, room.Said(process.KeepFrom, "why", process.Subject, "login", "lead"))
		if after := look(); after != before {
			w.T.Errorf("before %+v, after %+v", before, after)
		}
	})
}

// TestHandingOverTellsNothing: who asks to hand over what is hidden from them, what goes by
// rules that nobody knows here, or what there is not, has one answer; and to whom records
// could go is not said by those that are hidden.
func TestHandingOverTellsNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Join("third", access.Lead)
		keeper := w.Join("keeper", access.GovernanceLead)
		third, lead := w.As("third"), w.As("lead")
		shut := about(w, "third")
		text, err := os.ReadFile("../policy/definitions/policy-1.json")
		check(w, err)
		newer := *policy.Room()
		newer.Definitions = append(newer.Definitions[:1:1],
			process.Must([]byte(strings.Replace(string(text), `"version": 1`, `"version": 2`, 1))))
		unknown, err := w.Desk(&newer).Begin(ctx, w.As("keeper"), &newer, room.Beginning{
			Answers: field.Said("title", "A title", "kind", "policy", "owner", keeper.String())})
		check(w, err)
		for _, x := range []struct {
			as    string
			room  string
			there id.Reference
		}{{"third", concern.Name, shut}, {"nurse", concern.Name, shut}, {"nurse", newer.Name, unknown.Reference}} {
			got, err := w.Rooms.HandOver(ctx, w.As(x.as), room.Handing{From: lead.Person, To: w.Person("second"), Why: "x",
				What: []room.Named{{Room: x.room, Reference: x.there}, {Room: x.room, Reference: id.NewReference()}}})
			check(w, err)
			if got[0].Refused != got[1].Refused || got[0].One != got[1].One {
				w.T.Errorf("%s hears of what is hidden: %+v, and of what there is not: %+v", x.as, got[0], got[1])
			}
		}
		holds, err := w.Rooms.Holds(ctx, third, lead.Person, room.Query{Limit: 50})
		check(w, err)
		if len(holds.Rows)+len(holds.To) > 0 {
			w.T.Errorf("of hidden records it is said to whom they could go: %+v", holds)
		}
	})
}

// TestACoverIsArrangedOnce: sent again it is neither written nor mailed again; nobody
// arranges without end; it is ended by those whose it is, and to others there is none; and a
// lead has no word about those who are of no team.
func TestACoverIsArrangedOnce(t *testing.T) {
	world.Each(t, func(w *world.World) {
		guardian := w.Join("guardian2", access.CaldicottGuardian)
		lead, second := w.As("lead"), w.As("second")
		today := workday.Of(w.Hand.Now())
		cover := func(p, by id.Person) directory.Cover {
			return directory.Cover{Person: p, By: by, From: today, Until: today.Add(9)}
		}
		rooms := mailing(w)
		for range 2 {
			w.Hand.Move(time.Minute)
			check(w, rooms.ArrangeCover(ctx, lead, cover(lead.Person, second.Person)))
		}
		if n := letters(w)[second.Person]; n != 1 {
			w.T.Errorf("of what was arranged twice went %d mails", n)
		}
		all, err := w.Rooms.Covers(ctx, lead)
		check(w, err)
		there, not := w.Rooms.EndCover(ctx, w.As("nurse"), all[0].Of), w.Rooms.EndCover(ctx, w.As("nurse"), 9999)
		if there == nil || not == nil || there.Error() != not.Error() {
			w.T.Errorf("a stranger ends a cover: %v, and one that is none: %v", there, not)
		}
		err = w.Rooms.ArrangeCover(ctx, lead, cover(w.Person("guardian"), guardian))
		if fail.FieldsOf(err).For("person") == "" {
			w.T.Errorf("a lead says who covers for the Guardian: %v", err)
		}
		for range 60 {
			err = w.Rooms.ArrangeCover(ctx, lead, cover(lead.Person, second.Person))
		}
		if !fail.Is(err, fail.TooOften) {
			w.T.Errorf("the sixty-third time in an hour: %v", err)
		}
	})
}
