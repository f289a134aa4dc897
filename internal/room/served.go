package room

import (
	"cmp"
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
	"heed/internal/process"
	"heed/internal/store"
)

// Served is what everybody sees of a room's closed figures. Nobody is served exact ones: by
// its own lists somebody knows all but what they are kept from, and would see that it is there.
type Served struct {
	Figures []ServedFigure
}

// ServedFigure is one figure, its latest editions newest first.
type ServedFigure struct {
	process.Figure
	Columns []process.Column
	Rows    []ServedRow
}

// ServedRow is one period.
type ServedRow struct {
	Period   workday.Period
	Edition  int
	AsOf     time.Time
	Cells    []string // as the columns, and the sum at the end; "" where the edition had no such column
	Withheld string   // why nothing is shown
}

// mostPeriods is how many periods of a figure are served.
const mostPeriods = 36

// everybodysFigures stands as the rule in the entry: no policy is asked, all see the same.
const everybodysFigures = "figures-for-everybody"

type figuresViewed struct {
	Periods []workday.Period `json:"periods"`
}

// Figures gives the closed figures of a room to whoever works in the organisation, as they
// went through the door for small counts. That they were shown is in the ledger before this
// returns.
func (d *Desk) Figures(ctx context.Context, a access.Actor, r *Room) (out Served, err error) {
	def := r.Latest()
	if len(def.Figures) == 0 || a.Person.IsZero() && a.Role != access.System {
		return out, fail.New(fail.Missing, "Page not found")
	}
	o, err := d.Directory.Organisation(ctx, a.Org)
	if err != nil {
		return out, err
	}
	had, err := editions(o, r)
	if err != nil {
		return out, err
	}
	var seen figuresViewed
	for _, f := range def.Figures {
		s := ServedFigure{Figure: f, Columns: f.Columns(def)}
		for _, e := range served(had, f) {
			s.Rows = append(s.Rows, e.row(s))
			seen.Periods = append(seen.Periods, e.Period)
		}
		out.Figures = append(out.Figures, s)
	}
	slices.Sort(seen.Periods)
	seen.Periods = slices.Compact(seen.Periods)
	return out, d.Store.DoReading(ctx, func(tx *store.Tx) error {
		return d.note(tx, a, everybodysFigures, r.Name+kindFigures, seen)
	})
}

// served are the latest editions of a figure's periods, newest first.
func served(had []Closing, f process.Figure) (out []Closing) {
	for _, e := range had {
		last, _ := latest(had, e.Period)
		if first, _, ok := e.Period.Bounds(); ok && f.PeriodOf(first) == e.Period && last.Edition == e.Edition {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b Closing) int { return cmp.Compare(b.Period, a.Period) })
	return out[:min(len(out), mostPeriods)]
}

// row hides none behind the mark of few, too: beside a 0 the mark would say that there is one.
func (e Closing) row(f ServedFigure) ServedRow {
	out := ServedRow{Period: e.Period, Edition: e.Edition, AsOf: e.AsOf}
	if why := e.Shown.Withheld[f.ID]; why != "" {
		out.Withheld = why
		return out
	}
	cells := map[string]string{}
	for _, c := range e.Shown.Cells {
		if c.Figure != f.ID {
			continue
		}
		v := attack.Value{Kind: attack.Number, N: c.N}
		if c.Hidden || c.N == 0 {
			v = attack.Value{Kind: attack.Mark}
		}
		cells[c.Column] = disclose.Text(v)
	}
	if len(f.Columns) > 1 {
		for _, c := range f.Columns {
			out.Cells = append(out.Cells, cells[c.ID])
		}
	}
	out.Cells = append(out.Cells, cells[attack.Total])
	return out
}
