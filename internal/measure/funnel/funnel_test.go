package funnel

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fail"
)

func draw(t *rapid.T) []Unit {
	n := rapid.IntRange(2, 40).Draw(t, "units")
	us := make([]Unit, n)
	for i := range us {
		d := rapid.IntRange(1, 500).Draw(t, "denominator")
		us[i] = Unit{fmt.Sprint(i), float64(rapid.IntRange(0, d).Draw(t, "numerator")), float64(d)}
	}
	return us
}

func must(t interface{ Fatal(...any) }, us []Unit, o Options) Funnel {
	f, err := Compare(us, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}

// TestMultiplier: 100 times the multiplier is 100 times values and limits, the same flags.
func TestMultiplier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		us := draw(t)
		a := must(t, us, Options{Data: PR, Trim: 0.1, Multiplier: 1})
		b := must(t, us, Options{Data: PR, Trim: 0.1, Multiplier: 100})
		for i := range a.Units {
			if !near(a.Units[i].Over.High998*100, b.Units[i].Over.High998) || a.Units[i].OverFlag != b.Units[i].OverFlag {
				t.Fatalf("unit %d: %+v, times 100 %+v", i, a.Units[i], b.Units[i])
			}
		}
	})
}

// TestComplement: counting the others turns the funnel upside down.
func TestComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		us := draw(t)
		rest := make([]Unit, len(us))
		for i, u := range us {
			rest[i] = Unit{u.Name, u.Denominator - u.Numerator, u.Denominator}
		}
		o := Options{Data: PR, Trim: 0.1, Multiplier: 1}
		a, b := must(t, us, o), must(t, rest, o)
		if !near(a.Dispersion, b.Dispersion) {
			t.Fatalf("dispersion %g and %g", a.Dispersion, b.Dispersion)
		}
		for i := range a.Units {
			x, y := a.Units[i], b.Units[i]
			if !near(x.Plain.Low95, 1-y.Plain.High95) || !near(x.Over.High998, 1-y.Over.Low998) {
				t.Fatalf("unit %d: %+v and %+v", i, x.Over, y.Over)
			}
		}
	})
}

// TestOrder: the order of rows and splitting a unit into rows change nothing.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		us := draw(t)
		o := Options{Data: SR, Method: CQC, Trim: 0.1, Multiplier: 1}
		a := must(t, us, o)
		var rows []Unit
		for _, u := range us {
			k := math.Floor(u.Numerator / 2)
			rows = append(rows, Unit{u.Name, k, u.Denominator / 2}, Unit{u.Name, u.Numerator - k, u.Denominator / 2})
		}
		b := must(t, rapid.Permutation(rows).Draw(t, "order"), o)
		by := map[string]Judged{}
		for _, u := range b.Units {
			by[u.Name] = u
		}
		for _, u := range a.Units {
			if v := by[u.Name]; !near(u.Z, v.Z) || !near(u.Over.Low95, v.Over.Low95) {
				t.Fatalf("%s: %+v and %+v", u.Name, u, v)
			}
		}
	})
}

func TestCorners(t *testing.T) {
	var zeros []Unit
	for i := range 30 {
		zeros = append(zeros, Unit{fmt.Sprint(i), float64(max(0, i-15)), 4})
	}
	if f := must(t, zeros, Options{Data: SR, Method: SHMI, Trim: 0.1, Multiplier: 1, Round: true}); !f.Unusable {
		t.Error("SHMI with half the units at 0 is not called unusable")
	}
	_, fine, err := Fingertips([]Unit{{"a", 0, 0.5}, {"b", 40, 10}, {"c", 10, 10}}, SR)
	if err != nil || fine[0].Significance != NotSignificant || fine[1].Significance != High001 {
		t.Errorf("Fingertips: %v %v", fine, err)
	}
	for name, c := range map[string]struct {
		us []Unit
		o  Options
	}{
		"no units":      {nil, Options{Data: PR, Multiplier: 1}},
		"no data type":  {[]Unit{{"a", 1, 2}}, Options{Multiplier: 1}},
		"above 1":       {[]Unit{{"a", 3, 2}}, Options{Data: PR, Multiplier: 1}},
		"denominator 0": {[]Unit{{"a", 0, 0}}, Options{Data: PR, Multiplier: 1}},
		"trim":          {[]Unit{{"a", 1, 2}}, Options{Data: PR, Multiplier: 1, Trim: 0.5}},
		"multiplier":    {[]Unit{{"a", 1, 2}}, Options{Data: PR}},
		"rounds to 0":   {[]Unit{{"a", 1, 0.004}}, Options{Data: SR, Method: SHMI, Multiplier: 1, Round: true}},
	} {
		if _, err := Compare(c.us, c.o); !fail.Is(err, fail.Bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func bench(b *testing.B, o Options) {
	var us []Unit
	for i := range 250 {
		n := float64(40 + i*13)
		us = append(us, Unit{fmt.Sprint(i), math.Floor(n * (0.5 + 0.3*math.Sin(float64(i)))), n})
	}
	for b.Loop() {
		must(b, us, o)
	}
}

func Benchmark250PR(b *testing.B) { bench(b, Options{Data: PR, Trim: 0.1, Multiplier: 1}) }
func Benchmark250SHMI(b *testing.B) {
	bench(b, Options{Data: SR, Method: SHMI, Trim: 0.1, Multiplier: 1, Round: true})
}
