package room

import (
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// What stands here is for a room whose faces and rules of who may are its own. The desk
// keeps its rows, lists, duties and what was sent twice, and proves them with the others.

// Keep takes such a room on.
func (d *Desk) Keep(r *Room) {
	r.apart = true
	d.rooms = append(d.rooms, r)
}

// Standing is where the record of a reference stands, by its picture; by its history
// where the picture was changed by SQL. One that is not there, or is another's, is a
// state of no record, and it costs the same to say so.
func (d *Desk) Standing(tx *store.Tx, r *Room, org id.Org, ref id.Reference) (State, error) {
	nothing := State{Org: org, Compartment: r.Compartment}
	row, err := rowByReference(tx, ref)
	switch {
	case fail.Is(err, fail.Missing), err == nil && (row.org != org || row.room != r.Number):
		if key, err := d.Vault.Key(tx, org, org.Record()); err == nil {
			_, _ = key.Open(StateField, 0, nil)
		}
		return nothing, nil
	case err != nil:
		return nothing, err
	}
	s, _, err := d.open(row)
	if fail.Is(err, fail.Tampered) {
		d.Log.Error("where a record stands was changed outside the program", "record", row.record.String(), "room", r.Name)
		if ours, err := d.Ledger.Belongs(tx, row.record, org); err != nil || !ours {
			return nothing, err
		}
		is, gone := d.proved(tx, row.org, row.record)
		s, err = is.State, gone
	}
	switch {
	case fail.Is(err, fail.Gone):
		return nothing, nil
	case err == nil && s.Reference != ref:
		return nothing, fail.New(fail.Tampered, wordsDamaged)
	case err == nil && s.Compartment != r.Compartment:
		return nothing, nil
	}
	return s, err
}

// Begun writes the rows and the duty of a new record.
func (d *Desk) Begun(tx *store.Tx, r *Room, key *vault.Key, s *State) error {
	if err := d.begin(tx, r, key, s); err != nil {
		return err
	}
	return d.remind(tx, s)
}

// Moved brings rows and duty of a record from where it stood to where it stands.
func (d *Desk) Moved(tx *store.Tx, r *Room, key *vault.Key, was, is *State) error {
	row, err := rowByRecord(tx, is.Record)
	if fail.Is(err, fail.Missing) || err == nil && row.version != was.Version {
		return fail.New(fail.Tampered, "The lists do not match the record")
	}
	if err != nil {
		return err
	}
	if err := d.move(tx, r, key, was, is, row.made); err != nil {
		return err
	}
	return d.remind(tx, is)
}

// Wipe takes away what lists, duties and retries hold of a record that is erased.
func (d *Desk) Wipe(tx *store.Tx, rec id.Record) error {
	if err := wipe(tx, rec); err != nil {
		return err
	}
	return d.Jobs.Cancel(tx, dueName(rec))
}

// WipeKept is Wipe in a restored database, whose lists and duties are made anew after it
// and may not be there yet.
func (d *Desk) WipeKept(tx *store.Tx, rec id.Record) error {
	if err := wipeKept(tx, rec); err != nil {
		return err
	}
	return d.Jobs.Cancel(tx, dueName(rec))
}

// Asking is one page of a list, as a room with rules of its own asks for it.
type Asking struct {
	Query
	Of    access.Actor  // whose list it is
	Act   access.Action // what access is asked, for the one who reads it
	Until time.Time     // only what is due until then; zero: all
}

// Rows gives the rows of a page, and the cursor of the next.
func (d *Desk) Rows(tx *store.Tx, a access.Actor, r *Room, q Asking) ([]Row, string, error) {
	l, of, err := d.readingOf(tx, r, q)
	if err != nil {
		return nil, "", err
	}
	of.claims = in(q.Act, func(s *State) bool { return Listed(l, s, q.Of, tx.Now()) })
	return d.rows(tx, a, of, q.Query)
}

func (d *Desk) readingOf(tx *store.Tx, r *Room, q Asking) (l process.List, of reading, err error) {
	l, ok := r.Latest().List(q.List)
	if !ok {
		return l, of, fail.New(fail.Missing, "Page not found")
	}
	key, err := d.Directory.ListKey(tx, q.Of.Org)
	whose := ownerOf(l.Of, q.Of.Org, q.Of.Team, q.Of.Person)
	of = reading{name: r.Name + "." + l.ID, tags: []Tag{tagOf(key, r.Name, r.Compartment, base(r.Latest(), l), whose)},
		newest: l.Order == orderNewest, until: untilOf(l, tx.Now())}
	if !q.Until.IsZero() {
		of.until = clock.Micros(q.Until)
	}
	return l, of, err
}
