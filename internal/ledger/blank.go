package ledger

import (
	"fmt"

	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// Stands is the digest of what Blank will leave of the key's record, of its entries as they open; fail.Tampered when
// one does not. Blank gives another when somebody moved a row there in between, which no lock of ours keeps out.
func (l *Log) Stands(tx *store.Tx, key *vault.Key) (form string, err error) {
	all, _, err := versions(tx, key.Record())
	if err != nil {
		return "", err
	}
	seen, err := readings(tx, key.Record())
	if err != nil {
		return "", err
	}
	all = append(all, seen...)
	if _, err := open(key, all); err != nil {
		return "", err
	}
	var f record.Form
	for _, r := range all {
		f.Add(r.header(), [32]byte(r.leaf))
	}
	return f.Digest(), nil
}

// Blank takes the sealed bytes away from every entry of an erased record; the leaves stay,
// and the tree still verifies. For the unit of work that erases. It gives the digest of
// what stays (record.Form), for the erasure's entry. Nobody adds a row meanwhile: the eraser
// holds the record's head, and its key, which a reading holds too.
func (l *Log) Blank(tx *store.Tx, rec id.Record) (form string, err error) {
	var f record.Form
	for _, which := range []string{`record = $1 and version > 0`, `record = $1 and version = 0`} {
		if _, err := tx.Exec(`update entry set sealed = null where `+which, rec); err != nil {
			return "", fmt.Errorf("blank entries: %w", err)
		}
		rows, err := store.All(tx, (*blankRow).fields, `select id, org, version, at, generation, room, leaf from entry
			where `+which+` order by version, n`, rec)
		if err != nil {
			return "", fmt.Errorf("read what stays of a record: %w", err)
		}
		for _, r := range rows {
			h := record.Header{Record: [16]byte(rec.Bytes()), Version: r.version, At: r.at, Generation: r.generation,
				Room: r.room}
			copy(h.Entry[:], r.id)
			copy(h.Org[:], r.org)
			var leaf [32]byte
			copy(leaf[:], r.leaf)
			f.Add(h, leaf)
		}
	}
	return f.Digest(), nil
}

// blankRow is a row as it stands: whether it opens is asked before, while there is a key.
type blankRow struct {
	id, org, leaf                 []byte
	version, at, generation, room int64
}

func (r *blankRow) fields() []any {
	return []any{&r.id, &r.org, &r.version, &r.at, &r.generation, &r.room, &r.leaf}
}
