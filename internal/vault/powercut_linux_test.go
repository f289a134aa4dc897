package vault

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/store/storetest/lossy"
)

// TestPowerCutAtEachStep cuts the power at each step of erasing and of a change of keys,
// and after: of the files of keys, what was not synced is gone, or torn; the database is
// as it was. The next start makes it whole, and what was acknowledged holds. Seen to fail
// without the sync of the key store, of a new key file and of its folder.
func TestPowerCutAtEachStep(t *testing.T) {
	d, data, hand := lossy.Mount(t), t.TempDir(), clock.NewHand(t0)
	w := newWorldIn(t, d.Path, storetest.Open(t, store.Options{Path: data, Clock: hand, Migrations: theMigrations}), hand)
	recs := w.make(230)
	r := rand.New(rand.NewPCG(1, 3))
	type cut struct{ step, data, keys string }
	var cuts []cut
	w.vault.at = func(step string) {
		for _, chance := range []float64{0, 0.5} {
			c := cut{step, t.TempDir(), d.Cut(t, chance, r)}
			w.must(os.CopyFS(c.data, os.DirFS(data)))
			cuts = append(cuts, c)
		}
	}
	w.vault.at("made")
	w.erase(recs[229])
	w.vault.at("erased")
	w.must(w.vault.Rekey(w.ctx(), w.org))
	w.vault.at("rekeyed")
	seen, erased := map[string]bool{}, false
	for _, c := range cuts {
		t.Log("at", c.step)
		then := *w
		then.store = storetest.Open(t, store.Options{Path: c.data, Clock: hand, Migrations: theMigrations})
		then.o.KeyFile, then.o.KeyStore = filepath.Join(c.keys, "keys"), filepath.Join(c.keys, "keystore")
		then.reopen()
		then.must(then.vault.Resume(then.ctx()))
		then.settled(recs)
		seen[c.step], erased = true, erased || c.step == "erased"
		for _, rec := range recs[:229] {
			then.mustKey(rec)
		}
		if erased {
			_, err := then.key(recs[229])
			then.want(err, fail.Gone)
		}
	}
	for _, step := range steps {
		if !seen[step] {
			t.Errorf("no cut at %q", step)
		}
	}
}
