// Package interval gives intervals for proportions and rates: Wilson's, the exact
// Poisson interval and Byar's.
//
// What it keeps true: limits stay inside what the value can be; nothing is guessed:
// a number outside the method is an error, a missing count gives missing limits.
package interval

import (
	"math"

	"heed/internal/fail"
	"heed/internal/measure/quantile"
)

// SmallCount is the count below which the exact Poisson interval is used. The jump
// between 9 and 10 is the published method's own.
const SmallCount = 10

// Interval is a value with its limits. All three are NaN when the count is missing.
type Interval struct {
	Value, Lower, Upper float64
	Method              string // Wilson, Exact or Byars
}

// Wilson is the interval of a proportion x of n at confidence c (0.95, 0.998 …):
// (2x + z² ∓ z√(z² + 4x(1 − x/n))) / (2(n + z²)), z = Φ⁻¹(c + (1−c)/2), held within [0,1].
// Source: Wilson, JASA 22 (1927) 209–212; PHEindicatormethods 2.1.0 phe_proportion.
// No units. Errors (fail.Bad): n not above 0, x below 0 or above n, c below 0.9 or not below 1.
// x = NaN (missing) gives missing limits.
func Wilson(x, n, c float64) (Interval, error) {
	if err := check(x, n, c); err != nil {
		return Interval{}, err
	}
	if x > n {
		return Interval{}, fail.New(fail.Bad, "the count is larger than the denominator")
	}
	if math.IsNaN(x) {
		return Interval{math.NaN(), math.NaN(), math.NaN(), "Wilson"}, nil
	}
	z := quantile.Normal(c + (1-c)/2)
	root := z * math.Sqrt(z*z+4*x*(1-x/n))
	by := 2 * (n + z*z)
	i := Interval{Value: x / n, Lower: (2*x + z*z - root) / by, Upper: (2*x + z*z + root) / by, Method: "Wilson"}
	i.Lower, i.Upper = math.Max(0, i.Lower), math.Min(1, i.Upper)
	if x == 0 {
		i.Lower = 0
	}
	if x == n {
		i.Upper = 1
	}
	return i, nil
}

// Rate is the interval of x events over n units of exposure, per m of them, at
// confidence c. Below 10 events exact: lower = χ²⁻¹((1−c)/2; 2x)/2, 0 when x = 0,
// upper = χ²⁻¹(c+(1−c)/2; 2x+2)/2; from 10 on Byar's: x(1 − 1/(9x) − z/(3√x))³ and
// (x+1)(1 − 1/(9(x+1)) + z/(3√(x+1)))³; divided by n, times m.
// x need not be whole. Units: those of m/n. Source: Breslow and Day (IARC 1987) 2.3;
// PHEindicatormethods 2.1.0 phe_rate. Errors (fail.Bad): n not above 0, x below 0,
// m not above 0, c below 0.9 or not below 1. x = NaN gives missing limits.
func Rate(x, n, m, c float64) (Interval, error) {
	if err := check(x, n, c); err != nil {
		return Interval{}, err
	}
	if !(m > 0) || math.IsInf(m, 1) {
		return Interval{}, fail.New(fail.Bad, "the multiplier must be above 0")
	}
	if math.IsNaN(x) {
		return Interval{math.NaN(), math.NaN(), math.NaN(), "Exact"}, nil
	}
	i := Interval{Value: x / n * m}
	if x < SmallCount {
		i.Method = "Exact"
		if x > 0 {
			i.Lower = quantile.ChiSquared((1-c)/2, 2*x) / 2
		}
		i.Upper = quantile.ChiSquared(c+(1-c)/2, 2*x+2) / 2
	} else {
		i.Method = "Byars"
		z := quantile.Normal(c + (1-c)/2)
		i.Lower = x * cube(1-1/(9*x)-z/(3*math.Sqrt(x)))
		i.Upper = (x + 1) * cube(1-1/(9*(x+1))+z/(3*math.Sqrt(x+1)))
	}
	i.Lower, i.Upper = i.Lower/n*m, i.Upper/n*m
	return i, nil
}

func cube(x float64) float64 { return x * x * x }

func check(x, n, c float64) error {
	switch {
	case !(n > 0) || math.IsInf(n, 1):
		return fail.New(fail.Bad, "the denominator must be above 0")
	case x < 0 || math.IsInf(x, 1):
		return fail.New(fail.Bad, "the count must be 0 or more")
	case !(c >= 0.9 && c < 1):
		return fail.New(fail.Bad, "confidence must be at least 0.9 and below 1")
	}
	return nil
}
