package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// What makes Heed refuse to start, and the remedy that it names.
func TestOpenRefuses(t *testing.T) {
	cases := []struct {
		name   string
		spoil  func(w *world)
		kind   fail.Kind
		remedy string
	}{
		{"no key file", func(w *world) { w.must(os.Remove(w.o.KeyFile)) }, fail.Missing, "own backup"},
		{"key file for others to read", func(w *world) { w.must(os.Chmod(w.o.KeyFile, 0o640)) }, fail.Bad, "chmod 600"},
		{"key file that anybody may write", func(w *world) { w.must(os.Chmod(w.o.KeyFile, 0o602)) }, fail.Bad, "chmod 600"},
		{"key file is a link", func(w *world) { w.link(w.o.KeyFile) }, fail.Bad, "path of the file itself"},
		{"key file is a folder", func(w *world) {
			w.must(os.Remove(w.o.KeyFile))
			w.must(os.Mkdir(w.o.KeyFile, 0o700))
		}, fail.Bad, "path of the file itself"},
		{"key file of another user", func(w *world) { w.must(os.Chown(w.o.KeyFile, 65534, -1)) }, fail.Bad, "chown"},
		{"key file empty", func(w *world) { w.must(os.Truncate(w.o.KeyFile, 0)) }, fail.Tampered, "copy in the safe"},
		{"key file damaged", func(w *world) { w.flip(w.o.KeyFile, -20) }, fail.Tampered, "copy in the safe"},
		{"key file of another installation", func(w *world) {
			w.must(os.Remove(w.o.KeyFile))
			w.must(CreateKeyFile(w.o.KeyFile, w.org))
		}, fail.Tampered, "Put back the key file that belongs to it"},
		{"key file without this organisation", func(w *world) {
			w.must(os.Remove(w.o.KeyFile))
			w.must(CreateKeyFile(w.o.KeyFile, id.NewOrg(t0)))
		}, fail.Missing, "Put back the key file that holds it"},
		{"no key store", func(w *world) { w.must(os.Remove(w.o.KeyStore)) }, fail.Missing, "own backup"},
		{"key store for others to read", func(w *world) { w.must(os.Chmod(w.o.KeyStore, 0o644)) }, fail.Bad, "chmod 600"},
		{"key store is a link", func(w *world) { w.link(w.o.KeyStore) }, fail.Bad, "path of the file itself"},
		{"key store empty", func(w *world) { w.must(os.Truncate(w.o.KeyStore, 0)) }, fail.Tampered, "own latest backup"},
		{"key store damaged in both slots", func(w *world) {
			w.flip(w.o.KeyStore, 100)
			w.flip(w.o.KeyStore, 100+record.KeyStoreBlock)
		}, fail.Tampered, "own latest backup"},
		{"key store of another installation", func(w *world) {
			other := onSQLite(w)
			other.make(3)
			w.must(os.WriteFile(w.o.KeyStore, readAll(w, other.o.KeyStore), 0o600))
		}, fail.Tampered, "belongs to another database"},
		{"key store of another installation that names this organisation", func(w *world) {
			other := onSQLite(w)
			other.make(3)
			ks, _, err := record.ParseKeyStore(readAll(w, other.o.KeyStore))
			w.must(err)
			ks.Orgs[0].Org, ks.Generations[0].Org = [16]byte(w.org.Bytes()), [16]byte(w.org.Bytes())
			w.must(os.WriteFile(w.o.KeyStore, must(imageOf(ks)), 0o600))
		}, fail.Tampered, "belongs to another database"},
		{"key store older than the database", func(w *world) {
			old := readAll(w, w.o.KeyStore)
			w.clock.Move(2 * generationLife)
			w.make(1)
			w.must(os.WriteFile(w.o.KeyStore, old, 0o600))
		}, fail.Stale, "Put back its latest copy"},
		{"key store with another key in a generation", func(w *world) {
			ks, _, err := record.ParseKeyStore(readAll(w, w.o.KeyStore))
			w.must(err)
			ks.Generations[0].Fingerprint[0] ^= 1
			w.must(os.WriteFile(w.o.KeyStore, must(imageOf(ks)), 0o600))
		}, fail.Tampered, "belongs to another database"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if os.Geteuid() != 0 && strings.Contains(c.name, "another user") {
				t.Skip("only root can give a file away")
			}
			w := onSQLite(t)
			w.make(2)
			w.reopen()
			c.spoil(w)
			_, err := Open(w.ctx(), w.store, w.o)
			w.want(err, c.kind)
			if !strings.Contains(fail.Words(err), c.remedy) {
				t.Errorf("the words do not name the remedy %q: %s", c.remedy, fail.Words(err))
			}
		})
	}
}

func (w *world) link(path string) {
	w.must(os.Rename(path, path+"-real"))
	w.must(os.Symlink(path+"-real", path))
}

// flip changes a byte; at counts from the end when negative.
func (w *world) flip(path string, at int) {
	b := readAll(w, path)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	w.must(os.WriteFile(path, b, 0o600))
}

func TestCreateKeyFileNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	org := id.NewOrg(t0)
	if err := CreateKeyFile(path, org); err != nil {
		t.Fatal(err)
	}
	before := readAll(t, path)
	if i, err := os.Stat(path); err != nil || i.Mode() != 0o600 {
		t.Fatalf("mode %v %v", i.Mode(), err)
	}
	if err := CreateKeyFile(path, org); !fail.Is(err, fail.Conflict) {
		t.Fatalf("a second time: %v", err)
	}
	if !bytes.Equal(before, readAll(t, path)) {
		t.Fatal("it was overwritten")
	}
	if all, _ := os.ReadDir(filepath.Dir(path)); len(all) != 1 {
		t.Fatalf("left beside it: %v", all)
	}
	if err := CreateKeyFile(filepath.Join(t.TempDir(), "none")); !fail.Is(err, fail.Bad) {
		t.Fatalf("without an organisation: %v", err)
	}
}

// Refusals tell nothing of a key.
func TestRefusalsTellNoKey(t *testing.T) {
	w := onSQLite(t)
	text := readAll(t, w.o.KeyFile)
	line := strings.Fields(string(text[bytes.Index(text, []byte("\nheed-key/1 "+w.org.String())):]))
	w.must(os.WriteFile(w.o.KeyFile, append(text, "heed-key/1 x y z\n"...), 0o600))
	_, err := OpenKeyFile(w.o.KeyFile)
	w.want(err, fail.Tampered)
	if strings.Contains(err.Error(), line[3]) || strings.Contains(err.Error(), line[3][:12]) {
		t.Fatalf("%v", err)
	}
}

func TestAddOrgIsAskedTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		second := id.NewOrg(t0)
		for range 2 {
			w.must(w.vault.AddOrg(w.ctx(), second))
		}
		keys, err := record.ParseKeyFile(readAll(t, w.o.KeyFile))
		if err != nil || len(keys) != 2 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		w.reopen()
		w.org = second
		w.mustKey(w.make(1)[0])
	})
}

// service stands for a key management service: two methods and nothing else.
type service struct {
	keys *KeyFile
	down error
}

func (s *service) Wrap(ctx context.Context, org id.Org, c []byte, key [32]byte) ([]byte, error) {
	if s.down != nil {
		return nil, s.down
	}
	b, err := s.keys.Wrap(ctx, org, c, key)
	return append(bytes.Repeat([]byte{7}, 120), b...), err // services' blobs are longer
}

func (s *service) Unwrap(ctx context.Context, org id.Org, c, wrapped []byte) ([32]byte, error) {
	if s.down != nil {
		return [32]byte{}, s.down
	}
	return s.keys.Unwrap(ctx, org, c, wrapped[120:])
}

func TestKeyManagementServiceInsteadOfTheFile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		file, err := OpenKeyFile(w.o.KeyFile)
		w.must(err)
		other := *w
		other.store, other.org = w.store, id.NewOrg(t0)
		w.must(file.add(other.org))
		w.must(w.vault.Close()) // its key store is another's
		w.must(w.store.Do(w.ctx(), clearOrgs))
		kms := &service{keys: file}
		other.o.KeyFile, other.o.Keys, other.o.KeyStore = "", kms, filepath.Join(t.TempDir(), "keystore")
		other.reopen()
		w.must(other.vault.AddOrg(w.ctx(), other.org))
		recs := other.make(3)
		other.erase(recs[0])
		other.must(other.vault.Rekey(w.ctx(), other.org))
		other.reopen()
		other.mustKey(recs[1])
		kms.down = errors.New("connection refused")
		if _, err := Open(w.ctx(), w.store, other.o); !errors.Is(err, kms.down) {
			t.Fatalf("with the service down: %v", err)
		}
	})
}

// Nobody is led to give up a living record: one that the database says to lie under a key
// that never was, and that opens under one that is there, stops the giving up. Seen to
// fail: the record was named in a tombstone and was gone for good.
func TestALivingRecordIsNotGivenUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.make(1)[0]
		for _, text := range []string{
			`insert into key_generation (org, generation, fingerprint, made_at) select org, generation + 1, fingerprint, made_at from key_generation`,
			`update record_key set generation = generation + 1`,
		} {
			w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error { _, err := tx.Exec(text); return err }))
		}
		before := readAll(w, w.o.KeyStore)
		_, err := Open(w.ctx(), w.store, w.o)
		w.want(err, fail.Stale)
		_, err = AcceptLost(w.ctx(), w.store, w.o)
		w.want(err, fail.Tampered)
		if !bytes.Equal(before, readAll(w, w.o.KeyStore)) {
			t.Error("the key store was changed")
		}
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
			_, err := tx.Exec(`update record_key set generation = generation - 1`)
			return errors.Join(err, func() error {
				_, err := tx.Exec(`delete from key_generation where generation = (select max(generation) from key_generation)`)
				return err
			}())
		}))
		w.reopen()
		w.mustKey(rec)
	})
}

// No newer copy of the key store exists: what it lacks is lost, and Heed goes on.
func TestAcceptLostKeys(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		kept := w.make(4)
		copied, err := w.vault.CopyKeyStore()
		w.must(err)
		var lost []id.Record
		for range 2 {
			w.clock.Move(2 * generationLife)
			lost = append(lost, w.make(3)...)
		}
		w.must(os.WriteFile(w.o.KeyStore, copied, 0o600))
		_, err = Open(w.ctx(), w.store, w.o)
		w.want(err, fail.Stale)
		n, err := AcceptLost(w.ctx(), w.store, w.o)
		if err != nil || n != len(lost) {
			t.Fatalf("%d records, %v", n, err)
		}
		for range 2 {
			w.reopen()
			w.must(w.vault.Resume(w.ctx()))
			if n := w.number(`select count(*) from erased_entry`); n != 0 {
				t.Fatalf("a lost key is not an erasure: %d entries", n)
			}
			for _, rec := range kept {
				w.mustKey(rec)
			}
			for _, rec := range lost {
				_, err := w.key(rec)
				w.want(err, fail.Gone)
				if !strings.Contains(fail.Words(err), "was lost") {
					t.Fatal(fail.Words(err))
				}
			}
			made := w.make(2)
			if g := w.mustKey(made[0]).Generation(); g < 4 {
				t.Fatalf("the number of a lost generation was given again: %d", g)
			}
			kept = append(kept, made...)
		}
		w.erase(kept[0])
		w.mustKey(kept[1])
	})
}

// While Heed runs, a key file that goes away makes it not ready. It never makes
// a record look as if it did not exist, and nothing else changes when it is back.
func TestKeysThatGoAwayWhileHeedRuns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.make(1)[0]
		w.must(w.vault.Ready(w.ctx()))
		for _, path := range []string{w.o.KeyFile, w.o.KeyStore} {
			fresh := w.reopen()
			w.must(os.Rename(path, path+"-away"))
			w.want(fresh.Ready(w.ctx()), fail.Missing)
			w.mustKey(rec) // what was read at start goes on being read
			w.want(w.store.Do(w.ctx(), func(tx *store.Tx) error {
				_, err := fresh.New(tx, w.org, id.NewRecord(t0), record.Patient)
				return err
			}), fail.Broken)
			w.must(os.Rename(path+"-away", path))
			w.must(fresh.Ready(w.ctx()))
			w.mustKey(rec)
			w.mustKey(w.make(1)[0])
		}
	})
}
