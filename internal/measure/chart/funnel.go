package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"heed/internal/measure/funnel"
	"heed/internal/measure/sheet"
	"heed/internal/plain"
)

// Funnel draws organisations by size with the limits that are to be used. It says how
// many lie outside, and names up to six of them in the drawing; it gives no order.
func Funnel(f funnel.Funnel, o funnel.Options, w Words) *Drawing {
	d := &Drawing{Source: w.Source, Name: name("Funnel plot", w)}
	d.Title = findFunnel(f)
	if n := len(f.Without); n > 0 {
		d.Title += fmt.Sprintf("; %d not calculable", n)
	}
	note := "Limits without allowance for overdispersion."
	if f.Adjusted {
		note = "Limits allow for overdispersion."
	}
	more := []string{note, "An organisation outside is a question, not a finding."}
	if f.Unusable {
		more = nil
	}
	if len(f.Without) > 0 {
		more = append(more, "Not calculable, without a denominator: "+strings.Join(f.Without, ", ")+".")
	}
	d.Subtitle = subtitle(w, more...)
	d.Table = tableFunnel(f, w.Unit)
	if f.Unusable {
		d.height = 40
		d.label("0", 24, "start", ink, "Too many organisations without events to draw limits.", false)
		return d
	}
	least, most := math.Inf(1), 0.0
	var values []float64
	for _, u := range f.Units {
		least, most = math.Min(least, u.Denominator), math.Max(most, u.Denominator)
		values = append(values, u.Value)
	}
	start := math.Max(least*0.6, most/200)
	mid := f.Limits(start+(most-start)*0.08, o)
	values = append(values, mid.Low998, mid.High998, f.Centre*o.Multiplier)
	s, ticks := fit(values, 24, 304)
	d.axis(s, ticks, w.Unit)
	across := func(n float64) float64 {
		if most == start {
			return 0.5
		}
		return math.Max(0, (n-start)/(most-start))
	}
	d.curves(f, o, s, start, most, across)
	centre := s.y(f.Centre * o.Multiplier)
	d.segment(at(0), centre, pct(right+1), centre, guide, 1.5, "")
	var named [][2]float64
	for _, u := range f.Units {
		d.unit(u, s, across(u.Denominator), w.Unit, &named)
	}
	end := f.Limits(most, o)
	d.tags(s, []tag{
		{centre, "Centre", Number(f.Centre*o.Multiplier, w.Unit), guide},
		{s.y(end.High998), "99.8%", "limit", guide},
		{s.y(end.Low998), "99.8%", "limit", guide},
	})
	d.label(at(0), s.bottom+22, "start", ink, "Size "+Number(start, ""), false)
	d.label(pct(right+1), s.bottom+22, "end", ink, Number(most, ""), false)
	d.key(s.bottom + 50)
	d.height = s.bottom + 88
	return d
}

// curves draws the limits in short lines, clipped to the plot.
func (d *Drawing) curves(f funnel.Funnel, o funnel.Options, s scale, start, most float64,
	across func(float64) float64) {
	const steps = 36
	prev := funnel.Limits{}
	px := 0.0
	for i := range steps + 1 {
		q := float64(i) / steps
		n := start + (most-start)*q*q // denser where the funnel bends
		l, x := f.Limits(n, o), across(n)
		if i > 0 {
			for _, c := range []struct {
				a, b float64
				dash string
				w    float64
			}{{prev.Low95, l.Low95, "3 4", 1.25}, {prev.High95, l.High95, "3 4", 1.25}, {prev.Low998, l.Low998, "9 4", 1.75},
				{prev.High998, l.High998, "9 4", 1.75}} {
				ya, yb := s.y(c.a), s.y(c.b)
				if ya < s.top-2 || yb < s.top-2 || ya > s.bottom+2 || yb > s.bottom+2 {
					continue
				}
				d.segment(at(px), ya, at(x), yb, guide, c.w, c.dash)
			}
		}
		prev, px = l, x
	}
}

func (d *Drawing) unit(u funnel.Judged, s scale, x float64, unit string, named *[][2]float64) {
	words := u.Name + ": " + Number(u.Value, unit) + ", size " + Number(u.Denominator, "")
	switch {
	case u.OverFlag.Out998:
		d.mark(at(x), s.y(u.Value), diamond, goal, words+", outside 99.8%")
		y := s.y(u.Value)
		crowded := slices.ContainsFunc(*named, func(p [2]float64) bool {
			return math.Abs(p[0]-x) < 0.3 && math.Abs(p[1]-y) < 18
		})
		if len(*named) < 6 && !crowded {
			*named = append(*named, [2]float64{x, y})
			anchor, shift := "start", 1.5
			if x > 0.6 {
				anchor, shift = "end", -1.5
			}
			d.label(pct(left+x*(right-left)+shift), s.y(u.Value)+5, anchor, ink, u.Name, false)
		}
	case u.OverFlag.Out95:
		d.mark(at(x), s.y(u.Value), square, guide, words+", outside 95%")
	default:
		d.mark(at(x), s.y(u.Value), circle, line, words)
	}
}

// key says what the shapes mean, below the plot.
func (d *Drawing) key(y float64) {
	d.mark("2%", y, diamond, goal, "")
	d.label("6%", y+5, "start", ink, "outside 99.8%", false)
	d.mark("52%", y, square, guide, "")
	d.label("56%", y+5, "start", ink, "outside 95%", false)
	d.mark("2%", y+26, circle, line, "")
	d.label("6%", y+31, "start", ink, "within the limits", false)
}

func findFunnel(f funnel.Funnel) string {
	if f.Unusable {
		return "The limits cannot be worked out"
	}
	out := 0
	for _, u := range f.Units {
		if u.OverFlag.Out998 {
			out++
		}
	}
	switch of := plain.Count(len(f.Units), "organisation", "organisations"); {
	case out == 0 && len(f.Units) == 1:
		return of + " lies within the 99.8% limits"
	case out == 0:
		return "All " + of + " lie within the 99.8% limits"
	case out == 1:
		return "1 of " + of + " lies outside the 99.8% limits"
	default:
		return plain.Number(out) + " of " + of + " lie outside the 99.8% limits"
	}
}

func tableFunnel(f funnel.Funnel, unit string) Table {
	t := newTable("Organisation", "Numerator", "Denominator", "Value", "Lower 99.8% limit", "Upper 99.8% limit",
		"Place").in(unit, 3, 5)
	for _, u := range f.Units {
		l, place := u.Plain, "within the limits"
		if f.Adjusted {
			l = u.Over
		}
		switch {
		case u.OverFlag.Out998:
			place = "outside 99.8%"
		case u.OverFlag.Out95:
			place = "outside 95%"
		}
		t.add(sheet.T(u.Name), sheet.N(u.Numerator), sheet.N(u.Denominator), sheet.N(u.Value), sheet.N(l.Low998),
			sheet.N(l.High998), sheet.T(place))
	}
	x := sheet.T("[x]")
	for _, u := range f.Without {
		t.add(sheet.T(u), x, sheet.N(0), x, x, x, sheet.T("not calculable"))
	}
	return t
}
