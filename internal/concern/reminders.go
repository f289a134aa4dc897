package concern

import (
	"context"
	"fmt"
	"sync"
	"time"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/store"
)

// jobDue is the one duty that each open concern has: look at what is due and
// tell whoever must act. Its name is the record, so that asking twice is asking once.
const jobDue = "concern-due"

// The notices. None has a personal word; see jobs. Word that somebody opened a
// record with a reason is a notice like any other: the mail says no more.
const (
	mailWaiting = jobs.Waiting
	mailAnswer  = jobs.Answer
	mailOverdue = jobs.Overdue
	mailGlass   = jobs.Waiting
)

func dutyName(rec id.Record) string { return jobDue + ":" + rec.String() }

// duty is the job that the concern asks for; ok is false when no deadline runs.
func (c *Concern) duty() (j jobs.Job, ok bool) {
	next, ok := c.NextDue()
	return jobs.Job{Name: dutyName(c.Record), Kind: jobDue, Org: c.Org, Record: c.Record, Due: next.At}, ok
}

// remind sets the concern's duty to its earliest open deadline, or ends it.
func (d *Desk) remind(tx *store.Tx, c *Concern) error {
	j, ok := c.duty()
	if !ok {
		return d.Jobs.Cancel(tx, j.Name)
	}
	return d.Jobs.Put(tx, j)
}

// due is what the duty does: the owner is told; a deadline that is a working day
// over tells everybody who leads the team, and the Caldicott Guardian.
func (d *Desk) due(_ context.Context, tx *store.Tx, j jobs.Job) error {
	c, _, err := d.load(tx, j.Org, j.Record)
	if fail.Is(err, fail.Gone) {
		return nil
	}
	if err != nil {
		return err
	}
	next, ok := c.NextDue()
	if !ok {
		return nil
	}
	due := next.At
	if tx.Now().Before(due) { // moved meanwhile
		return d.remind(tx, c)
	}
	if err := d.notify(tx, c.Owner, c.Org, mailOverdue); err != nil {
		return err
	}
	if tx.Now().Sub(due) >= lateAfter {
		if err := d.escalate(tx, c); err != nil {
			return err
		}
	}
	again := jobs.Job{Name: j.Name, Kind: jobDue, Org: c.Org, Record: c.Record, Due: tx.Now().Add(24 * time.Hour)}
	return d.Jobs.Put(tx, again)
}

// lateAfter is how long a duty is overdue before the Guardian is told.
const lateAfter = 24 * time.Hour

func (d *Desk) escalate(tx *store.Tx, c *Concern) error {
	for _, role := range []access.Role{access.Lead, access.CaldicottGuardian} {
		team := c.Team
		if role == access.CaldicottGuardian {
			team = id.Team{}
		}
		who, err := d.Directory.Holders(tx, c.Org, role, team)
		if err != nil {
			return err
		}
		for _, p := range who {
			if c.Has(p.ID) {
				continue
			}
			if err := d.notify(tx, p.ID, c.Org, mailOverdue); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) notify(tx *store.Tx, to id.Person, org id.Org, template string) error {
	if to.IsZero() {
		return nil
	}
	return d.Jobs.Mail(tx, jobs.Mail{To: to, Org: org, Template: template})
}

// routes remembers for a short while who leads a team. It only says where a new
// concern goes first; it gives nobody a right.
type routes struct {
	mu   sync.Mutex
	lead map[routeKey]route
}

// routeKey is a team, and the lead who raises a concern there: it goes to another.
type routeKey struct {
	team   id.Team
	raiser id.Person
}

type route struct {
	person id.Person
	until  time.Time
}

const routeLife = 5 * time.Second

// ownerFor is who a new concern goes to: the first of the team's leads, else any
// lead of the organisation, else the Caldicott Guardian; the raiser only when there
// is nobody else. No concern is without an owner; an organisation with none of them
// cannot take one up and says so.
func (d *Desk) ownerFor(tx *store.Tx, org id.Org, team id.Team, raiser id.Person) (id.Person, error) {
	key := routeKey{team: team}
	p, err := d.routed(tx, org, key)
	if err != nil || p != raiser {
		return p, err
	}
	key.raiser = raiser
	if other, err := d.routed(tx, org, key); !fail.Is(err, fail.Conflict) {
		return other, err
	}
	return p, nil
}

func (d *Desk) routed(tx *store.Tx, org id.Org, key routeKey) (id.Person, error) {
	d.routes.mu.Lock()
	r, ok := d.routes.lead[key]
	d.routes.mu.Unlock()
	if now := tx.Now(); ok && now.Before(r.until) && !now.Before(r.until.Add(-routeLife)) {
		return r.person, nil
	}
	p, err := d.findOwner(tx, org, key.team, func(p id.Person) bool { return p == key.raiser })
	if err != nil {
		return id.Person{}, err
	}
	d.routes.mu.Lock()
	defer d.routes.mu.Unlock()
	if d.routes.lead == nil || len(d.routes.lead) > mostRoutes {
		d.routes.lead = map[routeKey]route{}
	}
	d.routes.lead[key] = route{p, tx.Now().Add(routeLife)}
	return p, nil
}

const mostRoutes = 10_000

// findOwner passes over who must not have it.
func (d *Desk) findOwner(tx *store.Tx, org id.Org, team id.Team, not func(id.Person) bool) (id.Person, error) {
	for _, try := range []struct {
		role access.Role
		team id.Team
	}{{access.Lead, team}, {access.Lead, id.Team{}}, {access.CaldicottGuardian, id.Team{}}} {
		who, err := d.Directory.Holders(tx, org, try.role, try.team)
		if err != nil {
			return id.Person{}, err
		}
		for _, p := range who {
			if !not(p.ID) {
				return p.ID, nil
			}
		}
	}
	return id.Person{}, fail.New(fail.Conflict, "Nobody takes up concerns here yet: ring your safeguarding team")
}

// Leads are those to whom a concern can be given.
func (d *Desk) Leads(ctx context.Context, org id.Org) (out []directory.Person, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		out, err = d.Directory.Holders(tx, org, access.Lead, id.Team{})
		return err
	})
	return out, err
}

// Projection is the list of concerns, made by replay of the ledger.
func (d *Desk) Projection() store.Projection {
	return store.Projection{Name: "concern", Version: 1, Schema: schema, Replay: d.replay}
}

func (d *Desk) replay(ctx context.Context, _ *store.Store) error {
	return d.Ledger.Each(ctx, ledger.Concern, func(tx *store.Tx, e ledger.Entry) error {
		c, key, err := d.load(tx, e.Org, e.Record)
		if err != nil {
			return fmt.Errorf("replay concern: %w", err)
		}
		return insertRow(tx, key, rowOf(c))
	})
}
