package attack

import (
	"maps"
	"slices"

	"heed/internal/fail"
	"heed/internal/plain"
)

// AddsUp holds true counts against every sum that a reader will take for granted.
// Errors (fail.Bad), each with the cell named: a cell with two numbers, a sum that
// does not add up, a member that is the sum of all others without being called Total.
func AddsUp(tables []Table, h Hierarchy) error {
	f, err := NewFrame(tables, h)
	if err != nil {
		return err
	}
	truth := f.Truth(len(tables))
	for _, p := range f.shown {
		if p.Kind == Number && truth[p.cell] != p.N {
			return fail.New(fail.Bad, "%s has two different counts: give one", f.Names[p.cell])
		}
	}
	for _, s := range f.sums {
		if err := f.addsUp(s, truth); err != nil {
			return err
		}
	}
	if dim, m := f.Unnamed(truth); m != "" {
		return fail.New(fail.Bad, "%s of %s is the sum of all the others: call it Total, give the Total beside it, or "+
			"say in a hierarchy what it is the sum of (or what it is a part of)", m, dim)
	}
	return nil
}

func (f *Frame) addsUp(s sum, truth []int64) error {
	if truth[s.whole] < 0 {
		return nil
	}
	var total int64
	open := false
	for _, p := range s.parts {
		if truth[p] < 0 {
			open = true
		}
		total += max(0, truth[p])
	}
	if total == truth[s.whole] || open && total < truth[s.whole] {
		return nil
	}
	return fail.New(fail.Bad, "%s does not add up: it is not the sum of its parts by %s. Correct the counts; when parts "+
		"are missing, add them as one more row or column (Other, Not recorded)", f.Names[s.whole], s.dim)
}

// Unnamed finds a member that may be the sum of all the others, since the numbers fit
// wherever it stands beside them, and that nothing says to be a sum or a part. "" when
// there is none.
func (f *Frame) Unnamed(truth []int64) (dim, member string) {
	for _, dim := range slices.Sorted(maps.Keys(f.parts)) {
		if f.totals[dim] {
			continue // the sum of all is declared here, and was checked
		}
		if m := f.unnamedTotal(dim, truth); m != "" {
			return dim, m
		}
	}
	return "", ""
}

func (f *Frame) unnamedTotal(dim string, truth []int64) string {
	contexts := map[string]map[string]int64{}
	for id, at := range f.at {
		i := slices.IndexFunc(at, func(c coord) bool { return c.dim == dim })
		if i < 0 || truth[id] < 0 {
			continue
		}
		k := nameOf(without(at, dim))
		if contexts[k] == nil {
			contexts[k] = map[string]int64{}
		}
		contexts[k][at[i].member] = truth[id]
	}
	given := f.hierarchy[dim]
	says, against := map[string]bool{}, map[string]bool{}
	for parent, kids := range given {
		for _, m := range append([]string{parent}, kids...) {
			against[m] = true
		}
	}
	for _, members := range contexts {
		if len(members) > 1 {
			halves(given, members, says, against)
		}
	}
	for _, m := range slices.Sorted(maps.Keys(says)) {
		if !against[m] {
			return m
		}
	}
	return ""
}

// halves notes which members are half of everything in one context, so that the others
// add up to them, and which are not. Zeros are not against it, and say nothing for it.
func halves(given map[string][]string, members map[string]int64, says, against map[string]bool) {
	seen, fits := map[string]bool{}, map[string]bool{}
	for m := range members {
		seen[m] = true
	}
	for _, set := range apart(given, seen) {
		var all int64
		for _, m := range set {
			all += members[m]
		}
		for _, m := range set {
			if v, shown := members[m]; shown && 2*v == all {
				fits[m] = true
				says[m] = says[m] || v > 0 && len(set) > 2
			}
		}
	}
	for m := range members {
		against[m] = against[m] || !fits[m]
	}
}

// Checked says which sums the frame holds, and NoTotal which dimensions have none that
// is called Total: what a reader of the result has to know.
func (f *Frame) Checked() (sums, noTotal []string) {
	count := map[string]int{}
	for _, s := range f.sums {
		count[s.dim]++
	}
	for _, dim := range slices.Sorted(maps.Keys(f.parts)) {
		if n := count[dim]; n > 0 {
			sums = append(sums, dim+": "+plain.Count(n, "sum", "sums"))
		}
		if !f.totals[dim] {
			noTotal = append(noTotal, dim)
		}
	}
	return sums, noTotal
}
