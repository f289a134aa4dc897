package attack

import "slices"

// network is a component, or part of one, as a flow network: a node for each sum, an
// arc for each undecided cell from the sum that it leaves to the sum that it enters;
// node 0 closes the arcs that stand in one sum only.
type network struct {
	s     *system
	cells []int // arc → cell
	from  []int
	to    []int
	flow  []int64
	low   []int64
	high  []int64
	need  []int64 // node → what must still flow in
	out   [][]int // node → arcs, 2·arc forward from it, 2·arc+1 backward into it

	least []int64 // flows met while bounding
	most  []int64

	prev  []int // search: residual arc by which a node was reached
	mark  []int
	round int
	list  []int
}

// place is where a cell stands: the node of a sum, and its sign there.
type place struct {
	node int
	sign int64
}

// network makes one from the given sums, implied ones left out. fixed, when not nil,
// says which cells keep their hint (as whole solutions being extended do). It is not
// ok when a cell stands in more than two sums, or in two with the same sign whichever
// way the sums are turned.
func (s *system) network(sums []int, fixed func(cell int) (int64, bool)) (*network, bool) {
	n := &network{s: s}
	n.need = append(n.need, 0)
	at := s.places
	var order []int
	defer func() {
		for _, c := range order {
			at[c] = at[c][:0]
		}
	}()
	for _, e := range sums {
		q := &s.frame.sums[e]
		if q.implied {
			continue
		}
		node, need, crowded := len(n.need), int64(0), false
		q.each(func(c int, sign int64) {
			if v, ok := s.decided(c, fixed); ok {
				need -= sign * v
				return
			}
			if len(at[c]) == 0 {
				order = append(order, c)
			}
			crowded = crowded || len(at[c]) == 2
			at[c] = append(at[c], place{node, sign})
		})
		if crowded {
			return nil, false
		}
		n.need = append(n.need, need)
	}
	// Turn the sums so that every cell leaves one and enters another.
	nodes := len(n.need)
	beside := make([][]place, nodes)
	for _, c := range order {
		if ps := at[c]; len(ps) == 2 {
			same := ps[0].sign * ps[1].sign
			beside[ps[0].node] = append(beside[ps[0].node], place{ps[1].node, -same})
			beside[ps[1].node] = append(beside[ps[1].node], place{ps[0].node, -same})
		}
	}
	turn := make([]int64, nodes)
	for start := 1; start < nodes; start++ {
		if turn[start] != 0 {
			continue
		}
		turn[start] = 1
		stack := []int{start}
		for len(stack) > 0 {
			u := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, b := range beside[u] {
				t := turn[u] * b.sign
				if turn[b.node] == 0 {
					turn[b.node] = t
					stack = append(stack, b.node)
				} else if turn[b.node] != t {
					return nil, false
				}
			}
		}
	}
	for v := 1; v < nodes; v++ {
		n.need[v] *= turn[v]
		n.need[0] -= n.need[v]
	}
	n.out = make([][]int, nodes)
	for _, c := range order {
		u, v := 0, 0
		for _, p := range at[c] {
			if p.sign*turn[p.node] > 0 {
				v = p.node
			} else {
				u = p.node
			}
		}
		n.arc(c, u, v)
	}
	n.prev = make([]int, nodes)
	n.mark = make([]int, nodes)
	s.spend(16 * len(n.cells)) // building one costs more than going through it
	return n, true
}

// decided says whether a cell's value is settled: by its bounds or by fixed.
func (s *system) decided(c int, fixed func(int) (int64, bool)) (int64, bool) {
	if !s.free(c) {
		return s.outer[c].Low, true
	}
	if fixed != nil {
		return fixed(c)
	}
	return 0, false
}

func (n *network) arc(cell, u, v int) {
	r := n.s.outer[cell]
	a := len(n.cells)
	n.cells = append(n.cells, cell)
	n.from, n.to = append(n.from, u), append(n.to, v)
	n.low, n.high = append(n.low, r.Low), append(n.high, r.High)
	start := r.Low
	if n.s.hint != nil && n.s.hint[cell] >= 0 {
		start = min(max(n.s.hint[cell], r.Low), r.High)
	}
	n.flow = append(n.flow, start)
	n.need[v] -= start
	n.need[u] += start
	n.out[u] = append(n.out[u], 2*a)
	n.out[v] = append(n.out[v], 2*a+1)
}

// room is what can still go along a residual arc.
func (n *network) room(r int) int64 {
	a := r >> 1
	if r&1 == 0 {
		if n.high[a] >= Unbounded {
			return Unbounded
		}
		return n.high[a] - n.flow[a]
	}
	return n.flow[a] - n.low[a]
}

func (n *network) end(r int) int {
	if r&1 == 0 {
		return n.to[r>>1]
	}
	return n.from[r>>1]
}

// reach looks for the shortest residual path from u to a node that stop accepts,
// without arc skip; -1 when there is none, or when the steps are used up.
func (n *network) reach(u, skip int, stop func(int) bool) int {
	n.round++
	n.mark[u] = n.round
	n.prev[u] = -1
	n.list = append(n.list[:0], u)
	if n.s.spent() {
		return -1
	}
	for i := 0; i < len(n.list); i++ {
		x := n.list[i]
		n.s.spend(len(n.out[x]))
		for _, r := range n.out[x] {
			if r>>1 == skip || n.room(r) <= 0 {
				continue
			}
			y := n.end(r)
			if n.mark[y] == n.round {
				continue
			}
			n.mark[y] = n.round
			n.prev[y] = r
			if stop(y) {
				return y
			}
			n.list = append(n.list, y)
		}
	}
	return -1
}

// width is the room of the path found by reach, at most limit.
func (n *network) width(v int, limit int64) int64 {
	for r := n.prev[v]; r >= 0; {
		limit = min(limit, n.room(r))
		r = n.prev[n.end(r^1)]
	}
	return limit
}

// push sends amount along the path found by reach.
func (n *network) push(v int, amount int64) {
	for r := n.prev[v]; r >= 0; {
		n.move(r>>1, amount-2*amount*int64(r&1))
		r = n.prev[n.end(r^1)]
	}
}

// feasible looks for one flow that meets every need. False: there is none, or the steps
// were used up before one was found.
func (n *network) feasible() bool {
	for u := range n.need {
		for n.need[u] < 0 {
			v := n.reach(u, -1, func(x int) bool { return n.need[x] > 0 })
			if v < 0 {
				return false
			}
			amount := n.width(v, min(-n.need[u], n.need[v]))
			n.push(v, amount)
			n.need[u] += amount
			n.need[v] -= amount
		}
	}
	for _, x := range n.need {
		if x != 0 {
			return false
		}
	}
	return true
}

// move changes the flow of an arc, and keeps what was met.
func (n *network) move(a int, by int64) {
	n.flow[a] += by
	if n.least != nil {
		n.least[a], n.most[a] = min(n.least[a], n.flow[a]), max(n.most[a], n.flow[a])
	}
}

// What the flows of a network stand for while bounding.
type meaning uint8

const (
	exact   meaning = iota // solutions of everything, and every solution is such a flow
	relaxed                // every solution is such a flow: bounds hold from outside
	partial                // solutions of everything, but not all of them: values are seen
)

// bound finds the least and greatest flow of every wanted arc (want nil: of all).
func (n *network) bound(want []bool, m meaning) {
	n.least, n.most = slices.Clone(n.flow), slices.Clone(n.flow)
	for a, c := range n.cells {
		if want != nil && !want[c] {
			continue
		}
		endless := n.most[a] < n.high[a] && n.stretch(a, false)
		if n.least[a] > n.low[a] {
			n.stretch(a, true)
		}
		if n.s.spent() {
			break // this arc may go further
		}
		high := n.most[a]
		if endless {
			high = Unbounded
		}
		if m != partial {
			r := &n.s.outer[c]
			r.Low, r.High = max(r.Low, n.least[a]), min(r.High, high)
		}
		if m != relaxed {
			n.s.see(c, high)
		}
	}
	if m != relaxed {
		for a, c := range n.cells {
			n.s.see(c, n.least[a])
			n.s.see(c, n.most[a])
		}
	}
}

// stretch drives arc a as high (or as low) as it goes. True: there is no end.
func (n *network) stretch(a int, down bool) bool {
	u, v := n.from[a], n.to[a]
	start, goal, dir := v, u, int64(1)
	left := Unbounded
	if n.high[a] < Unbounded {
		left = n.high[a] - n.flow[a]
	}
	if down {
		start, goal, dir = u, v, -1
		left = n.flow[a] - n.low[a]
	}
	if start == goal { // the arc stands in no other sum
		if left >= Unbounded/2 {
			return true
		}
		n.move(a, dir*left)
		return false
	}
	for left > 0 {
		end := n.reach(start, a, func(x int) bool { return x == goal })
		if end < 0 {
			return false
		}
		amount := n.width(end, left)
		if amount >= Unbounded/2 {
			return true
		}
		n.push(end, amount)
		n.move(a, dir*amount)
		left -= amount
	}
	return false
}
