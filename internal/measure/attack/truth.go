package attack

import (
	"fmt"
	"maps"
	"slices"

	"heed/internal/fail"
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
	for _, dim := range slices.Sorted(maps.Keys(f.parts)) {
		if m := f.unnamedTotal(dim, truth); m != "" {
			return fail.New(fail.Bad, "%s of %s is the sum of all the others: call it Total, or say in a hierarchy "+
				"what it is the sum of (or what it is a part of)", m, dim)
		}
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

// unnamedTotal is a member that is half of everything wherever it stands, in two places
// or more: the others add up to it. "" when there is none.
func (f *Frame) unnamedTotal(dim string, truth []int64) string {
	if f.totals[dim] || len(f.parts[dim]) > 1 {
		return "" // sums are declared here, and were checked
	}
	type context struct {
		all     int64
		members map[string]int64
	}
	contexts := map[string]*context{}
	for id, at := range f.at {
		i := slices.IndexFunc(at, func(c coord) bool { return c.dim == dim })
		if i < 0 || truth[id] <= 0 {
			continue
		}
		k := nameOf(without(at, dim))
		if contexts[k] == nil {
			contexts[k] = &context{members: map[string]int64{}}
		}
		contexts[k].all += truth[id]
		contexts[k].members[at[i].member] = truth[id]
	}
	half := map[string]int{}
	for _, c := range contexts {
		for m, v := range c.members {
			if 2*v == c.all && len(c.members) > 2 {
				half[m]++
			}
		}
	}
	for _, m := range slices.Sorted(maps.Keys(half)) {
		if half[m] == len(contexts) && len(contexts) > 1 {
			return m
		}
	}
	return ""
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
			sums = append(sums, fmt.Sprintf("%s: %d sums", dim, n))
		}
		if !f.totals[dim] {
			noTotal = append(noTotal, dim)
		}
	}
	return sums, noTotal
}
