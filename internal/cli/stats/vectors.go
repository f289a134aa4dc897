package stats

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/result"
	"heed/internal/measure/xmr"
)

// input opens the file that a vector names, beside it.
func input(dir string, name any) (*os.File, error) {
	s, ok := name.(string)
	if !ok {
		return nil, fail.New(fail.Bad, "the vector names no input file")
	}
	f, err := os.Open(filepath.Join(dir, filepath.Base(s)))
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "the input file of the vector cannot be opened")
	}
	return f, nil
}

// accepted is one other value that is also right.
type accepted struct {
	Series, Period, Field string
	Value                 any
}

func (a accepted) fits(path string, got any) bool {
	if !strings.HasSuffix(path, "."+a.Field) || !same(a.Value, got) {
		return false
	}
	switch a.Period {
	case "summary":
		return strings.HasPrefix(path, "summary["+a.Series+"]")
	case "*":
		return strings.HasPrefix(path, "points["+a.Series+" ") || strings.HasPrefix(path, "summary["+a.Series+"]")
	}
	return path == "points["+a.Series+" "+a.Period+"]."+a.Field
}

// checkXmr compares points and summary; a vector whose recommendation is to refuse
// passes when it is refused.
func checkXmr(dir string, v map[string]any) ([]string, error) {
	o := &xmrOptions{}
	if err := remarshal(v["options"], o); err != nil {
		return nil, err
	}
	if err := o.settle(); err != nil {
		return nil, err
	}
	f, err := input(dir, v["input"])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := judgeXmr(f, o)
	if err != nil {
		if text, _ := v["recommended"].(string); strings.Contains(strings.ToLower(text), "refuse") &&
			errors.As(err, new(*fail.Error)) {
			return nil, nil
		}
		return nil, err
	}
	got, err := asJSON(r)
	if err != nil {
		return nil, err
	}
	var accept []accepted
	if v["accept"] != nil {
		if err := remarshal(v["accept"], &accept); err != nil {
			return nil, err
		}
	}
	return xmrDiffer(v["expected"].(map[string]any), got, accept), nil
}

// xmrDiffer is differ with the accepted values taken into account.
func xmrDiffer(want, got map[string]any, accept []accepted) []string {
	var out []string
	for _, key := range []string{"short_series_warning"} {
		out = append(out, differ(key, want[key], got[key])...)
	}
	for _, key := range []string{"summary", "points"} {
		w, _ := want[key].([]any)
		g, _ := got[key].([]any)
		if len(w) != len(g) {
			out = append(out, fmt.Sprintf("%s has %d entries, want %d", key, len(g), len(w)))
			continue
		}
		by := map[string]map[string]any{}
		for i, x := range g {
			by[label(x, i)] = x.(map[string]any)
		}
		for i, x := range w {
			l := label(x, i)
			row := x.(map[string]any)
			for _, field := range sortedKeys(row) {
				path := key + "[" + l + "]." + field
				d := differ(path, row[field], by[l][field])
				if len(d) > 0 && !slices.ContainsFunc(accept, func(a accepted) bool { return a.fits(path, by[l][field]) }) {
					out = append(out, d...)
				}
			}
		}
	}
	return out
}

// fuzzed checks one generated series, which carries its points in columns.
func (k *checker) fuzzed(v map[string]any) {
	id, _ := v["id"].(string)
	k.judgeIn("xmr fuzz", id, func() ([]string, error) {
		var in struct {
			xmrOptions
			Period   []string
			Value    []*float64
			Ghosted  []any
			Expected map[string]any
			Accept   []accepted
		}
		if err := remarshal(v, &in); err != nil {
			return nil, err
		}
		if err := in.settle(); err != nil {
			return nil, err
		}
		points := make([]xmr.Point, len(in.Period))
		for i := range points {
			points[i] = xmr.Point{Period: in.Period[i], Value: nan}
			if i < len(in.Value) && in.Value[i] != nil {
				points[i].Value = *in.Value[i]
			}
			if i < len(in.Ghosted) {
				points[i].Ghosted = in.Ghosted[i] == 1.0 || in.Ghosted[i] == true
			}
		}
		c, err := xmr.Judge(points, in.forSeries("", points))
		if err != nil {
			return nil, err
		}
		r := &judged{}
		r.Add("A", c, in.forSeries("", points).Target)
		got, err := asJSON(r)
		if err != nil {
			return nil, err
		}
		return fuzzDiffer(in.Expected, got, in.Accept), nil
	})
}

func fuzzDiffer(want, got map[string]any, accept []accepted) []string {
	var out []string
	summary := got["summary"].([]any)[0].(map[string]any)
	points := got["points"].([]any)
	for _, field := range sortedKeys(want) {
		column, isColumn := want[field].([]any)
		switch {
		case field == "short_series_warning":
			out = append(out, differ(field, want[field], got[field])...)
		case !isColumn:
			d := differ(field, want[field], summary[field])
			if len(d) > 0 && !slices.ContainsFunc(accept, func(a accepted) bool {
				return a.Field == field && same(a.Value, summary[field])
			}) {
				out = append(out, d...)
			}
		case len(column) != len(points):
			out = append(out, fmt.Sprintf("%s has %d entries, want %d", field, len(points), len(column)))
		default:
			for i, w := range column {
				p := points[i].(map[string]any)
				d := differ(fmt.Sprintf("%s[%v]", field, p["period"]), w, p[field])
				ok := slices.ContainsFunc(accept, func(a accepted) bool {
					return a.Field == field && (a.Period == "*" || a.Period == p["period"]) && same(a.Value, p[field])
				})
				if len(d) > 0 && !ok {
					out = append(out, d...)
				}
			}
		}
	}
	return out
}

// checkFunnel compares with recommended where the vector has it, else with units.
func checkFunnel(dir string, v map[string]any) ([]string, error) {
	var o funnelOptions
	if err := remarshal(v["options"], &o); err != nil {
		return nil, err
	}
	f, err := input(dir, v["input"])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := compareFunnel(f, o)
	if err != nil {
		return nil, err
	}
	got, err := asJSON(r)
	if err != nil {
		return nil, err
	}
	want := v["expected"].(map[string]any)
	better := map[string]map[string]any{}
	recommended, _ := want["recommended"].([]any)
	for i, x := range recommended {
		better[label(x, i)] = x.(map[string]any)
	}
	units, _ := want["units"].([]any)
	for i, x := range units {
		row := x.(map[string]any)
		for field, value := range better[label(x, i)] {
			row[field] = value
		}
	}
	var out []string
	for _, field := range []string{"target", "phi", "tau2", "adjusted_limits_used", "units", "recommended"} {
		if w, ok := want[field]; ok {
			out = append(out, differ(field, w, got[field])...)
		}
	}
	if w, ok := v["fingertips"]; ok && w != nil {
		out = append(out, differ("fingertips", w, got["fingertips"])...)
	}
	return out, nil
}

func checkKappa(dir string, v map[string]any) ([]string, error) {
	f, err := input(dir, v["input"])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := agreement(f)
	if err != nil {
		return nil, err
	}
	got, err := asJSON(r)
	if err != nil {
		return nil, err
	}
	return differ("", v["expected"], got), nil
}

func (k *checker) intervals(v map[string]any) {
	for key, kind := range map[string]string{"proportion_wilson": "proportion", "rate_byar_or_exact": "rate"} {
		rows, _ := v[key].([]any)
		for i, x := range rows {
			row, _ := x.(map[string]any)
			k.judgeIn("interval", fmt.Sprintf("%s row %d", key, i+1), func() ([]string, error) {
				count, n := nan, nan
				if c, ok := row["x"].(float64); ok {
					count = c
				}
				if c, ok := row["n"].(float64); ok {
					n = c
				}
				r, err := result.IntervalOf(count, n, 1, kind)
				if err != nil {
					return nil, err
				}
				got, err := asJSON(r)
				if err != nil {
					return nil, err
				}
				return differ("", x, got), nil
			})
		}
	}
}
