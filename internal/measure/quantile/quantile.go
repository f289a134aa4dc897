// Package quantile holds the quantile functions that the intervals and funnels
// stand on: the normal and chi-squared distributions, and the sample quantile.
//
// What it keeps true: relative error below 1e-10 over the range the callers use
// (checked against published tables in the tests); NaN in gives NaN out; nothing panics.
package quantile

import (
	"math"
	"slices"
)

// Normal is Φ⁻¹(p), the value that a standard normal variable stays below with
// probability p. Formula: √2·erfinv(2p−1), on the smaller tail for accuracy.
// Source: Abramowitz and Stegun 26.2. No units. NaN outside [0,1]; ±Inf at 0 and 1.
func Normal(p float64) float64 {
	if p > 0.5 {
		return -Normal(1 - p)
	}
	z := -math.Sqrt2 * math.Erfcinv(2*p)
	if p < 0.25 && p > 1e-300 {
		// Erfcinv loses digits in the tail: one Newton step gives them back.
		z -= (0.5*math.Erfc(-z/math.Sqrt2) - p) * math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
	}
	return z
}

// NormalTwoSided is the probability that a standard normal variable lies further
// from 0 than z: erfc(|z|/√2).
func NormalTwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// ChiSquared is the quantile at p of the chi-squared distribution with df degrees
// of freedom, which need not be whole. Formula: 2·x with P(df/2, x) = p, found by
// Halley's steps from the Wilson–Hilferty start, kept inside a bracket.
// Source: Abramowitz and Stegun 26.4.17 and 6.5. NaN when df < 0 or p is outside
// [0,1]; 0 when df or p is 0; +Inf at p = 1.
func ChiSquared(p, df float64) float64 {
	switch {
	case math.IsNaN(p) || math.IsNaN(df) || p < 0 || p > 1 || df < 0:
		return math.NaN()
	case df == 0 || p == 0:
		return 0
	case p == 1 || math.IsInf(df, 1):
		return math.Inf(1)
	}
	if df >= 400 && p >= 0.001 && p <= 0.999 {
		return cornishFisher(Normal(p), df)
	}
	return 2 * gammaQuantile(p, df/2)
}

// cornishFisher is the expansion of the chi-squared quantile in powers of 1/√df.
// Source: Goldberg and Levine, Annals of Mathematical Statistics 17 (1946) 216–225;
// held against the solver in the tests.
func cornishFisher(z, n float64) float64 {
	r, z2 := math.Sqrt(n), z*z
	x := n + z*math.Sqrt2*r + 2.0/3*(z2-1) + z*(z2-7)/(9*math.Sqrt2*r)
	x -= (z2*(6*z2+14) - 32) / (405 * n)
	x += z * (z2*(9*z2+256) - 433) / (4860 * math.Sqrt2 * n * r)
	x += (z2*(z2*(12*z2-243)-923) + 1472) / (25515 * n * n)
	return x - z*(z2*(z2*(3753*z2+4353)-289517)-289717)/(9185400*math.Sqrt2*n*n*r)
}

// gammaQuantile solves P(a, x) = p.
func gammaQuantile(p, a float64) float64 {
	lg, _ := math.Lgamma(a)
	x := gammaStart(p, a, lg)
	low, high := 0.0, math.Inf(1)
	for range 100 {
		// The smaller tail carries the digits: solve Q = 1−p when p is near 1.
		lower, upper := gammaTails(a, x, lg)
		diff := lower - p
		if p > 0.5 {
			diff = (1 - p) - upper
		}
		if diff == 0 {
			return x
		}
		if diff > 0 {
			high = x
		} else {
			low = x
		}
		density := gammaFront(a, x, lg) / x
		step := diff / density
		step /= 1 - 0.5*math.Min(1, step*((a-1)/x-1))
		next := x - step
		if !(next > low && next < high) || math.IsNaN(next) {
			next = middle(low, high)
		}
		// Halley's error is the cube of the step: below 1e-5 the next step cannot be seen.
		if math.Abs(next-x) <= 1e-5*next && density > 0 && math.Abs(step) <= 1e-5*x {
			return next
		}
		x = next
	}
	return x
}

// middle halves a bracket, by ratio when it spans scales.
func middle(low, high float64) float64 {
	switch {
	case math.IsInf(high, 1):
		return low*2 + 1
	case low == 0:
		return high / 16
	case high > 4*low:
		return math.Sqrt(low * high)
	}
	return (low + high) / 2
}

// gammaStart is Wilson and Hilferty's cube, or the leading term of P for small x.
func gammaStart(p, a, lg float64) float64 {
	z := Normal(p)
	t := 1 - 1/(9*a) + z/(3*math.Sqrt(a))
	x := a * t * t * t
	if t <= 0 || x < 0.02*a || a < 0.5 {
		x = math.Exp((math.Log(p) + lg + math.Log(a)) / a)
	}
	if x <= 0 || math.IsNaN(x) {
		x = math.SmallestNonzeroFloat64
	}
	return x
}

// GammaP is the regularised lower incomplete gamma function P(a, x): the chance
// that a Poisson count with mean x is at least a, when a is whole. a > 0, x >= 0.
func GammaP(a, x float64) float64 {
	lg, _ := math.Lgamma(a)
	lower, _ := gammaTails(a, x, lg)
	return lower
}

// gammaFront is x^a·e^−x/Γ(a); for large a by Stirling's series around x = a,
// where the plain form would lose its digits to cancellation.
func gammaFront(a, x, lg float64) float64 {
	if a < 100 {
		return math.Exp(a*math.Log(x) - x - lg)
	}
	d := x/a - 1
	return math.Sqrt(a/(2*math.Pi)) * math.Exp(a*(math.Log1p(d)-d)-1/(12*a)+1/(360*a*a*a))
}

// gammaTails gives P(a,x) and Q(a,x): the series below a+1, Lentz's continued
// fraction above it (Press et al., Numerical Recipes 6.2).
func gammaTails(a, x, lg float64) (lower, upper float64) {
	if x <= 0 {
		return 0, 1
	}
	front := gammaFront(a, x, lg)
	if x < a+1 {
		term, sum := 1/a, 1/a
		for n := a + 1; term > sum*1e-16; n++ {
			term *= x / n
			sum += term
		}
		lower = math.Min(1, front*sum)
		return lower, 1 - lower
	}
	const tiny = 1e-300
	b := x + 1 - a
	c := 1 / tiny
	d := 1 / b
	h := d
	for i := 1.0; i < 1e6; i++ {
		an := -i * (i - a)
		b += 2
		d = an*d + b
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = b + an/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		step := d * c
		h *= step
		if math.Abs(step-1) < 1e-15 {
			break
		}
	}
	upper = math.Min(1, front*h)
	return 1 - upper, upper
}

// Sample is the quantile of xs at p by linear interpolation between order
// statistics, h = (N−1)p (Hyndman and Fan's type 7, the default of R). NaN when
// xs is empty. xs is not changed.
func Sample(xs []float64, p float64) float64 {
	if len(xs) == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	s := slices.Clone(xs)
	slices.Sort(s)
	return SampleSorted(s, p)
}

// SampleSorted is Sample for numbers already in ascending order, at least one.
func SampleSorted(s []float64, p float64) float64 {
	h := float64(len(s)-1) * p
	i := min(int(h), len(s)-1)
	if i+1 == len(s) || h == float64(i) {
		return s[i]
	}
	return s[i] + (h-float64(i))*(s[i+1]-s[i])
}
