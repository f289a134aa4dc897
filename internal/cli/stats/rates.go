package stats

import (
	"slices"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
)

// rate is a column of percentages beside counts: of one column in the Total of the row.
type rate struct{ column, count, total int }

// rateWords are what a header says that is no count.
var rateWords = []string{"%", "percentage", "percent", "per cent", "proportion", "rate", "share"}

func isRate(header string) bool { _, is := rateOf(header); return is }

// rateOf gives the count that a header speaks of: Yes for "Yes %" and "% Yes".
func rateOf(header string) (count string, is bool) {
	h := strings.ToLower(header)
	for _, w := range rateWords {
		if rest, ok := strings.CutSuffix(h, w); ok && (w == "%" || rest == "" || strings.HasSuffix(rest, " ")) {
			return strings.TrimSpace(header[:len(rest)]), true
		}
		if rest, ok := strings.CutPrefix(h, w); ok && (w == "%" || strings.HasPrefix(rest, " ")) {
			rest = strings.TrimPrefix(strings.TrimSpace(rest), "of ")
			return strings.TrimSpace(header[len(header)-len(rest):]), true
		}
	}
	return "", false
}

func percentUnknown(header string) error {
	return fail.New(fail.Bad, "row 1, column %s: percentages beside counts are worked out from what may be "+
		"shown; name the "+
		"column after a count of the same row, such as Yes %% beside Yes and Total, or leave it out", header)
}

// findRates finds the columns of percentages and what each is a percentage of.
func (l *laid) findRates(labels int) error {
	header := l.sheet.header
	find := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
	}
	for j := labels; j < len(header); j++ {
		of, is := rateOf(header[j])
		if !is {
			continue
		}
		r := rate{j, find(of), find(attack.Total)}
		if r.count < labels || r.total < labels || r.count == r.total {
			return percentUnknown(header[j])
		}
		l.rates = append(l.rates, r)
	}
	return nil
}

func (l *laid) isRate(column int) bool {
	return slices.ContainsFunc(l.rates, func(r rate) bool { return r.column == column })
}

// shown is the percentage that the row's numbers allow: a mark beside a mark.
func (r rate) shown(row []string) string {
	y, err := strconv.ParseInt(row[r.count], 10, 64)
	n, err2 := strconv.ParseInt(row[r.total], 10, 64)
	if err != nil || err2 != nil {
		return disclose.Star
	}
	p, err := disclose.Percent(min(y, n), n) // rounding can lift a part above its whole
	if err != nil {
		return "[z]"
	}
	return p
}

// percentsTell refuses published percentages that say more than the counts beside them.
func (l *laid) percentsTell() error {
	for _, r := range l.rates {
		for i, row := range l.sheet.rows {
			if f := strings.TrimSuffix(row[r.column], "%"); f != "" && !isMark(f) && f != r.shown(row) {
				return fail.New(fail.Refused, "row %d, column %s: the percentage says more than the counts beside it; leave it "+
					"out, or publish what disclose makes of it", l.sheet.lines[i], l.sheet.header[r.column])
			}
		}
	}
	return nil
}
