package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"heed/internal/fail"
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

type xmrSummary struct {
	Series        string `json:"series"`
	VariationType string `json:"variation_type"`
	VariationIcon string `json:"variation_icon"`
	AssuranceType text   `json:"assurance_type"`
	AssuranceIcon text   `json:"assurance_icon"`
	LatestPeriod  string `json:"latest_period,omitempty"`         // of the last value, when rows without one follow it
	LatestIcon    string `json:"latest_variation_icon,omitempty"` // what that value says: the icon of the chart
}

type xmrPoint struct {
	Series           string `json:"series"`
	Period           string `json:"period"`
	Value            num    `json:"value"`
	RebaseGroup      int    `json:"rebase_group"`
	Mean             num    `json:"mean"`
	LPL              num    `json:"lpl"`
	UPL              num    `json:"upl"`
	OutsideLimits    *bool  `json:"outside_limits"`
	RelativeToMean   *int   `json:"relative_to_mean"`
	CloseToLimits    *bool  `json:"close_to_limits"`
	SpecialCauseType string `json:"special_cause_type"`
	PointType        string `json:"point_type"`
	ShortGroup       bool   `json:"short_group"`
	Target           *num   `json:"target"`
	Ghosted          bool   `json:"ghosted,omitempty"`
	GhostedValue     *num   `json:"ghosted_value,omitempty"`
}

type xmrResult struct {
	ShortSeriesWarning bool         `json:"short_series_warning"`
	Summary            []xmrSummary `json:"summary"`
	Points             []xmrPoint   `json:"points"`
	Warnings           []string     `json:"warnings,omitempty"`

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
func judgeXmr(in io.Reader, o *xmrOptions) (*xmrResult, error) {
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
	r := &xmrResult{}
	for _, name := range names {
		opt := o.forSeries(name, series[name])
		c, err := xmr.Judge(series[name], opt)
		if err != nil {
			if len(names) > 1 {
				return nil, fail.New(fail.Bad, "series %s: %s", name, words(err))
			}
			return nil, err
		}
		r.add(name, c, opt)
	}
	return r, nil
}

func (r *xmrResult) add(name string, c xmr.Chart, o xmr.Options) {
	r.ShortSeriesWarning = r.ShortSeriesWarning || c.Short
	sum := xmrSummary{Series: name, VariationType: string(c.Variation), VariationIcon: c.Icon,
		AssuranceType: text(c.Assurance), AssuranceIcon: text(c.AssuranceIcon())}
	if last, known := c.Latest(); known && last.Period != c.Marks[len(c.Marks)-1].Period {
		// The vectors' fields speak of the last row, which says nothing; the chart and the
		// latest_ fields of the last value.
		sum.VariationType, sum.VariationIcon = string(xmr.Common), string(xmr.Common)
		sum.LatestPeriod, sum.LatestIcon = last.Period, c.Icon
	}
	r.Summary = append(r.Summary, sum)
	for _, m := range c.Marks {
		p := xmrPoint{
			Series: name, Period: m.Period, Value: num(m.Value), RebaseGroup: m.Segment,
			Mean: num(m.Mean), LPL: num(m.Lower), UPL: num(m.Upper),
			SpecialCauseType: string(m.Cause), PointType: string(m.Type), ShortGroup: m.Short,
		}
		if m.Known && !math.IsNaN(m.Mean) {
			p.RelativeToMean = &m.Side
		}
		if m.Known && m.Limited() {
			p.OutsideLimits, p.CloseToLimits = &m.Outside, &m.Near
		}
		if m.Ghosted {
			p.Ghosted, p.Value = true, num(math.NaN())
			v := num(m.Point.Value)
			p.GhostedValue = &v
		}
		if o.Target != nil {
			t := num(*o.Target)
			p.Target = &t
		}
		r.Points = append(r.Points, p)
	}
	if c.Short {
		r.Warnings = append(r.Warnings, fmt.Sprintf("series %s: fewer than %d points in a segment: limits are a guide", name,
			xmr.Short))
	}
	if c.Collapsed {
		r.Warnings = append(r.Warnings, fmt.Sprintf("series %s: nearly constant, so that screening leaves no variation: "+
			"show the plain numbers, or do not screen", name))
	}
	if c.LowCounts {
		r.Warnings = append(r.Warnings, fmt.Sprintf("series %s: mean below %d a period: lengthen the period or show plain "+
			"counts, without limits", name, xmr.LowCount))
	}
	r.charts = append(r.charts, xmrSeries{name, c, o})
}

func (r *xmrResult) table(w io.Writer) error {
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
