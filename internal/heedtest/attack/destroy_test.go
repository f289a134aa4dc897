package attack_test

import (
	"os"
	"testing"

	"heed/internal/app"
	"heed/internal/id"
	"heed/record"
)

// TestSQLDestroysNothing: who can write to the database and nothing else makes Heed
// destroy no key and call nothing erased, over two starts; the backup from before
// and the key store as Heed left it give every concern back.
func TestSQLDestroysNothing(t *testing.T) {
	for name, attack := range map[string]string{
		"what is remembered of the keys taken away": `delete from key_generation`,
		"an erasure put in, and the " +
			"key row taken": `insert into erasure (record, org) select record, org from record_key where record in (select record from room_record_v1)`,
		"pointed at a generation that is gone": `update record_key set generation = 1 where record in (select record from room_record_v1)`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				l := &life{house: h, erased: map[id.Reference]bool{}}
				l.raised(3)
				l.erase(l.all[0])
				l.mark("before the attack")
				h.exec(attack)
				if name == "an erasure put in, and the key row taken" {
					h.exec(`delete from record_key where record in (select record from erasure)`)
				}
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
