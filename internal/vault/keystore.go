package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/record"
)

const theKeyStore = "key store"

// keyStore is the file of generation keys: see record.KeyStore for its form.
//
// Every change is made under an exclusive lock of the file, from what the file
// holds then, so that processes do not overwrite each other; what is in memory
// is only what was last read. After a failed change the file holds the old or
// the new state, and the next change begins by reading it.
type keyStore struct {
	path string
	mu   sync.RWMutex
	last record.KeyStore
	seen func(record.KeyStore) // told of every newly read or written state
}

// rewritable is what a change needs of the file; tests tear it.
type rewritable interface {
	io.WriterAt
	Sync() error
}

// openKeyStore reads a key store and mends a slot that a crash left behind, unless
// it is for looking only: what is looked at is left as it is.
func openKeyStore(path string, look bool) (*keyStore, error) {
	k := &keyStore{path: path, seen: func(record.KeyStore) {}}
	if look {
		return k, k.read()
	}
	return k, k.change(func(*record.KeyStore) (bool, error) { return false, nil })
}

func createKeyStore(path string) error {
	empty := record.KeyStore{Sequence: 1}
	image, err := imageOf(empty)
	if err != nil {
		return err
	}
	return createPrivate(path, theKeyStore, image)
}

// imageOf is the whole file, both slots alike.
func imageOf(ks record.KeyStore) ([]byte, error) {
	var m memory
	err := writeSlots(&m, 0, ks, [2]bool{})
	return m.b, err
}

type memory struct{ b []byte }

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if need := at + int64(len(p)); need > int64(len(m.b)) {
		m.b = append(m.b, make([]byte, need-int64(len(m.b)))...)
	}
	return copy(m.b[at:], p), nil
}

func (*memory) Sync() error { return nil }

// find gives a generation as last read; when it is not there, the file is read again first.
func (k *keyStore) find(org id.Org, generation int64) (g record.GenerationKey, highest int64, err error) {
	if g, highest, ok := k.lookup(org, generation); ok {
		return g, highest, nil
	}
	if err := k.read(); err != nil {
		return g, 0, err
	}
	g, highest, ok := k.lookup(org, generation)
	if !ok {
		return g, highest, errNoGeneration
	}
	return g, highest, nil
}

var errNoGeneration = errors.New("vault: the key store does not hold this generation")

func (k *keyStore) lookup(org id.Org, generation int64) (record.GenerationKey, int64, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	highest := k.last.Highest([16]byte(org.Bytes()))
	i, ok := k.last.Find([16]byte(org.Bytes()), generation)
	if !ok {
		return record.GenerationKey{}, highest, false
	}
	return k.last.Generations[i], highest, true
}

// snapshot is what was last read. Not to be changed.
func (k *keyStore) snapshot() record.KeyStore {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.last
}

func (k *keyStore) read() error {
	return k.still(func(*record.KeyStore) error { return nil })
}

// still reads the file and gives it to fn while nobody may change it. It changes nothing itself.
func (k *keyStore) still(fn func(*record.KeyStore) error) error {
	f, err := openPrivate(k.path, theKeyStore, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lockFile(f, false); err != nil {
		return fileFault(err, theKeyStore, k.path)
	}
	defer unlockFile(f)
	ks, _, _, err := k.load(f)
	if err != nil {
		return err
	}
	if err := fn(&ks); err != nil {
		return err
	}
	k.keep(ks)
	return nil
}

// writable is nil when the file can be changed. It changes nothing.
func (k *keyStore) writable() error {
	f, err := openPrivate(k.path, theKeyStore, os.O_RDWR)
	if err != nil {
		return err
	}
	return f.Close()
}

// CopyKeyStore gives a whole copy of the key store as it is now, for its own
// backup. Taken after a copy of the database, it fits that copy.
func (v *Vault) CopyKeyStore() ([]byte, error) {
	if err := v.file.read(); err != nil {
		return nil, err
	}
	return imageOf(v.file.snapshot())
}

func (k *keyStore) keep(ks record.KeyStore) {
	k.mu.Lock()
	k.last = ks
	k.mu.Unlock()
	k.seen(ks)
}

// load reads the open, locked file. size is the file's length.
func (k *keyStore) load(f *os.File) (ks record.KeyStore, whole [2]bool, size int64, err error) {
	image, err := io.ReadAll(io.LimitReader(f, record.MaxKeyStore+1))
	if err != nil {
		return ks, whole, 0, fileFault(err, theKeyStore, k.path)
	}
	ks, whole, err = record.ParseKeyStore(image)
	if err != nil {
		return ks, whole, 0, fail.Wrap(fail.Tampered, err,
			"The key store %s is damaged. Put it back from its own latest backup", k.path)
	}
	return ks, whole, int64(len(image)), nil
}

// change lets fn edit the newest content and makes the result durable in both
// slots. fn says whether it changed anything; a slot that was not whole is
// mended all the same. What fn replaces it must replace, not edit in place:
// the slices inside are shared with readers.
func (k *keyStore) change(fn func(*record.KeyStore) (changed bool, err error)) error {
	f, err := openPrivate(k.path, theKeyStore, os.O_RDWR)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := lockFile(f, true); err != nil {
		return fileFault(err, theKeyStore, k.path)
	}
	defer unlockFile(f)
	ks, whole, size, err := k.load(f)
	if err != nil {
		return err
	}
	ks.Orgs, ks.Generations, ks.Days = slices.Clone(ks.Orgs), slices.Clone(ks.Generations), slices.Clone(ks.Days)
	changed, err := fn(&ks)
	if err != nil {
		return err
	}
	if changed {
		ks.Sequence++
	}
	if changed || !whole[0] || !whole[1] {
		if err := writeSlots(f, size, ks, whole); err != nil {
			return fileFault(err, theKeyStore, k.path)
		}
	}
	k.keep(ks)
	return nil
}

// writeSlots writes first the slot that is not whole, makes it durable, then
// the other. Each slot is written to the end of the file, so that nothing of a
// longer earlier state is left.
func writeSlots(f rewritable, size int64, ks record.KeyStore, whole [2]bool) error {
	order := [2]int{0, 1}
	if whole[0] && !whole[1] {
		order = [2]int{1, 0}
	}
	slot := ks.Slot()
	for _, which := range order {
		if err := writeSlot(f, which, size, slot); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	return nil
}

func writeSlot(f rewritable, which int, size int64, slot []byte) error {
	empty := make([]byte, record.KeyStoreBlock)
	for i := 0; ; i++ {
		at := record.KeyStoreOffset(which, i)
		block := empty
		switch from := i * record.KeyStoreBlock; {
		case from < len(slot):
			block = slot[from : from+record.KeyStoreBlock]
		case at >= size:
			return nil
		}
		if _, err := f.WriteAt(block, at); err != nil {
			return err
		}
	}
}

// count notes the next generation of an organisation. The first comes with the key
// that will seal its tombstones.
func (v *Vault) count(ctx context.Context, ks *record.KeyStore, org id.Org) error {
	raw := [16]byte(org.Bytes())
	i, ok := slices.BinarySearchFunc(ks.Orgs, raw, func(o record.OrgGenerations, org [16]byte) int {
		return bytes.Compare(o.Org[:], org[:])
	})
	if !ok {
		seal, err := v.keys.Wrap(ctx, org, record.TombstonesContext(raw), newKey())
		if err != nil {
			return err
		}
		ks.Orgs = slices.Insert(ks.Orgs, i, record.OrgGenerations{Org: raw, Seal: seal})
	}
	ks.Orgs[i].Highest++
	return nil
}

// insert puts a generation in its place.
func insert(ks *record.KeyStore, g record.GenerationKey) {
	i, ok := ks.Find(g.Org, g.Generation)
	if ok {
		ks.Generations[i] = g
		return
	}
	ks.Generations = slices.Insert(ks.Generations, i, g)
}

// remove takes a generation out.
func remove(ks *record.KeyStore, org [16]byte, generation int64) {
	if i, ok := ks.Find(org, generation); ok {
		ks.Generations = slices.Delete(ks.Generations, i, i+1)
	}
}
