package verify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// looksOf is all that can be seen of a folder: names, bytes, modes, times.
func looksOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := e.Info()
		if err != nil {
			return err
		}
		sum := [32]byte{}
		if !e.IsDir() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum = sha256.Sum256(b)
		}
		out[path] = fmt.Sprintf("%x %s %d %s", sum, i.Mode(), i.Size(), i.ModTime())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// onSQLite makes an installation on SQLite of whose history a part is in the write-ahead log alone.
func onSQLite(t *testing.T) (w *world, folder string) {
	t.Helper()
	folder = t.TempDir()
	hand := clock.NewHand(t0)
	w = newWorld(t, storetest.Open(t, store.Options{Path: folder, Migrations: migrations, Clock: hand,
		ReserveBytes: 64 << 10}), hand)
	w.live()
	return w, folder
}

// TestNothingIsWritten: a check changes no byte, no name and no time, of a running
// installation and of one that was killed and lies on a disk that takes no writes;
// and it reads to the end of the write-ahead log.
func TestNothingIsWritten(t *testing.T) {
	w, running := onSQLite(t)
	killed := t.TempDir()
	for _, name := range []string{fileDatabase, fileWAL} {
		b, err := os.ReadFile(filepath.Join(running, name))
		w.must(err)
		w.must(os.WriteFile(filepath.Join(killed, name), b, 0o400))
	}
	if i, err := os.Stat(filepath.Join(killed, fileWAL)); err != nil || i.Size() == 0 {
		t.Fatal("the write-ahead log holds nothing", err)
	}
	w.must(os.Chmod(killed, 0o500))
	want := w.verify()
	for _, folder := range []string{killed, running} {
		before, temporary := looksOf(t, folder), left(t)
		keys := looksOf(t, filepath.Dir(w.o.KeyFile))
		o := w.o
		o.Path = folder
		r, err := Installation(context.Background(), o)
		w.must(err)
		w.clean(r)
		if r.Entries != want.Entries || r.Size != want.Size || r.Opened != want.Opened {
			t.Errorf("an earlier state was read: %d entries of %d", r.Entries, want.Entries)
		}
		if after := looksOf(t, folder); !maps.Equal(before, after) {
			t.Errorf("the check changed what it looked at:\n%v\n%v", before, after)
		}
		if !maps.Equal(keys, looksOf(t, filepath.Dir(w.o.KeyFile))) {
			t.Error("the check changed the keys")
		}
		if !maps.Equal(temporary, left(t)) {
			t.Error("the private copy was left behind")
		}
	}
}

func left(t *testing.T) map[string]string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(os.TempDir(), "heed-verify-*"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range all {
		out[p] = ""
	}
	return out
}

// TestCopyBesideWriters: a copy taken while others write is whole, however the
// write-ahead log begins anew meanwhile.
func TestCopyBesideWriters(t *testing.T) {
	w, folder := onSQLite(t)
	ctx, stop := context.WithCancel(context.Background())
	var busy sync.WaitGroup
	busy.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			w.begin(id.NewRecord(t0.Add(time.Duration(i)*time.Minute)), 3)
			if i%5 == 0 {
				_ = w.store.Scrub(ctx) // empties the log; busy when a reader is in the way
			}
			if i%7 == 0 {
				w.publish()
			}
		}
	})
	defer func() { stop(); busy.Wait() }()
	for range 12 {
		o := w.o
		o.Path = folder
		r, err := Installation(context.Background(), o)
		w.must(err)
		w.clean(r)
	}
}

// TestAnEarlyFormIsRefusedInWords: entries that name no room are not read at all.
func TestAnEarlyFormIsRefusedInWords(t *testing.T) {
	hand := clock.NewHand(t0)
	folder := t.TempDir()
	w := newWorld(t, storetest.Open(t, store.Options{Path: folder, Migrations: migrations, Clock: hand,
		ReserveBytes: 64 << 10}), hand)
	w.begin(w.org.Record(), 1)
	w.sql(`drop index entry_begun`)
	w.sql(`alter table entry drop column room`)
	_, err := Installation(w.ctx(), Options{Path: folder, Log: w.signer.Verifier()})
	if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "early version") {
		t.Errorf("a history of the first form: %v", err)
	}
}
