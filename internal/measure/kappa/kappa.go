// Package kappa measures how far reviewers agree beyond chance: Cohen's kappa for
// two, Fleiss' for two or more, always beside the plain percentage.
//
// What it keeps true: a case with any missing answer is left out and counted; what
// cannot be calculated is NaN, never 0 or 1; the interval, not the z test, is for
// reporting. It measures the consistency of judgement, never a reviewer.
package kappa

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/quantile"
)

// Weights say how much a near miss counts.
type Weights string

// Unweighted 1/0; Equal 1 − |i−j|/(k−1); Squared 1 − ((i−j)/(k−1))².
const (
	Unweighted Weights = "unweighted"
	Equal      Weights = "equal"
	Squared    Weights = "squared"
)

// Estimate is a kappa with the test that it is 0 and, for Cohen's, its standard
// error and 95 % limits. NaN where it cannot be calculated.
type Estimate struct{ Kappa, Z, P, SE, Lower95, Upper95 float64 }

// Category is one answer's share of all answers and its own kappa.
type Category struct {
	Name         string
	Share, Kappa float64
}

// Agreement is everything that is said of one set of ratings.
type Agreement struct {
	Cases      int // used: without a missing answer
	Raters     int
	Percent    float64 // of cases in which all raters agree
	Categories []string
	Table      [][]int // two raters: rows the first's answers, columns the second's
	Cohen      map[Weights]Estimate
	Fleiss     Estimate // SE and limits are not given
	Conger     float64  // Fleiss' kappa with each rater's own margins
	ByCategory []Category
}

// MaxCategories is the largest number of different answers taken.
const MaxCategories = 1000

// Measure computes agreement of the ratings: one row a case, one column a rater, ""
// a missing answer. Categories stand in numeric order when all are numbers, else in
// alphabetical order: give ordered answers numeric codes.
// Sources: Cohen (1960, 1968); Fleiss, Cohen and Everitt, Psychological Bulletin 72
// (1969) 323–327; Fleiss (1971); Conger (1980); irr 0.84.1. No units.
// Errors (fail.Bad): fewer than two raters, rows of different length, no complete
// case, more than MaxCategories answers.
func Measure(ratings [][]string) (Agreement, error) {
	used, raters, err := complete(ratings)
	if err != nil {
		return Agreement{}, err
	}
	names, codes, err := categories(used)
	if err != nil {
		return Agreement{}, err
	}
	a := Agreement{Cases: len(used), Raters: raters, Categories: names}
	agree := 0
	for _, row := range codes {
		if !slices.ContainsFunc(row, func(c int) bool { return c != row[0] }) {
			agree++
		}
	}
	a.Percent = 100 * float64(agree) / float64(len(codes))
	if raters == 2 {
		a.cohen(codes)
	}
	a.fleiss(codes)
	return a, nil
}

func complete(ratings [][]string) (used [][]string, raters int, err error) {
	for i, row := range ratings {
		if i == 0 {
			raters = len(row)
		}
		if len(row) != raters {
			return nil, 0, fail.New(fail.Bad, "case %d has another number of answers than the first", i+1)
		}
		if !slices.Contains(row, "") {
			used = append(used, row)
		}
	}
	if raters < 2 {
		return nil, 0, fail.New(fail.Bad, "agreement needs two raters or more")
	}
	if len(used) == 0 {
		return nil, 0, fail.New(fail.Bad, "no case has an answer from every rater")
	}
	return used, raters, nil
}

// categories orders the answers and turns the ratings into their places.
func categories(rows [][]string) ([]string, [][]int, error) {
	numbers := map[string]float64{}
	numeric := true
	for _, row := range rows {
		for _, s := range row {
			if _, seen := numbers[s]; seen {
				continue
			}
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				numeric = false
			}
			if numbers[s] = v; len(numbers) > MaxCategories {
				return nil, nil, fail.New(fail.Bad, "more than %d different answers: code them in fewer categories", MaxCategories)
			}
		}
	}
	name := func(s string) string { return s }
	if numeric { // 1 and 1.0 are one answer
		name = func(s string) string { return strconv.FormatFloat(numbers[s], 'g', -1, 64) }
	}
	place := map[string]int{}
	var names []string
	for s := range numbers {
		if n := name(s); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(x, y string) int {
		if numeric {
			a, _ := strconv.ParseFloat(x, 64)
			b, _ := strconv.ParseFloat(y, 64)
			if a < b {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	for i, n := range names {
		place[n] = i
	}
	codes := make([][]int, len(rows))
	for i, row := range rows {
		codes[i] = make([]int, len(row))
		for j, s := range row {
			codes[i][j] = place[name(s)]
		}
	}
	return names, codes, nil
}

func (a *Agreement) cohen(codes [][]int) {
	k := len(a.Categories)
	a.Table = make([][]int, k)
	for i := range a.Table {
		a.Table[i] = make([]int, k)
	}
	for _, row := range codes {
		a.Table[row[0]][row[1]]++
	}
	a.Cohen = map[Weights]Estimate{}
	for _, w := range []Weights{Unweighted, Equal, Squared} {
		a.Cohen[w] = cohen(a.Table, len(codes), w)
	}
}

func weight(w Weights, i, j, k int) float64 {
	if w == Unweighted || k < 2 {
		if i == j {
			return 1
		}
		return 0
	}
	d := math.Abs(float64(i-j)) / float64(k-1)
	if w == Squared {
		d *= d
	}
	return 1 - d
}

// cohen: P_o = Σ w_ij p_ij, P_e = Σ w_ij r_i c_j, κ = (P_o−P_e)/(1−P_e).
func cohen(table [][]int, cases int, w Weights) Estimate {
	k, n := len(table), float64(cases)
	r, c := make([]float64, k), make([]float64, k)
	for i := range table {
		for j, v := range table[i] {
			r[i] += float64(v) / n
			c[j] += float64(v) / n
		}
	}
	wr, wc := make([]float64, k), make([]float64, k) // w̄_i and w̄_j
	var po, pe float64
	for i := range k {
		for j := range k {
			wij := weight(w, i, j, k)
			wr[i] += wij * c[j]
			wc[j] += wij * r[i]
			po += wij * float64(table[i][j]) / n
			pe += wij * r[i] * c[j]
		}
	}
	if 1-pe < 1e-12 { // one category only: 0/0
		return undefined()
	}
	kappa := (po - pe) / (1 - pe)
	var null, full float64
	for i := range k {
		for j := range k {
			wij := weight(w, i, j, k)
			d := wij - wr[i] - wc[j]
			null += r[i] * c[j] * d * d
			d = wij - (wr[i]+wc[j])*(1-kappa)
			full += float64(table[i][j]) / n * d * d
		}
	}
	by := n * (1 - pe) * (1 - pe)
	z := kappa / math.Sqrt(math.Max(0, null-pe*pe)/by)
	d := kappa - pe*(1-kappa)
	rest := full - d*d
	if rest < 1e-14 { // rounding, as in perfect agreement
		rest = 0
	}
	se := math.Sqrt(rest / by)
	return Estimate{kappa, z, quantile.NormalTwoSided(z), se, kappa - 1.959964*se, kappa + 1.959964*se}
}

func undefined() Estimate {
	n := math.NaN()
	return Estimate{n, n, n, n, n, n}
}

// fleiss: P_o = Σ_i(Σ_j n_ij² − m)/(N m(m−1)), P_e = Σ p_j²;
// var₀ = 2/(S² N m(m−1))·(S² − Σ p_j q_j (q_j − p_j)), S = Σ p_j q_j.
func (a *Agreement) fleiss(codes [][]int) {
	k, n, m := len(a.Categories), float64(len(codes)), float64(a.Raters)
	share := make([]float64, k)
	squares := make([]float64, k) // Σ_i n_ij²
	own := make([][]float64, a.Raters)
	for r := range own {
		own[r] = make([]float64, k)
	}
	count := make([]float64, k)
	for _, row := range codes {
		clear(count)
		for r, c := range row {
			count[c]++
			own[r][c] += 1 / n
		}
		for j, c := range count {
			share[j] += c / (n * m)
			squares[j] += c * c
		}
	}
	var po, pe, s, skew, spread float64
	for j, p := range share {
		po += squares[j]
		pe += p * p
		s += p * (1 - p)
		skew += p * (1 - p) * (1 - 2*p)
		spread += variance(own, j) * (m - 1) / m
	}
	po = (po - n*m) / (n * m * (m - 1))
	a.Fleiss, a.Conger = undefined(), math.NaN()
	if 1-pe > 1e-12 {
		kappa := (po - pe) / (1 - pe)
		z := kappa / math.Sqrt(2/(s*s*n*m*(m-1))*(s*s-skew))
		a.Fleiss.Kappa, a.Fleiss.Z, a.Fleiss.P = kappa, z, quantile.NormalTwoSided(z)
	}
	if exact := pe - spread/(m-1); 1-exact > 1e-12 {
		a.Conger = (po - exact) / (1 - exact)
	}
	for j, p := range share {
		c := Category{Name: a.Categories[j], Share: p, Kappa: math.NaN()}
		if 1-p > 1e-12 {
			c.Kappa = ((squares[j]-n*m*p)/(n*m*(m-1)*p) - p) / (1 - p)
		}
		a.ByCategory = append(a.ByCategory, c)
	}
}

// variance is the sample variance over raters of their own shares of answer j.
func variance(own [][]float64, j int) float64 {
	var mean, v float64
	for _, o := range own {
		mean += o[j] / float64(len(own))
	}
	for _, o := range own {
		v += (o[j] - mean) * (o[j] - mean)
	}
	return v / float64(len(own)-1)
}
