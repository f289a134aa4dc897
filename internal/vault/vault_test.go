package vault

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

func TestKeyOpensWhatItSealed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.make(1)[0]
		sealed := w.mustKey(rec).Seal("words", 1, []byte("She has stopped eating with us."))
		w.reopen()
		k := w.mustKey(rec)
		if plain, err := k.Open("words", 1, sealed); err != nil || string(plain) != "She has stopped eating with us." {
			t.Fatalf("%q %v", plain, err)
		}
		if k.Org() != w.org || k.Record() != rec || k.Generation() != 1 {
			t.Fatalf("key of %v %v %d", k.Org(), k.Record(), k.Generation())
		}
		_, err := w.key(id.NewRecord(t0))
		w.want(err, fail.Missing)
		w.want(w.store.Do(w.ctx(), func(tx *store.Tx) error {
			_, err := w.vault.New(tx, w.org, rec,
				record.Patient)
			return err
		}), fail.Conflict)
		other := id.NewOrg(t0)
		w.want(w.store.Do(w.ctx(), func(tx *store.Tx) error {
			_, err := w.vault.New(tx, other, id.NewRecord(t0), record.Patient)
			return err
		}), fail.Broken)
		w.want(w.store.View(w.ctx(), func(tx *store.Tx) error { _, err := w.vault.Key(tx, other, rec); return err }),
			fail.Missing)
	})
}

// C5: of 50 ciphertexts, each opens in its own place and in no other.
func TestCiphertextsCannotBeMoved(t *testing.T) {
	w := onSQLite(t)
	second := id.NewOrg(t0)
	w.must(w.vault.AddOrg(w.ctx(), second))
	type text struct {
		key     *Key
		field   string
		version int64
		sealed  []byte
	}
	var texts []text
	for range 5 {
		var k *Key
		org, rec := w.org, id.NewRecord(t0)
		if len(texts) >= 30 {
			org = second
		}
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) (err error) {
			k,
				err = w.vault.New(tx, org, rec, record.Patient)
			return err
		}))
		for i := range 10 {
			x := text{key: k, field: []string{"words", "reasons"}[i%2], version: int64(1 + i/2)}
			x.sealed = x.key.Seal(x.field, x.version, fmt.Appendf(nil, "text %d", len(texts)))
			texts = append(texts, x)
		}
	}
	for i, at := range texts {
		for j, from := range texts {
			plain, err := at.key.Open(at.field, at.version, from.sealed)
			if i == j {
				if err != nil || string(plain) != fmt.Sprintf("text %d", i) {
					t.Fatalf("%d in its own place: %q %v", i, plain, err)
				}
				continue
			}
			if !fail.Is(err, fail.Tampered) || plain != nil {
				t.Fatalf("ciphertext %d opened in the place of %d: %q %v", j, i, plain, err)
			}
		}
	}
	for _, x := range texts[:20] {
		for i := range x.sealed {
			damaged := bytes.Clone(x.sealed)
			damaged[i] ^= 1
			if _, err := x.key.Open(x.field, x.version, damaged); !fail.Is(err, fail.Tampered) {
				t.Fatalf("byte %d changed: %v", i, err)
			}
			if _, err := x.key.Open(x.field, x.version, x.sealed[:i]); !fail.Is(err, fail.Tampered) {
				t.Fatalf("cut at %d: %v", i, err)
			}
		}
	}
}

// The place names the record even when two records had one key: a wrapped key
// copied to another row opens neither as that record's key nor its fields.
func TestWrappedKeysCannotBeMoved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(2)
		for name, query := range map[string]string{
			"another record's key": `update record_key set wrapped = (select b.wrapped from record_key b where b.record = $2) where record = $1`,
			"another generation":   `update record_key set generation = 2 where record = $1 and record <> $2`,
			"one far ahead":        `update record_key set generation = 1000000 where record = $1 and record <> $2`,
			"one that never is":    `update record_key set generation = 0 where record = $1 and record <> $2`,
		} {
			err := w.store.Do(w.ctx(), func(tx *store.Tx) error {
				if _, err := tx.Exec(query, recs[0], recs[1]); err != nil {
					return err
				}
				_, err := w.vault.Key(tx, w.org, recs[0])
				return err // and so the change is undone
			})
			if !fail.Is(err, fail.Tampered) {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.mustKey(recs[0])
		k := w.mustKey(recs[0])
		as, err := keyOf(w.org, recs[1], 1, rawKey{key: [32]byte{1}})
		w.must(err)
		as.key = k.key
		if _, err := as.Open("words", 1, k.Seal("words", 1, []byte("x"))); !fail.Is(err, fail.Tampered) {
			t.Errorf("same key, other record: %v", err)
		}
	})
}

func TestGenerationServesADayAndAThousandRecords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(generationRecords)
		if g := w.mustKey(recs[len(recs)-1]).Generation(); g != 1 {
			t.Fatalf("record 1000 is in generation %d", g)
		}
		w.vault.tasks.Wait()
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 2 {
			t.Fatalf("record 1001 is in generation %d", g)
		}
		w.clock.Move(generationLife - time.Second)
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 2 {
			t.Fatalf("within the day: generation %d", g)
		}
		w.clock.Move(time.Second)
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 3 {
			t.Fatalf("the day after: generation %d", g)
		}
		w.clock.Move(-48 * time.Hour) // a generation from the future could serve for years
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 4 {
			t.Fatalf("after the clock went back: generation %d", g)
		}
		if most := w.number(`select max(n) from (select count(*) as n from record_key group by org, generation) counts`); most > generationRecords {
			t.Fatalf("a generation wraps %d", most)
		}
	})
}

// Units that roll back, or run again, leave no half of a generation behind.
func TestNewInAUnitThatFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 3 {
			err := w.store.Do(w.ctx(), func(tx *store.Tx) error {
				if _, err := w.vault.New(tx, w.org, id.NewRecord(t0), record.Patient); err != nil {
					return err
				}
				return fail.New(fail.Conflict, "changed my mind")
			})
			w.want(err, fail.Conflict)
		}
		if n := w.number(`select (select count(*) from record_key) + (select count(*) from key_generation)`); n != 0 {
			t.Fatalf("%d rows left", n)
		}
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 1 {
			t.Fatalf("generation %d: the failed units used up another", g)
		}
		w.reopen()
	})
}
