package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"heed/internal/measure/sheet"
	"heed/internal/measure/xmr"
	"heed/internal/plain"
)

// XmR draws a judged series with its variation and assurance icons. With counts that
// are too low for limits it draws the plain numbers and no icon.
func XmR(c xmr.Chart, o xmr.Options, w Words) *Drawing {
	d := &Drawing{Title: findXmR(c, o, w.Unit), Source: w.Source, Name: name("XmR chart", w)}
	limits := hasLimits(c)
	d.Subtitle = subtitle(w, notes(c, o)...)
	d.Table = tableXmR(c, o, w.Unit)
	top := 24.0
	if limits {
		top += d.icons(c, o)
	}
	var all []float64
	for _, m := range c.Marks {
		all = append(all, m.Value)
		if limits {
			all = append(all, m.Lower, m.Upper)
		}
	}
	if o.Target != nil && o.Direction != xmr.Neutral {
		all = append(all, *o.Target)
	}
	s, ticks := fit(all, top, top+220)
	d.axis(s, ticks, w.Unit)
	across := func(i int) float64 {
		if len(c.Marks) == 1 {
			return 0.5
		}
		return float64(i) / float64(len(c.Marks)-1)
	}
	if limits {
		d.lines(c, s, across)
	}
	d.joined(c, s, across)
	for i, m := range c.Marks {
		if !limits {
			m.Cause, m.Type = xmr.CommonCause, xmr.Common // no mark without the lines that it speaks of
		}
		d.point(m, s, at(across(i)), w.Unit)
	}
	d.ends(c, o, s, w.Unit, limits)
	d.days(c, s.bottom+22)
	d.height = s.bottom + 34
	return d
}

// hasLimits says whether there are limits to judge by: one point, or counts that are too low,
// show neither common cause nor a signal.
func hasLimits(c xmr.Chart) bool {
	m, known := c.Latest()
	return known && !c.LowCounts && !c.Collapsed && m.Limited()
}

// lines draws mean and limits of each segment, and where segments begin.
func (d *Drawing) lines(c xmr.Chart, s scale, across func(int) float64) {
	for i := 0; i < len(c.Marks); {
		end := i
		for end+1 < len(c.Marks) && c.Marks[end+1].Segment == c.Marks[i].Segment {
			end++
		}
		m := c.Marks[i]
		a, b := at(math.Max(0, across(i)-0.01)), at(math.Min(1, across(end)+0.01))
		if !math.IsNaN(m.Mean) {
			d.segment(a, s.y(m.Mean), b, s.y(m.Mean), guide, 1.5, "")
		}
		if m.Limited() {
			d.segment(a, s.y(m.Upper), b, s.y(m.Upper), guide, 1.5, "6 4")
			d.segment(a, s.y(m.Lower), b, s.y(m.Lower), guide, 1.5, "6 4")
		}
		if i > 0 {
			x := at((across(i-1) + across(i)) / 2)
			d.segment(x, s.top, x, s.bottom, guide, 1, "2 3")
		}
		i = end + 1
	}
}

// joined draws the line through neighbouring values; a gap stays a gap.
func (d *Drawing) joined(c xmr.Chart, s scale, across func(int) float64) {
	for i := 1; i < len(c.Marks); i++ {
		a, b := c.Marks[i-1], c.Marks[i]
		if a.Known && b.Known {
			d.segment(at(across(i-1)), s.y(a.Value), at(across(i)), s.y(b.Value), line, 2, "")
		}
	}
}

func (d *Drawing) point(m xmr.Mark, s scale, x, unit string) {
	if math.IsNaN(m.Value) {
		return
	}
	words := day(m.Period) + ": " + Number(m.Value, unit)
	if m.Cause != xmr.CommonCause {
		words += ", " + causeWords(m)
	}
	switch {
	case m.Ghosted:
		d.mark(x, s.y(m.Value), ring, guide, words+", not counted")
	case m.Type == xmr.Improvement:
		d.mark(x, s.y(m.Value), square, better, words)
	case m.Type == xmr.Concern:
		d.mark(x, s.y(m.Value), triangle, worse, words)
	case m.Type == xmr.NeutralHigh || m.Type == xmr.NeutralLow:
		d.mark(x, s.y(m.Value), diamond, guide, words)
	default:
		d.mark(x, s.y(m.Value), circle, line, words)
	}
}

// ends labels the lines directly, at their right end, and draws the target.
func (d *Drawing) ends(c xmr.Chart, o xmr.Options, s scale, unit string, limits bool) {
	last := c.Marks[len(c.Marks)-1]
	var tags []tag
	if limits && last.Limited() && !xmr.Same(last.Upper, last.Lower) {
		tags = append(tags, tag{s.y(last.Upper), "Upper", Number(last.Upper, unit), guide}, tag{s.y(last.Lower), "Lower",
			Number(last.Lower, unit), guide})
	}
	if limits && !math.IsNaN(last.Mean) {
		tags = append(tags, tag{s.y(last.Mean), "Mean", Number(last.Mean, unit), guide})
	}
	if o.Target != nil && o.Direction != xmr.Neutral {
		y := s.y(*o.Target)
		d.segment(at(0), y, pct(right+1), y, goal, 2.5, "2 4")
		tags = append(tags, tag{y, "Target", Number(*o.Target, unit), goal})
	}
	d.tags(s, tags)
}

// days labels the ends of the time axis.
func (d *Drawing) days(c xmr.Chart, y float64) {
	d.label(at(0), y, "start", ink, day(c.Marks[0].Period), false)
	if len(c.Marks) > 1 {
		d.label(pct(right+1), y, "end", ink, day(c.Marks[len(c.Marks)-1].Period), false)
	}
}

// Span is a period in words, from its first to its last date.
func Span(first, last string) string {
	if day(first) == day(last) {
		return day(first)
	}
	return day(first) + " to " + day(last)
}

// day writes an ISO date as people say it: the month when it is a first of the month.
func day(period string) string {
	t, err := time.Parse(time.DateOnly, period)
	switch {
	case err != nil:
		return period
	case t.Day() == 1:
		return t.Format("Jan 2006")
	}
	return t.Format("2 Jan 2006")
}

// icons draws variation and assurance, each a shape, a letter and words.
func (d *Drawing) icons(c xmr.Chart, o xmr.Options) float64 {
	letter, words, colour := variation(c)
	d.icon(24, letter, colour, "Variation: "+words)
	if c.Assurance == "" {
		return 48
	}
	letter, words, colour = assurance(c, o)
	d.icon(68, letter, colour, "Target: "+words)
	return 92
}

func (d *Drawing) icon(y float64, letter, colour, words string) {
	d.add(`<svg x="22" y="%s" overflow="visible"><circle r="18" fill="%s" stroke="%s" stroke-width="4"/>`, trim(y),
		backing, colour)
	if letter == "~" {
		d.add(`<path d="M-10 2C-7-6-3-6 0 0S7 6 10-2" fill="none" stroke="%s" stroke-width="3"/></svg>`, colour)
	} else {
		d.add(`<text y="6" text-anchor="middle" font-weight="700" fill="%s">%s</text></svg>`, colour, letter)
	}
	d.label("52", y+6, "start", ink, words, false)
}

func variation(c xmr.Chart) (letter, words, colour string) {
	switch c.Icon {
	case "improvement_high":
		return "H", "improvement, high", better
	case "improvement_low":
		return "L", "improvement, low", better
	case "concern_high":
		return "H", "concern, high", worse
	case "concern_low":
		return "L", "concern, low", worse
	case "neutral_high":
		return "H", "change, high", guide
	case "neutral_low":
		return "L", "change, low", guide
	}
	return "~", "common cause", guide
}

// assurance says how the target was met since the last rebase, which is what the limits and
// so the icon speak of. Where limits were fixed and the values went elsewhere, the values decide.
func assurance(c xmr.Chart, o xmr.Options) (letter, words, colour string) {
	met, missed := met(c, o)
	all, since := met+missed, ""
	times := plain.Count(all, "time", "times")
	if first := current(c)[0]; first.Period != c.Marks[0].Period {
		since = " since " + day(first.Period)
	}
	last := c.Marks[len(c.Marks)-1]
	icon := c.AssuranceIcon()
	onTarget := xmr.Same(last.Upper, last.Lower) && o.Target != nil && xmr.Same(last.Mean, *o.Target)
	switch { // what is always on the target meets it
	case all == 0:
		return "?", "no values yet" + since, guide
	case (icon == "pass" || onTarget) && missed == 0:
		return "P", "always met" + since, better
	case icon == "pass" && met > missed:
		return "P", fmt.Sprintf("usually met, missed %d of %s%s", missed, times, since), better
	case icon == "fail" && met == 0:
		return "F", "never met" + since, worse
	case icon == "fail" && missed > met:
		return "F", fmt.Sprintf("usually missed, met %d of %s%s", met, times, since), worse
	case missed == 0:
		return "?", fmt.Sprintf("met %d of %s%s, may be missed", met, times, since), guide
	case met == 0:
		return "?", fmt.Sprintf("missed %d of %s%s, may be met", missed, times, since), guide
	}
	return "?", "hit and miss" + since, guide
}

// current is the last segment.
func current(c xmr.Chart) []xmr.Mark {
	start := len(c.Marks) - 1
	for start > 0 && c.Marks[start-1].Segment == c.Marks[start].Segment {
		start--
	}
	return c.Marks[start:]
}

// met counts the values of the last segment that meet the target and those that do not.
func met(c xmr.Chart, o xmr.Options) (met, missed int) {
	if o.Target == nil {
		return 0, 0
	}
	for _, m := range current(c) {
		switch {
		case !m.Known:
		case xmr.Same(m.Value, *o.Target) || (m.Value > *o.Target) == (o.Direction == xmr.Increase):
			met++
		default:
			missed++
		}
	}
	return met, missed
}

func notes(c xmr.Chart, o xmr.Options) []string {
	var out []string
	switch {
	case c.LowCounts:
		out = append(out, fmt.Sprintf("Counts below %d a period: no limits are drawn.", xmr.LowCount))
	case c.Collapsed:
		out = append(out, "Nearly constant: no limits are drawn.")
	case c.Short:
		out = append(out, fmt.Sprintf("Fewer than %d points: limits are a guide.", xmr.Short))
	}
	if o.Screen {
		out = append(out, "Outlying moving ranges left out of the limits.")
	}
	if o.FixAfter > 0 {
		out = append(out, fmt.Sprintf("Limits from the first %d points.", o.FixAfter))
	}
	return out
}

func subtitle(w Words, more ...string) string {
	var parts []string
	for _, s := range []string{w.Measure, w.Place, w.Period} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	s := strings.Join(parts, ", ")
	if s != "" && len(more) > 0 {
		s += ". "
	}
	return s + strings.Join(more, " ")
}

func name(kind string, w Words) string {
	if w.Measure == "" {
		return kind
	}
	s := kind + ": " + w.Measure
	if w.Place != "" {
		s += ", " + w.Place
	}
	return s
}

func causeWords(m xmr.Mark) string {
	s := map[xmr.Cause]string{
		xmr.AboveLimit: "above the upper limit", xmr.BelowLimit: "below the lower limit",
		xmr.Rising: "one of 7 or more rising in a row", xmr.Falling: "one of 7 or more falling in a row",
		xmr.TwoAbove: "one of 2 in 3 close to the upper limit", xmr.TwoBelow: "one of 2 in 3 close to the lower limit",
		xmr.ShiftAbove: "one of 7 or more above the mean", xmr.ShiftBelow: "one of 7 or more below the mean",
	}[m.Cause]
	switch m.Type {
	case xmr.Improvement:
		return s + " (improvement)"
	case xmr.Concern:
		return s + " (concern)"
	}
	return s
}

// findXmR writes the finding from the last value.
func findXmR(c xmr.Chart, o xmr.Options, unit string) string {
	m, known := c.Latest()
	if !known {
		return "No values yet"
	}
	v, when := Number(m.Value, unit), day(m.Period)
	if c.LowCounts || c.Collapsed || !m.Limited() {
		return fmt.Sprintf("%s in %s", v, when)
	}
	if xmr.Same(m.Upper, m.Lower) && m.Cause == xmr.CommonCause {
		return constant(c, m, v, when)
	}
	switch m.Cause {
	case xmr.AboveLimit:
		return fmt.Sprintf("%s in %s: above the usual range, which ends at %s", v, when, Number(m.Upper, unit))
	case xmr.BelowLimit:
		return fmt.Sprintf("%s in %s: below the usual range, which begins at %s", v, when, Number(m.Lower, unit))
	case xmr.Rising:
		return fmt.Sprintf("Rising for %d periods in a row, to %s in %s", run(c, true), v, when)
	case xmr.Falling:
		return fmt.Sprintf("Falling for %d periods in a row, to %s in %s", run(c, true), v, when)
	case xmr.TwoAbove:
		return fmt.Sprintf("%s in %s: 2 of 3 values close to the upper limit", v, when)
	case xmr.TwoBelow:
		return fmt.Sprintf("%s in %s: 2 of 3 values close to the lower limit", v, when)
	case xmr.ShiftAbove:
		return fmt.Sprintf("The last %d values are all above the mean of %s", run(c, false), Number(m.Mean, unit))
	case xmr.ShiftBelow:
		return fmt.Sprintf("The last %d values are all below the mean of %s", run(c, false), Number(m.Mean, unit))
	}
	low, high := m.Lower, m.Upper
	if unit == "%" || o.Counts { // the lines may pass what a value can be, the words may not
		low = math.Max(low, 0)
	}
	if unit == "%" {
		high = math.Min(high, 100)
	}
	return fmt.Sprintf("No change to be seen: %s in %s, usually %s to %s", v, when, Number(low, unit), Number(high, unit))
}

// constant is the finding where the limits lie on the mean: "always" is said of what always was.
func constant(c xmr.Chart, last xmr.Mark, v, when string) string {
	other := func(m xmr.Mark) bool { return !math.IsNaN(m.Value) && !xmr.Same(m.Value, last.Value) }
	segment := slices.DeleteFunc(slices.Clone(c.Marks), func(m xmr.Mark) bool { return m.Segment != last.Segment })
	switch {
	case !slices.ContainsFunc(c.Marks, other):
		return fmt.Sprintf("Always %s, to %s", v, when)
	case slices.ContainsFunc(segment, other):
		return fmt.Sprintf("%s in %s, on the mean", v, when)
	}
	return fmt.Sprintf("Always %s from %s to %s", v, day(segment[0].Period), when)
}

// run counts the values at the end that go the same way (trend) or lie on one side.
func run(c xmr.Chart, trend bool) int {
	marks := c.Marks
	for len(marks) > 0 && !marks[len(marks)-1].Known {
		marks = marks[:len(marks)-1]
	}
	n := 1
	for i := len(marks) - 1; i > 0; i-- {
		a, b := marks[i-1], marks[i]
		if !a.Known || a.Segment != b.Segment {
			break
		}
		if trend && (b.Value > a.Value) != (marks[len(marks)-1].Cause == xmr.Rising) || trend && xmr.Same(a.Value, b.Value) {
			break
		}
		if !trend && a.Side != b.Side {
			break
		}
		n++
	}
	return n
}

func tableXmR(c xmr.Chart, o xmr.Options, unit string) Table {
	t := newTable("Period", "Value", "Mean", "Lower limit", "Upper limit", "Signal").in(unit, 1, 4)
	for _, m := range c.Marks {
		signal := "none"
		if m.Cause != xmr.CommonCause {
			signal = causeWords(m)
		}
		if m.Ghosted {
			signal = "not counted"
		}
		if z := sheet.T("[z]"); !hasLimits(c) {
			t.add(sheet.T(day(m.Period)), sheet.N(m.Value), z, z, z, z)
			continue
		}
		t.add(sheet.T(day(m.Period)), sheet.N(m.Value), sheet.N(m.Mean), sheet.N(m.Lower), sheet.N(m.Upper), sheet.T(signal))
	}
	return t
}
