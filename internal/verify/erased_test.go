package verify

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// clearOf are the columns in which the form of an erased record stays.
var clearOf = map[string][]string{
	"entry": {"n", "id", "org", "record", "version", "at", "generation", "room", "leaf", "sealed"},
	"head":  {"record", "org", "room", "version"},
}

// TestWhatStaysOfAnErasedRecordIsBound: its key is gone, and none of its entries can be
// opened and compared with its leaf. Each column of what stays is changed in each of three
// ways, on a first entry, a last one and a reading, and the record or the entry is named.
// Seen to fail: times, rooms, generations, ids and the order of versions could be changed.
func TestWhatStaysOfAnErasedRecordIsBound(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		rec, other := w.recs[5], w.recs[8]
		w.look(other)
		w.erase(other)
		w.publish()
		w.dump("before")
		w.clean(w.verify())
		tried := 0
		for table, columns := range clearOf {
			for _, column := range columns {
				for way, do := range w.waysToChange(table, column, rec, other) {
					n, changed := do()
					if changed {
						tried++
						w.namesErased(fmt.Sprintf("%s.%s %s", table, column, way), rec, n)
					}
					w.restore("before")
				}
			}
		}
		w.clean(w.verify())
		w.Logf("%d changes", tried)
		if tried < 30 {
			w.Errorf("only %d changes were made", tried)
		}
	})
}

// hides puts rows of a living record where an erased one's are: as a reading of it, as its next version, and blanked.
// $1 is the erased record, $2 the living one.
var hides = map[string][]string{
	"who read it":            {`update entry set record = $1 where record = $2 and version = 0`},
	"who read it, blanked":   {`update entry set record = $1, sealed = null where record = $2 and version = 0`},
	"who read it, below 0":   {`update entry set record = $1, version = -1 where record = $2 and version = 0`},
	"below 0, blanked":       {`update entry set record = $1, version = -1, sealed = null where record = $2 and version = 0`},
	"who read it, otherwise": {`update entry set record = $1, at = at + 1, generation = generation + 1 where record = $2 and version = 0`},
	"its last step": {`update entry set record = $1, version = 0 where record = $2 and version > 0 and version =
		(select max(o.version) from entry o where o.record = $2)`,
		`update head set version = version - 1 where record = $2 and record <> $1`},
	"its last step, as the next": {`update entry set record = $1, version = 9 where record = $2 and version > 0 and version =
		(select max(o.version) from entry o where o.record = $2)`,
		`update head set version = version + 1 where record = $1 and record <> $2`,
		`update head set version = version - 1 where record = $2 and record <> $1`},
}

// TestNothingThatLivesIsHiddenInAnErasedRecord: rows of a record and of the organisation's own, whose last
// step may be the end of a role, are moved into an erased record, and each is named.
// Seen to fail: every sealed row of a record without a key passed for an erased one.
func TestNothingThatLivesIsHiddenInAnErasedRecord(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		w.add(w.org.Record(), "a role ends")
		w.look(w.org.Record())
		w.publish()
		w.dump("before")
		w.clean(w.verify())
		for what, texts := range hides {
			for _, living := range []id.Record{w.recs[1], w.org.Record()} {
				n := w.one(`select max(n) from entry where record = $1 and version = 0`, living)
				if strings.HasPrefix(what, "its") {
					n = w.one(`select max(n) from entry where record = $1 and version > 0`, living)
				}
				for _, text := range texts {
					w.sql(text, w.recs[5], living)
				}
				w.namesErased(what, w.recs[5], n)
				w.restore("before")
			}
		}
	})
}

// TestARecordIsErasedOnce: after rows of a living record were moved into an erased one, its erasure is written once
// more, as Settle did for who put its key's row back. Seen to fail: the form of the later entry was taken.
func TestARecordIsErasedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		w.sql(`update entry set record = $1 where record = $2 and version = 0`, w.recs[5], w.recs[1])
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error { return w.noteErased(tx, w.recs[5], 1) }))
		w.namesErased("erased twice", w.recs[5], -1)
	})
}

// TestWhatAnEarlyErasureLeftIsNamed: a reading of a record that an early version erased may have kept its
// bytes; nothing else may, and the report names it.
func TestWhatAnEarlyErasureLeftIsNamed(t *testing.T) {
	each(t, func(w *world) {
		w.early = true
		w.live()
		n := w.one(`select n from entry where record = $1 and version = 0`, w.recs[5])
		w.sql(`update entry set sealed = leaf where n = $1`, n)
		r := w.verify()
		w.clean(r)
		if !strings.Contains(strings.Join(r.Warnings, "\n"), fmt.Sprintf("Entries %d", n)) {
			w.Errorf("entry %d is not in %q", n, r.Warnings)
		}
		w.sql(`update entry set sealed = leaf where record = $1 and version = 3`, w.recs[5])
		w.namesErased("a version with bytes", w.recs[5], -1)
	})
}

// add appends to a record.
func (w *world) add(rec id.Record, text string) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		key, err := w.vault.Key(tx, w.org, rec)
		if err != nil {
			return err
		}
		at, err := w.log.Version(tx, rec)
		if err != nil {
			return err
		}
		_, err = w.log.Append(tx, ledger.Concern, key, at, nurse, ledger.Event{Kind: "test.said", Data: text})
		return err
	}))
}

// namesErased wants the record, or its entry n, to be named.
func (w *world) namesErased(what string, rec id.Record, n int64) {
	w.Helper()
	for _, d := range w.verify().Differences {
		if s := d.String(); strings.Contains(s, rec.String()) || strings.Contains(s, fmt.Sprintf("entry %d,", n)) {
			return
		}
	}
	w.Errorf("%s: not named", what)
}

// waysToChange are those of one column; each says of which entry, and whether anything was changed.
func (w *world) waysToChange(table, column string, rec, other id.Record) map[string]func() (int64, bool) {
	n := func(rec id.Record, which string) int64 {
		return w.one(`select coalesce(`+which+`, -1) from entry where record = $1`, rec)
	}
	first, last := n(rec, "min(n)"), n(rec, "max(case when version > 0 then n end)")
	read, others := n(rec, "max(case when version = 0 then n end)"), n(other, "min(n)")
	if table == "head" {
		return map[string]func() (int64, bool){
			"a little":        func() (int64, bool) { return first, w.nudge("head", column, "record", rec) },
			"a living one's":  func() (int64, bool) { return first, w.borrow("head", column, "record", rec, w.recs[1]) },
			"an erased one's": func() (int64, bool) { return first, w.borrow("head", column, "record", rec, other) },
		}
	}
	return map[string]func() (int64, bool){
		"a little, first":     func() (int64, bool) { return first, w.nudge("entry", column, "n", first) },
		"a little, last":      func() (int64, bool) { return last, w.nudge("entry", column, "n", last) },
		"a little, a reading": func() (int64, bool) { return read, w.nudge("entry", column, "n", read) },
		"another's":           func() (int64, bool) { return last, w.borrow("entry", column, "n", last, others) },
		"exchanged":           func() (int64, bool) { return first, w.exchange(column, first, last) },
	}
}

// tries changes something, and says whether the database let it and it is another value now.
func (w *world) tries(do func(tx *store.Tx) (int64, error)) bool {
	var n int64
	err := w.store.Do(w.ctx(), func(tx *store.Tx) (err error) { n, err = do(tx); return err })
	return err == nil && n > 0
}

func (w *world) nudge(table, column, by string, key any) bool {
	return w.tries(func(tx *store.Tx) (int64, error) {
		var was any
		err := tx.QueryRow(fmt.Sprintf(`select %s from %s where %s = $1`, column, table, by), key).Scan(&was)
		if err != nil {
			return 0, err
		}
		now := any([]byte("bytes that were never there"))
		switch v := was.(type) {
		case int64:
			now = v + 1
		case []byte:
			b := bytes.Clone(v)
			b[len(b)-1] ^= 1
			now = b
		}
		return tx.Exec(fmt.Sprintf(`update %s set %s = $2 where %s = $1`, table, column, by), key, now)
	})
}

func (w *world) borrow(table, column, by string, key, from any) bool {
	return w.tries(func(tx *store.Tx) (int64, error) {
		theirs := fmt.Sprintf(`(select o.%s from %s o where o.%s = $2)`, column, table, by)
		return tx.Exec(fmt.Sprintf(`update %s set %s = %s where %s = $1 and %s <> %s`, table, column, theirs, by, column,
			theirs), key, from)
	})
}

// exchange has two entries exchange a value; one that no two may share is parked.
func (w *world) exchange(column string, a, b int64) bool {
	return w.tries(func(tx *store.Tx) (n int64, err error) {
		var x, y any
		for key, at := range map[int64]*any{a: &x, b: &y} {
			if err = tx.QueryRow(`select `+column+` from entry where n = $1`, key).Scan(at); err != nil {
				return 0, err
			}
		}
		if column == "n" || fmt.Sprint(x) == fmt.Sprint(y) { // another place is another number: see the runs
			return 0, nil
		}
		if column == "version" {
			if _, err = tx.Exec(`update entry set version = version + 100000 where n = $1`, a); err != nil {
				return 0, err
			}
		}
		if _, err = tx.Exec(`update entry set `+column+` = $2 where n = $1`, b, x); err != nil {
			return 0, err
		}
		return tx.Exec(`update entry set `+column+` = $2 where n = $1`, a, y)
	})
}

// TestAnErasureWhileRowsAreRead: a record is erased after the last range was read and before an earlier one, as
// with two goroutines; its erasure's entry lies in what was read already. Seen to fail: nothing was said to name it.
func TestAnErasureWhileRowsAreRead(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		keys, err := openKeys(w.o.KeyFile, w.o.KeyStore)
		w.must(err)
		v := newCheck(w.store, w.o, keys)
		v.tiles = openTiles(w.ctx(), w.store, 1, false)
		defer v.tiles.close()
		w.must(v.state(w.ctx()))
		w.must(v.rows(w.ctx()))
		w.erase(w.recs[7])
		again := &rowCheck{check: v, opened: newOpened(keys)}
		n := w.one(`select min(n) from entry where record = $1`, w.recs[7])
		w.must(again.chunk(w.ctx(), n, n+1))
		w.must(v.erased(w.ctx()))
		w.must(v.destroyed(w.ctx()))
		for _, d := range v.diffs {
			t.Errorf("nothing was altered: %v", d)
		}
	})
}
