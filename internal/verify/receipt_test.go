package verify

import (
	"strings"
	"testing"

	"heed/internal/id"
	"heed/internal/ledger"
)

// TestAReceiptShowsThatItsEntryIsThereOrGone: before its place and after, as a promise and as a proof.
func TestAReceiptShowsThatItsEntryIsThereOrGone(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		file := func(rec id.Record) []byte {
			b, err := w.log.ReceiptFile(w.ctx(), ledger.Entry{Record: rec, Version: 1})
			w.must(err)
			return b
		}
		with := func(b []byte) func(*Options) { return func(o *Options) { o.Receipt = b } }
		there := func(b []byte, words string) {
			t.Helper()
			r := w.verify(with(b))
			w.clean(r)
			if !strings.Contains(r.Receipt, words) {
				t.Errorf("it says %q, want %q", r.Receipt, words)
			}
		}
		kept, gone := w.begin(id.NewRecord(t0), 2), w.begin(id.NewRecord(t0), 2)
		promise, other := file(kept), file(gone)
		there(promise, "waits for its place")
		there(other, "waits for its place")
		w.sql(`delete from entry_pending where n in (select n from entry where record = $1)`, gone)
		// whoever has the database, while numbering is held up
		for _, table := range []string{"head", "note_v1", "record_key", "entry"} {
			w.sql(`delete from `+table+` where record = $1`, gone)
		}
		w.must2(w.log.Sequence(w.ctx()))
		there(promise, "is there: it is leaf")
		w.publish()
		there(promise, "is there: it is leaf")
		proof := file(kept)
		if !strings.HasPrefix(string(proof), "c2sp.org/tlog-proof@v1\n") {
			t.Fatalf("once it is public the receipt is %s", proof)
		}
		there(proof, "is there: it is leaf")
		w.clean(w.verify())
		r := w.verify(with(other))
		if r.Found != 1 || r.Differences[0].Kind != Receipt || !strings.Contains(r.Differences[0].What, "it is gone") {
			t.Errorf("of what was taken away it says %v", r.Differences)
		}
		proof[len(proof)/2] ^= 1
		if r := w.verify(with(proof)); r.Found != 1 || r.Differences[0].Kind != Receipt {
			t.Errorf("of a receipt that was changed it says %v", r.Differences)
		}
	})
}
