package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"heed/internal/measure/sheet"
	"heed/internal/measure/xmr"
)

// Bar is one value with its interval; NaN limits draw none, a NaN value none at all.
type Bar struct {
	Label               string
	Value, Lower, Upper float64
}

// MaxBars is how many bars are drawn; the table has all.
const MaxBars = 40

// Bars draws horizontal bars from 0, sorted by value, with 95 % intervals. The label
// stands above its bar, so that long names fit on a phone.
func Bars(bars []Bar, w Words) *Drawing {
	d := &Drawing{Source: w.Source, Name: name("Bar chart", w), Title: findBars(bars, w.Unit)}
	sorted := slices.Clone(bars)
	slices.SortStableFunc(sorted, func(a, b Bar) int {
		if x, y := math.IsNaN(a.Value), math.IsNaN(b.Value); x || y {
			return cmp.Compare(bit(x), bit(y))
		}
		return cmp.Compare(b.Value, a.Value)
	})
	d.Table = newTable("Name", "Value", "Lower 95% limit", "Upper 95% limit").in(w.Unit, 1, 3)
	most := 0.0
	for _, b := range sorted {
		for _, v := range []float64{b.Value, b.Upper} {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				most = math.Max(most, v)
			}
		}
		d.Table.add(sheet.T(b.Label), sheet.N(b.Value), sheet.N(b.Lower), sheet.N(b.Upper))
	}
	var more []string
	if len(sorted) > MaxBars {
		more = append(more, fmt.Sprintf("The first %d of %d; the table has all.", MaxBars, len(sorted)))
		sorted = sorted[:MaxBars]
	}
	d.Subtitle = subtitle(w, append([]string{"Lines are 95% intervals."}, more...)...)
	if most == 0 {
		most = 1
	}
	y := 8.0
	wide := func(v float64) float64 { return math.Min(100, 99*math.Max(0, v)/most) }
	for _, b := range sorted {
		d.label("1.5%", y+16, "start", ink, b.Label, false)
		d.label("100%", y+16, "end", ink, Number(b.Value, w.Unit), true)
		y += 24
		if !math.IsNaN(b.Value) {
			d.add(`<rect x="0" y="%s" width="%s" height="16" fill="%s"><title>%s</title></rect>`, trim(y),
				pct(wide(b.Value)), line,
				escape(fmt.Sprintf("%s: %s, 95%% interval %s to %s", b.Label, Number(b.Value, w.Unit), Number(b.Lower, w.Unit),
					Number(b.Upper, w.Unit))))
		}
		if !math.IsNaN(b.Lower) && !math.IsNaN(b.Upper) {
			a, z := pct(wide(b.Lower)), pct(wide(b.Upper))
			d.segment(a, y+8, z, y+8, backing, 6, "")
			d.segment(a, y+8, z, y+8, goal, 2.5, "")
			d.segment(a, y+2, a, y+14, goal, 2.5, "")
			d.segment(z, y+2, z, y+14, goal, 2.5, "")
		}
		y += 26
	}
	d.segment("0%", 4, "0%", y, guide, 2, "")
	d.height = y + 8
	return d
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func findBars(bars []Bar, unit string) string {
	var known []Bar
	for _, b := range bars {
		if !math.IsNaN(b.Value) {
			known = append(known, b)
		}
	}
	if len(known) == 0 {
		return "No values yet"
	}
	byValue := func(a, b Bar) int { return cmp.Compare(a.Value, b.Value) }
	low, high := slices.MinFunc(known, byValue), slices.MaxFunc(known, byValue)
	a, b := Number(low.Value, unit), Number(high.Value, unit)
	switch {
	case len(known) == 1:
		return fmt.Sprintf("%s: %s", low.Label, a)
	case a == b:
		return fmt.Sprintf("All %d values are %s", len(known), a)
	}
	return fmt.Sprintf("From %s (%s) to %s (%s)", a, low.Label, b, high.Label)
}

// Small is one of several charts side by side.
type Small struct {
	Label   string
	Chart   xmr.Chart
	Options xmr.Options
}

// Multiples draws many series small, one below the other, each with its own scale, its
// last value and its variation in words. The title counts the signals among the series
// that have limits to be judged by.
func Multiples(all []Small, w Words) *Drawing {
	d := &Drawing{Source: w.Source, Name: name("Small charts", w)}
	signals, judged := 0, 0
	y := 0.0
	d.Table = newTable("Series", "Latest period", "Latest value", "Mean", "Variation").in(w.Unit, 2, 3)
	for _, m := range all {
		_, words, colour := variation(m.Chart)
		last, known := m.Chart.Latest()
		limits, mean := hasLimits(m.Chart), sheet.N(last.Mean)
		switch {
		case !limits:
			words, colour, mean = "no limits drawn", guide, sheet.T("[z]")
		case m.Chart.Icon != string(xmr.Common):
			signals++
		}
		judged += bit(limits)
		value, when := math.NaN(), "[x]"
		if known {
			value, when = last.Value, day(last.Period)
		}
		d.Table.add(sheet.T(m.Label), sheet.T(when), sheet.N(value), mean, sheet.T(words))
		d.label("0", y+20, "start", ink, m.Label, true)
		d.label("100%", y+20, "end", ink, Number(value, w.Unit), true)
		d.label("0", y+42, "start", colour, words, false)
		d.label("100%", y+42, "end", ink, when, false)
		d.little(m.Chart, y+54, y+114, limits, w.Unit)
		y += 134
	}
	d.Title = findMultiples(len(all), judged, signals)
	d.Subtitle = subtitle(w, "Each series has its own scale.")
	d.height = math.Max(40, y)
	return d
}

// findMultiples says what was found among the series that could be judged.
func findMultiples(all, judged, signals int) string {
	of := fmt.Sprintf("%d series", judged)
	if judged < all {
		of = fmt.Sprintf("the %d series with limits", judged)
	}
	switch {
	case all == 0:
		return "No series yet"
	case judged == 0:
		return fmt.Sprintf("%d series, none with enough to be judged", all)
	case signals == 0:
		return fmt.Sprintf("None of %s shows a change", of)
	case signals == 1:
		return fmt.Sprintf("1 of %s shows a change", of)
	}
	return fmt.Sprintf("%d of %s show a change", signals, of)
}

func (d *Drawing) little(c xmr.Chart, top, bottom float64, limits bool, unit string) {
	var all []float64
	for _, m := range c.Marks {
		all = append(all, m.Value)
		if limits {
			all = append(all, m.Lower, m.Upper)
		}
	}
	s, _ := fit(all, top, bottom)
	across := func(i int) float64 { return float64(i) / math.Max(1, float64(len(c.Marks)-1)) }
	if limits {
		d.lines(c, s, across)
	}
	d.joined(c, s, across)
	for i, m := range c.Marks {
		if !limits {
			m.Cause, m.Type = xmr.CommonCause, xmr.Common
		}
		if m.Type != xmr.Common || i == len(c.Marks)-1 || m.Ghosted {
			d.point(m, s, at(across(i)), unit)
		}
	}
}
