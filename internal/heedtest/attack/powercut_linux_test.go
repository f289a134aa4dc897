package attack_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/store/storetest"
	"heed/internal/store/storetest/lossy"
)

// onLossyDisk is an installation on a disk of which a power cut leaves what was synced.
func onLossyDisk(t *testing.T, d *lossy.Disk, db string) (c app.Config, tokens []string) {
	t.Helper()
	c, tokens = installation(t, db)
	check(t, exec.Command("cp", "-a", c.Data, filepath.Join(d.Path, "heed")).Run())
	c.Data = filepath.Join(d.Path, "heed")
	return c, tokens
}

// chances are how likely a sector, length or name that was not synced is there all the same.
var chances = map[string]float64{"everything gone": 0, "torn": 0.5}

// TestPowerCut cuts the power of the real program at work, backups and copies of the key
// store being made beside: whatever was acknowledged is there, once; the program starts
// by itself; nothing is said to be altered; the last backup that was reported is whole
// (promises D1 to D4). Seen to fail when the
// folder of a backup was not synced.
func TestPowerCut(t *testing.T) {
	d := lossy.Mount(t)
	c, tokens := onLossyDisk(t, d, "")
	check(t, os.Mkdir(filepath.Join(d.Path, "safe"), 0o700))
	var kept safe
	cuts := cutAtWork(t, d, c, tokens, 3, &kept)
	for _, cut := range cuts {
		cut.holds(t, c, tokens)
		if t.Failed() {
			return
		}
	}
	if len(kept.files) < 4 {
		t.Errorf("only %d copies were acknowledged", len(kept.files))
	}
}

// TestPowerCutOnPostgres is TestPowerCut where the folder and the server's data are on one
// disk: the server starts by itself, and the program on what it has.
func TestPowerCutOnPostgres(t *testing.T) {
	if os.Getenv("HEED_TEST_POSTGRES") == "skip" {
		t.Skip("HEED_TEST_POSTGRES=skip: not tested on PostgreSQL")
	}
	d := lossy.Mount(t)
	server, err := storetest.StartClusterOn(filepath.Join(d.Path, "postgres"), "min_wal_size=2MB", "max_wal_size=8MB")
	check(t, err)
	t.Cleanup(func() { check(t, server.Stop()) })
	c, tokens := onLossyDisk(t, d, server.DSN("postgres"))
	for _, cut := range cutAtWork(t, d, c, tokens, 2, nil) {
		again, err := storetest.StartClusterOn(filepath.Join(cut.left, "postgres"))
		check(t, err)
		c.DB = again.DSN("postgres")
		cut.holds(t, c, tokens)
		check(t, again.Stop())
		if t.Failed() {
			return
		}
	}
}

// cutAtWork has the real program raise concerns, fills a safe beside it if there is one,
// and cuts the power so many times in each way.
func cutAtWork(t *testing.T, d *lossy.Disk, c app.Config, tokens []string, times int, kept *safe) (cuts []aCut) {
	t.Helper()
	d.Settle()
	k := &ledgerOfKeys{sent: map[string]int{}, acked: map[string]string{}}
	s := run(t, c, freeAddr(t))
	stop := make(chan struct{})
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() { k.write(t, s.url, tokens, w, stop) })
	}
	if kept != nil {
		all.Go(func() { kept.fill(t, c, filepath.Join(d.Path, "safe"), stop) })
	}
	for name, chance := range chances {
		r := rand.New(rand.NewPCG(5, 6))
		for range times {
			time.Sleep(time.Duration(200+r.IntN(500)) * time.Millisecond)
			for range 600 { // beside other tests the machine may be slow
				copies := len(kept.sofar()) >= (len(cuts)+1)/3*2 || kept == nil // one of each for three cuts
				if copies && len(k.sofar()) >= 20*(len(cuts)+1) {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			cut := aCut{name: name, acked: k.sofar(), files: kept.sofar()}
			cut.left = d.Cut(t, chance, r)
			cuts = append(cuts, cut)
		}
	}
	close(stop)
	all.Wait()
	check(t, s.cmd.Process.Signal(os.Interrupt))
	check(t, s.cmd.Wait())
	if len(k.acked) < 17*len(cuts) {
		t.Errorf("only %d concerns were acknowledged", len(k.acked))
	}
	return cuts
}

// aCut is what was acknowledged before a power cut, and where what it left lies.
type aCut struct {
	name, left string
	acked      map[string]string
	files      []string
}

func (cut aCut) holds(t *testing.T, c app.Config, tokens []string) {
	t.Helper()
	t.Logf("%s: %d concerns and %d copies were acknowledged", cut.name, len(cut.acked), len(cut.files))
	afterPowerCut(t, c, cut.left, cut.acked, tokens)
	for _, f := range cut.files {
		if _, err := os.Stat(filepath.Join(cut.left, "safe", f)); err != nil {
			t.Errorf("it was reported, and is gone: %v", err)
		}
	}
	if n := len(cut.files); n > 0 && !t.Failed() {
		restoresAfterCut(t, c, cut.left, cut.files[n-2], cut.files[n-1])
	}
}

// write raises concerns until it is stopped.
func (k *ledgerOfKeys) write(t *testing.T, url string, tokens []string, w int, stop <-chan struct{}) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Millisecond):
		}
		key := fmt.Sprintf("power-cut-%d-%d", w, i)
		k.mu.Lock()
		k.sent[key] = w % len(tokens)
		k.mu.Unlock()
		if k.send(t, client, url, tokens[w%len(tokens)], key) == "" {
			t.Errorf("%s was not taken", key)
			return
		}
	}
}

func (k *ledgerOfKeys) sofar() map[string]string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.acked)
}

// safe is the backups and copies of the key store that were reported, by turns.
type safe struct {
	mu    sync.Mutex
	files []string // guarded by mu
}

func (s *safe) sofar() []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[:len(s.files)/2*2]
}

func (s *safe) fill(t *testing.T, c app.Config, folder string, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		for _, how := range [][]string{{"backup"}, {"keys", "copy"}} {
			name := fmt.Sprintf("%d.%s", i, how[len(how)-1])
			if out, code := heed(t, c, append(how, filepath.Join(folder, name))...); code != 0 {
				t.Errorf("%v: %s", how, out)
				return
			}
			s.mu.Lock()
			s.files = append(s.files, name)
			s.mu.Unlock()
		}
	}
}

// afterPowerCut starts the program on what a cut has left, and finds all that was acknowledged.
func afterPowerCut(t *testing.T, c app.Config, left string, acked map[string]string, tokens []string) {
	t.Helper()
	c.Data = filepath.Join(left, "heed")
	s := run(t, c, freeAddr(t))
	now := &ledgerOfKeys{acked: maps.Clone(acked)} // another reference for a key is an error
	client := &http.Client{Timeout: 20 * time.Second}
	for key := range acked {
		var w int
		_, _ = fmt.Sscanf(key, "power-cut-%d-", &w)
		if now.send(t, client, s.url, tokens[w%len(tokens)], key) == "" {
			t.Errorf("%s was acknowledged, and is not taken again", key)
		}
	}
	check(t, s.cmd.Process.Signal(os.Interrupt))
	check(t, s.cmd.Wait())
	if out, code := heed(t, c, "verify"); code != 0 {
		t.Errorf("verify says %d: %s", code, out)
	}
}

// restoresAfterCut restores a backup that was reported before the cut, from what the cut has left.
func restoresAfterCut(t *testing.T, c app.Config, left, backup, keys string) {
	t.Helper()
	from := filepath.Join(left, "heed")
	c.Data = filepath.Join(t.TempDir(), "again")
	check(t, os.Mkdir(c.Data, 0o700))
	for to, name := range map[string]string{
		"heed.key": filepath.Join(from, "heed.key"), "log.key": filepath.Join(from, "log.key"),
		"generations.keys": filepath.Join(left, "safe", keys),
	} {
		b, err := os.ReadFile(name)
		check(t, err)
		check(t, os.WriteFile(filepath.Join(c.Data, to), b, 0o600))
	}
	for _, args := range [][]string{{"restore", filepath.Join(left, "safe", backup)}, {"verify"}} {
		if out, code := heed(t, c, args...); code != 0 {
			t.Errorf("%v: %s", args, out)
		}
	}
}

// TestRestoreInAPowerCut cuts the power while a backup is restored and after: what is
// left is no installation, or one that the same command makes whole, or all of it.
func TestRestoreInAPowerCut(t *testing.T) {
	c, tokens := installation(t, "")
	k := &ledgerOfKeys{sent: map[string]int{}, acked: map[string]string{}}
	s := run(t, c, freeAddr(t))
	for i := range 60 {
		if key := fmt.Sprintf("power-cut-0-%d", i); k.send(t, http.DefaultClient, s.url, tokens[0], key) == "" {
			t.Fatal("not taken")
		}
	}
	check(t, s.cmd.Process.Signal(os.Interrupt))
	check(t, s.cmd.Wait())
	saved := filepath.Join(t.TempDir(), "saved")
	if out, code := heed(t, c, "backup", saved); code != 0 {
		t.Fatal(out)
	}
	d := lossy.Mount(t)
	on := c
	on.Data = filepath.Join(d.Path, "heed")
	check(t, os.Mkdir(on.Data, 0o700))
	for _, name := range []string{"heed.key", "log.key", "generations.keys"} {
		b, err := os.ReadFile(filepath.Join(c.Data, name))
		check(t, err)
		check(t, os.WriteFile(filepath.Join(on.Data, name), b, 0o600))
	}
	d.Settle()
	cmd := exec.Command(program(t), "restore", saved, "--data", on.Data)
	check(t, cmd.Start())
	r := rand.New(rand.NewPCG(7, 8))
	var cuts []string
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for going := true; going; {
		select {
		case err := <-ended:
			check(t, err)
			going = false
		case <-time.After(100 * time.Millisecond):
		}
		cuts = append(cuts, d.Cut(t, 0, r), d.Cut(t, 0.5, r))
	}
	for i, left := range cuts {
		on.Data = filepath.Join(left, "heed")
		if i < len(cuts)-2 {
			if out, code := heed(t, on, "restore", saved); code != 0 && !installedAlready(out) {
				t.Errorf("cut %d of %d, done again: %s", i, len(cuts), out)
			}
		}
		afterPowerCut(t, on, left, k.acked, tokens)
		if t.Failed() {
			t.Fatalf("cut %d of %d", i, len(cuts))
		}
	}
	t.Logf("%d cuts", len(cuts))
}
