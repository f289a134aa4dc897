package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/fail"
)

// Limits of a file: more is refused before it is understood.
const (
	maxFile  = 256 << 10
	maxDepth = 12
)

// strict reads JSON into out. It refuses, in words that name the place: names
// that out does not know, a name given twice, another spelling of a name's case,
// null, bytes after the end, text that is not UTF-8, and nesting without end.
// (encoding/json alone takes the last of two equal names and ignores case.)
func strict(raw []byte, out any) error {
	switch {
	case len(raw) > maxFile:
		return fail.New(fail.TooLarge, "The file must be 256 kilobytes or less")
	case !utf8.Valid(raw):
		return fail.New(fail.Bad, "The file must be UTF-8 text")
	}
	if _, broken := breaksAt(raw); broken != nil {
		return fail.New(fail.Bad, "The file is not whole JSON (%v). Look there and just before for a comma, a bracket or a "+
			"quote that is missing or too many", broken)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := value(d, reflect.TypeOf(out).Elem(), "", 0); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fail.Wrap(fail.Bad, err, "The file must be JSON with numbers that fit")
	}
	return nil
}

// breaksAt is the line at which a file stops being JSON, and how; nil where it is whole.
func breaksAt(raw []byte) (line int, broken error) {
	var at *json.SyntaxError
	broken = json.Unmarshal(raw, new(any))
	if errors.As(broken, &at) {
		line = 1 + bytes.Count(raw[:at.Offset], []byte("\n"))
	}
	return line, broken
}

// value reads one value and compares it with the type it is meant for.
func value(d *json.Decoder, t reflect.Type, at string, depth int) error {
	if depth > maxDepth {
		return bad(at, "is nested too deeply")
	}
	tok, err := d.Token()
	if err != nil {
		return bad(at, "is not whole JSON")
	}
	switch tok {
	case json.Delim('{'):
		return object(d, t, at, depth)
	case json.Delim('['):
		return list(d, t, at, depth)
	case nil:
		return bad(at, "must not be null")
	}
	want, ok := "", false
	switch t.Kind() {
	case reflect.String:
		want = "text in quotes"
		_, ok = tok.(string)
	case reflect.Bool:
		want = "true or false"
		_, ok = tok.(bool)
	case reflect.Int:
		want = "a whole number"
		var n json.Number
		if n, ok = tok.(json.Number); ok {
			_, err := strconv.Atoi(n.String())
			ok = err == nil
		}
	case reflect.Slice:
		want = "a list in square brackets"
	default:
		want = "a group in curly brackets"
	}
	if !ok {
		return bad(at, "must be "+want)
	}
	if s, isText := tok.(string); isText {
		return text(s, at)
	}
	return nil
}

// text refuses what could disguise words: control signs and turned-around text.
func text(s, at string) error {
	for _, r := range s {
		switch {
		case r < ' ', r == 0x7f, r == utf8.RuneError,
			r >= 0x80 && r < 0xa0, r == 0xad,
			r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff:
			return bad(at, "must be plain text on one line, without hidden signs")
		}
	}
	if mixed(s) {
		return bad(at, "must not mix letters of two scripts in one word: "+
			"a word that looks like another hides from every check")
	}
	if utf8.RuneCountInString(s) > 1000 {
		return bad(at, "must be 1,000 characters or less")
	}
	return nil
}

// mixed says whether a word has Latin letters and others.
func mixed(s string) bool {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		latin := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		if latin && strings.ContainsFunc(word, func(r rune) bool { return !unicode.Is(unicode.Latin, r) }) {
			return true
		}
	}
	return false
}

func object(d *json.Decoder, t reflect.Type, at string, depth int) error {
	if t.Kind() != reflect.Struct && t.Kind() != reflect.Map {
		return bad(at, "must not be a group in curly brackets")
	}
	seen := map[string]bool{}
	for d.More() {
		tok, err := d.Token()
		name, ok := tok.(string)
		if err != nil || !ok {
			return bad(at, "is not whole JSON")
		}
		if err := text(name, at); err != nil {
			return err
		}
		if seen[name] {
			return bad(join(at, name), "is given twice")
		}
		seen[name] = true
		ft, ok := fieldType(t, name)
		if !ok {
			return bad(at, fmt.Sprintf("has the name %q, which is not known there; known are %s", name, knownNames(t)))
		}
		if err := value(d, ft, join(at, name), depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return bad(at, "is not whole JSON")
	}
	return nil
}

func list(d *json.Decoder, t reflect.Type, at string, depth int) error {
	if t.Kind() != reflect.Slice {
		return bad(at, "must not be a list in square brackets")
	}
	for i := 0; d.More(); i++ {
		if err := value(d, t.Elem(), fmt.Sprintf("%s[%d]", at, i+1), depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return bad(at, "is not whole JSON")
	}
	return nil
}

// fieldType finds the type that a name stands for in a struct or a map.
func fieldType(t reflect.Type, name string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for f := range fields(t) {
		if f.Tag.Get("json") == name {
			return f.Type, true
		}
	}
	return nil, false
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if f := t.Field(i); f.Tag.Get("json") != "-" && !yield(f) {
				return
			}
		}
	}
}

func knownNames(t reflect.Type) string {
	var names []string
	for f := range fields(t) {
		names = append(names, f.Tag.Get("json"))
	}
	return strings.Join(names, ", ")
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// bad names the place: "steps[2].moves[1]". Places count from 1, as people do.
func bad(at, words string) *fail.Error {
	if at == "" {
		at = "The file"
	}
	return fail.New(fail.Bad, "%s %s", at, words)
}
