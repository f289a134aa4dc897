// Package htmlcheck says whether HTML is well formed: every element closed, in order, no
// attribute twice, no id twice. Browsers repair what is not, each in its way, and hide it
// from tests that compare pages after repair. For tests only.
package htmlcheck

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

var void = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "link": true, "meta": true, "path": true,
	"rect": true}

// WellFormed gives what is wrong first, or nil.
func WellFormed(source string) error {
	var open []string
	ids := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return fmt.Errorf("<%s> is never closed", open[len(open)-1])
			}
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			t := z.Token()
			if err := attributes(t, raw, ids); err != nil {
				return err
			}
			if !void[t.Data] {
				open = append(open, t.Data)
			}
		case html.EndTagToken:
			t := z.Token()
			if len(open) == 0 || open[len(open)-1] != t.Data {
				return fmt.Errorf("</%s> closes nothing within %v", t.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func attributes(t html.Token, raw string, ids map[string]bool) error {
	seen := map[string]bool{}
	for _, name := range names(raw) {
		if seen[name] {
			return fmt.Errorf("<%s> has %s twice", t.Data, name)
		}
		seen[name] = true
	}
	for _, a := range t.Attr {
		if a.Key == "id" {
			if ids[a.Val] {
				return fmt.Errorf("the id %q is used twice", a.Val)
			}
			ids[a.Val] = true
		}
	}
	return nil
}

// names reads the names of a tag's attributes from its source, because the tokenizer drops what comes twice.
// It reads what our components write: values in double or single quotes, or none.
func names(raw string) (all []string) {
	for {
		i := strings.IndexAny(raw, " \t\r\n")
		if i < 0 {
			return all
		}
		raw = strings.TrimLeft(raw[i:], " \t\r\n")
		end := strings.IndexAny(raw, "= />\t\r\n")
		if end <= 0 {
			continue
		}
		all = append(all, strings.ToLower(raw[:end]))
		raw = raw[end:]
		if len(raw) > 1 && raw[0] == '=' && (raw[1] == '"' || raw[1] == '\'') {
			if close := strings.IndexByte(raw[2:], raw[1]); close >= 0 {
				raw = raw[2+close+1:]
			}
		}
	}
}
