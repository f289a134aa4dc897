package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// flatTable is a table of one dimension, "r"; below 0 stands for a mark.
func flatTable(members []string, values map[string]int64) Table {
	t := Table{Name: "t", Dims: []string{"r"}}
	for _, m := range members {
		v := Value{Kind: Mark}
		if n := values[m]; n >= 0 {
			v = Value{Kind: Number, N: n}
		}
		t.Cells = append(t.Cells, Cell{At: []string{m}, Value: v})
	}
	return t
}

// TestLoneMember: what is alone in a group and not shown is still what is left of another.
func TestLoneMember(t *testing.T) {
	h := Hierarchy{"r": {"North": {"A", "B", "C"}, "Acute": {"A", "B"}, "Specialist": {"C"}}}
	a := flatTable([]string{"A", "B", "Specialist", "North", Total},
		map[string]int64{"A": -1, "B": 22, "Specialist": 14, "North": 40, Total: 40})
	f, err := Run([]Table{a}, h, Marked, DefaultSteps)
	if err != nil || fmt.Sprint(f.Recoverable) != "[r=A]" {
		t.Errorf("%v, %v: A can only be 4", f, err)
	}
	h = Hierarchy{"r": {"North": {"A", "C"}, "Specialist": {"C"}}}
	a = flatTable([]string{"A", "Specialist", "North"}, map[string]int64{"A": -1, "Specialist": 16, "North": 23})
	f, err = Run([]Table{a}, h, Marked, DefaultSteps)
	if err != nil || fmt.Sprint(f.Recoverable) != "[r=A]" {
		t.Errorf("%v, %v: A can only be 7", f, err)
	}
}

// TestUnshownGroup: a small count that no table shows, but that what is shown leaves over.
func TestUnshownGroup(t *testing.T) {
	h := Hierarchy{"r": {"North": {"A", "B"}, "South": {"C", "D"}}}
	a := flatTable([]string{"A", "B", "C", "D", "South", Total},
		map[string]int64{"A": -1, "B": -1, "C": 23, "D": 10, "South": 33, Total: 40})
	f, err := Run([]Table{a}, h, Marked, DefaultSteps)
	if err != nil || fmt.Sprint(f.Recoverable) != "[r=North]" {
		t.Errorf("%v, %v: North can only be 7", f, err)
	}
}

// TestGroupsByEnumeration holds the attack on one dimension with random groups, shown or
// not, crossing or not, of one member or more, against all leaves that fit.
func TestGroupsByEnumeration(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 4))
	found, unproven := 0, 0
	for i := range 3000 {
		g := randomGroups(r)
		least := g.enumerate()
		got, err := Run([]Table{flatTable(g.shown, g.values)}, Hierarchy{"r": g.h}, Marked, DefaultSteps)
		if err != nil {
			t.Fatal(err)
		}
		var want []string // one value only
		for m, k := range least {
			hidden := slices.Contains(g.shown, m) && g.values[m] < 0
			derived := !g.stands(m) && k.Low <= Small && k.High > 0
			if k.Values() == 1 && (hidden || derived) {
				want = append(want, CellName([]string{"r"}, []string{m}))
			}
		}
		slices.Sort(want)
		got.Recoverable = slices.DeleteFunc(got.Recoverable, func(name string) bool {
			m := name[len("r="):]
			return !slices.Contains(g.shown, m) && g.stands(m)
		})
		slices.Sort(got.Recoverable)
		if got.Status == Unproven {
			unproven++
			continue
		}
		found += len(want)
		if !slices.Equal(want, got.Recoverable) {
			t.Fatalf("table %d: found %v, enumeration finds %v\nshown %v %v, groups %v", i, got.Recoverable, want,
				g.shown, g.values, g.h)
		}
	}
	t.Logf("%d counts can be worked out, %d tables not proven", found, unproven)
	if found < 300 || unproven > 30 {
		t.Errorf("%d found, %d not proven: that proves too little", found, unproven)
	}
}

// groups is a table of one dimension whose every member is known as a set of leaves.
type groups struct {
	h      map[string][]string
	within map[string]int // member → its leaves, as bits
	leaves int
	shown  []string
	values map[string]int64 // of the shown; −1 is a mark
}

// randomGroups shows Total, some leaves and some groups; every leaf stands in or below
// something that is shown, so that Total is the sum of all.
func randomGroups(r *rand.Rand) groups {
	g := groups{h: map[string][]string{}, within: map[string]int{}, leaves: 3 + r.IntN(2), values: map[string]int64{}}
	var names []string
	for l := range g.leaves {
		names = append(names, string(rune('A'+l)))
		g.within[names[l]] = 1 << l
	}
	for k := range 2 + r.IntN(3) {
		bits := 1 + r.IntN(1<<g.leaves-1)
		name := fmt.Sprint("G", k)
		for l := range g.leaves {
			if bits>>l&1 == 1 {
				g.h[name] = append(g.h[name], names[l])
			}
		}
		g.within[name] = bits
		names = append(names, name)
	}
	truth := make([]int64, g.leaves)
	for l := range truth {
		truth[l] = int64(r.IntN(11))
	}
	held := 0
	for _, m := range names {
		if r.IntN(2) == 0 {
			g.shown = append(g.shown, m)
			held |= g.within[m]
		}
	}
	for l := range g.leaves {
		if held>>l&1 == 0 {
			g.shown = append(g.shown, names[l])
		}
	}
	for _, m := range g.shown {
		v := g.of(m, truth)
		if g.values[m] = v; v > 0 && (v <= Small || r.IntN(3) == 0) {
			g.values[m] = -1
		}
	}
	g.within[Total] = 1<<g.leaves - 1
	g.shown, g.values[Total] = append(g.shown, Total), g.of(Total, truth)
	return g
}

// stands says whether a member is shown, by itself or as another of the same leaves.
func (g groups) stands(m string) bool {
	return slices.ContainsFunc(g.shown, func(x string) bool { return g.within[x] == g.within[m] })
}

func (g groups) of(m string, leaves []int64) (sum int64) {
	for l, v := range leaves {
		sum += v * int64(g.within[m]>>l&1)
	}
	return sum
}

// enumerate goes through all leaves that fit and gives the range of every member.
func (g groups) enumerate() map[string]Range {
	out := map[string]Range{}
	leaves := make([]int64, g.leaves)
	var walk func(l int, left int64)
	walk = func(l int, left int64) {
		if l < g.leaves-1 {
			for v := range left + 1 {
				leaves[l] = v
				walk(l+1, left-v)
			}
			return
		}
		leaves[l] = left
		for _, m := range g.shown {
			if v := g.of(m, leaves); v != g.values[m] && (g.values[m] >= 0 || v == 0) {
				return
			}
		}
		for m := range g.within {
			v := g.of(m, leaves)
			k, known := out[m]
			if !known {
				k = Range{v, v}
			}
			out[m] = Range{min(k.Low, v), max(k.High, v)}
		}
	}
	walk(0, g.values[Total])
	return out
}

// TestSumsAreCounted: one sum is one. Seen to fail.
func TestSumsAreCounted(t *testing.T) {
	f := &Frame{sums: []sum{{dim: "r"}}, parts: map[string]map[string][][]string{"r": nil}}
	if says, _ := f.Checked(); !slices.Equal(says, []string{"r: 1 sum"}) {
		t.Errorf("of one sum it is said: %q", says)
	}
}
