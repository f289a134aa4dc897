package nhs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// every is one of each component, for tests that hold for all.
var every = []Component{
	ActionLink{}, BackLink{}, Breadcrumb{}, Button{}, Caption{}, Card{}, CharacterCount{}, Checkboxes{}, ContentsList{}, DateInput{}, Details{},
	ErrorMessage{}, ErrorSummary{}, Fieldset{}, FileUpload{}, Footer{}, Header{}, Heading{}, HiddenInput{}, Hint{}, Icon(""), Input{}, InsetText{},
	Label{}, Legend{}, Link{}, List{}, NoWrap(""), NotificationBanner{}, Pagination{}, Panel{}, Paragraph{}, PasswordInput{}, Radios{}, Scroll{},
	SearchInput{}, Select{}, SkipLink{}, SummaryList{}, Table{}, Tag{}, TaskList{}, Text(""), Textarea{}, Unseen(""), WarningCallout{},
}

// TestEveryComponentIsListed keeps the list above whole: it reads the source for types that render.
func TestEveryComponentIsListed(t *testing.T) {
	listed := map[string]bool{"HTML": true /* is markup, so nothing to escape */, "Group": true /* only its parts */}
	for _, c := range every {
		listed[reflect.TypeOf(c).Name()] = true
	}
	pkgs, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range pkgs["nhs"].Files {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "Render" {
				continue
			}
			name := f.Recv.List[0].Type.(*ast.Ident).Name
			if ast.IsExported(name) && !listed[name] {
				t.Errorf("%s renders and is not in the list of every component", name)
			}
		}
	}
}

var (
	componentType = reflect.TypeFor[Component]()
	textType      = reflect.TypeFor[Text]()
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
			v.Set(reflect.ValueOf(Text(s)).Convert(textType))
		}
	}
}

// filledWith gives a copy of a component with every field set; flags says what its booleans are.
func filledWith(c Component, s string, flags bool) Component {
	v := reflect.New(reflect.TypeOf(c)).Elem()
	fill(v, s, 0)
	if !flags {
		clearFlags(v, 0)
	}
	return v.Interface().(Component)
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

var knownElements = strings.Fields("a button br caption dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr img input label legend li nav ol option p" +
	" path search section select span strong summary svg table tbody td textarea th thead title tr ul em b time main")

var addressNames = []string{"href", "src", "action", "formaction", "cite"}

// unsafe says what is wrong with HTML that a component wrote, or "".
func unsafe(rendered string) string {
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
	case a.Key == "class" || a.Key == "xmlns" || a.Key == "viewbox" || a.Key == "focusable" || a.Key == "d" || a.Key == "fill" || a.Key == "scope" ||
		a.Key == "checked" || a.Key == "disabled" || a.Key == "selected" || a.Key == "open" || a.Key == "for" || a.Key == "method" || a.Key == "alt" ||
		a.Key == "data-sort":
	case slices.Contains(addressNames, a.Key):
		if !safeAddress(a.Val) {
			return "address " + a.Val
		}
	case attrKind(a.Key) == attrRefused:
		return "attribute " + a.Key
	}
	return ""
}

var nasty = []string{
	`"><script>alert(1)</script>`, `' onmouseover='alert(1)`, `" onfocus="alert(1)" autofocus x="`, `</textarea><img src=x onerror=alert(1)>`, `javascript:alert(1)`,
	`JaVaScRiPt:alert(1)`, "java\nscript:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)", `data:text/html,<script>alert(1)</script>`, `//evil.example/`,
	`\\evil.example`, `/\evil.example`, `vbscript:x`, `style`, `onclick`, `srcdoc`, `href`, `formaction`, "a b", `x=y`, "\x00<", "<!--", "]]>", "&lt;", "&#60;script&#62;", "\xff<\xfe",
	"`", "blob:x", "file:///etc/passwd", "secondary", "m", "before", "h2", "warning", "",
}

func TestNothingBreaksOut(t *testing.T) {
	for _, c := range every {
		for _, s := range nasty {
			for _, flags := range []bool{true, false} {
				if why := unsafe(string(Render(filledWith(c, s, flags)))); why != "" {
					t.Errorf("%T with %q: %s", c, s, why)
				}
			}
		}
	}
}

// TestUnsafeIsSeen plants what the check must find.
func TestUnsafeIsSeen(t *testing.T) {
	for _, planted := range []string{
		`<p>a < b</p>`, `<p title="a<b">c</p>`, `<a href="javascript:x">y</a>`, `<p onclick="x">y</p>`, `<p style="x">y</p>`, `<script>x</script>`,
		`<!-- x -->`, `<iframe srcdoc="x"></iframe>`, `<a href="//evil.example">x</a>`,
	} {
		if unsafe(planted) == "" {
			t.Errorf("%s passes as safe", planted)
		}
	}
}

func FuzzNothingBreaksOut(f *testing.F) {
	for _, s := range nasty {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, flags bool) {
		for _, c := range every {
			if why := unsafe(string(Render(filledWith(c, s, flags)))); why != "" {
				t.Fatalf("%T with %q: %s", c, s, why)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(Render(Text(s)))
		if strings.ContainsAny(got, "<>\"'\x00") {
			t.Fatalf("%q gives %q", s, got)
		}
		if back := html.UnescapeString(got); back != strings.ReplaceAll(s, "\x00", "\uFFFD") {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

func TestSafeAddress(t *testing.T) {
	for _, ok := range []string{"", "#", "#maincontent", "/raise", "/cases/HD-7F3K-22?sort=due&page=2", "raise/about", "?page=2", "https://intranet.example/", "http://a",
		"mailto:a@b.example", "tel:+441134960000", "HTTPS://a", "/a:b", "?q=javascript:x", "./a:b", "/näher"} {
		if SafeAddress(ok) != ok {
			t.Errorf("%q is refused", ok)
		}
	}
	for _, bad := range []string{"javascript:x", "JAVASCRIPT:x", "java\tscript:x", "\njavascript:x", " javascript:x", "\u0000javascript:x", "data:text/html,x", "vbscript:x", "blob:x",
		"file:///x", "//evil.example", `\\evil.example`, `/\evil.example`, "x:y", "filesystem:x", ":x", "about:blank", "java%0ascript:x"} {
		if got := SafeAddress(bad); got != refusedAddress {
			t.Errorf("%q gives %q", bad, got)
		}
	}
}

func TestAttributesThatAreRefused(t *testing.T) {
	attrs := []Attr{{Name: "onclick", Value: "x"}, {Name: "style", Value: "x"}, {Name: "srcdoc", Value: "x"}, {Name: "OnClick", Value: "x"}, {Name: "x onclick", Value: "x"},
		{Name: "data-", Value: "x"}, {Name: "", Value: "x"}, {Name: "data-x>", Value: "x"}, {Name: "class", Value: "x"}, {Name: "data-ok", Value: `"`}, {Name: "aria-label", Value: "y"},
		{Name: "href", Value: "javascript:x"}, {Name: "hidden", Bare: true}}
	got := string(Render(Hint{Text: "t", Attrs: attrs}))
	want := `<div class="nhsuk-hint" data-ok="&#34;" aria-label="y" href="` + refusedAddress + `" hidden>t</div>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
