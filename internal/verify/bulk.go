package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"heed/internal/clock"
	"heed/internal/store"
	"heed/record"
)

// bulk holds the rows that lie in the clear to the entries that commit to them (record, "Rows").
type bulk struct {
	mu     sync.Mutex
	said   map[int64]*imported // by the number of the import
	undone []undoing
	stood  []standing // as it was before entries were read
}

// imported is an import as its entry says.
type imported struct {
	record.RowsImport
	record  [16]byte
	version int64 // of its record
	undone  bool
}

type undoing struct {
	number  int64
	record  [16]byte
	version int64
}

// standing is what was found in a table of rows: numbers of imports, and of those that ended rows.
type standing struct {
	table             string
	put, ended, known []int64 // known: staged, which nobody sees
}

// rowsSaid notes what an entry that opened says of rows.
func (w *rowCheck) rowsSaid(leaf int64, payload []byte, rec [16]byte, version int64) {
	in, undone, err := record.ParseRows(payload)
	b := &w.bulk
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case err != nil:
		w.differs(leaf, "does not say what it says of rows in a form that can be read")
	case undone != nil:
		b.undone = append(b.undone, undoing{undone.Import, rec, version})
	case in != nil && b.said[in.Import] != nil:
		w.differs(leaf, fmt.Sprintf("gives the number of import %d, which another entry gave", in.Import))
	case in != nil:
		if b.said == nil {
			b.said = map[int64]*imported{}
		}
		b.said[in.Import] = &imported{RowsImport: *in, record: rec, version: version}
	}
}

// stands notes which imports have rows, before entries are read: of each of them there is an
// entry by then, or it is staged.
func (v *check) stands(ctx context.Context) error {
	if v.keys == nil {
		return nil
	}
	for _, table := range v.o.Rows {
		if !identifier.MatchString(table) {
			return fmt.Errorf("verify: %q is not a name", table)
		}
		err := v.store.View(ctx, func(tx *store.Tx) (err error) {
			s := standing{table: table}
			if s.put, err = v.hop(tx, `select min(n) from `+table+` where n >= $1`, 32); err != nil {
				return err
			}
			s.ended, err = v.hop(tx, `select min(ended_by) from `+table+` where ended_by <> 0 and ended_by >= $1`, 0)
			if err != nil {
				return err
			}
			s.known, err = store.All(tx, func(n *int64) []any { return []any{n} },
				`select import from bulk_import where state <> 'kept'`)
			v.bulk.stood = append(v.bulk.stood, s)
			return err
		})
		if err != nil {
			return fmt.Errorf("read rows of %s: %w", table, err)
		}
	}
	return nil
}

// hop gives the numbers of imports that a column holds, each once, without reading every row.
func (v *check) hop(tx *store.Tx, query string, shift uint) (all []int64, err error) {
	for from := int64(math.MinInt64); ; {
		n, err := store.One(tx, func(n **int64) []any { return []any{n} }, query, from)
		if err != nil || n == nil {
			return all, err
		}
		number := *n >> shift
		all = append(all, number)
		if number >= math.MaxInt64>>shift {
			return all, nil
		}
		from = (number + 1) << shift
	}
}

// bulkRows compares rows with what entries say of them.
func (v *check) bulkRows(ctx context.Context) error {
	if v.keys == nil || v.gone.unread() { // of entries that were not read nothing follows
		return nil
	}
	b := &v.bulk
	for _, u := range b.undone {
		if in := b.said[u.number]; in == nil || in.record != u.record || in.version >= u.version || in.undone {
			v.rowsDiffer(u.record, u.number, "is taken back by an entry, and there is none that can be")
			continue
		}
		b.said[u.number].undone = true
	}
	for _, s := range b.stood {
		for _, n := range s.put {
			if in := b.said[n]; !slices.Contains(s.known, n) && (in == nil || in.Table != s.table) {
				v.foundf(Rows, s.table, "has rows of import %d, of which no entry says so: they were put in", n)
			}
		}
		for _, n := range s.ended {
			if in := b.said[n]; !slices.Contains(s.known, n) && (in == nil || in.Table != s.table) {
				v.foundf(Rows, s.table, "has rows that were ended by import %d, of which no entry says so", n)
			}
		}
	}
	for _, in := range b.said {
		if !slices.Contains(v.o.Rows, in.Table) {
			v.rowsDiffer(in.record, in.Import, "is of the table "+in.Table+", which this version does not know")
			continue
		}
		if err := v.rowsOf(ctx, in); err != nil {
			return fmt.Errorf("read rows of %s: %w", in.Table, err)
		}
		if err := v.endedBy(ctx, in); err != nil {
			return fmt.Errorf("read rows of %s: %w", in.Table, err)
		}
	}
	return nil
}

func (v *check) rowsDiffer(rec [16]byte, number int64, what string) {
	v.found(Difference{Kind: Rows, Where: fmt.Sprintf("import %d", number), Leaf: -1, Record: hexOf(rec[:]), What: what})
}

// rowsAtOnce is how many rows one view reads.
const rowsAtOnce = 16 * record.RowsChunk

// rowsOf makes the root over the rows of an import anew.
func (v *check) rowsOf(ctx context.Context, in *imported) error {
	first, end := record.RowKey(in.Import, 0), record.RowKey(in.Import+1, 0)
	query := `select n, ` + strings.Join(in.Columns, ", ") + ` from ` + in.Table +
		` where n >= $1 and n < $2 order by n limit $3`
	next, gap := first, int64(-1)
	h, err := v.hashed(ctx, func(tx *store.Tx, from int64) func(func([]any, error) bool) {
		return tx.Rows(query, max(first, from), end, rowsAtOnce)
	}, func(key int64) {
		if key != next && gap < 0 {
			gap = next - first
		}
		next = key + 1
	})
	if err != nil {
		return err
	}
	v.count.rows.Add(h.Rows())
	switch {
	case h.Rows() < in.Rows:
		v.rowsDiffer(in.record, in.Import, fmt.Sprintf("put %d rows into %s, and %d are there: some were taken away%s",
			in.Rows, in.Table, h.Rows(), after(gap)))
	case h.Rows() > in.Rows:
		v.rowsDiffer(in.record, in.Import, fmt.Sprintf("put %d rows into %s, and %d are there: some were put in%s", in.Rows,
			in.Table, h.Rows(), after(gap)))
	case h.Root() != in.Root:
		v.rowsDiffer(in.record, in.Import, "put other rows into "+in.Table+" than are there: some were changed, or older "+
			"ones put back"+after(gap))
	}
	return nil
}

// after says where the first row is missing.
func after(gap int64) string {
	if gap < 0 {
		return ""
	}
	return fmt.Sprintf(" (there is no row %d, counted from 0)", gap)
}

// endedBy makes the root over the rows that an import ended anew, unless it was taken back.
func (v *check) endedBy(ctx context.Context, in *imported) error {
	query := `select n from ` + in.Table + ` where ended_by = $1 and ended_by <> 0 and n >= $2 order by n limit $3`
	h, err := v.hashed(ctx, func(tx *store.Tx, from int64) func(func([]any, error) bool) {
		return tx.Rows(query, in.Import, from, rowsAtOnce)
	}, func(int64) {})
	if err != nil || in.undone || h.Rows() == in.Ended && h.Root() == in.Ends {
		return err
	}
	moved, err := v.movedOn(ctx, in)
	if err != nil || moved {
		return err // it was taken back while this check ran, perhaps: the next one knows
	}
	v.rowsDiffer(in.record, in.Import, fmt.Sprintf("ended %d rows of %s, and others are (%d): whether a row is still "+
		"there was changed", in.Ended, in.Table, h.Rows()))
	return nil
}

// movedOn says that the record of an import has newer entries than this check has read.
func (v *check) movedOn(ctx context.Context, in *imported) (moved bool, err error) {
	newest := int64(0)
	for _, other := range v.bulk.said {
		if other.record == in.record {
			newest = max(newest, other.version)
		}
	}
	for _, u := range v.bulk.undone {
		if u.record == in.record {
			newest = max(newest, u.version)
		}
	}
	err = v.store.View(ctx, func(tx *store.Tx) error {
		heads, err := store.All(tx, func(n *int64) []any { return []any{n} }, `select max(version) from entry
			where record = $1 and version > 0`, in.record[:])
		moved = len(heads) == 1 && heads[0] > newest
		return err
	})
	return moved, err
}

// hashed adds rows, some in each view, until there are no more. look is given each key.
func (v *check) hashed(ctx context.Context, read func(tx *store.Tx, from int64) func(func([]any, error) bool),
	look func(key int64)) (h record.RowsHash, err error) {
	from, some := int64(math.MinInt64), rowsAtOnce
	for some == rowsAtOnce && ctx.Err() == nil {
		some = 0
		worked := clock.Stopwatch()
		err := v.store.View(ctx, func(tx *store.Tx) error {
			for row, err := range read(tx, from) {
				if err != nil {
					return err
				}
				key, ok := row[0].(int64)
				if !ok {
					return fmt.Errorf("verify: the key of a row is a %T", row[0])
				}
				if err := h.Add(key, row[1:]...); err != nil {
					return err
				}
				look(key)
				from = key + 1
				some++
			}
			return nil
		})
		if err != nil {
			return h, err
		}
		v.o.Progress(Progress{"rows", v.count.rows.Load() + h.Rows(), 0})
		v.rest(ctx, worked())
	}
	return h, ctx.Err()
}
