package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

var errIncomplete = errors.New("ledger: an entry needs a kind and the rule that allowed it")

// Append writes events as versions expected+1 … of the key's record, which is of this
// room, and gives the version that the record then stands at. fail.Stale when the record has moved on
// since expected was read; expected 0 begins a record.
//
// The head moves first: on PostgreSQL it is the lock, so that a record's entries
// get their insertion order, and hence their place in the tree, in order of version.
func (l *Log) Append(
	tx *store.Tx, room Room, key *vault.Key, expected int64, by Author, events ...Event,
) (int64, error) {
	if len(events) == 0 || expected < 0 || room < 1 {
		return 0, errors.New("ledger: nothing to append, or to a version below 0, or to no room")
	}
	version := expected + int64(len(events))
	if err := moveHead(tx, room, key, expected, version); err != nil {
		return 0, err
	}
	for i, ev := range events {
		if err := l.put(tx, room, key, expected+1+int64(i), by, ev); err != nil {
			return 0, err
		}
	}
	return version, nil
}

// Reading writes an entry that changes nothing: who saw the key's record. It takes
// no version and touches no head, so that reading never makes a writer stale. It holds the row
// of the record's key, which an erasure takes: it comes before that and is erased, or not at all.
func (l *Log) Reading(tx *store.Tx, room Room, key *vault.Key, by Author, ev Event) error {
	return l.put(tx, room, key, 0, by, ev)
}

// Version is the version that a record stands at; fail.Missing when it was never begun.
func (l *Log) Version(tx *store.Tx, rec id.Record) (int64, error) {
	h, err := store.One(tx, scanInt, `select version from head where record = $1`, rec)
	if err != nil {
		return 0, fmt.Errorf("read head: %w", err)
	}
	return h, nil
}

// Belongs says whether a record was begun in this organisation, as its head has it.
func (l *Log) Belongs(tx *store.Tx, rec id.Record, org id.Org) (bool, error) {
	n, err := store.One(tx, scanInt, `select count(*) from head where record = $1 and org = $2`, rec, org)
	return n == 1, err
}

func scanInt(v *int64) []any { return []any{v} }

func moveHead(tx *store.Tx, room Room, key *vault.Key, from, to int64) error {
	if from == 0 {
		return tx.Later(headMoved, `insert into head (record, org, room, version)
			values ($1, $2, $3, $4) on conflict (record) do nothing`,
			key.Record(), key.Org(), room, to)
	}
	return headMoved(tx.Exec(`update head set version = $1 where record = $2 and org = $3 and room = $4 and version = $5`,
		to, key.Record(), key.Org(), room, from))
}

// headMoved judges the answer to a move of a head.
func headMoved(moved int64, err error) error {
	if err != nil {
		return fmt.Errorf("move head: %w", err)
	}
	if moved != 1 {
		return fail.New(fail.Stale, "This was changed since you opened it")
	}
	return nil
}

func (l *Log) put(tx *store.Tx, room Room, key *vault.Key, version int64, by Author, ev Event) error {
	payload, err := payload(by, ev)
	if err != nil {
		return err
	}
	h := record.Header{
		Org: [16]byte(key.Org().Bytes()), Record: [16]byte(key.Record().Bytes()),
		Version: version, At: clock.Micros(tx.Now()), Generation: key.Generation(), Room: int64(room),
	}
	entry := id.NewEntry(tx.Now())
	h.Entry = [16]byte(entry.Bytes())
	sealed, leaf := key.RecordKey().SealEntry(h, payload)
	tx.BeforeAnswer(func() error { return l.written(record.Held{Header: h, Leaf: leaf}) })
	if version == 0 && tx.OneJourney() {
		if err := tx.Later(keyTaken, keyStays, key.Record()); err != nil {
			return err
		}
	}
	return insertEntry(tx, entry, key.Org(), key.Record(), version, h.At, h.Generation, room, leaf[:], sealed)
}

// entryTaken judges the answer to a new entry.
func entryTaken(rows int64, err error) error {
	if err = store.OneRow(rows, err); store.IsUnique(err) {
		// The head said that this version was free.
		return fail.Wrap(fail.Tampered, err, wordsTampered)
	}
	if err != nil {
		return fmt.Errorf("insert entry: %w", err)
	}
	return nil
}

const entryRow = `insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning n`

// entryPostgres puts an entry and its place among those that wait with one question
// to the server; SQLite, which needs no journey, cannot say it in one.
const entryPostgres = `with e as (` + entryRow + `) insert into entry_pending (n) select n from e`

// keyStays holds the row of a record's key until this unit ends; on SQLite no erasure comes in between.
const keyStays = `select 1 from record_key where record = $1 for share`

// keyTaken judges the answer to keyStays.
func keyTaken(rows int64, err error) error {
	if err == nil && rows == 0 {
		return fail.New(fail.Gone, "This record has been erased")
	}
	return err
}

// insertEntry puts an entry and has it wait for its number.
func insertEntry(tx *store.Tx, values ...any) error {
	if tx.OneJourney() {
		return tx.Later(entryTaken, entryPostgres, values...)
	}
	n, err := store.One(tx, scanInt, entryRow, values...)
	if fail.Is(err, fail.Missing) {
		err = store.OneRow(0, nil) // it was let through and is not there
	}
	if err == nil {
		err = tx.ChangeOne(`insert into entry_pending (n) values ($1)`, n)
	}
	return entryTaken(1, err)
}

// payload is the canonical JSON of an entry's body.
func payload(by Author, ev Event) ([]byte, error) {
	if ev.Kind == "" || by.Rule == "" {
		return nil, errIncomplete
	}
	body := record.EntryBody{Kind: ev.Kind, Role: by.Role, Rule: by.Rule}
	if !by.Person.IsZero() {
		body.Actor = by.Person.String()
	}
	if ev.Data != nil {
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(ev.Data); err != nil {
			return nil, fmt.Errorf("marshal data of %s: %w", ev.Kind, err)
		}
		body.Data = buf.Bytes()
	}
	return body.Append(nil)
}

// Hold keeps a record as it stands until this unit ends: whoever appends to it waits.
func (l *Log) Hold(tx *store.Tx, rec id.Record) error {
	_, err := store.All(tx, scanInt, `select version from head where record = $1`+tx.ForUpdate(), rec)
	return err
}
