package concern

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// rule is what the process cannot say, since it compares a step with what was said
// in another one.
func rule(x room.Deciding) error {
	var f fail.Fields
	fault := func(is bool, name, words string) {
		if is {
			f.Add(name, words)
		}
	}
	says, c := x.Answers.Get, x.Now
	switch x.Step {
	case process.Raise:
		fault(says("about") == string(Colleague), "about", "A concern about a colleague goes by a separate route: "+
			"ring the person named there")
	case process.Assign:
		fault(says("owner") == c.Owner.String(), "owner", "Select somebody other than the person who has it now")
	case process.DecideSharing:
		fault(x.Outcome == process.Share && says("consent") != "given" && says("common_law") == "consent", "common_law",
			"Select a basis other than consent: consent was not given")
	case process.AskAdvice:
		to := map[string]string{"police_prevent_lead": "police_prevent", "other": "other"}[says("of")] // who is outside
		fault(x.Outcome == process.Identified && to != "" && !slices.Contains(c.Kept["decide_sharing.to"].List, to), "of",
			"The sharing decision does not name them: ask without words that identify the person, or decide again")
	case process.Refer:
		fault(says("day") < workday.Of(c.Last[process.DecideSharing].At).String(), "day",
			"When it was sent must be the day of the sharing decision or later")
	case process.RecordTold:
		fault(x.Outcome == process.ToldAcknowledged && says("day") < c.Kept.Get("refer.day"), "day",
			"When they told you must be the day when the referral was sent or later")
	}
	return f.Err()
}

// finds adds to a step what only the desk can find out.
func (d *Desk) finds(tx *store.Tx, f room.Finding, ev *room.Event) error {
	own := f.Act == access.AddToOwn
	if own && f.Was.AddedSince(tx.Now().Add(-24*time.Hour)) >= additionsADay {
		return fail.New(fail.Conflict, "You have added to this %s within a day. Ring your safeguarding team",
			plain.Count(additionsADay, "time", "times"))
	}
	ev.Effect.Adds = own
	// What the raiser adds is nobody's look at it, and that somebody is to be kept from it is not told.
	ev.Effect.Looked = !own && !process.KeepsOut(ev.Step)
	if ev.Step == process.GiveFeedback && !f.Was.By.IsZero() {
		raiser, err := d.Directory.PersonIn(tx, f.Was.By)
		if err != nil {
			return err
		}
		ev.Effect.Unread = raiser.Left
	}
	return nil
}
