package attack

import (
	"math/rand/v2"
	"testing"
	"time"
)

// cube makes a three-way table with all its margins; small counts and some others marked.
func cube(r *rand.Rand, a, b, c int, more float64) *grid {
	g := &grid{cells: map[string][]int{}, truth: make([]int64, a*b*c)}
	for i := range g.truth {
		g.truth[i] = int64(r.IntN(25))
	}
	g.cross([]axis{flat("a", a), flat("b", b), flat("c", c)}, []int{b * c, c, 1}, func(name string, v int64) Value {
		if v >= 1 && v <= 7 || name != Total && v > 0 && r.Float64() < more {
			return Value{Kind: Mark}
		}
		return Value{Kind: Number, N: v}
	})
	return g
}

// TestThreeWayWithinSize: tables of the stated size are decided in full, and the truth
// is inside every range.
func TestThreeWayWithinSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][3]int{{3, 3, 3}, {4, 4, 3}, {5, 4, 4}, {6, 5, 4}, {8, 6, 5}} {
		for range 3 {
			g := cube(r, size[0], size[1], size[2], 0.45)
			began := time.Now()
			got, err := Run(g.tables, nil, Marked, DefaultSteps)
			if err != nil {
				t.Fatal(err)
			}
			unproven := 0
			for _, c := range got.Cells {
				var truth int64
				for _, l := range g.cells[c.Cell] {
					truth += g.truth[l]
				}
				if truth < c.Low || truth > c.High {
					t.Errorf("%v: the truth %d of %s is outside %v", size, truth, c.Cell, c.Range)
				}
				if !c.Proven {
					unproven++
				}
			}
			if unproven > 0 && len(got.Cells) <= 110 {
				t.Errorf("%v: %d of %d hidden cells are not proven, within the stated size", size, unproven, len(got.Cells))
			}
			t.Logf("%v: %d hidden, %s, %d steps, %d not proven, %v", size, len(got.Cells), got.Status, got.Steps, unproven,
				time.Since(began))
		}
	}
}
