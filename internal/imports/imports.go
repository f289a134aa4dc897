// Package imports takes a file that comes from outside into rows (package bulk), in steps
// that a person follows: what is it, what would it do, do it, take it back.
//
// It keeps true:
//   - A file is recognised by its headings, or a person says once which column is which; that
//     stands in the entry, and the next file with these headings is recognised.
//   - Nothing is done that was not shown: what is confirmed has the code of its preview, which
//     is of the file, of how it is read, and of what was there.
//   - One row that cannot be taken keeps all out, and is named with row, column and remedy.
//   - The same file twice changes nothing.
//   - What a whole list has no more is named before it is done, and stays for as long as its
//     kind says, with its last day. A list without a row is a mistake until somebody says that it is none.
package imports

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"heed/internal/bulk"
	"heed/internal/fail"
	"heed/internal/tabular"
)

// Kind is what the rows of a feed are, and which files say so.
type Kind struct {
	Feed    bulk.Feed
	Many    string // "organisations"
	Columns []Column
	Forms   []Form

	Same   func(row []any) string            // two rows with the same are the same thing; never ""
	Covers func(form string, row []any) bool // a file of this form lists them all
	Called func(row []any) string            // its name for people
	// Absent is a row that a file of this day has no more, as it is from then on; false when it leaves the list.
	Absent func(row []any, asOf time.Time) (is []any, stays bool)
	Refers func(row []any) string                 // Same of another row that this one names, or ""
	Count  func(row []any) string                 // under which name it is counted
	Fault  func(row []any) (column, fault string) // what columns say against each other, with the remedy
}

// Column is a column of the feed, in its order.
type Column struct {
	Name  string // as of the feed: "opened"
	Label string // for people: "opening date"
	// Read reads a cell, which may be empty: an int64 or a string, or what is wrong, with the remedy.
	Read func(cell string) (value any, fault string)
}

// Form is one shape of file.
type Form struct {
	Name  string            // "trusts", as the entry says with its version: "trusts/1"
	What  string            // "NHS trusts"
	Heads map[string]string // by the name of the column: its heading, in small letters
	Needs []string          // without which it is no file of this form
	Fixed map[string]string // of columns that no file of this form has: what all its rows have there
}

// version is of how all forms are read.
const version = "/1"

// Mapping is which column is which, as a person said.
type Mapping struct {
	Form    string            `json:"form"`
	Columns map[string]string `json:"columns"` // by the name of the column: its heading
}

// recognised is a file of which every column is known.
type recognised struct {
	form  Form
	at    map[string]int // by the name of the column
	asked *Mapping       // as a person said; nil when its headings told
}

// Form finds a form by its name.
func (k Kind) Form(name string) (Form, error) {
	var names []string
	for _, f := range k.Forms {
		if names = append(names, f.Name); f.Name == name {
			return f, nil
		}
	}
	return Form{}, fail.New(fail.Bad, "There is no such kind of file. There are: %s", strings.Join(names, ", "))
}

// recognise says what a file is: as a person says now; by its headings; or, where these tell
// nothing, as one said before of a file with such headings which column is which.
func (k Kind) recognise(file *tabular.File, said *Mapping, before bulk.State) (recognised, error) {
	if said != nil {
		return k.asSaid(file, *said)
	}
	var best recognised
	for _, f := range k.Forms {
		at := places(file, f.Heads)
		if len(missing(f, at)) == 0 && len(f.Needs) > len(best.form.Needs) {
			best = recognised{form: f, at: at}
		}
	}
	if best.form.Name != "" {
		return best, nil
	}
	for _, i := range slices.Backward(before.Imports) {
		var m Mapping
		if i.Undone || len(i.Map) == 0 || json.Unmarshal(i.Map, &m) != nil || len(m.Columns) == 0 {
			continue
		}
		if r, err := k.asSaid(file, m); err == nil {
			return r, nil
		}
	}
	return best, fail.New(fail.Bad, "The headings in row 1 are those of no file that is known here. Say which kind of "+
		"file it is, and which column is which")
}

// asSaid is a file of which a person says what it is. Columns of which they say nothing are known by their headings.
func (k Kind) asSaid(file *tabular.File, m Mapping) (recognised, error) {
	f, err := k.Form(m.Form)
	if err != nil {
		return recognised{}, err
	}
	heads := maps.Clone(f.Heads)
	for name, heading := range m.Columns {
		if !slices.ContainsFunc(k.Columns, func(c Column) bool { return c.Name == name }) {
			return recognised{}, fail.New(fail.Bad, "There is no such column. There are: %s", strings.Join(k.names(), ", "))
		}
		heads[name] = strings.ToLower(strings.TrimSpace(heading))
		if len(places(file, map[string]string{name: heads[name]})) == 0 {
			return recognised{}, fail.New(fail.Bad, "No column has the heading that was said to be the %s. Look at row 1 of "+
				"the file", k.label(name))
		}
	}
	at := places(file, heads)
	if lacks := missing(f, at); len(lacks) > 0 {
		return recognised{}, fail.New(fail.Bad, "No column is known to be the %s. Say which one is", k.label(lacks[0]))
	}
	return recognised{form: f, at: at, asked: &m}, nil
}

func (k Kind) names() (out []string) {
	for _, c := range k.Columns {
		out = append(out, c.Name)
	}
	return out
}

func (k Kind) label(name string) string {
	for _, c := range k.Columns {
		if c.Name == name {
			return c.Label
		}
	}
	return name
}

// places are the columns of a file by the names that their headings stand for.
func places(file *tabular.File, heads map[string]string) map[string]int {
	at := map[string]int{}
	for name, heading := range heads {
		for i, h := range file.Header {
			if strings.EqualFold(h, heading) {
				at[name] = i
			}
		}
	}
	return at
}

func missing(f Form, at map[string]int) (out []string) {
	for _, name := range f.Needs {
		if _, ok := at[name]; !ok {
			out = append(out, name)
		}
	}
	return out
}
