package room

import (
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/process"
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
		return d.Jobs.Put(tx, jobs.Job{Name: jobForget, Kind: jobForget, Org: all[0].ID, Record: all[0].ID.Record(),
			Due: tx.Now().Add(retryLife)})
	})
}

// after is what follows from a change, in its commit: the duty of the record, and mail
// without a personal word to whoever has a notice of it.
func (d *Desk) after(tx *store.Tx, r *Room, by ledger.Author, ev Event, is *State) error {
	if err := d.remind(tx, r, is); err != nil {
		return err
	}
	for _, n := range is.Notices {
		if n.Of != is.Version {
			continue
		}
		template := jobs.Waiting
		if n.What == NoticeAnswer {
			template = jobs.Answer
		}
		err := error(nil)
		if n.What == NoticeWord { // theirs alone: who covers for them may be the one it is about
			err = d.Notify(tx, n.To, is.Org, template)
		} else {
			err = d.notifyOf(tx, r, is, n.To, by.Person, template)
		}
		if err != nil {
			return err
		}
	}
	if r.After == nil {
		return nil
	}
	return r.After(tx, by, ev, is)
}

// duty is the job that the record asks for; ok is false when nothing is to come.
func (r *Room) duty(s *State) (j jobs.Job, ok bool) {
	at, ok := r.looksAgain(s, time.Time{})
	return jobs.Job{Name: dueName(s.Record), Kind: jobDue, Org: s.Org, Record: s.Record, Due: at}, ok
}

// remind sets the record's duty to its earliest open deadline, or ends it.
func (d *Desk) remind(tx *store.Tx, r *Room, s *State) error {
	j, ok := r.duty(s)
	if !ok {
		return d.Jobs.Cancel(tx, j.Name)
	}
	return d.Jobs.Put(tx, j)
}

// due is what the duty does: it looks at all that is overdue, and again a day later.
func (d *Desk) due(_ context.Context, tx *store.Tx, j jobs.Job) error {
	row, err := rowByRecord(tx, j.Record)
	if fail.Is(err, fail.Missing) {
		return nil // erased
	}
	if err != nil {
		return err
	}
	r, known := d.byNumber(row.room)
	if !known {
		return nil
	}
	s, key, err := d.stands(tx, r, row)
	if err != nil {
		return err
	}
	w := writing{key, row.made, s}
	if lapsed, err := d.lapse(tx, r, w); err != nil || lapsed {
		return err
	}
	if further, err := d.goesFurther(tx, r, w); err != nil || further {
		return err
	}
	if kept, err := d.keptLong(tx, r, w); err != nil || kept {
		return err
	}
	if ended, err := d.itemsEnded(tx, r, w); err != nil || ended {
		return err
	}
	if next, ok := s.NextDue(); ok && !tx.Now().Before(next.At) {
		if err := d.overdue(tx, r, &s); err != nil {
			return err
		}
	}
	at, ok := r.looksAgain(&s, tx.Now())
	if !ok {
		return nil
	}
	if soon := tx.Now().Add(time.Hour); row.made > r.makes() && soon.Before(at) {
		at = soon // a newer program may know of an earlier day
	}
	j.Due = at
	return d.Jobs.Put(tx, j)
}

// overdue tells, once each, whoever must act: the owner of what is overdue, and of each
// duty that is a working day over, or anybody's, those who hold its role in the record's
// team; of one that is a working day over also whom the room names for that. A record is
// told to nobody to whom it is closed.
func (d *Desk) overdue(tx *store.Tx, r *Room, s *State) error {
	o, err := d.Directory.OrganisationIn(tx, s.Org)
	if err != nil {
		return err
	}
	var who []id.Person
	for _, x := range s.Due {
		if x.At.After(tx.Now()) || !tellsNow(o.Nation, x, tx.Now()) {
			continue
		}
		who = append(who, s.Owner)
		var roles []access.Role
		if tx.Now().After(o.Nation.Add(x.Day, 1).End()) {
			roles = r.hearsLate(x, s)
		}
		if anybodys(x, s) {
			roles = append(slices.Clone(roles), access.Role(x.Owner))
		}
		for _, role := range roles {
			holders, err := d.holdersFor(tx, s, role)
			if err != nil {
				return err
			}
			who = append(who, slices.DeleteFunc(holders, func(p id.Person) bool { return !s.isFor(x, p) })...)
		}
	}
	for i, p := range who {
		if slices.Contains(who[:i], p) || s.closedTo(p) {
			continue
		}
		if err := d.notifyOf(tx, r, s, p, id.Person{}, jobs.Overdue); err != nil {
			return err
		}
	}
	return nil
}

// holdersFor are those who hold a role for a record: in its team, where those in the role
// work for one.
func (d *Desk) holdersFor(tx *store.Tx, s *State, role access.Role) (out []id.Person, err error) {
	team := s.Team
	if !role.OfTeam() {
		team = id.Team{}
	}
	all, err := d.Directory.Holders(tx, s.Org, role, team)
	for _, p := range all {
		out = append(out, p.ID)
	}
	return out, err
}

// tellsNow says whether a duty that is overdue is told of today: when it has just
// become so, and then each working day, or after as many as it says.
func tellsNow(nation workday.Nation, x process.Due, now time.Time) bool {
	if now.Sub(x.At) < 24*time.Hour {
		return true
	}
	today := workday.Of(now)
	over := nation.Between(x.Day, today)
	return nation.Working(today) && (x.Every == 0 || over%x.Every == 0 || over == 2) // 2: its role hears first
}

// Notify sends a notice without a personal word.
func (d *Desk) Notify(tx *store.Tx, to id.Person, org id.Org, template string) error {
	if to.IsZero() {
		return nil
	}
	return d.Jobs.Mail(tx, jobs.Mail{To: to, Org: org, Template: template})
}
