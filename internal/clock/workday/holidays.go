package workday

import "time"

// The bank holidays of 2012 to 2027 are sure: every proclamation for them is known, and the
// one-off and moved days below are complete. Earlier years are computed by today's rules,
// which were not yet those of their time; later ones are what the rules lead to expect.

// oneOff are days that no rule gives, by proclamation.
var oneOff = map[Day]struct {
	name    string
	nations []Nation
}{
	{2012, time.June, 5}:       {"Diamond Jubilee", Nations()},
	{2022, time.June, 3}:       {"Platinum Jubilee", Nations()},
	{2022, time.September, 19}: {"State funeral of Queen Elizabeth II", Nations()},
	{2023, time.May, 8}:        {"Coronation of King Charles III", Nations()},
	{2026, time.June, 15}:      {"World Cup bank holiday", []Nation{Scotland}},
}

// moved are days that stood elsewhere in one year: from the rule's day to the proclaimed one.
var moved = map[Day]Day{
	{2012, time.May, 28}: {2012, time.June, 4}, // spring bank holiday, Diamond Jubilee
	{2020, time.May, 4}:  {2020, time.May, 8},  // early May bank holiday, VE day
	{2022, time.May, 30}: {2022, time.June, 2}, // spring bank holiday, Platinum Jubilee
}

// Holiday gives a bank holiday's name, if the nation has one on that day.
func (n Nation) Holiday(d Day) (name string, ok bool) {
	for _, h := range n.Holidays(d.Year) {
		if h.Day == d {
			return h.Name, true
		}
	}
	return "", false
}

// Holiday is one bank holiday.
type Holiday struct {
	Day  Day
	Name string
}

// Holidays are a nation's bank holidays of a year, as they are kept: on their
// substitute day when the day itself falls on a weekend.
func (n Nation) Holidays(year int) []Holiday {
	var out []Holiday
	keep := func(name string, d Day) {
		if to, ok := moved[d]; ok {
			d = to
		}
		for weekend(d) || taken(out, d) {
			d = d.Add(1)
		}
		out = append(out, Holiday{d, name})
	}
	on := func(m time.Month, d int) Day { return Day{year, m, d} }

	keep("New Year's Day", on(time.January, 1))
	if n == Scotland {
		keep("2nd January", on(time.January, 2))
	}
	if n == NorthernIreland {
		keep("St Patrick's Day", on(time.March, 17))
	}
	keep("Good Friday", easter(year).Add(-2))
	if n != Scotland {
		keep("Easter Monday", easter(year).Add(1))
	}
	keep("Early May bank holiday", monday(year, time.May, 1))
	keep("Spring bank holiday", monday(year, time.May, 25))
	if n == NorthernIreland {
		keep("Battle of the Boyne", on(time.July, 12))
	}
	if n == Scotland {
		keep("Summer bank holiday", monday(year, time.August, 1))
		keep("St Andrew's Day", on(time.November, 30))
	} else {
		keep("Summer bank holiday", monday(year, time.August, 25))
	}
	keep("Christmas Day", on(time.December, 25))
	keep("Boxing Day", on(time.December, 26))
	for d, o := range oneOff {
		if d.Year == year && has(o.nations, n) {
			keep(o.name, d)
		}
	}
	return out
}

func has(nations []Nation, n Nation) bool {
	for _, x := range nations {
		if x == n {
			return true
		}
	}
	return false
}

func taken(all []Holiday, d Day) bool {
	for _, h := range all {
		if h.Day == d {
			return true
		}
	}
	return false
}

func weekend(d Day) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// monday is the first Monday on or after a day of a month: day 1 gives the
// month's first Monday, day 25 the last of a month with 31 days.
func monday(year int, m time.Month, day int) Day {
	d := Day{year, m, day}
	for d.Weekday() != time.Monday {
		d = d.Add(1)
	}
	return d
}

// easter is Easter Sunday of the Gregorian calendar (the anonymous algorithm
// that Meeus, Astronomical Algorithms, chapter 8, gives).
func easter(year int) Day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	x := h + l - 7*m + 114
	return Day{year, time.Month(x / 31), x%31 + 1}
}
