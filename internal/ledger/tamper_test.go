package ledger

import (
	"errors"
	"fmt"
	"testing"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

var errUndo = errors.New("undo")

// flip changes one bit of one blob.
func flip(tx *store.Tx, table, column, where string, at int, args ...any) error {
	b, err := store.One(tx, scanBytes, `select `+column+` from `+table+` where `+where, args...)
	if err != nil {
		return err
	}
	b[(at+len(b))%len(b)] ^= 4
	_, err = tx.Exec(fmt.Sprintf(`update %s set %s = $%d where %s`, table, column, len(args)+1, where), append(args, b)...)
	return err
}

func change(query string, args ...any) func(tx *store.Tx) error {
	return func(tx *store.Tx) error { _, err := tx.Exec(query, args...); return err }
}

func TestEveryChangeOfARecordsRowsIsFound(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec, other := r.begin("one", "two", "three"), r.begin("other one", "other two", "other three")
		must(t, r.look(rec, nurse))
		must(t, r.look(rec, nurse))
		must(t, r.Publish(r.ctx))
		swap := func(column string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				q := `select ` + column + ` from entry where record = $1 and version = 2 and version > 0`
				a, err := store.One(tx, scanBytes, q, rec)
				if err != nil {
					return err
				}
				b, err := store.One(tx, scanBytes, q, other)
				if err != nil {
					return err
				}
				u := `update entry set ` + column + ` = $1 where record = $2 and version = 2`
				return errors.Join(change(u, b, rec)(tx), change(u, a, other)(tx))
			}
		}
		changes := map[string]func(tx *store.Tx) error{
			"a later time":       change(`update entry set at = at + 1 where record = $1 and version = 2`, rec),
			"another generation": change(`update entry set generation = generation + 1 where record = $1 and version = 1`, rec),
			"another id": change(`update entry set id = $2 where record = $1 and version = 1`, rec,
				id.NewEntry(r.o.Clock.Now())),
			"another room": change(`update entry set room = 2 where record = $1 and version = 2`, rec),
			"another room everywhere": func(tx *store.Tx) error {
				return errors.Join(change(`update entry set room = 2 where record = $1`, rec)(tx),
					change(`update head set room = 2 where record = $1`, rec)(tx))
			},
			"a head of another room": change(`update head set room = 2 where record = $1`, rec),
			"another organisation": change(`update entry set org = $2 where record = $1 and version = 1`, rec,
				id.NewOrg(r.o.Clock.Now())),
			"the middle taken away": change(`delete from entry where record = $1 and version = 2`, rec),
			"the tail taken away":   change(`delete from entry where record = $1 and version = 3`, rec),
			"all taken away":        change(`delete from entry where record = $1`, rec),
			"a head too high":       change(`update head set version = 4 where record = $1`, rec),
			"a head too low":        change(`update head set version = 2 where record = $1`, rec),
			"sealed parts swapped":  swap("sealed"),
			"leaves swapped":        swap("leaf"),
			"ids swapped":           swap("id"),
			"a row of another record": change(`update entry set record = $1, version = 4 where record = $2 and version = 3`,
				rec, other),
			"the last entry repeated":  change(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed) select id, org, record, 4, at, generation, room, leaf, sealed from entry where record = $1 and version = 3`, rec),
			"the sealed part blanked":  change(`update entry set sealed = null where record = $1 and version = 2`, rec),
			"versions in another way":  change(`update entry set version = 7 - version where record = $1 and version > 0`, rec),
			"a reading made a version": change(`update entry set version = 4 where n = (select min(n) from entry where record = $1 and version = 0)`, rec),
		}
		for _, at := range []int{0, 1, 12, 13, 30, 60, -17, -1} {
			changes[fmt.Sprint("a bit of the sealed part at ", at)] = func(tx *store.Tx) error {
				return flip(tx, "entry", "sealed", "record = $1 and version = 2", at, rec)
			}
		}
		changes["a bit of the leaf"] = func(tx *store.Tx) error {
			return flip(tx, "entry", "leaf", "record = $1 and version = 2", 5, rec)
		}
		for name, edit := range changes {
			t.Run(name, func(t *testing.T) {
				wants(t, r.tried(rec, edit, func(tx *store.Tx, key *vault.Key) error {
					_, err := r.History(tx, key)
					return err
				}), fail.Tampered)
			})
		}
		readings := map[string]func(tx *store.Tx) error{
			"a reading of a room":  change(`update entry set room = 2 where record = $1 and version = 0`, rec),
			"a reading altered":    change(`update entry set at = at - 60000000 where record = $1 and version = 0`, rec),
			"a reading repeated":   change(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed) select id, org, record, version, at, generation, room, leaf, sealed from entry where record = $1 and version = 0`, rec),
			"a reading of another": change(`update entry set record = $2 where record = $1 and version = 0`, other, rec),
			"a version as reading": change(`update entry set version = 0 where record = $1 and version = 3`, rec),
			"a reading blanked":    change(`update entry set sealed = null where record = $1 and version = 0`, rec),
			"a bit of its sealed": func(tx *store.Tx) error {
				return flip(tx, "entry", "sealed", "n = (select min(n) from entry where record = $1 and version = 0)", 20, rec)
			},
			"a bit of its own leaf": func(tx *store.Tx) error {
				return flip(tx, "entry", "leaf", "n = (select min(n) from entry where record = $1 and version = 0)", 20, rec)
			},
		}
		delete(readings, "a reading of another") // other has none to move; the next line moves one of rec's
		for name, edit := range readings {
			t.Run(name, func(t *testing.T) {
				wants(t, r.tried(rec, edit, func(tx *store.Tx, key *vault.Key) error {
					_, err := r.Readings(tx, key)
					return err
				}), fail.Tampered)
			})
		}
		t.Run("nothing", func(t *testing.T) {
			err := r.tried(rec, func(*store.Tx) error { return nil }, func(tx *store.Tx, key *vault.Key) error {
				_, err := r.History(tx, key)
				_, err2 := r.Readings(tx, key)
				return errors.Join(err, err2)
			})
			if !errors.Is(err, errUndo) {
				t.Fatalf("an untouched record: %v", err)
			}
		})
	})
}

// tried changes rows, looks, and takes the change back.
func (r *room) tried(rec id.Record, change func(*store.Tx) error, look func(*store.Tx, *vault.Key) error) error {
	return r.store.Do(r.ctx, func(tx *store.Tx) error {
		key, err := r.vault.Key(tx, r.org, rec)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return fmt.Errorf("make the change: %w", err)
		}
		if err := look(tx, key); err != nil {
			return err
		}
		return errUndo
	})
}

func TestWhenTheStateIsNotKnownNothingIsSigned(t *testing.T) {
	type keep struct {
		size             int64
		root, note, edge []byte
	}
	var old keep
	stranger, err := record.NewSigner("ledger.test")
	must(t, err)
	changes := map[string]func(r *room){
		"the state says less":         func(r *room) { r.sql(`update log_state set size = size - 1`) },
		"the state has another root":  func(r *room) { r.blob("log_state", "root", "id = 1") },
		"the signature is damaged":    func(r *room) { r.blob("log_state", "note", "id = 1") },
		"the state is taken away":     func(r *room) { r.sql(`delete from log_state`) },
		"the state is emptied":        func(r *room) { r.sql(`update log_state set size = 0, root = null, note = null`) },
		"the edge of level 0 altered": func(r *room) { r.blob("log_tile", "hashes", "level = 0 and idx = 1") },
		"the edge of level 1 altered": func(r *room) { r.blob("log_tile", "hashes", "level = 1 and idx = 0") },
		"the edge taken away":         func(r *room) { r.sql(`delete from log_tile where level = 0 and idx = 1`) },
		"the edge cut": func(r *room) {
			r.sql(`update log_tile set hashes = $1 where level = 0 and idx = 1`, make([]byte, 32))
		},
		"the checkpoint is damaged": func(r *room) { r.blob("log_checkpoint", "note", "size > 0") },
		"a checkpoint of another key": func(r *room) {
			r.sql(`update log_checkpoint set note = $1`, record.SignCheckpoint(r.checkpoint(), stranger))
		},
		"a checkpoint of another tree": func(r *room) {
			c := r.checkpoint()
			c.Root[3] ^= 1
			r.sql(`update log_checkpoint set note = $1`, record.SignCheckpoint(c, r.signer))
		},
		"an internal one for public": func(r *room) {
			r.sql(`update log_checkpoint set note = (select note from log_state)`)
		},
		"an older state put back": func(r *room) {
			r.sql(`update log_state set size = $1, root = $2, note = $3`, old.size, old.root, old.note)
		},
		"a public one for internal": func(r *room) {
			r.sql(`update log_state set note = (select note from log_checkpoint order by size limit 1)`)
		},
		"an older log put back": func(r *room) {
			r.sql(`delete from log_run where seq >= $1`, old.size)
			r.sql(`delete from log_tile where level > 0 or idx > 0`)
			r.sql(`update log_tile set hashes = $1`, old.edge)
			r.sql(`update log_state set size = $1, root = $2, note = $3`, old.size, old.root, old.note)
		},
		"a waiting entry taken away": func(r *room) { r.sql(`delete from entry where n = (select max(n) from entry)`) },
		"a numbered entry waits":     func(r *room) { r.sql(`insert into entry_pending (n) select min(n) from entry`) },
		"one from a run waits":       func(r *room) { r.sql(`insert into entry_pending (n) select min(n) + 5 from entry`) },
		"numbers given away": func(r *room) {
			r.sql(`insert into log_run (seq, size, n) select size, 1, 1000000 from log_state`)
		},
	}
	onlyInProof := map[string]bool{"a checkpoint of another tree": true} // publishing alone proves
	for name, edit := range changes {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *store.Store) {
				r := furnish(t, s)
				first := r.begin("one")
				_, err := r.Sequence(r.ctx)
				must(t, err)
				must(t, s.View(r.ctx, func(tx *store.Tx) (err error) {
					old, err = store.One(tx, func(k *keep) []any { return []any{&k.size, &k.root, &k.note, &k.edge} },
						`select size, root, note, hashes from log_state, log_tile`)
					return err
				}))
				r.bulk(first, 280)
				must(t, r.Publish(r.ctx))
				before := len(r.sizes())
				rec := r.begin("one")
				edit(r)
				for _, l := range []*room{r, r.again()} { // this process, and one started after
					if _, err := l.Sequence(l.ctx); !onlyInProof[name] {
						wants(t, err, fail.Tampered)
					}
					wants(t, l.Publish(l.ctx), fail.Tampered)
					wants(t, l.Trouble(), fail.Tampered)
				}
				if n := len(r.sizes()); n != before {
					t.Errorf("%d checkpoints were signed, want the %d from before", n, before)
				}
				if name != "a waiting entry taken away" {
					must(t, r.add(rec, 1, "care goes on"))
				}
			})
		})
	}
}

// bulk puts n entries that nobody can open behind a record's first: enough for
// tests of the tree, which knows leaves only.
func (r *room) bulk(rec id.Record, n int) {
	r.sql(`with recursive k (i) as (select 2 union all select i + 1 from k where i <= $1)
		insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
		select id, org, record, k.i, at, generation, room, leaf, sealed from entry, k where record = $2`, n, rec)
	r.sql(`insert into entry_pending (n) select n from entry where record = $1 and version > 1`, rec)
}

// blob flips a bit in the middle of one stored blob.
func (r *room) blob(table, column, where string) {
	r.t.Helper()
	must(r.t, r.store.Do(r.ctx, func(tx *store.Tx) error { return flip(tx, table, column, where, 40) }))
}
