package disclose

import (
	"slices"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// Options of secondary suppression.
type Options struct {
	Rules   attack.Rules // what a reader is told: attack.Marked for exact numbers; Rounded
	Need    int64        // values that every hidden cell must keep: 2 (not exact) or 3
	Earlier []attack.Table
	Steps   attack.Limit // of the whole search for a pattern
}

// Rounded is the HES rounding with one mark for primary and secondary suppression.
var Rounded = attack.Rules{Base: 5, MarkLow: 1, MarkHigh: attack.Unbounded}

// Pattern is the result of suppression.
type Pattern struct {
	Primary   []string // small counts, by cell name, in the order of the tables
	Secondary []string // cells hidden to protect them
	Tables    []attack.Table
	Finding   attack.Finding
}

// The most work that is spent on finding the fewest cells and on taking back needless ones.
const (
	maxTries = 6000      // attacks in the exact search
	maxTidy  = 2_000_000 // cells looked at while taking back
	maxDepth = 5         // further cells that the exact search goes to
	maxLoops = 200
	maxShare = 4 // the part of the steps that one attack may take, and that finding the fewest leaves
)

// Suppress hides the counts of 1 to 7 and as few further cells as it finds so that
// the attack leaves every hidden cell at least Need values, together with earlier
// editions. Zeros and the grand total are never hidden as secondary cells. Small
// tables are searched for the fewest cells; in large ones every exposed cell gets the
// cheapest cycle of its table's network, and needless cells are taken back.
// Source: Fischetti and Salazar-González (2000); Castro (2012) on cell suppression.
// Unit: people. Errors: fail.Refused when no pattern helps; fail.Bad as attack.NewFrame.
//
// The pattern holds against two readers, one who takes every mark for 1 to 7 and one who
// knows that it may hide more; and against both when they know this program: see
// soleOriginal.
func Suppress(tables []attack.Table, h attack.Hierarchy, o Options) (Pattern, error) {
	if err := attack.AddsUp(tables, h); err != nil {
		return Pattern{}, err
	}
	frame, err := attack.NewFrame(append(append([]attack.Table{}, tables...), o.Earlier...), h)
	if err != nil {
		return Pattern{}, err
	}
	s := newSuppressor(frame, len(tables), o, frame.Truth(len(tables)))
	if err := s.run(); err != nil {
		return Pattern{}, err
	}
	if s.soleOriginal() {
		return Pattern{}, fail.New(fail.Refused, "somebody who knows how the marks are chosen could work the counts out: "+
			"merge categories or withhold the table")
	}
	return s.pattern(tables), nil
}

func newSuppressor(frame *attack.Frame, current int, o Options, truth []int64) *suppressor {
	s := &suppressor{frame: frame, current: current, o: o, truth: truth, hide: make([]bool, len(frame.Names))}
	s.left = o.Steps
	s.prepare()
	return s
}

// In tables of up to smallTable cells, true tables are tried as the original of a release:
// for each value of a hidden cell up to perValue, in all up to maxOriginals. Larger tables
// have so many that this is not gone through.
const (
	smallTable   = 16
	perValue     = 60
	maxOriginals = 2000
)

// soleOriginal says whether a cell is hidden from nobody who knows this program: of all
// true tables that fit the release, those that would have been released just so agree
// on it. What is decided depends on the release alone, so that a refusal tells nothing.
func (s *suppressor) soleOriginal() bool {
	ranges, hidden := s.hiding(s.o.Rules)
	if len(ranges) > smallTable {
		return false
	}
	least := map[int]attack.Range{} // of the originals found
	tried := 0
	note := func(values []int64) bool {
		if tried++; s.sameRelease(values) {
			for _, c := range hidden {
				r, known := least[c]
				if !known {
					r = attack.Range{Low: values[c], High: values[c]}
				}
				least[c] = attack.Range{Low: min(r.Low, values[c]), High: max(r.High, values[c])}
			}
		}
		return tried < maxOriginals
	}
	for _, c := range hidden {
		all := ranges[c]
		for v := all.Low; v <= all.High && tried < maxOriginals && least[c].Low == least[c].High; v++ {
			ranges[c] = attack.Range{Low: v, High: v}
			tried++
			s.frame.Originals(ranges, perValue, note)
		}
		if ranges[c] = all; least[c].Low == least[c].High {
			return true
		}
	}
	return false
}

// sameRelease says whether other true counts would have been released with the same marks.
func (s *suppressor) sameRelease(values []int64) bool {
	truth := make([]int64, len(values))
	for c, v := range values {
		if truth[c] = v; s.truth[c] < 0 {
			truth[c] = -1
		}
		if IsSmall(truth[c]) && !s.hide[c] && s.truth[c] != truth[c] {
			return false
		}
	}
	if _, m := s.frame.Unnamed(truth); m != "" {
		return false // it would have been asked for
	}
	other := newSuppressor(s.frame, s.current, s.o, truth)
	return other.run() == nil && slices.Equal(other.hide, s.hide)
}

type suppressor struct {
	frame   *attack.Frame
	current int
	o       Options
	truth   []int64
	hide    []bool
	primary []int
	may     []bool // may be hidden as secondary
	tries   int
	left    attack.Limit // steps that the search may still take
	found   attack.Finding
}

// attack spends steps of the search on one attack.
func (s *suppressor) attack(ranges []attack.Range, hidden []int, hints []int64) attack.Finding {
	found := s.frame.Attack(ranges, hidden, hints, min(s.left, s.o.Steps/maxShare))
	s.left -= attack.Limit(found.Steps)
	return found
}

// spent says that the steps are used up, so that the last finding proves nothing.
func (s *suppressor) spent() bool { return s.left <= 0 }

var errSpent = fail.New(fail.Refused, "not proven safe in the time: no pattern of marks was found and proven "+
	"within the "+
	"steps of one search. Publish fewer tables or dimensions together, merge categories, or withhold the table")

// prepare finds the small counts and the cells that could protect them.
func (s *suppressor) prepare() {
	known := s.frame.Earlier(s.o.Rules, s.current)
	s.may = make([]bool, len(s.hide))
	grand, exact := s.frame.Cell(attack.Total), s.frame.Exact()
	for c, v := range s.truth {
		switch {
		case exact[c]: // a national number, which stays as it is
		case IsSmall(v):
			s.hide[c] = true
			s.primary = append(s.primary, c)
		case v > 0 && c != grand && known[c].Values() >= s.o.Need:
			s.may[c] = true
		}
	}
	for _, c := range s.frame.Marked(s.current) {
		s.hide[c] = s.hide[c] || s.may[c] // what an edition hid stays hidden
	}
}

// exposed attacks the pattern and gives the hidden cells that keep too few values, for
// a reader who is told what a mark may hide and for one who takes each for 1 to 7.
func (s *suppressor) exposed() []int {
	s.tries++
	ranges, hidden := s.hiding(s.o.Rules)
	s.found = s.attack(ranges, hidden, s.truth)
	if s.found.Status == attack.Contradiction {
		return s.primary
	}
	var out []int
	for i, c := range s.found.Cells {
		if c.Values() < s.o.Need || s.o.Need >= attack.Enough && s.found.Status == attack.Unproven && !c.Proven {
			out = append(out, hidden[i])
		}
	}
	if len(out) == 0 {
		for _, name := range s.found.Recoverable { // nobody shows it, and everybody can work it out
			out = append(out, s.frame.Cell(name))
		}
	}
	if len(out) == 0 && s.o.Need >= attack.Enough {
		for _, name := range s.found.Narrow {
			out = append(out, s.frame.Cell(name))
		}
	}
	if len(out) == 0 {
		out = s.believed(hidden)
	}
	return out
}

// believed gives the cells whose true count is left among too few values when each mark
// is taken for 1 to 7. Where that fits no table, each sum still speaks for itself.
func (s *suppressor) believed(hidden []int) []int {
	rules := s.o.Rules
	rules.MarkHigh = Small
	ranges, _ := s.hiding(rules)
	found := s.attack(ranges, hidden, nil)
	alone := found.Status == attack.Contradiction
	if alone {
		ranges = s.frame.Alone(ranges)
	}
	var out []int
	for i, c := range hidden {
		r := ranges[c]
		if !alone {
			r = found.Cells[i].Range
		}
		if v := s.truth[c]; r.Values() < s.o.Need && r.Low <= v && v <= r.High {
			out = append(out, c)
		}
	}
	return out
}

// hiding is what a reader of the pattern knows at first sight.
func (s *suppressor) hiding(r attack.Rules) (ranges []attack.Range, hidden []int) {
	ranges, hidden = s.frame.Hiding(r, s.current, s.hide, s.truth)
	slices.Sort(hidden) // whichever file a cell stands in
	return ranges, hidden
}

func (s *suppressor) run() error {
	first := s.exposed()
	switch {
	case s.found.Status == attack.Contradiction:
		return refusal(s.found)
	case s.spent():
		return errSpent
	case len(first) == 0 || s.fewest(first):
		return nil
	}
	graphs := s.frame.Graphs()
	for range maxLoops {
		open := s.exposed()
		if s.spent() {
			return errSpent
		}
		if len(open) == 0 {
			s.tidy()
			return nil
		}
		added := false
		for _, c := range open {
			added = s.protect(graphs, c) || added
		}
		if !added {
			break
		}
	}
	return fail.New(fail.Refused, "no pattern of marks protects %s: merge categories or withhold the table", s.worst())
}

func (s *suppressor) worst() string {
	if len(s.found.Recoverable) > 0 {
		return s.found.Recoverable[0]
	}
	if len(s.found.Narrow) > 0 {
		return s.found.Narrow[0]
	}
	return "every small count"
}

// fewest searches patterns with one, two, three … further cells, in tables small
// enough for that. It leaves the pattern in place when it finds one.
func (s *suppressor) fewest(open []int) bool {
	for depth := 1; depth <= maxDepth; depth++ {
		seen := map[string]bool{}
		if s.deepen(open, depth, nil, seen) {
			return true
		}
		if s.enough() || len(s.hide) > 400 {
			return false
		}
	}
	return false
}

// enough ends the search for the fewest cells, in time for another way.
func (s *suppressor) enough() bool {
	return s.tries > maxTries || s.left <= s.o.Steps/maxShare
}

func (s *suppressor) deepen(open []int, depth int, chosen []int, seen map[string]bool) bool {
	for _, c := range s.choices(open) {
		if s.enough() {
			return false
		}
		next := slices.Sorted(slices.Values(append(slices.Clone(chosen), c)))
		k := key(next)
		if seen[k] {
			continue
		}
		seen[k] = true
		s.hide[c] = true
		rest := s.exposed()
		if !s.spent() && (len(rest) == 0 || depth > 1 && s.deepen(rest, depth-1, next, seen)) {
			return true
		}
		s.hide[c] = false
	}
	return false
}

func key(cells []int) string {
	b := make([]byte, 0, 3*len(cells))
	for _, c := range cells {
		b = append(b, byte(c), byte(c>>8), byte(c>>16))
	}
	return string(b)
}

// choices are the cells one of which every better pattern must have: those of a sum
// in which an exposed cell is alone, when there is one; else all.
func (s *suppressor) choices(open []int) []int {
	var best []int
	for _, c := range open {
		for _, cells := range s.frame.Sums(c) {
			var others []int
			alone := true
			for _, x := range cells {
				if x != c && s.hide[x] {
					alone = false
				}
				if s.may[x] && !s.hide[x] {
					others = append(others, x)
				}
			}
			if alone && s.o.Rules.Base <= 1 && (best == nil || len(others) < len(best)) {
				best = others
				if best == nil {
					return nil // nothing in this sum can be hidden
				}
			}
		}
	}
	if best == nil {
		for c, yes := range s.may {
			if yes && !s.hide[c] {
				best = append(best, c)
			}
		}
	}
	slices.SortFunc(best, func(a, b int) int { return int(s.truth[a] - s.truth[b]) })
	return best
}

// protect hides the cheapest further cells for one exposed cell.
func (s *suppressor) protect(graphs []*attack.Graph, cell int) bool {
	added := false
	inGraph := false
	for _, g := range graphs {
		if g == nil || !g.Holds(cell) {
			continue
		}
		inGraph = true
		added = s.cycle(g, cell) || added
	}
	if added {
		return true
	}
	if inGraph && s.tries > maxLoops/2 || !inGraph || !added {
		return s.company(cell)
	}
	return false
}

// cycle hides the cells of the cheapest cycle, whichever way the cell is moved.
func (s *suppressor) cycle(g *attack.Graph, cell int) bool {
	step := s.o.Need - 1
	cost := func(c int) int64 {
		switch {
		case s.hide[c]:
			return 0
		case !s.may[c]:
			return -1
		}
		return 1_000_000 + min(s.truth[c], 999)
	}
	may := func(c int, rise bool) bool { return s.truth[c] >= 0 && (rise || s.truth[c]-step >= 1) }
	var best []int
	price := int64(-1)
	for _, rise := range []bool{true, false} {
		if cells, p, ok := g.Cycle(cell, rise, cost, may); ok && (price < 0 || p < price) {
			best, price = cells, p
		}
	}
	added := false
	for _, c := range best {
		added = added || !s.hide[c]
		s.hide[c] = true
	}
	return added
}

// company hides the smallest cell of every sum in which the cell is alone, or of any
// of its sums when it is not: the way for tables that are no network.
func (s *suppressor) company(cell int) bool {
	added := false
	for _, force := range []bool{false, true} {
		for _, cells := range s.frame.Sums(cell) {
			best, alone := -1, true
			for _, x := range cells {
				if x != cell && s.hide[x] {
					alone = false
				}
				if s.may[x] && !s.hide[x] && (best < 0 || s.truth[x] < s.truth[best]) {
					best = x
				}
			}
			if best >= 0 && (alone || force) {
				s.hide[best], added = true, true
				if force {
					return true
				}
			}
		}
		if added {
			return true
		}
	}
	// The cell's own sums are all hidden: widen the ring by one.
	for _, cells := range s.frame.Sums(cell) {
		for _, x := range cells {
			for _, far := range s.frame.Sums(x) {
				for _, y := range far {
					if s.may[y] && !s.hide[y] {
						s.hide[y] = true
						return true
					}
				}
			}
		}
	}
	return false
}

// tidy takes back secondary cells that are not needed, the largest first.
func (s *suppressor) tidy() {
	var extra []int
	for c, h := range s.hide {
		if h && !IsSmall(s.truth[c]) {
			extra = append(extra, c)
		}
	}
	slices.SortFunc(extra, func(a, b int) int { return int(s.truth[b] - s.truth[a]) })
	budget, proven := maxTidy, s.found
	for _, c := range extra {
		if budget -= len(s.hide); budget < 0 || s.spent() {
			break
		}
		s.hide[c] = false
		if open := s.exposed(); len(open) > 0 || s.spent() {
			s.hide[c] = true
		} else {
			proven = s.found
		}
	}
	s.found = proven
}

func (s *suppressor) pattern(tables []attack.Table) Pattern {
	p := Pattern{Finding: s.found}
	listed := make([]bool, len(s.hide))
	for _, t := range tables {
		out := attack.Table{Name: t.Name, Dims: t.Dims, Cells: make([]attack.Cell, len(t.Cells))}
		for i, c := range t.Cells {
			id := s.frame.Cell(attack.CellName(t.Dims, c.At))
			switch {
			case c.Kind != attack.Number:
			case s.hide[id]:
				c.Value = attack.Value{Kind: attack.Mark}
			case !c.Exact:
				c.N = s.o.Rules.Round(c.N)
			}
			out.Cells[i] = c
			if id >= 0 && s.hide[id] && !listed[id] {
				listed[id] = true
				if IsSmall(s.truth[id]) {
					p.Primary = append(p.Primary, s.frame.Names[id])
				} else {
					p.Secondary = append(p.Secondary, s.frame.Names[id])
				}
			}
		}
		p.Tables = append(p.Tables, out)
	}
	return p
}
