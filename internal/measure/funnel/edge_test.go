package funnel

import "testing"

// TestEverybodyAtTheEnd: where every unit is at 100 % (or 0), none differs from the others.
func TestEverybodyAtTheEnd(t *testing.T) {
	for _, full := range []bool{true, false} {
		var units []Unit
		for i := range 200 {
			u := Unit{Name: string(rune('A' + i)), Denominator: float64(30 + 17*i)}
			if full {
				u.Numerator = u.Denominator
			}
			units = append(units, u)
		}
		_, all, err := Fingertips(units, PR)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.Significance != NotSignificant {
				t.Fatalf("full %v: %s is %s", full, c.Name, c.Significance)
			}
		}
	}
}

// TestWithoutDenominator: one unit that cannot be calculated stops nobody else.
func TestWithoutDenominator(t *testing.T) {
	units := []Unit{{"A", 10, 40}, {"B", 3, 0}, {"C", 20, 70}}
	f, err := Compare(units, Options{Data: PR, Trim: 0.1, Multiplier: 1})
	if err != nil || len(f.Units) != 2 || len(f.Without) != 1 || f.Without[0] != "B" {
		t.Fatalf("%v %+v", err, f)
	}
	if _, err := Compare(units[1:2], Options{Data: PR, Trim: 0.1, Multiplier: 1}); err == nil {
		t.Error("nothing to calculate is calculated")
	}
}
