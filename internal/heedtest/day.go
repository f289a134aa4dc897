package heedtest

import "net/url"

// DayParts is a day, as 2026-03-27, as a page sends it.
func DayParts(name, day string) url.Values {
	return url.Values{name + "-year": {day[:4]}, name + "-month": {day[5:7]}, name + "-day": {day[8:]}}
}
