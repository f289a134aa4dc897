package directory

import (
	"crypto/hmac"
	"crypto/sha256"

	"heed/internal/id"
	"heed/internal/store"
)

// ListKey is the organisation's key for the tags of lists. It is made from a secret
// of the organisation's own record, and known to nobody who has the database alone.
func (d *Desk) ListKey(tx *store.Tx, org id.Org) ([]byte, error) {
	o, err := d.organisation(tx, org)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, o.lookup)
	m.Write([]byte("heed/list-key/1"))
	return m.Sum(nil), nil
}
