package attack

import "container/heap"

// Graph is one table of a frame as a network of its sums, for choosing which further
// cells to hide: a cell is safe when a cycle of hidden cells runs through it, along
// which a true table can be changed into another.
type Graph struct {
	from, to map[int]int // cell → node
	out      map[int][]edge
}

type edge struct {
	cell, to int
	rise     bool // going this way the cell grows
}

// Graphs makes a graph of every table; nil where a table is no network.
func (f *Frame) Graphs() []*Graph {
	blocks := map[int][]int{}
	last := 0
	for i, e := range f.sums {
		blocks[e.block] = append(blocks[e.block], i)
		last = max(last, e.block)
	}
	// Every cell open, so that the network is that of the whole table.
	ranges := make([]Range, len(f.Names))
	for i := range ranges {
		ranges[i] = Range{0, Unbounded}
	}
	s := newSystem(f, ranges, nil, 0)
	var out []*Graph
	for b := range last + 1 {
		n, ok := s.network(blocks[b], nil)
		if !ok || len(blocks[b]) == 0 {
			out = append(out, nil)
			continue
		}
		g := &Graph{from: map[int]int{}, to: map[int]int{}, out: map[int][]edge{}}
		for a, c := range n.cells {
			u, v := n.from[a], n.to[a]
			g.from[c], g.to[c] = u, v
			g.out[u] = append(g.out[u], edge{c, v, true})
			g.out[v] = append(g.out[v], edge{c, u, false})
		}
		out = append(out, g)
	}
	return out
}

// Holds says whether the cell is in the graph.
func (g *Graph) Holds(cell int) bool {
	_, ok := g.from[cell]
	return ok
}

// Cycle finds the cheapest set of cells along which the cell can rise (or fall) when
// the others balance it. cost is that of hiding a cell, 0 for one that is hidden
// already, negative for one that must stay; may says whether a cell can rise or fall.
func (g *Graph) Cycle(cell int, rise bool, cost func(int) int64, may func(cell int, rise bool) bool) (cells []int,
	price int64, ok bool) {
	start, goal := g.to[cell], g.from[cell]
	if !rise {
		start, goal = goal, start
	}
	if start == goal || !may(cell, rise) {
		return nil, 0, false
	}
	type step struct{ node, cell int }
	best := map[int]int64{start: 0}
	back := map[int]step{}
	q := &queue{{start, 0}}
	for q.Len() > 0 {
		at := heap.Pop(q).(item)
		if at.cost > best[at.node] {
			continue
		}
		if at.node == goal {
			for n := goal; n != start; n = back[n].node {
				cells = append(cells, back[n].cell)
			}
			return cells, at.cost, true
		}
		for _, e := range g.out[at.node] {
			c := cost(e.cell)
			if e.cell == cell || c < 0 || !may(e.cell, e.rise) {
				continue
			}
			if was, seen := best[e.to]; !seen || at.cost+c < was {
				best[e.to] = at.cost + c
				back[e.to] = step{at.node, e.cell}
				heap.Push(q, item{e.to, at.cost + c})
			}
		}
	}
	return nil, 0, false
}

type item struct {
	node int
	cost int64
}

type queue []item

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].cost < q[j].cost }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(item)) }
func (q *queue) Pop() any {
	x := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return x
}

// Sums gives, for every sum that the cell stands in, all cells of that sum.
func (f *Frame) Sums(cell int) [][]int {
	if f.standing == nil {
		f.standing = make([][]int, len(f.Names))
		for i := range f.sums {
			f.sums[i].each(func(c int, _ int64) {
				f.standing[c] = append(f.standing[c], i)
			})
		}
	}
	out := make([][]int, 0, len(f.standing[cell]))
	for _, e := range f.standing[cell] {
		out = append(out, append([]int{f.sums[e].whole}, f.sums[e].parts...))
	}
	return out
}
