// Package xmr draws the numbers of an XmR chart in the manner of NHS England's
// "Making Data Count": mean, limits from the moving range, the four rules, and the
// variation and assurance icons.
//
// What it keeps true: each part of a series between two rebase dates is judged by
// itself; a missing or ghosted point never enters a calculation and never signals;
// every comparison allows for rounding (Same), so "on the mean" is on the mean.
// The formulae agree with NHSRplotthedots 0.2.2 save where that package errs; those
// corner cases are decided in docs/decisions/0401-measures-corner-cases.md.
package xmr

import (
	"math"
	"slices"
	"strings"

	"heed/internal/fail"
)

// Direction says which way is better.
type Direction string

// The three directions. Neutral has neutral icons and no assurance.
const (
	Increase Direction = "increase"
	Decrease Direction = "decrease"
	Neutral  Direction = "neutral"
)

// Short is the number of rows below which a segment's limits are only a guide.
const Short = 13

// MinFix is the smallest number of points that limits may be fixed after.
const MinFix = 12

// LowCount is the mean count per period below which limits mislead: in a simulation
// of 24 monthly counts without any change, 24 % of charts with mean 5 show a signal,
// 62 % with mean 0.5.
const LowCount = 5

// Point is one value of a series. Value is NaN when missing. Period orders as text
// (ISO dates do). A ghosted point is shown and left out of every calculation.
type Point struct {
	Period  string
	Value   float64
	Ghosted bool
}

// Options are how a series is judged. The zero value is not usable: Direction must be given.
type Options struct {
	Direction Direction
	Target    *float64 // nil: no assurance
	Rebase    []string // periods that start a new segment; each must be a period of the series
	FixAfter  int      // limits from the first FixAfter rows of each segment; 0: from all
	Screen    bool     // leave out moving ranges of 3.267 times their mean or more, once
	Counts    bool     // values are counts: say when their mean is too low for limits
}

// Cause names the rule that a point answers to.
type Cause string

// The rules, first that applies.
const (
	CommonCause Cause = "Common Cause"
	AboveLimit  Cause = "Above UCL"
	BelowLimit  Cause = "Below LCL"
	Rising      Cause = "7 Point Trend (Increasing)"
	Falling     Cause = "7 Point Trend (Decreasing)"
	TwoAbove    Cause = "2 in 3 Above CL"
	TwoBelow    Cause = "2 in 3 Below CL"
	ShiftAbove  Cause = "7 Points Above CL"
	ShiftBelow  Cause = "7 Points Below CL"
)

// up says whether a signal points upward.
func (c Cause) up() bool {
	return c == AboveLimit || c == Rising || c == TwoAbove || c == ShiftAbove
}

// Type is what a cause means, given the direction.
type Type string

// The types of a point, and of a series by its last value.
const (
	Common      Type = "common_cause"
	Improvement Type = "special_cause_improvement"
	Concern     Type = "special_cause_concern"
	NeutralHigh Type = "special_cause_neutral_high"
	NeutralLow  Type = "special_cause_neutral_low"
)

// Mark is one point with its segment's lines and what the rules say of it.
// Numbers are NaN where undefined; Known is false when the point has no usable value.
type Mark struct {
	Point
	Segment            int
	Mean, Lower, Upper float64
	NearLow, NearHigh  float64
	Known              bool // the value counts: neither missing nor ghosted
	Outside, Near      bool
	Side               int // −1 below the mean, 0 on it, 1 above
	Cause              Cause
	Type               Type
	Short              bool // the segment has fewer than Short rows
	firstOfSegment     bool
}

// Limited says whether the limits are defined.
func (m Mark) Limited() bool { return !math.IsNaN(m.Lower) }

// Chart is a judged series.
type Chart struct {
	Marks     []Mark
	Short     bool   // a segment has fewer than Short rows
	Variation Type   // of the last point that has a value
	Icon      string // common_cause, improvement_high, concern_low, neutral_high, …
	Assurance string // consistent_pass, consistent_fail, inconsistent, or "" when not judged
	LowCounts bool   // Options.Counts, and the last segment's mean is below LowCount: draw no limits
	Collapsed bool   // screening left no variation, so that every other point is "outside"
}

// Same says whether a and b are equal within 1e-9 relative (absolute below 1). Units: any.
func Same(a, b float64) bool {
	d := math.Abs(a - b)
	return d <= 1e-9 || d <= 1e-9*math.Abs(a) || d <= 1e-9*math.Abs(b)
}

// sign is the side of a from b, 0 when they are the same.
func sign(a, b float64) int {
	switch {
	case Same(a, b):
		return 0
	case a > b:
		return 1
	}
	return -1
}

// Judge sorts the points by period and judges them. Values may have any unit; the
// limits have the same. For each segment: mean m of the base values, moving ranges
// |b_i − b_{i−1}| with mean A, limits m ± 2.66·A, near limits m ± (2·2.66/3)·A.
// Limits are never cut at 0 or 100 %.
// Source: Wheeler, Understanding Variation, by way of NHS England's Making Data Count.
// Errors (fail.Bad): no points, an unknown direction, a period twice, a rebase that
// is not a period, 0 < FixAfter < MinFix, an infinite value.
func Judge(points []Point, o Options) (Chart, error) {
	if err := check(points, o); err != nil {
		return Chart{}, err
	}
	c := Chart{Marks: make([]Mark, len(points))}
	for i, p := range points {
		c.Marks[i].Point = p
	}
	byPeriod := func(a, b Mark) int { return strings.Compare(a.Period, b.Period) }
	if !slices.IsSortedFunc(c.Marks, byPeriod) {
		slices.SortFunc(c.Marks, byPeriod)
	}
	for i := 1; i < len(c.Marks); i++ {
		if c.Marks[i].Period == c.Marks[i-1].Period {
			return Chart{}, fail.New(fail.Bad, "period %s is there twice: keep one row for each period", c.Marks[i].Period)
		}
	}
	if err := segment(c.Marks, o.Rebase); err != nil {
		return Chart{}, err
	}
	for start := 0; start < len(c.Marks); {
		end := start + 1
		for end < len(c.Marks) && !c.Marks[end].firstOfSegment {
			end++
		}
		judge(c.Marks[start:end], o, &c)
		start = end
	}
	if c.LowCounts {
		c.unmark()
	}
	c.summarise(o)
	return c, nil
}

// unmark takes the signals back: where counts are too low for limits they are noise.
func (c *Chart) unmark() {
	for i := range c.Marks {
		m := &c.Marks[i]
		m.Outside, m.Near, m.Cause, m.Type = false, false, CommonCause, Common
	}
}

func check(points []Point, o Options) error {
	switch {
	case len(points) == 0:
		return fail.New(fail.Bad, "the series has no points: give at least one row")
	case o.Direction != Increase && o.Direction != Decrease && o.Direction != Neutral:
		return fail.New(fail.Bad, "improvement direction is not known: use increase, decrease or neutral")
	case o.FixAfter < 0 || o.FixAfter > 0 && o.FixAfter < MinFix:
		return fail.New(fail.Bad, "limits can be fixed after %d points or more", MinFix)
	case o.Target != nil && (math.IsNaN(*o.Target) || math.IsInf(*o.Target, 0)):
		return fail.New(fail.Bad, "the target is not a number")
	}
	for _, p := range points {
		if math.IsInf(p.Value, 0) {
			return fail.New(fail.Bad, "the value of %s is infinite: give a number or leave it empty", p.Period)
		}
	}
	return nil
}

// segment numbers the segments. A rebase on the first period makes the first number 1.
func segment(marks []Mark, rebase []string) error {
	used, group := 0, 0
	sorted := slices.Compact(slices.Sorted(slices.Values(rebase)))
	for i := range marks {
		if _, yes := slices.BinarySearch(sorted, marks[i].Period); yes {
			group++
			used++
			marks[i].firstOfSegment = true
		}
		marks[i].Segment = group
	}
	if used == len(sorted) {
		return nil
	}
	for _, r := range sorted {
		if !slices.ContainsFunc(marks, func(m Mark) bool { return m.Period == r }) {
			return fail.New(fail.Bad, "rebase %s is not a period of the series: rebase on a period that has a row", r)
		}
	}
	return nil
}

// judge fills one segment.
func judge(seg []Mark, o Options, c *Chart) {
	l := limits(seg, o)
	short := len(seg) < Short
	c.Short = c.Short || short
	c.Collapsed = l.collapsed
	c.LowCounts = o.Counts && !(l.mean >= LowCount) && !Same(l.mean, LowCount)
	for i := range seg {
		m := &seg[i]
		m.Mean, m.Lower, m.Upper, m.NearLow, m.NearHigh = l.mean, l.lower, l.upper, l.nearLow, l.nearHigh
		m.Short, m.Cause, m.Type = short, CommonCause, Common
		if m.Known = !m.Ghosted && !math.IsNaN(m.Value); !m.Known {
			continue
		}
		m.Side = sign(m.Value, l.mean)
		if m.Limited() {
			m.Outside = sign(m.Value, l.upper) > 0 || sign(m.Value, l.lower) < 0
			m.Near = !m.Outside && (sign(m.Value, l.nearHigh) > 0 || sign(m.Value, l.nearLow) < 0)
		}
	}
	name(seg, o.Direction)
}

type lines struct {
	mean, lower, upper, nearLow, nearHigh float64
	collapsed                             bool
}

// limits computes a segment's lines from its base values.
func limits(seg []Mark, o Options) lines {
	base := func(i int) float64 {
		if seg[i].Ghosted || o.FixAfter > 0 && i >= o.FixAfter {
			return math.NaN()
		}
		return seg[i].Value
	}
	var sum, ranges float64
	var n, k int
	for i := range seg {
		b := base(i)
		if math.IsNaN(b) {
			continue
		}
		sum, n = sum+b, n+1
		if i > 0 {
			if r := math.Abs(b - base(i-1)); !math.IsNaN(r) {
				ranges, k = ranges+r, k+1
			}
		}
	}
	nan := math.NaN()
	if n == 0 {
		return lines{nan, nan, nan, nan, nan, false}
	}
	mean := sum / float64(n)
	if k == 0 {
		return lines{mean, nan, nan, nan, nan, false}
	}
	a := ranges / float64(k)
	collapsed := false
	if o.Screen && a > 0 {
		a, collapsed = screened(seg, base, a)
	}
	// A constant series keeps its limits on the mean: no moving range, no variation.
	return lines{mean, mean - 2.66*a, mean + 2.66*a, mean - 2*2.66/3*a, mean + 2*2.66/3*a, collapsed}
}

// screened is the mean of the moving ranges below 3.267 times a, once. It also says
// whether nothing but zeros is left, when some ranges were not zero.
func screened(seg []Mark, base func(int) float64, a float64) (float64, bool) {
	var sum float64
	k := 0
	for i := 1; i < len(seg); i++ {
		if r := math.Abs(base(i) - base(i-1)); !math.IsNaN(r) && sign(r, 3.267*a) < 0 {
			sum, k = sum+r, k+1
		}
	}
	if k == 0 {
		return 0, true
	}
	return sum / float64(k), sum == 0
}
