package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"heed/internal/bulk"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/tabular"
)

// Desk takes the files of one kind.
type Desk struct {
	Kind
	Bulk *bulk.Desk
}

// Asked is a file with what a person says of it.
type Asked struct {
	File  *tabular.File
	AsOf  time.Time // the day of which the file speaks
	Today time.Time
	Said  *Mapping // nil: its headings tell
	Empty bool     // a person says that the list has no row
}

// Problem is a row that cannot be taken.
type Problem struct {
	Row    int
	Column string // as a spreadsheet calls it; "" for the whole row
	What   string // with the remedy
}

// String is one line for a person.
func (p Problem) String() string {
	if p.Column == "" {
		return fmt.Sprintf("Row %d: %s", p.Row, p.What)
	}
	return fmt.Sprintf("Row %d, column %s: %s", p.Row, p.Column, p.What)
}

// mostProblems are shown: whoever has more has one in every row.
const mostProblems = 100

// Named is a row in words: where it stands in the file, 0 when it is not there, and what it is called.
type Named struct {
	Row  int
	Name string
}

// mostNamed of those that are new or changed are named. Of what is not in the file any more as many
// as problems are: it is what nobody sees in the file.
const mostNamed = 20

// Preview is what a file would do.
type Preview struct {
	Form               Form
	New, Here, Changed int // rows: new, here already, here with other words
	Closed, Left       int // rows not in the file any more: that have a last day from now on, that leave the list
	Problems           []Problem
	Found              int    // how many problems; the first are in Problems
	Code               string // of what was shown: whoever confirms it says it

	Named struct{ New, Changed, Closed, Left []Named } // the first of each

	asked  Asked
	as     recognised
	seen   int64
	here   map[string]*held
	first  map[string]int // by what a row is the same: where in the file it stands
	names  map[string]naming
	ends   []int64
	last   [][]any // rows that are not in the file any more, as they are from now on
	counts map[string]int64
}

// Nothing says that the file would change nothing.
func (p *Preview) Nothing() bool { return p.New+p.Changed+p.Closed+p.Left == 0 }

// held is a row that is there.
type held struct {
	key    int64
	digest [16]byte
	count  string
	covers bool
	in     bool   // the file has it
	other  string // Same of the row that it names, or ""
}

// naming is that a row names another.
type naming struct {
	other string
	row   int
}

func digest(row []any) [16]byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v", row))
	return [16]byte(sum[:16])
}

// Preview says what a file would do. It changes nothing.
func (d *Desk) Preview(ctx context.Context, org id.Org, a Asked) (*Preview, error) {
	state, err := d.Bulk.State(ctx, org, d.Feed.Name)
	if err != nil {
		return nil, err
	}
	p := &Preview{asked: a, seen: state.Version, first: map[string]int{}, names: map[string]naming{},
		counts: map[string]int64{}}
	if p.as, err = d.recognise(a.File, a.Said, state); err != nil {
		return nil, err
	}
	p.Form = p.as.form
	if err := p.day(state); err != nil {
		return nil, err
	}
	if err := d.look(ctx, p, state); err != nil {
		return nil, err
	}
	for line, err := range a.File.Lines() {
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d.compare(p, line)
	}
	if len(p.first)+p.Found == 0 && !a.Empty {
		return nil, fail.New(fail.Bad, "The file has headings and no row below them. If this list has come to have no %s at "+
			"all, say so (at the machine with --empty). If not, have the file made again", d.Many)
	}
	if err := d.close(ctx, p, state); err != nil {
		return nil, err
	}
	p.named()
	p.Code, err = p.code(org)
	return p, err
}

// day refuses a file of a day that cannot be, or that was overtaken.
func (p *Preview) day(state bulk.State) error {
	if p.asked.AsOf.After(p.asked.Today) {
		return fail.New(fail.Bad, "The day of which the file speaks has not come yet. Say the day on which it was made")
	}
	for _, i := range slices.Backward(state.Imports) {
		if !i.Undone && i.Form == p.Form.Name+version {
			if p.asked.AsOf.Format(time.DateOnly) < i.AsOf {
				return fail.New(fail.Conflict, "A newer file of this kind was imported, of %s. Import one that is not older, or "+
					"take that import back first", i.AsOf)
			}
			break
		}
	}
	return nil
}

// look reads what is there.
func (d *Desk) look(ctx context.Context, p *Preview, state bulk.State) error {
	return d.Bulk.Store.View(ctx, func(tx *store.Tx) error {
		p.here = map[string]*held{}
		for row, err := range d.Bulk.Rows(tx, state, d.Feed.Name) {
			if err != nil {
				return err
			}
			p.here[d.Same(row.Values)] = &held{key: row.Key, digest: digest(row.Values), count: d.Count(row.Values),
				covers: d.Covers(p.Form.Name, row.Values), other: d.Refers(row.Values)}
		}
		return nil
	})
}

// row is what a line of the file says, or the column and what is wrong with it.
func (d *Desk) row(p *Preview, cells []string) (row []any, column, fault string) {
	for _, c := range d.Columns {
		cell, at := p.Form.Fixed[c.Name], -1
		if i, ok := p.as.at[c.Name]; ok {
			cell, at = cells[i], i
		}
		value, fault := c.Read(cell)
		if fault != "" && at < 0 {
			return nil, "", fault
		}
		if fault != "" {
			return nil, tabular.Letter(at), fault
		}
		row = append(row, value)
	}
	if name, fault := d.Fault(row); fault != "" {
		if i, ok := p.as.at[name]; ok {
			return nil, tabular.Letter(i), fault
		}
		return nil, "", fault
	}
	return row, "", ""
}

func (p *Preview) problem(row int, column, what string) {
	if p.Found++; len(p.Problems) < mostProblems {
		p.Problems = append(p.Problems, Problem{row, column, what})
	}
}

// compare counts what a line would do.
func (d *Desk) compare(p *Preview, line tabular.Line) {
	row, column, fault := d.row(p, line.Cells)
	if fault != "" {
		p.problem(line.Row, column, fault)
		return
	}
	same := d.Same(row)
	if first, twice := p.first[same]; twice {
		p.problem(line.Row, "", fmt.Sprintf("It is the same as row %d. Leave one of them out", first))
		return
	}
	p.first[same] = line.Row
	if other := d.Refers(row); other != "" {
		p.names[same] = naming{other, line.Row}
	}
	h := p.here[same]
	switch {
	case h != nil && !h.covers:
		p.problem(line.Row, "", "It stands here already, in another list. Leave it out, or correct what tells "+
			"it apart")
	case h == nil:
		p.New++
		p.Named.New = d.name(p.Named.New, mostNamed, line.Row, row)
		p.counts[d.Count(row)]++
	case h.digest == digest(row):
		h.in = true
		p.Here++
	default:
		h.in = true
		p.Changed++
		p.Named.Changed = d.name(p.Named.Changed, mostNamed, line.Row, row)
		p.counts[d.Count(row)]++
		p.counts[h.count]--
		p.ends = append(p.ends, h.key)
	}
}

// name adds a row to those that are named.
func (d *Desk) name(all []Named, most, at int, row []any) []Named {
	if len(all) == most {
		return all
	}
	return append(all, Named{at, d.Called(row)})
}

// close looks at what the file has no more, where it lists all: those rows are read once more, since
// of what is there not all words are kept.
func (d *Desk) close(ctx context.Context, p *Preview, state bulk.State) error {
	gone := false
	for _, h := range p.here {
		gone = gone || h.covers && !h.in
	}
	if !gone {
		return nil
	}
	err := d.Bulk.Store.View(ctx, func(tx *store.Tx) error {
		for row, err := range d.Bulk.Rows(tx, state, d.Feed.Name) {
			if err != nil {
				return err
			}
			if h := p.here[d.Same(row.Values)]; h != nil && h.covers && !h.in {
				d.absent(p, h, row.Values)
			}
		}
		return nil
	})
	slices.Sort(p.ends)
	return err
}

// absent counts a row that the file has no more.
func (d *Desk) absent(p *Preview, h *held, row []any) {
	is, stays := d.Absent(row, p.asked.AsOf)
	switch {
	case !stays:
		p.Left++
		p.Named.Left = d.name(p.Named.Left, mostProblems, 0, row)
	case digest(is) == h.digest:
		return
	default:
		p.Closed++
		p.Named.Closed = d.name(p.Named.Closed, mostProblems, 0, is)
		p.counts[d.Count(is)]++
		p.last = append(p.last, slices.Clone(is))
	}
	p.counts[h.count]--
	p.ends = append(p.ends, h.key)
}

// named holds that whatever a row names is there, and that nobody comes after themselves, also by
// way of rows that are here.
func (p *Preview) named() {
	known := map[string]bool{} // to lead to an end, or named already
	for same, n := range p.names {
		if _, in := p.first[n.other]; !in && p.here[n.other] == nil {
			p.problem(n.row, "", "The successor is neither in this file nor here. Import it first, or correct its code")
			known[same] = true
		}
	}
	for same := range p.names {
		for _, x := range p.circle(same, known) {
			if n, in := p.names[x]; in {
				p.problem(n.row, "", "It comes after itself: its successors lead back to it. Correct one of them")
			}
		}
	}
	slices.SortStableFunc(p.Problems, func(a, b Problem) int { return a.Row - b.Row })
}

// circle follows successors to where they end, each once, and gives those that lead back to themselves.
func (p *Preview) circle(from string, known map[string]bool) []string {
	var way []string
	at := map[string]int{}
	for x := from; x != "" && !known[x]; x = p.after(x) {
		if i, again := at[x]; again {
			way = way[i:]
			break
		}
		at[x] = len(way)
		way = append(way, x)
		if next := p.after(x); next == "" || known[next] {
			way = nil
			break
		}
	}
	for x := range at {
		known[x] = true
	}
	return way
}

// after is the successor of a row as the file would have it, or as it is here.
func (p *Preview) after(same string) string {
	if n, in := p.names[same]; in {
		return n.other
	}
	if _, in := p.first[same]; in || p.here[same] == nil {
		return ""
	}
	return p.here[same].other
}

// code is of all that was shown.
func (p *Preview) code(org id.Org) (string, error) {
	shown, err := json.Marshal([]any{org, p.asked.File.Sum, p.Form.Name + version, p.as.at,
		p.asked.AsOf.Format(time.DateOnly), p.seen, p.New, p.Changed, p.Closed, p.Left})
	sum := sha256.Sum256(shown)
	return hex.EncodeToString(sum[:4]), err
}

// Confirm does what a preview showed, all of it or nothing. It gives the number of the import.
func (d *Desk) Confirm(ctx context.Context, org id.Org, by ledger.Author, p *Preview, code string,
	tell func(staged int64)) (int64, error) {
	switch {
	case p.Found > 0:
		return 0, fail.New(fail.Bad, "Nothing was imported: put the rows right that cannot be taken, then look again")
	case p.Nothing():
		return 0, fail.New(fail.Conflict, "Nothing was imported: all that the file says is here already")
	case p.Code != code:
		return 0, fail.New(fail.Stale, "Nothing was imported: the code is not that of what this file would do now. Look at "+
			"it again, and confirm what you see")
	}
	in := bulk.Staged{Feed: d.Feed.Name, Seen: p.seen, File: p.asked.File.Sum, AsOf: p.asked.AsOf.Format(time.DateOnly),
		Form: p.Form.Name + version, Counts: p.counts, New: d.rows(p), Tell: tell,
		Ends: func(yield func(int64, error) bool) {
			for _, key := range p.ends {
				if !yield(key, nil) {
					return
				}
			}
		}}
	if p.as.asked != nil {
		said, err := json.Marshal(p.as.asked)
		if err != nil {
			return 0, fmt.Errorf("imports: %w", err)
		}
		in.Map = said
	}
	return d.Bulk.Import(ctx, org, by, in)
}

// rows reads the file once more, for the rows that are not here as they stand in it; then come
// those that it has no more.
func (d *Desk) rows(p *Preview) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for line, err := range p.asked.File.Lines() {
			if err != nil {
				yield(nil, err)
				return
			}
			row, _, fault := d.row(p, line.Cells)
			if fault != "" {
				break // which it had not when it was looked at
			}
			if h := p.here[d.Same(row)]; h != nil && h.digest == digest(row) {
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := p.asked.File.Unchanged(); err != nil {
			yield(nil, err)
			return
		}
		for _, row := range p.last {
			if !yield(row, nil) {
				return
			}
		}
	}
}
