package disclose

import (
	"fmt"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// TestReaderKnowsTheProgram: whoever has this program and sees a release can go through
// all true tables and keep those that would have been released just so. The test does:
// it treats all tables of a size with the same grand total, or whose grand totals round to
// the same number, and puts equal releases together. No hidden cell is the same in all
// tables behind a release.
func TestReaderKnowsTheProgram(t *testing.T) {
	type size struct {
		rules      attack.Rules
		rows, cols int
		from, to   int64 // grand totals
	}
	sizes := []size{{Rounded, 2, 2, 13, 17}, {attack.Marked, 1, 3, 20, 25}, {attack.Marked, 2, 3, 8, 8}}
	if long() {
		sizes = append(sizes, size{attack.Marked, 2, 2, 8, 24}, size{Rounded, 2, 2, 8, 12}, size{attack.Marked, 2, 3, 8, 10},
			size{attack.Marked, 2, 4, 8, 9}, size{attack.Marked, 3, 3, 8, 9})
	}
	for _, c := range sizes {
		t.Run(fmt.Sprintf("%d %dx%d %d", c.rules.Base, c.rows, c.cols, c.from), func(t *testing.T) {
			t.Parallel()
			o := Options{Rules: c.rules, Need: 3, Steps: attack.DefaultSteps}
			if tables, released := soleOriginals(t, o, c.rows, c.cols, c.from, c.to); released < tables/20 {
				t.Errorf("of %d tables only %d are released: that proves too little", tables, released)
			}
		})
	}
}

// soleOriginals releases all tables of a size and reports cells that are hidden in vain.
func soleOriginals(t *testing.T, o Options, rows, cols int, from, to int64) (tables, released int) {
	t.Helper()
	type release struct {
		shown []attack.Cell
		cells []attack.Range // least and greatest of each cell in the originals
	}
	releases := map[string]*release{}
	for total := from; total <= to; total++ {
		everyTable(rows, cols, total, func(a attack.Table) {
			tables++
			p, err := Suppress([]attack.Table{a}, nil, o)
			if fail.Is(err, fail.Refused) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			released++
			shown := p.Tables[0].Cells
			r := releases[fmt.Sprint(shown)]
			if r == nil {
				r = &release{shown, make([]attack.Range, len(shown))}
				for i, c := range a.Cells {
					r.cells[i] = attack.Range{Low: c.N, High: c.N}
				}
				releases[fmt.Sprint(shown)] = r
			}
			for i, c := range a.Cells {
				r.cells[i] = attack.Range{Low: min(r.cells[i].Low, c.N), High: max(r.cells[i].High, c.N)}
			}
		})
	}
	found := 0
	for _, r := range releases {
		for i, c := range r.shown {
			if c.Kind == attack.Mark && r.cells[i].Values() == 1 {
				if found++; found <= 3 {
					t.Errorf("%v can only be %d in %v", c.At, r.cells[i].Low, r.shown)
				}
			}
		}
	}
	t.Logf("%d tables, %d released, %d different, %d cells hidden in vain", tables, released, len(releases), found)
	return tables, released
}

// everyTable makes all tables of a size with one grand total.
func everyTable(rows, cols int, total int64, do func(attack.Table)) {
	inner := make([][]int64, rows)
	for i := range inner {
		inner[i] = make([]int64, cols)
	}
	var fill func(at int, left int64)
	fill = func(at int, left int64) {
		if at == rows*cols-1 {
			inner[at/cols][at%cols] = left
			do(table("a", "x", "y", inner))
			return
		}
		for v := range left + 1 {
			inner[at/cols][at%cols] = v
			fill(at+1, left-v)
		}
	}
	fill(0, total)
}
