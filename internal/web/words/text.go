package words

import (
	"html/template"
	"strings"
	"unicode/utf8"
)

// TextFault says in words why a typed text cannot be kept, or "". Nothing is ever
// taken out of a text in silence: what cannot be kept is turned down, so that the
// person decides. Marks that turn the writing direction stay: they are part of
// names and of quoted messages, and are shown isolated (see Typed).
func TextFault(what, s string) string {
	if !utf8.ValidString(s) {
		return Sentence(what) + " must only include letters, numbers and signs. Type it again instead of pasting it"
	}
	for _, c := range []byte(s) {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\v' && c != '\f' && c != '\r' || c == 0x7f {
			return Sentence(what) + " includes a character that cannot be shown. Type it again instead of pasting it"
		}
	}
	return ""
}

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
	return template.HTML(`<div class="heed-typed" dir="auto">` + template.HTMLEscapeString(s) + `</div>`) //nolint:gosec // escaped
}

// Name shows one line that somebody typed inside a sentence: escaped and isolated.
func Name(s string) template.HTML {
	return template.HTML(`<bdi>` + template.HTMLEscapeString(s) + `</bdi>`) //nolint:gosec // escaped
}
