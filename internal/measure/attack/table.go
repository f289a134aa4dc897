package attack

import (
	"cmp"
	"slices"
	"strings"

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

// Value is what a cell shows.
type Value struct {
	Kind Kind
	N    int64
}

// Cell is one cell: its member in each dimension of its table, and what it shows.
type Cell struct {
	At []string
	Value
}

// Table is one published table. A member Total stands for the sum over its dimension.
// Cells of the same name in two tables are one unknown. Rules, when given, are those
// that this table was published by; else those of the attack hold.
type Table struct {
	Name  string
	Dims  []string
	Cells []Cell
	Rules *Rules
}

// Hierarchy gives the parts of each parent, by dimension: Hierarchy["trust"]["North"]
// are the trusts of the North. A parent may be Total. Parts of one parent do not overlap.
type Hierarchy map[string]map[string][]string

// Rules say what numbers and marks mean to a reader.
type Rules struct {
	Base     int64 // numbers are rounded to this base, half up; 1: they are exact
	MarkLow  int64 // the least that a mark can stand for
	MarkHigh int64 // the most; Unbounded when the mark also hides larger numbers
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
	case v.Kind == Mark:
		return Range{r.MarkLow, r.MarkHigh}
	case v.Kind == Absent:
		return Range{0, Unbounded}
	case v.N == 0 || r.Base <= 1:
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
	Names    []string // of the cells: "col=a & trust=A"; margins leave their dimension out
	sums     []sum
	shown    []placed // in the order of the tables
	index    map[string]int
	rules    []*Rules // of each table, nil where those of the attack hold
	standing [][]int  // cell → sums, made when first asked for
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
	implied bool // by other sums: kept for narrowing, left out of networks
	block   int  // the table that it comes from
}

// NewFrame checks and joins the tables. Errors (fail.Bad, fail.TooLarge): a cell twice
// in a table, a cell with another number of members than dimensions, a negative or
// too large number, a hierarchy that goes round in a circle, more than the limits.
func NewFrame(tables []Table, h Hierarchy) (*Frame, error) {
	if len(tables) == 0 {
		return nil, fail.New(fail.Bad, "there is no table: give at least one")
	}
	if len(tables) > MaxTables {
		return nil, fail.New(fail.TooLarge, "more than %d tables at once: attack them in groups that share margins", MaxTables)
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	f := &Frame{index: map[string]int{}, rules: make([]*Rules, len(tables))}
	for i, t := range tables {
		f.rules[i] = t.Rules
	}
	seen := map[string]bool{}
	for i := range tables {
		b := &builder{frame: f, table: &tables[i], number: i, hierarchy: h, seen: seen}
		if err := b.build(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// check refuses a parent that is part of itself.
func (h Hierarchy) check() error {
	for dim, parents := range h {
		state := map[string]int{}
		var visit func(p string, depth int) bool
		visit = func(p string, depth int) bool {
			if state[p] == 1 || depth > 100 {
				return false
			}
			if state[p] == 2 {
				return true
			}
			state[p] = 1
			for _, c := range parents[p] {
				if !visit(c, depth+1) {
					return false
				}
			}
			state[p] = 2
			return true
		}
		for p := range parents {
			if !visit(p, 0) {
				return fail.New(fail.Bad, "the hierarchy of %s goes round in a circle at %s", dim, p)
			}
		}
	}
	return nil
}

type builder struct {
	frame     *Frame
	table     *Table
	number    int
	hierarchy Hierarchy
	seen      map[string]bool // sums already in the frame, over all tables
	order     []int           // dimensions by name
	local     map[string]int  // members joined → cell
	members   []map[string]bool
	children  []map[string][]string
}

func (b *builder) build() error {
	t := b.table
	if len(t.Dims) == 0 || len(t.Dims) > MaxDims {
		return fail.New(fail.Bad, "table %s has %d dimensions: give 1 to %d", t.Name, len(t.Dims), MaxDims)
	}
	b.order = make([]int, len(t.Dims))
	for i := range b.order {
		b.order[i] = i
	}
	slices.SortFunc(b.order, func(x, y int) int { return cmp.Compare(t.Dims[x], t.Dims[y]) })
	b.local = make(map[string]int, len(t.Cells))
	b.members = make([]map[string]bool, len(t.Dims))
	for d := range b.members {
		b.members[d] = map[string]bool{}
	}
	for _, c := range t.Cells {
		if err := b.place(c); err != nil {
			return err
		}
	}
	b.children = make([]map[string][]string, len(t.Dims))
	for d := range t.Dims {
		b.children[d] = b.parts(d)
	}
	return b.sums()
}

func (b *builder) place(c Cell) error {
	t := b.table
	if len(c.At) != len(t.Dims) {
		return fail.New(fail.Bad, "a cell of table %s has %d members for %d dimensions", t.Name, len(c.At), len(t.Dims))
	}
	if c.Kind == Number && (c.N < 0 || c.N > MaxCount) {
		return fail.New(fail.Bad, "%s shows a number below 0 or above %d", b.name(c.At), int64(MaxCount))
	}
	key := strings.Join(c.At, "\x00")
	if _, twice := b.local[key]; twice {
		return fail.New(fail.Bad, "%s is there twice in table %s", b.name(c.At), t.Name)
	}
	id, err := b.cell(c.At)
	if err != nil {
		return err
	}
	b.local[key] = id
	for d, m := range c.At {
		b.members[d][m] = true
	}
	if c.Kind != Absent {
		b.frame.shown = append(b.frame.shown, placed{id, b.number, c.Value})
	}
	return nil
}

// CellName is a cell's name over all tables: its dimensions by name, margins left out.
func CellName(dims, at []string) string {
	order := make([]int, len(dims))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(dims[x], dims[y]) })
	return cellName(order, dims, at)
}

func (b *builder) name(at []string) string { return cellName(b.order, b.table.Dims, at) }

func cellName(order []int, dims, at []string) string {
	var s strings.Builder
	for _, d := range order {
		if at[d] == Total {
			continue
		}
		if s.Len() > 0 {
			s.WriteString(" & ")
		}
		s.WriteString(dims[d])
		s.WriteByte('=')
		s.WriteString(at[d])
	}
	if s.Len() == 0 {
		return Total
	}
	return s.String()
}

func (b *builder) cell(at []string) (int, error) {
	f, name := b.frame, b.name(at)
	if id, ok := f.index[name]; ok {
		return id, nil
	}
	if len(f.Names) >= MaxCells {
		return 0, fail.New(fail.TooLarge, "more than %d cells: attack fewer tables at once", MaxCells)
	}
	id := len(f.Names)
	f.index[name] = id
	f.Names = append(f.Names, name)
	return id, nil
}

// parts gives the children of every parent of dimension d that this table can have.
func (b *builder) parts(d int) map[string][]string {
	given := b.hierarchy[b.table.Dims[d]]
	out := map[string][]string{}
	under := map[string]bool{}
	for parent, kids := range given {
		if !b.members[d][parent] {
			continue
		}
		known := slices.ContainsFunc(kids, func(k string) bool { return b.members[d][k] })
		if known {
			out[parent] = slices.Sorted(slices.Values(kids))
		}
		if known && parent != Total {
			for _, k := range kids {
				under[k] = true
			}
		}
	}
	if _, explicit := out[Total]; !explicit && b.members[d][Total] {
		for m := range b.members[d] {
			if m != Total && !under[m] {
				out[Total] = append(out[Total], m)
			}
		}
		slices.Sort(out[Total])
	}
	return out
}

// sums writes the equations of the table.
func (b *builder) sums() error {
	f := b.frame
	along := make([]map[int]int, len(b.table.Dims)) // cell → its sum along each dimension
	at := make([]string, len(b.table.Dims))
	for d := range b.table.Dims {
		along[d] = map[int]int{}
		for _, c := range b.table.Cells {
			kids := b.children[d][c.At[d]]
			if len(kids) == 0 {
				continue
			}
			s := sum{whole: b.local[strings.Join(c.At, "\x00")], block: b.number, parts: make([]int, len(kids))}
			copy(at, c.At)
			for i, k := range kids {
				at[d] = k
				id, err := b.cell(at)
				if err != nil {
					return err
				}
				s.parts[i] = id
			}
			along[d][s.whole] = len(f.sums)
			if key := s.key(); !b.seen[key] {
				b.seen[key] = true
			} else {
				s.parts = nil // a twin of an earlier sum: keeps its number for this table's bookkeeping
			}
			f.sums = append(f.sums, s)
		}
	}
	b.markImplied(along)
	return nil
}

func (s sum) key() string {
	ids := slices.Sorted(slices.Values(s.parts))
	k := make([]byte, 0, 4*len(ids)+4)
	for _, id := range append(ids, s.whole) {
		k = append(k, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	}
	return string(k)
}

// markImplied finds, in a two-way table with a hierarchy on one side, the sums that
// follow from the others: the sum across an inner node's row follows from the rows
// below it and the columns. Without them every cell stands in two sums, which is
// what makes the table a network.
func (b *builder) markImplied(along []map[int]int) {
	if len(along) != 2 {
		return
	}
	deep, flat := 0, 1
	if len(b.children[1]) > len(b.children[0]) {
		deep, flat = 1, 0
	}
	if len(b.children[deep]) < 2 {
		return
	}
	f := b.frame
	for whole, across := range along[flat] {
		down, inner := along[deep][whole]
		if !inner || f.sums[across].parts == nil || f.sums[down].parts == nil {
			continue
		}
		complete := true
		for _, p := range f.sums[down].parts {
			_, ok := along[flat][p]
			complete = complete && ok
		}
		for _, p := range f.sums[across].parts {
			_, ok := along[deep][p]
			complete = complete && ok
		}
		f.sums[across].implied = complete
	}
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

// Hiding is Ranges for a release in the making: the first current tables hold true
// numbers, of which the cells in hide are marked and the others shown as the rules
// round them; the tables after them are published editions, which are known too.
// hidden lists the cells that must not be found: those in hide, and those that the
// editions have hidden so far and no number shows.
func (f *Frame) Hiding(r Rules, current int, hide []bool) (ranges []Range, hidden []int) {
	ranges = make([]Range, len(f.Names))
	for i := range ranges {
		ranges[i] = Range{0, Unbounded}
	}
	number := make([]bool, len(f.Names))
	for _, p := range f.shown {
		v := p.Value
		if p.table < current {
			v.N = r.Round(v.N)
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
