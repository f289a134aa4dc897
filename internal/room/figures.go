package room

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
)

// A period is closed as of the end of this many days after it, whenever that is done, so
// that whoever closes it counts the same. It is done an hour later: what was begun by then
// is written by then.
const (
	daysToClose = 7
	settles     = time.Hour
)

// form is how this program counts; another closed what it says otherwise.
const form = 1

// Closing is a count of one period that is over: what stands in the entry.
type Closing struct {
	Room       string         `json:"room"`
	Period     workday.Period `json:"period"`
	Edition    int            `json:"edition"` // from 1
	Form       int            `json:"form"`
	Definition string         `json:"definition"` // by whose figures it was counted
	AsOf       time.Time      `json:"as_of"`
	Late       int64          `json:"late,omitempty"` // how many events were written since the edition before
	Records    int64          `json:"records"`        // of all that had begun by then
	Erased     int64          `json:"erased,omitempty"`
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

// timeCome is until when periods may be closed. A clock that is ahead is not believed alone:
// an entry was written by then.
func (d *Desk) timeCome(ctx context.Context) (time.Time, error) {
	now := d.Clock.Now().Add(-settles)
	last, err := d.Ledger.Newest(ctx)
	if last.Before(now) {
		now = last
	}
	return now, err
}

// closeOf closes the periods of one room in one pass over its records.
func (d *Desk) closeOf(ctx context.Context, o directory.Organisation, r *Room,
	rest func(context.Context, time.Duration)) (int, error) {
	had, err := editions(o, r)
	if err != nil {
		return 0, err
	}
	now, err := d.timeCome(ctx)
	if err != nil {
		return 0, err
	}
	asks := due(r, o, had, now)
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

// due are the periods to be closed, and those closed before, to which something may have
// been added since: all as of the last moment at which a period closes.
func due(r *Room, o directory.Organisation, had []Closing, now time.Time) (asks []*ask) {
	def, last := r.Latest(), time.Time{}
	seen := map[workday.Period]bool{}
	for _, f := range def.Figures {
		for p := f.PeriodOf(workday.Of(o.Opened)); !countedAt(p).After(now); p = p.Next() {
			if _, closed := latest(had, p); !closed && !seen[p] {
				seen[p] = true
				asks = append(asks, &ask{period: p, by: def, figures: figuresOf(def, p), until: countedAt(p), stands: countedAt(p)})
				last = countedAt(p)
			}
			if countedAt(p).After(last) && seen[p] {
				last = countedAt(p)
			}
		}
	}
	if len(asks) == 0 {
		return nil
	}
	for _, e := range had {
		now, _ := latest(had, e.Period)
		if by, err := r.Definition(e.Definition); err == nil && now.Edition == e.Edition && e.AsOf.Before(last) {
			figures := slices.DeleteFunc(figuresOf(by, e.Period), func(f process.Figure) bool { return f.On == "" })
			asks = append(asks, &ask{period: e.Period, by: by, figures: figures, after: e.AsOf, until: last,
				stands: countedAt(e.Period)})
		}
	}
	return asks
}

// latest is the last edition of a period.
func latest(had []Closing, p workday.Period) (last Closing, ok bool) {
	for _, e := range had {
		if e.Period == p && e.Edition > last.Edition {
			last, ok = e, true
		}
	}
	return last, ok
}

// editions are all that were closed of a room, oldest first.
func editions(o directory.Organisation, r *Room) (out []Closing, err error) {
	for _, raw := range o.Closed() {
		var e Closing
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("read figures: %w", err)
		}
		if e.Room == r.Name {
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

// close writes one period, unless another program did, or nothing came late.
func (d *Desk) close(tx *store.Tx, o directory.Organisation, r *Room, had []Closing, a *ask) (int, error) {
	before, closed := latest(had, a.period)
	late := int64(0)
	for _, n := range a.cells {
		late += n
	}
	if closed && (before.AsOf != a.after || late == 0) {
		return 0, nil
	}
	e := Closing{Room: r.Name, Period: a.period, Edition: before.Edition + 1, Form: form, Definition: a.by.Name(),
		AsOf: a.until, Records: a.records, Erased: a.erased, Cells: a.table()}
	if closed { // what was erased since was counted when it was there
		e.Late, e.Records, e.Erased = late, a.records+a.erased-before.Erased, before.Erased
		e.Cells = before.with(a.cells)
	}
	return 1, d.Directory.ClosePeriod(tx, o.ID, e)
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

// Recounted is an edition beside what the history gives now.
type Recounted struct {
	Closing
	Since   int64       // records that were erased since it was closed
	Differs []Different // cells that are not what was closed
	Late    int64       // events that the next closing adds
	Err     error       // fail.Tampered when no erasure explains it
}

// Different is a cell of an edition and what is counted now.
type Different struct {
	Cell
	Now int64
}

// Recount counts all that was closed of a room again from the history, in one pass.
func (d *Desk) Recount(ctx context.Context, org id.Org, r *Room,
	rest func(context.Context, time.Duration)) (out []Recounted, err error) {
	o, err := d.Directory.Organisation(ctx, org)
	if err != nil {
		return nil, err
	}
	had, err := editions(o, r)
	if err != nil {
		return nil, err
	}
	again, since := map[int]*ask{}, map[int]*ask{}
	var asks []*ask
	for i, e := range had {
		by, err := r.Definition(e.Definition)
		if err != nil || e.Form != form {
			continue
		}
		again[i] = &ask{period: e.Period, by: by, figures: figuresOf(by, e.Period),
			until: e.AsOf, stands: countedAt(e.Period)}
		asks = append(asks, again[i])
		if last, _ := latest(had, e.Period); last.Edition == e.Edition {
			since[i] = &ask{period: e.Period, by: by, figures: again[i].figures, after: e.AsOf, until: d.Clock.Now(),
				stands: countedAt(e.Period)}
			asks = append(asks, since[i])
		}
	}
	if _, err := d.countRecords(ctx, org, r, asks, rest); err != nil {
		return nil, err
	}
	for i, e := range had {
		out = append(out, e.against(again[i], since[i]))
	}
	return out, nil
}

// against holds an edition to what is counted now.
func (e Closing) against(now, since *ask) Recounted {
	out := Recounted{Closing: e}
	if now == nil {
		out.Err = fail.New(fail.Conflict, "It was counted by rules (%s, form %d) that this version of Heed does not know: "+
			"recount it with that version", e.Definition, e.Form)
		return out
	}
	out.Since = now.erased - e.Erased
	more := now.records+now.erased != e.Records+e.Erased || out.Since < 0
	left := maps.Clone(now.cells)
	for _, c := range e.Cells {
		n := left[cellName{c.Figure, c.Column}]
		delete(left, cellName{c.Figure, c.Column})
		if n != c.N {
			out.Differs = append(out.Differs, Different{c, n})
		}
		more = more || n > c.N || n < c.N && out.Since == 0
	}
	if since != nil {
		for _, n := range since.cells {
			out.Late += n
		}
	}
	if more || len(left) > 0 {
		out.Err = fail.New(fail.Tampered, "The figures of %s that were closed are not those of the history, and no erasure "+
			"explains it", e.Period.Words())
	}
	return out
}
