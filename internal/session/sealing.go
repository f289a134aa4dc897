package session

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
)

// Migrations are the tables of sessions, drafts, what was sent once, attempts to sign in.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Key seals what belongs to one person; *vault.Key is one.
type Key interface {
	Seal(field string, version int64, plain []byte) []byte
	Open(field string, version int64, sealed []byte) ([]byte, error)
}

// Keys gives the key of a record: vault.Vault.Key does. It is asked for the
// person's own record alone.
type Keys func(tx *store.Tx, org id.Org, rec id.Record) (Key, error)

// sealJSON seals a value under a person's key; at, the row's own instant, binds
// it to its row so that an older copy cannot be put back.
func (keys Keys) sealJSON(tx *store.Tx, who owner, field string, at int64, v any) ([]byte, error) {
	key, err := keys(tx, who.org, who.person.Record())
	return sealWith(key, err, field, at, v)
}

func (keys Keys) openJSON(tx *store.Tx, who owner, field string, at int64, sealed []byte, v any) error {
	key, err := keys(tx, who.org, who.person.Record())
	return openWith(key, err, field, at, sealed, v)
}

// Days gives the key for what somebody typed at an instant: vault.Vault.Day does. It
// is destroyed a week after its day, so that nothing that was typed and not sent
// can be read for longer, from whatever copy of the database.
type Days func(org id.Org, rec id.Record, at time.Time) (Key, error)

func (d Days) sealJSON(who owner, field string, at int64, v any) ([]byte, error) {
	key, err := d(who.org, who.person.Record(), clock.FromMicros(at))
	return sealWith(key, err, field, at, v)
}

func (d Days) openJSON(who owner, field string, at int64, sealed []byte, v any) error {
	key, err := d(who.org, who.person.Record(), clock.FromMicros(at))
	return openWith(key, err, field, at, sealed, v)
}

func sealWith(key Key, err error, field string, at int64, v any) ([]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", field, err)
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", field, err)
	}
	return key.Seal(field, at, plain), nil
}

func openWith(key Key, err error, field string, at int64, sealed []byte, v any) error {
	if err != nil {
		return fmt.Errorf("key of %s: %w", field, err)
	}
	plain, err := key.Open(field, at, sealed)
	if err != nil {
		return fmt.Errorf("open %s: %w", field, err)
	}
	return json.Unmarshal(plain, v)
}

// owner is the person to whom typed words belong.
type owner struct {
	person id.Person
	org    id.Org
}
