package field

import (
	"strings"
	"time"
)

// Shown is one answer as it is shown: what it is and the words.
type Shown struct {
	Key, Words string
	Document   int // of a document: its number in its entry
}

// Namer gives the name of a person, team, partner or entry for a page.
type Namer func(k Kind, id string) string

// Show gives the answers as lines for a timeline, a print view, an export, in the
// order of the fields. Answers to fields that these do not have (of an older
// version, which should be asked for its own fields) are shown under their names,
// so that nothing that was said is ever left out.
func Show(fields []Field, a Answers, name Namer) []Shown {
	var out []Shown
	known := map[string]bool{}
	for _, f := range fields {
		known[f.ID] = true
		if v := a[f.ID]; !v.Empty() {
			out = append(out, f.show(v, name)...)
		}
	}
	for _, n := range a.Names() {
		if !known[n] {
			out = append(out, Field{ID: n, Ask: n, Kind: Text}.show(a[n], name)...)
		}
	}
	return out
}

func (f Field) show(v Value, name Namer) []Shown {
	if f.Kind == Part {
		return Show(f.Fields, v.Part, name)
	}
	switch {
	case v.File != nil:
		return []Shown{{f.Called(), v.File.Words(), v.File.Number}}
	case len(v.Group) == 0:
		return []Shown{{Key: f.Called(), Words: f.Words(v, name)}}
	}
	var out []Shown
	for _, one := range v.Group {
		for _, s := range Show(f.Fields, one, name) {
			out = append(out, Shown{f.Called() + ": " + s.Key, s.Words, s.Document})
		}
	}
	return out
}

// Words is one answer in words.
func (f Field) Words(v Value, name Namer) string {
	switch f.Kind {
	case Choices:
		labels := make([]string, len(v.List))
		for i, id := range v.List {
			labels[i] = f.saidOf(id)
		}
		return strings.Join(labels, ", ")
	case Choice, YesNo:
		return f.saidOf(v.Text)
	case Day:
		if t, err := time.Parse(time.DateOnly, v.Text); err == nil {
			return t.Format("2 January 2006")
		}
	case Month:
		if t, err := time.Parse("2006-01", v.Text); err == nil {
			return t.Format("January 2006")
		}
	case NHSNumber:
		if len(v.Text) == 10 {
			return v.Text[:3] + " " + v.Text[3:6] + " " + v.Text[6:]
		}
	case Document:
		if v.File != nil {
			return v.File.Words()
		}
	case Person, Team, Partner, Entry:
		if name != nil {
			return name(f.Kind, v.Text)
		}
	}
	if len(v.List) > 0 {
		return strings.Join(v.List, ", ")
	}
	return v.Text
}
