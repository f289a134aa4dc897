package attack_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/concern"
	"heed/internal/demo"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store/storetest"
	"heed/internal/vault"
)

// point is one moment of an installation's life: its backup, its keys, and the
// concerns that were there.
type point struct {
	name     string
	backup   []byte
	keyFile  []byte
	keyStore []byte
	there    []id.Reference
}

// life is a house to which things happen, with a point after each.
type life struct {
	*house
	points []point
	all    []id.Reference
	erased map[id.Reference]bool
}

func (l *life) mark(name string) {
	l.t.Helper()
	keyFile, err := os.ReadFile(l.config.KeyFilePath())
	check(l.t, err)
	keyStore, err := l.Vault.CopyKeyStore()
	check(l.t, err)
	l.points = append(l.points, point{name, backedUp(l.t.(*testing.T), l.house), keyFile, keyStore, slices.Clone(l.all)})
}

func (l *life) raised(n int) {
	l.t.Helper()
	for range n {
		ref := l.raise("nurse", "Worried")
		l.all = append(l.all, ref)
		l.ended(ref)
	}
	_, err := l.Ledger.Sequence(ctx)
	check(l.t, err)
}

// ended brings a concern to its end.
func (h *house) ended(ref id.Reference) {
	h.t.Helper()
	for _, s := range []concern.Step{concern.Acknowledge{}, concern.Triage{Decision: process.NotSafeguarding, Reasons: "A misunderstanding"},
		concern.GiveFeedback{Result: process.Told, Words: "Thank you"}, concern.Close{Reasons: "Done"}} {
		_, err := h.Concerns.Take(ctx, h.actorIn("lead", access.Lead), ref, concern.Taking{Step: s})
		check(h.t, err)
	}
}

func (h *house) actorIn(login string, role access.Role) access.Actor {
	h.t.Helper()
	a, err := h.person(login).Actor(role, true)
	check(h.t, err)
	return a
}

func (l *life) erase(ref id.Reference) {
	l.t.Helper()
	_, err := l.Concerns.Erase(ctx, l.person("guardian").Org, ref, "Retention has ended", l.word("guardian"), l.word("lead"))
	check(l.t, err)
	l.erased[ref] = true
	_, err = l.Ledger.Sequence(ctx)
	check(l.t, err)
}

// live goes through erasures, days (each has a key of its own) and changes of key.
func live(h *house) *life {
	l := &life{house: h, erased: map[id.Reference]bool{}}
	l.raised(5)
	l.mark("before any erasure")
	l.erase(l.all[0])
	l.mark("after the first erasure")
	l.erase(l.all[1])
	l.mark("after a second of the same key")
	h.hand.Move(25 * time.Hour)
	l.mark("a day later")
	l.raised(3)
	l.mark("with a second key in use")
	l.erase(l.all[5])
	l.mark("after an erasure of the second key")
	check(l.t, h.Vault.Rekey(ctx, h.person("guardian").Org))
	l.mark("after a change of the organisation's key")
	l.erase(l.all[2])
	l.mark("after an erasure under the new key")
	h.hand.Move(25 * time.Hour)
	l.raised(3)
	l.mark("on the third day")
	check(l.t, h.Vault.Rekey(ctx, h.person("guardian").Org))
	l.erase(l.all[8])
	l.erase(l.all[9])
	l.mark("after two more erasures")
	l.erase(l.all[10])
	l.mark("when a day has nothing left")
	h.hand.Move(25 * time.Hour)
	l.raised(1)
	l.mark("at the end")
	return l
}

// restored puts a point back into a new folder, with the given key store, and opens it.
func (l *life) restored(t *testing.T, p point, keyFile, keyStore []byte, db string) *house {
	t.Helper()
	c := demo.Config(filepath.Join(t.TempDir(), "restored"))
	c.DB = db
	check(t, os.Mkdir(c.Data, 0o700))
	logKey, err := os.ReadFile(filepath.Join(l.config.Data, "log.key"))
	check(t, err)
	for name, b := range map[string][]byte{"heed.key": keyFile, "log.key": logKey, "generations.keys": keyStore, "demo": nil} {
		check(t, os.WriteFile(filepath.Join(c.Data, name), b, 0o600))
	}
	then := filepath.Join(t.TempDir(), "heed.key") // what the backup was sealed with
	check(t, os.WriteFile(then, p.keyFile, 0o600))
	keys, err := vault.OpenKeyFile(then)
	check(t, err)
	from := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p.backup)), nil }
	check(t, app.Restore(ctx, c, l.hand, nothing, keys, from, func(string, int64) {}))
	return enter(t, c)
}

// holds wants every concern of a point that lives, on its pages and in its lists,
// and none that was erased.
func (l *life) holds(t *testing.T, h *house, p point) {
	t.Helper()
	lead, nurse := h.actorIn("lead", access.Lead), h.actorIn("nurse", "")
	listed := map[id.Reference]bool{}
	page, err := h.Concerns.ListPage(ctx, nurse, concern.Query{List: concern.ListOwn, Limit: 50})
	check(t, err)
	for _, r := range page.Rows {
		listed[r.Reference] = true
	}
	for i, ref := range p.there {
		_, err := h.Concerns.Own(ctx, nurse, ref)
		if l.erased[ref] {
			if err == nil || listed[ref] {
				t.Errorf("concern %d was erased and is shown", i)
			}
			continue
		}
		if err != nil || !listed[ref] {
			t.Errorf("concern %d lives: its raiser gets %v, listed %t", i, err, listed[ref])
		}
		if _, _, err := h.Concerns.Readers(ctx, lead, ref); err != nil {
			t.Errorf("concern %d lives: its lead gets %v", i, err)
		}
	}
	h.unchanged()
}

// TestRestoreAtEveryPoint is promise D19 with the present key store: whatever point
// is put back, the first start shows every living concern and none that was erased.
func TestRestoreAtEveryPoint(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := live(h)
		end := l.points[len(l.points)-1]
		for i, p := range l.points {
			t.Run(fmt.Sprintf("%02d %s", i, p.name), func(t *testing.T) {
				l.holds(t, l.restored(t, p, end.keyFile, end.keyStore, engineOf(t, h)), p)
			})
		}
	})
}

// engineOf is an empty database of the house's own engine; "" for SQLite.
func engineOf(t *testing.T, h *house) string {
	if h.config.DB == "" {
		return ""
	}
	return storetest.Postgres(t)
}
