package ledger

import (
	"bytes"
	"fmt"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// row is a stored entry, not yet opened.
type row struct {
	n                       int64
	id                      id.Entry
	org                     id.Org
	record                  id.Record
	version, at, generation int64
	room                    Room
	leaf, sealed            []byte
}

const rowColumns = `n, id, org, record, version, at, generation, room, leaf, sealed`

func scanRow(r *row) []any {
	return []any{&r.n, &r.id, &r.org, &r.record, &r.version, &r.at, &r.generation, &r.room, &r.leaf, &r.sealed}
}

// headed is an entry with what the head of its record says.
type headed struct {
	row
	head     int64
	headRoom Room
}

func scanHeaded(h *headed) []any { return append(scanRow(&h.row), &h.head, &h.headRoom) }

// entriesUnderHead reads head and entries in one statement: in two, a record that
// moves on in between would look damaged.
const entriesUnderHead = `select e.n, e.id, e.org, e.record, e.version, e.at, e.generation, e.room, e.leaf, e.sealed, h.version, h.room
	from head h join entry e on e.record = h.record and e.version > 0 where h.record = $1 order by e.version`

const headAlone = `select version from head where record = $1
	and not exists (select 1 from entry where record = $1 and version > 0)`

// versions are the stored entries of a record and the version that it stands at.
func versions(tx *store.Tx, rec id.Record) ([]row, int64, error) {
	all, err := store.All(tx, scanHeaded, entriesUnderHead, rec)
	if err != nil {
		return nil, 0, fmt.Errorf("read entries: %w", err)
	}
	if len(all) == 0 {
		head, err := store.One(tx, scanInt, headAlone, rec)
		if err != nil {
			return nil, 0, fmt.Errorf("read head: %w", err)
		}
		return nil, head, nil
	}
	rows := make([]row, len(all))
	for i, h := range all {
		if h.room != h.headRoom {
			return nil, 0, tampered("record %s is of room %d and its entry %s of room %d", rec, h.headRoom, h.id, h.room)
		}
		rows[i] = h.row
	}
	return rows, all[0].head, nil
}

// History gives all versions of the key's record, oldest first. Each is opened,
// its leaf recomputed, and the versions run from 1 to the head without a gap;
// otherwise fail.Tampered. fail.Missing when the record was never begun.
func (l *Log) History(tx *store.Tx, key *vault.Key) ([]Entry, error) {
	rows, head, err := versions(tx, key.Record())
	if err != nil {
		return nil, err
	}
	if int64(len(rows)) != head {
		return nil, tampered("record %s stands at version %d and has %d entries", key.Record(), head, len(rows))
	}
	for i, r := range rows {
		if r.version != int64(i)+1 {
			return nil, tampered("record %s lacks version %d", key.Record(), i+1)
		}
	}
	return open(key, rows)
}

// Readings gives who saw the key's record, oldest first, each opened and its leaf
// recomputed. A reading that was taken away is found by verifying the tree, not here.
func (l *Log) Readings(tx *store.Tx, key *vault.Key) ([]Entry, error) {
	rows, err := readings(tx, key.Record())
	if err != nil {
		return nil, err
	}
	return open(key, rows)
}

func readings(tx *store.Tx, rec id.Record) ([]row, error) {
	rows, err := store.All(tx, scanRow, `select `+rowColumns+` from entry
		where record = $1 and version = 0 order by n`, rec)
	if err != nil {
		return nil, fmt.Errorf("read readings: %w", err)
	}
	seen := make(map[id.Entry]bool, len(rows))
	for _, r := range rows {
		if seen[r.id] {
			return nil, tampered("reading %s is there twice", r.id)
		}
		seen[r.id] = true
	}
	return rows, nil
}

func open(key *vault.Key, rows []row) ([]Entry, error) {
	out := make([]Entry, len(rows))
	var s record.Scratch
	for i, r := range rows {
		var err error
		if out[i], err = r.open(&s, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// open authenticates a row: it opens under the record's key as the entry of this
// organisation, record, id and version and no other, and gives the leaf that the row claims.
func (r row) open(s *record.Scratch, key *vault.Key) (Entry, error) {
	payload, leaf, err := key.RecordKey().OpenEntry(s, r.header(), r.sealed)
	if err != nil {
		return Entry{}, fail.Wrap(fail.Tampered, err, wordsTampered)
	}
	if !bytes.Equal(leaf[:], r.leaf) {
		return Entry{}, tampered("entry %s does not give its leaf", r.id)
	}
	body, err := record.ParseBody(payload) // copies what it keeps
	if err != nil {
		return Entry{}, fail.Wrap(fail.Tampered, err, wordsTampered)
	}
	e := Entry{
		ID: r.id, Org: r.org, Record: r.record, Version: r.version, At: clock.FromMicros(r.at),
		Kind: body.Kind, Author: Author{Role: body.Role, Rule: body.Rule}, Data: body.Data,
	}
	if err := e.Author.Person.UnmarshalText([]byte(body.Actor)); err != nil {
		return Entry{}, fmt.Errorf("entry %s: actor: %w", r.id, err)
	}
	return e, nil
}

func (r row) header() record.Header {
	return record.Header{
		Org: [16]byte(r.org.Bytes()), Record: [16]byte(r.record.Bytes()), Entry: [16]byte(r.id.Bytes()),
		Version: r.version, At: r.at, Generation: r.generation, Room: int64(r.room),
	}
}

const wordsTampered = "This record has been damaged or changed outside Heed, so it is not shown"

// tampered is a fail.Tampered whose cause, for the log of the machine, names ids only.
func tampered(format string, args ...any) *fail.Error {
	return fail.Wrap(fail.Tampered, fmt.Errorf("ledger: "+format, args...), wordsTampered)
}
