package room

import (
	"context"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
)

// jobDue is the one duty that each open record has: look at what is due and tell
// whoever must act. Its name is the record, so that asking twice is asking once.
const jobDue = "room-due"

func dueName(rec id.Record) string { return jobDue + ":" + rec.String() }

// RunDuties asks for the duties that belong to no record. Asking again is asking once.
func (d *Desk) RunDuties(ctx context.Context) error {
	all, err := d.Directory.Organisations(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		return d.Jobs.Put(tx, jobs.Job{Name: jobForget, Kind: jobForget, Org: all[0].ID, Record: all[0].ID.Record(), Due: tx.Now().Add(retryLife)})
	})
}

// after is what follows from a change, in its commit: the duty of the record, and
// notices without a personal word to whoever has it now.
func (d *Desk) after(tx *store.Tx, a access.Actor, was, is *State) error {
	if err := d.remind(tx, is); err != nil {
		return err
	}
	if is.Owner != was.Owner && is.Owner != a.Person {
		return d.notify(tx, is.Owner, is.Org, jobs.Waiting)
	}
	return nil
}

// duty is the job that the record asks for; ok is false when no deadline runs.
func (s *State) duty() (j jobs.Job, ok bool) {
	next, ok := s.NextDue()
	return jobs.Job{Name: dueName(s.Record), Kind: jobDue, Org: s.Org, Record: s.Record, Due: next.At}, ok
}

// remind sets the record's duty to its earliest open deadline, or ends it.
func (d *Desk) remind(tx *store.Tx, s *State) error {
	j, ok := s.duty()
	if !ok {
		return d.Jobs.Cancel(tx, j.Name)
	}
	return d.Jobs.Put(tx, j)
}

// due is what the duty does: the owner is told; what is a working day over tells
// everybody who holds the role that the definition names for it.
func (d *Desk) due(_ context.Context, tx *store.Tx, j jobs.Job) error {
	row, err := rowByRecord(tx, j.Record)
	if fail.Is(err, fail.Missing) {
		return nil // erased
	}
	if err != nil {
		return err
	}
	s, _, err := d.open(row)
	if err != nil {
		return err
	}
	next, ok := s.NextDue()
	if !ok {
		return nil
	}
	if tx.Now().Before(next.At) { // moved meanwhile
		return d.remind(tx, &s)
	}
	if err := d.notify(tx, s.Owner, s.Org, jobs.Overdue); err != nil {
		return err
	}
	if s.Owner.IsZero() || tx.Now().Sub(next.At) >= 24*time.Hour {
		who, err := d.Directory.Holders(tx, s.Org, access.Role(next.Owner), id.Team{})
		if err != nil {
			return err
		}
		for _, p := range who {
			if err := d.notify(tx, p.ID, s.Org, jobs.Overdue); err != nil {
				return err
			}
		}
	}
	j.Due = tx.Now().Add(24 * time.Hour)
	return d.Jobs.Put(tx, j)
}

func (d *Desk) notify(tx *store.Tx, to id.Person, org id.Org, template string) error {
	if to.IsZero() {
		return nil
	}
	return d.Jobs.Mail(tx, jobs.Mail{To: to, Org: org, Template: template})
}
