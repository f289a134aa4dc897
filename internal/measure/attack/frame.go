package attack

import (
	"cmp"
	"slices"
	"strings"

	"heed/internal/fail"
)

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
		return 0, fail.New(fail.Bad, "more than %d cells: attack fewer tables at once", MaxCells)
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
		var tops []string
		for m := range b.members[d] {
			if m != Total && !under[m] {
				tops = append(tops, m)
			}
		}
		out[Total] = apart(given, tops)
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

// apart leaves out members that others hold already, such as year to date beside the
// year. Nothing is left when two of them overlap in part: then no sum is claimed.
func apart(parts map[string][]string, tops []string) []string {
	slices.Sort(tops)
	leaves := make([]map[string]bool, len(tops))
	for i, m := range tops {
		leaves[i] = map[string]bool{}
		var walk func(m string)
		walk = func(m string) {
			if len(parts[m]) == 0 {
				leaves[i][m] = true
			}
			for _, c := range parts[m] {
				walk(c)
			}
		}
		walk(m)
	}
	owners := map[string][]int{}
	for i := range tops {
		for l := range leaves[i] {
			owners[l] = append(owners[l], i)
		}
	}
	var out []string
	for i, m := range tops {
		common := map[int]int{} // other top → leaves in common
		for l := range leaves[i] {
			for _, j := range owners[l] {
				if j != i {
					common[j]++
				}
			}
		}
		inside := false
		for j, n := range common {
			switch {
			case n == len(leaves[i]) && (n < len(leaves[j]) || i > j):
				inside = true
			case n < len(leaves[i]) && n < len(leaves[j]):
				return nil
			}
		}
		if !inside {
			out = append(out, m)
		}
	}
	return out
}
