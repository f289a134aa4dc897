package attack

import "slices"

// maxExtensions is how many networks are rebuilt to carry an extreme of one table
// into the tables linked with it.
const maxExtensions = 3000

// extender carries single cells to their outer bounds, and asks the linked networks
// whether they can follow.
type extender struct {
	s      *system
	nets   [][]int
	value  []int64 // by cell: the whole solution that is changed and restored
	shared []bool  // by cell: stands in more than one network
	within [][]int // shared cell → its networks
	left   int
}

func (s *system) extend(nets [][]int, base solution, want []bool) {
	x := &extender{s: s, nets: nets, value: base.hints(len(s.outer)), left: maxExtensions}
	x.shared = make([]bool, len(s.outer))
	x.within = make([][]int, len(s.outer))
	for c := range s.shared(nets) {
		x.shared[c] = true
	}
	for i, sums := range nets {
		for _, e := range sums {
			s.frame.sums[e].each(func(c int, _ int64) {
				if x.shared[c] && !slices.Contains(x.within[c], i) {
					x.within[c] = append(x.within[c], i)
				}
			})
		}
	}
	hints := s.hint
	defer func() { s.hint = hints }()
	s.hint = x.value
	for i := range nets {
		for _, down := range []bool{true, false} {
			x.drive(i, want, down)
		}
	}
}

// drive takes the open cells of one network to one end, each from the solution again.
func (x *extender) drive(i int, want []bool, down bool) {
	for k := 0; x.left > 0 && !x.s.spent(); k++ {
		n, ok := x.s.network(x.nets[i], nil)
		x.left--
		if !ok || !n.feasible() {
			return
		}
		if k = n.nextOpen(k, want, down); k < 0 {
			return
		}
		if !n.stretch(k, down) {
			x.follow(i, n)
		}
	}
}

// nextOpen is the first arc from k on whose bound is wanted and not yet attained.
func (n *network) nextOpen(k int, want []bool, down bool) int {
	for ; k < len(n.cells); k++ {
		c := n.cells[k]
		o, w := n.s.outer[c], n.s.seen[c]
		if want[c] && (down && w.Low > o.Low || !down && w.High < o.High) {
			return k
		}
	}
	return -1
}

// follow carries the flow of network i into the others. When all can follow, the values
// are those of a whole solution.
func (x *extender) follow(i int, n *network) {
	s := x.s
	was := make(map[int]int64)
	var touched []int
	for a, c := range n.cells {
		if x.shared[c] && n.flow[a] != x.value[c] {
			was[c] = x.value[c]
			x.value[c] = n.flow[a]
			for _, j := range x.within[c] {
				if j != i && !slices.Contains(touched, j) {
					touched = append(touched, j)
				}
			}
		}
	}
	defer func() {
		for c, v := range was {
			x.value[c] = v
		}
	}()
	held := func(c int) (int64, bool) { return x.value[c], x.shared[c] }
	others := make([]*network, 0, len(touched))
	for _, j := range touched {
		x.left--
		m, ok := s.network(x.nets[j], held)
		if !ok || !m.feasible() {
			return
		}
		others = append(others, m)
	}
	for _, m := range append(others, n) {
		for a, c := range m.cells {
			s.see(c, m.flow[a])
		}
	}
}
