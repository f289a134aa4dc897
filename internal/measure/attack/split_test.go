package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// split deals the cells of tables into files at random.
func split(r *rand.Rand, tables []Table, files int) []Table {
	var out []Table
	for _, t := range tables {
		dealt := make([]Table, files)
		for i := range dealt {
			dealt[i] = Table{Name: fmt.Sprint(t.Name, ".", i), Dims: t.Dims}
		}
		rows := r.IntN(2) == 0
		to := map[string]int{}
		for _, c := range t.Cells {
			i := r.IntN(files)
			if rows { // all cells of a row into the same file
				if was, ok := to[c.At[0]]; ok {
					i = was
				}
				to[c.At[0]] = i
			}
			dealt[i].Cells = append(dealt[i].Cells, c)
		}
		for _, d := range dealt {
			if len(d.Cells) > 0 {
				out = append(out, d)
			}
		}
	}
	return out
}

// TestSplitting: dealing a table into files changes no verdict and no range.
func TestSplitting(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 40))
	found := map[Status]int{}
	for i := range 600 {
		g := &grid{cells: map[string][]int{}, truth: make([]int64, 12)}
		for l := range g.truth {
			g.truth[l] = int64(r.IntN(14))
		}
		a, parts := regions("a")
		rules := []Rules{HES, Marked}[i%2]
		g.cross([]axis{a, flat("b", 3)}, []int{3, 1}, func(_ string, v int64) Value {
			if v >= 1 && v <= 7 {
				return Value{Kind: Mark}
			}
			return Value{Kind: Number, N: rules.Round(v)}
		})
		h := Hierarchy{"a": parts}
		whole, err := Run(g.tables, h, rules, DefaultSteps)
		if err != nil {
			t.Fatal(err)
		}
		dealt, err := Run(split(r, g.tables, 2+r.IntN(3)), h, rules, DefaultSteps)
		if err != nil {
			t.Fatal(err)
		}
		found[whole.Status]++
		want := map[string]Range{}
		for _, c := range whole.Cells {
			want[c.Cell] = c.Range
		}
		if whole.Status != dealt.Status || len(whole.Cells) != len(dealt.Cells) {
			t.Fatalf("%d: in one file %s, in several %s: %v", i, whole.Status, dealt.Status, g.tables)
		}
		for _, c := range dealt.Cells {
			if want[c.Cell] != c.Range {
				t.Fatalf("%d: %s is %v in several files, %v in one", i, c.Cell, c.Range, want[c.Cell])
			}
		}
	}
	t.Log(found)
	if found[Safe] == 0 || found[Recoverable] == 0 {
		t.Errorf("%v: the tables test too little", found)
	}
}

// TestSplittingIsExact: tables dealt into files, of which some rows of regions are not
// published, against plain enumeration.
func TestSplittingIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 41))
	found := 0
	for i := range 150 {
		g, rules := randomGrid(r, 2)
		for k := range g.tables {
			g.tables[k].Cells = slices.DeleteFunc(g.tables[k].Cells, func(c Cell) bool {
				return (c.At[0] == "North" || c.At[0] == "South") && r.IntN(2) == 0
			})
		}
		known, _ := g.known(rules)
		want := g.brute(known)
		got, err := Run(split(r, g.tables, 2+r.IntN(3)), g.h, rules, DefaultSteps)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range got.Cells {
			w := want[c.Cell]
			if high := min(c.High, 60); c.Low != w.Low || high != w.High {
				t.Fatalf("table %d %s: %v, brute force has %v\n%v", i, c.Cell, c.Range, w, g.tables)
			}
			if w.Low == w.High {
				found++
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d cells can be found: the tables test too little", found)
	}
}

func of(dims []string, cells ...any) Table {
	t := Table{Dims: dims}
	for i := 0; i < len(cells); i += len(dims) + 1 {
		c := Cell{}
		for _, m := range cells[i : i+len(dims)] {
			c.At = append(c.At, m.(string))
		}
		switch v := cells[i+len(dims)].(type) {
		case int:
			c.Value = Value{Kind: Number, N: int64(v)}
		case string:
			c.Kind = Mark
		}
		t.Cells = append(t.Cells, c)
	}
	return t
}

// TestJoined: what several files say together is found.
func TestJoined(t *testing.T) {
	north := Hierarchy{"trust": {"North": {"A", "B"}}}
	to := Hierarchy{"period": {"Q1 to Q2": {"Q1", "Q2"}, "Q1 to Q3": {"Q1 to Q2", "Q3"}}}
	halves := Hierarchy{"trust": {"North": {"A", "B"}, "South": {"C", "D"}}}
	three := Hierarchy{"trust": {"North": {"A", "B"}, "South": {"C", "D"}, "Acute": {"A", "C"}, "Mental": {"B", "D"},
		"Large": {"A", "D"}, "Little": {"B", "C"}}}
	groups := Hierarchy{"trust": {"North": {"A", "B"}, "South": {"C", "D"}, "Acute": {"A", "C"}, "Mental": {"B", "D"}}}
	for name, c := range map[string]struct {
		h      Hierarchy
		tables []Table
		cell   string
	}{
		"a row of one file is the sum of rows in another": {north, []Table{
			of([]string{"trust"}, "North", 20), of([]string{"trust"}, "A", "*", "B", 15)}, "trust=A"},
		"a file by region beside one by trust": {north, []Table{
			of([]string{"region"}, "North", 20), of([]string{"trust"}, "A", "*", "B", 15)}, "trust=A"},
		"a total in a file of its own": {nil, []Table{
			of([]string{"trust", "answer"}, "A", "Yes", "*", "A", "No", 15),
			of([]string{"trust"}, "A", 20)}, "answer=Yes & trust=A"},
		"a grand total beside nothing but cells": {nil, []Table{
			of([]string{"x", "y"}, "a", "c", "*", "a", "d", 9, "b", "c", 9, "b", "d", 9),
			of([]string{"x"}, Total, 30)}, "x=a & y=c"},
		"an increment between cumulative editions": {to, []Table{
			of([]string{"period"}, "Q1 to Q2", 20), of([]string{"period"}, "Q1 to Q3", 23)}, "period=Q3"},
		"overlapping groups": {groups, []Table{
			of([]string{"trust"}, "North", 20, "South", 15, "Acute", "*", "Mental", 30, Total, 35)}, "trust=Acute"},
		"a region that is shown, but not by answer": {halves, []Table{
			of([]string{"trust", "answer"}, "A", "Yes", "*", "B", "Yes", 9, "C", "Yes", 9, "D", "Yes", 9, Total, "Yes", 30,
				"A", "No", 20), of([]string{"trust"}, "North", 60)}, "answer=Yes & trust=A"},
		"groups in three ways, of trusts that nobody shows": {three, []Table{
			of([]string{"trust"}, "North", 24, "Acute", 34, "Large", 44, Total, 94)}, "trust=A"},
	} {
		got, err := Run(c.tables, c.h, Marked, DefaultSteps)
		if err != nil || len(got.Recoverable) != 1 || got.Recoverable[0] != c.cell {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
}

// TestAddsUp: counts that no reader can take for true are refused with the sum named.
func TestAddsUp(t *testing.T) {
	xy := []string{"x", "y"}
	for want, c := range map[string]struct {
		h     Hierarchy
		table Table
	}{
		"": {nil, of([]string{"x"}, "a", 3, "b", 4, Total, 7)},
		"Total does not add up: it is not the sum of its parts by x": {nil, of([]string{"x"}, "a", 3, "b", 4, Total, 8)},
		"x=N does not add up": {Hierarchy{"x": {"N": {"a", "b"}}}, of([]string{"x"}, "a", 3, "b", 4, "N", 8)},
		"All of x may be":     {nil, of([]string{"x"}, "a", 3, "b", 4, "All", 7)},
		"Gesamt of x is the sum of all the others": {nil, of(xy,
			"a", "c", 3, "b", "c", 4, "Gesamt", "c", 7, "a", "d", 5, "b", "d", 9, "Gesamt", "d", 14)},
	} {
		err := AddsUp([]Table{c.table}, c.h)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
