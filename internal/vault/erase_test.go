package vault

import (
	"bytes"
	"encoding/json"
	"errors"
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
		cert, err := w.vault.Erase(w.ctx(), w.org, recs[7], func(tx *store.Tx) error {
			_, during = w.vault.Key(tx, w.org, recs[7])
			return during
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
			!cert.RecoverableUntil.Equal(cert.KeyDestroyedAt.Add(DefaultBackupLife)) {
			t.Fatalf("certificate %+v", cert)
		}
		again, err := w.vault.Erase(w.ctx(), w.org, recs[7], func(*store.Tx) error { t.Error("a second entry"); return nil })
		if err != nil || again.Text() != cert.Text() {
			t.Fatalf("asked again: %v, %+v", err, again)
		}
		_, err = w.vault.Erase(w.ctx(), w.org, id.NewRecord(t0), func(*store.Tx) error { return nil })
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
	for _, words := range []string{"12 March 2026 at 09:00 UTC", "backup of the key store", "within 10 days", c.Record.String()} {
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
		_, err := w.vault.Erase(w.ctx(), w.org, recs[0], func(*store.Tx) error { return fail.New(fail.Refused, "no") })
		w.want(err, fail.Refused)
		w.mustKey(recs[0])
		if g := w.mustKey(w.make(1)[0]).Generation(); g != 1 {
			t.Fatalf("generation %d", g)
		}
	})
}

// secrets are the bytes that must be nowhere after an erasure.
type secrets struct {
	raw     [32]byte
	wrapped []byte
	sealed  []byte
	rec     id.Record
}

func (w *world) secretsOf(rec id.Record) (s secrets) {
	w.Helper()
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
		row, err := store.One(tx, (*wrappedKey).scan, selectKey, rec, w.org)
		if err != nil {
			return err
		}
		s.rec, s.wrapped = rec, row.wrapped
		s.raw, err = w.vault.unwrap(w.org, rec, row.generation, row.wrapped)
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
				if _, err := record.Unwrap(g.key, recordContext(w.org, sec.rec, n+1), sec.wrapped); err == nil {
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
	for _, rec := range gone {
		w.must(s.Scrub(w.ctx())) // so that the one file is whole
		backups = append(backups, copyFile(t, filepath.Join(data, "heed.db")))
		w.erase(rec)
	}
	w.must(s.Close())
	today := readAll(t, w.o.KeyStore)
	for age, backup := range backups {
		w := *w
		w.must(os.WriteFile(w.o.KeyStore, today, 0o600))
		w.store = openSQLite(t, folderWith(t, backup), hand)
		w.reopen()
		done, err := w.vault.Resume(w.ctx())
		w.must(err)
		if len(done.Erased) != len(gone)-age || done.Moved == 0 {
			t.Fatalf("backup %d: resumed %+v", age, done)
		}
		for _, rec := range recs {
			_, err := w.key(rec)
			if contains(gone, rec) {
				w.want(err, fail.Gone)
			} else {
				w.must(err)
			}
		}
		if again, err := w.vault.Resume(w.ctx()); err != nil || again.Moved+again.Again+len(again.Erased) != 0 {
			t.Fatalf("a second Resume did %+v, %v", again, err)
		}
		w.mustKey(w.make(1)[0])
		w.erase(recs[20]) // and erasing goes on
		c, err := w.vault.Certificate(w.ctx(), w.org, gone[2])
		if err != nil || !c.ByRestore || !strings.Contains(c.Text(), "restored from a backup") {
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

// An old key store beside today's database brings nothing back and is destroyed again.
func TestOldKeyStoreIsDestroyedAgain(t *testing.T) {
	w := onSQLite(t)
	recs := w.make(5)
	w.clock.Move(25 * time.Hour)
	w.make(1)
	sec := w.secretsOf(recs[0])
	w.erase(recs[0]) // makes generation 3, which takes over recs[1:]
	mid, err := os.ReadFile(w.o.KeyStore)
	w.must(err)
	w.erase(recs[1]) // destroys 3, makes 4
	newest, err := os.ReadFile(w.o.KeyStore)
	w.must(err)

	w.must(os.WriteFile(w.o.KeyStore, mid, 0o600)) // lacks 4
	_, err = Open(w.ctx(), w.store, w.o)
	w.want(err, fail.Stale)

	var ks record.KeyStore
	ks, _, err = record.ParseKeyStore(newest)
	w.must(err)
	old, _, err := record.ParseKeyStore(mid)
	w.must(err)
	at, ok := old.Find([16]byte(w.org.Bytes()), 3)
	if !ok {
		t.Fatal("generation 3 is not in the copy")
	}
	insert(&ks, old.Generations[at]) // as a copy that has all the living and one destroyed
	image, err := imageOf(ks)
	w.must(err)
	w.must(os.WriteFile(w.o.KeyStore, image, 0o600))
	w.reopen()
	done, err := w.vault.Resume(w.ctx())
	if err != nil || done.Again != 1 {
		t.Fatalf("resumed %+v, %v", done, err)
	}
	if found := holding(t, []string{filepath.Dir(w.o.KeyStore)}, old.Generations[at].Wrapped); len(found) > 0 {
		t.Fatalf("the destroyed generation is still in %v", found)
	}
	w.cannotOpen([]secrets{sec})
	for _, rec := range recs[2:] {
		w.mustKey(rec)
	}
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
		w.want(err, fail.Gone)
	})
}

func openSQLite(t testing.TB, data string, hand *clock.Hand) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: data, Clock: hand, Migrations: theMigrations, ReserveBytes: storetest.Reserve})
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
