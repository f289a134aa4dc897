package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// smallDisk is a file system of its own that a test may fill.
func smallDisk(t *testing.T) string {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		t.Skipf("a full disk is made by mounting a small one, which takes root: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

func TestOnAFullDiskReadingsAreRecordedAndWordsAreRefused(t *testing.T) {
	dir := smallDisk(t)
	s := storetest.Open(t, store.Options{Path: dir, Migrations: migrations, ReserveBytes: 2 << 20})
	r := furnish(t, s)
	rec := r.begin("one")
	must(t, r.Publish(r.ctx))

	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	must(t, err)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	must(t, f.Close())

	written := int64(1)
	for range 2000 { // what room the files had is used up
		if err = r.add(rec, written, string(make([]byte, 2000))); err != nil {
			break
		}
		written++
	}
	wants(t, err, fail.Full)
	for range 50 {
		must(t, r.look(rec, nurse))
	}
	wants(t, r.add(rec, written, "still no room"), fail.Full)
	if err := r.Publish(r.ctx); err != nil && !fail.Is(err, fail.Full) {
		t.Fatalf("publishing on a full disk: %v", err)
	}
	must(t, r.Trouble()) // a full disk is no reason to stop for good
	es, err := r.history(rec)
	must(t, err)
	if int64(len(es)) != written {
		t.Fatalf("%d entries, want %d", len(es), written)
	}

	must(t, os.Remove(filler))
	healed := false
	for range 100 {
		if err = r.add(rec, written, "room again"); err == nil {
			healed = true
			break
		}
		wants(t, err, fail.Full)
		time.Sleep(100 * time.Millisecond)
	}
	if !healed {
		t.Fatal("not healed after ten seconds")
	}
	seen, err := r.readings(rec)
	must(t, err)
	if len(seen) != 50 {
		t.Fatalf("%d readings, want 50", len(seen))
	}
	must(t, r.Publish(r.ctx))
	_, err = audit(r)
	must(t, err)
}
