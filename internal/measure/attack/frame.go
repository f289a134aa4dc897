package attack

import (
	"cmp"
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/plain"
)

// coord is one member of a dimension; a cell is where its coords meet. Total has none.
type coord struct{ dim, member string }

// assembly makes a frame of all tables together. Which file a cell stands in says
// nothing: files with the same dimension speak of the same members, a row in one may
// be the sum of rows in another, and Total is the sum of all members anywhere.
type assembly struct {
	frame     *Frame
	hierarchy Hierarchy
	level     map[string]string                // a dimension that holds only parents of another → that one
	members   map[string]map[string]bool       // dimension → its members anywhere, without Total
	parts     map[string]map[string][][]string // dimension → parent → its partitions
	over      map[string]map[string][]string   // dimension → member → its parents
	at        [][]coord                        // cell → its coords by dimension
	above     map[string]bool                  // names of cells that have a shown cell in or below them
	groups    [][]coord                        // where those of a group stand
	spaces    [][]string                       // the dimensions that tables have, each set once
	further   map[string][]string              // set of dimensions → those along which its cells can be sums
	along     map[string]map[int]int           // dimension → cell → its first sum along it
	totals    map[string]bool                  // dimensions of which some table shows a Total
	overlap   map[string]bool                  // dimensions whose groups overlap, so that their leaves matter
}

func assemble(f *Frame, tables []Table, h Hierarchy) (*assembly, error) {
	a := &assembly{
		frame: f, hierarchy: h, members: map[string]map[string]bool{}, parts: map[string]map[string][][]string{},
		over: map[string]map[string][]string{}, above: map[string]bool{}, further: map[string][]string{},
		along: map[string]map[int]int{}, totals: map[string]bool{}, overlap: map[string]bool{},
	}
	a.level = h.levels(tables)
	for i := range tables {
		if err := a.read(&tables[i]); err != nil {
			return nil, err
		}
	}
	if err := a.relate(); err != nil {
		return nil, err
	}
	if err := a.number(tables); err != nil {
		return nil, err
	}
	for i := range tables {
		if err := a.place(&tables[i], i); err != nil {
			return nil, err
		}
	}
	for _, at := range a.at {
		a.climb(at)
	}
	// A group that no table shows can be worked out from its parts, so it is a cell too.
	if err := a.make(a.groups); err != nil {
		return nil, err
	}
	for id := 0; id < len(f.Names); id++ { // the list grows by parts that no table shows
		if err := a.expand(id); err != nil {
			return nil, err
		}
	}
	for _, s := range a.spaces {
		a.markImplied(s)
	}
	return a, nil
}

// dim is the dimension that one of a table's belongs to.
func (a *assembly) dim(name string) string {
	if up, ok := a.level[name]; ok {
		return up
	}
	return name
}

func dimensions(t *Table) string { return plain.Count(len(t.Dims), "dimension", "dimensions") }

// read checks a table and collects its members.
func (a *assembly) read(t *Table) error {
	if len(t.Dims) == 0 || len(t.Dims) > MaxDims {
		return fail.New(fail.Bad, "table %s has %s: give 1 to %d", t.Name, dimensions(t), MaxDims)
	}
	space := make([]string, len(t.Dims))
	for d, name := range t.Dims {
		space[d] = a.dim(name)
		if a.members[space[d]] == nil {
			a.members[space[d]] = map[string]bool{}
		}
	}
	for _, c := range t.Cells {
		if len(c.At) != len(t.Dims) {
			return fail.New(fail.Bad, "a cell of table %s has %s for %s", t.Name,
				plain.Count(len(c.At), "member", "members"), dimensions(t))
		}
		for d, m := range c.At {
			if m == Total {
				a.totals[space[d]] = true
			} else {
				a.members[space[d]][m] = true
			}
		}
	}
	slices.Sort(space)
	if !slices.ContainsFunc(a.spaces, func(s []string) bool { return slices.Equal(s, space) }) {
		a.spaces = append(a.spaces, space)
	}
	return nil
}

// coords are where a cell of a table stands.
func (a *assembly) coords(t *Table, c Cell) []coord {
	var at []coord
	for d, m := range c.At {
		if m != Total {
			at = append(at, coord{a.dim(t.Dims[d]), m})
		}
	}
	slices.SortFunc(at, func(x, y coord) int { return cmp.Compare(x.dim, y.dim) })
	return at
}

// number makes the cells in an order that does not depend on the files they stand in, so
// that a search over them does not either.
func (a *assembly) number(tables []Table) error {
	var all [][]coord
	for i := range tables {
		for _, c := range tables[i].Cells {
			all = append(all, a.coords(&tables[i], c))
		}
	}
	return a.make(all)
}

// make makes the cells at some places.
func (a *assembly) make(all [][]coord) error {
	slices.SortFunc(all, func(x, y []coord) int { // inner cells before margins
		return cmp.Or(len(y)-len(x), slices.CompareFunc(x, y, byName))
	})
	for _, at := range all {
		if _, err := a.cell(at); err != nil {
			return err
		}
	}
	return nil
}

func byName(x, y coord) int {
	return cmp.Or(cmp.Compare(x.dim, y.dim), cmp.Compare(x.member, y.member))
}

// place puts the cells of a table into the frame.
func (a *assembly) place(t *Table, number int) error {
	f := a.frame
	here := make(map[int]bool, len(t.Cells))
	for _, c := range t.Cells {
		at := a.coords(t, c)
		said := CellName(t.Dims, c.At)
		if c.Kind == Number && (c.N < 0 || c.N > MaxCount) {
			return fail.New(fail.Bad, "%s shows a number below 0 or above %d", said, int64(MaxCount))
		}
		id, err := a.cell(at)
		if err != nil {
			return err
		}
		if here[id] {
			return fail.New(fail.Bad, "%s is there twice in table %s", said, t.Name)
		}
		here[id] = true
		if _, known := f.index[said]; !known { // a level of a hierarchy keeps the name that its table gives it
			f.index[said], f.Names[id] = id, said
		}
		if c.Kind != Absent {
			f.shown = append(f.shown, placed{id, number, c.Value})
		}
	}
	return nil
}

// CellName is a cell's name over all tables: its dimensions by name, margins left out.
func CellName(dims, at []string) string {
	var cs []coord
	for d, m := range at {
		if m != Total {
			cs = append(cs, coord{dims[d], m})
		}
	}
	slices.SortFunc(cs, func(x, y coord) int { return cmp.Compare(x.dim, y.dim) })
	return nameOf(cs)
}

func nameOf(at []coord) string {
	if len(at) == 0 {
		return Total
	}
	var s strings.Builder
	for i, c := range at {
		if i > 0 {
			s.WriteString(" & ")
		}
		s.WriteString(c.dim)
		s.WriteByte('=')
		s.WriteString(c.member)
	}
	return s.String()
}

// cell is the number of the cell at some coords, a new one when there is none.
func (a *assembly) cell(at []coord) (int, error) {
	f, name := a.frame, nameOf(at)
	if id, ok := f.index[name]; ok {
		return id, nil
	}
	if len(f.Names) >= MaxCells {
		return 0, fail.New(fail.Bad, "more than %d cells: attack fewer tables at once", MaxCells)
	}
	id := len(f.Names)
	f.index[name] = id
	f.Names = append(f.Names, name)
	a.at = append(a.at, at)
	return id, nil
}

// without and with are the same place with another member of one dimension.
func without(at []coord, dim string) []coord {
	return slices.DeleteFunc(slices.Clone(at), func(c coord) bool { return c.dim == dim })
}

func with(at []coord, dim, member string) []coord {
	out := append(without(at, dim), coord{dim, member})
	slices.SortFunc(out, func(x, y coord) int { return cmp.Compare(x.dim, y.dim) })
	return out
}

// climb notes every cell that the one shown here is a part of.
func (a *assembly) climb(at []coord) {
	name := nameOf(at)
	if a.above[name] {
		return
	}
	a.above[name] = true
	if slices.ContainsFunc(at, func(c coord) bool { return len(a.hierarchy[c.dim][c.member]) > 0 }) {
		a.groups = append(a.groups, at)
	}
	for _, c := range at {
		a.climb(without(at, c.dim))
		for _, p := range a.over[c.dim][c.member] {
			a.climb(with(at, c.dim, p))
		}
		if !a.overlap[c.dim] {
			continue
		}
		for _, kids := range a.parts[c.dim][c.member] {
			for _, k := range kids { // what no table shows ties the groups together
				a.climb(with(at, c.dim, k))
			}
		}
	}
}

// expand writes every sum that a cell is, wherever something below it is shown.
func (a *assembly) expand(id int) error {
	at := a.at[id]
	if !a.above[nameOf(at)] {
		return nil
	}
	for _, dim := range a.directions(at) {
		member := Total
		if i := slices.IndexFunc(at, func(c coord) bool { return c.dim == dim }); i >= 0 {
			member = at[i].member
		}
		for nth, kids := range a.parts[dim][member] {
			if err := a.sum(id, dim, nth, kids); err != nil {
				return err
			}
		}
	}
	return nil
}

// directions are the dimensions that some table has together with those of a place.
func (a *assembly) directions(at []coord) []string {
	key := dimsOf(at)
	out, known := a.further[key]
	if !known {
		for _, s := range a.spaces {
			if covers(s, at) {
				out = append(out, s...)
			}
		}
		slices.Sort(out)
		out = slices.Compact(out)
		a.further[key] = out
	}
	return out
}

func dimsOf(at []coord) string {
	var s strings.Builder
	for _, c := range at {
		s.WriteString(c.dim)
		s.WriteByte(0)
	}
	return s.String()
}

func covers(space []string, at []coord) bool {
	return !slices.ContainsFunc(at, func(c coord) bool { return !slices.Contains(space, c.dim) })
}

func (a *assembly) sum(id int, dim string, nth int, kids []string) error {
	places := make([][]coord, len(kids))
	shown := false
	for i, k := range kids {
		places[i] = with(a.at[id], dim, k)
		shown = shown || a.above[nameOf(places[i])]
	}
	if !shown {
		return nil
	}
	s := sum{whole: id, dim: dim, parts: make([]int, len(kids))}
	for i, at := range places {
		part, err := a.cell(at)
		if err != nil {
			return err
		}
		s.parts[i] = part
	}
	s.block = slices.IndexFunc(a.spaces, func(x []string) bool { return covers(x, places[0]) })
	if nth == 0 {
		if a.along[dim] == nil {
			a.along[dim] = map[int]int{}
		}
		a.along[dim][id] = len(a.frame.sums)
	}
	a.frame.sums = append(a.frame.sums, s)
	return nil
}

// markImplied finds, in two-way tables with a hierarchy on one side, the sums that
// follow from the others: the sum across an inner node's row follows from the rows
// below it and the columns. Without them every cell stands in two sums, which is
// what makes the table a network.
func (a *assembly) markImplied(space []string) {
	if len(space) != 2 {
		return
	}
	deep, flat := space[0], space[1]
	if len(a.parts[flat]) > len(a.parts[deep]) {
		deep, flat = flat, deep
	}
	if len(a.parts[deep]) < 2 {
		return
	}
	f := a.frame
	for whole, across := range a.along[flat] {
		down, inner := a.along[deep][whole]
		if !inner {
			continue
		}
		complete := true
		for _, p := range f.sums[down].parts {
			_, ok := a.along[flat][p]
			complete = complete && ok
		}
		for _, p := range f.sums[across].parts {
			_, ok := a.along[deep][p]
			complete = complete && ok
		}
		f.sums[across].implied = complete
	}
}
