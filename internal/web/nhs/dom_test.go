package nhs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// flowing elements sit within a line of text: a space at their edges is a space between words.
// All others begin and end a line, and space at their edges is not seen.
var flowing = map[string]bool{"a": true, "span": true, "strong": true, "b": true, "em": true, "i": true, "code": true,
	"time": true, "abbr": true}

// dom gives HTML as a list of tokens that is equal for equal pages: attributes sorted, space
// between words kept as one space wherever it is written, space that is not seen dropped.
func dom(t *testing.T, source string) []string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body",
		DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var d domWriter
	for _, n := range nodes {
		d.node(n)
	}
	return d.out
}

type domWriter struct {
	out   []string
	word  bool // a word was written on this line
	space bool // and space after it
}

func (d *domWriter) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		d.text(n.Data)
	case html.ElementNode:
		d.element(n)
	}
}

func (d *domWriter) text(s string) {
	if strings.TrimLeft(s, " \t\r\n") != s {
		d.space = true
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
	for i, f := range fields {
		if d.word && (i > 0 || d.space) {
			d.out = append(d.out, "␠")
		}
		d.out = append(d.out, f)
		d.word, d.space = true, false
	}
	if len(fields) > 0 && strings.TrimRight(s, " \t\r\n") != s {
		d.space = true
	}
}

func (d *domWriter) element(n *html.Node) {
	var attrs []string
	for _, a := range n.Attr {
		value := a.Val
		if a.Key == "class" {
			value = strings.Join(strings.Fields(value), " ")
		}
		attrs = append(attrs, fmt.Sprintf("%s=%q", a.Key, value))
	}
	slices.Sort(attrs)
	line := !flowing[n.Data]
	if line {
		d.word, d.space = false, false
	}
	d.out = append(d.out, strings.TrimSpace("<"+n.Data+" "+strings.Join(attrs, " "))+">")
	if n.Data == "textarea" || n.Data == "pre" {
		for c := range n.ChildNodes() {
			d.out = append(d.out, fmt.Sprintf("%q", c.Data))
		}
	} else {
		for c := range n.ChildNodes() {
			d.node(c)
		}
	}
	d.out = append(d.out, "</"+n.Data+">")
	if line {
		d.word, d.space = false, false
	}
}

// firstDifference shows where two pages part.
func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		if i < len(got) && i < len(want) && got[i] == want[i] {
			continue
		}
		from := max(0, i-3)
		return fmt.Sprintf("got  … %s\nwant … %s", strings.Join(got[min(from, len(got)):min(i+4, len(got))], " "),
			strings.Join(want[min(from, len(want)):min(i+4, len(want))], " "))
	}
	return ""
}

func TestDOMSeesWhatPeopleSee(t *testing.T) {
	same := [][2]string{
		{"<p>\n  a <b>c</b>\n</p>", "<p>a<b> c</b></p>"},
		{`<p class="a  b" id="x">y</p>`, `<p id="x" class="a b">y</p>`},
		{"<div>\n <p>a</p>\n <p>b</p></div>", "<div><p>a</p><p>b</p></div>"},
	}
	for _, c := range same {
		if diff := firstDifference(dom(t, c[0]), dom(t, c[1])); diff != "" {
			t.Errorf("%q and %q should be the same:\n%s", c[0], c[1], diff)
		}
	}
	different := [][2]string{
		{"<p>a <b>c</b></p>", "<p>a<b>c</b></p>"},
		{`<p class="a b">y</p>`, `<p class="b a">y</p>`},
		{`<p hidden>y</p>`, `<p>y</p>`},
		{"<textarea>a</textarea>", "<textarea>a </textarea>"},
		{"<p>a</p><p>b</p>", "<p>ab</p>"},
	}
	for _, c := range different {
		if firstDifference(dom(t, c[0]), dom(t, c[1])) == "" {
			t.Errorf("%q and %q should differ", c[0], c[1])
		}
	}
}
