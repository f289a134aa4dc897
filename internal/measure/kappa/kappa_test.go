package kappa

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fail"
)

func draw(t *rapid.T, raters int) [][]string {
	rows := make([][]string, rapid.IntRange(1, 40).Draw(t, "cases"))
	for i := range rows {
		rows[i] = make([]string, raters)
		for j := range rows[i] {
			rows[i][j] = fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "answer"))
		}
	}
	return rows
}

func near(a, b float64) bool { return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9 }

// TestOrder: neither the order of cases nor which reviewer is first matters.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := draw(t, 2)
		a, err := Measure(rows)
		if err != nil {
			t.Fatal(err)
		}
		other := make([][]string, len(rows))
		for i, r := range rapid.Permutation(rows).Draw(t, "order") {
			other[i] = []string{r[1], r[0]}
		}
		b, err := Measure(other)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []Weights{Unweighted, Equal, Squared} {
			if !near(a.Cohen[w].Kappa, b.Cohen[w].Kappa) || !near(a.Cohen[w].SE, b.Cohen[w].SE) {
				t.Fatalf("%s: %+v and %+v", w, a.Cohen[w], b.Cohen[w])
			}
		}
		if !near(a.Fleiss.Kappa, b.Fleiss.Kappa) || !near(a.Cohen[Unweighted].Kappa, a.Conger) {
			t.Fatalf("Fleiss %g and %g; Conger %g, Cohen %g", a.Fleiss.Kappa, b.Fleiss.Kappa, a.Conger,
				a.Cohen[Unweighted].Kappa)
		}
	})
}

// TestScale: asking the same cases again and again narrows the interval by the root.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := draw(t, 2)
		a, err := Measure(rows)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Measure(slices.Concat(rows, rows, rows, rows))
		if err != nil {
			t.Fatal(err)
		}
		if x, y := a.Cohen[Unweighted], b.Cohen[Unweighted]; !near(x.Kappa, y.Kappa) || math.Abs(x.SE-2*y.SE) > 1e-6 &&
			!math.IsNaN(x.SE) {
			t.Fatalf("%+v, four times %+v", x, y)
		}
	})
}

func TestCorners(t *testing.T) {
	one, err := Measure([][]string{{"yes", "yes"}, {"yes", "yes"}, {"", "no"}})
	if err != nil || one.Cases != 2 || one.Percent != 100 || !math.IsNaN(one.Cohen[Unweighted].Kappa) ||
		!math.IsNaN(one.Fleiss.Kappa) {
		t.Errorf("one category: %+v, %v", one, err)
	}
	single, err := Measure([][]string{{"a", "b"}})
	if err != nil || single.Percent != 0 {
		t.Errorf("a single case: %+v, %v", single, err)
	}
	numbers, err := Measure([][]string{{"10", "9"}, {"9.0", "9"}})
	if err != nil || !slices.Equal(numbers.Categories, []string{"9", "10"}) || numbers.Percent != 50 {
		t.Errorf("numbers: %+v, %v", numbers, err)
	}
	for name, rows := range map[string][][]string{
		"nothing": nil, "one rater": {{"a"}}, "ragged": {{"a", "b"}, {"a"}}, "all missing": {{"", "a"}},
	} {
		if _, err := Measure(rows); !fail.Is(err, fail.Bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
