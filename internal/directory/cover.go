package directory

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Cover is that one person looks after what another has who is away. It runs by the day
// alone: nothing starts or ends it but time, or an entry that ends it early.
type Cover struct {
	Of          int64       // the version of the organisation's record that arranged it
	Person      id.Person   // who is away
	By          id.Person   // who covers
	From, Until workday.Day // whole days, both included
	ended       bool
}

// Runs says whether the cover stands at a time.
func (c Cover) Runs(at time.Time) bool {
	return !c.ended && !at.Before(c.From.Start()) && !at.After(c.Until.End())
}

func (c Cover) over(today workday.Day) bool { return c.ended || c.Until.Before(today) }

// coverArranged and coverEnded stand in the organisation's own record.
type coverArranged struct {
	Person id.Person   `json:"person"`
	By     id.Person   `json:"by"`
	From   workday.Day `json:"from"`
	Until  workday.Day `json:"until"`
}

type coverEnded struct {
	Of int64 `json:"of"`
}

// cover folds a cover that was arranged; those that were over by then are not kept.
func (o *Organisation) cover(e coverArranged, of int64, at time.Time) {
	o.covers = slices.DeleteFunc(slices.Clone(o.covers), func(c Cover) bool { return c.over(workday.Of(at)) })
	o.covers = append(o.covers, Cover{Of: of, Person: e.Person, By: e.By, From: e.From, Until: e.Until})
}

func (o *Organisation) endCover(of int64) {
	o.covers = slices.Clone(o.covers)
	for i := range o.covers {
		o.covers[i].ended = o.covers[i].ended || o.covers[i].Of == of
	}
}

// Covers are those that run or are to come, in the order in which they were arranged.
func (o Organisation) Covers(now time.Time) []Cover {
	return slices.DeleteFunc(slices.Clone(o.covers), func(c Cover) bool { return c.over(workday.Of(now)) })
}

// Shared are the roles in which one person can have the place of another: those that both
// hold, in one team where the role is of a team. A worker has nothing that is covered.
func Shared(p, by Person) (out []Grant) {
	for _, g := range by.Grants {
		its, ok := p.grant(g.Role)
		if ok && privileged(g.Role) && (!g.Role.OfTeam() || its.Team == g.Team) && !p.Left && !by.Left && p.Org == by.Org {
			out = append(out, g)
		}
	}
	return out
}

// Stands are the covers by which an actor has somebody's place now, in the role that they
// are in. Whom somebody else covers for is none of theirs: places are not handed on.
type Stands []Cover

// For is the cover for somebody.
func (all Stands) For(p id.Person) (Cover, bool) {
	i := slices.IndexFunc(all, func(c Cover) bool { return c.Person == p })
	if i < 0 {
		return Cover{}, false
	}
	return all[i], true
}

// StandsFor gives the covers by which an actor has somebody's place now.
func (d *Desk) StandsFor(tx *store.Tx, a access.Actor) (out Stands, err error) {
	if a.Person.IsZero() {
		return nil, nil
	}
	err = d.running(tx, a.Org, func(c Cover) bool { return c.By == a.Person }, func(c Cover, shared []Grant) {
		if slices.ContainsFunc(shared, func(g Grant) bool { return g.Role == a.Role && g.Team == a.Team }) {
			out = append(out, c)
		}
	})
	return out, err
}

// StandIns are who covers for somebody now, in each role in which they do.
func (d *Desk) StandIns(tx *store.Tx, org id.Org, p id.Person) (out []access.Actor, err error) {
	err = d.running(tx, org, func(c Cover) bool { return c.Person == p }, func(c Cover, shared []Grant) {
		for _, g := range shared {
			out = append(out, access.Actor{Person: c.By, Org: org, Role: g.Role, Team: g.Team, MFA: true})
		}
	})
	return out, err
}

// running gives fn the covers that run now, with the roles in which they do. One of somebody
// whose account is damaged does not run, and holds up nothing else.
func (d *Desk) running(tx *store.Tx, org id.Org, is func(Cover) bool, fn func(Cover, []Grant)) error {
	o, err := d.organisation(tx, org)
	if err != nil {
		return err
	}
	for _, c := range o.covers {
		if !is(c) || !c.Runs(tx.Now()) {
			continue
		}
		both, _, err := d.sound(tx, []id.Person{c.Person, c.By})
		if err != nil {
			return err
		}
		if len(both) == 2 {
			fn(c, Shared(both[0], both[1]))
		}
	}
	return nil
}

// WithRoles are those who hold a role beyond that of a worker.
func (d *Desk) WithRoles(tx *store.Tx, org id.Org) (out []Person, err error) {
	for _, role := range access.Roles() {
		if !privileged(role) {
			continue
		}
		holders, err := d.Holders(tx, org, role, id.Team{})
		if err != nil {
			return nil, err
		}
		for _, x := range holders {
			if !slices.ContainsFunc(out, func(y Person) bool { return y.ID == x.ID }) {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

// Alike says whether somebody holds a role, beyond that of a worker, that an actor acts in.
func (d *Desk) Alike(tx *store.Tx, a access.Actor, p id.Person) (bool, error) {
	both, _, err := d.sound(tx, []id.Person{p, a.Person})
	if err != nil || len(both) != 2 {
		return false, err
	}
	return slices.ContainsFunc(Shared(both[0], both[1]), func(g Grant) bool { return g.Role == a.Role }), nil
}

// InTeam says whether somebody holds a role of a team in it.
func (p Person) InTeam(t id.Team) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role.OfTeam() && g.Team == t })
}

// Gone are those who held a role and have left: what they had waits for its role.
func (d *Desk) Gone(tx *store.Tx, org id.Org, role access.Role) (out []id.Person, err error) {
	if !privileged(role) {
		return nil, nil
	}
	held, err := mayHold(tx, org, role)
	if err != nil {
		return nil, err
	}
	all, _, err := d.sound(tx, held)
	for _, p := range all {
		if p.Left && p.Org == org {
			out = append(out, p.ID)
		}
	}
	return out, err
}

// longestCover is a year: whoever is away for longer hands over what they have.
const longestCover = 366

// faultsOfCover says what is wrong with a cover, to each answer.
func faultsOfCover(o Organisation, away, by Person, c Cover, now time.Time) fail.Fields {
	var f fail.Fields
	today := workday.Of(now)
	if away.Left || away.Org != o.ID {
		f.Add("person", "Select somebody who works here: what somebody had who has left is handed over")
	}
	if away.ID == by.ID || len(Shared(away, by)) == 0 {
		f.Add("by", "Select somebody else of the same role, and of the same team where the role is of a team")
	}
	switch first := (Cover{From: c.From, Until: c.From.Add(longestCover - 1)}); {
	case c.From.Before(today):
		f.Add("from", "The first day away must be today or later")
	case c.Until.Before(c.From):
		f.Add("until", "The last day away must be the first day or later")
	case first.Until.Before(c.Until):
		f.Add("until", "The last day away must be within a year of the first. Hand over what they have instead")
	}
	for _, x := range o.Covers(now) {
		if x.Person == c.Person && !x.Until.Before(c.From) && !c.Until.Before(x.From) {
			f.Add("from", "Somebody covers for them from "+x.From.Words()+" until "+x.Until.Words()+" already. "+
				"Enter other days, or end that cover first")
		}
	}
	return f
}

// ArrangeCover writes into the organisation's record that somebody covers for another.
// Arranged again as it stands it is arranged once: then nothing is written.
func (d *Desk) ArrangeCover(tx *store.Tx, org id.Org, by ledger.Author, c Cover) (written bool, err error) {
	o, err := d.organisation(tx, org)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(o.covers, func(x Cover) bool { c.Of = x.Of; return x == c }) {
		return false, nil
	}
	away, err := d.colleague(tx, org, c.Person)
	if err != nil {
		return false, err
	}
	other, err := d.colleague(tx, org, c.By)
	if err != nil {
		return false, err
	}
	if err := faultsOfCover(o, away, other, c, tx.Now()).Err(); err != nil {
		return false, err
	}
	return true, d.noteIn(tx, org, by, func(Organisation) ledger.Event {
		return ledger.Event{Kind: kindCoverArranged, Data: coverArranged{c.Person, c.By, c.From, c.Until}}
	})
}

// colleague is somebody of the organisation; nobody when there is none.
func (d *Desk) colleague(tx *store.Tx, org id.Org, p id.Person) (Person, error) {
	got, err := d.personIn(tx, p)
	if fail.Is(err, fail.Missing) || err == nil && got.Org != org {
		return Person{}, nil
	}
	return got, err
}

// EndCover writes that a cover ends now. One that is over stays as it is.
func (d *Desk) EndCover(tx *store.Tx, org id.Org, by ledger.Author, of int64) error {
	return d.noteIn(tx, org, by, func(Organisation) ledger.Event {
		return ledger.Event{Kind: kindCoverEnded, Data: coverEnded{of}}
	})
}
