package disclose

import (
	"math/rand/v2"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// fewest goes through every set of one, two and three further cells, on its own: −1
// when none of them keeps the small counts from being found.
func fewest(t *testing.T, table attack.Table, need int64) int {
	t.Helper()
	frame, err := attack.NewFrame([]attack.Table{table}, nil)
	if err != nil {
		t.Fatal(err)
	}
	truth := frame.Truth(1)
	hide := make([]bool, len(truth))
	var may []int
	for c, v := range truth {
		if hide[c] = IsSmall(v); v > Small && c != frame.Cell(attack.Total) {
			may = append(may, c)
		}
	}
	safe := func() bool {
		ranges, hidden := frame.Hiding(attack.Marked, 1, hide, truth)
		found := frame.Attack(ranges, hidden, nil, attack.DefaultSteps)
		for i, c := range found.Cells {
			if IsSmall(truth[hidden[i]]) && c.Values() < need {
				return false
			}
		}
		return true
	}
	var try func(from, left int) bool
	try = func(from, left int) bool {
		if left == 0 {
			return safe()
		}
		for i := from; i < len(may); i++ {
			hide[may[i]] = true
			if try(i+1, left-1) {
				hide[may[i]] = false
				return true
			}
			hide[may[i]] = false
		}
		return false
	}
	for n := range 4 {
		if try(0, n) {
			return n
		}
	}
	return -1
}

// TestFewCells: never fewer than an exhaustive search, at most max(2, half) more.
func TestFewCells(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	compared, more, refused := 0, 0, 0
	for i := range 80 {
		a := table("a", "trust", "answer", random(r, 3, 2+r.IntN(2), nil))
		need := int64(2 + i%2)
		best := fewest(t, a, need)
		p, err := Suppress([]attack.Table{a}, nil, Options{Rules: attack.Marked, Need: need, Steps: attack.DefaultSteps})
		if best < 0 {
			continue
		}
		if fail.Is(err, fail.Refused) {
			refused++ // the pattern would help, but its choice would tell
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		compared++
		got := len(p.Secondary)
		if got > best {
			more++
		}
		if got < best || got > best+max(2, best/2) {
			t.Errorf("table %d: %d further cells, the fewest are %d: %v", i, got, best, a)
		}
	}
	t.Logf("%d tables compared, %d with more cells than the fewest", compared, more)
	if refused > 4 {
		t.Errorf("%d tables are refused though further cells help", refused)
	}
	if compared < 40 {
		t.Errorf("only %d tables compared", compared)
	}
}
