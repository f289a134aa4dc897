package stats

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

var (
	joints  = regexp.MustCompile(`[\s\x{a0}_\-\x{2010}-\x{2015}]+`)
	inDigit = regexp.MustCompile(`(\d) (\d)`)
)

// form is what is left of a name when case, blanks and hyphens are not looked at. Between
// digits they are: 5-9 is not 59.
func form(name string) string {
	f := joints.ReplaceAllString(strings.ToLower(strings.TrimSpace(name)), " ")
	f = inDigit.ReplaceAllString(f, "$1~$2")
	return strings.ReplaceAll(f, " ", "")
}

// members are those of each dimension of a table, with the first cell of each.
func (l *laid) members() []map[string]int {
	out := make([]map[string]int, len(l.table.Dims))
	for d := range out {
		out[d] = map[string]int{}
	}
	for i, c := range l.table.Cells {
		for d, m := range c.At {
			if _, known := out[d][m]; !known {
				out[d][m] = i
			}
		}
	}
	return out
}

// spelling holds the names of one kind against each other.
type spelling map[string]string

// other is the same name in another form, "" when there is none.
func (s spelling) other(name string) string {
	f := form(name)
	if was, known := s[f]; known && was != name {
		return was
	}
	s[f] = name
	return ""
}

// namesMatch refuses files that would not be joined though they speak of the same: a
// dimension or a member in two forms, and a column that is a label in another file.
func namesMatch(ls []*laid) error {
	dims, of := spelling{}, map[string]spelling{}
	all := make([][]map[string]int, len(ls))
	for i, l := range ls {
		all[i] = l.members()
		for d, dim := range l.table.Dims {
			if was := dims.other(dim); was != "" {
				return inFile(l.table.Name, 2, fail.New(fail.Bad, "row 1, column %s: it is %s in another place; write both the "+
					"same", dim, was))
			}
			if of[dim] == nil {
				of[dim] = spelling{}
			}
			for _, m := range slices.Sorted(maps.Keys(all[i][d])) {
				if was := of[dim].other(m); was != "" {
					return inFile(l.table.Name, 2, fail.New(fail.Bad, "row %d, column %s: %s is %s in another place; write both "+
						"the same", l.sheet.lines[l.at[all[i][d][m]][0]], dim, m, was))
				}
			}
		}
	}
	for i, l := range ls {
		for j, other := range ls {
			if i != j && l.wide {
				if err := l.columnsAreLabels(all[i], other, all[j]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// columnsAreLabels refuses a wide file with a column that another file has as a label: the
// same cells by two names. A single letter in another case is another name.
func (l *laid) columnsAreLabels(own []map[string]int, other *laid, its []map[string]int) error {
	forms := map[string]string{}
	for m := range own[len(own)-1] {
		if forms[m] = m; len(m) > 1 {
			forms[form(m)] = m
		}
	}
	for d, dim := range other.table.Dims {
		if other.wide && d == len(its)-1 {
			continue
		}
		for _, m := range slices.Sorted(maps.Keys(its[d])) {
			column, is := forms[m]
			if !is && len(m) > 1 {
				column, is = forms[form(m)]
			}
			if is && column != attack.Total {
				return inFile(l.table.Name, 2, fail.New(fail.Bad, "row 1, column %s: it is a label of %s in %s; give all files in "+
					"one form, each label in a column of its own and the counts in a last column value", column, dim,
					other.table.Name))
			}
		}
	}
	return nil
}

// hierarchyMatches refuses a hierarchy that would be passed over: a dimension of no
// table, a name in another form, and of true counts a child that no table has. A parent
// that no table shows still groups its children.
func hierarchyMatches(h attack.Hierarchy, ls []*laid, strict bool) error {
	dims, seen, forms := map[string]bool{}, map[string]bool{}, map[string]string{}
	for _, l := range ls {
		for d, members := range l.members() {
			dims[l.table.Dims[d]] = true
			for m := range members {
				seen[m], forms[form(m)] = true, m
			}
		}
	}
	for _, dim := range slices.Sorted(maps.Keys(h)) {
		for _, parent := range slices.Sorted(maps.Keys(h[dim])) {
			if !dims[dim] {
				return fail.New(fail.Bad, "the hierarchy, row of parent %s: no table has the column %s; write it as row 1 of the "+
					"tables does, or leave it out", parent, cmp.Or(dim, "of its children"))
			}
			for _, m := range append([]string{parent}, h[dim][parent]...) {
				_, isParent := h[dim][m]
				if as := forms[form(m)]; !seen[m] && as != "" && m != attack.Total {
					return fail.New(fail.Bad, "the hierarchy, %s of %s: it is %s in the tables; write both the same", m, dim, as)
				}
				if strict && !seen[m] && !isParent {
					return fail.New(fail.Bad, "the hierarchy, child %s of %s: no table has it; write it as the tables do, add its "+
						"row, or leave it out", m, dim)
				}
			}
		}
	}
	return nil
}

// editionsShare refuses parts of one edition that are given as if each were one.
func editionsShare(tables []attack.Table) error {
	before := map[string]bool{}
	for i, t := range tables {
		now := map[string]bool{}
		shares := i == 0
		for _, c := range t.Cells {
			name := attack.CellName(t.Dims, c.At)
			now[name] = true
			shares = shares || before[name]
		}
		if !shares {
			return fail.New(fail.Bad, "%s: --cumulative takes each file for an edition, and this one has no cell of the one "+
				"before it; give all of an edition in one file", t.Name)
		}
		before = now
	}
	return nil
}
