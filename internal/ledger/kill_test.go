package ledger

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/record"
)

// childEnv holds the plan of a process that is going to be killed.
const childEnv = "HEED_LEDGER_TEST_CHILD"

func TestMain(m *testing.M) {
	if plan := os.Getenv(childEnv); plan != "" {
		fmt.Fprintln(os.Stderr, "child:", victim(plan))
		os.Exit(3) // only reached when something failed
	}
	os.Exit(m.Run())
}

// plan is what parent and child share: one installation.
type plan struct {
	Path, URL, Dir, Signer string
	Org                    id.Org
}

// open opens the installation. beat is short, so that kills fall into publishing too.
func (p plan) open(ctx context.Context) (*store.Store, *vault.Vault, *Log, error) {
	s, err := store.Open(ctx, store.Options{Path: p.Path, URL: p.URL, Migrations: migrations,
		ReserveBytes: storetest.Reserve, Clock: clock.System{}})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("open store: %w", err)
	}
	v, err := vault.Open(ctx, s, vault.Options{KeyFile: filepath.Join(p.Dir, "keys"), KeyStore: filepath.Join(p.Dir,
		"keystore"), Clock: clock.System{}})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("open vault: %w", err)
	}
	l, err := Open(s, v, Options{Origin: "ledger.test", SignerKey: p.Signer, Beat: 40 * time.Millisecond,
		Tick:  3 * time.Millisecond,
		Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	return s, v, l, err
}

// victim writes with 64 writers while the sequencer runs, and says on its standard
// output what was acknowledged, until it is killed.
func victim(text string) error {
	var p plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	ctx := context.Background()
	s, v, l, err := p.open(ctx)
	if err != nil {
		return err
	}
	errs := make(chan error, 65)
	go func() { errs <- l.Run(ctx) }()
	var mu sync.Mutex
	acknowledged := func(rec id.Record, version int64) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf("%s %d\n", rec, version) // one write, unbuffered
	}
	for range 64 {
		go func() {
			for {
				if err := oneConcern(ctx, s, v, l, p.Org, acknowledged); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	return <-errs
}

// oneConcern begins a record, looks at it and adds to it.
func oneConcern(ctx context.Context, s *store.Store, v *vault.Vault, l *Log, org id.Org, acknowledged func(id.Record,
	int64)) error {
	rec := id.NewRecord(clock.System{}.Now())
	err := s.Do(ctx, func(tx *store.Tx) error {
		key, err := v.New(tx, org, rec, record.Patient)
		if err == nil {
			_, err = l.Append(tx, Concern, key, 0, nurse, event("begun"))
		}
		return err
	})
	if err != nil {
		return err
	}
	acknowledged(rec, 1)
	err = s.Do(ctx, func(tx *store.Tx) error {
		key, err := v.Key(tx, org, rec)
		if err != nil {
			return err
		}
		if err := l.Reading(tx, Concern, key, nurse, Event{Kind: "test.viewed"}); err != nil {
			return err
		}
		_, err = l.Append(tx, Concern, key, 1, nurse, event("two"), event("three"))
		return err
	})
	if err == nil {
		acknowledged(rec, 3)
	}
	return err
}

func TestKilledAtAnyMomentNothingAcknowledgedIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for half a minute")
	}
	t.Run("sqlite", func(t *testing.T) { massacre(t, plan{Path: t.TempDir()}, 20) })
	t.Run("postgres", func(t *testing.T) { massacre(t, plan{URL: storetest.Postgres(t)}, 5) })
}

func massacre(t *testing.T, p plan, kills int) {
	p.Dir, p.Org = t.TempDir(), id.NewOrg(clock.System{}.Now())
	must(t, vault.CreateKeyFile(filepath.Join(p.Dir, "keys"), p.Org))
	signer, err := record.NewSigner("ledger.test")
	must(t, err)
	p.Signer = signer.Text()
	s, v, _, err := p.open(t.Context())
	must(t, err)
	must(t, v.AddOrg(t.Context(), p.Org))
	must(t, v.Close())
	must(t, s.Close())

	acknowledged := map[id.Record]int64{}
	for range kills {
		before := len(acknowledged)
		killOne(t, p, acknowledged)
		if len(acknowledged) == before {
			t.Fatal("killed before anything was acknowledged: the test shows nothing")
		}
		revive(t, p, acknowledged)
	}
	t.Logf("%d kills, %d records acknowledged, none lost or doubled", kills, len(acknowledged))
}

// killOne starts a child, kills it at a random moment and notes what it had acknowledged.
func killOne(t *testing.T, p plan, acknowledged map[id.Record]int64) {
	t.Helper()
	text, err := json.Marshal(p)
	must(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var kill *time.Timer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if kill == nil {
			kill = time.AfterFunc(time.Duration(20+rand.IntN(300))*time.Millisecond, func() { cmd.Process.Kill() })
		}
		var hex string
		var version int64
		if n, _ := fmt.Sscan(lines.Text(), &hex, &version); n != 2 || len(hex) != 32 {
			continue // the line that it was killed in
		}
		rec, err := id.ParseRecord(hex)
		must(t, err)
		acknowledged[rec] = version
	}
	must(t, lines.Err())
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != -1 {
		t.Fatalf("the child ended by itself with %d", code)
	}
}

// revive opens the installation after a kill and looks for everything.
func revive(t *testing.T, p plan, acknowledged map[id.Record]int64) {
	t.Helper()
	s, v, l, err := p.open(t.Context())
	must(t, err)
	defer func() { must(t, v.Close()); must(t, s.Close()) }()
	r := &room{Log: l, t: t, ctx: t.Context(), org: p.Org}
	must(t, r.Publish(r.ctx))
	entries, err := audit(r)
	must(t, err)
	versions, readings := map[id.Record]int64{}, map[id.Record]int{}
	for _, e := range everything(r) {
		entries--
		if e.Version == 0 {
			readings[e.Record]++
		} else if versions[e.Record]++; versions[e.Record] != e.Version {
			t.Fatalf("version %d comes as number %d", e.Version, versions[e.Record])
		}
	}
	if entries != 0 {
		t.Fatalf("%d entries were not there", entries)
	}
	for rec, version := range acknowledged {
		if versions[rec] < version || versions[rec] > 3 || int64(readings[rec]) != versions[rec]/3 {
			t.Fatalf("record %s: acknowledged at version %d, found at %d with %d readings", rec, version, versions[rec],
				readings[rec])
		}
	}
}
