package stats

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
)

// laid is a table of counts with its place in the sheet that it was read from.
type laid struct {
	sheet *sheet
	table attack.Table
	at    [][2]int // cell → row and column of the sheet
}

// readTable reads a table of counts. Long form: the last column is named value and
// every other column is a dimension. Wide form: the first column (and further ones
// without any number) are dimensions, the other headers are members of a dimension
// called col. Total stands for the sum. A mark is * or [c]; empty is not published.
func readTable(name string, in io.Reader) (*laid, error) {
	s, err := readCSV(in)
	if err != nil {
		return nil, err
	}
	if len(s.header) < 2 {
		return nil, fail.New(fail.Bad, "row 1, column 2: missing; a table needs labels and numbers")
	}
	if len(s.rows) == 0 {
		return nil, fail.New(fail.Bad, "row 2, column 1: there are no rows; give at least one")
	}
	l := &laid{sheet: s, table: attack.Table{Name: name}}
	if strings.EqualFold(s.header[len(s.header)-1], "value") {
		last := len(s.header) - 1
		l.table.Dims = s.header[:last]
		for i, row := range s.rows {
			if err := l.add(slices.Clone(row[:last]), i, last); err != nil {
				return nil, err
			}
		}
		return l, nil
	}
	labels := 1
	for labels < len(s.header)-1 && s.isLabel(labels) {
		labels++
	}
	l.table.Dims = append(slices.Clone(s.header[:labels]), "col")
	if slices.Contains(s.header[:labels], "col") {
		return nil, fail.New(fail.Bad, "row 1, column 1: the label column is named col; name it after what it holds")
	}
	for i, row := range s.rows {
		for j := labels; j < len(row); j++ {
			if err := l.add(append(slices.Clone(row[:labels]), s.header[j]), i, j); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// isLabel says whether no field of a column is a number, a mark or empty.
func (s *sheet) isLabel(col int) bool {
	for _, row := range s.rows {
		f := row[col]
		if _, err := strconv.ParseFloat(f, 64); err == nil || f == "" || isMark(f) {
			return false
		}
	}
	return true
}

func isMark(f string) bool { return f == disclose.Star || f == "[c]" }

func (l *laid) add(at []string, row, col int) error {
	s := l.sheet
	c := attack.Cell{At: at}
	for d, m := range at {
		if m == "" {
			return fail.New(fail.Bad, "row %d, column %s: empty; write the label, or Total", s.lines[row], l.table.Dims[d])
		}
		if strings.EqualFold(m, attack.Total) {
			at[d] = attack.Total
		}
	}
	switch f := s.rows[row][col]; {
	case f == "":
	case isMark(f):
		c.Kind = attack.Mark
	default:
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil || v < 0 || v > attack.MaxCount {
			return fail.New(fail.Bad, "row %d, column %s: not a count; write a whole number from 0, * for a hidden one, or leave it empty", s.lines[row], s.header[col])
		}
		c.Value = attack.Value{Kind: attack.Number, N: v}
	}
	if len(l.table.Cells) >= attack.MaxCells {
		return fail.New(fail.TooLarge, "row %d, column %s: more than %d cells; split the table", s.lines[row], s.header[col], attack.MaxCells)
	}
	l.table.Cells = append(l.table.Cells, c)
	l.at = append(l.at, [2]int{row, col})
	return nil
}

// readTables reads several files, or standard input when there is none.
func readTables(names []string, in io.Reader) ([]*laid, error) {
	if len(names) == 0 {
		names = []string{"-"}
	}
	if len(names) > attack.MaxTables {
		return nil, fail.New(fail.TooLarge, "more than %d tables at once: attack them in groups that share margins", attack.MaxTables)
	}
	out := make([]*laid, len(names))
	for i, name := range names {
		f, err := open(name, in)
		if err != nil {
			return nil, err
		}
		l, err := readTable(filepath.Base(name), f)
		f.Close()
		if err != nil {
			if len(names) > 1 {
				return nil, fail.New(fail.Bad, "%s: %s", filepath.Base(name), words(err))
			}
			return nil, err
		}
		out[i] = l
	}
	return out, nil
}

func tablesOf(ls []*laid) []attack.Table {
	out := make([]attack.Table, len(ls))
	for i, l := range ls {
		out[i] = l.table
	}
	return out
}

// with writes the values of another table of the same shape into the sheet's places.
func (l *laid) with(t attack.Table) (header []string, rows [][]string) {
	rows = make([][]string, len(l.sheet.rows))
	for i, r := range l.sheet.rows {
		rows[i] = slices.Clone(r)
	}
	for i, c := range t.Cells {
		rows[l.at[i][0]][l.at[i][1]] = disclose.Text(c.Value)
	}
	return l.sheet.header, rows
}

// hierarchyFile reads a hierarchy named on the command line.
func hierarchyFile(name string, tables []attack.Table) (attack.Hierarchy, error) {
	if name == "" {
		return nil, nil
	}
	if strings.EqualFold(filepath.Ext(name), ".csv") {
		f, err := open(name, nil)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return hierarchyCSV(f, tables)
	}
	raw, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	return hierarchyJSON(raw, tables, filepath.Dir(name))
}

// hierarchyCSV reads parent,child and, where a name is in two dimensions, dimension.
func hierarchyCSV(in io.Reader, tables []attack.Table) (attack.Hierarchy, error) {
	s, err := readCSV(in)
	if err != nil {
		return nil, err
	}
	parent, err := s.column("parent")
	if err != nil {
		return nil, err
	}
	child, err := s.column("child")
	if err != nil {
		return nil, err
	}
	dim := s.optional("dimension")
	b := tree{}
	for _, row := range s.rows {
		d := ""
		if dim >= 0 {
			d = row[dim]
		}
		b.put(d, row[parent], row[child])
	}
	return b.settle(tables), nil
}

// tree collects children by dimension ("" when it is not said) and parent.
type tree map[string]map[string][]string

func (b tree) put(dim, parent string, children ...string) {
	if b[dim] == nil {
		b[dim] = map[string][]string{}
	}
	if strings.EqualFold(parent, attack.Total) {
		parent = attack.Total
	}
	for _, c := range children {
		if !slices.Contains(b[dim][parent], c) {
			b[dim][parent] = append(b[dim][parent], c)
		}
	}
}

// settle gives parents without a dimension to the dimensions that know them.
func (b tree) settle(tables []attack.Table) attack.Hierarchy {
	h := attack.Hierarchy{}
	for d, parents := range b {
		if d != "" {
			h[d] = parents
		}
	}
	for parent, kids := range b[""] {
		for _, t := range tables {
			for d, dim := range t.Dims {
				knows := slices.ContainsFunc(t.Cells, func(c attack.Cell) bool {
					m := c.At[d]
					return m == parent && parent != attack.Total || slices.Contains(kids, m)
				})
				if knows {
					if h[dim] == nil {
						h[dim] = map[string][]string{}
					}
					h[dim][parent] = kids
				}
			}
		}
	}
	return h
}

// hierarchyJSON takes {"trust": {"North": ["A", "B"]}}, the same without the dimension,
// {"A": "North"}, trees nested in each other, a list of {"parent", "child" or
// "children", "dimension"}, or the name of a file that holds one.
func hierarchyJSON(raw json.RawMessage, tables []attack.Table, dir string) (attack.Hierarchy, error) {
	if !isSet(raw) {
		return nil, nil
	}
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return hierarchyFile(filepath.Join(dir, filepath.Base(name)), tables)
	}
	var v any
	if err := decode(raw, &v); err != nil {
		return nil, err
	}
	dims := map[string]bool{}
	for _, t := range tables {
		for _, d := range t.Dims {
			dims[d] = true
		}
	}
	b := tree{}
	if list, ok := v.([]any); ok {
		for _, x := range list {
			if !b.link(x) {
				return nil, badHierarchy()
			}
		}
		return b.settle(tables), nil
	}
	top, ok := v.(map[string]any)
	if !ok {
		return nil, badHierarchy()
	}
	if b.link(v) {
		return b.settle(tables), nil
	}
	if d, ok := top["dimension"].(string); ok { // {"dimension": "trust", "parents": {…}}
		for k, x := range top {
			if inner, ok := x.(map[string]any); ok && k != "dimension" {
				top = map[string]any{d: inner}
				break
			}
		}
		dims[d] = true
	}
	for k, x := range top {
		if inner, ok := x.(map[string]any); ok && dims[k] {
			for p, y := range inner {
				if !b.node(k, p, y, 0) {
					return nil, badHierarchy()
				}
			}
		} else if !b.node("", k, x, 0) {
			return nil, badHierarchy()
		}
	}
	return b.settle(tables), nil
}

func badHierarchy() error {
	return fail.New(fail.Bad, `the hierarchy is not as expected: write {"trust": {"North": ["A", "B"]}}`)
}

func (b tree) link(x any) bool {
	m, ok := x.(map[string]any)
	if !ok {
		return false
	}
	parent, ok := m["parent"].(string)
	if !ok {
		return false
	}
	dim, _ := m["dimension"].(string)
	for _, k := range []string{"child", "children", "parts"} {
		if m[k] != nil {
			return b.node(dim, parent, wrap(m[k]), 0)
		}
	}
	return false
}

func wrap(x any) any {
	if s, ok := x.(string); ok {
		return []any{s}
	}
	return x
}

func (b tree) node(dim, key string, x any, depth int) bool {
	if depth > 20 {
		return false
	}
	switch v := x.(type) {
	case string:
		b.put(dim, v, key)
		return true
	case []any:
		for _, c := range v {
			s, ok := c.(string)
			if !ok {
				return false
			}
			b.put(dim, key, s)
		}
		return true
	case map[string]any:
		for c, y := range v {
			b.put(dim, key, c)
			if y != nil && !b.node(dim, c, y, depth+1) {
				return false
			}
		}
		return true
	}
	return false
}
