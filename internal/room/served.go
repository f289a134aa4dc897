package room

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
	"heed/internal/process"
	"heed/internal/store"
)

// Served is what somebody sees of a room's closed figures.
type Served struct {
	Exact   bool // otherwise rounded, and small counts behind a mark
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

// everybodysFigures stands as the rule in the entry where figures were not exact.
const everybodysFigures = "figures-for-everybody"

type figuresViewed struct {
	Exact   bool             `json:"exact"`
	Periods []workday.Period `json:"periods"`
}

// Figures gives the closed figures of a room: exact to those who may see that, to everybody
// else who works in the organisation as they went through the door for small counts. That
// they were shown is in the ledger before this returns.
func (d *Desk) Figures(ctx context.Context, a access.Actor, r *Room) (out Served, err error) {
	def := r.Latest()
	if len(def.Figures) == 0 || a.Person.IsZero() && a.Role != access.System {
		return out, fail.New(fail.Missing, "Page not found")
	}
	decision := d.mayUse(a, r, actFigures)
	out.Exact = decision.Effect == access.Allow
	o, err := d.Directory.Organisation(ctx, a.Org)
	if err != nil {
		return out, err
	}
	had, err := editions(o, r)
	if err != nil {
		return out, err
	}
	seen := figuresViewed{Exact: out.Exact}
	for _, f := range def.Figures {
		s := ServedFigure{Figure: f, Columns: f.Columns(def)}
		for _, e := range served(had, f) {
			s.Rows = append(s.Rows, e.row(s, out.Exact))
			seen.Periods = append(seen.Periods, e.Period)
		}
		out.Figures = append(out.Figures, s)
	}
	slices.Sort(seen.Periods)
	seen.Periods = slices.Compact(seen.Periods)
	rule := decision.Rule
	if !out.Exact {
		rule = everybodysFigures
	}
	return out, d.Store.DoReading(ctx, func(tx *store.Tx) error {
		return d.note(tx, a, rule, r.Name+kindFigures, seen)
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

func (e Closing) row(f ServedFigure, exact bool) ServedRow {
	out := ServedRow{Period: e.Period, Edition: e.Edition, AsOf: e.AsOf}
	if why := e.Shown.Withheld[f.ID]; why != "" && !exact {
		out.Withheld = why
		return out
	}
	var sum int64
	cells := map[string]string{}
	for _, c := range e.Cells {
		if exact && c.Figure == f.ID {
			sum += c.N
			cells[c.Column], cells[attack.Total] = strconv.FormatInt(c.N, 10), strconv.FormatInt(sum, 10)
		}
	}
	for _, c := range e.Shown.Cells {
		if exact || c.Figure != f.ID {
			continue
		}
		v := attack.Value{Kind: attack.Number, N: c.N}
		if c.Hidden {
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
