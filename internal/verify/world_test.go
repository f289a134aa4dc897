package verify

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/record"
)

// A projection with a sealed column, as slices have them.
var noteTable = fstest.MapFS{"migrations/9001_note.sql": {Data: []byte(`-- +goose Up
create table note_v1 (
  record  blob primary key,
  version bigint not null,
  body    blob
);
-- +goose Down
drop table note_v1;
`)}}

var migrations = []fs.FS{vault.Migrations, ledger.Migrations, noteTable}

var noteField = Field{Table: "note_v1", Record: "record", Version: "version", Sealed: "body", Name: "note.body"}

var nurse = ledger.Author{Role: "worker", Rule: "worker-raises"}

// world is an installation with some history.
type world struct {
	testing.TB
	store   *store.Store
	vault   *vault.Vault
	log     *ledger.Log
	signer  record.Signer
	witness record.Signer
	wit     *memory
	org     id.Org
	recs    []id.Record
	o       Options
	clock   *clock.Hand
	eraser  ledger.Author // who writes the entry of an erasure
	by      int           // on how many people's word
	early   bool          // erases as an early version did, which kept no form
}

// memory is a witness that signs everything and keeps it.
type memory struct {
	key  record.Signer
	last []byte
	at   time.Time
}

func (m *memory) Name() string { return m.key.Name() }

func (m *memory) Key() record.Verifier { return m.key.Verifier() }

func (m *memory) Remembered(context.Context, string) ([]byte, error) { return m.last, nil }

func (m *memory) Cosign(_ context.Context, note []byte, _ int64, _ []record.Hash) ([]byte, int64, error) {
	line, err := record.Cosign(note, m.key, m.at)
	if err == nil {
		m.last, err = record.AddSignatures(note, line)
	}
	return line, 0, err
}

func each(t *testing.T, fn func(w *world)) {
	hand := clock.NewHand(t0)
	storetest.EachClock(t, migrations, hand, func(t *testing.T, s *store.Store) { fn(newWorld(t, s, hand)) })
}

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, s *store.Store, hand *clock.Hand) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{TB: t, store: s, org: id.NewOrg(t0), clock: hand,
		eraser: ledger.Author{Role: "system", Rule: "erased-on-two-words"}, by: 2}
	var err error
	w.signer, err = record.NewSigner("heed.test/log")
	w.must(err)
	w.witness, err = record.NewCosigner("witness.test/w1")
	w.must(err)
	w.wit = &memory{key: w.witness, at: t0}
	w.o = Options{KeyFile: filepath.Join(dir, "keys"), KeyStore: filepath.Join(dir, "keystore"),
		Log: w.signer.Verifier(), Witnesses: []record.Verifier{w.witness.Verifier()}, Fields: []Field{noteField}}
	w.must(vault.CreateKeyFile(w.o.KeyFile, w.org))
	w.vault, err = vault.Open(w.ctx(), s, vault.Options{KeyFile: w.o.KeyFile, KeyStore: w.o.KeyStore, Clock: w.clock})
	w.must(err)
	t.Cleanup(func() { w.vault.Close() })
	w.must(w.vault.AddOrg(w.ctx(), w.org))
	w.another()
	return w
}

// another has a process that has seen nothing yet go on with the log.
func (w *world) another() {
	w.Helper()
	log, err := ledger.Open(w.store, w.vault, ledger.Options{Origin: "heed.test/log", SignerKey: w.signer.Text(),
		Clock: w.clock, Witnesses: []ledger.Witness{w.wit}})
	w.must(err)
	w.log = log
}

func (w *world) ctx() context.Context { return context.Background() }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// begin makes a record of n entries with a sealed note beside them.
func (w *world) begin(rec id.Record, n int) id.Record {
	w.Helper()
	w.clock.Move(time.Second)
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		key, err := w.vault.New(tx, w.org, rec, record.Patient)
		if err != nil {
			return err
		}
		events := make([]ledger.Event, n)
		for i := range events {
			events[i] = ledger.Event{Kind: "test.said", Data: map[string]string{"text": fmt.Sprintf("words %d", i)}}
		}
		v, err := w.log.Append(tx, ledger.Concern, key, 0, nurse, events...)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`insert into note_v1 (record, version, body) values ($1, $2, $3)`, rec, v,
			key.Seal("note.body", v, []byte("a note of "+rec.String())))
		return err
	}))
	return rec
}

func (w *world) look(rec id.Record) {
	w.Helper()
	w.must(w.store.DoReading(w.ctx(), func(tx *store.Tx) error {
		key, err := w.vault.Key(tx, w.org, rec)
		if err != nil {
			return err
		}
		return w.log.Reading(tx, ledger.Concern, key, nurse, ledger.Event{Kind: "test.viewed"})
	}))
}

type erasedData struct {
	record.ErasedData
	Reason string      `json:"reason"`
	By     []id.Person `json:"by"`
}

// words are of so many people.
func words(n int) (by []id.Person) {
	for range n {
		by = append(by, id.NewPerson(t0))
	}
	return by
}

// noteErased takes the words of a record away and writes the entry of its erasure.
func (w *world) noteErased(tx *store.Tx, rec id.Record, generation int64) error {
	key, err := w.vault.Key(tx, w.org, w.org.Record())
	if err != nil {
		return err
	}
	at, err := w.log.Version(tx, w.org.Record())
	if err != nil {
		return err
	}
	form, err := w.log.Blank(tx, rec)
	if err != nil {
		return err
	}
	if w.early {
		form = ""
	}
	said := erasedData{record.ErasedData{Record: rec.String(), Generation: generation, Form: form}, "Its time has come",
		words(w.by)}
	_, err = w.log.Append(tx, ledger.Concern, key, at, w.eraser, ledger.Event{Kind: record.KindErased, Data: said})
	return err
}

// erase erases a record as the program does: an entry in the organisation's own record.
func (w *world) erase(rec id.Record) {
	w.Helper()
	_, err := w.vault.Erase(w.ctx(), w.org, rec, func(tx *store.Tx, generation int64) error {
		if _, err := tx.Exec(`update note_v1 set body = null where record = $1`, rec); err != nil {
			return err
		}
		return w.noteErased(tx, rec, generation)
	})
	w.must(err)
}

// live makes a history: 40 records of 8 entries, readings, three publications, an
// erasure, and some entries that still wait for a number.
func (w *world) live() {
	w.Helper()
	w.begin(w.org.Record(), 1)
	for i := range 40 {
		rec := id.NewRecord(t0.Add(time.Duration(i) * time.Minute))
		w.recs = append(w.recs, w.begin(rec, 8))
		w.look(rec)
		if i%13 == 12 {
			w.publish()
		}
	}
	w.erase(w.recs[5])
	w.publish()
	w.must2(w.log.Sequence(w.ctx()))
	w.begin(id.NewRecord(t0.Add(2*time.Hour)), 2)
	w.must2(w.log.Sequence(w.ctx())) // numbered, not published
	w.begin(id.NewRecord(t0.Add(3*time.Hour)), 3)
	w.look(w.recs[0]) // waiting
}

func (w *world) must2(_ int, err error) { w.Helper(); w.must(err) }

func (w *world) publish() {
	w.Helper()
	w.clock.Move(5 * time.Minute)
	w.must(w.log.Publish(w.ctx()))
	w.must(w.log.Witnessing(w.ctx()))
}

func (w *world) verify(change ...func(*Options)) Report {
	w.Helper()
	o := w.o
	for _, c := range change {
		c(&o)
	}
	r, err := Store(w.ctx(), w.store, o)
	w.must(err)
	return r
}

// clean fails the test unless nothing differs.
func (w *world) clean(r Report) {
	w.Helper()
	if !r.OK() {
		for _, d := range r.Differences {
			w.Log(d)
		}
		w.Fatalf("%d differences in an untouched installation", r.Found)
	}
}

func (w *world) sql(query string, args ...any) int64 {
	w.Helper()
	var n int64
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) (err error) { n, err = tx.Exec(query, args...); return err }))
	return n
}

func (w *world) one(query string, args ...any) int64 {
	w.Helper()
	var n int64
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int64) []any { return []any{n} }, query, args...)
		return err
	}))
	return n
}

func (w *world) blob(query string, args ...any) []byte {
	w.Helper()
	var b []byte
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) (err error) {
		b,
			err = store.One(tx, scanBytes, query, args...)
		return err
	}))
	return b
}

// tables are copied before each tampering and put back after it.
var tables = []string{"entry", "head", "entry_pending", "log_run", "log_tile", "log_state", "log_checkpoint",
	"log_cosignature", "log_witness",
	"record_key", "key_generation", "key_org", "note_v1"}

// dump keeps a copy of all tables in the database itself.
func (w *world) dump(name string) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		for _, t := range tables {
			if _, err := tx.Exec(`create table ` + name + `_` + t + ` as select * from ` + t); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) restore(name string) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		for _, t := range tables {
			if _, err := tx.Exec(`delete from ` + t); err != nil {
				return err
			}
			overriding := ""
			if tx.Engine() == "postgres" && t == "entry" {
				overriding = " overriding system value"
			}
			if _, err := tx.Exec(`insert into ` + t + overriding + ` select * from ` + name + `_` + t); err != nil {
				return fmt.Errorf("%s: %w", t, err)
			}
		}
		return nil
	}))
}

func (w *world) recordOf(b []byte) (rec id.Record) {
	w.must(rec.Scan(b))
	return rec
}
