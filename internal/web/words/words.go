// Package words puts dates, times, numbers and NHS numbers into the words that
// people at work use, and reads what they type, as the NHS service manual and
// shared conventions for Heed's screens set out.
//
// Every screen takes its words from here, so that one instant never reads in two
// ways. It keeps nothing and asks no clock: "today" is always an argument.
// Clock times are those of the United Kingdom (Europe/London), on every machine:
// the time zone data travels in the program.
package words

import (
	"html/template"
	"strings"
	"time"
	_ "time/tzdata" // the machine may have no time zone data, and must not be asked
	"unicode"
	"unicode/utf8"

	"heed/internal/plain"
)

var london = mustLoad("Europe/London")

func mustLoad(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic("words: time zone data is built in: " + err.Error())
	}
	return l
}

// Date is "6 August 2026": the day in London on which the instant falls.
func Date(t time.Time) string { return t.In(london).Format("2 January 2006") }

// Clock is "5:32pm", "5pm", "midday" or "midnight".
func Clock(t time.Time) string {
	t = t.In(london)
	switch {
	case t.Hour() == 0 && t.Minute() == 0:
		return "midnight"
	case t.Hour() == 12 && t.Minute() == 0:
		return "midday"
	case t.Minute() == 0:
		return t.Format("3pm")
	}
	return t.Format("3:04pm")
}

// Moment is "6 August 2026 at 5:32pm".
func Moment(t time.Time) string { return Date(t) + " at " + Clock(t) }

// MomentHTML is Moment inside a time element that carries the exact instant.
func MomentHTML(t time.Time) template.HTML { return timeElement(t, Moment(t)) }

// DateHTML is Date inside a time element that carries the day.
func DateHTML(t time.Time) template.HTML {
	return template.HTML(`<time datetime="` + t.In(london).Format(time.DateOnly) + `">` + Date(t) +
		`</time>`) //nolint:gosec // digits and month names only
}

func timeElement(t time.Time, shown string) template.HTML {
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339Nano) + `">` + shown +
		`</time>`) //nolint:gosec // digits and month names only
}

// Span is two days in as few words as are clear: "6 to 8 August 2026",
// "30 July to 2 August 2026", "30 December 2026 to 2 January 2027".
func Span(from, to time.Time) string {
	a, b := from.In(london), to.In(london)
	switch {
	case a.Year() != b.Year():
		return Date(a) + " to " + Date(b)
	case a.Month() != b.Month():
		return a.Format("2 January") + " to " + Date(b)
	case a.Day() != b.Day():
		return a.Format("2") + " to " + Date(b)
	}
	return Date(a)
}

// Number is digits with a comma at each thousand: "4,000".
func Number(n int) string { return plain.Number(n) }

// Count is a number and its noun: "1 case", "14 cases", "No cases" is Count's caller's to say.
func Count(n int, one, many string) string { return plain.Count(n, one, many) }

// List is "a", "a and b", "a, b and c".
func List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// Sentence starts a phrase with a capital: "what you are worried about" begins
// "What you are worried about must be …". "NHS number" stays as it is.
func Sentence(phrase string) string {
	r, size := utf8.DecodeRuneInString(phrase)
	if size == 0 {
		return phrase
	}
	return string(unicode.ToUpper(r)) + phrase[size:]
}
