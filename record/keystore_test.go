package record_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"

	"heed/record"
)

func someKeyStore(generations int) record.KeyStore {
	ks := record.KeyStore{Sequence: 7, Orgs: []record.OrgGenerations{{Org: [16]byte{1}, Highest: int64(generations),
		Seal: bytes.Repeat([]byte{0xC3}, 60), Tombstones: bytes.Repeat([]byte{0xC4}, generations*3)}},
		Days: []record.DayKey{{Org: [16]byte{1}, Day: 20514, Wrapped: bytes.Repeat([]byte{0xC5}, 60)}}}
	if generations == 0 {
		ks.Orgs[0].Tombstones = nil
	}
	for i := range generations {
		g := record.GenerationKey{Org: [16]byte{1}, Generation: int64(i + 1), MadeAt: 1e15, Fingerprint: [16]byte{byte(i)},
			Wrapped: bytes.Repeat([]byte{0xA0 + byte(i%16)}, 60)}
		if i%3 == 2 {
			g.Moved = bytes.Repeat([]byte{0xB7}, 100)
		}
		ks.Generations = append(ks.Generations, g)
	}
	return ks
}

// image lays both slots as a writer does, without its order.
func image(a, b []byte) []byte {
	blocks := max(len(a), len(b)) / record.KeyStoreBlock
	out := make([]byte, 2*blocks*record.KeyStoreBlock)
	for slot, bytes := range [][]byte{a, b} {
		for i := range len(bytes) / record.KeyStoreBlock {
			copy(out[record.KeyStoreOffset(slot, i):], bytes[i*record.KeyStoreBlock:][:record.KeyStoreBlock])
		}
	}
	return out
}

func TestKeyStoreComesBack(t *testing.T) {
	for _, n := range []int{0, 1, 2, 40, 500} {
		want := someKeyStore(n)
		got, whole, err := record.ParseKeyStore(image(want.Slot(), want.Slot()))
		if err != nil || whole != [2]bool{true, true} || !reflect.DeepEqual(got, want) {
			t.Fatalf("%d generations: %+v %v %v", n, got, whole, err)
		}
		if got.Highest([16]byte{1}) != int64(n) || got.Highest([16]byte{2}) != 0 {
			t.Fatalf("highest is %d", got.Highest([16]byte{1}))
		}
	}
}

func TestKeyStoreTakesTheNewerWholeSlot(t *testing.T) {
	older, newer := someKeyStore(50), someKeyStore(49)
	newer.Sequence++
	for _, c := range []struct {
		name  string
		a, b  []byte
		want  uint64
		whole [2]bool
	}{
		{"newer in 0", newer.Slot(), older.Slot(), 8, [2]bool{true, false}},
		{"newer in 1", older.Slot(), newer.Slot(), 8, [2]bool{false, true}},
		{"slot 0 lost", make([]byte, record.KeyStoreBlock), older.Slot(), 7, [2]bool{false, true}},
		{"slot 1 lost", older.Slot(), nil, 7, [2]bool{true, false}},
	} {
		got, whole, err := record.ParseKeyStore(image(c.a, c.b))
		if err != nil || got.Sequence != c.want || whole != c.whole {
			t.Errorf("%s: sequence %d, whole %v, %v", c.name, got.Sequence, whole, err)
		}
	}
}

// One changed byte spoils at most the slot it is in; two, one in each, are noticed.
func TestKeyStoreDamageIsNoticed(t *testing.T) {
	ks := someKeyStore(40)
	good := image(ks.Slot(), ks.Slot())
	for i := 0; i < len(good); i += 7 {
		damaged := bytes.Clone(good)
		damaged[i] ^= 1
		slot := i / record.KeyStoreBlock % 2
		got, whole, err := record.ParseKeyStore(damaged)
		if err != nil || whole[slot] || !whole[1-slot] || !reflect.DeepEqual(got, ks) {
			t.Fatalf("byte %d: whole %v, %v", i, whole, err)
		}
		damaged[(i+record.KeyStoreBlock)%len(good)] ^= 1
		if _, _, err := record.ParseKeyStore(damaged); !errors.Is(err, record.ErrKeyStore) {
			t.Fatalf("bytes %d in both slots: %v", i, err)
		}
	}
	for cut := range len(good) {
		if cut%97 != 0 {
			continue
		}
		if got, _, err := record.ParseKeyStore(good[:cut]); err == nil && !reflect.DeepEqual(got, ks) {
			t.Fatalf("cut at %d: another content", cut)
		}
	}
}

func FuzzParseKeyStore(f *testing.F) {
	for _, n := range []int{0, 1, 40} {
		ks := someKeyStore(n)
		f.Add(ks.Slot(), ks.Slot(), true)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, mend bool) {
		if mend { // a right checksum, so that the fields themselves are reached
			a = mendSlot(a)
		}
		ks, _, err := record.ParseKeyStore(image(pad(a), pad(b)))
		if err != nil {
			return
		}
		again, _, err := record.ParseKeyStore(image(ks.Slot(), ks.Slot()))
		if err != nil || !reflect.DeepEqual(again, ks) {
			t.Fatalf("read %+v, written and read %+v, %v", ks, again, err)
		}
	})
}

func pad(b []byte) []byte {
	return append(b, make([]byte, (record.KeyStoreBlock-len(b)%record.KeyStoreBlock)%record.KeyStoreBlock)...)
}

// mendSlot makes the bytes after the header a body with the right length and checksum.
func mendSlot(b []byte) []byte {
	const header = len("heed/keystore/2\n") + 16
	if len(b) < header {
		return b
	}
	b = bytes.TrimRight(b, "\x00")
	b = append([]byte("heed/keystore/2\n"), b[min(len(b), 16):]...)
	for len(b) < header {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint64(b[header-8:], uint64(len(b)-header))
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}
