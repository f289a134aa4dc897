package attack

import "testing"

// TestLinkedTruth: linked tables that are too many cells for a search. The truth is
// inside every range, and what is called proven or safe has the witnesses for it.
func TestLinkedTruth(t *testing.T) {
	totals := make([]int64, 250)
	for i := range totals {
		totals[i] = 700
	}
	var exact, shown []Table
	for i := range 4 {
		a, _, _ := national(uint64(i), totals, false)
		b, _, _ := national(uint64(i), totals, true)
		exact, shown = append(exact, a), append(shown, b)
	}
	got, err := Run(shown, nil, HES, DefaultSteps)
	if err != nil {
		t.Fatal(err)
	}
	truth := map[string]int64{}
	for i := range exact {
		for _, c := range exact[i].Cells {
			truth[CellName(exact[i].Dims, c.At)] = c.N
		}
	}
	unproven := 0
	for _, c := range got.Cells {
		if v := truth[c.Cell]; v < c.Low || v > c.High || c.Low < 1 || c.High > 7 {
			t.Fatalf("%s: the truth %d is outside %v", c.Cell, v, c.Range)
		}
		if !c.Proven {
			unproven++
		}
	}
	t.Logf("%d hidden cells, %s, %d not proven", len(got.Cells), got.Status, unproven)
	if got.Status == Contradiction || len(got.Cells) < 2000 {
		t.Errorf("%s with %d hidden cells", got.Status, len(got.Cells))
	}
}
