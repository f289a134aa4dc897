package stats

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

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

// hierarchyCSV reads dim,child,parent. dim may be left out where a name is in one
// dimension only.
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
	dim := max(s.optional("dim"), s.optional("dimension"))
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
		known := false
		for _, t := range tables {
			for d, dim := range t.Dims {
				knows := slices.ContainsFunc(t.Cells, func(c attack.Cell) bool {
					m := c.At[d]
					return m == parent && parent != attack.Total || slices.Contains(kids, m)
				})
				if knows {
					known = true
					if h[dim] == nil {
						h[dim] = map[string][]string{}
					}
					h[dim][parent] = kids
				}
			}
		}
		if !known {
			h[""] = map[string][]string{parent: kids} // refused by namesMatch
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
