package vault

import (
	"context"
	"errors"
	"slices"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// Key is one record's own key. Safe for concurrent use; not to be kept longer
// than the unit of work it was asked for in.
type Key struct {
	org        id.Org
	rec        id.Record
	generation int64
	in         record.Compartment
	key        *record.RecordKey
}

// Org is the record's organisation.
func (k *Key) Org() id.Org { return k.org }

// Record is the record.
func (k *Key) Record() id.Record { return k.rec }

// Generation is the number of the generation key that wrapped this key when it was read.
func (k *Key) Generation() int64 { return k.generation }

// Compartment is the one under whose branch of keys this key was wrapped.
func (k *Key) Compartment() record.Compartment { return k.in }

// RecordKey is the key in the form that package record seals and opens entries with.
func (k *Key) RecordKey() *record.RecordKey { return k.key }

func (k *Key) place(field string, version int64) record.Place {
	return record.Place{Org: [16]byte(k.org.Bytes()), Record: [16]byte(k.rec.Bytes()), Field: field, Version: version}
}

// Seal encrypts a value for one field and version of this record.
func (k *Key) Seal(field string, version int64, plain []byte) []byte {
	return k.key.Seal(k.place(field, version), plain)
}

// Open gives back what was sealed for this field and version of this record; anything else is fail.Tampered.
func (k *Key) Open(field string, version int64, sealed []byte) ([]byte, error) {
	plain, err := k.key.Open(k.place(field, version), sealed)
	if err != nil {
		return nil, fail.Wrap(fail.Tampered, err, "This record has been damaged or changed outside Heed, so it is not shown")
	}
	return plain, nil
}

// New makes the key of a record of this compartment and keeps it, wrapped, in this unit of work. One
// insert; about once in a thousand times also a new generation, which is
// usually made beforehand.
//
// The insert reads key_generation so that it wraps nothing under a generation
// that an erasure has retired. On PostgreSQL the row is locked until this unit
// ends, and the erasure waits for it; on SQLite units do not run side by side.
func (v *Vault) New(tx *store.Tx, org id.Org, rec id.Record, in record.Compartment) (*Key, error) {
	if org.IsZero() || rec.IsZero() {
		return nil, fail.New(fail.Broken, "vault: a key for no record")
	}
	raw := rawKey{record.NewRecordKey(), in}
	for range 3 {
		g, err := v.current(tx.Now(), org)
		if err != nil {
			return nil, err
		}
		if err := v.note(tx, g); errors.Is(err, errDestroyed) {
			v.retire(org, g.number)
			continue
		} else if err != nil {
			return nil, err
		}
		wrapped, err := g.wrap(rec, raw)
		if err != nil {
			return nil, err
		}
		n, err := tx.Exec(insertKey+tx.ForShare(), rec, org, g.number, wrapped, g.fingerprint[:])
		if store.IsUnique(err) {
			return nil, fail.Wrap(fail.Conflict, err, "This record has a key already")
		}
		if err != nil {
			return nil, err
		}
		if n == 1 {
			return keyOf(org, rec, g.number, raw)
		}
		v.retire(org, g.number)
	}
	return nil, fail.New(fail.Conflict, "New keys cannot be kept: another key store is in use with this database")
}

const insertKey = `insert into record_key (record, org, generation, wrapped)
	select $1, org, generation, $4 from key_generation
	where org = $2 and generation = $3 and fingerprint = $5 and retired_at is null`

// rawKey is a record's key and the compartment it is of.
type rawKey struct {
	key [record.KeySize]byte
	in  record.Compartment
}

func (g *generation) wrap(rec id.Record, raw rawKey) ([]byte, error) {
	wrapped, err := g.branches.Wrap(raw.in, [16]byte(rec.Bytes()), raw.key)
	if err != nil {
		return nil, fail.Wrap(fail.Broken, err, "vault: a key for no compartment")
	}
	return wrapped, nil
}

func keyOf(org id.Org, rec id.Record, generation int64, raw rawKey) (*Key, error) {
	key, err := record.OpenKey(raw.key)
	if err != nil {
		return nil, err
	}
	return &Key{org: org, rec: rec, generation: generation, in: raw.in, key: key}, nil
}

// wrappedKey is a row of record_key.
type wrappedKey struct {
	rec        id.Record
	generation int64
	wrapped    []byte
}

const selectKey = `select record, generation, wrapped from record_key where record = $1 and org = $2`

func (w *wrappedKey) scan() []any { return []any{&w.rec, &w.generation, &w.wrapped} }

// Key gives a record's key: fail.Gone when the record was erased (a tombstone names
// it, or its erasure is under way), fail.Missing when there is none, fail.Tampered
// when what is kept does not open. Who names compartments holds the branches of all
// others closed: a record that is in one of those is fail.Hidden.
func (v *Vault) Key(tx *store.Tx, org id.Org, rec id.Record, in ...record.Compartment) (*Key, error) {
	key, err := v.key(tx, org, rec)
	if err == nil && len(in) > 0 && !slices.Contains(in, key.in) {
		return nil, fail.New(fail.Hidden, "Page not found")
	}
	return key, err
}

func (v *Vault) key(tx *store.Tx, org id.Org, rec id.Record) (*Key, error) {
	row, err := store.One(tx, (*wrappedKey).scan, selectKey, rec, org)
	if fail.Is(err, fail.Missing) {
		return nil, v.absent(tx, org, rec)
	}
	if err != nil {
		return nil, err
	}
	raw, err := v.unwrap(org, rec, row.generation, row.wrapped)
	if !errors.Is(err, errDestroyed) {
		return keyOr(org, rec, row.generation, raw, err)
	}
	// An erasure may have moved this key between the two looks; on PostgreSQL a
	// unit of work sees the new row.
	again, e := store.One(tx, (*wrappedKey).scan, selectKey, rec, org)
	if e != nil {
		return nil, e
	}
	if again.generation == row.generation {
		return v.stranded(org, rec)
	}
	raw, err = v.unwrap(org, rec, again.generation, again.wrapped)
	return keyOr(org, rec, again.generation, raw, err)
}

func keyOr(org id.Org, rec id.Record, generation int64, raw rawKey, err error) (*Key, error) {
	if err != nil {
		return nil, err
	}
	return keyOf(org, rec, generation, raw)
}

// stranded is the key of a record whose row is wrapped by a destroyed generation.
// The row says nothing about why: the key store does.
func (v *Vault) stranded(org id.Org, rec id.Record) (*Key, error) {
	list, err := v.moved(org)
	if err != nil {
		return nil, err
	}
	if m, ok := list[rec]; ok {
		return keyOf(org, rec, m.next.number, m.raw)
	}
	t, err := v.tombstones(context.Background(), org)
	if err != nil {
		return nil, err
	}
	if _, ok := t.named(rec); ok {
		return nil, errErased()
	}
	if t.lost[rec] {
		return nil, fail.New(fail.Gone, "The key of this record was lost with a key store that could not be put back")
	}
	return nil, fail.Wrap(fail.Tampered, errDestroyed, wordsKeyTampered)
}

// absent says why a record has no key.
func (v *Vault) absent(tx *store.Tx, org id.Org, rec id.Record) error {
	if _, err := v.decided(tx, org, rec); err != nil {
		return err
	}
	return errErased()
}

func errErased() error { return fail.New(fail.Gone, "This record has been erased") }

const (
	wordsKeyTampered = "The key of this record has been damaged or changed outside Heed, so it is not shown"
	wordsNoSuchKey   = "The key of this record lies under one that the key store never held: it was changed outside " +
		"Heed, or an older copy of the key store was put in place of the latest"
)

// Unwrap opens a row of record_key that somebody read together with other rows,
// for whoever replays many records.
func (v *Vault) Unwrap(org id.Org, rec id.Record, generation int64, wrapped []byte) (*Key, error) {
	raw, err := v.unwrap(org, rec, generation, wrapped)
	if errors.Is(err, errDestroyed) {
		return v.stranded(org, rec)
	}
	return keyOr(org, rec, generation, raw, err)
}

func (v *Vault) unwrap(org id.Org, rec id.Record, generation int64, wrapped []byte) (raw rawKey, err error) {
	g, err := v.generation(org, generation)
	if err != nil {
		return raw, err
	}
	raw.key, raw.in, err = g.branches.Unwrap([16]byte(rec.Bytes()), wrapped)
	if err != nil {
		return raw, fail.Wrap(fail.Tampered, err, wordsKeyTampered)
	}
	return raw, nil
}
