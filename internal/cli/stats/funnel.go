package stats

import (
	"fmt"
	"io"
	"math"

	"heed/internal/fail"
	"heed/internal/measure/funnel"
	"heed/internal/measure/result"
	"heed/internal/plain"
)

// maxUnits is how many rows a funnel takes.
const maxUnits = 100_000

// FunnelCmd is `heed stats funnel`.
type FunnelCmd struct {
	Input
	Output
	DataType     string   `help:"PR for proportions, SR for ratios of observed to expected."`
	SrMethod     string   `help:"For SR: SHMI or CQC."`
	TrimBy       *float64 `help:"Share winsorised or truncated at each end (0.1)."`
	Multiplier   *float64 `help:"Multiply values and limits, such as 100 (1)."`
	ShmiRounding *bool    `negatable:"" help:"SHMI: round expected numbers to 2 decimals first (yes)."`
	Picture
}

type funnelOptions struct {
	DataType     string   `json:"data_type"`
	SrMethod     string   `json:"sr_method"`
	TrimBy       *float64 `json:"trim_by"`
	Multiplier   *float64 `json:"multiplier"`
	ShmiRounding *bool    `json:"shmi_rounding"`
}

// compared is the answer, and what is drawn of it.
type compared struct {
	result.Funnel
	funnel  funnel.Funnel
	options funnel.Options
}

// Run reads, compares and writes.
func (c *FunnelCmd) Run(in io.Reader, out io.Writer) error {
	var o funnelOptions
	if err := load(c.Options, &o); err != nil {
		return err
	}
	if c.DataType != "" {
		o.DataType = c.DataType
	}
	if c.SrMethod != "" {
		o.SrMethod = c.SrMethod
	}
	if c.TrimBy != nil {
		o.TrimBy = c.TrimBy
	}
	if c.Multiplier != nil {
		o.Multiplier = c.Multiplier
	}
	if c.ShmiRounding != nil {
		o.ShmiRounding = c.ShmiRounding
	}
	f, err := open(c.File, in)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := compareFunnel(f, o)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		return writeJSON(out, r)
	case "svg":
		return drawFunnel(out, r, c.Picture)
	}
	return r.table(out)
}

func (o funnelOptions) settle() funnel.Options {
	f := funnel.Options{Data: funnel.Data(o.DataType), Method: funnel.Method(o.SrMethod), Trim: 0.1, Multiplier: 1,
		Round: true}
	if o.TrimBy != nil {
		f.Trim = *o.TrimBy
	}
	if o.Multiplier != nil {
		f.Multiplier = *o.Multiplier
	}
	if o.ShmiRounding != nil {
		f.Round = *o.ShmiRounding
	}
	if f.Data == funnel.SR && f.Method == "" {
		f.Method = funnel.SHMI
	}
	return f
}

func readUnits(in io.Reader) ([]funnel.Unit, error) {
	s, err := readCSV(in)
	if err != nil {
		return nil, err
	}
	cols := [3]int{}
	for i, name := range []string{"unit", "numerator", "denominator"} {
		if cols[i], err = s.column(name); err != nil {
			return nil, err
		}
	}
	if len(s.rows) > maxUnits {
		return nil, fail.New(fail.Bad, "row %d, column unit: more than %s; split the file", s.lines[maxUnits],
			plain.Count(maxUnits, "rows", "rows"))
	}
	units := make([]funnel.Unit, len(s.rows))
	for i, row := range s.rows {
		u := funnel.Unit{Name: row[cols[0]]}
		if u.Numerator, err = s.number(i, cols[1], false); err != nil {
			return nil, err
		}
		if u.Denominator, err = s.number(i, cols[2], true); err != nil {
			return nil, err
		}
		if u.Numerator < 0 {
			return nil, s.at(i, "numerator", fmt.Errorf("below 0; write a count of 0 or more"))
		}
		if math.IsNaN(u.Denominator) {
			u.Denominator = 0
		}
		if u.Denominator < 0 {
			return nil, s.at(i, "denominator", fmt.Errorf("below 0; write a number above 0"))
		}
		units[i] = u
	}
	return units, nil
}

func compareFunnel(in io.Reader, o funnelOptions) (*compared, error) {
	units, err := readUnits(in)
	if err != nil {
		return nil, err
	}
	c := &compared{options: o.settle()}
	if c.funnel, err = funnel.Compare(units, c.options); err != nil {
		return nil, err
	}
	c.Funnel, err = result.FunnelOf(c.funnel, units, c.options)
	return c, err
}

func (r *compared) table(w io.Writer) error {
	var rows [][]string
	for i, u := range r.Units {
		low, high, flag := u.LL95, u.UL95, ""
		if r.AdjustedLimitsUsed {
			low, high = u.ODLL95, u.ODUL95
		}
		switch {
		case u.ODOutlier998 == 1:
			flag = "outside 99.8%"
		case u.ODOutlier95 == 1:
			flag = "outside 95%"
		}
		rows = append(rows, []string{u.Unit, u.Numerator.String(), u.Denominator.String(), u.Value.String(), low.String(),
			high.String(), flag, string(r.Fingertips.Units[i].Significance)})
	}
	for _, u := range r.NotCalculable {
		rows = append(rows, []string{u, "[x]", "0", "[x]", "[x]", "[x]", "not calculable", "no denominator"})
	}
	if err := grid(w, []string{"unit", "numerator", "denominator", "value", "lower 95%", "upper 95%", "funnel",
		"Fingertips"}, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Centre %s, dispersion %s, adjusted limits %v\n", r.Target, r.Phi, r.AdjustedLimitsUsed)
	for _, x := range r.Warnings {
		if err == nil {
			_, err = fmt.Fprintln(w, "Note:", x)
		}
	}
	return err
}
