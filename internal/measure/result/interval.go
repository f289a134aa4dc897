package result

import (
	"fmt"

	"heed/internal/fail"
	"heed/internal/measure/interval"
)

// Interval is a proportion or rate with its limits.
type Interval struct {
	Label    Word   `json:"label,omitempty"`
	X        Number `json:"x"`
	N        Number `json:"n"`
	Value    Number `json:"value"`
	Lower95  Number `json:"lower95"`
	Upper95  Number `json:"upper95"`
	Lower998 Number `json:"lower998"`
	Upper998 Number `json:"upper998"`
	Method   string `json:"method"`
}

// IntervalOf works out one: kind is "rate", per m, or a proportion.
func IntervalOf(x, n, m float64, kind string) (Interval, error) {
	at := func(c float64) (interval.Interval, error) {
		if kind == "rate" {
			return interval.Rate(x, n, m, c)
		}
		if m != 1 {
			return interval.Interval{}, fail.New(fail.Bad, "a multiplier is for rates; use --kind rate")
		}
		return interval.Wilson(x, n, c)
	}
	a, err := at(0.95)
	if err != nil {
		return Interval{}, fmt.Errorf("95%%: %w", err)
	}
	b, err := at(0.998)
	if err != nil {
		return Interval{}, fmt.Errorf("99.8%%: %w", err)
	}
	return Interval{X: Number(x), N: Number(n), Value: Number(a.Value), Lower95: Number(a.Lower), Upper95: Number(a.Upper),
		Lower998: Number(b.Lower), Upper998: Number(b.Upper), Method: a.Method}, nil
}
