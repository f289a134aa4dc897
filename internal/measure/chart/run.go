package chart

import (
	"fmt"
	"math"
	"slices"

	"heed/internal/measure/sheet"
	"heed/internal/measure/xmr"
)

// Run draws a run chart: the values and their median, no limits, no signals.
func Run(points []xmr.Point, w Words) *Drawing {
	var values []float64
	for _, p := range points {
		if !p.Ghosted && !math.IsNaN(p.Value) {
			values = append(values, p.Value)
		}
	}
	d := &Drawing{Title: findRun(points, w.Unit), Subtitle: subtitle(w), Source: w.Source, Name: name("Run chart", w)}
	s, ticks := fit(values, 24, 244)
	d.axis(s, ticks, w.Unit)
	c := xmr.Chart{}
	for _, p := range points {
		c.Marks = append(c.Marks, xmr.Mark{Point: p, Known: !p.Ghosted && !math.IsNaN(p.Value), Cause: xmr.CommonCause,
			Type: xmr.Common})
	}
	if len(c.Marks) == 0 {
		d.height = 60
		return d
	}
	across := func(i int) float64 { return float64(i) / math.Max(1, float64(len(c.Marks)-1)) }
	d.joined(c, s, across)
	d.Table = newTable("Period", "Value").in(w.Unit, 1, 1)
	for i, m := range c.Marks {
		d.point(m, s, at(across(i)), w.Unit)
		d.Table.add(sheet.T(day(m.Period)), sheet.N(m.Value))
	}
	if len(values) > 0 {
		slices.Sort(values)
		median := (values[(len(values)-1)/2] + values[len(values)/2]) / 2
		d.segment(at(0), s.y(median), pct(right+1), s.y(median), guide, 1.5, "6 4")
		d.tags(s, []tag{{s.y(median), "Median", Number(median, w.Unit), guide}})
	}
	d.days(c, s.bottom+22)
	d.height = s.bottom + 34
	return d
}

func findRun(points []xmr.Point, unit string) string {
	var first, last *xmr.Point
	for i := range points {
		if points[i].Ghosted || math.IsNaN(points[i].Value) {
			continue
		}
		if first == nil {
			first = &points[i]
		}
		last = &points[i]
	}
	switch {
	case first == nil:
		return "No values yet"
	case first == last:
		return fmt.Sprintf("%s in %s", Number(first.Value, unit), day(first.Period))
	}
	way := "Unchanged at"
	a, b := Number(first.Value, unit), Number(last.Value, unit)
	switch {
	case a == b:
		return fmt.Sprintf("%s %s in %s and %s", way, a, day(first.Period), day(last.Period))
	case last.Value > first.Value:
		way = "Up from"
	default:
		way = "Down from"
	}
	return fmt.Sprintf("%s %s in %s to %s in %s", way, a, day(first.Period), b, day(last.Period))
}
