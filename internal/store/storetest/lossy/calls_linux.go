package lossy

import (
	"maps"
	"slices"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

type done = <-chan struct{} // a call was given up; none here waits

func (f *files) make(mode, uid, gid uint32) *node {
	n := &node{id: uint64(len(f.nodes) + root), mode: mode, uid: uid, gid: gid, dirty: map[int64]bool{}}
	if n.folder() {
		n.links, n.names, n.held = 1, map[string]uint64{}, map[string]uint64{}
	}
	f.nodes[n.id] = n
	return n
}

func attr(n *node, a *fuse.Attr) {
	a.Ino, a.Mode, a.Nlink, a.Size = n.id, n.mode, n.links, uint64(len(n.data))
	a.Uid, a.Gid, a.Blksize, a.Blocks = n.uid, n.gid, 4096, (a.Size+sector-1)/sector
}

func entry(n *node, out *fuse.EntryOut) fuse.Status {
	out.NodeId, out.Generation = n.id, 1
	attr(n, &out.Attr)
	return fuse.OK
}

func (f *files) child(parent uint64, name string) *node { return f.nodes[f.nodes[parent].names[name]] }

// give names a node, in the place of nothing.
func (f *files) give(parent uint64, name string, n *node) fuse.Status {
	if f.child(parent, name) != nil {
		return fuse.Status(syscall.EEXIST)
	}
	f.nodes[parent].names[name] = n.id
	n.links++
	return fuse.OK
}

func (f *files) take(parent uint64, name string) fuse.Status {
	n := f.child(parent, name)
	switch {
	case n == nil:
		return fuse.ENOENT
	case len(n.names) > 0:
		return fuse.Status(syscall.ENOTEMPTY)
	}
	delete(f.nodes[parent].names, name)
	n.links--
	return fuse.OK
}

func (f *files) Forget(uint64, uint64)                   {}
func (f *files) Access(done, *fuse.AccessIn) fuse.Status { return fuse.OK }

// Flush is never asked for again: a program that ends with open files waits for nobody.
func (f *files) Flush(done, *fuse.FlushIn) fuse.Status { return fuse.ENOSYS }

func (f *files) Open(_ done, in *fuse.OpenIn, _ *fuse.OpenOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.Flags&syscall.O_TRUNC != 0 {
		f.nodes[in.NodeId].resize(0)
	}
	return fuse.OK
}

func (f *files) Lookup(_ done, h *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.child(h.NodeId, name); n != nil {
		return entry(n, out)
	}
	return fuse.ENOENT
}

func (f *files) GetAttr(_ done, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	attr(f.nodes[in.NodeId], &out.Attr)
	return fuse.OK
}

func (f *files) SetAttr(_ done, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[in.NodeId]
	if m, ok := in.GetMode(); ok {
		n.mode = n.mode&syscall.S_IFMT | m&0o7777
	}
	if u, ok := in.GetUID(); ok {
		n.uid = u
	}
	if g, ok := in.GetGID(); ok {
		n.gid = g
	}
	if s, ok := in.GetSize(); ok && !n.folder() {
		n.resize(int64(s))
	}
	attr(n, &out.Attr)
	return fuse.OK
}

func (f *files) fresh(h *fuse.InHeader, mode uint32, name string, out *fuse.EntryOut) fuse.Status {
	n := f.make(mode, h.Uid, h.Gid)
	if st := f.give(h.NodeId, name, n); st != fuse.OK {
		return st
	}
	return entry(n, out)
}

func (f *files) Mknod(_ done, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fresh(&in.InHeader, in.Mode, name, out)
}

func (f *files) Mkdir(_ done, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fresh(&in.InHeader, syscall.S_IFDIR|in.Mode&0o7777, name, out)
}

func (f *files) Create(_ done, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.child(in.NodeId, name)
	switch {
	case n == nil:
		return f.fresh(&in.InHeader, syscall.S_IFREG|in.Mode&0o7777, name, &out.EntryOut)
	case in.Flags&syscall.O_EXCL != 0:
		return fuse.Status(syscall.EEXIST)
	case in.Flags&syscall.O_TRUNC != 0:
		n.resize(0)
	}
	return entry(n, &out.EntryOut)
}

func (f *files) Link(_ done, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[in.Oldnodeid]
	if st := f.give(in.NodeId, name, n); st != fuse.OK {
		return st
	}
	return entry(n, out)
}

func (f *files) Unlink(_ done, h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.take(h.NodeId, name)
}

func (f *files) Rmdir(_ done, h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.take(h.NodeId, name)
}

func (f *files) Rename(_ done, in *fuse.RenameIn, from, to string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, old := f.child(in.NodeId, from), f.child(in.Newdir, to)
	switch {
	case in.Flags != 0:
		return fuse.EINVAL
	case n == nil:
		return fuse.ENOENT
	case n == old:
		return fuse.OK
	case old != nil:
		if st := f.take(in.Newdir, to); st != fuse.OK {
			return st
		}
	}
	delete(f.nodes[in.NodeId].names, from)
	f.nodes[in.Newdir].names[to] = n.id
	return fuse.OK
}

func (f *files) Read(_ done, in *fuse.ReadIn, _ []byte) (fuse.ReadResult, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	data := f.nodes[in.NodeId].data
	from := min(in.Offset, uint64(len(data)))
	return fuse.ReadResultData(slices.Clone(data[from:min(from+uint64(in.Size), uint64(len(data)))])), fuse.OK
}

func (f *files) Write(_ done, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes[in.NodeId].write(data, int64(in.Offset))
	return uint32(len(data)), fuse.OK
}

func (f *files) Fallocate(_ done, in *fuse.FallocateIn) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.Mode != 0 {
		return fuse.Status(syscall.EOPNOTSUPP)
	}
	if n := f.nodes[in.NodeId]; int64(in.Offset+in.Length) > int64(len(n.data)) {
		n.resize(int64(in.Offset + in.Length))
	}
	return fuse.OK
}

func (f *files) Fsync(_ done, in *fuse.FsyncIn) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes[in.NodeId].sync()
	return fuse.OK
}

func (f *files) FsyncDir(d done, in *fuse.FsyncIn) fuse.Status { return f.Fsync(d, in) }

func (f *files) OpenDir(_ done, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []fuse.DirEntry
	names := f.nodes[in.NodeId].names
	for i, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, fuse.DirEntry{Name: name, Ino: names[name], Mode: f.nodes[names[name]].mode, Off: uint64(i + 1)})
	}
	f.lists++
	f.open[f.lists], out.Fh = list, f.lists
	return fuse.OK
}

func (f *files) ReadDir(_ done, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.open[in.Fh]
	for _, e := range list[min(int(in.Offset), len(list)):] {
		if !out.AddDirEntry(e) {
			break
		}
	}
	return fuse.OK
}

func (f *files) ReleaseDir(in *fuse.ReleaseIn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, in.Fh)
}

func (f *files) StatFs(_ done, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const free = 4 << 30
	out.Bsize, out.Frsize, out.NameLen = 4096, 4096, 255
	out.Blocks, out.Bfree, out.Bavail, out.Files, out.Ffree = free/4096, free/4096, free/4096, 1<<20, 1<<20
	return fuse.OK
}
