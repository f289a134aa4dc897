package attack

import (
	"maps"
	"slices"
	"strings"

	"heed/internal/fail"
)

// check refuses a parent that is part of itself.
func (h Hierarchy) check() error {
	for dim, parents := range h {
		state := map[string]int{}
		var visit func(p string, depth int) bool
		visit = func(p string, depth int) bool {
			if state[p] == 1 || depth > 100 {
				return false
			}
			if state[p] == 2 {
				return true
			}
			state[p] = 1
			for _, c := range parents[p] {
				if !visit(c, depth+1) {
					return false
				}
			}
			state[p] = 2
			return true
		}
		for p := range parents {
			if !visit(p, 0) {
				return fail.New(fail.Bad, "the hierarchy of %s goes round in a circle at %s", dim, p)
			}
		}
	}
	return nil
}

// levels finds dimensions that are a level of another: a file by region beside one by
// trust, when the hierarchy of trusts has every one of those regions as a parent.
func (h Hierarchy) levels(tables []Table) map[string]string {
	members, together := map[string]map[string]bool{}, map[[2]string]bool{}
	for _, t := range tables {
		for d, name := range t.Dims {
			if members[name] == nil {
				members[name] = map[string]bool{}
			}
			for _, other := range t.Dims {
				together[[2]string{name, other}] = true
			}
			for _, c := range t.Cells {
				if d < len(c.At) && c.At[d] != Total {
					members[name][c.At[d]] = true
				}
			}
		}
	}
	out := map[string]string{}
	for level, of := range members {
		for dim, parents := range h {
			if dim == level || together[[2]string{level, dim}] || members[dim] == nil {
				continue
			}
			all := len(of) > 0
			for m := range of {
				all = all && slices.ContainsFunc(parents[m], func(k string) bool { return members[dim][k] })
			}
			if was := out[level]; all && (was == "" || dim < was) {
				out[level] = dim
			}
		}
	}
	return out
}

// totalWords are labels that people give to totals.
var totalWords = []string{"all", "any", "both", "both sexes", "combined", "england", "england and wales",
	"everybody", "everyone", "grand", "great britain", "national", "overall", "people", "persons", "sum", "uk",
	"united kingdom", "whole"}

// soundsLikeTotal says whether a label may stand for a sum that nobody declared.
func soundsLikeTotal(m string) bool {
	m = strings.ToLower(strings.TrimSpace(m))
	return strings.Contains(m, "total") || strings.HasPrefix(m, "all ") || slices.Contains(totalWords, m)
}

// relate works out the parts of every parent, and of Total, in each dimension.
func (a *assembly) relate() error {
	for dim, seen := range a.members {
		given := a.hierarchy[dim]
		for m := range seen {
			_, parent := given[m]
			part := false
			for _, kids := range given {
				part = part || slices.Contains(kids, m)
			}
			if soundsLikeTotal(m) && !parent && !part {
				return fail.New(fail.Bad, "%s of %s may be a total: call it Total, or say in a hierarchy what it is "+
					"the sum of (or what it is a part of)", m, dim)
			}
		}
		a.parts[dim] = partitions(given, seen)
		a.overlap[dim] = len(a.parts[dim][Total]) > 1 || tied(given, seen)
		over := map[string][]string{}
		for parent, all := range a.parts[dim] {
			for _, kids := range all {
				for _, k := range kids {
					if parent != Total && !slices.Contains(over[k], parent) {
						over[k] = append(over[k], parent)
					}
				}
			}
		}
		a.over[dim] = over
	}
	return nil
}

// partitions gives the ways in which each parent is the sum of others. A parent counts
// when something below it is shown, and every parent when members that are not shown tie
// groups together. Total is the sum of the largest members when these
// do not overlap; when they do (by region and by type), it is the sum of all leaves,
// and of each set of members that holds every leaf once.
func partitions(given map[string][]string, seen map[string]bool) map[string][][]string {
	out := map[string][][]string{}
	shown := map[string]bool{}
	var below func(m string) bool
	below = func(m string) bool {
		if known, ok := shown[m]; ok {
			return known
		}
		shown[m] = seen[m]
		for _, k := range given[m] {
			if below(k) {
				shown[m] = true
			}
		}
		return shown[m]
	}
	var total [][]string
	if stated := given[Total]; len(stated) > 0 && below(Total) {
		within := map[string]bool{}
		for _, m := range append(slices.Collect(maps.Keys(seen)), stated...) {
			if contains(leavesOf(given, stated...), leavesOf(given, m)) {
				within[m] = true
			}
		}
		total = apart(given, within)
	} else if len(seen) > 0 {
		total = apart(given, seen)
	}
	all := len(total) > 1 || tied(given, seen)
	for parent, kids := range given {
		if all || slices.ContainsFunc(kids, below) {
			out[parent] = [][]string{slices.Compact(slices.Sorted(slices.Values(kids)))}
		}
	}
	if len(total) > 0 {
		out[Total] = total
	}
	return out
}

// apart parts Total. A member inside another (year to date beside the year) is left out.
func apart(parts map[string][]string, seen map[string]bool) [][]string {
	leaves := map[string]map[string]bool{}
	for m := range seen {
		leaves[m] = leavesOf(parts, m)
	}
	all := leavesOf(parts, slices.Collect(maps.Keys(seen))...)
	largest := slices.Sorted(maps.Keys(seen))
	slices.SortStableFunc(largest, func(x, y string) int {
		if d := len(leaves[y]) - len(leaves[x]); d != 0 {
			return d
		}
		return min(1, len(parts[y])) - min(1, len(parts[x])) // a parent before its only child
	})
	// From each member on, the largest that still fit beside what was taken.
	var out [][]string
	fill := func(first string) {
		taken, held := []string{}, map[string]bool{}
		for _, m := range append([]string{first}, largest...) {
			free := true
			for l := range leaves[m] {
				free = free && !held[l]
			}
			if !free {
				continue
			}
			taken = append(taken, m)
			for l := range leaves[m] {
				held[l] = true
			}
		}
		slices.Sort(taken)
		known := slices.ContainsFunc(out, func(x []string) bool { return slices.Equal(x, taken) })
		if len(held) == len(all) && !known {
			out = append(out, taken)
		}
	}
	if len(parts) == 0 {
		fill(largest[0])
		return out
	}
	for _, m := range largest {
		if len(leaves[m]) > 1 {
			fill(m)
		}
	}
	if len(out) == 0 {
		fill(largest[0])
	}
	if len(out) != 1 {
		every := slices.Sorted(maps.Keys(all))
		if !slices.ContainsFunc(out, func(x []string) bool { return slices.Equal(x, every) }) {
			out = append(out, every)
		}
	}
	return out
}

// tied says whether members that are not shown tie groups together: groups cross, or such a
// member is part of two (a trust that is alone in its type is what is left of its region).
func tied(given map[string][]string, seen map[string]bool) bool {
	in := map[string]int{}
	for parent, kids := range given {
		for _, k := range slices.Compact(slices.Sorted(slices.Values(kids))) {
			if parent != Total && !seen[k] {
				in[k]++
			}
			if in[k] > 1 {
				return true
			}
		}
	}
	return cross(given, seen)
}

// cross says whether two members share leaves and neither lies in the other.
func cross(parts map[string][]string, seen map[string]bool) bool {
	var groups []map[string]bool
	for m := range seen {
		if len(parts[m]) == 0 {
			continue
		}
		g := leavesOf(parts, m)
		for _, other := range groups {
			shares := false
			for l := range g {
				shares = shares || other[l]
			}
			if shares && !contains(g, other) && !contains(other, g) {
				return true
			}
		}
		groups = append(groups, g)
	}
	return false
}

// leavesOf are the members without parts below some members.
func leavesOf(parts map[string][]string, of ...string) map[string]bool {
	out := map[string]bool{}
	var walk func(m string)
	walk = func(m string) {
		if len(parts[m]) == 0 {
			out[m] = true
		}
		for _, k := range parts[m] {
			walk(k)
		}
	}
	for _, m := range of {
		walk(m)
	}
	return out
}

func contains(all, some map[string]bool) bool {
	for m := range some {
		if !all[m] {
			return false
		}
	}
	return true
}
