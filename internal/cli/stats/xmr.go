package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/result"
	"heed/internal/measure/xmr"
)

// maxSeries is how many series one file may hold.
const maxSeries = 2_000

// XmrCmd is `heed stats xmr`.
type XmrCmd struct {
	Input
	Output
	ImprovementDirection string   `help:"Which way is better: increase, decrease or neutral."`
	Target               []string `help:"Target: 85, or SERIES=85 for one series."`
	Rebase               []string `help:"Date that begins a new segment: 2024-04-01, or SERIES=2024-04-01."`
	FixAfterNPoints      *int     `help:"Limits from the first N points of each segment (12 or more)."`
	ScreenOutliers       *bool    `negatable:"" help:"Leave out moving ranges of 3.267 times their mean or more (the national spreadsheet tool does not)."`
	Counts               bool     `help:"Values are counts: no limits are drawn when their mean is below 5."`
	Picture
}

// xmrOptions is the shape of the vectors' options.
type xmrOptions struct {
	ImprovementDirection string          `json:"improvement_direction"`
	Target               json.RawMessage `json:"target"`
	Rebase               json.RawMessage `json:"rebase"`
	FixAfterNPoints      *int            `json:"fix_after_n_points"`
	ScreenOutliers       *bool           `json:"screen_outliers"`
	Counts               bool            `json:"counts"`

	target map[string]float64  // by series, "" for all
	rebase map[string][]string // by series, "" for all
}

// judged are the answers for every series, and what is drawn of them.
type judged struct {
	result.XmR
	charts []xmrSeries
}

// Run reads, judges and writes.
func (c *XmrCmd) Run(in io.Reader, out io.Writer) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	f, err := open(c.File, in)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := judgeXmr(f, o)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		return writeJSON(out, r)
	case "svg":
		return drawXmr(out, r, c.Picture)
	}
	return r.table(out)
}

// readSeries reads series,period,value,ghosted. Series keep the order of the file;
// series and ghosted may be left out.
func readSeries(r io.Reader) (names []string, series map[string][]xmr.Point, err error) {
	s, err := readCSV(r)
	if err != nil {
		return nil, nil, err
	}
	period, err := s.column("period")
	if err != nil {
		return nil, nil, err
	}
	value, err := s.column("value")
	if err != nil {
		return nil, nil, err
	}
	which, ghost := s.optional("series"), s.optional("ghosted")
	series = map[string][]xmr.Point{}
	seen := map[[2]string]bool{}
	for i, row := range s.rows {
		name := "1"
		if which >= 0 {
			name = row[which]
		}
		p := xmr.Point{Period: row[period]}
		if !isDate(p.Period) {
			return nil, nil, fail.New(fail.Bad, "row %d, column period: not a date; write it as 2024-04-01", s.lines[i])
		}
		if seen[[2]string{name, p.Period}] {
			return nil, nil, fail.New(fail.Bad, "row %d, column period: the series has this date already; keep one row "+
				"for each date", s.lines[i])
		}
		seen[[2]string{name, p.Period}] = true
		if p.Value, err = s.number(i, value, true); err != nil {
			return nil, nil, err
		}
		if ghost >= 0 {
			switch strings.ToLower(row[ghost]) {
			case "", "0", "false":
			case "1", "true":
				p.Ghosted = true
			default:
				return nil, nil, fail.New(fail.Bad, "row %d, column ghosted: write 1 for a point that is shown and not "+
					"counted, else 0", s.lines[i])
			}
		}
		if series[name] == nil {
			if names = append(names, name); len(names) > maxSeries {
				return nil, nil, fail.New(fail.Bad, "row %d, column series: more than %d series; split the file",
					s.lines[i], maxSeries)
			}
		}
		series[name] = append(series[name], p)
	}
	if len(names) == 0 {
		return nil, nil, fail.New(fail.Bad, "row 2, column value: there are no rows; give at least one")
	}
	return names, series, nil
}

// judgeXmr judges every series of a file.
func judgeXmr(in io.Reader, o *xmrOptions) (*judged, error) {
	names, series, err := readSeries(in)
	if err != nil {
		return nil, err
	}
	for s := range o.rebase {
		if s != "" && series[s] == nil {
			return nil, fail.New(fail.Bad, "rebase names a series that the file does not have: use a name of its series column")
		}
	}
	for s := range o.target {
		if s != "" && series[s] == nil {
			return nil, fail.New(fail.Bad, "target names a series that the file does not have: use a name of its series column")
		}
	}
	if err := o.rebaseSomewhere(series); err != nil {
		return nil, err
	}
	r := &judged{}
	for _, name := range names {
		opt := o.forSeries(name, series[name])
		c, err := xmr.Judge(series[name], opt)
		if err != nil {
			if len(names) > 1 {
				return nil, fail.New(fail.Bad, "series %s: %s", name, words(err))
			}
			return nil, err
		}
		r.Add(name, c, opt.Target)
		r.charts = append(r.charts, xmrSeries{name, c, opt})
	}
	return r, nil
}

func (r *judged) table(w io.Writer) error {
	var rows [][]string
	for _, p := range r.Points {
		v := p.Value.String()
		if p.GhostedValue != nil {
			v = p.GhostedValue.String() + " (not counted)"
		}
		rows = append(rows, []string{p.Series, p.Period, v, p.Mean.String(), p.LPL.String(), p.UPL.String(),
			p.SpecialCauseType})
	}
	if err := grid(w, []string{"series", "period", "value", "mean", "lower limit", "upper limit", "signal"},
		rows); err != nil {
		return err
	}
	for _, s := range r.Summary {
		line := fmt.Sprintf("%s: variation %s", s.Series, s.VariationIcon)
		if s.AssuranceIcon != "" {
			line += ", assurance " + string(s.AssuranceIcon)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	for _, x := range r.Warnings {
		if _, err := fmt.Fprintln(w, "Note:", x); err != nil {
			return err
		}
	}
	return nil
}
