package disclose

import (
	"math/rand/v2"
	"slices"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// TestOverlappingGroups: regions and types of trust each add up to Total, and no trust is
// shown. Whatever is released leaves every hidden count three values when all trusts that
// fit are gone through, with nothing of the attack in it.
func TestOverlappingGroups(t *testing.T) {
	groups := attack.Hierarchy{"trust": {"North": {"t0", "t1"}, "South": {"t2", "t3"}, "Acute": {"t0", "t2"},
		"Mental": {"t1", "t3"}}}
	within := map[string][4]int64{"North": {1, 1, 0, 0}, "South": {0, 0, 1, 1}, "Acute": {1, 0, 1, 0},
		"Mental":     {0, 1, 0, 1},
		attack.Total: {1, 1, 1, 1}}
	r := rand.New(rand.NewPCG(27, 40))
	released, hidden := 0, 0
	for i := range 120 {
		trusts := [4]int64{r.Int64N(7), r.Int64N(7), r.Int64N(9), r.Int64N(9)}
		a := attack.Table{Name: "groups", Dims: []string{"trust"}}
		for _, g := range []string{"North", "South", "Acute", "Mental", attack.Total} {
			a.Cells = append(a.Cells, attack.Cell{At: []string{g}, Value: n(of(within[g], trusts))})
		}
		p, _, err := Release([]attack.Table{a}, nil, groups, attack.DefaultSteps)
		if fail.Is(err, fail.Refused) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		released++
		values := originalsOf(p[0].Cells, within)
		for k, c := range p[0].Cells {
			if c.Kind == attack.Mark {
				if hidden++; len(values[k]) < 3 {
					t.Errorf("table %d: %v can only be %v in %v", i, c.At, values[k], p[0].Cells)
				}
			}
		}
	}
	t.Logf("%d released, %d hidden counts", released, hidden)
	if released < 10 || hidden < 20 {
		t.Errorf("%d released with %d hidden counts: that proves too little", released, hidden)
	}
}

func of(group, trusts [4]int64) (sum int64) {
	for i := range group {
		sum += group[i] * trusts[i]
	}
	return sum
}

// originalsOf gives the values that each published cell has over all trusts that fit.
func originalsOf(cells []attack.Cell, within map[string][4]int64) [][]int64 {
	values := make([][]int64, len(cells))
	const most = 23
	for n := range int64(most * most * most * most) {
		trusts := [4]int64{n % most, n / most % most, n / most / most % most, n / most / most / most}
		fits := true
		for _, c := range cells {
			if v := of(within[c.At[0]], trusts); HES(v) != c.Value {
				fits = false
				break
			}
		}
		for k := 0; fits && k < len(cells); k++ {
			if v := of(within[cells[k].At[0]], trusts); !slices.Contains(values[k], v) {
				values[k] = append(values[k], v)
			}
		}
	}
	return values
}
