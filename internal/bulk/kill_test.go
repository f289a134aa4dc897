package bulk

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/internal/verify"
	"heed/record"
)

// childEnv holds the plan of a process that is going to be killed.
const childEnv = "HEED_BULK_TEST_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		var p plan
		err := json.Unmarshal([]byte(text), &p)
		if err == nil {
			err = p.imports()
		}
		fmt.Println("ended:", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// plan is what parent and child share: one installation, and what the child imports.
type plan struct {
	Path, URL, Dir, Signer string
	Org                    id.Org
	Day                    int
	Ends                   []int64
}

// killedRows are how many rows the child stages.
const killedRows = 12 * unit

// open opens the installation.
func (p plan) open(t testing.TB) (*world, error) {
	s, err := store.Open(bg, store.Options{Path: p.Path, URL: p.URL, Migrations: migrations,
		ReserveBytes: storetest.Reserve, Clock: clock.System{}})
	if err != nil {
		return nil, err
	}
	w := &world{TB: t, store: s, org: p.Org, o: verify.Options{KeyFile: filepath.Join(p.Dir, "keys"),
		KeyStore: filepath.Join(p.Dir, "keystore"), Rows: []string{"done"}}}
	w.vault, err = vault.Open(bg, s, vault.Options{KeyFile: w.o.KeyFile, KeyStore: w.o.KeyStore, Clock: clock.System{}})
	if err != nil {
		return nil, err
	}
	w.log, err = ledger.Open(s, w.vault, ledger.Options{Origin: "heed.test/log", SignerKey: p.Signer,
		Clock: clock.System{}})
	w.another()
	return w, err
}

// imports is the child: it says how far it has come, and "kept" once that was acknowledged.
func (p plan) imports() error {
	w, err := p.open(nil)
	if err != nil {
		return err
	}
	s, err := w.desk.State(bg, p.Org, done.Name)
	if err != nil {
		return err
	}
	_, err = w.desk.Import(bg, p.Org, lead, Staged{Feed: done.Name, Seen: s.Version, File: "00", AsOf: "2026-03-02",
		Form: "done/1", New: some(rowsOf(killedRows, p.Day)), Ends: some(p.Ends),
		Tell: func(staged int64) { fmt.Println("staged", staged) }})
	if err == nil {
		fmt.Println("kept")
	}
	return err
}

// TestKilledInTheMiddle kills a process that imports, at any moment: what it did is there
// whole, or never was, and the next import and the sweep find their way.
func TestKilledInTheMiddle(t *testing.T) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": nil, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			p := plan{Dir: t.TempDir(), Org: id.NewOrg(t0)}
			if url == nil {
				p.Path = t.TempDir()
			} else {
				p.URL = url(t)
			}
			signer, err := record.NewSigner("heed.test/log")
			if err != nil {
				t.Fatal(err)
			}
			p.Signer = signer.Text()
			if err := vault.CreateKeyFile(filepath.Join(p.Dir, "keys"), p.Org); err != nil {
				t.Fatal(err)
			}
			w, err := p.open(t)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { w.must(w.vault.Close()); w.must(w.store.Close()) })
			w.o.Log = signer.Verifier()
			w.must(w.vault.AddOrg(bg, w.org))
			first := w.put(rowsOf(2*unit, 0))
			for i := range int64(unit + 7) {
				p.Ends = append(p.Ends, record.RowKey(first, i))
			}
			kept := 0
			for p.Day = 1; p.Day <= 6; p.Day++ {
				before := w.there()
				acknowledged := p.killed(t, rand.IntN(16))
				if acknowledged {
					kept++
				}
				w.another()
				after := w.there()
				switch {
				case reflect.DeepEqual(before, after) && !acknowledged:
				case len(after) == len(before)+killedRows-len(p.Ends):
					p.Ends = nil
					for i := range int64(unit + 7) {
						p.Ends = append(p.Ends, record.RowKey(w.last(), i))
					}
				default:
					t.Fatalf("there were %d rows, and are %d", len(before), len(after))
				}
				if found := w.found(); len(found) > 0 {
					t.Errorf("found: %v", found)
				}
				storetest.Within(t, 30*time.Second, "swept", func() bool {
					w.must(w.desk.Sweep(bg))
					return w.left() == 0
				})
				if found := w.found(); len(found) > 0 {
					t.Errorf("found after sweeping: %v", found)
				}
			}
			t.Logf("%d of 6 had been acknowledged", kept)
		})
	}
}

// last is the number of the latest import.
func (w *world) last() int64 {
	last, _ := w.state().Last()
	return last.Import
}

// left is how many imports have left something.
func (w *world) left() (n int) {
	w.Helper()
	w.must(w.store.View(bg, func(tx *store.Tx) error {
		all, err := lefts(tx)
		n = len(all)
		return err
	}))
	return n
}

// killed starts a child and kills it when it has said so many things. It says whether the
// child had acknowledged its import.
func (p plan) killed(t *testing.T, after int) (kept bool) {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+string(text))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for said := 0; said <= after && lines.Scan(); said++ {
		if kept = lines.Text() == "kept"; kept {
			break
		}
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	return kept
}
