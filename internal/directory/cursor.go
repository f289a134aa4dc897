package directory

import (
	"encoding/base64"
	"encoding/binary"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// Place is where a page of a list ended: by what the list is ordered, and the last
// record that was shown.
type Place struct {
	Sort   int64
	Record id.Record
}

// Cursor seals the place at which a page ended, for this actor and this list alone.
// It names nothing and nothing is looked up by it: neither a cursor nor the answer to
// one says what exists. Only a row that the actor was shown may be made into one.
func (d *Desk) Cursor(tx *store.Tx, a access.Actor, list string, p Place) (string, error) {
	key, err := d.Vault.Key(tx, a.Org, a.Org.Record())
	if err != nil {
		return "", err
	}
	plain := append(binary.BigEndian.AppendUint64(nil, uint64(p.Sort)), p.Record.Bytes()...)
	return base64.RawURLEncoding.EncodeToString(key.Seal(cursorField(a, list), 0, plain)), nil
}

// PlaceOf opens a cursor; anything that this actor was not given for this list is a
// fault of the field "cursor", in the same words.
func (d *Desk) PlaceOf(tx *store.Tx, a access.Actor, list, cursor string) (p Place, err error) {
	key, err := d.Vault.Key(tx, a.Org, a.Org.Record())
	if err != nil {
		return p, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	var plain []byte
	if err == nil {
		plain, err = key.Open(cursorField(a, list), 0, sealed)
	}
	if err != nil || len(plain) != 8+len(p.Record.Bytes()) {
		return p, fail.Fields{{Name: "cursor", Words: "Send the cursor as the page before gave it"}}.Err()
	}
	p.Sort = int64(binary.BigEndian.Uint64(plain))
	return p, p.Record.Scan(plain[8:])
}

func cursorField(a access.Actor, list string) string {
	return "cursor:" + list + ":" + string(a.Role) + ":" + a.Team.String() + ":" + a.Person.String()
}
