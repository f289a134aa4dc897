package workday

import (
	"fmt"
	"time"
)

// Period is a month ("2026-03") or a quarter of the calendar year ("2026-Q1"), by days
// in London.
type Period string

// MonthOf is the month of a day.
func MonthOf(d Day) Period { return Period(fmt.Sprintf("%04d-%02d", d.Year, d.Month)) }

// QuarterOf is the quarter of a day.
func QuarterOf(d Day) Period { return Period(fmt.Sprintf("%04d-Q%d", d.Year, (d.Month+2)/3)) }

// Bounds are the first and the last day of a period; ok is false when it is none.
func (p Period) Bounds() (first, last Day, ok bool) {
	var year, n, months int
	first = Day{Day: 1}
	switch {
	case scanned(string(p), "%04d-Q%1d", &year, &n) && n >= 1 && n <= 4:
		first.Month, months = time.Month(3*n-2), 3
	case scanned(string(p), "%04d-%02d", &year, &n) && n >= 1 && n <= 12:
		first.Month, months = time.Month(n), 1
	default:
		return Day{}, Day{}, false
	}
	first.Year = year
	after := first.utc().AddDate(0, months, 0)
	return first, civil(after).Add(-1), true
}

func scanned(text, form string, year, n *int) bool {
	_, err := fmt.Sscanf(text, form, year, n)
	return err == nil && fmt.Sprintf(form, *year, *n) == text
}

// Next is the period of the same length that follows; a text that is no period is followed by none.
func (p Period) Next() Period {
	first, last, ok := p.Bounds()
	switch {
	case !ok:
		return ""
	case first.Month == last.Month:
		return MonthOf(last.Add(1))
	}
	return QuarterOf(last.Add(1))
}

// Words is the period in a sentence: "March 2026", "January to March 2026".
func (p Period) Words() string {
	first, last, ok := p.Bounds()
	switch {
	case !ok:
		return string(p)
	case first.Month == last.Month:
		return first.Start().Format("January 2006")
	}
	return first.Start().Format("January to ") + last.Start().Format("January 2006")
}
