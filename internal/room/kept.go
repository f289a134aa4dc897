package room

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
)

// What stands here is for a room whose faces and rules of who may are its own. The desk
// keeps its rows, lists, duties and what was sent twice, and proves them with the others.

// Keep takes such a room on, which says that it is Apart.
func (d *Desk) Keep(r *Room) error {
	if err := among(r, append(slices.Clone(d.rooms), r), d.rooms); err != nil {
		return err
	}
	d.rooms = append(d.rooms, r)
	return nil
}

// Standing is where the record of a reference stands, as a room's own rules ask; a state
// of no record where there is none.
func (d *Desk) Standing(tx *store.Tx, r *Room, org id.Org, ref id.Reference) (State, error) {
	f, err := d.standing(tx, r, org, ref)
	return f.state, err
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
		newest: l.Order == orderNewest, until: untilOf(l, tx.Now()), today: l.Today, plain: l.Sent}
	if !q.Until.IsZero() {
		of.until = clock.Micros(q.Until)
	}
	return l, of, err
}
