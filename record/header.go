package record

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// headerMagic opens every header. A later form gets another number, so that no
// byte string can be read as two forms.
const headerMagic = "heed/entry/2\n"

// HeaderSize is the length of a canonical header: 13 + 3*16 + 4*8.
const HeaderSize = len(headerMagic) + 3*16 + 4*8

// Header is what an entry says in the clear. It is bound to the sealed part by the leaf.
type Header struct {
	Org, Record, Entry [16]byte
	// Version is the record's version that this entry makes, from 1 without a gap;
	// 0 for an entry that changes nothing (a reading).
	Version int64
	// At is when it was written, microseconds since 1970 UTC, by the writer's clock.
	// Order is by sequence in the tree, never by At.
	At int64
	// Generation is the generation of keys under which the record's key was wrapped at that moment.
	Generation int64
	// Room is the number of the kind of record, so that who replays one kind reads its
	// entries only. All entries of a record carry the same. It never tells a compartment.
	Room int64
}

// Append appends the canonical bytes of h to dst: the magic, the three ids, then
// Version, At, Generation and Room as big-endian 64-bit numbers (two's complement).
func (h Header) Append(dst []byte) []byte {
	dst = append(dst, headerMagic...)
	dst = append(dst, h.Org[:]...)
	dst = append(dst, h.Record[:]...)
	dst = append(dst, h.Entry[:]...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(h.Version))
	dst = binary.BigEndian.AppendUint64(dst, uint64(h.At))
	dst = binary.BigEndian.AppendUint64(dst, uint64(h.Generation))
	return binary.BigEndian.AppendUint64(dst, uint64(h.Room))
}

// ParseHeader reads canonical bytes. It is the inverse of Append and refuses
// everything that Append cannot have written.
func ParseHeader(b []byte) (Header, error) {
	var h Header
	if len(b) != HeaderSize || string(b[:len(headerMagic)]) != headerMagic {
		return h, fmt.Errorf("%w: entry header", ErrFormat)
	}
	b = b[len(headerMagic):]
	copy(h.Org[:], b)
	copy(h.Record[:], b[16:])
	copy(h.Entry[:], b[32:])
	h.Version = int64(binary.BigEndian.Uint64(b[48:]))
	h.At = int64(binary.BigEndian.Uint64(b[56:]))
	h.Generation = int64(binary.BigEndian.Uint64(b[64:]))
	h.Room = int64(binary.BigEndian.Uint64(b[72:]))
	return h, nil
}

// BlinderSize is the length of a blinder: random bytes, new for each leaf, kept sealed.
const BlinderSize = 16

// Leaf is the commitment to an entry that goes into the tree:
//
//	HMAC-SHA256(key = blinder, message = header ‖ SHA-256(sealed))
//
// Without the blinder, which lies inside the sealed part, a leaf tells nothing
// about the entry, not even to somebody who guesses every byte of it.
func Leaf(blinder [BlinderSize]byte, h Header, sealed []byte) [32]byte {
	var buf [HeaderSize + 32]byte
	msg := h.Append(buf[:0])
	sum := sha256.Sum256(sealed)
	return hmacSum(blinder, append(msg, sum[:]...))
}

// paddingMagic is the message of a padding leaf. It differs from every header in
// length and in its first bytes, so no blinder makes one from the other.
const paddingMagic = "heed/padding/1\n"

// PaddingLeaf is a leaf that stands for no entry:
//
//	HMAC-SHA256(key = blinder, message = "heed/padding/1\n")
//
// The blinder of a padding leaf is kept in the clear, in its row: whoever has the
// rows can see that it is padding and not an entry that somebody took away, and
// whoever has only the tree cannot tell it from an entry.
func PaddingLeaf(blinder [BlinderSize]byte) [32]byte {
	var buf [len(paddingMagic)]byte
	copy(buf[:], paddingMagic)
	return hmacSum(blinder, buf[:])
}

// hmacSum is HMAC-SHA256 (RFC 2104) for a short message, without allocating.
// crypto/hmac allocates four times a call; a million leaves are checked in a second or two.
func hmacSum(key [BlinderSize]byte, msg []byte) [32]byte {
	const block = sha256.BlockSize
	var inner [block + HeaderSize + 32]byte
	var outer [block + 32]byte
	for i := range block {
		inner[i], outer[i] = 0x36, 0x5c
	}
	for i, b := range key {
		inner[i] ^= b
		outer[i] ^= b
	}
	n := copy(inner[block:], msg)
	if n != len(msg) {
		panic("record: message too long") // both callers pass constants
	}
	sum := sha256.Sum256(inner[:block+n])
	copy(outer[block:], sum[:])
	return sha256.Sum256(outer[:])
}
