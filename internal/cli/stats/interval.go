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
	Kind       string   `enum:"proportion,rate" default:"proportion" help:"${enum}: x of n, or x events over n."`
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
	rows, err := intervals(f, c.Kind, m)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		name := "proportion_wilson"
		if c.Kind == "rate" {
			name = "rate_byar_or_exact"
		}
		return writeJSON(out, map[string][]intervalRow{name: rows})
	case "svg":
		return drawIntervals(out, rows, c.Kind, c.Picture)
	}
	var table [][]string
	for _, r := range rows {
		table = append(table, []string{string(r.Label), r.X.String(), r.N.String(), r.Value.String(), r.Lower95.String(), r.Upper95.String(), r.Lower998.String(), r.Upper998.String(), r.Method})
	}
	return grid(out, []string{"label", "x", "n", "value", "lower 95%", "upper 95%", "lower 99.8%", "upper 99.8%", "method"}, table)
}

func intervals(in io.Reader, kind string, m float64) ([]intervalRow, error) {
	s, err := readCSV(in)
	if err != nil {
		return nil, err
	}
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
	return intervalRow{X: num(x), N: num(n), Value: num(a.Value), Lower95: num(a.Lower), Upper95: num(a.Upper), Lower998: num(b.Lower), Upper998: num(b.Upper), Method: a.Method}, nil
}
