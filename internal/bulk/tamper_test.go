package bulk

import (
	"fmt"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// copied is a table as it was.
type copied struct {
	names  []string
	values []any
}

func (w *world) copyOf(table string) (c copied) {
	w.Helper()
	w.must(w.store.View(bg, func(tx *store.Tx) error {
		return tx.CopyOut(table, func(names []string) error { c.names = names; return nil },
			func(row []any) error { c.values = append(c.values, row...); return nil })
	}))
	return c
}

func (w *world) putBack(table string, c copied) {
	w.Helper()
	w.must(w.store.Do(bg, func(tx *store.Tx) error {
		if err := tx.Clear(table); err != nil {
			return err
		}
		return tx.Restore(table, c.names, c.values)
	}))
}

// TestEveryChangeOfRowsIsFound: whatever somebody does with the database to rows that were
// imported, heed verify names it, and which import it is of.
func TestEveryChangeOfRowsIsFound(t *testing.T) {
	each(t, func(w *world) {
		const many = 2*record.RowsChunk + 5
		w.put(rowsOf(many, 1))
		older := w.copyOf("done")
		ended := []int64{record.RowKey(1, 3), record.RowKey(1, 4), record.RowKey(1, record.RowsChunk)}
		w.put(rowsOf(many, 2), ended...)
		n := w.put(rowsOf(7, 3), record.RowKey(2, 9))
		w.must(w.desk.Undo(bg, w.org, lead, done.Name, n))
		w.nothingFound()
		whole, numbers := w.copyOf("done"), w.copyOf("bulk_import")
		key := func(n, place int64) int64 { return record.RowKey(n, place) }
		for _, plant := range []struct {
			name, says string
			do         func()
		}{
			{"a number changed", "import 1", func() { w.sql(`update done set staff = staff + 1 where n = $1`, key(1, 4097)) }},
			{"a text changed", "import 2", func() {
				w.sql(`update done set course = 'prevent ' where n = $1`, key(2, many-1))
			}},
			{"two rows' values swapped", "import 1", func() {
				w.sql(`update done set staff = 3 + 7919 + 3 - staff where n in ($1, $2)`, key(1, 0), key(1, 1))
			}},
			{"a row of an import that was taken back changed", "import 3", func() {
				w.sql(`update done set day = 9 where n = $1`, key(3, 0))
			}},
			{"the last row added", "import 2", func() {
				w.sql(`insert into done (n, ended_by, staff, day, course) values ($1, 0, 1, 1, 'x')`, key(2, many))
			}},
			{"a row added under a number that nobody gave", "import 77", func() {
				w.sql(`insert into done (n, ended_by, staff, day, course) values ($1, 0, 1, 1, 'x')`, key(77, 0))
			}},
			{"a row added below all", "import -1", func() {
				w.sql(`insert into done (n, ended_by, staff, day, course) values (-5, 0, 1, 1, 'x')`)
			}},
			{"a row taken away", "no row 5", func() { w.sql(`delete from done where n = $1`, key(1, 5)) }},
			{"the last row taken away", "import 2", func() { w.sql(`delete from done where n = $1`, key(2, many-1)) }},
			{"a row moved", "no row 5", func() { w.sql(`update done set n = $1 where n = $2`, key(1, many+9), key(1, 5)) }},
			{"all rows of an import taken away", "import 2", func() {
				w.sql(`delete from done where n >= $1 and n < $2`, key(2, 0), key(3, 0))
			}},
			{"a row that was ended is there again", "import 2", func() {
				w.sql(`update done set ended_by = 0 where n = $1`, ended[1])
			}},
			{"a row that is there is ended", "import 2", func() {
				w.sql(`update done set ended_by = 2 where n = $1`, key(1, 8))
			}},
			{"another row is ended in its place", "import 2", func() {
				w.sql(`update done set ended_by = case when n = $1 then 0 else 2 end where n in ($1, $2)`, ended[0], key(1, 8))
			}},
			{"a row is ended by an import that nobody made", "import 78", func() {
				w.sql(`update done set ended_by = 78 where n = $1`, key(1, 8))
			}},
			{"the table is put back to an older copy", "import 2", func() { w.putBack("done", older) }},
			{"one row is put back from an older copy", "import 2", func() {
				w.sql(`delete from done where n = $1`, ended[0])
				w.must(w.store.Do(bg, func(tx *store.Tx) error {
					return tx.PutRows("done", older.names, older.values[3*len(older.names):4*len(older.names)])
				}))
			}},
		} {
			plant.do()
			if found := strings.Join(w.found(), "\n"); !strings.Contains(found, plant.says) {
				t.Errorf("%s: heed verify says %q, want %q", plant.name, found, plant.says)
			}
			w.putBack("done", whole)
		}
		w.sql(`update bulk_import set state = 'stopped' where import < 3`)
		w.another()
		w.must(w.desk.Sweep(bg)) // believes the entries, whatever the table says
		w.nothingFound()
		w.putBack("bulk_import", numbers)
		if got := w.there(); len(got) != 2*many-len(ended) {
			t.Errorf("%d rows are there at the end", len(got))
		}
		w.nothingFound()
	})
}

// TestErasureLeavesEveryRootTrue: rows hold random numbers; whose they are lies apart, sealed,
// and is erased without them.
func TestErasureLeavesEveryRootTrue(t *testing.T) {
	each(t, func(w *world) {
		staff := id.NewRecord(t0)
		w.must(w.store.Do(bg, func(tx *store.Tx) error {
			key, err := w.vault.New(tx, w.org, staff, record.Organisation)
			if err != nil {
				return err
			}
			_, err = w.log.Append(tx, ledger.Person, key, 0, lead, ledger.Event{Kind: "staff.named",
				Data: map[string]any{"number": 3, "name": "Ada Sample"}})
			return err
		}))
		w.put(rowsOf(5000, 1))
		w.nothingFound()
		_, err := w.vault.Erase(bg, w.org, staff, func(tx *store.Tx, generation int64) error {
			return w.noteErased(tx, staff, generation)
		})
		w.must(err)
		w.nothingFound()
		if got := w.there()[record.RowKey(1, 0)]; got != fmt.Sprint([]any{3, 1, "prevent "}) {
			t.Errorf("the row of an erased person is %s", got)
		}
	})
}

// noteErased writes the entry of an erasure.
func (w *world) noteErased(tx *store.Tx, rec id.Record, generation int64) error {
	var key *vault.Key
	key, err := w.vault.Key(tx, w.org, w.org.Record())
	if err != nil {
		return err
	}
	at, err := w.log.Version(tx, w.org.Record())
	if err != nil {
		return err
	}
	form, err := w.log.Blank(tx, rec)
	if err != nil {
		return err
	}
	type said struct {
		record.ErasedData
		Reason string      `json:"reason"`
		By     []id.Person `json:"by"`
	}
	_, err = w.log.Append(tx, ledger.Organisation, key, at, ledger.Author{Role: "system", Rule: "erased-on-two-words"},
		ledger.Event{Kind: record.KindErased, Data: said{record.ErasedData{Record: rec.String(), Generation: generation,
			Form: form}, "Its time has come", []id.Person{id.NewPerson(t0), id.NewPerson(t0)}}})
	return err
}

// TestARowOfAnotherKindIsNamed: SQLite lets anybody put text where a number belongs; whoever
// reads rows is told, and nothing falls over.
func TestARowOfAnotherKindIsNamed(t *testing.T) {
	each(t, func(w *world) {
		w.put(rowsOf(10, 1))
		for _, change := range []string{`update done set staff = 'x' where n = $1`,
			`update done set course = x'00' where n = $1`, `update done set ended_by = 'x' where n = $1`} {
			whole := w.copyOf("done")
			err := w.store.Do(bg, func(tx *store.Tx) error { _, err := tx.Exec(change, record.RowKey(1, 3)); return err })
			if w.store.Engine() == "postgres" && err != nil {
				continue // the server holds columns to their kind
			}
			w.must(err)
			s := w.state()
			err = w.store.View(bg, func(tx *store.Tx) error {
				for _, err := range w.desk.Rows(tx, s, done.Name) {
					if err != nil {
						return err
					}
				}
				return nil
			})
			if !fail.Is(err, fail.Tampered) && w.store.Engine() == "sqlite" {
				t.Errorf("%s: %v", change, err)
			}
			w.putBack("done", whole)
		}
		w.nothingFound()
	})
}
