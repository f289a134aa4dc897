package workday

import (
	"testing"
	"time"
)

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		p           Period
		first, last string
		next        Period
		words       string
	}{
		{"2026-02", "2026-02-01", "2026-02-28", "2026-03", "February 2026"},
		{"2028-02", "2028-02-01", "2028-02-29", "2028-03", "February 2028"},
		{"2026-12", "2026-12-01", "2026-12-31", "2027-01", "December 2026"},
		{"2026-Q1", "2026-01-01", "2026-03-31", "2026-Q2", "January to March 2026"},
		{"2026-Q4", "2026-10-01", "2026-12-31", "2027-Q1", "October to December 2026"},
	} {
		first, last, ok := c.p.Bounds()
		if !ok || first.String() != c.first || last.String() != c.last || c.p.Next() != c.next || c.p.Words() != c.words {
			t.Errorf("%s is %s to %s (%v), then %s, %q", c.p, first, last, ok, c.p.Next(), c.p.Words())
		}
		for d := first; !last.Before(d); d = d.Add(1) {
			if MonthOf(d) != c.p && QuarterOf(d) != c.p {
				t.Fatalf("%s does not lie in %s", d, c.p)
			}
		}
	}
	for _, p := range []Period{"", "2026", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-1", "26-01", "2026-01-01",
		"2026-Q1x"} {
		if _, _, ok := p.Bounds(); ok || p.Next() != "" {
			t.Errorf("%q is a period", p)
		}
	}
	if late := time.Date(2026, 3, 31, 23, 30, 0, 0, time.UTC); MonthOf(Of(late)) != "2026-04" { // summer time
		t.Error("the last half hour of March in UTC is April in London")
	}
}
