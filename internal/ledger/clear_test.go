package ledger

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestOnlyIdsTimesAndCountsLieInTheClear looks for words in every file of the
// database. That it can find them is shown by a word that was put in unsealed.
func TestOnlyIdsTimesAndCountsLieInTheClear(t *testing.T) {
	dir := t.TempDir()
	s := storetest.Open(t, store.Options{Path: dir, Migrations: migrations})
	r := furnish(t, s)
	rec := r.begin("a worry about Zbigniew")
	must(t, r.look(rec, Author{Role: "safeguarding_lead", Rule: "lead-views-inbox"}))
	must(t, r.Publish(r.ctx))
	r.sql(`insert into log_witness (name, at, trouble) values ('control', 0, 'planted control word')`)
	var all []byte
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(all, b...)
		return err
	}))
	if !bytes.Contains(all, []byte("planted control word")) {
		t.Fatal("the scan does not find what is there")
	}
	for _, word := range []string{"Zbigniew", "a worry", "test.said", "test.viewed", "safeguarding_lead",
		"lead-views-inbox", "worker-raises", `"kind"`, nurse.Role + `"`} {
		if bytes.Contains(all, []byte(word)) {
			t.Errorf("%q lies in the clear", word)
		}
	}
}
