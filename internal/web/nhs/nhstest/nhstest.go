// Package nhstest checks that components emit nothing dangerous, whatever they are given.
// It judges HTML by its own lists, written apart from package nhs. For tests only.
package nhstest

import (
	"reflect"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"heed/internal/web/nhs"
)

var (
	componentType = reflect.TypeFor[nhs.Component]()
	textType      = reflect.TypeFor[nhs.Text]()
)

// fill gives every field of a component: s wherever a string fits, true, 2, and two of each list.
func fill(v reflect.Value, s string, depth int) {
	if depth > 6 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(2)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), s, depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), s, depth+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), s, depth+1)
	case reflect.Interface:
		if v.Type() == componentType {
			v.Set(reflect.ValueOf(nhs.Text(s)).Convert(textType))
		}
	}
}

// Filled gives a copy of a component with every field set; flags says what its booleans are.
func Filled(c nhs.Component, s string, flags bool) nhs.Component {
	v := reflect.New(reflect.TypeOf(c)).Elem()
	fill(v, s, 0)
	if !flags {
		clearFlags(v, 0)
	}
	return v.Interface().(nhs.Component)
}

func clearFlags(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(false)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				clearFlags(v.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			clearFlags(v.Index(i), depth+1)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			clearFlags(v.Elem(), depth+1)
		}
	}
}

var knownElements = strings.Fields("a bdi button br caption dd details div dl dt fieldset figure footer form h1 h2 " +
	"h3 h4 h5 h6 header hr img input label legend li nav ol option p" +
	" path search section select span strong summary svg table tbody td textarea th thead title tr ul em b time main " +
	"dialog progress noscript meta")

var knownAttrs = strings.Fields("accept alt autocapitalize autocomplete autofocus checked class colspan content d " +
	"datetime dir disabled download draggable enterkeyhint fill" +
	" focusable for form formenctype formmethod formnovalidate height hidden http-equiv id inputmode lang max maxlength " +
	"method min minlength multiple name novalidate open pattern placeholder readonly rel" +
	" role rows rowspan scope selected size spellcheck step tabindex target title translate type value viewbox " +
	"width xmlns")

var addressNames = []string{"href", "src", "action", "formaction", "cite"}

// Unsafe says what is wrong with HTML that a component wrote, or "".
func Unsafe(rendered string) string {
	z := html.NewTokenizer(strings.NewReader(rendered))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.CommentToken, html.DoctypeToken:
			return "a comment or doctype"
		case html.TextToken:
			if strings.Contains(string(z.Raw()), "<") {
				return "an unescaped < in text: " + string(z.Raw())
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			if strings.ContainsRune(strings.TrimSuffix(string(z.Raw()), ">")[1:], '<') {
				return "an unescaped < in a tag: " + string(z.Raw())
			}
			tok := z.Token()
			if !slices.Contains(knownElements, tok.Data) {
				return "element " + tok.Data
			}
			for _, a := range tok.Attr {
				if why := unsafeAttr(a); why != "" {
					return why
				}
			}
		}
	}
}

func unsafeAttr(a html.Attribute) string {
	switch {
	case slices.Contains(addressNames, a.Key):
		if nhs.SafeAddress(a.Val) != a.Val {
			return "address " + a.Val
		}
	case strings.HasPrefix(a.Key, "data-"), strings.HasPrefix(a.Key, "aria-"), slices.Contains(knownAttrs, a.Key):
	default:
		return "attribute " + a.Key
	}
	return ""
}

// Nasty is what people who mean harm would type.
var Nasty = []string{
	`"><script>alert(1)</script>`, `' onmouseover='alert(1)`, `" onfocus="alert(1)" autofocus x="`,
	`</textarea><img src=x onerror=alert(1)>`, `javascript:alert(1)`,
	`JaVaScRiPt:alert(1)`, "java\nscript:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)",
	`data:text/html,<script>alert(1)</script>`, `//evil.example/`,
	`\\evil.example`, `/\evil.example`, `vbscript:x`, `style`, `onclick`, `srcdoc`, `href`, `formaction`, "a b", `x=y`,
	"\x00<", "<!--", "]]>", "&lt;", "&#60;script&#62;", "\xff<\xfe",
	"`", "blob:x", "file:///etc/passwd", "secondary", "m", "before", "h2", "warning", "",
}
