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
// it become those of each step that names it, and so do its outcomes: what a step decides
// about sharing is said by what was answered, and nothing beside that could say otherwise.
// One that was shipped is never changed: the next version is another file.
type sharedForm struct {
	Form    string        `json:"form"`
	Version int           `json:"version"`
	About   string        `json:"about"`
	Before  []string      `json:"before"`
	Stop    Stop          `json:"stop"`
	Fields  []field.Field `json:"fields"`
	Pages   []FormPage    `json:"pages"`
	// Outcomes are the ways in which a step that asks it comes out, with what each is called,
	// decides and lets leave, and by which answers; the step says where each leads. With none
	// the step says it all.
	Outcomes []Outcome `json:"outcomes"`
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
		at := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
		if j := slices.IndexFunc(s.Outcomes, func(o Outcome) bool { return o.Decides != "" }); j >= 0 {
			return bad(fmt.Sprintf("%s.outcomes[%d].decides", at, j+1), "is for a shared form to say: a step decides about "+
				"sharing by what its form asks, as sharing/1 or duty/1. Name the form, and leave decides out")
		}
		if s.Form == "" {
			continue
		}
		f, ok := sharedForms()[s.Form]
		switch {
		case !ok:
			return bad(at+".form", fmt.Sprintf("names %q: it must be one of internal/process/forms, as \"sharing/1\"", s.Form))
		case len(s.Fields) > 0 || len(s.Pages) > 0 || len(s.Before) > 0 || s.Stop.Heading != "":
			return bad(at, fmt.Sprintf("asks the form %s, which has fields, pages, stop and before: leave out its own", s.Form))
		}
		s.Before, s.Stop, s.Fields, s.Pages = slices.Clone(f.Before), f.Stop, slices.Clone(f.Fields), slices.Clone(f.Pages)
		if err := f.comesOut(at, s); err != nil {
			return err
		}
	}
	return nil
}

// comesOut has a step come out as its form says.
func (f *sharedForm) comesOut(at string, s *StepInfo) error {
	name := func(o Outcome) string { return o.ID }
	if len(f.Outcomes) == 0 {
		return nil
	}
	if !slices.EqualFunc(f.Outcomes, s.Outcomes, func(a, b Outcome) bool { return a.ID == b.ID }) {
		return bad(at, fmt.Sprintf("asks the form %s: its outcomes must be %s, in this order", f.name(),
			listed(f.Outcomes, name)))
	}
	for i, says := range f.Outcomes {
		o := &s.Outcomes[i]
		if o.Label != "" || o.Leaves != Stays || len(o.When) > 0 {
			return bad(fmt.Sprintf("%s.outcomes[%d] (%s)", at, i+1, or(o.ID, "without a name")),
				fmt.Sprintf("says label, leaves or when, which the form %s says: leave them out", f.name()))
		}
		o.Label, o.Leaves, o.Decides, o.When = says.Label, says.Leaves, says.Decides, says.When
	}
	return nil
}
