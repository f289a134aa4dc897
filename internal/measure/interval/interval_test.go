package interval

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fail"
)

// TestComplement: the interval of those who did not is that of those who did, turned round.
func TestComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		a, err := Wilson(float64(x), float64(n), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Wilson(float64(n-x), float64(n), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.Lower-(1-b.Upper)) > 1e-12 || a.Lower > a.Value || a.Upper < a.Value || a.Lower < 0 || a.Upper > 1 {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

// TestScale: over ten times the exposure the rate and its limits are a tenth.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := float64(rapid.IntRange(0, 3000).Draw(t, "x")) / 2
		n := float64(rapid.IntRange(1, 5000).Draw(t, "n"))
		a, err := Rate(x, n, 1000, 0.998)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Rate(x, 10*n, 1000, 0.998)
		if err != nil {
			t.Fatal(err)
		}
		wide, err := Rate(x, n, 1000, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.Upper-10*b.Upper) > 1e-9*a.Upper || a.Lower > a.Value || a.Upper < a.Value {
			t.Fatalf("%+v and %+v", a, b)
		}
		if wide.Upper >= a.Upper || wide.Lower < a.Lower {
			t.Fatalf("95%% %+v is not inside 99.8%% %+v", wide, a)
		}
	})
}

func TestCorners(t *testing.T) {
	if i, err := Rate(math.NaN(), 5, 1, 0.95); err != nil || !math.IsNaN(i.Lower) {
		t.Errorf("a missing count gives %+v, %v", i, err)
	}
	for name, f := range map[string]func() (Interval, error){
		"no denominator":   func() (Interval, error) { return Wilson(0, 0, 0.95) },
		"below 0":          func() (Interval, error) { return Rate(-1, 5, 1, 0.95) },
		"above n":          func() (Interval, error) { return Wilson(6, 5, 0.95) },
		"confidence":       func() (Interval, error) { return Wilson(1, 5, 0.8) },
		"all confidence":   func() (Interval, error) { return Wilson(1, 5, 1) },
		"multiplier":       func() (Interval, error) { return Rate(1, 5, 0, 0.95) },
		"endless exposure": func() (Interval, error) { return Rate(1, math.Inf(1), 1, 0.95) },
	} {
		if _, err := f(); !fail.Is(err, fail.Bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
