package verify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"heed/internal/store"
)

// stream gives the rows of a table in order of record, page by page, in one view.
type stream[T any] struct {
	page func(after []byte) ([]T, error)
	rec  func(T) []byte
	rows []T
	last []byte
	end  bool
}

// peek is the next row; ok is false at the end.
func (s *stream[T]) peek() (row T, ok bool, err error) {
	if len(s.rows) == 0 && !s.end {
		if s.rows, err = s.page(s.last); err != nil {
			return row, false, err
		}
		s.end = len(s.rows) < pageSize
		if len(s.rows) > 0 {
			s.last = s.rec(s.rows[len(s.rows)-1])
		}
	}
	if len(s.rows) == 0 {
		return row, false, nil
	}
	return s.rows[0], true, nil
}

func (s *stream[T]) next() { s.rows = s.rows[1:] }

// at gives the row of a record if it is the next one.
func (s *stream[T]) at(rec []byte) (row T, ok bool, err error) {
	row, ok, err = s.peek()
	if err != nil || !ok || !bytes.Equal(s.rec(row), rec) {
		return row, false, err
	}
	s.next()
	return row, true, nil
}

// versions is what the entries of a record say: how many have a version, the first and the last.
type versions struct {
	rec                []byte
	count, first, last int64
}

type headRow struct {
	rec, org []byte
	version  int64
}

type keyRow struct{ rec, org []byte }

// records walks entries, heads and keys side by side, in order of record: for each
// record the versions run from 1 to its head, and it has a key or was erased.
func (v *check) records(ctx context.Context) error {
	return v.store.View(ctx, func(tx *store.Tx) error {
		entries := &stream[versions]{last: []byte{}, rec: func(r versions) []byte { return r.rec },
			page: func(after []byte) ([]versions, error) {
				return store.All(tx, func(r *versions) []any { return []any{&r.rec, &r.count, &r.first, &r.last} },
					fmt.Sprintf(`select record, count(*), min(version), max(version) from entry
				where version > 0 and record > $1 group by record order by record limit %d`, pageSize), after)
			}}
		heads := &stream[headRow]{last: []byte{}, rec: func(r headRow) []byte { return r.rec },
			page: func(after []byte) ([]headRow, error) {
				return store.All(tx, func(r *headRow) []any { return []any{&r.rec, &r.org, &r.version} },
					fmt.Sprintf(`select record, org, version from head where record > $1 order by record limit %d`, pageSize), after)
			}}
		keys := &stream[keyRow]{last: []byte{}, rec: func(r keyRow) []byte { return r.rec },
			page: func(after []byte) ([]keyRow, error) {
				return store.All(tx, func(r *keyRow) []any { return []any{&r.rec, &r.org} },
					fmt.Sprintf(`select record, org from record_key where record > $1 order by record limit %d`, pageSize), after)
			}}
		for ctx.Err() == nil {
			rec, err := smallest(entries, heads, keys)
			if err != nil || rec == nil {
				return err
			}
			if err := v.record(tx, rec, entries, heads, keys); err != nil {
				return err
			}
			if n := v.count.records.Add(1); n%4096 == 0 {
				v.o.Progress(Progress{"records", n, 0})
			}
		}
		return ctx.Err()
	})
}

func smallest(e *stream[versions], h *stream[headRow], k *stream[keyRow]) (least []byte, err error) {
	take := func(rec []byte, ok bool, err2 error) {
		err = errors.Join(err, err2)
		if ok && (least == nil || bytes.Compare(rec, least) < 0) {
			least = rec
		}
	}
	er, ok, err1 := e.peek()
	take(er.rec, ok, err1)
	hr, ok, err1 := h.peek()
	take(hr.rec, ok, err1)
	kr, ok, err1 := k.peek()
	take(kr.rec, ok, err1)
	return least, err
}

// record compares what three tables say of one record.
func (v *check) record(tx *store.Tx, rec []byte, entries *stream[versions], heads *stream[headRow],
	keys *stream[keyRow]) error {
	e, hasEntries, err1 := entries.at(rec)
	h, hasHead, err2 := heads.at(rec)
	k, hasKey, err3 := keys.at(rec)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	differs := func(format string, args ...any) {
		v.found(Difference{Kind: Record, Where: "head", Leaf: -1, Record: hexOf(rec), What: fmt.Sprintf(format, args...)})
	}
	switch {
	case hasEntries && (e.first != 1 || e.last != e.count):
		differs("has %d versions from %d to %d: they do not run without a gap", e.count, e.first, e.last)
	case hasEntries && !hasHead:
		differs("has %d versions and its head was taken away", e.last)
	case hasHead && !hasEntries:
		differs("stands at version %d and has no entries", h.version)
	case hasHead && h.version != e.last:
		differs("stands at version %d and its entries end at %d", h.version, e.last)
	}
	if hasHead && hasKey && !bytes.Equal(h.org, k.org) {
		differs("its head and its key belong to two organisations")
	}
	if hasKey && !hasEntries && !hasHead {
		n, err := store.One(tx, func(n *int64) []any { return []any{n} }, `select count(*) from entry where record = $1`, rec)
		if err != nil {
			return err
		}
		if n == 0 {
			v.found(Difference{Kind: Record, Where: "record_key", Leaf: -1, Record: hexOf(rec),
				What: "has a key and no entry: all that was written of it was taken away"})
		}
	}
	return nil
}

// reading stands for an entry without a version: the beginning of its leaf, which
// is as good as random and never comes twice, and its number.
type reading struct {
	leaf uint64
	n    int64
}

// readings gathers them from all goroutines. Versions cannot be repeated, because
// the next number is another; a reading could be: the same bytes once more.
type readings struct {
	mu  sync.Mutex
	all []reading
}

func (r *readings) add(some []reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, some...)
}

// repeated names readings that are there twice.
func (v *check) repeated() {
	all := v.readings.all
	slices.SortFunc(all, func(a, b reading) int { return cmp.Or(cmp.Compare(a.leaf, b.leaf), cmp.Compare(a.n, b.n)) })
	for i := 1; i < len(all); i++ {
		if all[i].leaf == all[i-1].leaf {
			v.foundf(Entry, fmt.Sprintf("entry %d", all[i].n), "is entry %d once more: a reading was repeated", all[i-1].n)
		}
	}
}

// erasures gathers, from all goroutines, which records have no key and which were
// declared erased; the two must agree.
type erasures struct {
	mu    sync.Mutex
	noKey map[[16]byte]keyless
	named map[[16]byte]declared // by the erasure entry
	twice [][16]byte            // by more than one
	top   int64                 // highest leaf seen beyond the checked tree
	kept  []keptRow
	lack  int // how often entries could not be read or opened: they may name others
}

// mostMissed bounds how often a check asks for entries that it is not given.
const mostMissed = 60

// missed notes entries that were not read; it is true when there were too many of them.
func (e *erasures) missed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lack++
	return e.lack > mostMissed
}

// unread says that not all entries were read: of no record is it known that none names it.
func (e *erasures) unread() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lack > 0
}

// keptRow is a row of a record without a key that still has its sealed bytes. An erasure takes them from all.
type keptRow struct {
	rec              [16]byte
	version, n, leaf int64
}

func (e *erasures) keeps(r keptRow) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = append(e.kept, r)
}

// declared is what an erasure entry says of a record: whose it was, and what stays of it.
type declared struct {
	org  [16]byte
	form string
}

type keyless struct {
	org     [16]byte
	n, leaf int64 // its first entry that was seen
}

func (e *erasures) without(rec, org [16]byte, n, leaf int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.noKey == nil {
		e.noKey = map[[16]byte]keyless{}
	}
	if old, ok := e.noKey[rec]; !ok || n < old.n {
		e.noKey[rec] = keyless{org, n, leaf}
	}
}

func (e *erasures) name(rec [16]byte, d declared) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.named == nil {
		e.named = map[[16]byte]declared{}
	}
	if _, ok := e.named[rec]; ok {
		e.twice = append(e.twice, rec)
	}
	e.named[rec] = d
}

func (e *erasures) ahead(leaf int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.top = max(e.top, leaf)
}

// unnamed are the records without a key that no erasure entry names.
func (e *erasures) unnamed() map[[16]byte]keyless {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := map[[16]byte]keyless{}
	for rec, k := range e.noKey {
		if d, ok := e.named[rec]; !ok || d.org != k.org {
			out[rec] = k
		}
	}
	return out
}

// erased compares: no record without a key that was not declared erased, none
// declared erased that has one.
func (v *check) erased(ctx context.Context) error {
	if v.keys == nil {
		return nil
	}
	unread := v.late(ctx)
	if unread != nil {
		v.gone.missed()
	}
	v.keptBytes()
	v.unsaid()
	for _, rec := range v.gone.twice {
		v.found(Difference{Kind: Record, Where: "entry", Leaf: -1, Record: hexOf(rec[:]),
			What: "has two entries that say it was erased, and a record is erased once: its key was put back in between"})
	}
	return errors.Join(unread, v.stays(ctx))
}

// unsaid names what is erased and what no entry says was. Where entries were not read, one of those may say so.
func (v *check) unsaid() {
	unnamed := v.gone.unnamed()
	if v.gone.unread() {
		if len(unnamed) > 0 {
			v.warn("Records that have no key: %d. Whether they were erased is not known, since entries that may say so could "+
				"not be read", len(unnamed))
		}
		return
	}
	for rec, k := range unnamed {
		v.found(Difference{Kind: Record, Where: fmt.Sprintf("entry %d", k.n), Leaf: k.leaf, Record: hexOf(rec[:]),
			What: "its record has no key, and no erasure entry says that it was erased"})
	}
}

// stays compares what is left of the records whose erasure entries were read.
func (v *check) stays(ctx context.Context) error {
	return v.store.View(ctx, func(tx *store.Tx) error {
		unbound := 0
		for rec, said := range v.gone.named {
			n, err := store.One(tx, func(n *int64) []any { return []any{n} },
				`select count(*) from record_key where record = $1`, rec[:])
			if err != nil {
				return fmt.Errorf("read record keys: %w", err)
			}
			if n > 0 {
				v.found(Difference{Kind: Record, Where: "record_key", Leaf: -1, Record: hexOf(rec[:]),
					What: "was erased and has a key again: an older copy was put back"})
			}
			if said.form == "" {
				unbound++
				continue
			}
			if err := v.form(tx, rec, said); err != nil {
				return err
			}
		}
		if unbound > 0 {
			v.warn("Records erased by an early version of Heed, which did not write down what stays of them: %d. Whether "+
				"times, ids, numbers and the order of their entries were changed cannot be seen", unbound)
		}
		return nil
	})
}

// moved makes sure that what was numbered beyond the checked tree was numbered by the
// log: the signed state must have moved on that far meanwhile.
func (v *check) moved(ctx context.Context) error {
	if v.gone.top <= 0 {
		return ctx.Err()
	}
	now, err := v.sizeNow(ctx)
	if err != nil {
		return err
	}
	if now <= v.gone.top {
		v.found(Difference{Kind: Numbering, Where: "log_run", Leaf: v.gone.top,
			What: fmt.Sprintf("leaves beyond the signed tree of %d are numbered", v.head.Size)})
	}
	return ctx.Err()
}
