package quantile

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.Abs(got-want) > tol*math.Max(1e-300, math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g", what, got, want)
	}
}

func TestNormal(t *testing.T) {
	// Values of Wichura's AS 241 to 17 digits.
	for _, c := range []struct{ p, want float64 }{
		{0.975, 1.9599639845400543}, {0.999, 3.0902323061678132}, {0.5, 0},
		{0.025, -1.9599639845400543}, {0.001, -3.0902323061678132}, {1e-10, -6.361340902404056},
		{0.995, 2.5758293035489004}, {0.75, 0.67448975019608171},
	} {
		if math.Abs(Normal(c.p)-c.want) > 1e-12*math.Max(1, math.Abs(c.want)) {
			t.Errorf("Normal(%g) = %.17g, want %.17g", c.p, Normal(c.p), c.want)
		}
	}
	if !math.IsNaN(Normal(-0.1)) || !math.IsNaN(Normal(1.1)) || !math.IsInf(Normal(1), 1) || !math.IsInf(Normal(0), -1) {
		t.Error("edges of Normal")
	}
}

func TestChiSquared(t *testing.T) {
	// 2 degrees of freedom have a closed form, −2·ln(1−p); the rest are the usual published tables.
	for _, p := range []float64{0.001, 0.025, 0.3, 0.5, 0.975, 0.999} {
		near(t, "ChiSquared(p,2)", ChiSquared(p, 2), -2*math.Log1p(-p), 1e-12)
		z := Normal((1 + p) / 2)
		near(t, "ChiSquared(p,1)", ChiSquared(p, 1), z*z, 1e-11)
	}
	for _, c := range []struct{ p, df, want float64 }{
		{0.95, 10, 18.307038053275146}, {0.05, 10, 3.9402991361190605},
		{0.975, 100, 129.56119718583659}, {0.025, 100, 74.221927474923724},
		{0.95, 1, 3.8414588206941236}, {0.99, 5, 15.086272469388987}, {0.01, 30, 14.953456528455433},
	} {
		near(t, "ChiSquared", ChiSquared(c.p, c.df), c.want, 1e-10)
	}
	if ChiSquared(0.5, 0) != 0 || ChiSquared(0, 3) != 0 || !math.IsInf(ChiSquared(1, 3), 1) ||
		!math.IsNaN(ChiSquared(0.5, -1)) || !math.IsNaN(ChiSquared(2, 3)) {
		t.Error("edges of ChiSquared")
	}
}

// TestInverse goes there and back over the whole range that a count can need.
func TestInverse(t *testing.T) {
	for _, p := range []float64{1e-6, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999, 1 - 1e-6} {
		for _, a := range []float64{0.05, 0.3, 0.5, 1, 1.5, 2, 7.3, 50, 999.5, 12345, 1e6} {
			x := ChiSquared(p, 2*a) / 2
			if got := GammaP(a, x); x > 1e-290 && math.Abs(got-p) > 1e-9*math.Min(p, 1-p)+1e-14 {
				t.Errorf("a=%g p=%g: x=%g gives %g", a, p, x, got)
			}
		}
	}
}

// TestExpansion holds the expansion for many degrees of freedom against the solver.
func TestExpansion(t *testing.T) {
	for _, df := range []float64{400, 401.7, 650, 2000, 54321, 1e6} {
		for _, p := range []float64{0.001, 0.025, 0.5, 0.975, 0.999} {
			near(t, "expansion", cornishFisher(Normal(p), df), 2*gammaQuantile(p, df/2), 1e-10)
		}
	}
}

func TestSample(t *testing.T) {
	xs := []float64{7, 1, 2, 3, 4, 5, 6}
	near(t, "type 7 at 0.1", Sample(xs, 0.1), 1.6, 1e-12)
	near(t, "median", Sample(xs, 0.5), 4, 0)
	near(t, "last", Sample(xs, 1), 7, 0)
	if xs[0] != 7 || !math.IsNaN(Sample(nil, 0.5)) {
		t.Error("Sample changes its input or answers for nothing")
	}
}

func BenchmarkChiSquared(b *testing.B) {
	for b.Loop() {
		ChiSquared(0.025, 400)
	}
}
