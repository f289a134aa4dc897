package attack

import (
	"slices"
)

// MaxSearch is the largest number of undecided cells that are searched when they are
// not a network: beyond it ranges that the relaxations leave open are "not proven".
const MaxSearch = 600

// general bounds a component that is not a network, such as linked or three-way
// tables. From outside: every solution is a flow in each network that some of its
// sums make. From inside: whole solutions. Where both meet, the bound is proven.
func (s *system) general(p part, want []bool) bool {
	nets := s.cover(p.sums)
	for range 4 {
		moved, fits := s.relax(p, nets, want)
		if !fits {
			return false
		}
		if !moved {
			break
		}
	}
	base, found := s.join(p, nets)
	if !found {
		var none bool
		if base, found, none = s.firstSolution(p); none {
			return false
		}
	}
	if !found {
		return true // nothing proven: the ranges stand as outer bounds
	}
	s.inside(p, nets, base, want)
	if len(p.cells) <= MaxSearch {
		// What one round narrows helps the next: first with few steps for each cell.
		for _, share := range []int{s.limit / 400, s.limit / 20} {
			if !s.program(p, want) || !s.closeGaps(p, base, want, max(2000, share)) {
				return false
			}
		}
		return true
	}
	s.extend(nets, base, want)
	return true
}

// relax bounds the cells from outside by each network. It says whether a bound moved.
func (s *system) relax(p part, nets [][]int, want []bool) (moved, fits bool) {
	all := want
	if len(p.cells) <= MaxSearch {
		all = nil
	}
	before := make([]Range, len(p.cells))
	for i, c := range p.cells {
		before[i] = s.outer[c]
	}
	for _, sums := range nets {
		n, ok := s.network(sums, nil)
		if !ok {
			continue // cells settled meanwhile cannot make it worse, so this does not happen
		}
		if !n.feasible() {
			return false, s.spent()
		}
		n.bound(all, relaxed)
	}
	for i, c := range p.cells {
		if s.outer[c] != before[i] {
			moved = true
			for _, e := range s.in[c] {
				s.enqueue(e)
			}
		}
	}
	return moved, s.propagate()
}

// cover parts the sums into sets that are networks each: first table by table, then
// greedily within a table.
func (s *system) cover(sums []int) [][]int {
	byBlock := map[int][]int{}
	var blocks []int
	for _, e := range sums {
		b := s.frame.sums[e].block
		if byBlock[b] == nil {
			blocks = append(blocks, b)
		}
		byBlock[b] = append(byBlock[b], e)
	}
	slices.Sort(blocks)
	var out [][]int
	for _, b := range blocks {
		rest := byBlock[b]
		if _, ok := s.network(rest, nil); ok {
			out = append(out, rest)
			continue
		}
		for len(rest) > 0 {
			var taken []int
			taken, rest = s.pickNetwork(rest)
			out = append(out, taken)
		}
	}
	return out
}

// pickNetwork takes sums one after the other while they still make a network.
func (s *system) pickNetwork(sums []int) (taken, rest []int) {
	stands := map[int][]place{} // cell → taken sums
	parent := map[int]int{}     // union of sums, with the turn relative to the parent
	turn := map[int]int64{}
	var root func(e int) (int, int64)
	root = func(e int) (int, int64) {
		if parent[e] == e {
			return e, 1
		}
		r, t := root(parent[e])
		parent[e], turn[e] = r, t*turn[e]
		return r, turn[e]
	}
	for _, e := range sums {
		q := &s.frame.sums[e]
		fits := true
		asked := map[int]int64{} // root → turn of e relative to it
		q.each(func(c int, sign int64) {
			if !s.free(c) || !fits {
				return
			}
			ps := stands[c]
			if len(ps) == 2 {
				fits = false
				return
			}
			if len(ps) == 1 {
				r, t := root(ps[0].node)
				t *= -ps[0].sign * sign
				if was, ok := asked[r]; ok && was != t {
					fits = false
				}
				asked[r] = t
			}
		})
		if !fits {
			rest = append(rest, e)
			continue
		}
		taken = append(taken, e)
		parent[e], turn[e] = e, 1
		for r, t := range asked {
			parent[r], turn[r] = e, t
		}
		q.each(func(c int, sign int64) {
			if s.free(c) {
				stands[c] = append(stands[c], place{e, sign})
			}
		})
	}
	return taken, rest
}

// solution is a value for every cell of a component, by cell.
type solution map[int]int64

// fixed makes the values of some cells fixed.
func (v solution) fixed(c int) (int64, bool) {
	x, ok := v[c]
	return x, ok
}

// join looks for a whole solution network by network, each keeping what the ones
// before it settled.
func (s *system) join(p part, nets [][]int) (solution, bool) {
	v := solution{}
	for _, sums := range nets {
		n, ok := s.network(sums, v.fixed)
		if !ok || !n.feasible() {
			return nil, false
		}
		for a, c := range n.cells {
			v[c] = n.flow[a]
		}
	}
	return v, s.keep(p, v)
}

// keep checks a solution against every sum of the component and notes its values.
func (s *system) keep(p part, v solution) bool {
	for _, e := range p.sums {
		var total int64
		s.frame.sums[e].each(func(c int, sign int64) {
			x := s.outer[c].Low
			if y, ok := v[c]; ok {
				x = y
			}
			total += sign * x
		})
		if total != 0 {
			return false
		}
	}
	for c, x := range v {
		if x < s.outer[c].Low || x > s.outer[c].High {
			return false
		}
	}
	for c, x := range v {
		s.see(c, x)
	}
	return true
}

// inside widens what is seen: within one network, with the cells that it shares with
// others held at the solution, every flow is a whole solution.
func (s *system) inside(p part, nets [][]int, base solution, want []bool) {
	shared := s.shared(nets)
	hints := s.hint
	s.hint = base.hints(len(s.outer))
	for _, sums := range nets {
		n, ok := s.network(sums, func(c int) (int64, bool) { return base[c], shared[c] })
		if ok && n.feasible() {
			n.bound(want, partial)
		}
	}
	s.hint = hints
}

func (v solution) hints(cells int) []int64 {
	h := make([]int64, cells)
	for c, x := range v {
		h[c] = x
	}
	return h
}

// shared are the cells that stand in more than one of the networks.
func (s *system) shared(nets [][]int) map[int]bool {
	owner := map[int]int{}
	shared := map[int]bool{}
	for i, sums := range nets {
		for _, e := range sums {
			s.frame.sums[e].each(func(c int, _ int64) {
				if o, ok := owner[c]; ok && o != i {
					shared[c] = true
				}
				owner[c] = i
			})
		}
	}
	return shared
}
