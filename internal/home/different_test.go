package home_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/store"
)

const (
	sooner = `{"overlay": "ours", "version": 1, "on": "patient/1",
 "days": {"triage": 2}}`
	later = `{"overlay": "ours", "version": 1, "on": "patient/1",
 "days": {"triage": 200}}`
)

// A change is proposed by somebody who may, and counts once every grantor has agreed to the
// same text: not before, not by one of them twice, not by anybody else, and not once another
// took its place. It is taken off in the same way.
func TestAChangeIsProposedAndAgreed(t *testing.T) {
	ctx := context.Background()
	world.Each(t, func(w *world.World) {
		is := func(err error, kind fail.Kind, what string) {
			w.T.Helper()
			if !fail.Is(err, kind) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
		local := func() string { return w.Rooms.Follows(w.Concerns.Room, w.Org.ID).Local }
		lead, guardian, executive := w.As("lead"), w.As("guardian"), w.As("executive")
		propose := func() string {
			w.T.Helper()
			fingerprint, err := w.Rooms.ProposeOverlay(ctx, lead, []byte(sooner))
			must(t, err)
			return fingerprint
		}
		agree := func(a access.Actor, fingerprint string) bool {
			w.T.Helper()
			done, err := w.Rooms.AgreeOverlay(ctx, a, fingerprint)
			must(t, err)
			return done
		}
		_, err := w.Rooms.ProposeOverlay(ctx, w.As("nurse"), []byte(sooner))
		is(err, fail.Refused, "a nurse proposes")
		var at *process.NotTaken
		if _, err = w.Rooms.ProposeOverlay(ctx, lead, []byte(later)); !errors.As(err, &at) || at.Line != 2 {
			w.T.Errorf("what loosens is proposed: %v", err)
		}
		first := propose()
		_, err = w.Rooms.ProposeOverlay(ctx, lead, []byte(sooner))
		is(err, fail.Conflict, "another is proposed beside it")
		_, err = w.Rooms.AgreeOverlay(ctx, lead, first)
		is(err, fail.Refused, "whoever is no grantor agrees")
		one := guardian
		one.MFA = false
		_, err = w.Rooms.AgreeOverlay(ctx, one, first)
		is(err, fail.Refused, "a grantor agrees with one factor")
		elsewhere := guardian
		elsewhere.Own = false
		_, err = w.Rooms.AgreeOverlay(ctx, elsewhere, first)
		is(err, fail.Refused, "a provider speaks for a grantor") // seen to fail: it counted
		if !strings.Contains(fail.Words(err), "log in with your password and code, or with a passkey") {
			w.T.Errorf("it does not say what to do: %v", err)
		}
		is(w.Directory.RefuseProposal(ctx, elsewhere, first, "No"), fail.Refused, "a provider refuses for a grantor")
		_, err = w.Rooms.AgreeOverlay(ctx, guardian, first[1:]+first[:1])
		is(err, fail.Conflict, "a grantor agrees to another text")
		if agree(guardian, first) || local() != "" {
			w.T.Error("it counts by the word of one")
		}
		_, err = w.Rooms.AgreeOverlay(ctx, guardian, first)
		is(err, fail.Conflict, "one agrees twice")
		if !agree(executive, first) || local() != "ours/1" {
			w.T.Errorf("both have agreed, and %q is followed", local())
		}
		_, err = w.Rooms.AgreeOverlay(ctx, executive, first)
		is(err, fail.Conflict, "it counts already")
		_, err = w.Rooms.ProposeOverlay(ctx, lead, []byte(sooner))
		is(err, fail.Conflict, "what is in force is proposed")

		off, err := w.Rooms.ProposeOff(ctx, guardian, "patient/1")
		must(t, err)
		is(w.Directory.RefuseProposal(ctx, lead, off, "No"), fail.Refused, "whoever is no grantor refuses")
		must(t, w.Directory.RefuseProposal(ctx, executive, off, "It serves us"))
		_, err = w.Rooms.AgreeOverlay(ctx, guardian, off)
		is(err, fail.Conflict, "what was refused is agreed to")
		off, err = w.Rooms.ProposeOff(ctx, guardian, "patient/1")
		must(t, err)
		if agree(guardian, off) || !agree(executive, off) || local() != "" {
			w.T.Errorf("both have agreed to take it off, and %q is followed", local())
		}
		w.Hand.Move(time.Minute)
		again := propose() // the same text, and another proposal
		if again == first {
			w.T.Error("two proposals have one fingerprint")
		}
		must(t, w.Directory.LayOverlay(ctx, w.Org.ID, directory.Overlay{Name: "patient/1+other/1",
			Text: []byte(strings.Replace(sooner, "ours", "other", 1))}, w.Words()...))
		_, err = w.Rooms.AgreeOverlay(ctx, guardian, again)
		is(err, fail.Conflict, "another was laid meanwhile")
		again = propose()
		w.Hand.Move(directory.ProposalLife)
		_, err = w.Rooms.AgreeOverlay(ctx, guardian, again)
		is(err, fail.Conflict, "it waited too long")
		again = propose()
		if agree(guardian, again) {
			w.T.Error("it counts by the word of one")
		}
		must(t, w.Directory.Leave(ctx, guardian.Person, w.Words()...))
		_, err = w.Rooms.AgreeOverlay(ctx, executive, again)
		is(err, fail.Refused, "one who agreed has left since")
		must(t, w.Directory.RefuseProposal(ctx, executive, again, "We are one too few"))
		_, err = w.Rooms.ProposeOverlay(ctx, guardian, []byte(sooner)) // seen to fail: it waited
		is(err, fail.Refused, "who has left proposes")
	})
}

// What was proposed is taken back by who proposed it, and by nobody who did neither; a refusal says why until
// something else is proposed. Two who agree at once are both heard. Seen to fail: on PostgreSQL one of them was stale.
func TestAChangeIsAnswered(t *testing.T) {
	ctx := context.Background()
	world.Each(t, func(w *world.World) {
		lead, guardian, executive := w.As("lead"), w.As("guardian"), w.As("executive")
		propose := func() string {
			w.T.Helper()
			fingerprint, err := w.Rooms.ProposeOverlay(ctx, lead, []byte(sooner))
			must(t, err)
			return fingerprint
		}
		refused := func() []directory.Proposal {
			o, err := w.Directory.Organisation(ctx, w.Org.ID)
			must(t, err)
			return o.News(w.Hand.Now())
		}
		mine := propose()
		if err := w.Directory.RefuseProposal(ctx, w.As("second"), mine, ""); !fail.Is(err, fail.Refused) {
			t.Errorf("another lead takes it back: %v", err)
		}
		must(t, w.Directory.RefuseProposal(ctx, lead, mine, ""))
		if r := refused(); len(r) != 1 || r[0].End.How != directory.TakenBack || r[0].By != lead.Person {
			t.Errorf("it was taken back, and stands as %+v", r)
		}
		w.Hand.Move(time.Minute)
		must(t, w.Directory.RefuseProposal(ctx, executive, propose(), "It serves us"))
		if r := refused(); len(r) != 1 || r[0].End.How != directory.Refused || r[0].End.By != executive.Person ||
			r[0].End.Why != "It serves us" {
			t.Errorf("it was refused, and stands as %+v", r)
		}
		w.Hand.Move(time.Minute)
		again, answers := propose(), make(chan error, 2)
		if r := refused(); len(r) > 0 {
			t.Errorf("an old refusal stands beside what waits: %+v", r)
		}
		must(t, w.Store.Do(ctx, func(tx *store.Tx) error { // both come to where they would write
			if _, err := tx.Exec(`update head set version = version where record = $1`, w.Org.ID.Record()); err != nil {
				return err
			}
			for _, a := range []access.Actor{guardian, executive} {
				go func() { _, err := w.Rooms.AgreeOverlay(ctx, a, again); answers <- err }()
			}
			time.Sleep(300 * time.Millisecond)
			return nil
		}))
		must(t, <-answers)
		must(t, <-answers)
		if is := w.Rooms.Follows(w.Concerns.Room, w.Org.ID).Local; is != "ours/1" {
			t.Errorf("both have agreed at once, and %q is followed", is)
		}
	})
}

// A lead who has no command proposes a change in pages, is told by line what is the matter,
// loses nothing that was typed, and two others agree.
func TestAChangeInABrowser(t *testing.T) {
	a := demoApp(t)
	srv := httptest.NewServer(a.Handler())
	t.Cleanup(srv.Close)
	keeper := with(t, a, "governance_lead").Name
	var grantors []string
	orgs, err := a.Directory.Organisations(context.Background())
	must(t, err)
	for _, g := range orgs[0].Grantors {
		p, err := a.Directory.Person(context.Background(), g)
		must(t, err)
		grantors = append(grantors, p.Name)
	}
	chromium := heedtest.Start(t)
	for i, o := range [][]heedtest.Option{{heedtest.Width(heedtest.Desktop)}, {heedtest.Width(360), heedtest.NoScript()}} {
		v := chromium.Visitor(t, srv.URL, o...).As(keeper)
		v.Open("/").Press("See what we do differently").See("Nothing is changed")
		v.Press("Propose a change to concerns").Fill("The file", later).Press("See what would change")
		v.See("There is a problem", "Line 2", "an overlay can shorten a deadline, never lengthen it").SeeWhatITyped()
		file := strings.Replace(sooner, `"version": 1`, fmt.Sprintf(`"version": %d`, i+1), 1)
		v.Fill("The file", file).Press("See what would change").See("Is this what you want to propose?",
			"within 2 working days")
		v.Press("Go back and change this").Press("See what would change").See("within 2 working days").
			Press("Propose this").See("Your change was proposed", "has not answered yet")
		v.DoNotSee("Do you agree?")
		words(chromium.Visitor(t, srv.URL, o...), grantors[0], "concerns", "It counts once everybody has")
		words(chromium.Visitor(t, srv.URL, o...), grantors[1], "concerns", "Everybody has agreed")
		v.Open("/different").See("In force now: ours/").Press("Go back to the process as shipped, for concerns").
			Press("Propose to go back").See("This is so now, and ends")
		v.DoNotSee("Do you agree?").Press("Take it back").See("It was taken back. Nothing has changed", "was taken back.")
		v.Press("Go back to the process as shipped, for concerns").Press("Propose to go back")
		refuser := chromium.Visitor(t, srv.URL, o...).As(grantors[1])
		refuser.Open("/work").See("waits for your answer").Press("Read the change to concerns, and answer it")
		refuser.Open("/different").Press("See the change to concerns that waits").Choose("I refuse it").Press("Send").
			See("Enter why you refuse it").Fill("If you refuse it, why?", "It serves us").Press("Send").See("It was refused")
		v.Open("/different").See("refused the change to concerns", "It serves us")
		v.Press("Go back to the process as shipped, for concerns").Press("Propose to go back")
		words(chromium.Visitor(t, srv.URL, o...), grantors[0], "concerns", "It counts once everybody has")
		words(chromium.Visitor(t, srv.URL, o...), grantors[1], "concerns", "Everybody has agreed")
	}
}

// words has somebody agree to what waits.
func words(v *heedtest.Visitor, who, kind, says string) {
	v.As(who).Open("/different").Press("See the change to "+kind+" that waits").Press("Send").
		See("Select whether you agree").Choose("I have read it, and I agree").
		Fill("If you refuse it, why?", "But only until March").Press("Send").See("Leave this empty if you agree").
		Fill("If you refuse it, why?", "").Press("Send").See(says)
}

// An overlay's name never means two texts, and its version only goes up: whatever was taken off or laid between, and by
// whichever way it comes. Seen to fail: only what was in force was asked.
func TestVersionsOnlyGoUp(t *testing.T) {
	ctx := context.Background()
	world.Each(t, func(w *world.World) {
		of := func(name string, version, days int) directory.Overlay {
			return directory.Overlay{Name: fmt.Sprintf("patient/1+%s/%d", name, version), Text: fmt.Appendf(nil,
				`{"overlay": %q, "version": %d, "on": "patient/1", "days": {"triage": %d}}`, name, version, days)}
		}
		lay := func(l directory.Overlay) {
			w.T.Helper()
			must(t, w.Directory.LayOverlay(ctx, w.Org.ID, l, w.Words()...))
		}
		refused := func(when string, l directory.Overlay, kind fail.Kind) {
			w.T.Helper()
			_, laid := w.Rooms.LayOverlay(ctx, w.Org.ID, l.Text, w.Words()...)
			_, proposed := w.Rooms.ProposeOverlay(ctx, w.As("lead"), l.Text)
			for way, err := range map[string]error{"laid": laid, "proposed": proposed} {
				if at := (&process.NotTaken{}); !fail.Is(err, kind) || !errors.As(err, &at) || at.Line != 1 {
					w.T.Errorf("%s is %s %s: %v", l.Name, way, when, err)
				}
			}
			if err := w.Directory.LayOverlay(ctx, w.Org.ID, l, w.Words()...); !fail.Is(err, kind) {
				w.T.Errorf("%s is laid by the directory %s: %v", l.Name, when, err)
			}
			_, err := w.Directory.Propose(ctx, w.As("lead"), directory.Proposal{On: l.On(), Name: l.Name, Text: l.Text})
			if !fail.Is(err, kind) {
				w.T.Errorf("%s is proposed by the directory %s: %v", l.Name, when, err)
			}
		}
		lay(of("ours", 3, 2))
		must(t, w.Rooms.TakeOverlaysOff(ctx, w.Org.ID, w.Concerns.Room, w.Words()...))
		refused("after a higher was taken off", of("ours", 2, 1), fail.Bad)
		refused("with another text after it was taken off", of("ours", 3, 1), fail.Conflict)
		lay(of("ours", 3, 2)) // what it meant it may mean again
		lay(of("other", 1, 2))
		refused("after another was laid between", of("ours", 2, 2), fail.Bad)
		refused("after another was laid between", of("ours", 3, 1), fail.Conflict)
		lay(of("ours", 4, 1))
	})
}
