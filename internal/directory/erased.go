package directory

import (
	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/record"
)

// erased stands in the organisation's own record when one of its records was
// erased: the log still verifies, and shows by whose word the record went.
type erased struct {
	Record id.Record   `json:"record"`
	Reason string      `json:"reason"`
	By     []id.Person `json:"by"`
}

// NoteErased writes the entry of an erasure, in the commit that erases.
func (d *Desk) NoteErased(tx *store.Tx, org id.Org, rec id.Record, reason string, words ...Word) error {
	key, err := d.Vault.Key(tx, org, org.Record())
	if err != nil {
		return err
	}
	version, err := d.Ledger.Version(tx, org.Record())
	if err != nil {
		return err
	}
	e := erased{Record: rec, Reason: reason}
	for _, w := range words {
		e.By = append(e.By, w.person)
	}
	by := ledger.Author{Role: string(access.System), Rule: "erased-on-two-words"}
	if len(words) == 0 {
		by.Rule = "erased-before-the-restore"
	}
	_, err = d.Ledger.Append(tx, key, version, by, ledger.Event{Kind: record.KindErased, Data: e})
	return err
}

// Person is whose word it is.
func (w Word) Person() id.Person { return w.person }
