package design

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http/httptest"
	"strings"
	"testing"

	"heed/internal/heedtest"
	"heed/internal/web"
)

// notShown are parts of other components, and what cannot stand in the body of a page.
var notShown = map[string]string{
	"nhs.HTML": "markup itself", "nhs.Text": "words themselves", "nhs.Group": "components one after another",
	"nhs.Label": "part of every field", "nhs.Legend": "part of a group of fields", "nhs.Hint": "part of every field",
	"nhs.ErrorMessage": "part of every field",
	"nhs.Caption":      "part of a heading", "nhs.Icon": "part of buttons and links", "nhs.HiddenInput": "not seen",
	"nhs.Header": "casework.Header makes it",
	"casework.TimeoutDialog": "shows itself 2 minutes before the end " +
		"of a session", "casework.Status": "shown through Statuses",
}

func TestEveryComponentIsInTheCatalogue(t *testing.T) {
	for _, pkg := range []string{"nhs", "casework"} {
		//lint:ignore SA1019 these packages have no build tags
		parsed, err := parser.ParseDir(token.NewFileSet(), "../"+pkg, func(i fs.FileInfo) bool {
			return !strings.HasSuffix(i.Name(), "_test.go")
		}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range parsed[pkg].Files {
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Name.Name != "Render" || fn.Recv == nil {
					continue
				}
				kind, ok := fn.Recv.List[0].Type.(*ast.Ident)
				if !ok || !kind.IsExported() {
					continue
				}
				name := pkg + "." + kind.Name
				if _, excused := notShown[name]; !excused && !strings.Contains(source, name+"{") &&
					!strings.Contains(source, name+"(") {
					if name == "nhs.List" && strings.Contains(source, "nhs.Bullets(") || name == "nhs.Paragraph" {
						continue
					}
					t.Errorf("%s has no example", name)
				}
			}
		}
	}
}

func TestEveryExampleIsListedWithItsSource(t *testing.T) {
	sources, err := read()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, g := range catalogue() {
		for _, e := range g.entries {
			for _, x := range e.examples {
				listed[x.name] = true
				if s := sources[x.name]; s.note == "" || s.literal == "" {
					t.Errorf("%s: no note or no literal", x.name)
				}
			}
		}
	}
	for name := range sources {
		if !listed[name] {
			t.Errorf("%s is in the source and not in the catalogue", name)
		}
	}
}

func TestTheCatalogueInABrowser(t *testing.T) {
	site, err := web.New(web.Options{Plain: true, Settings: web.Settings{OrgName: "Northmoor NHS Trust", Phase: "beta"}},
		Part())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	defer server.Close()
	chromium := heedtest.Start(t)
	paths := []string{"/design"}
	for _, g := range catalogue() {
		for _, e := range g.entries {
			paths = append(paths, "/design/"+e.slug)
		}
	}
	for _, p := range wholePages() {
		paths = append(paths, p.path)
	}
	narrow, wide := chromium.Visitor(t, server.URL, heedtest.Width(heedtest.Small)), chromium.Visitor(t, server.URL,
		heedtest.Width(heedtest.Desktop))
	for i, p := range paths {
		narrow.Open(p)
		if i%4 == 0 || strings.HasPrefix(p, "/design/page/") { // the rest at another width is the fixtures' business
			wide.Open(p)
		}
	}
}
