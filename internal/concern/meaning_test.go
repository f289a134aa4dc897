package concern_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

// TestHistoryMeansWhatItMeant: an entry carries its effect, so an overlay that changes
// moves no date of what was done before, and nobody is alarmed about it.
func TestHistoryMeansWhatItMeant(t *testing.T) {
	world.Each(t, func(w *world.World) {
		lay(w, `{"overlay": "ward-nine", "version": 1, "on": "patient/1", "days": {"triage": 1}, "steps": [{"id": "local_look", "label": "Look again",
			"roles": ["safeguarding_lead"], "outcomes": [{"id": "", "label": "Looked at again", "moves": [{"from": ["acknowledged"]}]}], "questions": [{"id": "local_saw", "text": "What did you see?"}]}]}`)
		ref := raised(w)
		take(w, w.As("lead"), ref, room.Said(process.Acknowledge))
		take(w, w.As("lead"), ref, room.Said("local_look", "local_saw", "Nothing new"))
		due := func() string {
			c, err := w.Concerns.Open(ctx, w.As("lead"), ref)
			if err != nil {
				w.T.Fatal(err)
			}
			next, _ := c.NextDue()
			return next.Deadline + " " + next.Day.String() + " under " + c.Taken[1].Definition
		}
		before := due()
		if want := "triage 2026-03-03 under patient/1+ward-nine/1"; before != want {
			w.T.Fatalf("due %s, want %s", before, want)
		}
		if err := w.Rooms.TakeOverlaysOff(ctx, w.Org.ID, w.Concerns.Room, w.Words()...); err != nil {
			w.T.Fatal(err)
		}
		if after := due(); after != before {
			w.T.Errorf("the overlay was taken off and %s became %s", before, after)
		}
		c, err := w.Concerns.Open(ctx, w.As("lead"), ref)
		if err != nil {
			w.T.Fatal(err)
		}
		def, err := w.Rooms.Meant(w.Concerns.Room, w.Org.ID, c.Taken[2].Definition)
		if err != nil {
			w.T.Fatal(err)
		}
		if info, ok := def.Step("local_look"); !ok ||
			info.Fields[0].Ask != "What did you see?" {
			w.T.Errorf("what was asked under the overlay is not known any more: %+v", info)
		}
		if _, err := w.Concerns.Take(ctx, w.As("lead"), ref, room.Said("local_look", "local_saw", "x")); err == nil {
			w.T.Error("a step of an overlay that was taken off can still be taken")
		}
		rest := func(context.Context, time.Duration) {}
		if _, err := w.Rooms.CheckLists(ctx, rest, func(rec id.Record,
			what string) {
			w.T.Errorf("%s %s", rec, what)
		}); err != nil {
			w.T.Fatal(err)
		}
	})
}

func lay(w *world.World, overlay string) {
	w.T.Helper()
	if _, err := w.Rooms.LayOverlay(ctx, w.Org.ID, []byte(overlay), w.Words()...); err != nil {
		w.T.Fatal(err)
	}
}

// TestAnOverlayIsLaidByTwo: nobody alone changes the process; what takes a safeguard
// away is refused; a version that was laid never changes; and another program on the
// same database follows it at its next request.
func TestAnOverlayIsLaidByTwo(t *testing.T) {
	const numbers = `{"overlay": "ward-nine", "version": 1, "on": "patient/1", "days": {"triage": 1}}`
	world.Each(t, func(w *world.World) {
		refused := func(kind fail.Kind, overlay string, words ...directory.Word) {
			w.T.Helper()
			if _, err := w.Rooms.LayOverlay(ctx, w.Org.ID, []byte(overlay), words...); !fail.Is(err, kind) {
				w.T.Errorf("%s: %v, want %v", overlay, err, kind)
			}
		}
		both := w.Words()
		refused(fail.Refused, numbers, both[0])
		refused(fail.Refused, numbers, both[0], both[0])
		refused(fail.Bad, `{"overlay": "ward-nine", "version": 1, "on": "patient/1", "days": {"triage": 9}}`, both...)
		refused(fail.Bad, `{"overlay": "ward-nine", "version": 1, "on": "patient/1", "steps": [{"id": "local_file", "label": "File it", "roles": ["safeguarding_lead"],
			"outcomes": [{"id": "", "label": "Filed", "moves": [{"from": ["acknowledged"], "to": "closed"}]}]}]}`, both...)
		lay(w, numbers)
		if name := w.Concerns.Definition(w.Org.ID).Name(); name != "patient/1+ward-nine/1" {
			t.Errorf("in force is %s", name)
		}
		refused(fail.Conflict, numbers, w.Words()...)
		refused(fail.Conflict, `{"overlay": "ward-nine", "version": 1, "on": "patient/1", "days": {"triage": 2}}`, w.Words()...)
		other := world.Beside(w.T, w.Store, w.Hand, w.Dir, w.People())
		raised(other)
		if name := other.Concerns.Definition(w.Org.ID).Name(); name != "patient/1+ward-nine/1" {
			t.Errorf("another program follows %s", name)
		}
	})
}

// TestAnOverlayThatCannotBeReadIsSaid: one that was made for a process that is not shipped
// any more is not followed, and what is said to do about it helps.
func TestAnOverlayThatCannotBeReadIsSaid(t *testing.T) {
	world.Each(t, func(w *world.World) {
		said := func() string {
			o, err := w.Directory.Organisation(ctx, w.Org.ID)
			check(w, err)
			return strings.Join(w.Rooms.NotFollowed(o), "; ")
		}
		if said() != "" {
			w.T.Errorf("without an overlay: %s", said())
		}
		const lies, off = "The overlay %s of Test Trust ", "(heed overlay off --room concern)"
		for _, x := range []struct{ name, text, want string }{
			{"ward/1+nine/1", `{"on": "ward/1"}`, "lies on ward/1, which this version of Heed does not know, and what it " +
				"adds is not asked. Whoever runs Heed can use a version that knows it"},
			{"patient/0+nine/1", `{"on": "patient/0"}`, "lies on patient/0, which this version of Heed does not know, and " +
				"what it adds is not asked. Whoever runs Heed can use a version that knows it, or take off all that lies on " +
				"the concerns " + off + " and lay what is still wanted on patient/1 (heed overlay lay)"},
			{"patient/1+nine/1", `{"process": "patient/1"}`, "cannot be read by this version of Heed, and what it adds is not " +
				"asked: … Whoever runs Heed can correct its file, give it a higher " +
				"version and lay that (heed overlay lay), or take off what lies on the concerns " + off},
		} {
			over := directory.Overlay{Name: x.name, Text: []byte(x.text)} // as another version laid it
			check(w, w.Directory.LayOverlay(ctx, w.Org.ID, over, w.Words()...))
			begins, ends, _ := strings.Cut(fmt.Sprintf(lies, x.name)+x.want, "…") // between them is what its checker says
			if !strings.HasPrefix(said(), begins) || !strings.HasSuffix(said(), ends) ||
				w.Concerns.Definition(w.Org.ID).Local != "" {
				w.T.Errorf("it is said\n%s\nwant\n%s…%s", said(), begins, ends)
			}
			if strings.Contains(x.want, "--room") {
				check(w, w.Rooms.TakeOverlaysOff(ctx, w.Org.ID, w.Concerns.Room, w.Words()...))
			} else {
				check(w, w.Directory.TakeOverlaysOff(ctx, w.Org.ID, []string{"ward/1"}, w.Words()...)) // by a version that knows it
			}
			if said() != "" {
				w.T.Errorf("taken off as was said, it is still said: %s", said())
			}
		}
	})
}
