package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"heed/internal/plain"
)

// Day is a day of the calendar, without a time and without a zone. The zero
// value is no day.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf is the day in London on which the instant falls.
func DayOf(t time.Time) Day {
	y, m, d := t.In(london).Date()
	return Day{y, m, d}
}

// IsZero says that there is no day.
func (d Day) IsZero() bool { return d == Day{} }

// Time is midday in London on that day: an instant that no change of the clocks moves to another day.
func (d Day) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, london) }

// String is "6 August 2026", or "" for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
}

// ISO is "2026-08-06", for storing and for datetime attributes; "" for no day.
func (d Day) ISO() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Before says whether d is earlier than e.
func (d Day) Before(e Day) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// DayFault is what is wrong with a typed day. Part is "day", "month" or "year":
// the first wrong part, to which the error summary links.
type DayFault struct {
	Part  string
	Words string
}

// Empty says that nothing at all was typed.
func (f DayFault) Empty() bool { return f.Words == "" && f.Part != "" }

// ParseDay reads the three fields of a date as people type them: "1" or "01", a
// month by number or by name ("March", "mar"), a year of four digits. what is the
// phrase for the messages ("when it happened"). A fault without words means that
// all three fields are empty: whether that matters is the form's to say.
func ParseDay(what, day, month, year string) (Day, *DayFault) {
	day, month, year = plain.Visible(day), plain.Visible(month), plain.Visible(year)
	if day == "" && month == "" && year == "" {
		return Day{}, &DayFault{Part: "day"}
	}
	if fault := missingPart(what, day, month, year); fault != nil {
		return Day{}, fault
	}
	real := func(part string) *DayFault {
		return &DayFault{part, Sentence(what) + " must be a real date"}
	}
	d, ok := parseNumber(day, 2)
	if !ok || d < 1 || d > 31 {
		return Day{}, real("day")
	}
	m, ok := parseMonth(month)
	if !ok {
		return Day{}, real("month")
	}
	y, ok := parseNumber(year, 4)
	if !ok {
		return Day{}, real("year")
	}
	if len(year) != 4 {
		return Day{}, &DayFault{"year", Sentence(what) + " must include a year of 4 numbers"}
	}
	if y < 1000 {
		return Day{}, real("year")
	}
	if time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day() != d {
		return Day{}, real("day")
	}
	return Day{y, m, d}, nil
}

// missingPart names every part that is empty, and links to the first.
func missingPart(what, day, month, year string) *DayFault {
	var missing []string
	for _, p := range [...]struct{ name, value string }{{"day", day}, {"month", month}, {"year", year}} {
		if p.value == "" {
			missing = append(missing, p.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	with := make([]string, len(missing))
	for i, m := range missing {
		with[i] = "a " + m
		if i > 0 {
			with[i] = m
		}
	}
	return &DayFault{missing[0], Sentence(what) + " must include " + List(with)}
}

func parseNumber(s string, most int) (int, bool) {
	if len(s) == 0 || len(s) > most {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// parseMonth reads 1 to 12, or a name or its beginning of three letters or more.
func parseMonth(s string) (time.Month, bool) {
	if n, ok := parseNumber(s, 2); ok {
		return time.Month(n), n >= 1 && n <= 12
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if len(s) < 3 {
		return 0, false
	}
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), s) {
			return m, true
		}
	}
	return 0, false
}
