package stats

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
)

// rate is a column of percentages beside counts: of one column in the Total of the row.
type rate struct{ column, count, total int }

// rateWords are the words of a name that is no name of a count, whatever stands beside them.
var rateWords = []string{"percentage", "percentages", "percent", "pct", "perc", "proportion", "rate", "rates", "ratio",
	"share", "mean", "average", "median", "pc"}

var (
	perSome = regexp.MustCompile(`\bper (cent|mille|head|\d)`)
	apart   = strings.NewReplacer("_", " ", "-", " ", "(", " ", ")", " ", "[", " ", "]", " ", "/", " ", ".", " ")
)

// isRate says whether a header or a member speaks of percentages or rates.
func isRate(name string) bool {
	n := strings.Join(strings.Fields(apart.Replace(strings.ToLower(name))), " ")
	return strings.ContainsAny(n, "%‰％") || perSome.MatchString(n) ||
		slices.ContainsFunc(strings.Fields(n), func(w string) bool { return slices.Contains(rateWords, w) })
}

// countOf gives the count that a header of percentages speaks of: Yes for "Yes %" and
// "% of Yes". "" when it says something else.
func countOf(header string) string {
	n := strings.Join(strings.Fields(strings.ReplaceAll(apart.Replace(header), "%", " % ")), " ")
	lower := strings.ToLower(n)
	for _, w := range append([]string{"%", "per cent"}, rateWords...) {
		if strings.HasSuffix(lower, " "+w) {
			return n[:len(n)-len(w)-1]
		}
		if strings.HasPrefix(lower, w+" ") {
			n = n[len(w)+1:]
			return strings.TrimPrefix(n, "of ")
		}
	}
	return ""
}

func percentUnknown(header string) error {
	return fail.New(fail.Bad, "row 1, column %s: percentages beside counts are worked out from what may be "+
		"shown; name the "+
		"column after a count of the same row, such as Yes %% beside Yes and Total, or leave it out", header)
}

// findRates finds the columns of percentages and what each is a percentage of. Labels
// that speak of percentages have no remedy: beside them stand no counts.
func (l *laid) findRates(labels, end int) error {
	s := l.sheet
	seen := map[string]bool{}
	for j := range labels {
		if isRate(s.header[j]) {
			return percentUnknown(s.header[j])
		}
		for i, row := range s.rows {
			if f := row[j]; !seen[f] && isRate(f) {
				return fail.New(fail.Bad, "row %d, column %s: percentages or rates among counts; leave them out, or name the "+
					"label differently when it is one of counts", s.lines[i], s.header[j])
			}
			seen[row[j]] = true
		}
	}
	find := func(name string) int {
		return slices.IndexFunc(s.header, func(h string) bool { return strings.EqualFold(h, name) })
	}
	for j := labels; j < end; j++ {
		if !isRate(s.header[j]) {
			continue
		}
		r := rate{j, find(countOf(s.header[j])), find(attack.Total)}
		if r.count < labels || r.total < labels || r.count == r.total {
			return percentUnknown(s.header[j])
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
