package request_test

import (
	"strings"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
)

// TestAFloodHidesNothing: whoever writes many records about somebody pushes the earlier one out of
// nobody's sight, and is not told of others in more than 20 of their own within an hour.
func TestAFloodHidesNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		person := field.Said("name", "Lena", "number", "9990000018")
		first := receivedOf(w, "lead", person)
		told := 0
		for range 45 {
			w.Hand.Move(time.Second)
			x := receivedOf(w, "guardian", person)
			v, err := w.Rooms.Open(ctx, w.As("guardian"), x.room, x.ref)
			if err != nil {
				w.T.Fatal(err)
			}
			if len(v.Others.Found) > 0 {
				told++
			} else if !v.Others.Slowed {
				w.T.Fatalf("nothing is said of others: %+v", v.Others)
			}
		}
		if told != 20 {
			w.T.Errorf("whoever began 45 was told of others in %d", told)
		}
		w.Hand.Move(time.Second)
		last := receivedOf(w, "lead", person)
		v, err := w.Rooms.Open(ctx, w.As("lead"), last.room, last.ref)
		if err != nil {
			w.T.Fatal(err)
		}
		if found := v.Others.References(); len(found) != 40 || found[0] != first.ref || !v.Others.More {
			w.T.Errorf("the earliest of 46 is not among what is shown first: %v, more %v", found, v.Others.More)
		}
	})
}

// TestSayingWhomItIsAboutIsSlowed: whoever says again and again whom a record is about, to see what
// is shown then, is refused in words after 20 within an hour, and may again an hour later.
func TestSayingWhomItIsAboutIsSlowed(t *testing.T) {
	world.Each(t, func(w *world.World) {
		x := receivedOf(w, "lead", field.Said("name", "Lena"))
		say := func(who string) error {
			w.Hand.Move(time.Second)
			_, err := w.Rooms.Take(ctx, w.As(who), x.room, x.ref, room.Said(process.KnowPerson, "name", "Lena Madeup",
				"age", "day", "born", "1984-05-03", "told", "nobody"))
			return err
		}
		for n := range 20 {
			if err := say("lead"); err != nil {
				w.T.Fatalf("the %d. time: %v", n+1, err)
			}
		}
		if err := say("lead"); !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "20 times within an hour") {
			w.T.Errorf("the 21. time: %v", err)
		}
		if err := say("guardian"); err != nil {
			w.T.Errorf("somebody else: %v", err)
		}
		w.Hand.Move(time.Hour)
		if err := say("lead"); err != nil {
			w.T.Errorf("an hour later: %v", err)
		}
	})
}
