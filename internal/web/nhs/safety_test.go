package nhs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"heed/internal/web/nhs"
	"heed/internal/web/nhs/nhstest"
)

// refused is what stands where an address was refused.
const refused = "#address-refused"

// every is one of each component, for tests that hold for all.
var every = []nhs.Component{
	nhs.ActionLink{}, nhs.BackLink{}, nhs.Breadcrumb{}, nhs.Button{}, nhs.Caption{}, nhs.Card{}, nhs.CharacterCount{},
	nhs.Checkboxes{}, nhs.ContentsList{}, nhs.DateInput{}, nhs.Details{},
	nhs.ErrorMessage{}, nhs.ErrorSummary{}, nhs.Fieldset{}, nhs.FileUpload{}, nhs.Footer{}, nhs.Header{}, nhs.Heading{},
	nhs.HiddenInput{}, nhs.Hint{}, nhs.Icon(""), nhs.Input{}, nhs.InsetText{},
	nhs.Isolated(""), nhs.Label{}, nhs.Legend{}, nhs.Link{}, nhs.List{}, nhs.NoWrap(""), nhs.NotificationBanner{},
	nhs.Pagination{}, nhs.Panel{}, nhs.Paragraph{}, nhs.PasswordInput{}, nhs.Radios{}, nhs.Scroll{},
	nhs.SearchInput{}, nhs.Select{}, nhs.SkipLink{}, nhs.SummaryList{}, nhs.Table{}, nhs.Tag{}, nhs.TaskList{},
	nhs.Text(""), nhs.Textarea{}, nhs.WarningCallout{},
}

// TestEveryComponentIsListed keeps the list above whole: it reads the source for types that render.
func TestEveryComponentIsListed(t *testing.T) {
	listed := map[string]bool{"HTML": true /* is markup, so nothing to escape */, "Group": true /* only its parts */}
	for _, c := range every {
		listed[reflect.TypeOf(c).Name()] = true
	}
	//lint:ignore SA1019 this package has no build tags
	pkgs, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool {
		return !strings.HasSuffix(f.Name(), "_test.go")
	}, 0)
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

func TestNothingBreaksOut(t *testing.T) {
	for _, c := range every {
		for _, s := range nhstest.Nasty {
			for _, flags := range []bool{true, false} {
				if why := nhstest.Unsafe(string(nhs.Render(nhstest.Filled(c, s, flags)))); why != "" {
					t.Errorf("%T with %q: %s", c, s, why)
				}
			}
		}
	}
}

// TestUnsafeIsSeen plants what the check must find.
func TestUnsafeIsSeen(t *testing.T) {
	for _, planted := range []string{
		`<p>a < b</p>`, `<p title="a<b">c</p>`, `<a href="javascript:x">y</a>`, `<p onclick="x">y</p>`, `<p style="x">y</p>`,
		`<script>x</script>`,
		`<!-- x -->`, `<iframe srcdoc="x"></iframe>`, `<a href="//evil.example">x</a>`,
	} {
		if nhstest.Unsafe(planted) == "" {
			t.Errorf("%s passes as safe", planted)
		}
	}
}

func FuzzNothingBreaksOut(f *testing.F) {
	for _, s := range nhstest.Nasty {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, flags bool) {
		for _, c := range every {
			if why := nhstest.Unsafe(string(nhs.Render(nhstest.Filled(c, s, flags)))); why != "" {
				t.Fatalf("%T with %q: %s", c, s, why)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range nhstest.Nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(nhs.Render(nhs.Text(s)))
		if strings.ContainsAny(got, "<>\"'\x00") {
			t.Fatalf("%q gives %q", s, got)
		}
		if back := html.UnescapeString(got); back != strings.ReplaceAll(s, "\x00", "\uFFFD") {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

func TestSafeAddress(t *testing.T) {
	for _, ok := range []string{"", "#", "#maincontent", "/raise", "/cases/HD-7F3K-22?sort=due&page=2", "raise/about",
		"?page=2", "https://intranet.example/", "http://a",
		"mailto:a@b.example", "tel:+441134960000", "HTTPS://a", "/a:b", "?q=javascript:x", "./a:b", "/näher"} {
		if nhs.SafeAddress(ok) != ok {
			t.Errorf("%q is refused", ok)
		}
	}
	for _, bad := range []string{"javascript:x", "JAVASCRIPT:x", "java\tscript:x", "\njavascript:x", " javascript:x",
		"\u0000javascript:x", "data:text/html,x", "vbscript:x", "blob:x",
		"file:///x", "//evil.example", `\\evil.example`, `/\evil.example`, "x:y", "filesystem:x", ":x", "about:blank",
		"java%0ascript:x"} {
		if got := nhs.SafeAddress(bad); got != refused {
			t.Errorf("%q gives %q", bad, got)
		}
	}
}

func TestAttributesThatAreRefused(t *testing.T) {
	attrs := []nhs.Attr{{Name: "onclick", Value: "x"}, {Name: "style", Value: "x"}, {Name: "srcdoc", Value: "x"},
		{Name: "OnClick", Value: "x"}, {Name: "x onclick", Value: "x"},
		{Name: "data-", Value: "x"}, {Name: "", Value: "x"}, {Name: "data-x>", Value: "x"}, {Name: "class", Value: "x"},
		{Name: "data-ok", Value: `"`}, {Name: "aria-label", Value: "y"},
		{Name: "href", Value: "javascript:x"}, {Name: "hidden", Bare: true}}
	got := string(nhs.Render(nhs.Hint{Text: "t", Attrs: attrs}))
	want := `<div class="nhsuk-hint" data-ok="&#34;" aria-label="y" href="` + refused + `" hidden>t</div>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
