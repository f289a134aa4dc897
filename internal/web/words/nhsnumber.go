package words

import (
	"html/template"
	"strings"
)

// NHSNumber is ten digits whose last is the modulus 11 check of the others.
type NHSNumber string

// ParseNHSNumber reads a number as people type it, with spaces and dashes. fault
// is the message to show, "" when the number can be right. Never rely on the
// number alone: it can be right and be somebody else's.
// Rule: NHS Data Model and Dictionary, element NHS NUMBER. Ten of the same digit
// pass the sum or nearly so and are nobody's: they are turned down as well.
func ParseNHSNumber(typed string) (number NHSNumber, fault string) {
	digits := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\t', '\u00a0', '\u2009', '\u202f', '\u2010', '\u2011', '\u2013', '\u2014':
			return -1
		}
		return r
	}, typed)
	if digits == "" {
		return "", "Enter NHS number"
	}
	if isNationalInsurance(digits) {
		return "", "NHS number must be 10 numbers. This looks like a National Insurance number"
	}
	for _, r := range digits {
		if r < '0' || r > '9' {
			return "", notDigit(r)
		}
	}
	if len(digits) != 10 {
		return "", "NHS number must be 10 numbers"
	}
	if !checksOut(digits) {
		return "", "Check the NHS number: it does not look right"
	}
	return NHSNumber(digits), ""
}

func notDigit(r rune) string {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return "NHS number must not include letters"
	}
	return "NHS number must only include numbers"
}

func checksOut(d string) bool {
	if strings.Count(d, d[:1]) == len(d) {
		return false
	}
	sum := 0
	for i := range 9 {
		sum += int(d[i]-'0') * (10 - i)
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check == int(d[9]-'0') // 10 never equals a digit: such numbers are not issued
}

// isNationalInsurance knows the shape of a National Insurance number: two letters, six digits, A to D.
func isNationalInsurance(s string) bool {
	if len(s) != 9 {
		return false
	}
	for i, c := range []byte(strings.ToUpper(s)) {
		letter := c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		switch {
		case i < 2 && !letter, i >= 2 && i < 8 && !digit, i == 8 && (c < 'A' || c > 'D'):
			return false
		}
	}
	return true
}

// String is "999 123 4567"; what is not ten signs is returned as it is.
func (n NHSNumber) String() string {
	if len(n) != 10 {
		return string(n)
	}
	return string(n[:3] + " " + n[3:6] + " " + n[6:])
}

// HTML is the number in a span that never breaks across lines.
func (n NHSNumber) HTML() template.HTML {
	return template.HTML(`<span class="nhsuk-u-nowrap">` + template.HTMLEscapeString(n.String()) + `</span>`) //nolint:gosec // escaped
}
