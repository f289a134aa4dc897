package web_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"heed/internal/web"
)

type shelf struct {
	Books []book
	Owner *owner
}

type book struct{ Name string }

func (b book) Length() int { return len(b.Name) }

type owner struct{ Name string }

func TestCheckFindsAMisspeltFieldInABranchNotTaken(t *testing.T) {
	for template, fault := range map[string]string{
		`{{range .Books}}{{.Name}}{{.Length}}{{end}}{{with .Owner}}{{.Name}}{{end}}`: "",
		`{{range $i, $b := .Books}}{{$b.Name}}{{$.Owner.Name}}{{end}}`:               "",
		`{{range .Books}}{{.Nmae}}{{end}}`:                                           "book has no field or method Nmae",
		`{{if false}}{{.Ownr}}{{end}}`:                                               "shelf has no field or method Ownr",
		`{{with .Owner}}{{.Nom}}{{end}}`:                                             "no field or method Nom",
		`{{if .Books}}x{{else}}{{$.Gone}}{{end}}`:                                    "no field or method Gone",
		`{{range .Books}}{{number .Lenth}}{{end}}`:                                   "no field or method Lenth",
		`{{range .Books}}{{template "_one.html" .}}{{end}}`:                          "no field or method Titel",
		`{{template "_none.html" .}}`:                                                `no template "_none.html"`,
		`{{range $i, $b := .Books}}{{$b.Nom}}{{end}}`:                                "no field or method Nom",
	} {
		files := fstest.MapFS{"a.html": {Data: []byte(template)}, "_one.html": {Data: []byte(`{{.Titel}}`)}}
		err := web.Check(web.NewView(files, "a.html", shelf{}))
		switch {
		case fault == "" && err != nil:
			t.Errorf("%s: %v", template, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%s: got %v, want %q", template, err, fault)
		}
	}
	if err := web.Check(web.NewView[shelf](fstest.MapFS{"a.html": {Data: []byte("a")}}, "a.html")); err == nil {
		t.Error("a view without samples was accepted")
	}
}

func TestEveryOwnViewFitsItsModel(t *testing.T) {
	site, err := web.New(web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range site.Parts() {
		for _, v := range p.Views {
			if err := web.Check(v); err != nil {
				t.Error(err)
			}
		}
	}
}
