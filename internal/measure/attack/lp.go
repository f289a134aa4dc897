package attack

import (
	"math"
	"slices"
)

// maxTableau is the largest linear programme that is solved, in numbers held.
const maxTableau = 600_000

// linear is a component as a linear programme, A·x = b with bounds, solved by the
// simplex method with bounded variables on a full tableau. Its numbers are floating;
// nothing is believed of them: a bound is worked out anew in whole numbers from the
// rounded multipliers (certain), and a solution is checked sum by sum.
type linear struct {
	s         *system
	cells     []int       // column → cell
	sums      [][]column  // row → its columns, as they were
	constant  []int64     // b
	turned    []float64   // row was multiplied by this, so that its slack began positive
	t         [][]float64 // rows × (columns, then one slack for each row)
	low, high []float64
	basis     []int
	in        []bool
	up        []bool // not in the basis, and at its upper bound
	x         []float64
	d         []float64 // reduced costs
	pivots    int
}

type column struct {
	at   int
	sign int64
}

const tiny = 1e-9

// newLinear sets up a component, all cells at their lower bounds. It is nil when the
// component is too large. ceiling stands for no upper bound where a number is needed.
func (s *system) newLinear(p part, ceiling int64) *linear {
	l := &linear{s: s}
	place := map[int]int{}
	for _, c := range p.cells {
		if s.free(c) {
			place[c] = len(l.cells)
			l.cells = append(l.cells, c)
		}
	}
	for _, e := range p.sums {
		if s.frame.sums[e].implied {
			continue
		}
		var row []column
		var b int64
		s.frame.sums[e].each(func(c int, sign int64) {
			if at, ok := place[c]; ok {
				row = append(row, column{at, sign})
			} else {
				b -= sign * s.outer[c].Low
			}
		})
		if len(row) > 0 {
			l.sums, l.constant = append(l.sums, row), append(l.constant, b)
		}
	}
	m, n := len(l.sums), len(l.cells)
	if m*(n+m) > maxTableau || m == 0 {
		return nil
	}
	for _, c := range l.cells {
		high := s.outer[c].High
		if high >= Unbounded {
			high = ceiling
		}
		l.low, l.high = append(l.low, float64(s.outer[c].Low)), append(l.high, float64(high))
	}
	l.in, l.up = make([]bool, n+m), make([]bool, n+m)
	for i, row := range l.sums {
		r := float64(l.constant[i])
		t := make([]float64, n+m)
		for _, c := range row {
			t[c.at] = float64(c.sign)
			r -= float64(c.sign) * l.low[c.at]
		}
		turn := 1.0
		if r < 0 {
			turn = -1
			for _, c := range row {
				t[c.at] = -t[c.at]
			}
		}
		t[n+i] = 1
		l.turned = append(l.turned, turn)
		l.t = append(l.t, t)
		l.x = append(l.x, math.Abs(r))
		l.basis = append(l.basis, n+i)
		l.in[n+i] = true
	}
	for range m {
		l.low, l.high = append(l.low, 0), append(l.high, math.Inf(1))
	}
	return l
}

// clone keeps a state to come back to.
func (l *linear) clone() *linear {
	k := *l
	k.t = make([][]float64, len(l.t))
	for i := range l.t {
		k.t[i] = slices.Clone(l.t[i])
	}
	k.basis, k.in, k.up = slices.Clone(l.basis), slices.Clone(l.in), slices.Clone(l.up)
	k.x, k.high = slices.Clone(l.x), slices.Clone(l.high)
	return &k
}

// begin drives the slacks to 0. False: it did not come to an end there.
func (l *linear) begin() bool {
	n := len(l.cells)
	cost := make([]float64, len(l.low))
	for i := n; i < len(cost); i++ {
		cost[i] = 1
	}
	if !l.minimise(cost) {
		return false
	}
	for i, b := range l.basis {
		if b >= n && l.x[i] > 1e-6 {
			return false
		}
	}
	for i := n; i < len(l.high); i++ {
		l.high[i] = 0
	}
	return true
}

// minimise moves to a least cost. False: no end, or too many steps.
func (l *linear) minimise(cost []float64) bool {
	l.d = slices.Clone(cost)
	for i, b := range l.basis {
		if c := cost[b]; c != 0 {
			for j, v := range l.t[i] {
				l.d[j] -= c * v
			}
		}
	}
	still := 0
	for range 40 * (len(l.t) + 10) {
		j := l.enter(still > 40)
		if j < 0 {
			return true
		}
		if l.s.spent() {
			return false
		}
		l.s.spend(len(l.t) * len(l.d) / 8)
		theta, row := l.ratio(j)
		if math.IsInf(theta, 1) {
			return false
		}
		if theta > tiny {
			still = 0
		} else {
			still++
		}
		l.step(j, row, theta)
	}
	return false
}

// enter picks a column that lowers the cost: the steepest, or the first when the steps
// have stood still (Bland's rule, which cannot go round in a circle).
func (l *linear) enter(first bool) int {
	best, steep := -1, tiny
	for j, d := range l.d {
		if l.in[j] || l.high[j]-l.low[j] < tiny {
			continue
		}
		if l.up[j] {
			d = -d
		}
		if -d > steep {
			best, steep = j, -d
			if first {
				return j
			}
		}
	}
	return best
}

// ratio is how far column j can go, and which row stops it (−1: its own other bound).
func (l *linear) ratio(j int) (float64, int) {
	theta, row := l.high[j]-l.low[j], -1
	way := 1.0
	if l.up[j] {
		way = -1
	}
	for i := range l.t {
		v := way * l.t[i][j]
		b := l.basis[i]
		var room float64
		switch {
		case v > tiny:
			room = (l.x[i] - l.low[b]) / v
		case v < -tiny:
			room = (l.high[b] - l.x[i]) / -v
		default:
			continue
		}
		room = math.Max(0, room)
		if room < theta-tiny || room < theta+tiny && row >= 0 && b < l.basis[row] {
			theta, row = room, i
		}
	}
	return theta, row
}

func (l *linear) step(j, row int, theta float64) {
	way, from := 1.0, l.low[j]
	if l.up[j] {
		way, from = -1, l.high[j]
	}
	for i := range l.t {
		l.x[i] -= way * theta * l.t[i][j]
	}
	if row < 0 {
		l.up[j] = !l.up[j]
		return
	}
	l.pivots++
	out := l.basis[row]
	l.in[out], l.in[j] = false, true
	l.up[out] = math.Abs(l.x[row]-l.low[out]) > math.Abs(l.high[out]-l.x[row])
	l.basis[row], l.x[row], l.up[j] = j, from+way*theta, false
	r := l.t[row]
	p := r[j]
	for k := range r {
		r[k] /= p
	}
	r[j] = 1
	for i := range l.t {
		if f := l.t[i][j]; i != row && math.Abs(f) > 1e-12 {
			axpy(l.t[i], r, f)
		}
	}
	if f := l.d[j]; f != 0 {
		axpy(l.d, r, f)
	}
}

// axpy takes f times r off t.
func axpy(t, r []float64, f float64) {
	for k, v := range r {
		if v != 0 {
			t[k] -= f * v
		}
	}
}

// certain is a bound that the least value of way·x of one column cannot be below,
// whatever the floating numbers are worth: the multipliers are rounded to 65,536ths and
// the bound of the Lagrangian over the box is worked out in whole numbers.
func (l *linear) certain(at int, way int64) int64 {
	const one = 1 << 16
	n := len(l.cells)
	reduced := make([]int64, n)
	reduced[at] = way * one
	var total int64
	for i, row := range l.sums {
		y := -l.d[n+i] * l.turned[i]
		if math.IsNaN(y) || math.Abs(y) > 1<<12 {
			return math.MinInt64
		}
		k := int64(math.Round(y * one))
		total += k * l.constant[i]
		for _, c := range row {
			reduced[c.at] -= k * c.sign
		}
	}
	for j, r := range reduced {
		v := l.low[j]
		if r < 0 {
			v = l.high[j]
		}
		total += r * int64(v)
	}
	// the least whole number that is not below total / one
	return (total + one - 1) >> 16
}

// solution rounds the values; the caller checks them.
func (l *linear) solution() solution {
	v := solution{}
	for j, c := range l.cells {
		if !l.in[j] {
			v[c] = int64(l.low[j])
			if l.up[j] {
				v[c] = int64(l.high[j])
			}
		}
	}
	for i, b := range l.basis {
		if b < len(l.cells) {
			v[l.cells[b]] = int64(math.Round(l.x[i]))
		}
	}
	return v
}

// program bounds the wanted cells by linear programmes. False: nothing fits.
func (s *system) program(p part, want []bool) bool {
	ceiling := s.ceiling(p)
	start := s.newLinear(p, ceiling)
	if start == nil || float64(ceiling) > 1e9 || !start.begin() {
		return true // the other ways go on without it
	}
	l := start.clone()
	cost := make([]float64, len(l.low))
	for at, c := range start.cells {
		if !want[c] {
			continue
		}
		for _, way := range []int64{1, -1} {
			o, w := s.outer[c], s.seen[c]
			if way > 0 && w.Low <= o.Low || way < 0 && w.High >= o.High {
				continue
			}
			if s.spent() {
				return s.propagate()
			}
			if l.pivots > start.pivots+500 { // begin afresh before errors add up
				l = start.clone()
			}
			cost[at] = float64(way)
			ok := l.minimise(cost)
			cost[at] = 0
			if !ok {
				l = start.clone()
				continue
			}
			s.keep(p, l.solution())
			bound := l.certain(at, way)
			r := Range{0, Unbounded}
			switch {
			case bound == math.MinInt64:
				continue
			case way > 0:
				r.Low = bound
			case -bound < ceiling/2:
				r.High = -bound
			}
			if !s.tighten(c, r, -1, nil) {
				return false
			}
		}
	}
	return s.propagate()
}
