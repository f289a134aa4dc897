package attack

import (
	"slices"
)

// system is a set of unknown whole numbers with bounds and sums.
type system struct {
	frame *Frame
	outer []Range // contains every solution
	seen  []Range // spanned by values of whole solutions; Low > High when none was seen
	hint  []int64
	in    [][]int // cell → sums that it stands in
	joint bool    // seen comes from solutions of everything, so that it proves
	limit int
	steps int // taken so far; see spend
	small int // work that is not yet a whole step

	queue  []int
	queued []bool
	places [][]place // scratch of network, empty between calls
}

func newSystem(f *Frame, ranges []Range, hints []int64, steps Limit) *system {
	s := &system{frame: f, outer: slices.Clone(ranges), hint: hints, limit: int(steps), joint: true}
	s.seen = make([]Range, len(ranges))
	for i := range s.seen {
		s.seen[i] = Range{Unbounded, -1}
	}
	s.in = make([][]int, len(ranges))
	for i, e := range f.sums {
		s.in[e.whole] = append(s.in[e.whole], i)
		for _, p := range e.parts {
			s.in[p] = append(s.in[p], i)
		}
	}
	s.queued = make([]bool, len(f.sums))
	s.places = make([][]place, len(ranges))
	return s
}

func (s *system) proven(id int) bool {
	r := s.outer[id]
	if r.Low == r.High {
		return true
	}
	w := s.seen[id]
	return w.Low <= r.Low && (w.High >= r.High || r.High >= Unbounded/2 && w.High >= Unbounded/2)
}

// workPerStep is how many arcs, or numbers of a linear programme, weigh as much as one
// check of a sum.
const workPerStep = 32

// spend counts work other than checks of sums into the steps.
func (s *system) spend(work int) {
	s.small += work
	s.steps += s.small / workPerStep
	s.small %= workPerStep
}

// spent says that the steps are used up: what was not proven by then stays so.
func (s *system) spent() bool { return s.steps >= s.limit }

// see widens what is known to be attained.
func (s *system) see(id int, v int64) {
	w := &s.seen[id]
	w.Low, w.High = min(w.Low, v), max(w.High, v)
}

// solve narrows everything and bounds the wanted cells. False: nothing fits.
func (s *system) solve(wanted []int) bool {
	for i := range s.frame.sums {
		s.enqueue(i)
	}
	for _, r := range s.outer {
		if r.Low > r.High {
			return false
		}
	}
	if !s.propagate() {
		return false
	}
	want := make([]bool, len(s.outer))
	for _, id := range wanted {
		want[id] = true
	}
	for _, c := range s.components() {
		if !s.component(c, want) {
			return false
		}
	}
	return true
}

func (s *system) enqueue(e int) {
	if !s.queued[e] {
		s.queued[e] = true
		s.queue = append(s.queue, e)
	}
}

// propagate narrows bounds sum by sum until nothing moves. False: nothing fits.
// The number of rounds is limited; stopping early leaves bounds that still hold.
func (s *system) propagate() bool {
	budget := 400 * (len(s.frame.sums) + 1)
	fits := true
	for len(s.queue) > 0 && fits && budget > 0 && !s.spent() {
		e := s.queue[0]
		s.queue = s.queue[1:]
		s.queued[e] = false
		fits = s.narrow(e, nil)
		s.steps++
		budget--
	}
	for _, e := range s.queue {
		s.queued[e] = false
	}
	s.queue = s.queue[:0]
	return fits
}

// narrow applies one sum to the bounds of its cells. trail, when given, keeps old
// bounds for going back.
func (s *system) narrow(e int, trail *[]change) bool {
	q := &s.frame.sums[e]
	var low, high int64
	open := 0 // parts without an upper bound
	for _, p := range q.parts {
		low += s.outer[p].Low
		if s.outer[p].High >= Unbounded {
			open++
		} else {
			high += s.outer[p].High
		}
	}
	w := s.outer[q.whole]
	top := high
	if open > 0 {
		top = Unbounded
	}
	if !s.tighten(q.whole, Range{low, top}, e, trail) {
		return false
	}
	w = s.outer[q.whole]
	for _, p := range q.parts {
		r := s.outer[p]
		n := Range{0, Unbounded}
		if w.High < Unbounded {
			n.High = w.High - (low - r.Low)
		}
		switch {
		case open == 0:
			n.Low = w.Low - (high - r.High)
		case open == 1 && r.High >= Unbounded:
			n.Low = w.Low - high
		}
		if !s.tighten(p, n, e, trail) {
			return false
		}
		// keep the running sums true
		now := s.outer[p]
		low += now.Low - r.Low
		if r.High >= Unbounded && now.High < Unbounded {
			open--
			high += now.High
		} else if r.High < Unbounded {
			high += now.High - r.High
		}
	}
	return true
}

type change struct {
	id  int
	was Range
}

func (s *system) tighten(id int, n Range, from int, trail *[]change) bool {
	r := s.outer[id]
	n.Low, n.High = max(n.Low, r.Low), min(n.High, r.High)
	if n == r {
		return true
	}
	if n.Low > n.High {
		return false
	}
	if trail != nil {
		*trail = append(*trail, change{id, r})
	}
	s.outer[id] = n
	for _, e := range s.in[id] {
		if e != from {
			s.enqueue(e)
		}
	}
	return true
}

// part is a connected set of undecided cells and the sums among them.
type part struct {
	cells, sums []int
}

func (s *system) free(id int) bool { return s.outer[id].Low < s.outer[id].High }

// components are found over the undecided cells; sums without any are done with.
func (s *system) components() []part {
	done := make([]bool, len(s.outer))
	used := make([]bool, len(s.frame.sums))
	var out []part
	for id := range s.outer {
		if done[id] || !s.free(id) {
			continue
		}
		p := part{cells: []int{id}}
		done[id] = true
		for i := 0; i < len(p.cells); i++ {
			for _, e := range s.in[p.cells[i]] {
				if used[e] {
					continue
				}
				used[e] = true
				p.sums = append(p.sums, e)
				s.frame.sums[e].each(func(c int, _ int64) {
					if !done[c] && s.free(c) {
						done[c] = true
						p.cells = append(p.cells, c)
					}
				})
			}
		}
		slices.Sort(p.sums)
		out = append(out, p)
	}
	return out
}

// each calls fn for every cell of a sum with its sign: parts +1, the whole −1.
func (q *sum) each(fn func(cell int, sign int64)) {
	for _, p := range q.parts {
		fn(p, 1)
	}
	fn(q.whole, -1)
}

// component bounds the wanted cells of one component.
func (s *system) component(p part, want []bool) bool {
	if len(p.sums) == 0 {
		for _, c := range p.cells {
			s.seen[c] = s.outer[c]
		}
		return true
	}
	sums, ok := s.distinct(p.sums)
	if !ok {
		return false
	}
	p.sums = sums
	if !slices.ContainsFunc(p.cells, func(c int) bool { return want[c] }) {
		want = make([]bool, len(want)) // only rounding is open here; whether it fits must still be known
	}
	if n, ok := s.network(p.sums, nil); ok {
		if !n.feasible() {
			return s.spent()
		}
		n.bound(want, exact)
		return true
	}
	return s.general(p, want)
}

// distinct drops sums that say the same of the undecided cells as an earlier one.
// Not ok: two of them contradict each other.
func (s *system) distinct(sums []int) ([]int, bool) {
	constant := map[string]int64{}
	out := make([]int, 0, len(sums))
	type term struct {
		cell int
		sign int64
	}
	var terms []term
	var key []byte
	// Implied sums last, so that a twin of one is not lost from the networks.
	sums = slices.Clone(sums)
	slices.SortStableFunc(sums, func(a, b int) int {
		switch x, y := s.frame.sums[a].implied, s.frame.sums[b].implied; {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	})
	for _, e := range sums {
		terms, key = terms[:0], key[:0]
		var rest int64
		s.frame.sums[e].each(func(c int, sign int64) {
			if s.free(c) {
				terms = append(terms, term{c, sign})
			} else {
				rest += sign * s.outer[c].Low
			}
		})
		slices.SortFunc(terms, func(a, b term) int { return a.cell - b.cell })
		turn := int64(1)
		if len(terms) > 0 {
			turn = terms[0].sign
		}
		for _, t := range terms {
			id := t.cell << 1
			if t.sign*turn < 0 {
				id |= 1
			}
			key = append(key, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
		}
		was, twin := constant[string(key)]
		switch {
		case twin && was != rest*turn:
			return nil, false
		case twin:
			continue
		}
		constant[string(key)] = rest * turn
		out = append(out, e)
	}
	return out, true
}
