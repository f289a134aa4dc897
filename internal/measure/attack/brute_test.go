package attack

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// grid is a made-up table whose every cell is known as a set of leaves, so that brute
// force needs nothing of the code under test.
type grid struct {
	tables []Table
	h      Hierarchy
	truth  []int64 // leaves
	cells  map[string][]int
	again  map[string][][]int // the same cell as sums of other tables' leaves
}

// axis is a dimension: its members with the leaf positions that they cover.
type axis struct {
	name    string
	leaves  int
	members map[string][]int
	order   []string
}

func flat(name string, n int) axis {
	a := axis{name: name, leaves: n, members: map[string][]int{}}
	var all []int
	for i := range n {
		m := fmt.Sprintf("%s%d", name, i)
		a.members[m] = []int{i}
		a.order = append(a.order, m)
		all = append(all, i)
	}
	a.members[Total] = all
	a.order = append(a.order, Total)
	return a
}

func regions(name string) (axis, map[string][]string) {
	a := flat(name, 4)
	a.members["North"], a.members["South"] = []int{0, 1}, []int{2, 3}
	a.order = append([]string{"North", "South"}, a.order...)
	return a, map[string][]string{"North": {name + "0", name + "1"}, "South": {name + "2", name + "3"}}
}

// cross makes a table of the axes; leaf numbers count through the axes in strides.
func (g *grid) cross(axes []axis, stride []int, show func(name string, v int64) Value) {
	t := Table{Name: fmt.Sprint(len(g.tables) + 1)}
	for _, a := range axes {
		t.Dims = append(t.Dims, a.name)
	}
	var walk func(d int, at []string, leaves []int)
	walk = func(d int, at []string, leaves []int) {
		if d == len(axes) {
			var v int64
			for _, l := range leaves {
				v += g.truth[l]
			}
			c := Cell{At: append([]string(nil), at...)}
			name := bruteName(t.Dims, at)
			g.cells[name] = leaves
			c.Value = show(name, v)
			t.Cells = append(t.Cells, c)
			return
		}
		for _, m := range axes[d].order {
			var next []int
			for _, l := range leaves {
				for _, k := range axes[d].members[m] {
					next = append(next, l+k*stride[d])
				}
			}
			walk(d+1, append(at, m), next)
		}
	}
	walk(0, nil, []int{0})
	g.tables = append(g.tables, t)
}

func bruteName(dims, at []string) string {
	var parts []string
	for i, m := range at {
		if m != Total {
			parts = append(parts, dims[i]+"="+m)
		}
	}
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			if parts[j] < parts[i] {
				parts[i], parts[j] = parts[j], parts[i]
			}
		}
	}
	if len(parts) == 0 {
		return Total
	}
	return strings.Join(parts, " & ")
}

// brute goes through every true table that fits and gives the range of every cell.
func (g *grid) brute(known map[string]Range) map[string]Range {
	type bound struct {
		name   string
		leaves []int
		Range
	}
	var bounds []bound
	for name, r := range known {
		bounds = append(bounds, bound{name, g.cells[name], r})
		for _, leaves := range g.again[name] {
			bounds = append(bounds, bound{name, leaves, r})
		}
	}
	stands := make([][]int, len(g.truth))
	for i, b := range bounds {
		for _, l := range b.leaves {
			stands[l] = append(stands[l], i)
		}
	}
	sum, open := make([]int64, len(bounds)), make([]int, len(bounds))
	for i, b := range bounds {
		open[i] = len(b.leaves)
	}
	found := map[string]Range{}
	var walk func(l int)
	walk = func(l int) {
		if l == len(g.truth) {
			for i, b := range bounds {
				r, ok := found[b.name]
				if !ok {
					r = Range{sum[i], sum[i]}
				}
				found[b.name] = Range{min(r.Low, sum[i]), max(r.High, sum[i])}
			}
			return
		}
		most := int64(60)
		for _, i := range stands[l] {
			most = min(most, bounds[i].High-sum[i])
		}
	values:
		for v := int64(0); v <= most; v++ {
			for _, i := range stands[l] {
				if open[i] == 1 && sum[i]+v < bounds[i].Low {
					continue values
				}
				for j := range bounds { // one cell, one value, whichever table it is added up from
					if open[i] == 1 && open[j] == 0 && bounds[j].name == bounds[i].name && sum[j] != sum[i]+v {
						continue values
					}
				}
			}
			for _, i := range stands[l] {
				sum[i] += v
				open[i]--
			}
			walk(l + 1)
			for _, i := range stands[l] {
				sum[i] -= v
				open[i]++
			}
		}
	}
	walk(0)
	return found
}

func randomGrid(r *rand.Rand, kind int) (*grid, Rules) {
	rules := []Rules{HES, Marked, {Base: 5, MarkLow: 1, MarkHigh: Unbounded},
		{Base: 1, MarkLow: 1, MarkHigh: 7}}[r.IntN(4)]
	top := 3 + r.IntN(7)
	if kind >= 2 {
		top = 1 + r.IntN(4)
		if kind == 4 {
			top = 1 + r.IntN(2)
		}
	}
	g := &grid{cells: map[string][]int{}, h: Hierarchy{}}
	fill := func(n int) {
		g.truth = make([]int64, n)
		for i := range g.truth {
			g.truth[i] = int64(r.IntN(top + 1))
		}
		if rules.MarkHigh == Unbounded && rules.Base == 5 {
			g.truth[0] += 8 // a grand total without a mark, so that brute force has an end
		}
	}
	chance := r.Float64() * 0.6
	marks := map[string]bool{}
	show := func(name string, v int64) Value {
		if _, again := marks[name]; !again {
			marks[name] = v > 0 && v <= rules.MarkHigh && name != Total && r.Float64() < chance
		}
		if v > 0 && v <= 7 && rules.Base == 5 {
			marks[name] = true // the rule itself
		}
		if marks[name] {
			return Value{Kind: Mark}
		}
		if rules.Base == 5 {
			v = (v + 2) / 5 * 5
		}
		return Value{Kind: Number, N: v}
	}
	switch kind {
	case 0, 1: // two-way
		a, b := flat("a", 2), flat("b", 2+kind)
		fill(2 * (2 + kind))
		g.cross([]axis{a, b}, []int{2 + kind, 1}, show)
	case 2: // two-way with a hierarchy
		a, h := regions("t")
		g.h["t"] = h
		fill(8)
		g.cross([]axis{a, flat("b", 2)}, []int{2, 1}, show)
	case 3: // three-way
		deep := 2 + r.IntN(8)/7
		if deep == 3 {
			top = 1 + r.IntN(2)
		}
		fill(4 * deep)
		g.cross([]axis{flat("a", 2), flat("b", 2), flat("c", deep)}, []int{2 * deep, deep, 1}, show)
	case 4: // three tables linked by margins
		fill(8)
		g.linked(show)
	}
	return g, rules
}

// linked makes the three two-way margins of a three-way table. The leaves are the
// inner cells of each: that a three-way table stands behind them is not published.
func (g *grid) linked(show func(string, int64) Value) {
	a, b, c := flat("a", 2), flat("b", 2), flat("c", 2)
	cube, stride := g.truth, map[string]int{"a": 4, "b": 2, "c": 1}
	g.truth, g.again = nil, map[string][][]int{}
	for i, p := range [][3]axis{{a, b, c}, {b, c, a}, {a, c, b}} {
		t := Table{Name: fmt.Sprint(i + 1), Dims: []string{p[0].name, p[1].name}}
		first := len(g.truth)
		for x := range 2 {
			for y := range 2 {
				at := x*stride[p[0].name] + y*stride[p[1].name]
				g.truth = append(g.truth, cube[at]+cube[at+stride[p[2].name]])
			}
		}
		for _, m := range p[0].order {
			for _, n := range p[1].order {
				var leaves []int
				var v int64
				for _, x := range p[0].members[m] {
					for _, y := range p[1].members[n] {
						leaves = append(leaves, first+2*x+y)
						v += g.truth[first+2*x+y]
					}
				}
				name := bruteName(t.Dims, []string{m, n})
				if g.cells[name] == nil {
					g.cells[name] = leaves
				} else {
					g.again[name] = append(g.again[name], leaves)
				}
				t.Cells = append(t.Cells, Cell{At: []string{m, n}, Value: show(name, v)})
			}
		}
		g.tables = append(g.tables, t)
	}
}

// known repeats, on its own, what a reader sees of each cell.
func (g *grid) known(rules Rules) (map[string]Range, map[string]bool) {
	known, hidden := map[string]Range{}, map[string]bool{}
	for _, t := range g.tables {
		for _, c := range t.Cells {
			name := bruteName(t.Dims, c.At)
			var r Range
			switch {
			case c.Kind == Mark:
				r = Range{rules.MarkLow, min(rules.MarkHigh, 60)}
				hidden[name] = true
			case c.N == 0 || rules.Base == 1:
				r = Range{c.N, c.N}
			default:
				r = Range{c.N - 2, c.N + 2}
				if rules.MarkHigh == 7 {
					r.Low = max(r.Low, 8)
				}
			}
			known[name] = r
		}
	}
	return known, hidden
}

func testBrute(t *testing.T, kind, tables int) {
	r := rand.New(rand.NewPCG(7, uint64(kind)))
	found, steps, unproven := 0, 0, 0
	for i := range tables {
		g, rules := randomGrid(r, kind)
		known, hidden := g.known(rules)
		want := g.brute(known)
		got, err := Run(g.tables, g.h, rules, DefaultSteps)
		if err != nil {
			t.Fatal(err)
		}
		steps = max(steps, got.Steps)
		if len(want) == 0 {
			t.Fatalf("table %d: brute force found nothing that fits its own truth", i)
		}
		if len(got.Cells) != len(hidden) {
			t.Fatalf("table %d: %d hidden cells, want %d (%s)", i, len(got.Cells), len(hidden), got.Status)
		}
		for _, c := range got.Cells {
			w := want[c.Cell]
			high := c.High
			if high >= Unbounded {
				high = 60
			}
			if c.Low > w.Low || high < w.High {
				t.Fatalf("table %d %s: claims %v, but brute force has %v\n%v", i, c.Cell, c.Range, w, g.tables)
			}
			if !c.Proven {
				unproven++
			}
			if c.Proven && (c.Low != w.Low || high != w.High) {
				t.Fatalf("table %d %s: %v, brute force has %v\n%v", i, c.Cell, c.Range, w, g.tables)
			}
			if w.Low == w.High {
				found++
			}
		}
	}
	t.Logf("kind %d: %d tables, %d cells can be found, at most %d steps, %d cells not proven", kind, tables, found,
		steps, unproven)
	if found == 0 || unproven > 0 {
		t.Errorf("found %d, not proven %d: the tables test too little or the search is too weak", found, unproven)
	}
}

// TestBruteForce holds the attack against plain enumeration on 10,000 small tables.
func TestBruteForce(t *testing.T) {
	for kind, tables := range []int{4800, 2800, 1100, 1100, 200} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				tables /= 10
			}
			testBrute(t, kind, tables)
		})
	}
}

// TestApart: members that lie inside others are not added twice; where they overlap,
// Total is the sum of the leaves.
func TestApart(t *testing.T) {
	parts := map[string][]string{"H1": {"Q1", "Q2"}, "H2": {"Q3", "Q4"}, "Year": {"Q1", "Q2", "Q3", "Q4"},
		"Mid": {"Q2", "Q3"}, "Odd": {"Q1", "Q3"}, "Even": {"Q2", "Q4"}, "One": {"Q9"}}
	for want, tops := range map[string][]string{
		"[[Year]]": {"H1", "Year"}, "[[Q1 Q2 Q3]]": {"H1", "Mid"}, "[[Other Year]]": {"Year", "Other"},
		"[[A B C]]": {"C", "A", "B"}, "[[H1 One]]": {"H1", "Q1", "Q9", "One"},
		"[[Even Odd] [H1 H2] [Q1 Q2 Q3 Q4]]": {"H1", "H2", "Odd", "Even"},
	} {
		seen := map[string]bool{}
		for _, m := range tops {
			seen[m] = true
		}
		if got := fmt.Sprint(apart(parts, seen)); got != want {
			t.Errorf("%v: %s, want %s", tops, got, want)
		}
	}
}
