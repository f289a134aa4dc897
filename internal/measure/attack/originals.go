package attack

// Originals goes through whole tables that fit the ranges, from the middle of each, and
// hands each (a value for every cell) to fn until that says stop or most were seen.
// complete: there are no others. The order comes from what is published alone.
func (f *Frame) Originals(ranges []Range, most int, fn func(values []int64) (more bool)) (complete bool) {
	s := newSystem(f, ranges, nil, 1<<40)
	for i := range f.sums {
		s.enqueue(i)
	}
	if !s.propagate() {
		return true
	}
	x := &searcher{s: s, left: 1 << 40}
	free := make([]int, 0, len(ranges))
	for id, r := range s.outer {
		if r.High >= Unbounded {
			return false // nothing limits it
		}
		if r.Low < r.High {
			free = append(free, id)
		}
	}
	more := true
	var walk func(k int)
	walk = func(k int) {
		for k < len(free) && !s.free(free[k]) {
			k++
		}
		if k == len(free) {
			values := make([]int64, len(s.outer))
			for id, r := range s.outer {
				values[id] = r.Low
			}
			most--
			more = fn(values)
			return
		}
		id := free[k]
		r := s.outer[id]
		v := r.Low + (r.High-r.Low)/2
		for step := int64(1); v >= r.Low && v <= r.High; step++ {
			if !more || most <= 0 {
				complete = false
				return
			}
			at := len(x.trail)
			if s.tighten(id, Range{v, v}, -1, &x.trail) && x.settle() {
				walk(k + 1)
			}
			s.drop()
			x.back(at)
			if step%2 == 1 { // one above, one below, two above …
				v += step
			} else {
				v -= step
			}
		}
	}
	complete = true
	walk(0)
	return complete
}
