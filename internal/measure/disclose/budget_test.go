package disclose

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// threeWay makes a table of three dimensions with all its margins.
func threeWay(seed uint64, rows, cols, deep int) attack.Table {
	r := rand.New(rand.NewPCG(seed, 4))
	t := attack.Table{Name: "three", Dims: []string{"trust", "answer", "sex"}}
	at := map[[3]string]int{}
	for i := range rows * cols * deep {
		v := int64(8 + r.IntN(50))
		if r.IntN(8) < 3 {
			v = 1 + r.Int64N(Small)
		}
		leaf := [3]string{fmt.Sprint("t", i/cols/deep), fmt.Sprint("c", i/deep%cols), fmt.Sprint("d", i%deep)}
		for margins := range 8 {
			key := leaf
			for d := range key {
				if margins>>d&1 == 1 {
					key[d] = attack.Total
				}
			}
			if _, known := at[key]; !known {
				at[key] = len(t.Cells)
				t.Cells = append(t.Cells, attack.Cell{At: key[:], Value: n(0)})
			}
			t.Cells[at[key]].N += v
		}
	}
	return t
}

// TestSearchEnds: a search that is too long ends in a refusal that says what to do, and
// everything that costs time counts into its steps. Steps, not seconds: the same everywhere.
func TestSearchEnds(t *testing.T) {
	big := threeWay(1, 60, 8, 4)
	o := Options{Rules: Rounded, Need: 3, Steps: 400_000}
	frame, err := attack.NewFrame([]attack.Table{big}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newSuppressor(frame, 1, o, frame.Truth(1))
	err = s.run()
	if !fail.Is(err, fail.Refused) || !strings.Contains(err.Error(), "not proven safe in the time") {
		t.Errorf("the search ends with %v", err)
	}
	if over := -s.left; over < 0 || over > o.Steps/maxShare {
		t.Errorf("%d steps more than the %d allowed", over, o.Steps)
	}
	if most := 40; s.tries > most {
		t.Errorf("%d attacks on a table of %d cells, at most %d wanted: their work is not counted", s.tries,
			len(big.Cells), most)
	}
	small, err := Suppress([]attack.Table{table("a", "x", "y", [][]int64{{3, 20, 13}, {11, 9, 8}, {10, 15, 12}})}, nil,
		Options{Rules: attack.Marked, Need: 3, Steps: attack.DefaultSteps})
	if err != nil || small.Finding.Status != attack.Safe {
		t.Errorf("a small table: %v, %s", err, small.Finding.Status)
	}
}

// TestRefusalsCount: one hidden cell is one. Seen to fail.
func TestRefusalsCount(t *testing.T) {
	for _, f := range []attack.Finding{{Status: attack.Recoverable, Recoverable: []string{"a"}},
		{Status: attack.Narrow, Narrow: []string{"a"}}} {
		if says := fail.Words(refusal(f)); !strings.HasPrefix(says, "1 hidden cell can be ") {
			t.Errorf("of one cell it is said: %s", says)
		}
	}
}
