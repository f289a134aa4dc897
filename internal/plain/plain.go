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
	case TextFault(f.Label, text) != "":
		return TextFault(f.Label, text)
	case Blank(text):
		if f.Must {
			return "Enter " + f.Label
		}
		return ""
	case utf8.RuneCountInString(text) > f.Limit:
		return fmt.Sprintf("%s must be %s characters or less", Capital(f.Label), Number(f.Limit))
	case f.Line && strings.ContainsAny(text, "\r\n"):
		return Capital(f.Label) + " must be on one line"
	}
	return ""
}

// WrongCode says what to do about a one-time code that is not right: most often it
// was used already, or the phone's clock is wrong.
const WrongCode = "Check your code: it does not look right. " + NextCode

// NextCode is the second half of it, for where more than the code may be wrong.
const NextCode = "Each code works once, so wait for the next one. " +
	"If that does not help, check that the date and time on your phone are right"

// TextFault says in words why a typed text cannot be kept, or "": broken UTF-8 and
// control characters other than white space. Marks that turn the direction
// of writing stay: names and quoted messages need them.
func TextFault(label, s string) string {
	if !utf8.ValidString(s) {
		return Capital(label) + " must only include letters, numbers and signs. Type it again instead of pasting it"
	}
	if strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\v\f\r", r) ||
			r == 0x7f
	}) {
		return Capital(label) + " includes a character that cannot be shown. Type it again instead of pasting it"
	}
	return ""
}

// Capital makes the first letter a capital.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// Blank says that a text has nothing in it that can be read: no letter, number, sign or
// picture; only space, what cannot be seen, and marks that belong to a letter that is not there.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && !unseen(r) && !unicode.Is(unicode.M, r)
	})
}

// unseen says that a sign shows nothing: controls, formats (zero width space and
// joiner, soft hyphen, marks of direction), and the letters that Unicode made blank.
func unseen(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0', '\U0001d159':
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Co,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Count is a number and its noun: "1 case", "14 cases", "4,000 cases".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number writes a whole number as people read it: 4,000.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
