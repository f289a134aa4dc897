package process

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"heed/internal/fail"
	"heed/internal/field"
)

// sharedForm is what several kinds of record ask in the same way: a decision that must not
// be easier in one of them than in another. Its fields, pages, stop and the sentences above
// it become those of each step that names it. One that was shipped is never changed: the
// next version is another file.
type sharedForm struct {
	Form    string        `json:"form"`
	Version int           `json:"version"`
	About   string        `json:"about"`
	Before  []string      `json:"before"`
	Stop    Stop          `json:"stop"`
	Fields  []field.Field `json:"fields"`
	Pages   []FormPage    `json:"pages"`
}

func (f *sharedForm) name() string { return fmt.Sprintf("%s/%d", f.Form, f.Version) }

//go:embed forms/*.json
var formFiles embed.FS

// sharedForms are those that the program ships, by name: "sharing/1".
var sharedForms = sync.OnceValue(func() map[string]*sharedForm {
	out := map[string]*sharedForm{}
	files, err := formFiles.ReadDir("forms")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		raw, err := formFiles.ReadFile(path.Join("forms", file.Name()))
		if err != nil {
			panic(err)
		}
		var f sharedForm
		if err := strict(raw, &f); err != nil {
			fail.Shipped(faultAt(file.Name(), linesOf(raw), fail.Words(err)))
		}
		if strings.Replace(f.name(), "/", "-", 1)+".json" != file.Name() {
			fail.Shipped(file.Name() + ":1: must be called as its form and version: " + f.name())
		}
		out[f.name()] = &f
	}
	return out
})

// takeForms gives each step that names a form what it asks.
func (d *Definition) takeForms() error {
	for i := range d.AllSteps {
		s := &d.AllSteps[i]
		if s.Form == "" {
			continue
		}
		at := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
		f, ok := sharedForms()[s.Form]
		switch {
		case !ok:
			return bad(at+".form", fmt.Sprintf("names %q: it must be one of internal/process/forms, as \"sharing/1\"", s.Form))
		case len(s.Fields) > 0 || len(s.Pages) > 0 || len(s.Before) > 0 || s.Stop.Heading != "":
			return bad(at, fmt.Sprintf("asks the form %s, which has fields, pages, stop and before: leave out its own", s.Form))
		}
		s.Before, s.Stop, s.Fields, s.Pages = slices.Clone(f.Before), f.Stop, slices.Clone(f.Fields), slices.Clone(f.Pages)
	}
	return nil
}
