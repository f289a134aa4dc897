package plain

import (
	"strings"
	"unicode"
)

// NHSNumber reads an NHS number as people type it, with spaces and dashes, and
// gives its ten digits, or words that say how to put it right. The check is
// modulus 11 (NHS Data Model and Dictionary, element NHS NUMBER); ten equal digits
// are nobody's and are refused all the same. Never rely on the number alone: it
// can be right and be somebody else's.
func NHSNumber(typed string) (digits, fault string) {
	s := Digits(typed)
	switch {
	case s == "":
		return "", "Enter NHS number"
	case nationalInsurance(s):
		return "", "NHS number must be 10 numbers. This looks like a National Insurance number"
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return "", notDigit(r)
		}
	}
	switch {
	case len(s) != 10:
		return "", "NHS number must be 10 numbers"
	case !checksOut(s):
		return "", "Check the NHS number: it does not look right"
	}
	return s, ""
}

// Visible is a number or code without space of any kind, and without what cannot be
// seen and comes along when it is pasted.
func Visible(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unseen(r) {
			return -1
		}
		return r
	}, typed)
}

// Digits is Visible, and without the dashes that people put between the parts of a number.
func Digits(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Pd, r) || r == '\u2212' {
			return -1
		}
		return r
	}, Visible(typed))
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
	check := (11 - sum%11) % 11
	return check == int(d[9]-'0') // 10 never equals a digit: such numbers are not issued
}

// nationalInsurance knows the shape: two letters, six digits, A to D.
func nationalInsurance(s string) bool {
	if len(s) != 9 {
		return false
	}
	for i, c := range []byte(strings.ToUpper(s)) {
		letter, digit := c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
		switch {
		case i < 2 && !letter, i >= 2 && i < 8 && !digit, i == 8 && (c < 'A' || c > 'D'):
			return false
		}
	}
	return true
}
