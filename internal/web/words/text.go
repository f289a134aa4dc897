package words

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"heed/internal/plain"
)

// TextFault says in words why a typed text cannot be kept, or "". The rule is plain's.
func TextFault(what, s string) string { return plain.TextFault(what, s) }

// Lines undoes what a browser does to line breaks when it sends a form (it makes
// every one CR LF), so that the text is what was typed and counts as it was counted.
func Lines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// Length is the number of characters as a person counts them on the screen's counter: code points.
func Length(s string) int { return utf8.RuneCountInString(s) }

// Typed shows a text of several lines exactly as somebody typed it: escaped, with
// its own line breaks, and isolated so that it cannot turn the writing around it.
func Typed(s string) template.HTML {
	return template.HTML(`<div class="heed-typed" dir="auto">` + template.HTMLEscapeString(s) +
		`</div>`) //nolint:gosec // escaped
}

// Name shows one line that somebody typed inside a sentence: escaped and isolated.
func Name(s string) template.HTML {
	return template.HTML(`<bdi>` + template.HTMLEscapeString(s) + `</bdi>`) //nolint:gosec // escaped
}
