package store_test

import (
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// smallDisk mounts a file system of a few megabytes, which only root may do.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v): run as root, in a place where mounting is allowed", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fillDisk writes a file until nothing more fits.
func fillDisk(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "somebody-elses-file")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for _, size := range []int{1 << 20, 4 << 10, 512, 1} {
		block := make([]byte, size)
		for {
			if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	return path
}

func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	watch := clock.Stopwatch()
	for !ok() {
		if watch() > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%s after %v", what, watch().Round(time.Millisecond))
}

func integrity(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "heed.db"))
	must(t, err)
	defer db.Close()
	var said string
	must(t, db.QueryRow("pragma integrity_check").Scan(&said))
	if said != "ok" {
		t.Errorf("integrity_check: %s", said)
	}
}

// TestFullDisk is promise D6: refused clearly, reading goes on while the reserve
// lasts, then stops; writing heals by itself; nothing is kept by halves.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "24m")
	const reserve = 1 << 20
	k := &kept{Store: storetest.Open(t, store.Options{Path: dir, ReserveBytes: reserve, Migrations: migrations(bodies)})}
	for range 20 {
		must(t, k.put(k.write, 2000))
	}
	filler := fillDisk(t, dir)

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
			if err := k.put(k.write, size); err != nil && !fail.Is(err, fail.Full) {
				t.Errorf("on a full disk: %v", err)
			}
		})
	}
	all.Wait()
	if len(k.no) == 0 {
		t.Fatal("the disk was not full: nothing was refused")
	}
	k.verify(t)
	if err := k.Ready(bg); !fail.Is(err, fail.Full) {
		t.Errorf("Ready says %v", err)
	}

	// Readings go on until the reserve is spent; other work stays refused.
	readings := 0
	for k.put(k.read, 1000) == nil {
		readings++
		if readings%10 == 1 {
			if err := k.put(k.write, 100); !fail.Is(err, fail.Full) {
				t.Errorf("new work while readings use the reserve: %v", err)
			}
		}
	}
	t.Logf("%d readings of 2 KB on a reserve of %d KB", readings, reserve>>10)
	if readings < reserve/1000/5 {
		t.Errorf("the reserve lasted for %d readings only", readings)
	}
	if err := k.put(k.read, 1000); !fail.Is(err, fail.Full) {
		t.Errorf("a reading after the reserve is spent: %v", err)
	}
	k.verify(t)

	// A little room is not enough: the reserve comes first.
	must(t, os.Truncate(filler, fileSize(t, filler)-reserve/2))
	time.Sleep(2500 * time.Millisecond)
	if err := k.put(k.write, 100); !fail.Is(err, fail.Full) {
		t.Errorf("new work while the reserve is not whole: %v", err)
	}
	must(t, k.put(k.read, 1000)) // but readings have it

	must(t, os.Remove(filler))
	within(t, 10*time.Second, "writing heals", func() bool { return k.put(k.write, 100) == nil })
	must(t, k.Ready(bg))
	if n := fileSize(t, filepath.Join(dir, "reserve")); n != reserve {
		t.Errorf("the reserve is %d bytes after healing", n)
	}
	must(t, k.put(k.write, 100_000))
	k.verify(t)
	integrity(t, dir)
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Size()
}

// TestFullDiskIsNoticedWithoutTraffic: Ready tells the truth when nobody writes.
func TestFullDiskIsNoticedWithoutTraffic(t *testing.T) {
	dir := smallDisk(t, "16m")
	s := storetest.Open(t, store.Options{Path: dir, Migrations: migrations(bodies)})
	must(t, s.Ready(bg))
	filler := fillDisk(t, dir)
	within(t, 5*time.Second, "Ready says full", func() bool { return fail.Is(s.Ready(bg), fail.Full) })
	must(t, os.Remove(filler))
	within(t, 10*time.Second, "Ready says ready", func() bool { return s.Ready(bg) == nil })
}

// TestStartOnAFullDisk: what is there can be read, and readings recorded, also after a restart.
func TestStartOnAFullDisk(t *testing.T) {
	dir := smallDisk(t, "16m")
	where := store.Options{Path: dir, ReserveBytes: 1 << 20, Migrations: migrations(bodies)}
	s, err := store.Open(bg, where)
	must(t, err)
	k := &kept{Store: s}
	must(t, k.put(k.write, 2000))
	must(t, s.Close())
	filler := fillDisk(t, dir)

	k.Store = storetest.Open(t, where)
	if err := k.put(k.write, 100); !fail.Is(err, fail.Full) {
		t.Errorf("new work: %v", err)
	}
	must(t, k.put(k.read, 1000))
	k.verify(t)
	must(t, os.Remove(filler))
	within(t, 10*time.Second, "writing heals", func() bool { return k.put(k.write, 100) == nil })
	k.verify(t)
}

// TestReadOnlyDisk takes writing away from a running store: a file system that
// found an error and went read-only. Reading goes on, nothing is acknowledged.
func TestReadOnlyDisk(t *testing.T) {
	image := filepath.Join(t.TempDir(), "image")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 24<<20))
	dir := t.TempDir()
	for _, args := range [][]string{{"mkfs.ext4", "-q", image}, {"mount", "-o", "loop", image, dir}} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("a disk image cannot be mounted here (%s: %v %s): run as root, in a place where mounting is allowed", args[0], err, out)
		}
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	k := &kept{Store: storetest.Open(t, store.Options{Path: dir, Migrations: migrations(bodies)})}
	must(t, k.put(k.write, 2000))
	if out, err := exec.Command("mount", "-o", "remount,abort", dir).CombinedOutput(); err != nil {
		t.Skipf("the file system cannot be made to fail: %v %s", err, out)
	}
	for _, do := range []func(func(*store.Tx) error) error{k.write, k.read} {
		err := k.put(do, 2000)
		if !fail.Is(err, fail.ReadOnly) && !fail.Is(err, fail.Unknown) {
			t.Errorf("on a read-only disk: %v", err)
		}
	}
	within(t, 5*time.Second, "Ready says read-only", func() bool { return fail.Is(k.Ready(bg), fail.ReadOnly) })
	k.verify(t)
}
