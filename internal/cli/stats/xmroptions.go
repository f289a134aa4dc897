package stats

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/internal/measure/xmr"
)

func (c *XmrCmd) options() (*xmrOptions, error) {
	o := &xmrOptions{}
	if err := load(c.Options, o); err != nil {
		return nil, err
	}
	if err := o.settle(); err != nil {
		return nil, err
	}
	if c.ImprovementDirection != "" {
		o.ImprovementDirection = c.ImprovementDirection
	}
	if c.FixAfterNPoints != nil {
		o.FixAfterNPoints = c.FixAfterNPoints
	}
	if c.ScreenOutliers != nil {
		o.ScreenOutliers = c.ScreenOutliers
	}
	o.Counts = o.Counts || c.Counts
	for _, t := range c.Target {
		series, value := "", t
		if i := strings.LastIndexByte(t, '='); i >= 0 {
			series, value = t[:i], t[i+1:]
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fail.New(fail.Bad, "--target: not a number; write 85 or SERIES=85")
		}
		o.target[series] = v
	}
	for i, r := range c.Rebase {
		if i == 0 {
			o.rebase = map[string][]string{}
		}
		series, date := "", r
		if i := strings.LastIndexByte(r, '='); i >= 0 {
			series, date = r[:i], r[i+1:]
		}
		o.rebase[series] = append(o.rebase[series], date)
	}
	return o, o.check()
}

// settle turns the two forms of target and rebase into one.
func (o *xmrOptions) settle() error {
	o.target, o.rebase = map[string]float64{}, map[string][]string{}
	if isSet(o.Target) {
		var one float64
		var by map[string]*float64
		switch {
		case json.Unmarshal(o.Target, &one) == nil:
			o.target[""] = one
		case json.Unmarshal(o.Target, &by) == nil:
			for s, v := range by {
				if v != nil {
					o.target[s] = *v
				}
			}
		default:
			return fail.New(fail.Bad, "option target: write a number, or an object of a number for each series")
		}
	}
	if isSet(o.Rebase) {
		var one string
		var all []string
		var by map[string]json.RawMessage
		switch {
		case json.Unmarshal(o.Rebase, &all) == nil:
			o.rebase[""] = all
		case json.Unmarshal(o.Rebase, &one) == nil:
			o.rebase[""] = []string{one}
		case json.Unmarshal(o.Rebase, &by) == nil:
			for s, raw := range by {
				var dates []string
				if json.Unmarshal(raw, &dates) != nil {
					if json.Unmarshal(raw, &one) != nil {
						return fail.New(fail.Bad, "option rebase: write a list of dates for each series")
					}
					dates = []string{one}
				}
				o.rebase[s] = dates
			}
		default:
			return fail.New(fail.Bad, "option rebase: write a list of dates, or an object of a list for each series")
		}
	}
	return o.check()
}

func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

func (o *xmrOptions) check() error {
	for _, dates := range o.rebase {
		for _, d := range dates {
			if !isDate(d) {
				return fail.New(fail.Bad, "rebase: not a date; write it as 2024-04-01")
			}
		}
	}
	return nil
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// rebaseSomewhere refuses a date for all series that none of them has.
func (o *xmrOptions) rebaseSomewhere(series map[string][]xmr.Point) error {
	for _, d := range o.rebase[""] {
		there := false
		for _, ps := range series {
			there = there || slices.ContainsFunc(ps, func(p xmr.Point) bool { return p.Period == d })
		}
		if !there {
			return fail.New(fail.Bad, "rebase %s is not a date of the data: rebase on a date that has a row", d)
		}
	}
	return nil
}

// forSeries picks what holds for one series. A date given for all series counts where
// the series has it.
func (o *xmrOptions) forSeries(name string, ps []xmr.Point) xmr.Options {
	opt := xmr.Options{Direction: xmr.Direction(o.ImprovementDirection), Counts: o.Counts}
	if o.FixAfterNPoints != nil {
		opt.FixAfter = *o.FixAfterNPoints
	}
	if o.ScreenOutliers != nil {
		opt.Screen = *o.ScreenOutliers
	}
	if v, ok := o.target[name]; ok && name != "" {
		opt.Target = &v
	} else if v, ok := o.target[""]; ok {
		opt.Target = &v
	}
	opt.Rebase = slices.Clone(o.rebase[name])
	for _, d := range o.rebase[""] {
		if slices.ContainsFunc(ps, func(p xmr.Point) bool { return p.Period == d }) {
			opt.Rebase = append(opt.Rebase, d)
		}
	}
	return opt
}
