// Package disclose decides how counts of people may be published: the HES rule, the
// check by attack that follows it, and secondary suppression.
//
// What it keeps true: nothing leaves it that the attack, together with the earlier
// editions it was given, can narrow to fewer than three values; when that cannot be
// had it refuses. It is trusted with true counts and returns only treated ones,
// besides the names of cells.
package disclose

import (
	"math"
	"strconv"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/plain"
)

// Star is the mark in place of a small count.
const Star = "*"

// Small is the largest count that is never shown below national level.
const Small = attack.Small

// IsSmall says whether a count must be hidden below national level.
func IsSmall(v int64) bool { return v >= 1 && v <= Small }

// HES shows a count of people below national level: 0 stays 0, 1 to 7 become a mark,
// 8 and over are rounded to the nearest 5. Totals are treated from their true counts,
// so columns need not add up. Source: NHS Digital, Disclosure control methodology for
// HES and ECDS (September 2018). Unit: people. Negative counts are treated as 0.
func HES(v int64) attack.Value {
	switch {
	case v <= 0:
		return attack.Value{Kind: attack.Number}
	case v <= Small:
		return attack.Value{Kind: attack.Mark}
	}
	return attack.Value{Kind: attack.Number, N: (v + 2) / 5 * 5}
}

// Text is how a value is written in a table: a number, a mark, or nothing.
func Text(v attack.Value) string {
	switch v.Kind {
	case attack.Mark:
		if v.Second {
			return Star + Star
		}
		return Star
	case attack.Absent:
		return ""
	}
	return strconv.FormatInt(v.N, 10)
}

// MayAverage says whether a mean or median of n people may be shown below national level.
func MayAverage(n int64) bool { return n > Small }

// Percent shows a percentage below national level. It is worked out from the rounded
// numbers; a mark when either is one; a denominator n makes it good to about 400/n
// points, hence one decimal from 4,000, whole numbers from 400, and below that the
// nearest 5. Source: as HES. Errors (fail.Bad): denominator 0 or less, numerator
// below 0 or above the denominator.
func Percent(numerator, denominator int64) (string, error) {
	if denominator <= 0 || numerator < 0 || numerator > denominator {
		return "", fail.New(fail.Bad, "a percentage needs a denominator above 0 and a numerator of at most that")
	}
	y, n := HES(numerator), HES(denominator)
	if y.Kind == attack.Mark || n.Kind == attack.Mark {
		return Star, nil
	}
	p := math.Min(100, 100*float64(y.N)/float64(n.N))
	switch {
	case n.N >= 4000:
		return strconv.FormatFloat(p, 'f', 1, 64), nil
	case n.N >= 400:
		return strconv.FormatFloat(math.Round(p), 'f', 0, 64), nil
	}
	return strconv.FormatFloat(math.Round(p/5)*5, 'f', 0, 64), nil
}

// Treat applies the HES rule to every number of a table.
func Treat(t attack.Table) attack.Table {
	out := attack.Table{Name: t.Name, Dims: t.Dims, Cells: make([]attack.Cell, len(t.Cells))}
	for i, c := range t.Cells {
		if c.Kind == attack.Number && !c.Exact {
			c.Value = HES(c.N)
		}
		out.Cells[i] = c
	}
	return out
}

// Release treats true tables by the HES rule and attacks the result together with
// earlier editions. The finding is returned in every case. Errors: fail.Refused when
// the result is not safe, fail.Bad as attack.NewFrame.
func Release(tables, earlier []attack.Table, h attack.Hierarchy, steps attack.Limit) ([]attack.Table,
	attack.Finding, error) {
	if err := attack.AddsUp(tables, h); err != nil {
		return nil, attack.Finding{}, err
	}
	published := make([]attack.Table, len(tables))
	for i, t := range tables {
		published[i] = Treat(t)
	}
	found, err := attack.Run(append(append([]attack.Table{}, published...), earlier...), h, attack.HES, steps)
	if err != nil {
		return nil, found, err
	}
	if err := refusal(found); err != nil {
		return published, found, err
	}
	return published, found, shownBefore(published, earlier)
}

// shownBefore refuses a mark over a number that an earlier edition shows.
func shownBefore(published, earlier []attack.Table) error {
	shown := map[string]bool{}
	for _, t := range earlier {
		for _, c := range t.Cells {
			if c.Kind == attack.Number {
				shown[attack.CellName(t.Dims, c.At)] = true
			}
		}
	}
	for _, t := range published {
		for _, c := range t.Cells {
			if name := attack.CellName(t.Dims, c.At); c.Kind == attack.Mark && shown[name] {
				return fail.New(fail.Refused, "an earlier edition shows %s, so that hiding it now hides nothing: decide with its "+
					"publisher what is to be done", name)
			}
		}
	}
	return nil
}

func hidden(cells []string) string { return plain.Count(len(cells), "hidden cell", "hidden cells") }

// refusal says why a finding forbids publication; nil when it does not.
func refusal(f attack.Finding) error {
	switch f.Status {
	case attack.Safe:
		return nil
	case attack.Recoverable:
		return fail.New(fail.Refused, "%s can be worked out exactly, the first is %s: hide further cells (--secondary), "+
			"merge categories or withhold the table", hidden(f.Recoverable), f.Recoverable[0])
	case attack.Narrow:
		return fail.New(fail.Refused, "%s can be narrowed to two values, the first is %s: hide further cells (--secondary), "+
			"merge categories or withhold the table", hidden(f.Narrow), f.Narrow[0])
	case attack.Unproven:
		return fail.New(fail.Refused, "it could not be proven that no hidden cell can be worked out: publish fewer tables "+
			"together or merge categories")
	}
	return fail.New(fail.Refused, "the numbers fit no true table: check the totals, and that an earlier edition is of "+
		"the same count")
}
