package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/record"
)

func TestEraseDestroysOneRecordAndKeepsTheOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(250)
		sealed := map[id.Record][]byte{}
		for _, rec := range recs {
			sealed[rec] = w.mustKey(rec).Seal("words", 1, rec.Bytes())
		}
		var during error
		w.clock.Move(time.Hour)
		cert, err := w.vault.Erase(w.ctx(), w.org, recs[7], func(tx *store.Tx, generation int64) error {
			_, during = w.vault.Key(tx, w.org, recs[7])
			return errors.Join(during, noted(w.org, recs[7])(tx, generation))
		})
		w.must(err)
		for _, v := range []*Vault{w.vault, w.reopen()} {
			w.vault = v
			_, err = w.key(recs[7])
			w.want(err, fail.Gone)
			for i, rec := range recs {
				if i == 7 {
					continue
				}
				plain, err := w.mustKey(rec).Open("words", 1, sealed[rec])
				if err != nil || !bytes.Equal(plain, rec.Bytes()) {
					t.Fatalf("record %d after the erasure: %v", i, err)
				}
			}
		}
		if cert.Generation != 1 || !cert.ErasedAt.Equal(t0.Add(time.Hour)) || cert.LeftBehind != 0 ||
			!cert.DraftsUntil.Equal(time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)) ||
			!cert.RecoverableUntil.Equal(cert.DraftsUntil.Add(DefaultBackupLife)) {
			t.Fatalf("certificate %+v", cert)
		}
		again, err := w.vault.Erase(w.ctx(), w.org, recs[7], func(*store.Tx,
			int64) error {
			t.Error("a second entry")
			return nil
		})
		if err != nil || again.Text() != cert.Text() {
			t.Fatalf("asked again: %v, %+v", err, again)
		}
		_, err = w.vault.Erase(w.ctx(), w.org, id.NewRecord(t0), func(*store.Tx, int64) error { return nil })
		w.want(err, fail.Missing)
		if n := w.number(`select count(*) from record_key where generation = 1`); n != 0 {
			t.Fatalf("%d rows are still wrapped by the destroyed generation", n)
		}
	})
}

func TestCertificateSaysUntilWhen(t *testing.T) {
	w := onSQLite(t)
	w.o.BackupLife = 10 * 24 * time.Hour
	w.reopen()
	c := w.erase(w.make(2)[0])
	text := c.Text()
	for _, words := range []string{"2 March 2026 at 09:00 UTC", "10 March 2026 at 00:00 UTC",
		"20 March 2026 at 00:00 UTC", "backup of the key store", "within 10 days", c.Record.String()} {
		if !strings.Contains(text, words) {
			t.Errorf("the certificate does not say %q:\n%s", words, text)
		}
	}
	raw, err := json.Marshal(c)
	w.must(err)
	var back Certificate
	w.must(json.Unmarshal(raw, &back))
	if back.Text() != text {
		t.Errorf("JSON does not come back:\n%s", raw)
	}
}

// No entry, no erasure: when the entry is refused, nothing has changed.
func TestEraseWithoutItsEntryDoesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(2)
		_, err := w.vault.Erase(w.ctx(), w.org, recs[0], func(*store.Tx, int64) error { return fail.New(fail.Refused, "no") })
		w.want(err, fail.Refused)
		w.mustKey(recs[0])
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 1 {
			t.Fatalf("generation %d", g)
		}
	})
}

// secrets are the bytes that must be nowhere after an erasure.
type secrets struct {
	raw        [32]byte
	wrapped    []byte
	sealed     []byte
	rec        id.Record
	generation int64
}

func (w *world) secretsOf(rec id.Record) (s secrets) {
	w.Helper()
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
		row, err := store.One(tx, (*wrappedKey).scan, selectKey, rec, w.org)
		if err != nil {
			return err
		}
		s.rec, s.wrapped, s.generation = rec, row.wrapped, row.generation
		raw, err := w.vault.unwrap(w.org, rec, row.generation, row.wrapped)
		s.raw = raw.key
		return err
	}))
	s.sealed = w.mustKey(rec).Seal("words", 1, []byte("the words of this record"))
	return s
}

// holding names the files under the folders that hold any of the byte strings.
func holding(t testing.TB, folders []string, needles ...[]byte) (found []string) {
	t.Helper()
	for _, dir := range folders {
		err := filepath.Walk(dir, func(path string, i os.FileInfo, err error) error {
			if err != nil || i.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, n := range needles {
				if bytes.Contains(b, n) || bytes.Contains(b, n[:16]) {
					found = append(found, filepath.Base(path))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// C2: ten erased records' keys and wrapped keys are nowhere in what Heed keeps,
// and what they said cannot be opened with everything that is left.
func TestErasedKeysAreNowhere(t *testing.T) {
	data := t.TempDir()
	hand := clock.NewHand(t0)
	s := storetest.Open(t, store.Options{Path: data, Clock: hand, Migrations: theMigrations})
	w := newWorld(t, s, hand)
	folders := []string{data, filepath.Dir(w.o.KeyStore)}
	recs := w.make(60)
	for range 3 { // rows that were moved before are erased too
		w.clock.Move(25 * time.Hour)
		recs = append(recs, w.make(20)...)
	}
	var erased []secrets
	for i := range 10 {
		sec := w.secretsOf(recs[i*11])
		held := w.vault.file.snapshot()
		at, _ := held.Find([16]byte(w.org.Bytes()), w.mustKey(sec.rec).Generation())
		g, err := w.vault.generation(w.org, held.Generations[at].Generation)
		w.must(err)
		generationSecrets := [][]byte{g.key[:], held.Generations[at].Wrapped}
		if control := holding(t, folders, sec.wrapped); len(control) == 0 {
			t.Fatal("control: the wrapped key was not found before the erasure")
		}
		if control := holding(t, folders, held.Generations[at].Wrapped); len(control) == 0 {
			t.Fatal("control: the wrapped generation key was not found before the erasure")
		}
		w.erase(sec.rec)
		erased = append(erased, sec)
		if found := holding(t, folders, append(generationSecrets, sec.raw[:], sec.wrapped)...); len(found) > 0 {
			t.Fatalf("erasure %d left bytes in %v", i, found)
		}
	}
	w.cannotOpen(erased)
}

// cannotOpen tries every key that is left on what was kept of the erased.
func (w *world) cannotOpen(erased []secrets) {
	w.Helper()
	ks := w.vault.file.snapshot()
	for _, sec := range erased {
		for _, held := range ks.Generations {
			g, err := w.vault.generation(w.org, held.Generation)
			w.must(err)
			for n := range ks.Highest(held.Org) {
				b, err := record.OpenBranches(g.key, held.Org, n+1)
				w.must(err)
				if _, _, err := b.Unwrap([16]byte(sec.rec.Bytes()), sec.wrapped); err == nil {
					w.Fatal("an erased record's key was unwrapped")
				}
			}
		}
		moved, err := w.vault.moved(w.org)
		w.must(err)
		if _, ok := moved[sec.rec]; ok {
			w.Fatal("an erased record is in a list of moved keys")
		}
	}
}

func TestErasedCannotBeOpenedOnPostgres(t *testing.T) {
	hand := clock.NewHand(t0)
	s := storetest.Open(t, store.Options{URL: storetest.Postgres(t), Clock: hand, Migrations: theMigrations})
	w := newWorld(t, s, hand)
	var erased []secrets
	for _, rec := range w.make(30)[:10] {
		erased = append(erased, w.secretsOf(rec))
		w.erase(rec)
	}
	for _, sec := range erased {
		if found := holding(t, []string{filepath.Dir(w.o.KeyStore)}, sec.raw[:], sec.wrapped); len(found) > 0 {
			t.Fatalf("bytes left in %v", found)
		}
	}
	w.cannotOpen(erased)
}

// C3: databases from before each of three erasures, with today's key store.
func TestErasedStaysErasedThroughRestore(t *testing.T) {
	hand := clock.NewHand(t0)
	data := t.TempDir()
	s := openSQLite(t, data, hand)
	w := newWorld(t, s, hand)
	recs := w.make(150)
	w.clock.Move(25 * time.Hour)
	recs = append(recs, w.make(10)...)
	gone := []id.Record{recs[3], recs[4], recs[155]}
	oldKeyStore := copyFile(t, w.o.KeyStore)
	var backups []string
	var certificates []Certificate
	for _, rec := range gone {
		w.must(s.Scrub(w.ctx())) // so that the one file is whole
		backups = append(backups, copyFile(t, filepath.Join(data, "heed.db")))
		certificates = append(certificates, w.erase(rec))
	}
	w.must(s.Close())
	today := readAll(t, w.o.KeyStore)
	for age, backup := range backups {
		w := *w
		w.must(os.WriteFile(w.o.KeyStore, today, 0o600))
		w.store = openSQLite(t, folderWith(t, backup), hand)
		before := w.number(`select count(*) from erased_entry`)
		w.reopen()
		if n := w.number(`select count(*) from erased_entry`); before != age || n != len(gone) {
			t.Fatalf("backup %d: %d entries, then %d", age, before, n)
		}
		for _, rec := range recs {
			_, err := w.key(rec)
			if contains(gone, rec) {
				w.want(err, fail.Gone)
			} else {
				w.must(err)
			}
		}
		w.reopen()
		w.settled(recs)
		w.mustKey(w.make(1)[0])
		w.erase(recs[20]) // and erasing goes on
		c, err := w.vault.Certificate(w.ctx(), w.org, gone[2])
		if err != nil || c.Text() != certificates[2].Text() {
			t.Fatalf("certificate after restore: %v %+v", err, c)
		}
	}

	// The window that the certificate names: an old key store AND an old database.
	old := *w
	old.store = openSQLite(t, folderWith(t, backups[0]), hand)
	w.must(os.WriteFile(old.o.KeyStore, readAll(t, oldKeyStore), 0o600))
	old.reopen()
	if _, err := old.key(gone[0]); err != nil {
		t.Fatalf("the certificate says that this brings it back: %v", err)
	}
}

// A key store that is older than the history is refused, whatever the database says
// of its keys; with two people's word what the entries name is destroyed again.
func TestOldKeyStoreIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(5)
		sec := w.secretsOf(recs[0])
		w.make(1) // of another day, so that its erasure makes no further key
		before := readAll(t, w.o.KeyStore)
		w.clock.Move(25 * time.Hour)
		alone := w.make(1)
		single := readAll(t, w.o.KeyStore)
		lonely := w.secretsOf(alone[0])
		w.erase(alone[0])

		w.must(os.WriteFile(w.o.KeyStore, single, 0o600)) // it holds a key that was destroyed
		v, err := Open(w.ctx(), w.store, w.o)
		w.must(err)
		err = v.Settle(w.ctx(), entries{})
		w.want(err, fail.Stale)
		if !strings.Contains(fail.Words(err), "heed keys destroy-again") {
			t.Errorf("the words do not name the remedy: %s", fail.Words(err))
		}
		older, err := v.Older(w.ctx(), w.org)
		if err != nil || len(older) != 1 || older[0].Record != alone[0] {
			t.Fatalf("older by %+v, %v", older, err)
		}
		w.must(v.DestroyAgain(w.ctx(), w.org, older))
		w.reopen()
		w.settled(append(recs, alone...))
		w.cannotOpen([]secrets{lonely})

		w.erase(recs[0])
		w.must(os.WriteFile(w.o.KeyStore, before, 0o600)) // it lacks keys too
		_, err = Open(w.ctx(), w.store, w.o)
		w.want(err, fail.Stale)
		lost, err := AcceptLost(w.ctx(), w.store, w.o)
		if err != nil || lost != 5 { // four that were moved to a key that is lost, and one made with the first five
			t.Logf("%d lost, %v", lost, err)
		}
		v, err = Open(w.ctx(), w.store, w.o)
		w.must(err)
		w.want(v.Settle(w.ctx(), entries{}), fail.Stale)
		older, err = v.Older(w.ctx(), w.org)
		if err != nil || len(older) != 2 {
			t.Fatalf("older by %+v, %v", older, err)
		}
		w.must(v.DestroyAgain(w.ctx(), w.org, older))
		w.reopen()
		w.cannotOpen([]secrets{sec, lonely})
		for _, rec := range []id.Record{recs[0], alone[0]} {
			_, err := w.key(rec)
			w.want(err, fail.Gone)
		}
	})
}

// What the database says of keys and erasures destroys nothing and hides nothing.
func TestTheDatabaseDestroysNothing(t *testing.T) {
	for name, attack := range map[string]string{
		"the key row alone":                     `delete from record_key where record = $1`,
		"pointed at a destroyed generation":     `update record_key set generation = 1 where record = $1`,
		"pointed at one that never was":         `update record_key set generation = 3000 where record = $1`,
		"what is remembered of keys taken away": `delete from key_generation where generation <> (select generation from record_key where record = $1)`,
		"all retired":                           `update key_generation set retired_at = 1 where org = (select org from record_key where record = $1)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				recs := w.make(6)
				w.erase(recs[0]) // generation 1 is destroyed, the others are in 2
				w.clock.Move(25 * time.Hour)
				recs = append(recs, w.make(3)...)
				victim := recs[7]
				sec := w.secretsOf(victim)
				held := len(w.vault.file.snapshot().Generations)
				w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
					for _, statement := range strings.Split(attack, ";") {
						if _, err := tx.Exec(statement, victim); err != nil {
							return err
						}
					}
					return nil
				}))
				for range 2 {
					w.reopen()
					w.must(w.vault.Resume(w.ctx()))
				}
				if now := len(w.vault.file.snapshot().Generations); now != held {
					t.Errorf("the key store held %d keys and holds %d", held, now)
				}
				if n := w.number(`select count(*) from erased_entry`); n != 1 {
					t.Errorf("%d entries of erasures", n)
				}
				if _, err := w.key(victim); fail.Is(err, fail.Gone) {
					t.Errorf("it is called erased: %v", err)
				}
				if _, err := w.vault.Certificate(w.ctx(), w.org, victim); err == nil {
					t.Error("there is a certificate")
				}
				// With its row back, as from a backup, it opens.
				w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
					if _, err := tx.Exec(`delete from record_key where record = $1`, victim); err != nil {
						return err
					}
					_, err := tx.Exec(`insert into record_key (record, org, generation, wrapped) values ($1, $2, $3, $4)`, victim, w.org, sec.generation, sec.wrapped)
					return err
				}))
				w.mustKey(victim)
			})
		})
	}
}

// TestAnErasedRecordIsNotErasedAgain: somebody puts a key's row of an erased record in, as a database from before
// would have it. Seen to fail: each start wrote another entry of its erasure, of the record as it stood by then.
func TestAnErasedRecordIsNotErasedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(3)
		sec := w.secretsOf(recs[0])
		w.erase(recs[0])
		for range 2 {
			w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
				_, err := tx.Exec(`insert into record_key (record, org, generation, wrapped) values ($1, $2, $3, $4)
					on conflict (record) do nothing`, recs[0], w.org, sec.generation, sec.wrapped)
				if err != nil {
					return err
				}
				_, err = tx.Exec(`insert into key_generation (org, generation, fingerprint, made_at)
					select org, $1, fingerprint, made_at from key_generation where true on conflict do nothing`, sec.generation)
				return err
			}))
			w.reopen()
		}
		if n := w.number(`select count(*) from erased_entry`); n != 1 {
			t.Errorf("%d entries of one erasure", n)
		}
		if n := w.number(`select count(*) from record_key where generation = ` + fmt.Sprint(sec.generation)); n != 1 {
			t.Errorf("%d rows are left to be named", n)
		}
		if _, err := w.key(recs[0]); err == nil {
			t.Error("it opens")
		}
	})
}

// counted is entries, of which it counts how often they are read.
type counted struct {
	entries
	n *int
}

func (c counted) Erasures(tx *store.Tx, org id.Org) ([]Erasure, error) {
	*c.n++
	return c.entries.Erasures(tx, org)
}

// TestARestoredDatabaseIsBroughtForwardInOneReading: of its rows many are of records that were erased since.
// Seen to fail: the whole history was read for each of them.
func TestARestoredDatabaseIsBroughtForwardInOneReading(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(12)
		var all []secrets
		for _, rec := range recs {
			all = append(all, w.secretsOf(rec))
		}
		for _, rec := range recs {
			w.erase(rec)
		}
		w.sql(`delete from erased_entry`)
		for _, s := range all {
			w.put(s)
		}
		n := 0
		v, err := Open(w.ctx(), w.store, w.o)
		w.must(err)
		defer v.Close()
		w.must(v.Settle(w.ctx(), counted{n: &n}))
		if n > 4 {
			t.Errorf("the history was read %d times", n)
		}
		if n := w.number(`select count(*) from erased_entry`); n != len(recs) {
			t.Errorf("%d records were erased again, want %d", n, len(recs))
		}
	})
}

// TestAKeyPutBackBeforeItsGenerationGoesIsNotMoved: somebody puts key rows back after it was decided and before
// what they are wrapped by is destroyed, of the record and of another whose erasure is decided meanwhile.
// Seen to fail: both were wrapped by the successor, and opened.
func TestAKeyPutBackBeforeItsGenerationGoesIsNotMoved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(4)
		all := []secrets{w.secretsOf(recs[0]), w.secretsOf(recs[1])}
		w.vault.at = func(step string) {
			switch {
			case step == "decided":
				w.put(all[0])
			case step == "successor":
				w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
					_, err := w.vault.decide(tx, w.org, recs[1], noted(w.org, recs[1]))
					return err
				}))
				w.put(all[1])
			}
		}
		w.erase(recs[0])
		w.vault.at = func(string) {}
		w.must(w.vault.Resume(w.ctx()))
		w.reopen()
		for i, rec := range recs {
			if _, err := w.key(rec); i < 2 && !fail.Is(err, fail.Gone) || i >= 2 && err != nil {
				t.Errorf("record %d: %v", i, err)
			}
		}
		if n := w.number(`select count(*) from record_key`); n != 4 {
			t.Errorf("%d key rows: those that were put back are left to be named", n)
		}
	})
}

// A record whose key row is hidden while its generation goes is tampered with, not
// erased; one that was moved before comes back with its row.
func TestHiddenFromAnErasure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(5)
		first, moved := w.secretsOf(recs[1]), w.secretsOf(recs[2])
		w.sql(`delete from record_key where record = $1`, recs[1])
		w.erase(recs[0])
		w.put(first)
		_, err := w.key(recs[1])
		w.want(err, fail.Tampered)
		w.reopen()
		_, err = w.key(recs[1])
		w.want(err, fail.Tampered)

		w.sql(`delete from record_key where record = $1`, recs[2]) // it is in a list now
		w.erase(recs[3])
		w.put(moved)
		w.mustKey(recs[2])
		w.reopen()
		w.mustKey(recs[2])
		w.mustKey(recs[4])
	})
}

func (w *world) sql(query string, args ...any) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error { _, err := tx.Exec(query, args...); return err }))
}

// put gives a record the key row back that it once had, and its generation what was remembered of it.
func (w *world) put(s secrets) {
	w.Helper()
	w.sql(`insert into record_key (record, org, generation, wrapped) values ($1, $2, $3, $4)`, s.rec, w.org, s.generation, s.wrapped)
	w.sql(`insert into key_generation (org, generation, fingerprint, made_at) values ($1, $2, $3, 1) on conflict (org, generation) do nothing`, w.org, s.generation, []byte("x"))
}

// What was typed and not sent opens until its day is over its life, and its key is
// nowhere afterwards.
func TestADaysKeyDies(t *testing.T) {
	w := onSQLite(t)
	typed := t0.Add(14 * time.Hour) // 23:00
	w.clock.Set(typed)
	person := w.make(1)[0]
	key, err := w.vault.Day(w.org, person, typed)
	w.must(err)
	sealed := key.Seal("web:draft:raise", 7, []byte("not sent"))
	if _, err := must2(w.vault.Day(w.org, id.NewRecord(t0), typed)).Open("web:draft:raise", 7, sealed); !fail.Is(err,
		fail.Tampered) {
		t.Fatalf("somebody else's draft opens: %v", err)
	}
	wrapped := w.vault.file.snapshot().Days[0].Wrapped
	copied := readAll(t, w.o.KeyStore)
	w.must(w.vault.Rekey(w.ctx(), w.org))
	w.clock.Set(DraftsUntil(typed).Add(-time.Second))
	for _, v := range []*Vault{w.vault, w.reopen()} {
		if plain, err := must2(v.Day(w.org, person, typed)).Open("web:draft:raise", 7, sealed); err != nil ||
			string(plain) != "not sent" {
			t.Fatalf("%s %v", plain, err)
		}
	}
	rewrapped := w.vault.file.snapshot().Days[0].Wrapped
	w.clock.Set(DraftsUntil(typed))
	w.must(w.vault.endDays())
	for _, v := range []*Vault{w.vault, w.reopen()} {
		_, err := v.Day(w.org, person, typed)
		w.want(err, fail.Gone)
	}
	if !bytes.Contains(copied, wrapped) {
		t.Fatal("control: the day's key was not found before")
	}
	if found := holding(t, []string{filepath.Dir(w.o.KeyStore)}, wrapped, rewrapped); len(found) > 0 {
		t.Fatalf("the day's key is still in %v", found)
	}
	_, err = w.vault.Day(w.org, person, w.clock.Now().Add(1000*time.Hour))
	w.want(err, fail.Gone)
}

// One damaged row does not let its writer stop every erasure of that generation.
func TestEraseLeavesDamagedRowsBehind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		recs := w.make(130)
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
			_, err := tx.Exec(`update record_key set wrapped = $1 where record = $2`, []byte("damaged"), recs[100])
			return err
		}))
		c := w.erase(recs[0])
		if c.LeftBehind != 1 || !strings.Contains(c.Text(), "did not authenticate") {
			t.Fatalf("certificate %+v", c)
		}
		for i, rec := range recs {
			if i != 0 && i != 100 {
				w.mustKey(rec)
			}
		}
		_, err := w.key(recs[100])
		w.want(err, fail.Tampered)
	})
}

func openSQLite(t testing.TB, data string, hand *clock.Hand) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: data, Clock: hand, Migrations: theMigrations,
		ReserveBytes: storetest.Reserve})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed before by some tests
	return s
}

func copyFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := errors.Join(err, os.WriteFile(to, b, 0o600)); err != nil {
		t.Fatal(err)
	}
	return to
}

func folderWith(t testing.TB, db string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Rename(copyFile(t, db), filepath.Join(dir, "heed.db")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func readAll(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func contains(recs []id.Record, rec id.Record) bool {
	for _, r := range recs {
		if r == rec {
			return true
		}
	}
	return false
}
