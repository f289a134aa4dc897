package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// KeySize is the length of every symmetric key: AES-256.
const KeySize = 32

// sealedForm is the first byte of every ciphertext.
const sealedForm = 1

// SealedOverhead is how much longer a ciphertext is than its text: form 1, nonce 12, tag 16.
const SealedOverhead = 1 + 12 + 16

// Place is what a ciphertext is bound to. Moved to any other place it does not open.
type Place struct {
	Org, Record [16]byte
	Field       string // which field of the record: a table's column, or "entry:" and the entry's id in hexadecimal
	Version     int64  // the record's version when it was sealed; 0 for a reading
}

const placeMagic = "heed/field/1\n"

// appendTo writes the additional data of a ciphertext: the magic, Org, Record, Version
// (8 bytes, big-endian), then Field to the end. All but the last are of fixed length,
// so no two places give the same bytes.
func (p Place) appendTo(dst []byte) []byte {
	dst = append(dst, placeMagic...)
	dst = append(dst, p.Org[:]...)
	dst = append(dst, p.Record[:]...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.Version))
	return append(dst, p.Field...)
}

const entryField = "entry:"

// Place is where an entry's sealed part belongs: field "entry:" ‖ hex(entry id).
func (h Header) Place() Place {
	return Place{h.Org, h.Record, entryField + hex.EncodeToString(h.Entry[:]), h.Version}
}

// appendPlace writes the same bytes as h.Place().appendTo, without the string.
func (h Header) appendPlace(dst []byte) []byte {
	dst = Place{Org: h.Org, Record: h.Record, Version: h.Version, Field: entryField}.appendTo(dst)
	return hex.AppendEncode(dst, h.Entry[:])
}

// RecordKey is a record's own key, ready for use. Safe for concurrent use.
type RecordKey struct{ aead cipher.AEAD }

// NewRecordKey makes a new random key. It is kept only wrapped.
func NewRecordKey() (raw [KeySize]byte) {
	rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return raw
}

// OpenKey makes a raw key ready for use.
func OpenKey(raw [KeySize]byte) (*RecordKey, error) {
	aead, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	return &RecordKey{aead}, nil
}

func newAEAD(raw [KeySize]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(raw[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts plain for one place:
//
//	0x01 ‖ nonce (12 random bytes) ‖ AES-256-GCM ciphertext ‖ tag (16)
//
// with the place as additional data. A key may seal 2^32 times before random
// nonces become a worry (NIST SP 800-38D, 8.3); a record has some hundreds.
func (k *RecordKey) Seal(p Place, plain []byte) []byte {
	out := make([]byte, 1, SealedOverhead+len(plain))
	out[0] = sealedForm
	return k.aead.Seal(out, nil, plain, p.appendTo(make([]byte, 0, 128)))
}

// Open gives back what was sealed for this place, or ErrNotAuthentic or ErrFormat.
func (k *RecordKey) Open(p Place, sealed []byte) ([]byte, error) {
	return openSealed(k.aead, nil, p.appendTo(make([]byte, 0, 128)), sealed)
}

// openSealed appends the plain text to dst.
func openSealed(aead cipher.AEAD, dst, ad, sealed []byte) ([]byte, error) {
	if len(sealed) < SealedOverhead || sealed[0] != sealedForm {
		return nil, fmt.Errorf("%w: sealed field", ErrFormat)
	}
	out, err := aead.Open(dst, nil, sealed[1:], ad)
	if err != nil {
		return nil, ErrNotAuthentic
	}
	return out, nil
}

// SealEntry seals an entry's payload, padded, together with a new random blinder and
// gives the leaf that commits to header and ciphertext.
func (k *RecordKey) SealEntry(h Header, payload []byte) (sealed []byte, leaf [32]byte) {
	plain := make([]byte, BlinderSize, PaddedSize(BlinderSize+len(payload)))
	rand.Read(plain)
	blinder := [BlinderSize]byte(plain)
	sealed = k.Seal(h.Place(), Pad(append(plain, payload...), 0))
	return sealed, Leaf(blinder, h, sealed)
}

// Scratch holds the memory that opening needs, so that a million entries are
// opened without a million allocations. Not for concurrent use.
type Scratch struct{ ad, plain []byte }

// OpenEntry opens an entry's sealed part and recomputes its leaf. The payload is
// valid until the next use of s. The caller compares the leaf with the tree's.
func (k *RecordKey) OpenEntry(s *Scratch, h Header, sealed []byte) (payload []byte, leaf [32]byte, err error) {
	s.ad = h.appendPlace(s.ad[:0])
	plain, err := openSealed(k.aead, s.plain[:0], s.ad, sealed)
	if err != nil {
		return nil, leaf, err
	}
	s.plain = plain
	if len(plain) < BlinderSize {
		return nil, leaf, fmt.Errorf("%w: entry without a blinder", ErrFormat)
	}
	return unpad(plain[BlinderSize:]), Leaf([BlinderSize]byte(plain), h, sealed), nil
}

// OpenField is Open without allocating; the text is valid until the next use of s.
func (k *RecordKey) OpenField(s *Scratch, p Place, sealed []byte) ([]byte, error) {
	s.ad = p.appendTo(s.ad[:0])
	plain, err := openSealed(k.aead, s.plain[:0], s.ad, sealed)
	if err != nil {
		return nil, err
	}
	s.plain = plain
	return plain, nil
}
