package attack

// searcher goes through the values of a component's cells, narrowing after each choice.
type searcher struct {
	s      *system
	p      part
	prefer solution
	trail  []change
	left   int // steps that this search may still take
	gaveUp bool
	result solution
}

// firstSolution searches for any whole solution. none: there is certainly none.
func (s *system) firstSolution(p part) (v solution, found, none bool) {
	if len(p.cells) > MaxSearch {
		return nil, false, false
	}
	v, gaveUp := s.search(p, -1, Range{}, nil, max(1, s.limit-s.steps))
	if v != nil {
		s.keep(p, v)
		return v, true, false
	}
	return nil, false, !gaveUp
}

// closeGaps proves both ends of every wanted cell, or moves them, while steps last:
// share for each search, the limit for all.
func (s *system) closeGaps(p part, base solution, want []bool, share int) bool {
	for _, c := range p.cells {
		if !want[c] {
			continue
		}
		for s.outer[c].Low < s.seen[c].Low && s.steps < s.limit {
			o := s.outer[c]
			mid := o.Low + (s.seen[c].Low-1-o.Low)/2
			v, gaveUp := s.search(p, c, Range{o.Low, mid}, base, min(share, s.limit-s.steps))
			if gaveUp {
				break
			}
			if v != nil {
				s.keep(p, v)
			} else if !s.raise(c, Range{mid + 1, o.High}) {
				return false
			}
		}
		for s.outer[c].High > s.seen[c].High && s.steps < s.limit {
			o := s.outer[c]
			top := o.High
			if top >= Unbounded {
				top = s.ceiling(p)
				if s.seen[c].High > top/2 { // so far above all that is given that nothing limits it
					s.seen[c].High = Unbounded
					break
				}
			}
			mid := top - (top-s.seen[c].High-1)/2
			v, gaveUp := s.search(p, c, Range{mid, o.High}, base, min(share, s.limit-s.steps))
			if gaveUp {
				break
			}
			if v != nil {
				s.keep(p, v)
			} else if !s.raise(c, Range{o.Low, mid - 1}) {
				return false
			}
		}
	}
	return true
}

// raise narrows a cell for good.
func (s *system) raise(c int, r Range) bool {
	return s.tighten(c, r, -1, nil) && s.propagate()
}

// ceiling is more than any cell can need when something limits it: four times all
// that the component's sums and bounds name.
func (s *system) ceiling(p part) int64 {
	total := int64(10)
	for _, e := range p.sums {
		s.frame.sums[e].each(func(c int, _ int64) {
			total += s.outer[c].Low
			if s.outer[c].High < Unbounded {
				total += s.outer[c].High - s.outer[c].Low
			}
		})
	}
	return 4 * total
}

// search looks for a whole solution with cell c in r (c < 0: any).
func (s *system) search(p part, c int, r Range, prefer solution, steps int) (v solution, gaveUp bool) {
	x := &searcher{s: s, p: p, prefer: prefer, left: steps}
	top := s.ceiling(p)
	ok := true
	for _, id := range p.cells {
		if ok && s.outer[id].High >= Unbounded {
			ok = s.tighten(id, Range{0, top}, -1, &x.trail)
		}
	}
	if ok && c >= 0 {
		ok = s.tighten(c, r, -1, &x.trail)
	}
	if ok && x.settle() {
		x.deepen()
	} else {
		s.drop()
	}
	x.back(0)
	return x.result, x.gaveUp
}

// drop forgets what was still to be narrowed.
func (s *system) drop() {
	for _, e := range s.queue {
		s.queued[e] = false
	}
	s.queue = s.queue[:0]
}

// settle narrows until nothing moves.
func (x *searcher) settle() bool {
	s := x.s
	for len(s.queue) > 0 {
		e := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		s.queued[e] = false
		x.left--
		s.steps++
		if !s.narrow(e, &x.trail) {
			s.drop()
			return false
		}
		if x.left <= 0 {
			x.gaveUp = true
			s.drop()
			return false
		}
	}
	return true
}

func (x *searcher) back(to int) {
	for len(x.trail) > to {
		c := x.trail[len(x.trail)-1]
		x.trail = x.trail[:len(x.trail)-1]
		x.s.outer[c.id] = c.was
	}
}

// deepen halves the range of the tightest undecided cell, the preferred half first.
func (x *searcher) deepen() bool {
	s := x.s
	best, width := -1, Unbounded
	for _, c := range x.p.cells {
		if w := s.outer[c].High - s.outer[c].Low; w > 0 && w < width {
			best, width = c, w
		}
	}
	if best < 0 {
		x.result = solution{}
		for _, c := range x.p.cells {
			x.result[c] = s.outer[c].Low
		}
		return true
	}
	r := s.outer[best]
	mid := r.Low + (r.High-r.Low)/2
	halves := [2]Range{{r.Low, mid}, {mid + 1, r.High}}
	if v, ok := x.prefer[best]; ok && v > mid {
		halves[0], halves[1] = halves[1], halves[0]
	}
	for _, h := range halves {
		at := len(x.trail)
		if s.tighten(best, h, -1, &x.trail) && x.settle() && x.deepen() {
			return true
		}
		s.drop()
		x.back(at)
		if x.gaveUp {
			return false
		}
	}
	return false
}
