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
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
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
	policies []id.Reference
}

// life is a house to which things happen, with a point after each.
type life struct {
	*house
	points []point
	all    []id.Reference

	policies []id.Reference // of another room
	erased   map[id.Reference]bool
}

func (l *life) mark(name string) {
	l.t.Helper()
	keyFile, err := os.ReadFile(l.config.KeyFilePath())
	check(l.t, err)
	keyStore, err := l.Vault.CopyKeyStore()
	check(l.t, err)
	l.points = append(l.points, point{name, backedUp(l.t.(*testing.T), l.house), keyFile, keyStore, slices.Clone(l.all),
		slices.Clone(l.policies)})
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

// withdrawn enters policies and withdraws them.
func (l *life) withdrawn(n int) {
	l.t.Helper()
	keeper := l.actorIn("keeper", access.GovernanceLead)
	for range n {
		r, err := l.Rooms.Begin(ctx, keeper, policy.Room(), room.Beginning{Answers: field.Said("title", "A policy", "kind",
			"policy", "owner", keeper.Person.String())})
		check(l.t, err)
		_, err = l.Rooms.Take(ctx, keeper, policy.Room(), r.Reference, room.Said("withdraw", "reasons", "It was a trial",
			"sure", "no_other"))
		check(l.t, err)
		l.policies = append(l.policies, r.Reference)
	}
}

// ended brings a concern to its end.
func (h *house) ended(ref id.Reference) {
	h.t.Helper()
	for _, s := range []room.Taking{room.Said(process.Acknowledge), room.Said(process.Triage, "decision",
		process.NotSafeguarding, "reasons", "A misunderstanding"),
		room.Said(process.GiveFeedback, "result", process.Told, "words", "Thank you"),
		room.Said(process.Close, "reasons", "Done")} {
		_, err := h.Concerns.Take(ctx, h.actorIn("lead", access.Lead), ref, s)
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
	l.eraseOf(l.Concerns.Room, ref, l.word("guardian"), l.word("lead"))
}

func (l *life) erasePolicy(ref id.Reference) {
	l.t.Helper()
	l.eraseOf(policy.Room(), ref, l.word("executive"), l.word("keeper"))
}

func (l *life) eraseOf(r *room.Room, ref id.Reference, words ...directory.Word) {
	l.t.Helper()
	_, err := l.Rooms.Erase(ctx, r, l.person("guardian").Org, ref, "Retention has ended", words...)
	check(l.t, err)
	l.erased[ref] = true
	_, err = l.Ledger.Sequence(ctx)
	check(l.t, err)
}

// live goes through erasures, days (each has a key of its own) and, if wanted, changes
// of the organisation's key.
func live(h *house, changes bool) *life {
	change := func() {
		if changes {
			check(h.t, h.Vault.Rekey(ctx, h.person("guardian").Org))
		}
	}
	l := &life{house: h, erased: map[id.Reference]bool{}}
	l.raised(5)
	l.withdrawn(3)
	l.mark("before any erasure")
	l.erase(l.all[0])
	l.mark("after the first erasure")
	l.erase(l.all[1])
	l.mark("after a second of the same key")
	l.erasePolicy(l.policies[0])
	l.mark("after that of a policy of the same key")
	h.hand.Move(25 * time.Hour)
	l.mark("a day later")
	l.raised(3)
	l.mark("with a second key in use")
	l.erase(l.all[5])
	l.mark("after an erasure of the second key")
	change()
	l.mark("after a change of the organisation's key")
	l.erase(l.all[2])
	l.mark("after an erasure under the new key")
	h.hand.Move(25 * time.Hour)
	l.raised(3)
	l.mark("on the third day")
	change()
	l.erase(l.all[8])
	l.erase(l.all[9])
	l.erasePolicy(l.policies[2])
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
	c := l.folder(t, keyFile, keyStore, db)
	_, err := app.Restore(ctx, c, l.hand, nothing, l.keysOf(t, p), reading(p.backup), func(string, int64) {})
	check(t, err)
	return enter(t, c)
}

// folder is a new one with keys and without a database.
func (l *life) folder(t *testing.T, keyFile, keyStore []byte, db string) app.Config {
	t.Helper()
	c := demo.Config(filepath.Join(t.TempDir(), "restored"))
	c.DB = db
	check(t, os.Mkdir(c.Data, 0o700))
	logKey, err := os.ReadFile(filepath.Join(l.config.Data, "log.key"))
	check(t, err)
	for name, b := range map[string][]byte{"heed.key": keyFile, "log.key": logKey, "generations.keys": keyStore,
		"demo": nil} {
		check(t, os.WriteFile(filepath.Join(c.Data, name), b, 0o600))
	}
	return c
}

// keysOf are the keys that a point's backup was sealed with.
func (l *life) keysOf(t *testing.T, p point) vault.OrgKeys {
	t.Helper()
	then := filepath.Join(t.TempDir(), "heed.key")
	check(t, os.WriteFile(then, p.keyFile, 0o600))
	keys, err := vault.OpenKeyFile(then)
	check(t, err)
	return keys
}

func reading(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// holds wants every concern of a point that lives, on its pages and in its lists,
// and none that was erased.
func (l *life) holds(t *testing.T, h *house, p point) {
	t.Helper()
	lead, nurse := h.actorIn("lead", access.Lead), h.actorIn("nurse", "")
	listed := map[id.Reference]bool{}
	page, err := h.Rooms.List(ctx, nurse, h.Concerns.Room, room.Query{List: concern.ListOwn, Limit: 50})
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
		if _, err := h.Concerns.Readers(ctx, lead, ref); err != nil {
			t.Errorf("concern %d lives: its lead gets %v", i, err)
		}
	}
	l.holdsPolicies(t, h, p)
	h.unchanged()
}

func (l *life) holdsPolicies(t *testing.T, h *house, p point) {
	t.Helper()
	keeper := h.actorIn("keeper", access.GovernanceLead)
	page, err := h.Rooms.List(ctx, keeper, policy.Room(), room.Query{List: "ended", Limit: 50})
	check(t, err)
	for i, ref := range p.policies {
		listed := slices.ContainsFunc(page.Rows, func(r room.Row) bool { return r.Reference == ref })
		_, err := h.Rooms.Open(ctx, keeper, policy.Room(), ref)
		if l.erased[ref] == (err == nil) || l.erased[ref] == listed {
			t.Errorf("policy %d, erased %t: its keeper gets %v, listed %t", i, l.erased[ref], err, listed)
		}
	}
}

// TestRestoreAtEveryPoint is promise D19 with the present key store: whatever point
// is put back, the first start shows every living concern and none that was erased.
func TestRestoreAtEveryPoint(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := live(h, true)
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

// TestRestoreWithAnOlderKeyStore is promise D19 with every older key store beside the
// latest backup: it is refused, and after the remedy, on the word of two people, all is
// there but what was made under keys that no copy holds, and nothing that was erased.
func TestRestoreWithAnOlderKeyStore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := live(h, false)
		end := l.points[len(l.points)-1]
		for i, p := range l.points {
			if bytes.Equal(p.keyStore, end.keyStore) {
				continue
			}
			t.Run(fmt.Sprintf("%02d %s", i, p.name), func(t *testing.T) {
				c := l.folder(t, end.keyFile, p.keyStore, engineOf(t, h))
				_, err := app.Restore(ctx, c, l.hand, nothing, l.keysOf(t, end), reading(end.backup), func(string, int64) {})
				if !fail.Is(err, fail.Stale) {
					t.Fatalf("an older key store: %v", err)
				}
				lost, err := app.AcceptLostKeys(ctx, c, l.hand, nothing)
				if err != nil && !fail.Is(err, fail.Conflict) {
					t.Fatal(err)
				}
				one := func(a *app.App, _ directory.Organisation, _ int) ([]directory.Word, error) {
					return []directory.Word{l.wordIn(a, "guardian")}, nil
				}
				both := func(a *app.App, _ directory.Organisation, _ int) ([]directory.Word, error) {
					return []directory.Word{l.wordIn(a, "guardian"), l.wordIn(a, "executive")}, nil
				}
				if _, err := app.DestroyAgain(ctx, c, l.hand, nothing, one); !fail.Is(err, fail.Refused) &&
					!fail.Is(err, fail.Conflict) {
					t.Fatalf("on the word of one: %v", err)
				}
				again, err := app.DestroyAgain(ctx, c, l.hand, nothing, both)
				if err != nil && !fail.Is(err, fail.Conflict) {
					t.Fatal(err)
				}
				t.Logf("%d records lost, %d destroyed again", lost, again)
				if lost+again == 0 {
					t.Fatal("control: nothing was to be done")
				}
				l.missing(t, enter(t, c), lost)
			})
		}
	})
}

// missing wants no more living records away than were given up, and none that was erased.
func (l *life) missing(t *testing.T, h *house, lost int) {
	t.Helper()
	nurse, away := h.actorIn("nurse", ""), 0
	for i, ref := range l.all {
		_, err := h.Concerns.Own(ctx, nurse, ref)
		if l.erased[ref] && err == nil {
			t.Errorf("concern %d was erased and is shown", i)
		}
		if !l.erased[ref] && err != nil {
			away++
		}
	}
	keeper := h.actorIn("keeper", access.GovernanceLead)
	for i, ref := range l.policies {
		_, err := h.Rooms.Open(ctx, keeper, policy.Room(), ref)
		if l.erased[ref] && err == nil {
			t.Errorf("policy %d was erased and is shown", i)
		}
		if !l.erased[ref] && err != nil {
			away++
		}
	}
	if away > lost {
		t.Errorf("%d living records are away, %d were given up", away, lost)
	}
}

func (l *life) wordIn(a *app.App, login string) directory.Word {
	l.t.Helper()
	l.hand.Move(time.Minute)
	w, err := demo.Word(ctx, a, login, l.hand.Now())
	check(l.t, err)
	return w
}
