package concern

import (
	"slices"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// decider is what a step of this organisation is decided by.
func (d *Desk) decider(tx *store.Tx, org id.Org, c *Concern) (room.Decider, error) {
	o, err := d.Directory.OrganisationIn(tx, org)
	if err != nil {
		return room.Decider{}, err
	}
	return room.Decider{Process: o.Process(), Nation: o.Nation, Now: tx.Now(), Known: room.Known(tx, d.Directory, o, &c.State), Rule: c.rule}, nil
}

// rule is what the process cannot say, since it compares a step with what was said
// in another one.
func (c *Concern) rule(x room.Deciding) error {
	var f fail.Fields
	fault := func(is bool, name, words string) {
		if is {
			f.Add(name, words)
		}
	}
	says := x.Answers.Get
	switch x.Step {
	case process.Raise:
		fault(says("about") == string(Colleague), "about", "A concern about a colleague goes by a separate route: ring the person named there")
	case process.Assign:
		fault(says("owner") == c.Owner.String(), "owner", "Select somebody other than the person who has it now")
		to, _ := id.ParsePerson(says("owner"))
		fault(c.Bars.Has(to), "owner", "Select a safeguarding lead of your organisation")
	case process.DecideSharing:
		fault(x.Outcome == process.Share && says("consent") != "given" && says("common_law") == "consent", "common_law",
			"Select a basis other than consent: consent was not given")
	case process.Refer:
		fault(says("day") < workday.Of(c.State.Last[process.DecideSharing].At).String(), "day",
			"When it was sent must be the day of the sharing decision or later")
	case process.RecordTold:
		fault(x.Outcome == process.ToldAcknowledged && says("day") < c.Kept.Get("refer.day"), "day",
			"When they told you must be the day when the referral was sent or later")
	}
	return f.Err()
}

// decide turns a step into its event and the kind of its entry, with what only the desk can find out.
func (d *Desk) decide(tx *store.Tx, f found, a access.Actor, t room.Taking) (ev room.Event, kind string, err error) {
	decider, err := d.decider(tx, f.c.Org, f.c)
	if err != nil {
		return ev, "", err
	}
	alone, asked := false, a
	switch {
	case f.act == access.AddToOwn:
		a.Role = access.Worker // whoever raised it adds as the one who raised it, whatever else they are
		if f.c.additions(tx.Now()) >= additionsADay {
			return ev, "", fail.New(fail.Conflict, "You have added to this %d times within a day. Ring your safeguarding team", additionsADay)
		}
	case f.decision.Rule == access.RuleStandIn:
		a.Role = access.Lead
	default:
		alone = a.Person == f.c.By && access.Decides(f.act) // access allows it only where nobody else is left
	}
	ev, err = decider.Event(f.c.State, a, t.Step, t.Answers, t.Strict)
	if err != nil {
		return ev, "", err
	}
	ev.Effect.Alone, ev.Effect.Looked = alone, looks(f.act, t.Step)
	if t.Step == process.GiveFeedback && !f.c.By.IsZero() {
		raiser, err := d.Directory.PersonIn(tx, f.c.By)
		if err != nil {
			return ev, "", err
		}
		ev.Effect.Unread = raiser.Left
	}
	info, _ := decider.Process.Step(t.Step)
	err = d.barring(tx, f.c, asked, &ev)
	return ev, info.Kind, err
}

// actionOf is what access is asked for a step: the action of the same name. The
// raiser's own note is asked for as such, in whatever role but the lead's, who adds
// notes anyway; a step that an overlay added is asked for as a local step.
func actionOf(s process.Step, a access.Actor, raiser id.Person) access.Action {
	if s == process.AddNote && a.Person == raiser && a.Role != access.Lead {
		return access.AddToOwn
	}
	if act := access.Action(s); slices.Contains(access.RecordActions(), act) {
		return act
	}
	return access.LocalStep
}

// Person is what is known of whom a concern is about, for the top of its pages.
func (c *Concern) Person() (name, age string) {
	of := c.Raised()["person"].Part
	return of.Get("name"), of.Get("age")
}

// said are the answers of a step that the person who raised the concern sees.
func said(info process.StepInfo, a field.Answers) string {
	for _, f := range info.Fields {
		if slices.Contains(f.Sees, "raiser") && !a[f.ID].Empty() {
			return a.Get(f.ID)
		}
	}
	return ""
}
