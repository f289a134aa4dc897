package vault

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"

	"heed/internal/id"
	"heed/record"
)

func storeOf(sequence uint64, generations ...int) record.KeyStore {
	ks := record.KeyStore{Sequence: sequence, Orgs: []record.OrgGenerations{{Org: [16]byte{1}, Highest: 1000}}}
	for _, n := range generations {
		ks.Generations = append(ks.Generations, record.GenerationKey{Org: [16]byte{1}, Generation: int64(n),
			Wrapped: bytes.Repeat([]byte{byte(n), 0xEE, byte(n >> 8)}, 20)})
	}
	return ks
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// tape records what is written, in order, so that it can be torn anywhere.
type tape struct {
	writes []write
	fails  int // the write or sync that fails, counted from 1; 0 for none
	err    error
}

type write struct {
	at    int64
	b     []byte
	syncs bool // a sync, not a write
}

func (f *tape) WriteAt(p []byte, at int64) (int, error) {
	return len(p), f.add(write{at: at, b: bytes.Clone(p)})
}
func (f *tape) Sync() error { return f.add(write{syncs: true}) }

func (f *tape) add(w write) error {
	f.writes = append(f.writes, w)
	if len(f.writes) == f.fails {
		return f.err
	}
	return nil
}

// apply writes the first n bytes of the tape onto an image.
func (f *tape) apply(image []byte, n int) []byte {
	m := memory{bytes.Clone(image)}
	for _, w := range f.writes {
		part := w.b[:min(n, len(w.b))]
		if len(part) > 0 {
			_, _ = m.WriteAt(part, w.at)
		}
		if n -= len(part); n == 0 && len(w.b) > 0 {
			break
		}
	}
	return m.b
}

func (f *tape) total() (n int) {
	for _, w := range f.writes {
		n += len(w.b)
	}
	return n
}

// A change cut at every byte leaves the old or the new state, and the next
// change from there mends both slots, so that nothing of the old is left.
func TestKeyStoreTornAtEveryByte(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new record.KeyStore
	}{
		{"grows by a block", storeOf(5, upTo(34)...), storeOf(6, upTo(40)...)},
		{"shrinks by a block", storeOf(5, upTo(40)...), storeOf(6, upTo(34)...)},
		{"destroys one", storeOf(5, 1, 2, 3), storeOf(6, 1, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := imageOf(c.old)
			if err != nil {
				t.Fatal(err)
			}
			half := torn(t, before, c.old, c.new, [2]bool{true, true}, 1)
			// And once more, torn again while the torn state is being mended.
			for _, cut := range []int{1, len(half) / 3, len(half)} {
				tornTwice(t, before, c.old, c.new, cut)
			}
		})
	}
}

// torn checks every cut of the change from old to new and gives the bytes written.
func torn(t *testing.T, before []byte, old, next record.KeyStore, whole [2]bool, step int) []byte {
	t.Helper()
	var f tape
	if err := writeSlots(&f, int64(len(before)), next, whole); err != nil {
		t.Fatal(err)
	}
	for n := 0; n <= f.total(); n += step {
		image := f.apply(before, n)
		got, whole, err := record.ParseKeyStore(image)
		if err != nil {
			t.Fatalf("cut after %d of %d bytes: %v", n, f.total(), err)
		}
		if !reflect.DeepEqual(got, old) && !reflect.DeepEqual(got, next) {
			t.Fatalf("cut after %d bytes: neither old nor new", n)
		}
		if n == f.total() && (whole != [2]bool{true, true} || !reflect.DeepEqual(got, next)) {
			t.Fatalf("done, but %v", whole)
		}
	}
	return make([]byte, f.total())
}

func tornTwice(t *testing.T, before []byte, old, next record.KeyStore, cut int) {
	t.Helper()
	var f tape
	if err := writeSlots(&f, int64(len(before)), next, [2]bool{true, true}); err != nil {
		t.Fatal(err)
	}
	image := f.apply(before, cut)
	got, whole, err := record.ParseKeyStore(image)
	if err != nil {
		t.Fatal(err)
	}
	after := storeOf(9, 2)
	after.Sequence = got.Sequence + 1
	torn(t, image, got, after, whole, 13)
}

// A power cut may keep any of the sectors that were not yet durable.
func TestKeyStoreWithAnySectorsKept(t *testing.T) {
	old, next := storeOf(5, upTo(90)...), storeOf(6, upTo(70)...)
	before, err := imageOf(old)
	if err != nil {
		t.Fatal(err)
	}
	var f tape
	if err := writeSlots(&f, int64(len(before)), next, [2]bool{true, true}); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		m := memory{bytes.Clone(before)}
		durable := random.IntN(3) // how many syncs had come back
		syncs := 0
		for _, w := range f.writes {
			if w.syncs {
				syncs++
				continue
			}
			if syncs > durable {
				break // not written before the sync before it came back
			}
			for at := 0; at < len(w.b); at += 512 {
				if syncs < durable || random.IntN(2) == 0 {
					_, _ = m.WriteAt(w.b[at:min(at+512, len(w.b))], w.at+int64(at))
				}
			}
		}
		got, _, err := record.ParseKeyStore(m.b)
		if err != nil || !reflect.DeepEqual(got, old) && !reflect.DeepEqual(got, next) {
			t.Fatalf("with %d syncs durable: %v", durable, err)
		}
	}
}

// A write or sync that fails, kept or not kept, is reported, and the file stays readable.
func TestKeyStoreWhenTheDiskFails(t *testing.T) {
	old, next := storeOf(5, upTo(40)...), storeOf(6, upTo(34)...)
	before, err := imageOf(old)
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= 10; at++ {
		f := tape{fails: at, err: syscall.EIO}
		err := writeSlots(&f, int64(len(before)), next, [2]bool{true, true})
		if at <= 6 && !errors.Is(err, syscall.EIO) { // two blocks and a sync for each slot
			t.Fatalf("failure %d was not reported: %v", at, err)
		}
		got, _, err := record.ParseKeyStore(f.apply(before, f.total()))
		if err != nil || !reflect.DeepEqual(got, old) && !reflect.DeepEqual(got, next) {
			t.Fatalf("failure %d: %v", at, err)
		}
	}
}

func TestKeyStoreMendsASlotAtOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keystore")
	if err := createKeyStore(path); err != nil {
		t.Fatal(err)
	}
	k, err := openKeyStore(path, false)
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte{0xC5}, 60)
	add := func(ks *record.KeyStore) (bool, error) {
		insert(ks, record.GenerationKey{Org: [16]byte{1}, Generation: 1, Wrapped: secret})
		return true, nil
	}
	if err := k.change(add); err != nil {
		t.Fatal(err)
	}
	full, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.change(func(ks *record.KeyStore) (bool, error) {
		remove(ks, [16]byte{1}, 1)
		return true,
			nil
	}); err != nil {
		t.Fatal(err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(now[record.KeyStoreBlock:2*record.KeyStoreBlock], full[record.KeyStoreBlock:]) // as if killed between the slots
	if err := os.WriteFile(path, now, 0o600); err != nil {
		t.Fatal(err)
	}
	if k, err = openKeyStore(path, false); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(path)
	if bytes.Contains(after, secret) {
		t.Fatal("the destroyed key is still in the second slot")
	}
	if ks := k.snapshot(); ks.Sequence != 3 || len(ks.Generations) != 0 {
		t.Fatalf("%+v", ks)
	}
}

// The inode stays the same: bytes are overwritten where they lay.
func TestKeyStoreIsRewrittenInPlace(t *testing.T) {
	w := onSQLite(t)
	before, err := os.Stat(w.o.KeyStore)
	w.must(err)
	w.erase(w.make(3)[0])
	after, err := os.Stat(w.o.KeyStore)
	w.must(err)
	if !os.SameFile(before, after) {
		t.Fatal("the key store became another file: the old one's blocks are somewhere on the disk")
	}
}

func TestCountNeverGivesANumberTwice(t *testing.T) {
	var ks record.KeyStore
	w := onSQLite(t)
	orgs := []id.Org{w.org}
	for range 4 {
		orgs = append(orgs, id.NewOrg(t0))
		w.must(w.vault.AddOrg(w.ctx(), orgs[len(orgs)-1]))
	}
	seen := map[string]bool{}
	for i := range 60 {
		of := orgs[i*7%5]
		w.must(w.vault.count(w.ctx(), &ks, of))
		org := [16]byte(of.Bytes())
		n := ks.Highest(org)
		insert(&ks, record.GenerationKey{Org: org, Generation: n})
		if i%3 == 0 {
			remove(&ks, org, n)
		}
		name := fmt.Sprint(org, n)
		if seen[name] {
			t.Fatalf("%s twice", name)
		}
		seen[name] = true
	}
	if _, whole, err := record.ParseKeyStore(must(imageOf(ks))); err != nil || whole != [2]bool{true, true} {
		t.Fatalf("not in order: %v %v", whole, err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// Who only looks changes nothing: not a slot that a crash left, and not a file that
// cannot be written.
func TestLookingMendsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "generations.keys")
	if err := createKeyStore(path); err != nil {
		t.Fatal(err)
	}
	torn, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn[len(torn)-1] ^= 1
	if err := os.WriteFile(path, torn, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := openKeyStore(path, true); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, torn) {
		t.Errorf("looking changed the key store (%v)", err)
	}
}
