package stats

import (
	"fmt"
	"io"

	"heed/internal/fail"
	"heed/internal/measure/interval"
)

// IntervalCmd is `heed stats interval`.
type IntervalCmd struct {
	Input
	Output
	Kind       string   `enum:"proportion,rate," default:"" help:"proportion: x of n; rate: x events over n. When left out, proportions; in JSON both where both can be worked out."`
	Multiplier *float64 `help:"Rates per so many, such as 1000 (1)."`
	Picture
}

type intervalRow struct {
	Label    text   `json:"label,omitempty"`
	X        num    `json:"x"`
	N        num    `json:"n"`
	Value    num    `json:"value"`
	Lower95  num    `json:"lower95"`
	Upper95  num    `json:"upper95"`
	Lower998 num    `json:"lower998"`
	Upper998 num    `json:"upper998"`
	Method   string `json:"method"`
}

// Run reads, calculates and writes. Columns: x, n and, for the chart, label.
func (c *IntervalCmd) Run(in io.Reader, out io.Writer) error {
	var o struct {
		Multiplier *float64 `json:"multiplier"`
	}
	if err := load(c.Options, &o); err != nil {
		return err
	}
	m := 1.0
	for _, v := range []*float64{o.Multiplier, c.Multiplier} {
		if v != nil {
			m = *v
		}
	}
	f, err := open(c.File, in)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := readCSV(f)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return c.json(out, s, m)
	}
	kind := c.Kind
	if kind == "" {
		kind = "proportion"
	}
	rows, err := intervals(s, kind, m)
	if err != nil {
		return err
	}
	if c.Format == "svg" {
		return drawIntervals(out, rows, kind, c.Picture)
	}
	var table [][]string
	for _, r := range rows {
		table = append(table, []string{string(r.Label), r.X.String(), r.N.String(), r.Value.String(), r.Lower95.String(),
			r.Upper95.String(), r.Lower998.String(), r.Upper998.String(), r.Method})
	}
	return grid(out, []string{"label", "x", "n", "value", "lower 95%", "upper 95%", "lower 99.8%", "upper 99.8%",
		"method"}, table)
}

// json writes the kind that was asked for, or every kind that the numbers allow.
func (c *IntervalCmd) json(out io.Writer, s *sheet, m float64) error {
	all := map[string][]intervalRow{}
	var first error
	for _, k := range []struct{ kind, name string }{{"proportion", "proportion_wilson"}, {"rate", "rate_byar_or_exact"}} {
		if c.Kind != "" && c.Kind != k.kind || c.Kind == "" && k.kind == "proportion" && m != 1 {
			continue
		}
		rows, err := intervals(s, k.kind, m)
		if err == nil {
			all[k.name] = rows
		} else if first == nil {
			first = err
		}
	}
	if len(all) == 0 {
		return first
	}
	return writeJSON(out, all)
}

func intervals(s *sheet, kind string, m float64) ([]intervalRow, error) {
	x, err := s.column("x")
	if err != nil {
		return nil, err
	}
	n, err := s.column("n")
	if err != nil {
		return nil, err
	}
	label := s.optional("label")
	out := make([]intervalRow, len(s.rows))
	for i, row := range s.rows {
		xv, err := s.number(i, x, true)
		if err != nil {
			return nil, err
		}
		nv, err := s.number(i, n, false)
		if err != nil {
			return nil, err
		}
		r, err := oneInterval(xv, nv, m, kind)
		if err != nil {
			return nil, s.at(i, "x or n", err)
		}
		if label >= 0 {
			r.Label = text(row[label])
		}
		out[i] = r
	}
	return out, nil
}

func oneInterval(x, n, m float64, kind string) (intervalRow, error) {
	at := func(c float64) (interval.Interval, error) {
		if kind == "rate" {
			return interval.Rate(x, n, m, c)
		}
		if m != 1 {
			return interval.Interval{}, fail.New(fail.Bad, "a multiplier is for rates; use --kind rate")
		}
		return interval.Wilson(x, n, c)
	}
	a, err := at(0.95)
	if err != nil {
		return intervalRow{}, fmt.Errorf("95%%: %w", err)
	}
	b, err := at(0.998)
	if err != nil {
		return intervalRow{}, fmt.Errorf("99.8%%: %w", err)
	}
	return intervalRow{X: num(x), N: num(n), Value: num(a.Value), Lower95: num(a.Lower), Upper95: num(a.Upper),
		Lower998: num(b.Lower), Upper998: num(b.Upper), Method: a.Method}, nil
}
