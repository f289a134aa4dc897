package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"sync"

	"heed/internal/fail"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// View is a template file and the type of the model that it shows. It is made
// once, in a package variable beside the page's handler, and never changes.
//
// The samples are models that between them show every branch of the template:
// one test (CheckViews) renders them all and checks each field name in the
// template against M, so that a misspelt field never reaches a person.
type View[M any] struct {
	file    string
	from    fs.FS
	samples []M
	parse   func() (*template.Template, error)
}

// NewView names a template file of an embedded folder. Files of that folder that
// begin with "_" are fragments that every template of the folder may place.
func NewView[M any](from fs.FS, file string, samples ...M) *View[M] {
	return &View[M]{file: file, from: from, samples: samples,
		parse: sync.OnceValues(func() (*template.Template, error) { return parseFile(from, file) })}
}

// With joins the template and its model.
func (v *View[M]) With(model M) Body { return Body{view: v, model: model} }

// AnyView is a View of whatever model, as a Part lists it.
type AnyView interface {
	// File is the template's file name.
	File() string
	// Bodies are the samples, joined to the template.
	Bodies() []Body

	template() (*template.Template, error)
}

// File is the template's file name.
func (v *View[M]) File() string { return v.file }

// Bodies are the samples, joined to the template.
func (v *View[M]) Bodies() []Body {
	out := make([]Body, len(v.samples))
	for i, m := range v.samples {
		out[i] = v.With(m)
	}
	return out
}

func (v *View[M]) template() (*template.Template, error) { return v.parse() }

// Body is a template with its model, ready to be rendered.
type Body struct {
	view  AnyView
	model any
}

// Render writes the body alone, without the layout.
func (b Body) Render() (template.HTML, error) {
	if b.view == nil {
		return "", fail.New(fail.Broken, "page without a body")
	}
	t, err := b.view.template()
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, b.model); err != nil {
		return "", fmt.Errorf("render %s: %w", b.view.File(), err)
	}
	return template.HTML(out.String()), nil //nolint:gosec // html/template escaped it
}

func parseFile(from fs.FS, file string) (*template.Template, error) {
	names := []string{file}
	fragments, err := fs.Glob(from, path.Join(path.Dir(file), "_*.html"))
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	t, err := template.New(path.Base(file)).Option("missingkey=error").Funcs(templateFuncs).ParseFS(from,
		append(names, fragments...)...)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	return t, nil
}

// templateFuncs are the few things a template may do besides placing; choices are made in Go.
var templateFuncs = template.FuncMap{
	"nhs":       nhs.Render, // places components: {{nhs .Send}}
	"typed":     words.Typed,
	"name":      words.Name,
	"moment":    words.MomentHTML,
	"date":      words.DateHTML,
	"number":    words.Number,
	"count":     words.Count,
	"nhsnumber": func(n words.NHSNumber) template.HTML { return n.HTML() },
}

//go:embed *.html
var files embed.FS
