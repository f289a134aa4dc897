// Package lossy is a disk for tests that knows what a power cut would leave of it: a
// file system in memory, under the system calls of any program, with two versions of
// each file and folder. Programs see the one; only fsync brings it into the other. A new
// name, or a changed one, is there after the cut only when its folder was synced too:
// POSIX promises no more.
//
// It keeps true: a cut can be looked at while programs go on, any number of times, and
// each is of one moment. Not for use by SQLite from within the test itself: a fault in
// memory that is mapped from here waits for the same process to answer it.
package lossy

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fuse"
)

const (
	sector = 512 // what a disk writes whole
	root   = 1
)

// Disk is one mounted file system.
type Disk struct {
	Path string

	files *files
}

// node is a file, folder or link. What begins with kept is what a cut leaves of it.
type node struct {
	id             uint64
	mode, uid, gid uint32
	links          uint32

	data, kept  []byte
	dirty       map[int64]bool // sectors written since the last sync
	names, held map[string]uint64
}

func (n *node) folder() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// Mount makes an empty disk for the length of a test; where the machine lets nobody
// mount one, the test is left out.
func Mount(t testing.TB) *Disk {
	t.Helper()
	f := &files{RawFileSystem: fuse.NewDefaultRawFileSystem(), nodes: map[uint64]*node{},
		open: map[uint64][]fuse.DirEntry{}}
	f.make(syscall.S_IFDIR|0o777, 0, 0)
	path := folder(t)
	server, err := fuse.NewServer(f, path, &fuse.MountOptions{AllowOther: true, DirectMount: true,
		FsName: "lossy", Name: "lossy", DisableXAttrs: true, DisableReadDirPlus: true, MaxWrite: 128 << 10})
	if err != nil {
		t.Skipf("this machine mounts no file system for tests (FUSE): %v", err)
	}
	alone()
	go server.Serve()
	if err := server.WaitMount(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil { // waits until nothing is asked of it any more
			t.Errorf("the disk is still in use: %v", errors.Join(err, syscall.Unmount(path, syscall.MNT_DETACH)))
		}
	})
	return &Disk{path, f}
}

// alone keeps the disk's own end from programs that the test starts: they would keep the
// disk, and wait for it for ever, when the test ends before them.
func alone() {
	open, _ := os.ReadDir("/proc/self/fd")
	for _, f := range open {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && to == "/dev/fuse" {
			if fd, err := strconv.Atoi(f.Name()); err == nil {
				syscall.CloseOnExec(fd)
			}
		}
	}
}

// folder is a temporary one that other users can reach: PostgreSQL does not run as root.
func folder(t testing.TB) string {
	path := t.TempDir()
	if err := os.Chmod(filepath.Dir(path), 0o711); err != nil {
		t.Fatal(err)
	}
	return path
}

// Settle makes durable all that is there: where a test begins.
func (d *Disk) Settle() {
	d.files.mu.Lock()
	defer d.files.mu.Unlock()
	for _, n := range d.files.nodes {
		n.sync()
	}
}

// Cut is the power cut: it lays what is left into a new folder. Each sector, length and
// name that was not synced is there with this chance. A program must be told what was
// acknowledged before it asks.
func (d *Disk) Cut(t testing.TB, chance float64, r *rand.Rand) string {
	t.Helper()
	into := folder(t)
	d.files.mu.Lock()
	defer d.files.mu.Unlock()
	c := cut{files: d.files, chance: chance, r: r, made: map[uint64]string{}}
	if err := c.lay(d.files.nodes[root], into); err != nil {
		t.Fatal(err)
	}
	return into
}

type cut struct {
	*files
	chance float64
	r      *rand.Rand
	made   map[uint64]string // by file: its first name, for those with several
}

func (c *cut) lucky() bool { return c.r.Float64() < c.chance }

func (c *cut) lay(dir *node, at string) error {
	left := maps.Clone(dir.held)
	for _, name := range slices.Sorted(maps.Keys(union(dir.names, dir.held))) {
		now, there := dir.names[name]
		switch {
		case now == dir.held[name] || !c.lucky():
		case there:
			left[name] = now
		default:
			delete(left, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		if err := c.node(c.nodes[left[name]], filepath.Join(at, name)); err != nil {
			return err
		}
	}
	return nil
}

func union(a, b map[string]uint64) map[string]uint64 {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func (c *cut) node(n *node, path string) (err error) {
	first, again := c.made[n.id]
	c.made[n.id] = path
	switch n.mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		if err = os.Mkdir(path, fs.FileMode(n.mode&0o777)); err == nil {
			err = c.lay(n, path)
		}
	case syscall.S_IFREG:
		if again {
			return os.Link(first, path)
		}
		err = os.WriteFile(path, c.content(n), fs.FileMode(n.mode&0o777))
	default:
		return nil // sockets and the like are of the programs that ended
	}
	if err == nil {
		err = os.Chown(path, int(n.uid), int(n.gid))
	}
	return err
}

func (c *cut) content(n *node) []byte {
	size := int64(len(n.kept))
	if c.lucky() {
		size = int64(len(n.data))
	}
	image := slices.Clone(n.kept)
	for _, s := range slices.Sorted(maps.Keys(n.dirty)) {
		from := s * sector
		if to := min(from+sector, int64(len(n.data))); from < to && c.lucky() {
			image = put(image, n.data[from:to], from)
		}
	}
	return put(image, nil, size)[:size]
}

// put writes into an image, which grows as it needs to.
func put(image, data []byte, at int64) []byte {
	if grow := at + int64(len(data)) - int64(len(image)); grow > 0 {
		image = append(image, make([]byte, grow)...)
	}
	copy(image[at:], data)
	return image
}

func (n *node) sync() {
	if n.folder() {
		n.held = maps.Clone(n.names)
		return
	}
	n.kept = n.kept[:min(len(n.kept), len(n.data))]
	for s := range n.dirty {
		from := s * sector
		if to := min(from+sector, int64(len(n.data))); from < to {
			n.kept = put(n.kept, n.data[from:to], from)
		}
	}
	n.kept = put(n.kept, nil, int64(len(n.data)))
	clear(n.dirty)
}

func (n *node) resize(size int64) {
	if old := int64(len(n.data)); size < old {
		n.data = n.data[:size]
	} else if size > old {
		n.write(make([]byte, size-old), old)
	}
	if size%sector != 0 {
		n.dirty[size/sector] = true
	}
}

func (n *node) write(data []byte, at int64) {
	first := min(at, int64(len(n.data)))
	n.data = put(n.data, data, at)
	for s := first / sector; s*sector < at+int64(len(data)); s++ {
		n.dirty[s] = true
	}
}

// files is the file system as the kernel asks for it.
type files struct {
	fuse.RawFileSystem
	mu    sync.Mutex
	nodes map[uint64]*node           // guarded by mu; what nobody names any more stays until the test ends
	open  map[uint64][]fuse.DirEntry // guarded by mu: listings that are being read
	lists uint64
}
