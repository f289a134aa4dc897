package verify

import (
	"os"
	"strings"
	"testing"

	"heed/internal/id"
)

// A key store from before an erasure holds the erased record's key again: the entry
// says that it was destroyed, and no tombstone does.
func TestAnOlderKeyStoreIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		rec := w.begin(id.NewRecord(w.clock.Now()), 3)
		older, err := os.ReadFile(w.o.KeyStore)
		w.must(err)
		w.erase(rec)
		w.clean(w.verify())
		w.must(os.WriteFile(w.o.KeyStore, older, 0o600))
		for _, d := range w.verify().Differences {
			if d.Kind == Key && strings.Contains(d.String(), rec.String()) &&
				strings.Contains(d.String(), "an older copy of the key store") {
				return
			}
		}
		t.Error("the erased record's key is there again, and nothing was found")
	})
}
