package vault

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// in reads a record's key with only these branches held open.
func (w *world) in(rec id.Record, open ...record.Compartment) (k *Key, err error) {
	err = w.store.View(w.ctx(), func(tx *store.Tx) error {
		k, err = w.vault.Key(tx, w.org, rec, open...)
		return err
	})
	return k, err
}

// opensInItsOwn says that each record opens in its own compartment and in no other.
func (w *world) opensInItsOwn(recs []id.Record) {
	w.Helper()
	for i, rec := range recs {
		others := slices.DeleteFunc(record.Compartments(), func(c record.Compartment) bool { return c == some(i) })
		if k, err := w.in(rec, others...); !fail.Is(err, fail.Hidden) || k != nil {
			w.Errorf("a record of %s, asked for among %v: %v", some(i), others, err)
		}
		for _, open := range [][]record.Compartment{nil, {some(i)}} {
			if k, err := w.in(rec, open...); err != nil || k.Compartment() != some(i) {
				w.Errorf("a record of %s, asked for among %v: %v", some(i), open, err)
			}
		}
	}
}

// TestACompartmentIsABranchOfItsOwn: from the first key on, in another process, after
// an erasure has wrapped all of them again, and after a restore from before it.
func TestACompartmentIsABranchOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(8)
		w.opensInItsOwn(recs)
		w.reopen()
		w.opensInItsOwn(recs)
		before := w.rowsOfKeys()
		w.erase(recs[7])
		w.opensInItsOwn(recs[:7])
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error { // the rows of an older copy, as a restore brings them
			if _, err := tx.Exec(`delete from record_key`); err != nil {
				return err
			}
			for _, row := range before {
				if _, err := tx.Exec(`insert into record_key (record, org, generation, wrapped) values ($1, $2, $3, $4)`,
					row.rec, w.org, row.generation, row.wrapped); err != nil {
					return err
				}
			}
			return nil
		}))
		w.opensInItsOwn(recs[:7])
		w.reopen()
		w.opensInItsOwn(recs[:7])
	})
}

func (w *world) rowsOfKeys() (rows []wrappedKey) {
	w.Helper()
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) (err error) {
		rows, err = store.All(tx, (*wrappedKey).scan, `select record, generation, wrapped from record_key order by record`)
		return err
	}))
	return rows
}

// TestAKeyOfOneBranchOpensNothingOfAnother: by the keys themselves, beside the vault's own check.
func TestAKeyOfOneBranchOpensNothingOfAnother(t *testing.T) {
	w := onSQLite(t)
	recs := w.make(4)
	g, err := w.vault.generation(w.org, 1)
	w.must(err)
	org := [16]byte(w.org.Bytes())
	for i, row := range w.rowsOfKeys() {
		for _, in := range record.Compartments() {
			branch, err := record.BranchKey(g.key, org, 1, in)
			w.must(err)
			_, err = record.Unwrap(branch, record.RecordKeyContext(org, [16]byte(row.rec.Bytes()), 1), row.wrapped)
			if row.rec != recs[i] || (err == nil) != (in == some(i)) {
				t.Errorf("the key of a record of %s under the branch %s: %v", some(i), in, err)
			}
		}
		if _, err := record.Unwrap(g.key, record.RecordKeyContext(org, [16]byte(row.rec.Bytes()), 1),
			row.wrapped); err == nil {
			t.Error("a record key opens under the generation's own key, outside any branch")
		}
	}
	err = w.store.Do(w.ctx(), func(tx *store.Tx) error {
		_, err := w.vault.New(tx, w.org, id.NewRecord(t0),
			"neighbours")
		return err
	})
	w.want(err, fail.Broken)
}

// TestNothingTellsACompartment: with colleague concerns or without, database and key
// store hold the same number of rows, generations and bytes.
func TestNothingTellsACompartment(t *testing.T) {
	looks := func(in func(i int) record.Compartment) (out []int) {
		w := onSQLite(t)
		var recs []id.Record
		for i := range 40 {
			recs = append(recs, id.NewRecord(w.clock.Now()))
			w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
				_, err := w.vault.New(tx, w.org, recs[i],
					in(i))
				return err
			}))
		}
		w.erase(recs[39]) // the list of what was moved is in the key store
		for _, row := range w.rowsOfKeys() {
			out = append(out, len(row.wrapped), int(row.generation))
			if bytes.Contains(row.wrapped, []byte(record.Colleague)) {
				t.Error("a wrapped key names its compartment")
			}
		}
		image, err := os.ReadFile(w.o.KeyStore)
		w.must(err)
		return append(out, len(image), len(w.vault.generationsOf(w.org)), w.number(`select count(*) from key_generation`))
	}
	alone, mixed := looks(func(int) record.Compartment { return record.Patient }), looks(some)
	if !slices.Equal(alone, mixed) {
		t.Errorf("patients' records alone look like %v, with others among them like %v", alone, mixed)
	}
}
