package sqlite_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestFullDisk is promise D6: refused clearly, reading goes on while the reserve
// lasts, then stops; writing heals by itself; nothing is kept by halves.
func TestFullDisk(t *testing.T) {
	dir := storetest.SmallDisk(t, "24m")
	const reserve = 1 << 20
	k := &storetest.Kept{Store: storetest.Open(t, store.Options{Path: dir, ReserveBytes: reserve,
		Migrations: storetest.Bodies})}
	for range 20 {
		must(t, k.Put(k.Write, 2000))
	}
	filler := storetest.FillDisk(t, dir)

	// Sixty-four at once, before anybody has noticed. Together they are more than
	// SQLite's cache, so the disk is full in the midst of the group, which is given up whole.
	var all sync.WaitGroup
	held := make(chan struct{})
	all.Go(func() { // holds the writer while they gather
		must(t, k.Do(bg, func(*store.Tx) error { close(held); time.Sleep(300 * time.Millisecond); return nil }))
	})
	<-held
	for i := range 64 {
		all.Go(func() {
			size := 200_000
			if i%2 == 0 {
				size = 2000
			}
			if err := k.Put(k.Write, size); err != nil && !fail.Is(err, fail.Full) {
				t.Errorf("on a full disk: %v", err)
			}
		})
	}
	all.Wait()
	if len(k.No) == 0 {
		t.Fatal("the disk was not full: nothing was refused")
	}
	k.Verify(t)
	if err := k.Ready(bg); !fail.Is(err, fail.Full) {
		t.Errorf("Ready says %v", err)
	}

	// Readings go on until the reserve is spent; other work stays refused.
	readings := 0
	for k.Put(k.Read, 1000) == nil {
		readings++
		if readings%10 == 1 {
			if err := k.Put(k.Write, 100); !fail.Is(err, fail.Full) {
				t.Errorf("new work while readings use the reserve: %v", err)
			}
		}
	}
	t.Logf("%d readings of 2 KB on a reserve of %d KB", readings, reserve>>10)
	if readings < reserve/1000/5 {
		t.Errorf("the reserve lasted for %d readings only", readings)
	}
	if err := k.Put(k.Read, 1000); !fail.Is(err, fail.Full) {
		t.Errorf("a reading after the reserve is spent: %v", err)
	}
	k.Verify(t)

	// A little room is not enough: the reserve comes first.
	must(t, os.Truncate(filler, fileSize(t, filler)-reserve/2))
	time.Sleep(2500 * time.Millisecond)
	if err := k.Put(k.Write, 100); !fail.Is(err, fail.Full) {
		t.Errorf("new work while the reserve is not whole: %v", err)
	}
	must(t, k.Put(k.Read, 1000)) // but readings have it

	must(t, os.Remove(filler))
	storetest.Within(t, 10*time.Second, "writing heals", func() bool { return k.Put(k.Write, 100) == nil })
	must(t, k.Ready(bg))
	if n := fileSize(t, filepath.Join(dir, "reserve")); n != reserve {
		t.Errorf("the reserve is %d bytes after healing", n)
	}
	must(t, k.Put(k.Write, 100_000))
	k.Verify(t)
	storetest.Integrity(t, dir)
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Size()
}

// TestFullDiskIsNoticedWithoutTraffic: Ready tells the truth when nobody writes.
func TestFullDiskIsNoticedWithoutTraffic(t *testing.T) {
	dir := storetest.SmallDisk(t, "16m")
	s := storetest.Open(t, store.Options{Path: dir, Migrations: storetest.Bodies})
	must(t, s.Ready(bg))
	filler := storetest.FillDisk(t, dir)
	storetest.Within(t, 5*time.Second, "Ready says full", func() bool { return fail.Is(s.Ready(bg), fail.Full) })
	must(t, os.Remove(filler))
	storetest.Within(t, 10*time.Second, "Ready says ready", func() bool { return s.Ready(bg) == nil })
}

// TestStartOnAFullDisk: what is there can be read, and readings recorded, also after a restart.
func TestStartOnAFullDisk(t *testing.T) {
	dir := storetest.SmallDisk(t, "16m")
	where := store.Options{Path: dir, ReserveBytes: 1 << 20, Migrations: storetest.Bodies}
	s, err := store.Open(bg, where)
	must(t, err)
	k := &storetest.Kept{Store: s}
	must(t, k.Put(k.Write, 2000))
	must(t, s.Close())
	filler := storetest.FillDisk(t, dir)

	k.Store = storetest.Open(t, where)
	if err := k.Put(k.Write, 100); !fail.Is(err, fail.Full) {
		t.Errorf("new work: %v", err)
	}
	must(t, k.Put(k.Read, 1000))
	k.Verify(t)
	must(t, os.Remove(filler))
	storetest.Within(t, 10*time.Second, "writing heals", func() bool { return k.Put(k.Write, 100) == nil })
	k.Verify(t)
}

// TestReadOnlyDisk takes writing away from a running store: a file system that
// found an error and went read-only. Reading goes on, nothing is acknowledged. When
// it is repaired and mounted again, writing goes on without a restart, and readers
// see what is written then. Seen to fail when readers kept the file from before.
func TestReadOnlyDisk(t *testing.T) {
	disk := storetest.NewFailingDisk(t, 24)
	k := &storetest.Kept{Store: storetest.Open(t, store.Options{Path: disk.Dir, Migrations: storetest.Bodies})}
	must(t, k.Put(k.Write, 2000))
	disk.Fail()
	for _, do := range []func(func(*store.Tx) error) error{k.Write, k.Read} {
		err := k.Put(do, 2000)
		if !fail.Is(err, fail.ReadOnly) && !fail.Is(err, fail.Unknown) {
			t.Errorf("on a read-only disk: %v", err)
		}
	}
	storetest.Within(t, 5*time.Second, "Ready says read-only", func() bool { return fail.Is(k.Ready(bg), fail.ReadOnly) })
	k.Verify(t)
	disk.Repair()
	var last error
	t.Cleanup(func() { t.Log("last answer:", last) })
	storetest.Within(t, 30*time.Second, "writing heals", func() bool { last = k.Put(k.Write, 2000); return last == nil })
	must(t, k.Put(k.Read, 2000))
	k.Verify(t)
	storetest.Integrity(t, disk.Dir)
}
