package directory

import (
	"encoding/json"
	"fmt"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// erased stands in the organisation's own record when one of its records was
// erased: the log still verifies, and shows by whose word the record went. It names
// the generation whose key goes with it, so that the key store can be held against it.
type erased struct {
	Record     id.Record   `json:"record"`
	Generation int64       `json:"generation"`
	Form       string      `json:"form"` // what stays of its entries in the clear
	Reason     string      `json:"reason"`
	By         []id.Person `json:"by"`
}

// NoteErased takes the words of a record's entries away and writes the entry of its
// erasure, with what stays of them, in the commit that erases. Without
// words it is that of a record which a restored backup brought back: the words are
// in the history that came after that backup. stands is what the record's entries gave as they opened
// (ledger.Stands); "" where none opens any more.
func (d *Desk) NoteErased(tx *store.Tx, org id.Org, rec id.Record, generation int64, stands, reason string,
	words ...Word) error {
	key, err := d.Vault.Key(tx, org, org.Record())
	if err != nil {
		return err
	}
	version, err := d.Ledger.Version(tx, org.Record())
	if err != nil {
		return err
	}
	form, err := d.Ledger.Blank(tx, rec)
	if err != nil {
		return err
	}
	if stands != "" && form != stands {
		return fail.New(fail.Tampered, "Entries of this record were changed outside Heed while it was to be erased. "+
			"It is not erased: have them put right first")
	}
	e := erased{Record: rec, Generation: generation, Form: form, Reason: reason}
	for _, w := range words {
		e.By = append(e.By, w.person)
	}
	by := ledger.Author{Role: string(access.System), Rule: "erased-on-two-words"}
	if len(words) == 0 {
		by.Rule = "erased-before-the-restore"
	}
	_, err = d.Ledger.Append(tx, ledger.Organisation, key, version, by, ledger.Event{Kind: record.KindErased, Data: e})
	return err
}

// NotedErasure is an erasure and the version of the organisation's record that says so.
type NotedErasure struct {
	vault.Erasure
	Version int64
}

// Erasures are those that the organisation's own record holds an entry of.
func (d *Desk) Erasures(tx *store.Tx, org id.Org) (out []NotedErasure, err error) {
	key, err := d.Vault.Key(tx, org, org.Record())
	if fail.Is(err, fail.Missing) {
		return nil, nil // not founded yet
	}
	if err != nil {
		return nil, err
	}
	history, err := d.Ledger.History(tx, key)
	for _, e := range history {
		if e.Kind != record.KindErased {
			continue
		}
		var said erased
		if err := json.Unmarshal(e.Data, &said); err != nil {
			return nil, fmt.Errorf("read %s: %w", e.Kind, err)
		}
		out = append(out, NotedErasure{vault.Erasure{Record: said.Record, Generation: said.Generation, At: e.At}, e.Version})
	}
	return out, err
}

// Person is whose word it is.
func (w Word) Person() id.Person { return w.person }
