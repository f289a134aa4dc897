// Package funnel compares organisations with each other by funnel limits, with and
// without allowance for overdispersion, and by UKHSA Fingertips significance.
//
// What it keeps true: a limit never leaves the range that its value can have; the
// flags are strict; limits that the reference (FunnelPlotR 0.6.0) leaves wrong are
// put right as docs/decisions/0401-measures-corner-cases.md says. A unit is an
// organisation. A signal opens a question; it is not a finding.
package funnel

import (
	"math"
	"slices"
	"strconv"

	"heed/internal/fail"
	"heed/internal/measure/quantile"
)

// The two distances from the centre, as rounded in the reference: 95 % and 99.8 %.
const (
	Z95  = 1.959964
	Z998 = 3.090232
)

// Data is what kind of value is compared.
type Data string

// PR is a proportion (numerator of denominator), SR a ratio of observed to expected.
const (
	PR Data = "PR"
	SR Data = "SR"
)

// Method is how ratios are transformed: SHMI by logarithm and truncating, CQC by
// square root and winsorising.
type Method string

// The two methods for ratios.
const (
	SHMI Method = "SHMI"
	CQC  Method = "CQC"
)

// Unit is one organisation. Rows of the same name are summed.
type Unit struct {
	Name                   string
	Numerator, Denominator float64
}

// Options of a funnel.
type Options struct {
	Data       Data
	Method     Method  // for SR
	Trim       float64 // share winsorised or truncated at each end, at least 0 and below 0.5
	Multiplier float64 // of value and limits, above 0
	Round      bool    // SHMI: round the expected number to 2 decimals first
}

// Limits are two pairs around the centre, times the multiplier.
type Limits struct{ Low95, High95, Low998, High998 float64 }

// Flags say which limits a value lies strictly outside.
type Flags struct{ Out95, Out998 bool }

// Judged is one unit's place in the funnel.
type Judged struct {
	Unit
	Value    float64 // multiplier · numerator / denominator
	Z, ZUsed float64 // ZUsed is NaN when truncated away
	Trimmed  bool
	Plain    Limits // no overdispersion
	Over     Limits // with overdispersion
	Flags    Flags  // by Plain
	OverFlag Flags  // by Over; by Plain when Funnel.Adjusted is false
}

// Funnel is the whole comparison. Dispersion is φ, Between τ² on the transformed scale.
type Funnel struct {
	Centre     float64 // not multiplied
	Dispersion float64
	Between    float64
	Adjusted   bool // φ > 1: the adjusted limits are the ones to use
	Unusable   bool // φ is infinite: too many units without events for SHMI; use CQC
	Units      []Judged
	Without    []string // units without a denominator: not calculable, and not in Units
}

// Compare computes a funnel. Centre: PR Σy/Σn, SR 1. z: PR (asin√(y/n) − asin√t)·2√n;
// SHMI √n·ln(y/n); CQC (√(y/n) − 1)·2√n. φ = Σz²/N after trimming,
// τ² = max(0, (Nφ − (N−1)) / (Σw − Σw²/Σw)), w = 1/s². Numbers without unit but for the multiplier.
// Source: Spiegelhalter, Statistics in Medicine 24 (2005) 1185–1202; the SHMI
// specification (NHS Digital); Spiegelhalter and others, J R Stat Soc A 175 (2012).
// Errors (fail.Bad): no units, an option out of range, a negative or endless number,
// no unit with a denominator, a proportion above 1.
func Compare(units []Unit, o Options) (Funnel, error) {
	us, without, err := total(units, o)
	if err != nil {
		return Funnel{}, err
	}
	f := Funnel{Centre: 1, Without: without, Units: make([]Judged, len(us))}
	if o.Data == PR {
		var y, n float64
		for _, u := range us {
			y, n = y+u.Numerator, n+u.Denominator
		}
		f.Centre = y / n
	}
	for i, u := range us {
		j := &f.Units[i]
		j.Unit = u
		j.Value = o.Multiplier * u.Numerator / u.Denominator
		if o.Data == SR && o.Method == SHMI && o.Round {
			if j.Denominator = round2(u.Denominator); j.Denominator <= 0 {
				return Funnel{}, fail.New(fail.Bad, "the expected number of %s rounds to 0: join it with others or turn "+
					"rounding off", u.Name)
			}
		}
		j.Z = score(o, f.Centre, j.Numerator, j.Denominator)
	}
	trim(f.Units, o)
	f.disperse(o)
	for i := range f.Units {
		f.limit(&f.Units[i], o)
	}
	return f, nil
}

// total checks the options and adds up the rows of a unit, in order of first appearance.
// Units without a denominator are named apart.
func total(units []Unit, o Options) (out []Unit, without []string, err error) {
	switch {
	case len(units) == 0:
		return nil, nil, fail.New(fail.Bad, "there are no units: give at least one row")
	case o.Data != PR && o.Data != SR:
		return nil, nil, fail.New(fail.Bad, "data type is not known: use PR or SR")
	case o.Data == SR && o.Method != SHMI && o.Method != CQC:
		return nil, nil, fail.New(fail.Bad, "method for ratios is not known: use SHMI or CQC")
	case !(o.Trim >= 0 && o.Trim < 0.5):
		return nil, nil, fail.New(fail.Bad, "trim must be at least 0 and below 0.5")
	case !(o.Multiplier > 0) || math.IsInf(o.Multiplier, 1):
		return nil, nil, fail.New(fail.Bad, "multiplier must be above 0")
	}
	at := make(map[string]int, len(units))
	all := make([]Unit, 0, len(units))
	for _, u := range units {
		if !(u.Numerator >= 0) || !(u.Denominator >= 0) || math.IsInf(u.Numerator+u.Denominator, 1) {
			return nil, nil, fail.New(fail.Bad, "the numbers of %s must be 0 or more", u.Name)
		}
		if i, seen := at[u.Name]; seen {
			all[i].Numerator += u.Numerator
			all[i].Denominator += u.Denominator
			continue
		}
		at[u.Name] = len(all)
		all = append(all, u)
	}
	for _, u := range all {
		if u.Denominator == 0 {
			without = append(without, u.Name)
			continue
		}
		if o.Data == PR && u.Numerator > u.Denominator {
			return nil, nil, fail.New(fail.Bad, "the numerator of %s is larger than its denominator", u.Name)
		}
		out = append(out, u)
	}
	if len(out) == 0 {
		return nil, nil, fail.New(fail.Bad, "no unit has a denominator: give at least one that has")
	}
	return out, without, nil
}

// round2 rounds the binary number to two decimals, exactly.
func round2(x float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 2, 64), 64)
	if err != nil {
		return x
	}
	return r
}

func score(o Options, centre, y, n float64) float64 {
	switch {
	case o.Data == PR:
		return (math.Asin(math.Sqrt(y/n)) - math.Asin(math.Sqrt(centre))) * 2 * math.Sqrt(n)
	case o.Method == SHMI:
		return math.Sqrt(n) * math.Log(y/n)
	}
	return (math.Sqrt(y/n) - 1) * 2 * math.Sqrt(n)
}

// trim winsorises (PR, CQC) or truncates (SHMI) the scores.
func trim(us []Judged, o Options) {
	if o.Data == SR && o.Method == SHMI {
		truncate(us, o.Trim)
		return
	}
	zs := make([]float64, len(us))
	for i, u := range us {
		zs[i] = u.Z
	}
	slices.Sort(zs)
	low, high := quantile.SampleSorted(zs, o.Trim), quantile.SampleSorted(zs, 1-o.Trim)
	for i := range us {
		us[i].ZUsed = math.Min(math.Max(us[i].Z, low), high)
		us[i].Trimmed = !(us[i].Z > low && us[i].Z < high)
	}
}

// truncate drops the lowest and the highest of 1/share groups by order of z; ties
// share the mean of their places.
func truncate(us []Judged, share float64) {
	order := make([]int, len(us))
	for i := range order {
		order[i] = i
		us[i].ZUsed = us[i].Z
	}
	if share == 0 {
		return
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case us[a].Z < us[b].Z:
			return -1
		case us[a].Z > us[b].Z:
			return 1
		}
		return 0
	})
	groups := 1 / share
	for i := 0; i < len(order); {
		end := i + 1
		for end < len(order) && us[order[end]].Z == us[order[i]].Z {
			end++
		}
		place := float64(i+1+end) / 2
		group := math.Floor(place*groups/float64(len(us)+1) + 1e-12)
		for _, k := range order[i:end] {
			if group == 0 || group >= groups-1-1e-9 {
				us[k].Trimmed, us[k].ZUsed = true, math.NaN()
			}
		}
		i = end
	}
}

// disperse computes φ and τ² from the scores that are left.
func (f *Funnel) disperse(o Options) {
	var n, squares, w, w2 float64
	for _, u := range f.Units {
		if math.IsNaN(u.ZUsed) {
			continue
		}
		weight := 4 * u.Denominator
		if o.Data == SR && o.Method == SHMI {
			weight = u.Denominator
		}
		n, squares = n+1, squares+u.ZUsed*u.ZUsed
		w, w2 = w+weight, w2+weight*weight
	}
	f.Dispersion = squares / n
	f.Adjusted = f.Dispersion > 1
	f.Unusable = math.IsInf(f.Dispersion, 1)
	if squares < n-1 || n < 2 {
		return
	}
	f.Between = math.Max(0, (squares-(n-1))/(w-w2/w))
}

// Limits is where the limits that are to be used (with overdispersion when Adjusted)
// lie for a unit of size n, times the multiplier: what a chart draws.
func (f *Funnel) Limits(n float64, o Options) Limits {
	j := Judged{Unit: Unit{Denominator: n}}
	f.limit(&j, o)
	if f.Adjusted {
		return j.Over
	}
	return j.Plain
}

// limit fills the limits and flags of one unit.
func (f *Funnel) limit(j *Judged, o Options) {
	n := j.Denominator
	switch {
	case o.Data == PR:
		j.Plain = proportion(f.Centre, n, 0)
		j.Over = proportion(f.Centre, n, f.Between)
	case o.Method == SHMI:
		j.Plain = poisson(n)
		j.Over = pairs(func(c float64) float64 { return math.Exp(c * math.Sqrt(1/n+f.Between)) })
	default:
		j.Plain = poisson(n)
		// The reference leaves out the square (FunnelPlotR issue 33).
		j.Over = pairs(func(c float64) float64 {
			r := math.Max(0, 1+c*math.Sqrt(1/(4*n)+f.Between))
			return r * r
		})
	}
	j.Plain.scale(o.Multiplier)
	j.Over.scale(o.Multiplier)
	j.Flags = j.Plain.flags(j.Value)
	j.OverFlag = j.Flags
	if f.Adjusted {
		j.OverFlag = j.Over.flags(j.Value)
	}
}

func pairs(at func(c float64) float64) Limits {
	return Limits{Low95: at(-Z95), High95: at(Z95), Low998: at(-Z998), High998: at(Z998)}
}

// proportion is sin² of asin√t ± c·√(1/(4n)+τ²), the angle held within [0, π/2].
func proportion(t, n, between float64) Limits {
	centre, s := math.Asin(math.Sqrt(t)), math.Sqrt(1/(4*n)+between)
	return pairs(func(c float64) float64 {
		x := math.Sin(math.Min(math.Max(centre+c*s, 0), math.Pi/2))
		return x * x
	})
}

// poisson is the exact Poisson interval of the expected number n, divided by it.
func poisson(n float64) Limits {
	low := func(p float64) float64 { return quantile.ChiSquared(p, 2*n) / 2 / n }
	high := func(p float64) float64 { return quantile.ChiSquared(1-p, 2*(n+1)) / 2 / n }
	return Limits{Low95: low(0.025), High95: high(0.025), Low998: low(0.001), High998: high(0.001)}
}

func (l *Limits) scale(by float64) {
	l.Low95, l.High95, l.Low998, l.High998 = l.Low95*by, l.High95*by, l.Low998*by, l.High998*by
}

func (l Limits) flags(v float64) Flags {
	return Flags{Out95: outside(v, l.Low95, l.High95), Out998: outside(v, l.Low998, l.High998)}
}

// outside is strict, and allows for rounding in the last digits.
func outside(v, low, high float64) bool {
	slack := 1e-12 * math.Max(math.Abs(v), 1e-300)
	return v < low-slack || v > high+slack
}
