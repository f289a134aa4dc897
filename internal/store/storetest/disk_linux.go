package storetest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// SmallDisk mounts a file system of a few megabytes, which only root may do.
func SmallDisk(t testing.TB, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v): run as root, in a place where mounting is allowed", err)
	}
	t.Cleanup(func() { detach(t, dir) })
	return dir
}

func detach(t testing.TB, dir string) {
	t.Helper()
	if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
		t.Errorf("unmount: %v", err)
	}
}

// FillDisk writes a file until nothing more fits.
func FillDisk(t testing.TB, dir string) (path string) {
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

// ReadOnly remounts a small disk so that it takes no writes, or takes them again.
// The kernel refuses while a file on it is open for writing: see FailingDisk.
func ReadOnly(t testing.TB, dir string, yes bool) {
	t.Helper()
	flags := uintptr(syscall.MS_REMOUNT)
	if yes {
		flags |= syscall.MS_RDONLY
	}
	must(t, syscall.Mount("", dir, "", flags, ""))
}

// FailingDisk is an ext4 file system that can find an error under a running
// program: from then on it is read-only, whatever is open on it.
type FailingDisk struct {
	Dir   string
	t     testing.TB
	image string
}

// NewFailingDisk mounts one, which only root may do.
func NewFailingDisk(t testing.TB, megabytes int64) *FailingDisk {
	t.Helper()
	d := &FailingDisk{Dir: t.TempDir(), t: t, image: filepath.Join(t.TempDir(), "image")}
	must(t, os.WriteFile(d.image, nil, 0o600))
	must(t, os.Truncate(d.image, megabytes<<20))
	if why := d.command("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", d.image) +
		d.mount(); why != "" {
		t.Skipf("a disk image cannot be mounted here (%s): run as root, in a place where mounting is allowed", why)
	}
	t.Cleanup(func() { detach(t, d.Dir) })
	return d
}

func (d *FailingDisk) mount() (why string) { return d.command("mount", "-o", "loop", d.image, d.Dir) }

func (d *FailingDisk) command(name string, args ...string) (why string) {
	d.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err == nil {
		return ""
	}
	return name + ": " + err.Error() + " " + string(out)
}

// Fail has the file system find its error.
func (d *FailingDisk) Fail() {
	d.t.Helper()
	if why := d.command("mount", "-o", "remount,abort", d.Dir); why != "" {
		d.t.Skip("the file system cannot be made to fail: " + why)
	}
}

// Repair does what an operator does: unmount, check, mount again. What still has
// files open on the failed one keeps that for itself, so a copy is repaired.
func (d *FailingDisk) Repair() {
	d.t.Helper()
	sound := d.image + ".sound"
	if why := d.command("cp", "--sparse=always", d.image, sound); why != "" {
		d.t.Fatal(why)
	}
	detach(d.t, d.Dir)
	d.image = sound
	d.command("e2fsck", "-fy", sound) // its result is not 0 when it mended something
	if why := d.mount(); why != "" {
		d.t.Fatal(why)
	}
}
