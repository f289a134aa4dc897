package disclose

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// TestReaderKnowsTheProgram: whoever has this program and sees a release can go through
// all true tables and keep those that would have been released just so. No hidden cell is
// the same in all that are left.
func TestReaderKnowsTheProgram(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 71))
	released, refused := 0, 0
	for i := range 30 {
		rules := []attack.Rules{attack.Marked, Rounded}[i%2]
		a := table("a", "x", "y", [][]int64{{r.Int64N(11), r.Int64N(11)}, {r.Int64N(11), r.Int64N(11)}})
		o := Options{Rules: rules, Need: 3, Steps: attack.DefaultSteps}
		p, err := Suppress([]attack.Table{a}, nil, o)
		if fail.Is(err, fail.Refused) {
			refused++
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		released++
		for j, c := range p.Tables[0].Cells {
			if c.Kind == attack.Mark && !another(p, j, a.Cells[j].N, o) {
				t.Errorf("table %d: %v can only be %d in %v", i, c.At, a.Cells[j].N, p.Tables[0].Cells)
			}
		}
	}
	t.Logf("released %d, refused %d", released, refused)
	if released < 12 {
		t.Errorf("too little is released to prove anything: %d, refused %d", released, refused)
	}
}

// another looks for a true table with another count in one cell and the same release.
func another(p Pattern, cell int, not int64, o Options) bool {
	want := fmt.Sprint(p.Tables[0].Cells)
	const most = 24
	for n := range int64(most * most * most * most) {
		v, w, x, y := n%most, n/most%most, n/most/most%most, n/most/most/most
		all := [...]int64{v, w, v + w, x, y, x + y, v + x, w + y, v + w + x + y}
		fits := all[cell] != not
		for j, c := range p.Tables[0].Cells {
			fits = fits && (c.Kind == attack.Mark && all[j] > 0 ||
				c.Kind == attack.Number && !IsSmall(all[j]) && o.Rules.Round(all[j]) == c.N)
		}
		if !fits {
			continue
		}
		b := table("a", "x", "y", [][]int64{{v, w}, {x, y}})
		q, err := Suppress([]attack.Table{b}, nil, o)
		if err == nil && fmt.Sprint(q.Tables[0].Cells) == want {
			return true
		}
	}
	return false
}
