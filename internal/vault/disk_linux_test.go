package vault

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

func TestKeyStoreOnAFullDisk(t *testing.T) {
	dir := storetest.SmallDisk(t, "64k")
	w := onSQLite(t)
	recs := w.make(3)
	image, err := os.ReadFile(w.o.KeyStore)
	w.must(err)
	w.o.KeyStore = filepath.Join(dir, "keystore")
	w.must(os.WriteFile(w.o.KeyStore, image, 0o600))
	filler, err := os.OpenFile(filepath.Join(dir, "filler"), os.O_CREATE|os.O_WRONLY, 0o600)
	w.must(err)
	defer filler.Close()
	if _, err := io.Copy(filler, bytes.NewReader(make([]byte, 1<<20))); err == nil {
		t.Fatal("control: the disk did not fill")
	}
	w.reopen()
	err = w.vault.file.change(func(ks *record.KeyStore) (bool, error) { // so large that the file must grow
		ks.Days = append(ks.Days, record.DayKey{Day: 1 << 40, Wrapped: make([]byte, 4096)})
		for range 5 {
			ks.Days = append(ks.Days, ks.Days[0])
		}
		return true, nil
	})
	w.want(err, fail.Full)
	w.reopen()
	for _, rec := range recs {
		w.mustKey(rec)
	}
	w.must(filler.Truncate(0))
	w.erase(recs[0]) // heals by itself

	// Read-only: no record key is wrapped by a generation that is not durable.
	w.must(filler.Close())
	storetest.ReadOnly(t, dir, true)
	w.clock.Move(2 * generationLife)
	rows := w.number(`select count(*) from record_key`)
	w.want(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		_, err := w.vault.New(tx, w.org, id.NewRecord(t0), record.Patient)
		return err
	}), fail.ReadOnly)
	if n := w.number(`select count(*) from record_key`); n != rows {
		t.Fatalf("%d rows, before %d", n, rows)
	}
	w.mustKey(recs[1])
	storetest.ReadOnly(t, dir, false)
	w.mustKey(w.make(1)[0])
}
