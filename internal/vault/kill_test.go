package vault

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

// TestMain is also the program that the tests below kill.
func TestMain(m *testing.M) {
	if os.Getenv("HEED_VAULT_CHILD") != "" {
		if err := child(); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// order is what a child is told to do.
type order struct {
	Path, URL         string
	KeyFile, KeyStore string
	Org               id.Org
	Records           []id.Record // to read (and, from the end, to erase)
	Erase, New, Rekey bool
	Resume            bool
	KillAt            string // the step at which it kills itself
	Times             int    // how often that step passes first
}

func child() error {
	var o order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Path: o.Path, URL: o.URL, Migrations: theMigrations,
		ReserveBytes: storetest.Reserve})
	if err != nil {
		return err
	}
	v, err := Open(ctx, s, Options{KeyFile: o.KeyFile, KeyStore: o.KeyStore, Clock: clock.System{}})
	if err != nil {
		return err
	}
	v.at = func(step string) {
		if step != o.KillAt {
			return
		}
		if o.Times--; o.Times < 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	if err := v.Settle(ctx, entries{}); err != nil {
		return err
	}
	if o.Resume {
		if err := v.Resume(ctx); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	return o.work(ctx, s, v)
}

func (o order) work(ctx context.Context, s *store.Store, v *Vault) error {
	errs := make(chan error, 3)
	var running int
	run := func(yes bool, fn func() error) {
		if yes {
			running++
			go func() { errs <- fn() }()
		}
	}
	run(o.New, func() error {
		for range 400 {
			rec := id.NewRecord(v.clock.Now())
			if err := s.Do(ctx, func(tx *store.Tx) error {
				_, err := v.New(tx, o.Org, rec,
					record.Patient)
				return err
			}); err != nil {
				return err
			}
			fmt.Println("made", rec)
		}
		return nil
	})
	run(o.Erase, func() error {
		for i := len(o.Records) - 1; i >= len(o.Records)/2; i-- {
			if _, err := v.Erase(ctx, o.Org, o.Records[i], noted(o.Org, o.Records[i])); err != nil {
				return err
			}
			fmt.Println("erased", o.Records[i])
		}
		return nil
	})
	run(o.Rekey, func() error {
		for range 20 {
			if err := v.Rekey(ctx, o.Org); err != nil {
				return err
			}
			fmt.Println("rekeyed")
		}
		return nil
	})
	var first error
	for range running {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// start runs a child; lines gives what it says, until it ends.
func start(t testing.TB, o order) (cmd *exec.Cmd, lines <-chan string) {
	t.Helper()
	in, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HEED_VAULT_CHILD=1")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 10000)
	go func() {
		defer close(said)
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if err != nil { // a line cut by the kill was not said
				return
			}
			said <- strings.TrimSpace(line)
		}
	}()
	return cmd, said
}

// toldOf collects what a child said it had done.
func toldOf(t testing.TB, lines <-chan string, done map[string][]id.Record) {
	t.Helper()
	for line := range lines {
		what, which, _ := strings.Cut(line, " ")
		if what == "failed" {
			t.Fatal(line)
		}
		if which != "" {
			rec, err := id.ParseRecord(which)
			if err != nil {
				t.Fatal(err)
			}
			done[what] = append(done[what], rec)
		}
	}
}

var steps = []string{"announced", "decided", "successor", "moving", "moved", "scrubbed", "destroyed", "rekey begun",
	"rekey wrapped", "rekey canary"}

// Killed at each step, and killed again at the same step while it resumes.
func TestKilledAtEachStep(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) { killedAtEachStep(t, engine) })
	}
}

func killedAtEachStep(t *testing.T, engine string) {
	for _, step := range steps {
		t.Run(strings.ReplaceAll(step, " ", "-"), func(t *testing.T) {
			var data, url string
			if engine == "sqlite" {
				t.Parallel()
				data = t.TempDir()
			} else {
				url = storetest.Postgres(t)
			}
			open := func() *store.Store {
				return storetest.Open(t, store.Options{Path: data, URL: url, Clock: clock.NewHand(t0), Migrations: theMigrations})
			}
			s := open()
			w := newWorld(t, s, clock.NewHand(t0))
			recs := w.make(230)
			old, err := os.ReadFile(w.o.KeyFile)
			w.must(err)
			sec := w.secretsOf(recs[229])
			w.must(s.Close())
			o := order{Path: data, URL: url, KeyFile: w.o.KeyFile, KeyStore: w.o.KeyStore, Org: w.org, Records: recs[228:],
				Erase: !strings.HasPrefix(step, "rekey"), Rekey: strings.HasPrefix(step, "rekey"), KillAt: step}
			if step == "moving" {
				o.Times = 1
			}
			for _, resume := range []bool{false, true} {
				o.Resume, o.Times = resume, o.Times*(1-btoi(resume))
				cmd, lines := start(t, o)
				toldOf(t, lines, map[string][]id.Record{})
				if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
					if !resume { // a second time the step may be behind it
						t.Fatalf("it was not killed: %v", err)
					}
				}
			}
			w.store = open()
			w.reopen()
			w.must(w.vault.Resume(w.ctx()))
			w.settled(recs)
			if step == "announced" {
				w.mustKey(sec.rec)
				return
			}
			if o.Erase {
				_, err := w.key(sec.rec)
				w.want(err, fail.Gone)
				folders := []string{filepath.Dir(w.o.KeyStore)}
				if data != "" {
					folders = append(folders, data)
				}
				if found := holding(t, folders, sec.raw[:], sec.wrapped); len(found) > 0 {
					t.Fatalf("bytes left in %v", found)
				}
				w.cannotOpen([]secrets{sec})
				return
			}
			if now, _ := os.ReadFile(w.o.KeyFile); bytes.Equal(now, old) {
				t.Fatal("the key was not changed")
			}
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// settled checks that nothing is half done: every record opens or is erased with
// a certificate, no row is wrapped by a destroyed generation, one key in the file.
func (w *world) settled(recs []id.Record) {
	w.Helper()
	for _, rec := range recs {
		_, err := w.key(rec)
		if fail.Is(err, fail.Gone) {
			_, err = w.vault.Certificate(w.ctx(), w.org, rec)
		}
		w.must(err)
	}
	t := must2(w.vault.tombstones(w.ctx(), w.org))
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
		waiting, _, err := w.vault.waiting(tx, w.org)
		if len(waiting) != 0 {
			w.Fatalf("%d erasures are under way", len(waiting))
		}
		return err
	}))
	if entries := w.number(`select count(*) from erased_entry`); entries != len(t.erased) {
		w.Fatalf("%d entries, %d records in tombstones", entries, len(t.erased))
	}
	if left := must2(w.vault.leftOver(w.ctx(), w.org)); len(left) != 0 {
		w.Fatalf("the database remembers generations %d, which are not in the key store", left)
	}
	if keys := must2(OpenKeyFile(w.o.KeyFile)).of(w.org); len(keys) != 1 {
		w.Fatalf("%d keys of one organisation", len(keys))
	}
}

func must2[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// Killed at ten random moments while it makes, erases and changes keys; what it
// had said was done is done, and the next life goes on from there.
func TestKilledAtRandomMoments(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			o := order{Resume: true, Erase: true, New: true, Rekey: true}
			if engine == "sqlite" {
				o.Path = t.TempDir()
			} else {
				o.URL = storetest.Postgres(t)
			}
			open := func() *store.Store {
				return storetest.Open(t, store.Options{Path: o.Path, URL: o.URL, Migrations: theMigrations})
			}
			s := open()
			w := newWorld(t, s, clock.NewHand(clock.System{}.Now()))
			o.KeyFile, o.KeyStore, o.Org = w.o.KeyFile, w.o.KeyStore, w.org
			alive := w.make(300)
			w.must(s.Close())
			done := map[string][]id.Record{"made": alive}
			random := rand.New(rand.NewPCG(7, 7))
			for life := range 10 {
				o.Records = living(done)
				cmd, lines := start(t, o)
				if line := <-lines; line != "ready" {
					t.Fatalf("it said %q", line)
				}
				some := make(chan string, 10_000) // what it says before the kill; a slow machine only takes longer
				for range 1 + random.IntN(40) {
					if line, ok := <-lines; ok {
						some <- line
					}
				}
				for line := ""; life%3 == 0 && !strings.HasPrefix(line, "erased"); { // these live until something is erased
					if line = <-lines; line == "" {
						break
					}
					some <- line
				}
				close(some)
				time.Sleep(time.Duration(random.IntN(5000)) * time.Microsecond)
				_ = cmd.Process.Kill()
				toldOf(t, some, done)
				toldOf(t, lines, done)
				_ = cmd.Wait()
			}
			w.store = open()
			w.reopen()
			w.must(w.vault.Resume(w.ctx()))
			w.settled(done["made"])
			for _, rec := range done["erased"] {
				_, err := w.key(rec)
				w.want(err, fail.Gone)
			}
			lost := 0
			for _, rec := range living(done) {
				if _, err := w.key(rec); err != nil { // erased, but killed before it could say so
					lost++
				}
			}
			if lost > 10 {
				t.Fatalf("%d records are gone that nobody erased", lost)
			}
			t.Logf("10 kills: %d made, %d erased, %d erased at the moment of a kill", len(done["made"])-300,
				len(done["erased"]), lost)
			if len(done["erased"]) == 0 || len(done["made"]) == 300 {
				t.Fatal("control: nothing was done between the kills")
			}
		})
	}
}

func living(done map[string][]id.Record) (out []id.Record) {
	gone := map[id.Record]bool{}
	for _, rec := range done["erased"] {
		gone[rec] = true
	}
	for _, rec := range done["made"] {
		if !gone[rec] {
			out = append(out, rec)
		}
	}
	return out
}

// Four processes on one database and one key store, each making, one erasing,
// one changing the key: nothing is lost and no generation is over its limit.
func TestProcessesShareOneKeyStore(t *testing.T) {
	o := order{URL: storetest.Postgres(t), New: true}
	w := newWorld(t, storetest.Open(t, store.Options{URL: o.URL, Migrations: theMigrations}),
		clock.NewHand(clock.System{}.Now()))
	o.KeyFile, o.KeyStore, o.Org, o.Records = w.o.KeyFile, w.o.KeyStore, w.org, w.make(60)
	done := map[string][]id.Record{"made": o.Records}
	var cmds []*exec.Cmd
	var all []<-chan string
	for i := range 4 {
		o.Erase, o.Rekey = i == 0, i == 1
		cmd, lines := start(t, o)
		cmds, all = append(cmds, cmd), append(all, lines)
	}
	for i, cmd := range cmds {
		toldOf(t, all[i], done)
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	if len(done["made"]) != 60+4*400 || len(done["erased"]) != 30 {
		t.Fatalf("%d made, %d erased", len(done["made"]), len(done["erased"]))
	}
	for range 2 { // as this process sees it, and as a new one does
		w.settled(done["made"])
		for _, rec := range living(done) {
			w.mustKey(rec)
		}
		w.reopen()
	}
	if most := w.number(`select max(n) from (select count(*) as n from record_key group by org, generation) counts`); most > generationRecords {
		t.Fatalf("a generation wraps %d", most)
	}
}
