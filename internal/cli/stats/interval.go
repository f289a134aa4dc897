package stats

import (
	"io"

	"heed/internal/measure/result"
)

// IntervalCmd is `heed stats interval`.
type IntervalCmd struct {
	Input
	Output
	Kind       string   `enum:"proportion,rate," default:"" help:"proportion: x of n; rate: x events over n. When left out, proportions; in JSON both where both can be worked out."`
	Multiplier *float64 `help:"Rates per so many, such as 1000 (1)."`
	Picture
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
	all := map[string][]result.Interval{}
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

func intervals(s *sheet, kind string, m float64) ([]result.Interval, error) {
	x, err := s.column("x")
	if err != nil {
		return nil, err
	}
	n, err := s.column("n")
	if err != nil {
		return nil, err
	}
	label := s.optional("label")
	out := make([]result.Interval, len(s.rows))
	for i, row := range s.rows {
		xv, err := s.number(i, x, true)
		if err != nil {
			return nil, err
		}
		nv, err := s.number(i, n, false)
		if err != nil {
			return nil, err
		}
		r, err := result.IntervalOf(xv, nv, m, kind)
		if err != nil {
			return nil, s.at(i, "x or n", err)
		}
		if label >= 0 {
			r.Label = result.Word(row[label])
		}
		out[i] = r
	}
	return out, nil
}
