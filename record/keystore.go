package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// The key store holds every generation key, wrapped by its organisation's key,
// outside the database and in a file that is rewritten in place, so that a
// destroyed key's bytes are overwritten.
//
// The file is two slots that hold the same thing. They are laid in alternate
// blocks of 4,096 bytes (slot 0 in blocks 0, 2, 4 …, slot 1 in blocks 1, 3, 5 …),
// so that both can grow without either moving. A writer writes one slot, makes
// it durable, then the other: at every moment at least one is whole. A reader
// takes the whole slot with the higher sequence number.
//
//	slot       = "heed/keystore/2\n" sequence(8) length(8) body sha256(all before) zeros to the end
//	body       = orgs(4) org* generations(4) generation* days(4) day*
//	org        = id(16) highest(8) seal(2+n) tombstones(4+n)
//	generation = org(16) number(8) made(8) fingerprint(16) wrapped(2+n) moved(4+n)
//	day        = org(16) number(8) wrapped(2+n)
//
// Numbers are big-endian. Organisations, generations and days are in ascending order.
const (
	KeyStoreBlock = 4096
	MaxKeyStore   = 256 << 20

	keyStoreMagic  = "heed/keystore/2\n"
	keyStoreHeader = len(keyStoreMagic) + 16
	maxWrapped     = 4096
)

// ErrKeyStore means that neither slot of a key store is whole. It is of the class ErrFormat.
var ErrKeyStore = fmt.Errorf("%w: neither copy in the key store is whole", ErrFormat)

// GenerationKey is one generation key as the key store holds it.
type GenerationKey struct {
	Org         [16]byte
	Generation  int64
	MadeAt      int64 // µs UTC
	Fingerprint [16]byte
	Wrapped     []byte // by the organisation's key, with GenerationContext
	// Moved is, sealed by this generation's key, the record keys that an erasure
	// moved here from a generation that is destroyed. With it a backup of the
	// database from before the erasure can be restored without losing the
	// living, and the erased stay erased. Empty for most generations.
	Moved []byte
}

// OrgGenerations says how far an organisation's generations have been counted. A
// number up to Highest that is not in the store has a tombstone; any other store
// was changed by somebody else.
type OrgGenerations struct {
	Org        [16]byte
	Highest    int64
	Seal       []byte // the key of the tombstones, wrapped by the organisation's key, with TombstonesContext
	Tombstones []byte // sealed by that key at TombstonesPlace; nothing when there are none
}

// DayKey seals what is kept for some days only: what was typed and not sent. Day is
// counted from 1 January 1970 UTC.
type DayKey struct {
	Org     [16]byte
	Day     int64
	Wrapped []byte // by the organisation's key, with DayContext
}

// KeyStore is the content of a key store.
type KeyStore struct {
	Sequence    uint64
	Orgs        []OrgGenerations
	Generations []GenerationKey
	Days        []DayKey
}

// Highest is the highest generation ever made for an organisation; 0 when there is none.
func (ks *KeyStore) Highest(org [16]byte) int64 { return ks.Organisation(org).Highest }

// Organisation is what the store says of an organisation; nothing when it does not know it.
func (ks *KeyStore) Organisation(org [16]byte) OrgGenerations {
	for _, o := range ks.Orgs {
		if o.Org == org {
			return o
		}
	}
	return OrgGenerations{Org: org}
}

// Find gives a generation's place in Generations.
func (ks *KeyStore) Find(org [16]byte, generation int64) (int, bool) {
	return slices.BinarySearchFunc(ks.Generations, GenerationKey{Org: org, Generation: generation}, compareGenerations)
}

func compareGenerations(a, b GenerationKey) int {
	if c := bytes.Compare(a.Org[:], b.Org[:]); c != 0 {
		return c
	}
	switch {
	case a.Generation < b.Generation:
		return -1
	case a.Generation > b.Generation:
		return 1
	}
	return 0
}

// Fingerprint tells generation keys apart without telling anything about them.
func Fingerprint(org [16]byte, generation int64, key [32]byte) [16]byte {
	h := sha256.New()
	h.Write([]byte("heed/generation/1\n"))
	h.Write(org[:])
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(generation))
	h.Write(n[:])
	h.Write(key[:])
	return [16]byte(h.Sum(nil)[:16])
}

// OpenGeneration unwraps a generation key with whichever of the organisation's
// keys fits and checks it against its fingerprint.
func OpenGeneration(keys []OrgKey, g GenerationKey) ([32]byte, error) {
	for _, k := range keys {
		if k.Org != g.Org {
			continue
		}
		key, err := Unwrap(k.Key, GenerationContext(g.Org, g.Generation), g.Wrapped)
		if err == nil && Fingerprint(g.Org, g.Generation, key) == g.Fingerprint {
			return key, nil
		}
	}
	return [32]byte{}, ErrNotAuthentic
}

// Slot is the bytes of one slot, a whole number of blocks.
func (ks *KeyStore) Slot() []byte {
	b := append(make([]byte, 0, 2*KeyStoreBlock), keyStoreMagic...)
	b = binary.BigEndian.AppendUint64(b, ks.Sequence)
	b = binary.BigEndian.AppendUint64(b, 0) // length, below
	b = binary.BigEndian.AppendUint32(b, uint32(len(ks.Orgs)))
	for _, o := range ks.Orgs {
		b = append(b, o.Org[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(o.Highest))
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(o.Seal))), o.Seal...)
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(o.Tombstones))), o.Tombstones...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(ks.Generations)))
	for _, g := range ks.Generations {
		b = append(b, g.Org[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(g.Generation))
		b = binary.BigEndian.AppendUint64(b, uint64(g.MadeAt))
		b = append(b, g.Fingerprint[:]...)
		b = binary.BigEndian.AppendUint16(b, uint16(len(g.Wrapped)))
		b = append(b, g.Wrapped...)
		b = binary.BigEndian.AppendUint32(b, uint32(len(g.Moved)))
		b = append(b, g.Moved...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(ks.Days)))
	for _, d := range ks.Days {
		b = append(b, d.Org[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(d.Day))
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(d.Wrapped))), d.Wrapped...)
	}
	binary.BigEndian.PutUint64(b[len(keyStoreMagic)+8:], uint64(len(b)-keyStoreHeader))
	sum := sha256.Sum256(b)
	b = append(b, sum[:]...)
	return append(b, make([]byte, (KeyStoreBlock-len(b)%KeyStoreBlock)%KeyStoreBlock)...)
}

// KeyStoreOffset is where block i of a slot (0 or 1) lies in the file.
func KeyStoreOffset(slot, i int) int64 { return int64(2*i+slot) * KeyStoreBlock }

// ParseKeyStore reads the image of a key store. whole says which slots are
// whole and hold the same newest content: a writer begins with one that is not.
func ParseKeyStore(image []byte) (ks KeyStore, whole [2]bool, err error) {
	if len(image) > MaxKeyStore {
		return ks, whole, ErrKeyStore
	}
	var found [2]KeyStore
	for slot := range 2 {
		found[slot], whole[slot] = parseSlot(slotBytes(image, slot))
	}
	switch {
	case !whole[0] && !whole[1]:
		return ks, whole, ErrKeyStore
	case whole[0] && whole[1] && found[0].Sequence != found[1].Sequence:
		newer := 0
		if found[1].Sequence > found[0].Sequence {
			newer = 1
		}
		whole[1-newer] = false
		return found[newer], whole, nil
	case whole[0]:
		return found[0], whole, nil
	}
	return found[1], whole, nil
}

func slotBytes(image []byte, slot int) []byte {
	out := make([]byte, 0, len(image)/2+KeyStoreBlock)
	for i := 0; ; i++ {
		at := KeyStoreOffset(slot, i)
		if at >= int64(len(image)) {
			return out
		}
		out = append(out, image[at:min(at+KeyStoreBlock, int64(len(image)))]...)
	}
}

func parseSlot(b []byte) (ks KeyStore, ok bool) {
	if len(b) < keyStoreHeader+sha256.Size || string(b[:len(keyStoreMagic)]) != keyStoreMagic {
		return ks, false
	}
	ks.Sequence = binary.BigEndian.Uint64(b[len(keyStoreMagic):])
	length := binary.BigEndian.Uint64(b[len(keyStoreMagic)+8:])
	if length > uint64(len(b)-keyStoreHeader-sha256.Size) {
		return ks, false
	}
	end := keyStoreHeader + int(length)
	sum := sha256.Sum256(b[:end])
	if !bytes.Equal(sum[:], b[end:end+sha256.Size]) {
		return ks, false
	}
	for _, x := range b[end+sha256.Size:] {
		if x != 0 { // left over from a longer state: a destroyed key might lie here
			return ks, false
		}
	}
	r := slotReader{b: b[keyStoreHeader:end]}
	for range r.count(30) {
		ks.Orgs = append(ks.Orgs, OrgGenerations{Org: r.id(), Highest: r.int64(), Seal: r.bytes(2, maxWrapped),
			Tombstones: r.bytes(4, MaxKeyStore)})
	}
	for range r.count(54) {
		ks.Generations = append(ks.Generations, GenerationKey{Org: r.id(), Generation: r.int64(), MadeAt: r.int64(),
			Fingerprint: r.id(), Wrapped: r.bytes(2, maxWrapped), Moved: r.bytes(4, MaxKeyStore)})
	}
	for range r.count(26) {
		ks.Days = append(ks.Days, DayKey{Org: r.id(), Day: r.int64(), Wrapped: r.bytes(2, maxWrapped)})
	}
	if r.bad || len(r.b) != 0 || !slices.IsSortedFunc(ks.Generations, compareGenerations) {
		return KeyStore{}, false
	}
	return ks, true
}

// slotReader takes fields from the front of b; once it has run short it is bad and gives zeros.
type slotReader struct {
	b   []byte
	bad bool
}

func (r *slotReader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return make([]byte, min(n, 16))
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *slotReader) id() [16]byte { return [16]byte(r.take(16)) }
func (r *slotReader) int64() int64 { return int64(binary.BigEndian.Uint64(r.take(8))) }

// count reads a number of things that need at least size bytes each, so that a lie costs no memory.
func (r *slotReader) count(size int) int {
	n := binary.BigEndian.Uint32(r.take(4))
	if uint64(n)*uint64(size) > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *slotReader) bytes(width int, limit uint64) []byte {
	var n uint64
	for _, x := range r.take(uint64(width)) {
		n = n<<8 | uint64(x)
	}
	if n > limit {
		r.bad = true
		return nil
	}
	if n == 0 {
		return nil
	}
	return bytes.Clone(r.take(n))
}
