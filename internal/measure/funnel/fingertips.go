package funnel

import (
	"math"

	"heed/internal/fail"
	"heed/internal/measure/interval"
	"heed/internal/measure/quantile"
)

// Significance is UKHSA Fingertips' word for a unit's place.
type Significance string

// The five words.
const (
	High001        Significance = "High (0.001)"
	High025        Significance = "High (0.025)"
	NotSignificant Significance = "Not significant"
	Low025         Significance = "Low (0.025)"
	Low001         Significance = "Low (0.001)"
)

// Compared is one unit by the Fingertips method. Limits are only set for
// proportions, are not clipped, and are not multiplied.
type Compared struct {
	Name         string
	Limits       Limits
	Significance Significance
}

// Fingertips compares units with the average (proportions) or with 1 (ratios).
// Proportions: the limits are the values whose Wilson limit equals the average p̄;
// with z = Φ⁻¹(0.975) or Φ⁻¹(0.999), F = p̄(n/z²+1), G = 1/z²+1/n,
// limit = (F ± √(F² − G·p̄·(n(p̄(n/z²+2) − 1) + z²(p̄ − 1))))/(G·n).
// Ratios: the exact or Byar interval of the count, divided by the expected number.
// Unlike the funnel for ratios it never flags a unit low for having no events.
// Source: PHEindicatormethods 2.1.0, phe_funnels. Errors: as Compare.
func Fingertips(units []Unit, data Data) (average float64, out []Compared, err error) {
	us, _, err := total(units, Options{Data: data, Method: CQC, Multiplier: 1})
	if err != nil {
		return 0, nil, err
	}
	average = 1
	if data == PR {
		var y, n float64
		for _, u := range us {
			y, n = y+u.Numerator, n+u.Denominator
		}
		average = y / n
	}
	out = make([]Compared, len(us))
	for i, u := range us {
		c, err := compare(u, data, average)
		if err != nil {
			return 0, nil, err
		}
		out[i] = c
	}
	return average, out, nil
}

func compare(u Unit, data Data, average float64) (Compared, error) {
	c := Compared{Name: u.Name, Significance: NotSignificant}
	if data == PR {
		l := &c.Limits
		l.Low95, l.High95 = wilsonInverse(average, u.Denominator, quantile.Normal(0.975))
		l.Low998, l.High998 = wilsonInverse(average, u.Denominator, quantile.Normal(0.999))
		v := u.Numerator / u.Denominator
		// Where every unit is at 0 or 1 the limits lie there too, but for the last digits.
		const noise = 1e-9
		c.Significance = word(v < l.Low998-noise, v > l.High998+noise, v < l.Low95-noise, v > l.High95+noise)
		return c, nil
	}
	wide, err := interval.Rate(u.Numerator, u.Denominator, 1, 0.998)
	if err != nil {
		return c, fail.Wrap(fail.Bad, err, "the numbers of %s cannot be compared", u.Name)
	}
	usual, err := interval.Rate(u.Numerator, u.Denominator, 1, 0.95)
	if err != nil {
		return c, fail.Wrap(fail.Bad, err, "the numbers of %s cannot be compared", u.Name)
	}
	c.Significance = word(wide.Upper < 1, wide.Lower > 1, usual.Upper < 1, usual.Lower > 1)
	return c, nil
}

func word(low001, high001, low025, high025 bool) Significance {
	switch {
	case low001:
		return Low001
	case high001:
		return High001
	case low025:
		return Low025
	case high025:
		return High025
	}
	return NotSignificant
}

func wilsonInverse(p, n, z float64) (low, high float64) {
	z2 := z * z
	f := p * (n/z2 + 1)
	g := 1/z2 + 1/n
	root := math.Sqrt(math.Max(0, f*f-g*p*(n*(p*(n/z2+2)-1)+z2*(p-1))))
	return (f - root) / (g * n), (f + root) / (g * n)
}
