package heedtest_test

import (
	"context"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/internal/witness"
	"heed/record"
)

var _ ledger.Witness = witness.Remote{}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// house is a ledger on disk that can be shut, copied and opened again.
type house struct {
	t      *testing.T
	data   string // the database's folder; keys lie beside it
	keys   string
	org    id.Org
	signer record.Signer
	remote witness.Remote
	folder string // where the log remembers outside the database
}

func (h *house) witnesses() []ledger.Witness {
	if h.remote.URL == "" {
		return nil
	}
	return []ledger.Witness{h.remote}
}

// open opens everything and gives the ledger and the way to shut it.
func (h *house) open() (l *ledger.Log, say func(), shut func()) {
	h.t.Helper()
	s, err := store.Open(h.t.Context(), store.Options{Path: h.data, Migrations: []fs.FS{vault.Migrations,
		ledger.Migrations},
		ReserveBytes: storetest.Reserve, Clock: clock.System{}})
	must(h.t, err)
	v, err := vault.Open(h.t.Context(), s, vault.Options{KeyFile: filepath.Join(h.keys, "keys"),
		KeyStore: filepath.Join(h.keys, "store"), Clock: clock.System{}})
	must(h.t, err)
	must(h.t, v.AddOrg(h.t.Context(), h.org))
	l, err = ledger.Open(s, v, ledger.Options{Origin: h.signer.Name(), SignerKey: h.signer.Text(), Clock: clock.System{},
		Witnesses: h.witnesses(), Folder: h.folder})
	must(h.t, err)
	say = func() {
		h.t.Helper()
		must(h.t, s.Do(h.t.Context(), func(tx *store.Tx) error {
			key, err := v.New(tx, h.org, id.NewRecord(tx.Now()), record.Patient)
			if err == nil {
				_, err = l.Append(tx, ledger.Concern, key, 0, ledger.Author{Role: "worker", Rule: "worker-raises"},
					ledger.Event{Kind: "test.said"})
			}
			return err
		}))
	}
	return l, say, func() { must(h.t, v.Close()); must(h.t, s.Close()) }
}

// TestAWitnessOverHTTPFindsARestoredTuesday rehearses story 4 of the threat model
// with the real witness: an older copy of the database is put back to hide what
// was done since, and no second history is signed.
func TestAWitnessOverHTTPFindsARestoredTuesday(t *testing.T) {
	h := &house{t: t, data: t.TempDir(), keys: t.TempDir(), org: id.NewOrg(clock.System{}.Now())}
	must(t, vault.CreateKeyFile(filepath.Join(h.keys, "keys"), h.org))
	var err error
	h.signer, err = record.NewSigner("trust.test/log")
	must(t, err)
	cosigner, err := record.NewCosigner("neighbour.test/witness")
	must(t, err)
	w, err := witness.Open(witness.Options{State: filepath.Join(t.TempDir(), "memory"), Initialise: true, Signer: cosigner,
		Logs: map[string]record.Verifier{"trust.test/log": h.signer.Verifier()}, Clock: clock.System{}})
	must(t, err)
	defer w.Close()
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	h.remote = witness.Remote{URL: server.URL, Verifier: w.Verifier()}

	l, say, shut := h.open()
	say()
	must(t, l.Publish(t.Context()))
	must(t, l.Witnessing(t.Context()))
	note, err := l.Checkpoint(t.Context())
	must(t, err)
	if _, sigs, err := record.OpenCheckpoint(note, h.signer.Verifier(), w.Verifier()); err != nil || len(sigs) != 2 {
		t.Fatalf("the checkpoint bears %d signatures, %v", len(sigs), err)
	}
	shut()
	tuesday := filepath.Join(t.TempDir(), "tuesday")
	must(t, os.CopyFS(tuesday, os.DirFS(h.data)))

	l, say, shut = h.open() // Wednesday: the database forgets what was signed, the witness helps out
	say()
	must(t, l.Publish(t.Context()))
	must(t, l.Witnessing(t.Context()))
	must(t, l.Trouble())
	shut()

	h.data = tuesday
	l, say, shut = h.open()
	defer shut()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	for range 500 {
		if l.Trouble() != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-done
	if !fail.Is(l.Trouble(), fail.Tampered) {
		t.Fatalf("the log goes on from an older copy: %v", l.Trouble())
	}
	again, err := l.Checkpoint(t.Context())
	must(t, err)
	c, err := record.PeekCheckpoint(again)
	must(t, err)
	if c.Size != 16 {
		t.Fatalf("a second history of %d leaves was signed", c.Size)
	}
	say() // care goes on
}

// TestARestoredTuesdayIsFoundWithoutAWitness: by the checkpoint that lies outside the
// database, before a second history is signed.
func TestARestoredTuesdayIsFoundWithoutAWitness(t *testing.T) {
	h := &house{t: t, data: t.TempDir(), keys: t.TempDir(), folder: t.TempDir(), org: id.NewOrg(clock.System{}.Now())}
	must(t, vault.CreateKeyFile(filepath.Join(h.keys, "keys"), h.org))
	var err error
	h.signer, err = record.NewSigner("trust.test/log")
	must(t, err)
	l, say, shut := h.open()
	say()
	must(t, l.Publish(t.Context()))
	shut()
	tuesday := filepath.Join(t.TempDir(), "tuesday")
	must(t, os.CopyFS(tuesday, os.DirFS(h.data)))

	l, say, shut = h.open()
	say()
	must(t, l.Publish(t.Context()))
	shut()

	h.data = tuesday
	l, say, shut = h.open()
	defer shut()
	if err := l.Publish(t.Context()); !fail.Is(err, fail.Tampered) || !fail.Is(l.Trouble(), fail.Tampered) {
		t.Fatalf("the log goes on from an older copy: %v", err)
	}
	say() // care goes on
}
