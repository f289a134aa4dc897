package store_test

import (
	"testing"

	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestHeedsOwnConnectionChangesNoSchema: whoever makes Heed itself run a statement of
// theirs on SQLite writes nothing into the schema's own tables, by which a table or an index
// could be hidden. Seen to fail without SQLite's defensive mode.
func TestHeedsOwnConnectionChangesNoSchema(t *testing.T) {
	o, _ := onSQLite(t)
	s := storetest.Open(t, o)
	err := s.Do(bg, func(tx *store.Tx) error {
		if _, err := tx.Exec(`pragma writable_schema=on`); err != nil {
			return err
		}
		_, err := tx.Exec(`delete from sqlite_master where name = 'entry_version'`)
		return err
	})
	if err == nil {
		t.Error("an index was taken out of the schema")
	}
	must(t, s.Sound(bg, store.Schema{Migrations: o.Migrations}))
}
