package concern_test

import (
	"slices"
	"testing"
	"time"

	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// TestACursorSaysNothing: pages are full of what their reader may see, follow each
// other without a gap, and no cursor is made of, or answers to, what is hidden.
func TestACursorSaysNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lead, second := w.As("lead"), w.As("second")
		var seen []id.Reference
		for i := range 9 {
			w.Hand.Move(time.Second)
			ref := raised(w)
			if i%3 == 1 { // barred from every third, the one that would end a page too
				take(w, second, ref, room.Said(process.DeclareConflict, "reasons", "We are related"))
				continue
			}
			seen = append(seen, ref)
		}
		slices.Reverse(seen)
		var got []id.Reference
		q := room.Query{List: concern.ListAll, Limit: 2}
		for {
			p, err := w.Rooms.List(ctx, second, w.Concerns.Room, q)
			if err != nil {
				w.T.Fatal(err)
			}
			for _, r := range p.Rows {
				got = append(got, r.Reference)
			}
			if len(p.Rows) != 2 {
				w.T.Fatalf("%d rows, next %q", len(p.Rows), p.Next)
			}
			if _, err := id.ParseReference(p.Next); err == nil {
				w.T.Errorf("the cursor %s is a reference", p.Next)
			}
			if q.After = p.Next; q.After == "" {
				break
			}
			for who, list := range map[string]room.Query{"another person": q,
				"another list": {List: concern.ListDue, Limit: 2, After: q.After}} {
				a := second
				if who == "another person" {
					a = lead
				}
				if _, err := w.Rooms.List(ctx, a, w.Concerns.Room, list); fail.FieldsOf(err).For("cursor") == "" {
					w.T.Errorf("a cursor was taken from %s: %v", who, err)
				}
			}
		}
		if !slices.Equal(got, seen) {
			w.T.Errorf("pages gave %v, want %v", got, seen)
		}
		for _, ref := range []id.Reference{seen[0], id.NewReference(), "x", "%"} {
			if _, err := w.Rooms.List(ctx, second, w.Concerns.Room, room.Query{List: concern.ListAll, Limit: 2,
				After: string(ref)}); fail.FieldsOf(err).For("cursor") == "" {
				w.T.Errorf("%s was taken as a cursor: %v", ref, err)
			}
		}
	})
}

// TestWhatIsHiddenIsNotFolded: after a restart somebody who is barred is answered from
// the row's picture. A history that does not open says that nobody read it; the time that
// folding takes would say that there is a record.
func TestWhatIsHiddenIsNotFolded(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ref := raised(w)
		take(w, w.As("second"), ref, room.Said(process.DeclareConflict, "reasons", "We are related"))
		err := w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`update entry set sealed = $1 where version = 1 and record = (select record from room_record_v1 where reference = $2)`, []byte{1}, string(ref))
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		desk := mailed(w) // another desk, which remembers nothing: as after a restart
		for _, who := range []string{"second", "porter", "executive"} {
			if _, err := desk.Open(ctx, w.As(who), ref); !fail.Is(err, fail.Hidden) {
				w.T.Errorf("%s: %v", who, err)
			}
			if _, err := desk.Take(ctx, w.As(who), ref, room.Said(process.AddNote, "words", "x")); !fail.Is(err, fail.Hidden) {
				w.T.Errorf("%s takes a step: %v", who, err)
			}
		}
		if _, err := desk.Open(ctx, w.As("lead"), ref); !fail.Is(err, fail.Tampered) {
			w.T.Errorf("the plant did not hold: %v", err)
		}
	})
}
