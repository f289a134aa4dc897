package attack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// installation is a folder of its own for the real program, by the machine's clock.
func installation(t *testing.T, db string) (c app.Config, tokens []string) {
	t.Helper()
	c = demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = db
	check(t, demo.People(ctx, c, clock.System{}.Now(), nothing))
	a, err := app.Open(ctx, c, clock.System{}, nothing)
	check(t, err)
	for _, login := range []string{"nurse", "porter", "therapist"} {
		w, err := demo.Word(ctx, a, login, clock.System{}.Now())
		check(t, err)
		token, err := a.Directory.IssueToken(ctx, w, "test", time.Hour)
		check(t, err)
		tokens = append(tokens, token)
	}
	check(t, a.Close())
	check(t, os.Remove(filepath.Join(c.Data, "demo"))) // from here on an installation like any other
	c.Demo = false
	return c, tokens
}

// served is the real program at work.
type served struct {
	cmd *exec.Cmd
	out *notebook
	url string
}

func run(t *testing.T, c app.Config, addr string) *served {
	t.Helper()
	s := started(t, c, addr)
	s.serves(t)
	return s
}

// started does not wait until it serves.
func started(t *testing.T, c app.Config, addr string) *served {
	t.Helper()
	args := []string{"serve", "--data", c.Data, "--addr", addr, "--plain"}
	if c.DB != "" {
		args = append(args, "--db", c.DB)
	}
	s := &served{exec.Command(program(t), args...), &notebook{}, "http://" + addr}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	check(t, s.cmd.Start())
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s
}

func (s *served) serves(t *testing.T) {
	t.Helper()
	watch := clock.Stopwatch()
	for {
		if resp, err := http.Get(s.url + "/healthz"); err == nil {
			_ = resp.Body.Close()
			return
		}
		if watch() > 30*time.Second {
			t.Fatalf("it does not start: %s", s.out.text())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().String()
}

// ledgerOfKeys is what the writers know: which keys were sent, and what was acknowledged.
type ledgerOfKeys struct {
	mu    sync.Mutex
	sent  map[string]int    // guarded by mu: key → whose token
	acked map[string]string // guarded by mu: key → reference
}

func (k *ledgerOfKeys) acknowledged() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.acked)
}

// send raises one concern; "" when there was no acknowledgement.
func (k *ledgerOfKeys) send(t *testing.T, client *http.Client, base, token, key string) string {
	r, err := http.NewRequest("POST", base+"/api/v1/concerns",
		strings.NewReader(`{"about":"patient","what":"Heard under load `+key+`"}`))
	if err != nil {
		t.Error(err)
		return ""
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", key)
	resp, err := client.Do(r)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	var got struct {
		Reference string `json:"reference"`
	}
	if err != nil || resp.StatusCode != http.StatusCreated || json.Unmarshal(b, &got) != nil {
		return ""
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if was := k.acked[key]; was != "" && was != got.Reference {
		t.Errorf("key %s is %s and then %s", key, was, got.Reference)
	}
	k.acked[key] = got.Reference
	return got.Reference
}

// TestKilled kills the real program under 64 writers, 20 times on SQLite and 5 on
// PostgreSQL: every concern that was acknowledged is there, once, and all verifies
// (promise D1). Seen to fail when some were acknowledged and not kept.
func TestKilled(t *testing.T) {
	t.Parallel()
	for engine, kills := range map[string]int{"sqlite": 20, "postgres": 5} {
		t.Run(engine, func(t *testing.T) {
			db := ""
			if engine == "postgres" {
				db = storetest.Postgres(t)
			}
			c, tokens := installation(t, db)
			addr := freeAddr(t)
			k := &ledgerOfKeys{sent: map[string]int{}, acked: map[string]string{}}
			for round := range kills {
				s := run(t, c, addr)
				stop := make(chan struct{})
				var writers sync.WaitGroup
				for w := range 64 {
					writers.Go(func() {
						client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
						defer client.CloseIdleConnections()
						for i := 0; ; i++ {
							select {
							case <-stop:
								return
							default:
							}
							key := fmt.Sprintf("kill-%d-%d-%d", round, w, i)
							k.mu.Lock()
							k.sent[key] = w % len(tokens)
							k.mu.Unlock()
							if k.send(t, client, s.url, tokens[w%len(tokens)], key) == "" {
								return
							}
						}
					})
				}
				before := k.acknowledged()
				time.Sleep(aMoment())
				for range 200 { // a slow machine has ten seconds to begin
					if k.acknowledged() > before {
						break
					}
					time.Sleep(50 * time.Millisecond)
				}
				check(t, s.cmd.Process.Kill())
				_ = s.cmd.Wait()
				close(stop)
				writers.Wait()
			}
			acked := len(k.acked)
			s := run(t, c, addr)
			client := &http.Client{Timeout: 20 * time.Second}
			for key, who := range k.sent { // what was acknowledged gives the same reference; what was not is kept now, once
				if k.send(t, client, s.url, tokens[who], key) == "" {
					t.Errorf("key %s is not taken again", key)
				}
			}
			check(t, s.cmd.Process.Signal(os.Interrupt))
			check(t, s.cmd.Wait())
			distinct := map[string]bool{}
			for _, ref := range k.acked {
				distinct[ref] = true
			}
			n := counted(t, c, `select count(*) from room_record_v1 where room = 1`)
			if n != len(k.sent) || len(distinct) != len(k.sent) {
				t.Errorf("%d keys were sent, %d references given, %d concerns are there", len(k.sent), len(distinct), n)
			}
			if acked < kills {
				t.Errorf("only %d concerns were acknowledged", acked)
			}
			out, code := heed(t, c, "verify")
			if code != 0 {
				t.Errorf("verify says %d: %s", code, out)
			}
			if t.Failed() {
				return
			}
			t.Logf("%d kills, %d acknowledged before, %d keys, 0 lost, 0 doubled", kills, acked, len(k.sent))
		})
	}
}

// aMoment is after how long the program is killed.
func aMoment() time.Duration { return time.Duration(50+rand.IntN(350)) * time.Millisecond }

// counted is the one number that a query gives of an installation that is not running.
func counted(t *testing.T, c app.Config, query string, args ...any) (n int) {
	t.Helper()
	o := store.Options{URL: c.DB, ReadOnly: true, Clock: clock.System{}, Log: nothing}
	if c.DB == "" {
		o.Path = c.Data
	}
	s, err := store.Open(ctx, o)
	check(t, err)
	defer s.Close()
	check(t, s.View(ctx, func(tx *storeTx) error { return tx.QueryRow(query, args...).Scan(&n) }))
	return n
}

// heed runs a command of the real program on an installation.
func heed(t *testing.T, c app.Config, args ...string) (out string, code int) {
	t.Helper()
	args = append(args, "--data", c.Data)
	if c.DB != "" {
		args = append(args, "--db", c.DB)
	}
	cmd := exec.Command(program(t), args...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	err := cmd.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return b.String(), cmd.ProcessState.ExitCode()
}
