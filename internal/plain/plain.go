// Package plain holds the rules for text that people typed: how long it may be,
// which signs it may hold, and the words that say how to put it right.
//
// It keeps true: text is kept as it was typed or refused in words; nothing is
// stripped, folded or "cleaned". Markup and formulae are text like any other and
// are made harmless where they are shown. Words never echo what was typed.
package plain

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Field is one text field: its label in the middle of a sentence ("what you are
// worried about"), its limit in characters, and whether it must be filled in.
type Field struct {
	Label string
	Limit int
	Must  bool
	Line  bool // a single line: line breaks are refused
}

// Fault gives the words for what is wrong with a text, or "".
func (f Field) Fault(text string) string {
	switch {
	case !utf8.ValidString(text):
		return Capital(f.Label) + " must be typed again: some of its letters did not arrive whole"
	case strings.TrimSpace(text) == "":
		if f.Must {
			return "Enter " + f.Label
		}
		return ""
	case utf8.RuneCountInString(text) > f.Limit:
		return fmt.Sprintf("%s must be %s characters or less", Capital(f.Label), Number(f.Limit))
	case strings.ContainsFunc(text, f.unwanted):
		if f.Line && strings.ContainsAny(text, "\r\n") {
			return Capital(f.Label) + " must be on one line"
		}
		return Capital(f.Label) + " must not include control characters"
	}
	return ""
}

// unwanted are control characters other than line breaks and tabs. Marks that
// change the direction of writing are wanted: names need them.
func (f Field) unwanted(r rune) bool {
	if r == '\n' || r == '\r' || r == '\t' {
		return f.Line && r != '\t'
	}
	return unicode.IsControl(r)
}

// Capital makes the first letter a capital.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Number writes a whole number as people read it: 4,000.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
