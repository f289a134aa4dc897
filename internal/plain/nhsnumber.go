package plain

import "strings"

// NHSNumber reads an NHS number as people type it, with spaces and dashes, and
// gives its ten digits, or words that say how to put it right. The check is
// modulus 11 (NHS Data Dictionary, NHS NUMBER); ten equal digits pass it and are
// refused all the same.
func NHSNumber(typed string) (digits, fault string) {
	s := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\t', '\u00a0', '\u2010', '\u2011', '\u2013':
			return -1
		}
		return r
	}, typed)
	if nationalInsurance(s) {
		return "", "Enter an NHS number: this looks like a National Insurance number"
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return "", "NHS number must not include letters"
		}
	}
	if len(s) != 10 {
		return "", "NHS number must be 10 numbers"
	}
	sum := 0
	for i := range 9 {
		sum += int(s[i]-'0') * (10 - i)
	}
	check := (11 - sum%11) % 11
	if check == 10 || check != int(s[9]-'0') || strings.Count(s, s[:1]) == 10 {
		return "", "Check the NHS number: it does not look right"
	}
	return s, ""
}

// nationalInsurance says whether s has the shape AA999999A.
func nationalInsurance(s string) bool {
	if len(s) != 9 {
		return false
	}
	for i, r := range strings.ToUpper(s) {
		letter := r >= 'A' && r <= 'Z'
		if letter != (i < 2 || i == 8) || !letter && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}
