package attack

import (
	"slices"

	"heed/internal/fail"
)

// Limits of what is taken, so that a hostile table cannot fill the memory.
const (
	MaxCells  = 500_000       // over all tables, with the cells that only hierarchies name
	MaxCount  = 1_000_000_000 // of one cell
	MaxDims   = 6
	MaxTables = 200
)

// Total is the member that stands for the sum over a dimension.
const Total = "Total"

// Kind says what a cell shows.
type Kind uint8

// A cell shows nothing, a number, or a mark in a number's place.
const (
	Absent Kind = iota
	Number
	Mark
)

// Value is what a cell shows. A number may be exact where others are rounded, as a
// national total is; a mark may be the second of two kinds.
type Value struct {
	Kind          Kind
	N             int64
	Exact, Second bool
}

// Cell is one cell: its member in each dimension of its table, and what it shows.
type Cell struct {
	At []string
	Value
}

// Table is one published table. A member Total stands for the sum over its dimension,
// of all members that any table has. Cells of the same name in two tables are one unknown. Rules, when given, are those
// that this table was published by; else those of the attack hold.
type Table struct {
	Name  string
	Dims  []string
	Cells []Cell
	Rules *Rules
}

// Hierarchy gives the parts of each parent, by dimension: Hierarchy["trust"]["North"]
// are the trusts of the North. A parent may be Total. Parts of one parent do not overlap;
// parents may (by region and by type).
type Hierarchy map[string]map[string][]string

// Rules say what numbers and marks mean to a reader.
type Rules struct {
	Base     int64 // numbers are rounded to this base, half up; 1: they are exact
	MarkLow  int64 // the least that a mark can stand for
	MarkHigh int64 // the most; Unbounded when the mark also hides larger numbers
	Second   Range // what the second mark stands for; nothing when there is only one
}

// The usual rules. HES: rounded to 5, a mark means 1 to 7. Marked: exact numbers, and
// one mark for primary and secondary suppression.
var (
	HES    = Rules{Base: 5, MarkLow: 1, MarkHigh: 7}
	Marked = Rules{Base: 1, MarkLow: 1, MarkHigh: Unbounded}
)

// shown is what a reader knows of a cell that shows v.
func (r Rules) shown(v Value) Range {
	switch {
	case v.Kind == Mark && v.Second:
		return r.Second
	case v.Kind == Mark:
		return Range{r.MarkLow, r.MarkHigh}
	case v.Kind == Absent:
		return Range{0, Unbounded}
	case v.N == 0 || r.Base <= 1 || v.Exact:
		return Range{v.N, v.N}
	}
	low, high := max(0, v.N-r.Base/2), v.N+(r.Base-1)/2
	if r.MarkHigh < Unbounded {
		low = max(low, r.MarkHigh+1) // what is smaller would have had a mark
	}
	return Range{low, high}
}

// Frame is what a set of tables says without its numbers: the cells, and which are
// sums of which. It is built once and attacked with many patterns of marks.
type Frame struct {
	Names     []string // of the cells: "col=a & trust=A"; margins leave their dimension out
	sums      []sum
	shown     []placed // in the order of the tables
	index     map[string]int
	rules     []*Rules // of each table, nil where those of the attack hold
	standing  [][]int  // cell → sums, made when first asked for
	at        [][]coord
	parts     map[string]map[string][][]string
	hierarchy Hierarchy
	totals    map[string]bool // dimensions of which some table shows a Total
}

type placed struct {
	cell, table int
	Value
}

// of is what a placed value was published by.
func (f *Frame) of(p placed, r Rules) Rules {
	if own := f.rules[p.table]; own != nil {
		return *own
	}
	return r
}

// sum is one equation: cells[whole] = Σ cells[parts].
type sum struct {
	whole   int
	parts   []int
	dim     string // the dimension that is added up
	implied bool   // by other sums: kept for narrowing, left out of networks
	block   int    // the first set of dimensions that holds the parts: tables are taken one by one
}

// NewFrame checks and joins the tables. Errors (fail.Bad): a cell twice
// in a table, a cell with another number of members than dimensions, a negative or
// too large number, a hierarchy that goes round in a circle, a member that sounds like
// a total and is not said to be one, more than the limits.
func NewFrame(tables []Table, h Hierarchy) (*Frame, error) {
	if len(tables) == 0 {
		return nil, fail.New(fail.Bad, "there is no table: give at least one")
	}
	if len(tables) > MaxTables {
		return nil, fail.New(fail.Bad, "more than %d tables at once: attack them in groups that share margins", MaxTables)
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	f := &Frame{hierarchy: h, index: map[string]int{}, rules: make([]*Rules, len(tables))}
	for i, t := range tables {
		f.rules[i] = t.Rules
	}
	a, err := assemble(f, tables, h)
	if err != nil {
		return nil, err
	}
	f.at, f.parts = a.at, a.parts
	f.totals = a.totals
	return f, nil
}

// Ranges is what a reader of all the tables knows at first sight of every cell, and
// which cells are hidden: marked somewhere and shown as a number nowhere. A cell that
// is shown twice is both, so that two editions narrow each other.
func (f *Frame) Ranges(r Rules) (ranges []Range, hidden []int) {
	ranges = make([]Range, len(f.Names))
	for i := range ranges {
		ranges[i] = Range{0, Unbounded}
	}
	const marked, number = 1, 2
	state := make([]uint8, len(f.Names))
	for _, p := range f.shown {
		k := f.of(p, r).shown(p.Value)
		c := &ranges[p.cell]
		c.Low, c.High = max(c.Low, k.Low), min(c.High, k.High)
		if p.Kind == Mark {
			state[p.cell] |= marked
		} else {
			state[p.cell] |= number
		}
	}
	listed := make([]bool, len(f.Names))
	for _, p := range f.shown {
		if state[p.cell] == marked && !listed[p.cell] {
			listed[p.cell] = true
			hidden = append(hidden, p.cell)
		}
	}
	return ranges, hidden
}

// Cell is the number of a cell by its name, -1 when there is none.
func (f *Frame) Cell(name string) int {
	if id, ok := f.index[name]; ok {
		return id
	}
	return -1
}

// Round is the number that the rules show for v.
func (r Rules) Round(v int64) int64 {
	if r.Base <= 1 {
		return v
	}
	return (v + r.Base/2) / r.Base * r.Base
}

// Hiding is Ranges for a release in the making: the first current tables hold the true
// numbers that truth gives, of which the cells in hide are marked and the others shown as the rules
// round them; the tables after them are published editions, which are known too.
// hidden lists the cells that must not be found: those in hide, and those that the
// editions have hidden so far and no number shows.
func (f *Frame) Hiding(r Rules, current int, hide []bool, truth []int64) (ranges []Range, hidden []int) {
	ranges = make([]Range, len(f.Names))
	for i := range ranges {
		ranges[i] = Range{0, Unbounded}
	}
	number := make([]bool, len(f.Names))
	for _, p := range f.shown {
		v := p.Value
		if p.table < current {
			if v.N = truth[p.cell]; !v.Exact {
				v.N = r.Round(v.N)
			}
			if hide[p.cell] {
				v.Kind = Mark
			}
		}
		k := f.of(p, r).shown(v)
		c := &ranges[p.cell]
		c.Low, c.High = max(c.Low, k.Low), min(c.High, k.High)
		number[p.cell] = number[p.cell] || v.Kind == Number
	}
	listed := make([]bool, len(f.Names))
	for _, p := range f.shown {
		secret := p.table < current && hide[p.cell] || p.table >= current && p.Kind == Mark && !number[p.cell]
		if secret && !listed[p.cell] {
			listed[p.cell] = true
			hidden = append(hidden, p.cell)
		}
	}
	return ranges, hidden
}

// Earlier is what the tables from number current on tell by themselves.
func (f *Frame) Earlier(r Rules, current int) []Range {
	ranges := make([]Range, len(f.Names))
	for i := range ranges {
		ranges[i] = Range{0, Unbounded}
	}
	for _, p := range f.shown {
		if p.table >= current {
			k, c := f.of(p, r).shown(p.Value), &ranges[p.cell]
			c.Low, c.High = max(c.Low, k.Low), min(c.High, k.High)
		}
	}
	return ranges
}

// Exact says which cells are shown as they are, whatever the rule.
func (f *Frame) Exact() []bool {
	exact := make([]bool, len(f.Names))
	for _, p := range f.shown {
		exact[p.cell] = exact[p.cell] || p.Exact
	}
	return exact
}

// Marked lists the cells that the tables from number current on hide.
func (f *Frame) Marked(current int) (cells []int) {
	for _, p := range f.shown {
		if p.table >= current && p.Kind == Mark {
			cells = append(cells, p.cell)
		}
	}
	return cells
}

// Truth gives the true number of every cell of the current tables, −1 for others.
func (f *Frame) Truth(current int) []int64 {
	t := make([]int64, len(f.Names))
	for i := range t {
		t[i] = -1
	}
	for _, p := range f.shown {
		if p.table < current && p.Kind == Number {
			t[p.cell] = p.N
		}
	}
	return t
}

// Alone gives what each sum says of its cells by itself, where it fits at all: what is
// left to a reader who takes marks for less than they hide and stumbles over some of them.
func (f *Frame) Alone(ranges []Range) []Range {
	out := slices.Clone(ranges)
	s := newSystem(f, ranges, nil, 0)
	for e := range f.sums {
		var trail []change
		fits := s.narrow(e, &trail)
		fits = fits && s.narrow(e, &trail) // the second look uses what the first has narrowed
		for i := len(trail) - 1; i >= 0; i-- {
			c := trail[i]
			if fits {
				out[c.id].Low = max(out[c.id].Low, s.outer[c.id].Low)
				out[c.id].High = min(out[c.id].High, s.outer[c.id].High)
			}
			s.outer[c.id] = c.was
		}
		s.drop()
	}
	return out
}
