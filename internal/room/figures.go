package room

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// A period is closed as of the end of this many days after it, whenever that is done, so
// that whoever closes it counts the same. It is done an hour later: what was begun by then
// is written by then.
const (
	daysToClose = 7
	settles     = time.Hour
)

// form is how this program counts. What an older one closed is counted again; see again.
const form = 1

// Closing is a count of one period that is over: what stands in the entry.
type Closing struct {
	Room       string         `json:"room"`
	Period     workday.Period `json:"period"`
	Edition    int            `json:"edition"`             // from 1
	Withdrawn  bool           `json:"withdrawn,omitempty"` // its time had not come; said by an entry of its own
	Form       int            `json:"form"`
	Definition string         `json:"definition"` // by whose figures it was counted
	AsOf       time.Time      `json:"as_of"`
	Late       int64          `json:"late,omitempty"`   // how many events were written since the edition before
	Records    int64          `json:"records"`          // that had begun by then
	Erased     int64          `json:"erased,omitempty"` // of any compartment: nothing says of which they were
	Cells      []Cell         `json:"cells"`
}

// Cell is one number of a figure.
type Cell struct {
	Figure string `json:"figure"`
	Column string `json:"column"`
	N      int64  `json:"n"`
}

// Counted are the rooms that have figures.
func (d *Desk) Counted() []*Room {
	return slices.DeleteFunc(slices.Clone(d.rooms), func(r *Room) bool { return len(r.Latest().Figures) == 0 })
}

// countedAt is as of when a period is counted.
func countedAt(p workday.Period) time.Time {
	_, last, _ := p.Bounds()
	return last.Add(daysToClose).End().UTC()
}

// ClosePeriods counts what is over and was not closed yet, in every organisation and room,
// and what was written late into periods that are closed. What is damaged stops its own room
// in its own organisation: the others are closed, and the error names each that is not.
func (d *Desk) ClosePeriods(ctx context.Context, rest func(context.Context, time.Duration)) (done int, err error) {
	orgs, err := d.Directory.Organisations(ctx)
	if err != nil {
		return 0, err
	}
	var amiss []error
	for _, o := range orgs {
		for _, r := range d.Counted() {
			n, err := d.closeOf(ctx, o, r, rest)
			done += n
			switch {
			case ctx.Err() != nil:
				return done, ctx.Err()
			case err != nil:
				amiss = append(amiss, fmt.Errorf("close the figures of room %s: %w", r.Name, err))
			}
		}
	}
	return done, errors.Join(amiss...)
}

// timeCome is until when periods may be closed, and after when none can be. A clock that is
// ahead is not believed alone: an entry was written by then. While people work by it nothing
// tells it from a right one; it is put right once the clock is (withdraw).
func (d *Desk) timeCome(ctx context.Context) (come, never time.Time, err error) {
	come, never = d.Clock.Now().Add(-settles), d.Clock.Now()
	last, err := d.Ledger.Newest(ctx)
	if last.Before(come) {
		come = last
	}
	if last.After(never) {
		never = last
	}
	return come, never, err
}

// closeOf closes the periods of one room in one pass over its records.
func (d *Desk) closeOf(ctx context.Context, o directory.Organisation, r *Room,
	rest func(context.Context, time.Duration)) (int, error) {
	had, err := editions(o, r)
	if err != nil {
		return 0, err
	}
	come, never, err := d.timeCome(ctx)
	if err != nil {
		return 0, err
	}
	early, err := d.unerased(ctx, o.ID, r, earlyOf(had, never), rest)
	if err != nil {
		return 0, err
	}
	if len(early) > 0 {
		return 0, d.withdraw(ctx, o.ID, r, early)
	}
	asks := due(r, o, had, come)
	if len(asks) == 0 {
		return 0, nil
	}
	there, err := d.Ledger.Heads(ctx, r.Number, o.ID)
	if err != nil {
		return 0, err
	}
	n, err := d.countRecords(ctx, o.ID, r, asks, rest)
	if err != nil {
		return 0, err
	}
	if n < there { // what is hidden now would be left out for good
		return 0, fail.New(fail.Tampered, "%d of %d %s cannot be found by their first entries: they have been damaged or "+
			"changed outside Heed", there-n, there, r.Many)
	}
	done := 0
	err = d.again(ctx, func(tx *store.Tx) error {
		done = 0
		o, err := d.Directory.OrganisationIn(tx, o.ID)
		if err != nil {
			return err
		}
		had, err := editions(o, r)
		if err != nil {
			return err
		}
		for _, a := range asks {
			n, err := d.close(tx, o, r, had, a)
			if err != nil {
				return err
			}
			done += n
		}
		return nil
	})
	return done, err
}

// mostWithdrawn is how many editions of one period are: of several machines whose clocks
// differ by days each would undo for ever what the other did.
const mostWithdrawn = 3

// earlyOf are the editions as of a time that has not come: a clock was ahead.
func earlyOf(had []Closing, never time.Time) (out []Closing) {
	withdrawn := map[workday.Period]int{}
	for _, e := range had {
		if e.Withdrawn {
			withdrawn[e.Period]++
		} else if e.AsOf.After(never) && withdrawn[e.Period] < mostWithdrawn {
			out = append(out, e)
		}
	}
	return out
}

// unerased are the editions since which nothing of what they counted was erased. Another stays:
// its clock was right, perhaps, and it is today's that is behind; counted anew it would lose
// what was erased since, and what differs would tell what that record held.
func (d *Desk) unerased(ctx context.Context, org id.Org, r *Room, early []Closing,
	rest func(context.Context, time.Duration)) (out []Closing, err error) {
	asks := make([]*ask, 0, len(early))
	for _, e := range early {
		by, err := r.Definition(e.Definition)
		if err != nil {
			continue // of a newer program, which withdraws it itself
		}
		asks = append(asks, &ask{period: e.Period, by: by, until: e.AsOf})
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, nil
	}
	if _, err := d.countRecords(ctx, org, r, slices.Clone(asks), rest); err != nil { // which sorts them
		return nil, err
	}
	for i := len(out) - 1; i >= 0; i-- {
		if asks[i].erased != out[i].Erased {
			out = slices.Delete(out, i, i+1)
		}
	}
	return out, nil
}

// withdraw writes that editions were closed before their time: each period is closed anew,
// with all that was written until then, when it has come.
func (d *Desk) withdraw(ctx context.Context, org id.Org, r *Room, early []Closing) error {
	return d.again(ctx, func(tx *store.Tx) error {
		o, err := d.Directory.OrganisationIn(tx, org)
		if err != nil {
			return err
		}
		had, err := editions(o, r)
		if err != nil {
			return err
		}
		for _, e := range early {
			if slices.ContainsFunc(had, func(x Closing) bool { return x.is(e) && x.Withdrawn }) { // another program did
				continue
			}
			err := d.Directory.ClosePeriod(tx, org, Closing{Room: r.Name, Period: e.Period, Edition: e.Edition,
				Withdrawn: true, Form: form, Definition: e.Definition, AsOf: e.AsOf})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// is says whether two entries speak of the same edition.
func (e Closing) is(other Closing) bool {
	return e.Period == other.Period && e.Edition == other.Edition
}

// due are the periods to be closed, and those closed before, to which something may have
// been added since: all as of the last moment at which a period closes.
func due(r *Room, o directory.Organisation, had []Closing, now time.Time) (asks []*ask) {
	def, last := r.Latest(), time.Time{}
	seen := map[workday.Period]bool{}
	for _, f := range def.Figures {
		for p := f.PeriodOf(workday.Of(o.Opened)); !countedAt(p).After(now); p = p.Next() {
			if _, closed := latest(had, p); closed || seen[p] {
				continue
			}
			seen[p] = true
			asks = append(asks, &ask{period: p, by: def, figures: figuresOf(def, p), until: countedAt(p), stands: countedAt(p)})
			if countedAt(p).After(last) {
				last = countedAt(p)
			}
		}
	}
	if len(asks) == 0 {
		return nil
	}
	for _, e := range had {
		now, closed := latest(had, e.Period)
		by, err := r.Definition(e.Definition)
		if err != nil || !closed || now.Edition != e.Edition {
			continue
		}
		a := &ask{period: e.Period, by: by, figures: figuresOf(by, e.Period), stands: countedAt(e.Period)}
		switch {
		case e.Form < form:
			a.until = e.AsOf
		case e.Form == form && e.AsOf.Before(last):
			a.after, a.until = e.AsOf, last
		default: // up to date, or a newer program's, which adds what is late itself
			continue
		}
		asks = append(asks, a)
	}
	return asks
}

// latest is the last edition of a period that stands; closed is false where there is none.
func latest(had []Closing, p workday.Period) (last Closing, closed bool) {
	for _, e := range had {
		if e.Period == p && !e.Withdrawn && e.Edition > last.Edition {
			last, closed = e, true
		}
	}
	return last, closed
}

// editions are all that were closed of a room, oldest first.
func editions(o directory.Organisation, r *Room) (out []Closing, err error) {
	for _, raw := range o.Closed() {
		var e Closing
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("read figures: %w", err)
		}
		switch i := slices.IndexFunc(out, e.is); {
		case e.Room != r.Name:
		case e.Withdrawn && i >= 0:
			out[i].Withdrawn = true
		default:
			out = append(out, e)
		}
	}
	return out, nil
}

// countRecords goes once through the room's records of an organisation, and says how many
// there are.
func (d *Desk) countRecords(ctx context.Context, org id.Org, r *Room, asks []*ask,
	rest func(context.Context, time.Duration)) (n int64, err error) {
	for _, a := range asks {
		a.cells = map[cellName]int64{}
	}
	slices.SortStableFunc(asks, func(a, b *ask) int { return cmp.Compare(a.by.Version, b.by.Version) })
	err = d.Ledger.Histories(ctx, r.Number, org, rest, func(p ledger.Past) error {
		n++
		return counts(asks, r.Compartment, p)
	})
	return n, err
}

// close writes one period, unless another program did, or there is nothing to say anew.
func (d *Desk) close(tx *store.Tx, o directory.Organisation, r *Room, had []Closing, a *ask) (int, error) {
	before, closed := latest(had, a.period)
	e := Closing{Room: r.Name, Period: a.period, Edition: 1, Form: form, Definition: a.by.Name(), AsOf: a.until,
		Records: a.records, Erased: a.erased, Cells: a.table()}
	for _, x := range had {
		if x.Period == a.period {
			e.Edition = max(e.Edition, x.Edition+1)
		}
	}
	switch {
	case !closed:
	case a.after.IsZero():
		if !before.countedAgain(a) {
			return 0, nil
		}
	default:
		for _, n := range a.cells {
			e.Late += n
		}
		if e.Late == 0 || !before.AsOf.Equal(a.after) {
			return 0, nil
		}
		e.Records, e.Erased = before.Records+a.records, before.Erased // what was erased since was counted when it was there
		e.Cells = before.with(a.cells)
	}
	return 1, d.Directory.ClosePeriod(tx, o.ID, e)
}

// countedAgain says whether an edition that an older program counted otherwise has another
// beside it, as of the same moment. Once a record was erased it has none: what differs
// between the two would tell what that record held.
func (e Closing) countedAgain(a *ask) bool {
	return e.Form < form && e.AsOf.Equal(a.until) && e.Erased == a.erased
}

// table is every column of every figure, in the definition's order.
func (a *ask) table() (out []Cell) {
	for _, f := range a.figures {
		for _, c := range f.Columns(a.by) {
			out = append(out, Cell{f.ID, c.ID, a.cells[cellName{f.ID, c.ID}]})
		}
	}
	return out
}

// with are the cells of an edition and what came late.
func (e Closing) with(late map[cellName]int64) []Cell {
	out := slices.Clone(e.Cells)
	for i, c := range out {
		out[i].N += late[cellName{c.Figure, c.Column}]
	}
	return out
}
