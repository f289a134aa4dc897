package room

import (
	"context"
	"errors"
	"slices"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
)

// An overlay that is proposed in a page is read like any other: when it is proposed, when it
// is shown to whoever is asked to agree, and again when it is agreed to.

// Kept are all kinds of record, those too whose faces are their own.
func (d *Desk) Kept() []*Room { return slices.Clone(d.rooms) }

// Proposal is what waits for a word, with what it would change.
type Proposal struct {
	directory.Proposal
	Room        *Room
	On          *process.Definition
	Now, Would  *process.Definition // what is followed now, and would be
	Starts      []string            // what it would change that is not so now
	Ends        []string            // and what would not be so any more
	Fingerprint string
	NotTaken    error // why this version of Heed does not take it; nil when it does
}

// changes says what would be otherwise than it is now.
func changes(shipped, now, would *process.Definition) (starts, ends []string) {
	was, is := now.Changes(shipped), would.Changes(shipped)
	return except(is, was), except(was, is)
}

func except(all, those []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(those, s) })
}

// Draft is what a file would change, as it may be proposed, or is *process.NotTaken.
func (d *Desk) Draft(ctx context.Context, org id.Org, raw []byte) (p Proposal, err error) {
	out, err := d.ReadOverlay(ctx, org, raw)
	if err != nil {
		return p, err
	}
	o, err := d.Directory.Organisation(ctx, org)
	if err != nil {
		return p, err
	}
	p = Proposal{Room: out.Room, On: out.On, Now: d.followed(out.Room, out.On, o), Would: out.Becomes}
	p.Proposal = directory.Proposal{On: out.On.Name(), Name: out.Becomes.Name(), Text: raw}
	p.Starts, p.Ends = changes(p.On, p.Now, p.Would)
	return p, nil
}

// Waiting is what waits by its fingerprint, read anew: what this program would not take
// cannot be agreed to. It can be refused, or nothing else could be proposed for as long as it waits.
func (d *Desk) Waiting(ctx context.Context, org id.Org, fingerprint string) (p Proposal, err error) {
	o, err := d.Directory.Organisation(ctx, org)
	if err != nil {
		return p, err
	}
	held, err := o.Waiting(fingerprint, d.Clock.Now())
	if err != nil {
		return p, err
	}
	var at *process.NotTaken
	if !held.Off {
		if p, err = d.Draft(ctx, org, held.Text); errors.As(err, &at) {
			p.NotTaken, err = err, nil
		}
	} else if r, def := d.definition(held.On); def != nil {
		p = Proposal{Room: r, On: def, Now: d.followed(r, def, o), Would: def}
		p.Starts, p.Ends = changes(def, p.Now, def)
	} else {
		p.NotTaken = fail.New(fail.Conflict, "This version of Heed does not know %s", held.On)
	}
	p.Proposal, p.Fingerprint = held, fingerprint
	return p, err
}

// ProposeOverlay has what a file changes wait for the word of the grantors.
func (d *Desk) ProposeOverlay(ctx context.Context, a access.Actor, raw []byte) (fingerprint string, err error) {
	if err := d.mayPropose(a); err != nil {
		return "", err
	}
	p, err := d.Draft(ctx, a.Org, raw)
	if err != nil {
		return "", err
	}
	return d.Directory.Propose(ctx, a, p.Proposal)
}

// ProposeOff has it wait that what lies on a definition is taken off.
func (d *Desk) ProposeOff(ctx context.Context, a access.Actor, on string) (fingerprint string, err error) {
	if err := d.mayPropose(a); err != nil {
		return "", err
	}
	o, err := d.Directory.Organisation(ctx, a.Org)
	if err != nil {
		return "", err
	}
	l, ok := o.InForce(on)
	if !ok {
		return "", fail.New(fail.Conflict, "Nothing lies on %s: it is followed as it is shipped", on)
	}
	return d.Directory.Propose(ctx, a, directory.Proposal{On: on, Name: l.Name, Off: true})
}

func (d *Desk) mayPropose(a access.Actor) error {
	res := access.Function(a.Org)
	return d.Policy.Decide(a, access.ProposeOverlay, res, access.Context{}).Err(res)
}

// AgreeOverlay is a grantor's yes to what they saw; done says that it counts now.
func (d *Desk) AgreeOverlay(ctx context.Context, a access.Actor, fingerprint string) (done bool, err error) {
	if err := d.mayPropose(a); err != nil {
		return false, err
	}
	p, err := d.Waiting(ctx, a.Org, fingerprint)
	if err == nil {
		err = p.NotTaken
	}
	if err != nil {
		return false, err
	}
	return d.Directory.Agree(ctx, a, fingerprint)
}
