package attack_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// TestSQLDestroysNothing: who can write to the database and nothing else makes Heed
// destroy no key and call nothing erased, over two starts; the backup from before
// and the key store as Heed left it give every concern back.
func TestSQLDestroysNothing(t *testing.T) {
	for name, attack := range map[string]string{
		"what is remembered of the keys taken away": `delete from key_generation`,
		"the key rows taken":                        `delete from record_key`,
		"pointed at a generation that is gone":      `update record_key set generation = 1 where record in (select record from room_record_v1)`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				l := &life{house: h, erased: map[id.Reference]bool{}}
				l.raised(3)
				l.erase(l.all[0])
				l.mark("before the attack")
				h.exec(attack)
				before, err := h.Vault.CopyKeyStore()
				check(t, err)
				h.leave()
				for range 2 {
					if a, err := app.Open(ctx, h.config, h.hand, nothing); err == nil { // to refuse is good too
						check(t, a.Vault.Tend(ctx))
						check(t, a.Close())
					}
				}
				after, err := os.ReadFile(h.config.KeyStorePath())
				check(t, err)
				keysLeft(t, before, after)
				p := l.points[0]
				l.holds(t, l.restored(t, p, p.keyFile, after, engineOf(t, h)), p)
			})
		})
	}
}

// keysLeft wants every key of one state of the key store in another.
func keysLeft(t *testing.T, before, after []byte) {
	t.Helper()
	was, _, err := record.ParseKeyStore(before)
	check(t, err)
	is, _, err := record.ParseKeyStore(after)
	check(t, err)
	for _, g := range was.Generations {
		if _, held := is.Find(g.Org, g.Generation); !held {
			t.Errorf("generation %d was destroyed", g.Generation)
		}
	}
}

// lies are what SQL can say of a record's key and of the key above it: the change, what
// undoes it, how the record's page answers after a start, and whether heed verify names it.
var lies = map[string]struct {
	table, do, undo string
	page            int // 0: a start is refused, in words
	named           bool
}{
	"a generation that never was": {"record_key", `generation = generation + 1000`, `generation = generation - 1000`,
		http.StatusConflict, true},
	"no generation": {"record_key", `generation = -generation`, `generation = -generation`,
		http.StatusConflict, true},
	"another organisation": {"record_key", `org = record`,
		`org = (select org from head where head.record = record_key.record)`, http.StatusConflict, true},
	"made at another time": {"key_generation", `made_at = made_at + 1`, `made_at = made_at - 1`, http.StatusOK,
		true},
	"retired":          {"key_generation", `retired_at = 1`, `retired_at = null`, http.StatusOK, false},
	"with a successor": {"key_generation", `successor = 7`, `successor = null`, http.StatusOK, false},
	"a key above that never was": {"key_generation", `generation = generation + 1000`, `generation = generation - 1000`,
		0, true},
}

// TestAKeyRowThatLiesIsSaid: the columns of record_key and key_generation, changed by SQL
// before a start. Seen to fail: a page said that somebody else had changed the concern.
func TestAKeyRowThatLiesIsSaid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const words = "Words that were there"
		ref := h.raise("nurse", words)
		where := map[string]string{"record_key": ` where record = (select record from room_record_v1 where reference = '` +
			string(ref) + `')`}
		for name, lie := range lies {
			h.leave()
			change := func(set string) {
				s, err := store.Open(ctx, store.Options{Path: onFile(h), URL: h.config.DB, ReserveBytes: 64 << 10,
					Migrations: app.Migrations(), Log: nothing})
				check(t, err)
				check(t, s.Do(ctx, do(`update `+lie.table+` set `+set+where[lie.table])))
				check(t, s.Close())
			}
			change(lie.do)
			if lie.page == 0 {
				if _, err := app.Open(ctx, h.config, h.hand, nothing); err == nil ||
					!strings.Contains(err.Error(), "The key store") {
					t.Errorf("%s: a start says %v", name, err)
				}
			} else {
				h = enter(t, h.config)
				a := h.as("lead", access.Lead).get("/cases/" + string(ref))
				damaged := strings.Contains(a.body, "does not match what was written down")
				if a.status != lie.page || damaged != (a.status != http.StatusOK) || strings.Contains(a.body, words) == damaged {
					t.Errorf("%s: the page answers %d: %.300s", name, a.status, a.body)
				}
				if found := h.differences(); (len(found) > 0) != lie.named {
					t.Errorf("%s: heed verify names %v", name, found)
				}
				h.leave()
			}
			change(lie.undo)
			h = enter(t, h.config)
		}
		if a := h.as("lead", access.Lead).get("/cases/" + string(ref)); !strings.Contains(a.body, words) {
			t.Errorf("after all was put back: %d", a.status)
		}
		h.unchanged()
	})
}

// onFile is the folder of a house on SQLite, "" on PostgreSQL.
func onFile(h *house) string {
	if h.config.DB != "" {
		return ""
	}
	return h.config.Data
}
