package verify

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"heed/internal/clock"
	"heed/internal/store"
	"heed/record"
)

// chunkSize is how many entry numbers one goroutine reads, and then checks, in one view.
const chunkSize = 4096

// rows checks every entry: all cores, each with views of its own over a range of
// entry numbers. What is written meanwhile lies behind the last range.
func (v *check) rows(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ranges := make(chan int64)
	fns := []func() error{func() error { defer close(ranges); return v.ranges(ctx, ranges) }}
	for range v.workers() {
		fns = append(fns, func() error {
			w := &rowCheck{check: v}
			if v.keys != nil {
				w.opened = newOpened(v.keys)
			}
			defer func() { v.readings.add(w.readings) }()
			for lo := range ranges {
				worked := clock.Stopwatch()
				if err := w.halves(ctx, lo, beyond(lo)); err != nil {
					cancel() // the ranges end, and with them the other goroutines
					return err
				}
				v.rest(ctx, worked())
			}
			return nil
		})
	}
	err := parallel(fns...)
	if err != nil {
		v.gone.missed()
	}
	return err
}

// halves reads a range, and where that fails each half by itself, so that one entry that cannot be read hides no other.
// The error is that of one too many.
func (w *rowCheck) halves(ctx context.Context, lo, hi int64) error {
	err := w.chunk(ctx, lo, hi)
	switch {
	case err == nil || ctx.Err() != nil:
		return ctx.Err()
	case w.gone.missed():
		return err
	case hi-lo < 2:
		w.unread("database", err)
		return nil
	}
	half := lo + (hi-lo)/2
	if err := w.halves(ctx, lo, half); err != nil {
		return err
	}
	return w.halves(ctx, half, hi)
}

// beyond is the end of the range that begins at lo.
func beyond(lo int64) int64 {
	if lo > math.MaxInt64-chunkSize {
		return math.MaxInt64
	}
	return lo + chunkSize
}

// ranges finds the ranges that hold anything: rows, numbers given, numbers waited for.
func (v *check) ranges(ctx context.Context, out chan<- int64) error {
	for from := int64(math.MinInt64); ; {
		var lo *int64
		err := v.store.View(ctx, func(tx *store.Tx) (err error) { lo, err = v.next(tx, from); return err })
		if err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		if lo == nil {
			return nil
		}
		select {
		case out <- *lo:
		case <-ctx.Done():
			return ctx.Err()
		}
		if from = beyond(*lo); from == math.MaxInt64 {
			return nil
		}
	}
}

// next is the smallest number from on that a row, a numbered leaf or a waiting row names; nil when none does.
func (v *check) next(tx *store.Tx, from int64) (*int64, error) {
	var lo *int64
	take := func(n *int64) {
		if n != nil && *n >= from && (lo == nil || *n < *lo) {
			lo = n
		}
	}
	for _, query := range []string{`select min(n) from entry where n >= $1`, `select min(n) from log_run where n >= $1`,
		`select min(n) from entry_pending where n >= $1`} {
		n, err := store.One(tx, func(n **int64) []any { return []any{n} }, query, from)
		if err != nil {
			return nil, err
		}
		take(n)
	}
	before, err := store.All(tx, scanRun, `select seq, size, n from log_run where n < $1 order by n desc limit 1`, from)
	if err != nil {
		return nil, err
	}
	for _, r := range before { // the run that reaches over from
		if r.size > 0 && r.size <= v.head.Size && r.n+r.size > from {
			take(&from)
		}
	}
	return lo, nil
}

// run is a row of log_run that numbers entries: leaves seq … are entries n …
type run struct{ seq, size, n int64 }

func scanRun(r *run) []any { return []any{&r.seq, &r.size, &r.n} }

// readRuns gives the runs that touch lo … hi-1, cut to it. Runs of no sensible
// size are left out here and named by numbering.
func (v *check) readRuns(tx *store.Tx, lo, hi int64) ([]run, error) {
	all, err := store.All(tx, scanRun, `select seq, size, n from log_run
		where n >= (select coalesce(max(n), $1) from log_run where n <= $1) and n < $2 order by n`, lo, hi)
	if err != nil {
		return nil, fmt.Errorf("read numbering: %w", err)
	}
	var out []run
	for _, r := range all {
		if r.size < 1 || r.size > max(v.head.Size, chunkSize) || r.seq < 0 || r.seq > record.MaxSize {
			continue
		}
		if skip := lo - r.n; skip > 0 {
			if skip >= r.size {
				continue
			}
			r = run{r.seq + skip, r.size - skip, lo}
		}
		r.size = min(r.size, hi-r.n)
		out = append(out, r)
	}
	return out, nil
}

// row is an entry as stored. Its byte strings lie in the chunk's memory.
type row struct {
	n, version, at, generation  int64
	room                        int64
	id, org, record, leaf, seal []byte // seal is nil when the record was erased
	fault                       error  // the columns are not of the right kind
}

const (
	selectRows = `select n, id, org, record, version, at, generation, room, leaf, sealed
		from entry where n >= $1 and n < $2 order by n`
	selectOwn = `select n, id, org, record, version, at, generation, room, leaf, sealed
		from entry where record = $1 and sealed is not null order by n`
)

// rowCheck is one goroutine's part of rows.
type rowCheck struct {
	*check
	opened  *opened // nil: without keys
	scratch record.Scratch
	leaves  leaves

	// Of the chunk that is looked at:
	rows    []row
	memory  []byte
	runs    []run // in order of n
	passed  int64 // the first number that has not been looked at
	waiting map[int64]int
	row     *row // that is looked at

	readings []reading
}

func (w *rowCheck) chunk(ctx context.Context, lo, hi int64) error {
	return w.store.View(ctx, func(tx *store.Tx) error {
		if err := w.prepare(tx, lo, hi); err != nil {
			return err
		}
		if err := w.read(tx, selectRows, lo, hi); err != nil {
			return fmt.Errorf("read entries %d to %d: %w", lo, hi-1, err)
		}
		if err := w.readKeys(tx); err != nil {
			return fmt.Errorf("read record keys: %w", err)
		}
		for i := range w.rows {
			w.row = &w.rows[i]
			w.look(w.place(w.row.n))
		}
		w.place(hi)
		for n := range w.waiting {
			w.foundf(Entry, fmt.Sprintf("entry %d", n), "waits for its number and was taken away")
		}
		w.o.Progress(Progress{"entries", w.count.entries.Add(int64(len(w.rows))), w.head.Size})
		return nil
	})
}

// prepare reads what the chunk's rows are compared with.
func (w *rowCheck) prepare(tx *store.Tx, lo, hi int64) (err error) {
	if w.runs, err = w.readRuns(tx, lo, hi); err != nil {
		return err
	}
	w.passed = lo
	numbers, err := store.All(tx, func(n *int64) []any { return []any{n} },
		`select n from entry_pending where n >= $1 and n < $2`, lo, hi)
	if err != nil {
		return fmt.Errorf("read waiting entries: %w", err)
	}
	w.waiting = make(map[int64]int, len(numbers))
	for _, n := range numbers {
		if w.waiting[n]++; w.waiting[n] == 2 {
			w.foundf(Entry, fmt.Sprintf("entry %d", n), "waits for its number twice")
		}
	}
	w.leaves.tx, w.leaves.size = tx, w.head.Size
	if w.leaves.tiles == nil {
		w.leaves.tiles = map[int64][]byte{}
	}
	w.leaves.forget()
	for _, r := range w.runs {
		if err := w.leaves.load(r.seq, r.seq+r.size); err != nil {
			return fmt.Errorf("read tiles: %w", err)
		}
	}
	return nil
}

// read copies the chunk's rows: one connection gives one answer at a time, and
// their keys are asked for next.
func (w *rowCheck) read(tx *store.Tx, query string, args ...any) error {
	w.rows, w.memory = w.rows[:0], w.memory[:0]
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var r row
	var id, org, rec, leaf, seal sql.RawBytes
	dests := []any{&r.n, &id, &org, &rec, &r.version, &r.at, &r.generation, &r.room, &leaf, &seal}
	for rows.Next() {
		if err := rows.Scan(dests...); err != nil {
			w.rows = append(w.rows, unreadable(rows, len(dests), err))
			continue
		}
		r.id, r.org, r.record, r.leaf, r.seal = w.copy(id), w.copy(org), w.copy(rec), w.copy(leaf), w.copy(seal)
		w.rows = append(w.rows, r)
	}
	return rows.Err()
}

// copy keeps bytes for as long as the chunk is looked at. When the memory grows,
// what was copied before stays where it is.
func (w *rowCheck) copy(b []byte) []byte {
	if b == nil {
		return nil
	}
	from := len(w.memory)
	w.memory = append(w.memory, b...)
	return w.memory[from:len(w.memory):len(w.memory)]
}

// unreadable is a row of which only the number, if that, can be read.
func unreadable(rows *sql.Rows, columns int, cause error) row {
	loose, ptrs := make([]any, columns), make([]any, columns)
	for i := range loose {
		ptrs[i] = &loose[i]
	}
	r := row{fault: cause}
	if rows.Scan(ptrs...) == nil {
		r.n, _ = loose[0].(int64)
	}
	return r
}

// keysAtOnce is how many keys are asked for in one statement.
const keysAtOnce = 32

var selectKeys = func() string {
	marks := make([]string, keysAtOnce)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return `select k.record, k.org, k.generation, k.wrapped, h.room from record_key k left join head h on h.record = k.record
		where k.record in (` + strings.Join(marks, ", ") + `)`
}()

// readKeys reads the keys of the chunk's records that are not at hand. Rows without
// a sealed part ask always: whether there is a key must be told by this same view.
func (w *rowCheck) readKeys(tx *store.Tx) error {
	if w.opened == nil {
		return nil
	}
	w.opened.forget()
	var need [][]byte
	asked := map[[16]byte]bool{}
	for i := range w.rows {
		r := &w.rows[i]
		if len(r.record) != 16 || asked[[16]byte(r.record)] {
			continue
		}
		if rec := [16]byte(r.record); r.seal == nil || w.opened.keys[rec] == nil {
			asked[rec] = true
			delete(w.opened.keys, rec)
			need = append(need, r.record)
		}
	}
	for some := range slices.Chunk(need, keysAtOnce) {
		args := make([]any, keysAtOnce)
		for i := range args {
			args[i] = some[min(i, len(some)-1)]
		}
		keys, err := store.All(tx, scanStoredKey, selectKeys, args...)
		if err != nil {
			return err
		}
		for _, k := range keys {
			w.opened.add(k)
		}
	}
	return nil
}

// place gives the leaf of entry n, -1 when it has none, and names the entries
// before it that have a leaf and no row.
func (w *rowCheck) place(n int64) int64 {
	for len(w.runs) > 0 {
		r := w.runs[0]
		from, to := max(w.passed, r.n), min(n, r.n+r.size)
		if from < to {
			w.missing(r, from, to)
		}
		w.passed = max(w.passed, to)
		if n < r.n {
			return -1
		}
		if n < r.n+r.size {
			w.passed = n + 1
			return r.seq + n - r.n
		}
		w.runs = w.runs[1:]
	}
	return -1
}

func (w *rowCheck) missing(r run, from, to int64) {
	d := Difference{Kind: Entry, Where: fmt.Sprintf("entry %d", from), Leaf: r.seq + from - r.n, What: "was taken away"}
	if to-from > 1 {
		d.Where = fmt.Sprintf("entries %d to %d", from, to-1)
		d.What = "were taken away"
	}
	w.found(d)
}

// look checks a row; leaf is its number, or -1.
func (w *rowCheck) look(leaf int64) {
	r := w.row
	if r.fault != nil {
		delete(w.waiting, r.n)
		w.differs(leaf, "cannot be read: "+r.fault.Error())
		return
	}
	waits := w.waiting[r.n] > 0
	delete(w.waiting, r.n)
	ahead := leaf >= w.head.Size // numbered after the check began
	switch {
	case leaf < 0 && !waits && w.unsure: // numberings that are too long for the tree are passed by
	case leaf < 0 && !waits:
		w.differs(leaf, "is not in the tree and does not wait for a number: it was put in")
	case leaf >= 0 && waits:
		w.differs(leaf, "has a number and waits for one")
	case ahead:
		w.gone.ahead(leaf)
	}
	if leaf < 0 || ahead {
		w.count.waiting.Add(1)
	}
	if len(r.leaf) != 32 || len(r.id) != 16 || len(r.org) != 16 || len(r.record) != 16 {
		w.differs(leaf, "has an id or a leaf of the wrong length")
		return
	}
	stored := [32]byte(r.leaf)
	if r.version == 0 {
		w.readings = append(w.readings, reading{binary.BigEndian.Uint64(stored[:]), r.n})
	}
	tree, told := w.leaves.hash(leaf)
	// A tile that is at fault has been named; it says nothing against the entry.
	against := told && record.LeafHash(stored) != tree && !w.bad[leaf/record.TileWidth]
	var key *openedKey
	if w.opened != nil {
		key = w.opened.keys[[16]byte(r.record)]
	}
	if r.seal == nil || key == nil {
		w.closed(leaf, against, key)
		return
	}
	w.open(leaf, stored, against, key)
}

// closed checks an entry that cannot be opened: without keys, or erased.
func (w *rowCheck) closed(leaf int64, against bool, key *openedKey) {
	if against {
		w.differs(leaf, "its leaf is not the one that the tree has there")
	}
	if w.opened == nil {
		return
	}
	if key != nil {
		w.differs(leaf, "its words were taken away and its record was not erased")
		return
	}
	w.count.erased.Add(1)
	w.gone.without([16]byte(w.row.record), [16]byte(w.row.org), w.row.n, leaf)
	if w.row.version < 0 {
		w.differs(leaf, "is of an erased record and has a version below 0: it was put here from another place")
	}
	if w.row.seal != nil {
		w.gone.keeps(keptRow{[16]byte(w.row.record), w.row.version, w.row.n, leaf})
	}
}

// open authenticates an entry and recomputes its leaf.
func (w *rowCheck) open(leaf int64, stored [32]byte, against bool, k *openedKey) {
	r := w.row
	org, rec := [16]byte(r.org), [16]byte(r.record)
	if k.org != org {
		w.differs(leaf, "its organisation is not that of its record's key")
		return
	}
	if errors.Is(k.err, errUnreadStore) {
		w.gone.missed()
		w.unreadStore(k.err)
		k.told = true
	}
	if k.err != nil {
		if !k.told {
			k.told = true
			w.found(Difference{Kind: Key, Where: fmt.Sprintf("record_key, first needed by entry %d", r.n), Leaf: -1,
				Record: hexOf(r.record), What: k.err.Error()})
		}
		if against {
			w.differs(leaf, "its leaf is not the one that the tree has there")
		}
		return
	}
	h := record.Header{Org: org, Record: rec, Entry: [16]byte(r.id), Version: r.version, At: r.at,
		Generation: r.generation, Room: r.room}
	payload, got, err := k.key.OpenEntry(&w.scratch, h, r.seal)
	switch {
	case err != nil:
		w.differs(leaf, "does not open: it was changed, or put here from another place")
	case got != stored:
		w.differs(leaf, w.other(h, stored, k))
	case against:
		w.differs(leaf, "is not the entry that the tree has there")
	default:
		w.count.opened.Add(1)
		w.headRoom(k)
		if r.room == record.RowsRoom {
			w.rowsSaid(leaf, payload, rec, r.version)
		}
		if erased, form, ok := record.ErasedRecord(payload); ok && erased != rec {
			w.gone.name(erased, declared{org, form})
			if lacks := decided(payload, org, rec); lacks != "" {
				w.differs(leaf, "says that record "+hexOf(erased[:])+" was erased, and "+lacks)
			}
		}
	}
}

// other says why an entry gives another leaf than the one stored with it.
func (w *rowCheck) other(h record.Header, stored [32]byte, k *openedKey) string {
	if k.room != nil {
		h.Room = *k.room
	}
	if _, got, err := k.key.OpenEntry(&w.scratch, h, w.row.seal); err == nil && got == stored {
		return fmt.Sprintf("says that it is of room %d and was written for room %d: its number was changed", w.row.room,
			h.Room)
	}
	return "gives another leaf than the one stored with it: its time, its generation, its room or its leaf was changed"
}

// headRoom holds the number in a record's head against that of its entries.
func (w *rowCheck) headRoom(k *openedKey) {
	if k.room == nil || *k.room == w.row.room || k.roomTold { // a head that is not there is named with the records
		return
	}
	k.roomTold = true
	w.found(Difference{Kind: Record, Where: "head", Leaf: -1, Record: hexOf(w.row.record),
		What: fmt.Sprintf("says that its record is of room %d, and entry %d is of room %d", *k.room, w.row.n, w.row.room)})
}

func (w *rowCheck) differs(leaf int64, what string) {
	w.found(Difference{Kind: Entry, Where: fmt.Sprintf("entry %d", w.row.n), Leaf: leaf, Record: hexOf(w.row.record),
		What: what})
}
