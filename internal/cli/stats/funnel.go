package stats

import (
	"fmt"
	"io"
	"math"

	"heed/internal/fail"
	"heed/internal/measure/funnel"
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

type funnelLimits struct {
	LL95         num `json:"ll95"`
	UL95         num `json:"ul95"`
	LL998        num `json:"ll998"`
	UL998        num `json:"ul998"`
	ODLL95       num `json:"od_ll95"`
	ODUL95       num `json:"od_ul95"`
	ODLL998      num `json:"od_ll998"`
	ODUL998      num `json:"od_ul998"`
	Outlier95    int `json:"outlier95"`
	Outlier998   int `json:"outlier998"`
	ODOutlier95  int `json:"od_outlier95"`
	ODOutlier998 int `json:"od_outlier998"`
}

type funnelUnit struct {
	Unit        string `json:"unit"`
	Numerator   num    `json:"numerator"`
	Denominator num    `json:"denominator"`
	Value       num    `json:"value"`
	Z           num    `json:"z"`
	ZUsed       num    `json:"z_used"`
	Trimmed     int    `json:"trimmed"`
	funnelLimits
}

type funnelRecommended struct {
	Unit string `json:"unit"`
	funnelLimits
}

type fingertipsUnit struct {
	Unit         string              `json:"unit"`
	LL95         *num                `json:"ll95,omitempty"`
	UL95         *num                `json:"ul95,omitempty"`
	LL998        *num                `json:"ll998,omitempty"`
	UL998        *num                `json:"ul998,omitempty"`
	Significance funnel.Significance `json:"significance"`
}

type fingertips struct {
	Average *num             `json:"average,omitempty"`
	Units   []fingertipsUnit `json:"units"`
}

type funnelResult struct {
	Target             num                 `json:"target"`
	Phi                num                 `json:"phi"`
	Tau2               num                 `json:"tau2"`
	AdjustedLimitsUsed bool                `json:"adjusted_limits_used"`
	Units              []funnelUnit        `json:"units"`
	Recommended        []funnelRecommended `json:"recommended,omitempty"`
	Fingertips         fingertips          `json:"fingertips"`
	NotCalculable      []string            `json:"not_calculable,omitempty"`
	Warnings           []string            `json:"warnings,omitempty"`

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
		return nil, fail.New(fail.Bad, "row %d, column unit: more than %d rows; split the file", s.lines[maxUnits], maxUnits)
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

func compareFunnel(in io.Reader, o funnelOptions) (*funnelResult, error) {
	units, err := readUnits(in)
	if err != nil {
		return nil, err
	}
	opt := o.settle()
	f, err := funnel.Compare(units, opt)
	if err != nil {
		return nil, err
	}
	r := &funnelResult{Target: num(f.Centre), Phi: num(f.Dispersion), Tau2: num(f.Between), AdjustedLimitsUsed: f.Adjusted,
		NotCalculable: f.Without, funnel: f, options: opt}
	for _, j := range f.Units {
		l := limitsOf(j)
		r.Units = append(r.Units, funnelUnit{
			Unit: j.Name, Numerator: num(j.Numerator), Denominator: num(j.Denominator), Value: num(j.Value),
			Z: num(j.Z), ZUsed: num(j.ZUsed), Trimmed: bit(j.Trimmed), funnelLimits: l,
		})
		if opt.Data == funnel.PR || opt.Method == funnel.CQC {
			r.Recommended = append(r.Recommended, funnelRecommended{j.Name, l})
		}
	}
	if f.Unusable {
		r.Warnings = append(r.Warnings, "too many units without events for SHMI: dispersion is endless; use --sr-method "+
			"CQC, or the Fingertips significance")
	}
	return r, r.compareFingertips(units, opt)
}

func (r *funnelResult) compareFingertips(units []funnel.Unit, opt funnel.Options) error {
	average, compared, err := funnel.Fingertips(units, opt.Data)
	if err != nil {
		return err
	}
	if opt.Data == funnel.PR {
		a := num(average)
		r.Fingertips.Average = &a
	}
	for _, c := range compared {
		u := fingertipsUnit{Unit: c.Name, Significance: c.Significance}
		if opt.Data == funnel.PR {
			a, b, x, y := num(c.Limits.Low95), num(c.Limits.High95), num(c.Limits.Low998), num(c.Limits.High998)
			u.LL95, u.UL95, u.LL998, u.UL998 = &a, &b, &x, &y
		}
		r.Fingertips.Units = append(r.Fingertips.Units, u)
	}
	return nil
}

func limitsOf(j funnel.Judged) funnelLimits {
	return funnelLimits{
		num(j.Plain.Low95), num(j.Plain.High95), num(j.Plain.Low998), num(j.Plain.High998),
		num(j.Over.Low95), num(j.Over.High95), num(j.Over.Low998), num(j.Over.High998),
		bit(j.Flags.Out95), bit(j.Flags.Out998), bit(j.OverFlag.Out95), bit(j.OverFlag.Out998),
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *funnelResult) table(w io.Writer) error {
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
