package stats

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
	"heed/internal/measure/result"
)

// attackOf runs the attack of a vector's tables.
func attackOf(dir string, names []string, options, hierarchy any) (result.Attack, error) {
	paths := make([]string, len(names))
	for i, n := range names {
		paths[i] = filepath.Join(dir, filepath.Base(n))
	}
	ls, err := readTables(paths, nil)
	if err != nil {
		return result.Attack{}, err
	}
	raw, err := json.Marshal(options)
	if err != nil {
		return result.Attack{}, fmt.Errorf("write JSON: %w", err)
	}
	r := reading{rules: attack.Marked}
	if err := r.options(raw); err != nil {
		return result.Attack{}, err
	}
	if r.Hierarchy != "" {
		r.Hierarchy = filepath.Join(dir, filepath.Base(r.Hierarchy))
	}
	if r.stated, err = json.Marshal(hierarchy); err != nil {
		return result.Attack{}, fmt.Errorf("write JSON: %w", err)
	}
	tables, h, err := r.tables(ls, dir)
	if err != nil {
		return result.Attack{}, err
	}
	found, err := attack.Run(tables, h, r.rules, attack.DefaultSteps)
	if err != nil {
		return result.Attack{}, err
	}
	return result.AttackOf(found), nil
}

func checkAttack(dir string, v map[string]any) ([]string, error) {
	var names []string
	if err := remarshal(v["tables"], &names); err != nil {
		return nil, err
	}
	r, err := attackOf(dir, names, v["options"], v["hierarchy"])
	if err != nil {
		return nil, err
	}
	got, err := asJSON(r)
	if err != nil {
		return nil, err
	}
	return attackDiffer(v["expected"].(map[string]any), got), nil
}

func attackDiffer(want, got map[string]any) []string {
	out := differ("status", want["status"], got["status"])
	for _, field := range []string{"recoverable", "narrow"} {
		if w, ok := want[field].([]any); ok {
			g, _ := got[field].([]any)
			out = append(out, differ(field, cellKeys(w), cellKeys(g))...)
		}
	}
	for _, field := range []string{"cells", "n_suppressed"} {
		if w, ok := want[field]; ok {
			if l, isList := w.([]any); isList && len(l) == 0 && want["status"] == "contradiction" {
				continue
			}
			out = append(out, differ(field, w, got[field])...)
		}
	}
	return out
}

func cellKeys(list []any) []any {
	keys := make([]string, len(list))
	for i, x := range list {
		keys[i] = cellKey(fmt.Sprint(x))
	}
	slices.Sort(keys)
	out := make([]any, len(keys))
	for i, k := range keys {
		out[i] = k
	}
	return out
}

// checkHES treats the true table and compares every field, then the attack on it.
func checkHES(dir string, v map[string]any) ([]string, error) {
	f, err := input(dir, v["true"])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	l, err := readTable("true", f)
	if err != nil {
		return nil, err
	}
	p, err := input(dir, v["published"])
	if err != nil {
		return nil, err
	}
	defer p.Close()
	want, err := readCSV(p)
	if err != nil {
		return nil, err
	}
	var o discloseOptions
	if err := remarshal(v["options"], &o); err != nil {
		return nil, err
	}
	l.national(o.ExactTotal, o.NationalRowExact)
	treated := disclose.Treat(l.table)
	if o.National {
		treated = l.table
	}
	header, rows := l.with(treated, fmt.Sprint(o.Mark))
	var out []string
	if !slices.Equal(header, want.header) || len(rows) != len(want.rows) {
		return []string{"the published table has another shape than the true one"}, nil
	}
	for i, row := range rows {
		for j, f := range row {
			if f != want.rows[i][j] {
				out = append(out, fmt.Sprintf("row %d, column %s is %s, want %s", want.lines[i], header[j], f, want.rows[i][j]))
			}
		}
	}
	if w, ok := v["attack_hes"].(map[string]any); ok {
		h, err := vectorHierarchy(v, dir, l)
		if err != nil {
			return nil, err
		}
		_, found, err := disclose.Release([]attack.Table{l.table}, nil, h, attack.DefaultSteps)
		if err != nil && !fail.Is(err, fail.Refused) {
			return nil, err
		}
		got, err := asJSON(result.AttackOf(found))
		if err != nil {
			return nil, err
		}
		out = append(out, attackDiffer(w, got)...)
	}
	return out, nil
}

func vectorHierarchy(v map[string]any, dir string, l *laid) (attack.Hierarchy, error) {
	raw, err := json.Marshal(v["hierarchy"])
	if err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return hierarchyJSON(raw, []attack.Table{l.table}, dir)
}
