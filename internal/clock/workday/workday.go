// Package workday counts working days: Monday to Friday less the bank holidays
// of one nation of the United Kingdom.
//
// A working day is a civil day in Europe/London, whatever the machine's zone and
// whether or not the clocks change on it. The day on which something happens is
// never counted: one working day after a Friday evening is Monday.
//
// Bank holidays are computed from the rules that have held since the years named
// in Covered, with the one-off days and the moved days as data (holidays.go).
// The rules are those of the Banking and Financial Dealings Act 1971, its
// Schedule 1, and the yearly proclamations under it as gov.uk/bank-holidays
// publishes them; Easter is the Gregorian computus. For years that are not
// proclaimed yet the rules are what is expected: a day that a later proclamation
// moves or adds is put into the data by a release, and a deadline already given
// does not move.
//
// The package carries the time-zone data in itself, so that a machine without
// any counts the same.
package workday

import (
	"fmt"
	"time"
	_ "time/tzdata" // Europe/London on machines that have no zone data
)

// Day is a civil day. The zero value is no day.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// London is where days are counted.
var London = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic("no Europe/London although it is embedded: " + err.Error())
	}
	return l
}()

// Of is the day in London on which an instant falls.
func Of(t time.Time) Day {
	y, m, d := t.In(London).Date()
	return Day{y, m, d}
}

// Start is the first instant of the day in London.
func (d Day) Start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, London) }

// End is the last microsecond of the day in London.
func (d Day) End() time.Time { return d.Add(1).Start().Add(-time.Microsecond) }

// Add is n days later; n may be negative.
func (d Day) Add(n int) Day { return civil(d.utc().AddDate(0, 0, n)) }

// Until is how many days of the calendar lie between d and e; negative when e is earlier.
func (d Day) Until(e Day) int { return int(e.utc().Sub(d.utc()) / (24 * time.Hour)) }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.utc().Weekday() }

// Before says whether d is earlier than e.
func (d Day) Before(e Day) bool { return d.utc().Before(e.utc()) }

// String is 2026-11-21. Pages have their own form ("21 November 2026").
func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Parse reads 2026-11-21.
func Parse(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	return civil(t), err
}

// Words is the day in a sentence: 21 November 2026.
func (d Day) Words() string { return d.Start().Format("2 January 2006") }

// utc is noon in UTC: arithmetic on days must not meet a change of clocks.
func (d Day) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

func civil(t time.Time) Day { y, m, d := t.Date(); return Day{y, m, d} }

// Nation is whose bank holidays count.
type Nation string

// The nations. England and Wales have the same days.
const (
	EnglandAndWales Nation = "england-and-wales"
	Scotland        Nation = "scotland"
	NorthernIreland Nation = "northern-ireland"
)

// Nations are all nations.
func Nations() []Nation { return []Nation{EnglandAndWales, Scotland, NorthernIreland} }

// Valid says whether the nation is one of the three.
func (n Nation) Valid() bool {
	return n == EnglandAndWales || n == Scotland || n == NorthernIreland
}

// Working says whether d is a working day in the nation.
func (n Nation) Working(d Day) bool {
	c := calendar{nation: n}
	return c.working(d)
}

// Add is the day that is n working days after d. d itself is not counted and
// need not be a working day; n = 0 is d, or the next working day when d is none;
// a negative n counts backwards.
func (n Nation) Add(d Day, days int) Day {
	step, c := 1, calendar{nation: n}
	if days < 0 {
		step, days = -1, -days
	}
	if days == 0 {
		for !c.working(d) {
			d = d.Add(1)
		}
		return d
	}
	for days > 0 {
		d = d.Add(step)
		if c.working(d) {
			days--
		}
	}
	return d
}

// calendar remembers the bank holidays of the year last asked for.
type calendar struct {
	nation Nation
	year   int
	days   []Holiday
}

func (c *calendar) working(d Day) bool {
	if weekend(d) {
		return false
	}
	if c.days == nil || c.year != d.Year {
		c.year, c.days = d.Year, c.nation.Holidays(d.Year)
	}
	return !taken(c.days, d)
}

// Between is how many working days lie after from, up to and with to; negative
// when to is earlier.
func (n Nation) Between(from, to Day) int {
	if to.Before(from) {
		return -n.Between(to, from)
	}
	count, c := 0, calendar{nation: n}
	for d := from; d.Before(to); {
		d = d.Add(1)
		if c.working(d) {
			count++
		}
	}
	return count
}
