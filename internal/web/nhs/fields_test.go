package nhs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"heed/internal/web/nhs"
	"heed/internal/web/nhs/htmlcheck"
)

// marker fills a component with words that say where they stand, so that a field that is
// never written is seen. Some fields take the place of others, so each component is
// rendered several times, each time with some fields left empty.
type marker struct {
	without []string // names of fields left empty
	flags   bool
	content bool
	paths   map[string]bool // every marked field
}

// word makes a path fit for any place: an id, a class, an address, the name of an attribute.
func word(path string) string { return "data-" + strings.ToLower(path) + "-x" }

func (m *marker) fill(v reflect.Value, path string, depth int) {
	if depth > 5 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type().Name() == "string" {
			v.SetString(word(path))
			m.paths[path] = true
		}
	case reflect.Bool:
		v.SetBool(m.flags)
	case reflect.Int:
		v.SetInt(2)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && !slices.Contains(m.without, f.Name) &&
				!(f.Name == "Bare" && v.Type() == reflect.TypeFor[nhs.Attr]()) {
				m.fill(v.Field(i), path+"."+f.Name, depth+1)
			}
		}
	case reflect.Slice:
		if v.Type().Elem() == v.Type() || depth > 3 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		m.fill(v.Index(0), path+".0", depth+1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		m.fill(v.Elem(), path, depth+1)
	case reflect.Interface:
		if m.content {
			m.paths[path] = true
			v.Set(reflect.ValueOf(nhs.Text(word(path))))
		}
	}
}

// notWritten are fields that decide something rather than being written, with what tests them instead.
var notWritten = map[string]string{
	"Checkboxes.Name":          "given to a box without a name of its own: fixtures",
	"Checkboxes.Values.0":      "marks the boxes chosen: fixtures",
	"Radios.Value":             "marks the radio chosen: fixtures",
	"Select.Value":             "marks the option chosen: fixtures",
	"SummaryList.Card.Content": "the list takes its place",
	"SummaryList.Card.Text":    "the list takes its place",
	"Table.Card.Content":       "the table takes its place",
	"Table.Card.Text":          "the table takes its place",
	"Table.Head.0.Align":       "one of three words, else ignored: fixtures",
	"Table.Rows.0.0.Align":     "one of three words, else ignored: fixtures",
	"Table.Rows.0.0.Header":    "for a column without a head: TestCellNamedByItself",
}

func TestEveryFieldIsWritten(t *testing.T) {
	blanks := [][]string{nil, {"Type"}, {"Type", "Divider"}, {"Type", "Href"}, {"Href"}, {"Divider", "Href"}, {"Src"},
		{"Text"}, {"Items"}, {"Card"}, {"Card", "Items"},
		{"Heading"}, {"ID"}, {"Label", "Divider"}, {"Legend", "Divider"}, {"Divider", "Name", "ID"},
		{"Src", "Type", "Divider"}, {"Hidden", "Type", "Href"}, {"Organisation", "Href", "Label"}}
	for _, c := range every {
		typ := reflect.TypeOf(c)
		if typ.Kind() != reflect.Struct {
			continue
		}
		paths := map[string]bool{}
		var all strings.Builder
		for _, without := range blanks {
			for n := range 4 {
				m := marker{without: without, flags: n&1 == 1, content: n&2 == 2, paths: paths}
				v := reflect.New(typ).Elem()
				m.fill(v, typ.Name(), 0)
				html := string(nhs.Render(v.Interface().(nhs.Component)))
				if err := htmlcheck.WellFormed(html); err != nil && !strings.Contains(err.Error(), "twice") {
					t.Errorf("%s without %v: %v", typ.Name(), without, err)
				}
				all.WriteString(html)
			}
		}
		for path := range paths {
			written := strings.Contains(all.String(), word(path))
			switch _, excused := notWritten[path]; {
			case !written && !excused:
				t.Errorf("%s is never written", path)
			case written && excused:
				t.Errorf("%s is written: take it from the list of those that are not", path)
			}
		}
	}
}

// TestCellNamedByItself: in a stacked table a cell whose column has no head is named by its own.
func TestCellNamedByItself(t *testing.T) {
	html := string(nhs.Render(nhs.Table{Responsive: true,
		Rows: [][]nhs.Cell{{{Text: "6 March 2026", Header: "Received"}}}}))
	if !strings.Contains(html, `<span class="nhsuk-table__heading" aria-hidden="true">Received </span>6 March 2026`) {
		t.Error(html)
	}
}
