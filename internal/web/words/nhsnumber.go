package words

import (
	"html/template"

	"heed/internal/plain"
)

// NHSNumber is ten digits whose last is the modulus 11 check of the others.
type NHSNumber string

// ParseNHSNumber reads a number as people type it; fault is the message to show,
// "" when the number can be right. The rule is plain's.
func ParseNHSNumber(typed string) (number NHSNumber, fault string) {
	digits, fault := plain.NHSNumber(typed)
	return NHSNumber(digits), fault
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
	return template.HTML(`<span class="heed-whole">` + template.HTMLEscapeString(n.String()) +
		`</span>`) //nolint:gosec // escaped
}
