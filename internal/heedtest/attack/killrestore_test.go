package attack_test

import (
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/vault"
)

// TestRestoreIsKilled is promise D4 for restoring: killed at ten moments, and killed
// again, the same command makes it whole, and everything is there.
func TestRestoreIsKilled(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := &life{house: h, erased: map[id.Reference]bool{}}
		l.raised(6)
		l.mark("backed up")
		l.erase(l.all[0])
		p := l.points[0]
		saved := filepath.Join(t.TempDir(), "heed.backup")
		check(t, os.WriteFile(saved, p.backup, 0o600))
		today, err := h.Vault.CopyKeyStore()
		check(t, err)
		random := rand.New(rand.NewPCG(4, 10))
		killed := 0
		for range 5 {
			c := l.folder(t, p.keyFile, today, engineOf(t, h))
			c.Demo = false
			check(t, os.Remove(filepath.Join(c.Data, "demo")))
			args := []string{"restore", saved, "--data", c.Data}
			if c.DB != "" {
				args = append(args, "--db", c.DB)
			}
			for range 2 {
				cmd := exec.Command(program(t), args...)
				check(t, cmd.Start())
				time.AfterFunc(time.Duration(20+random.IntN(600))*time.Millisecond, func() { _ = cmd.Process.Kill() })
				if cmd.Wait() != nil {
					killed++
				}
			}
			out, err := exec.Command(program(t), args...).CombinedOutput()
			if err != nil && !installedAlready(string(out)) { // it was whole before the kill
				t.Fatalf("done again: %v %s", err, out)
			}
			c.Demo = true
			check(t, os.WriteFile(filepath.Join(c.Data, "demo"), nil, 0o600))
			l.holds(t, enter(t, c), p)
		}
		t.Logf("%d of 10 were stopped on the way", killed)
	})
}

// TestDraftsDie is promise C3 for what was typed and not sent: an old backup with the
// present keys gives it back until the day that certificates name, and not after.
func TestDraftsDie(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		l := &life{house: h, erased: map[id.Reference]bool{}}
		l.raised(1)
		nurse := h.as("nurse", access.Worker)
		nurse.get("/raise")
		nurse.post("/raise/what", url.Values{"what": {"Draftonia Quibblethorpe"}})
		l.mark("with a draft")
		shown := func() bool {
			keyStore, err := h.Vault.CopyKeyStore()
			check(t, err)
			r := l.restored(t, l.points[0], l.points[0].keyFile, keyStore, engineOf(t, h))
			r.hand.Set(h.hand.Now())
			return strings.Contains(r.as("nurse", access.Worker).get("/raise/what").body, "Draftonia")
		}
		if !shown() {
			t.Fatal("control: the draft is not in the backup")
		}
		h.hand.Set(vault.DraftsUntil(h.hand.Now()))
		check(t, h.Vault.Tend(ctx))
		if shown() {
			t.Error("the draft can be read from an old backup after its day")
		}
	})
}

func installedAlready(out string) bool {
	return strings.Contains(out, "There is an installation here already")
}
