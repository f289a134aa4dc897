package record

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

const (
	wrapMagic       = "heed/wrap/1\n"
	generationMagic = "heed/generation/1\n"
	recordKeyMagic  = "heed/record-key/1\n"
)

// WrappedSize is the length of a wrapped key: form 1, nonce 12, key 32, tag 16.
const WrappedSize = SealedOverhead + KeySize

// GenerationContext is what a wrapped generation key is bound to:
// "heed/generation/1\n" ‖ org ‖ generation (8 bytes, big-endian).
func GenerationContext(org [16]byte, generation int64) []byte {
	b := append(make([]byte, 0, 48), generationMagic...)
	b = append(b, org[:]...)
	return binary.BigEndian.AppendUint64(b, uint64(generation))
}

// RecordKeyContext is what a wrapped record key is bound to:
// "heed/record-key/1\n" ‖ org ‖ record ‖ generation (8 bytes, big-endian).
func RecordKeyContext(org, rec [16]byte, generation int64) []byte {
	return appendRecordKeyContext(make([]byte, 0, 64), org, rec, generation)
}

func appendRecordKeyContext(b []byte, org, rec [16]byte, generation int64) []byte {
	b = append(b, recordKeyMagic...)
	b = append(b, org[:]...)
	b = append(b, rec[:]...)
	return binary.BigEndian.AppendUint64(b, uint64(generation))
}

// Wrap encrypts a key under another: the form of Seal, with
// "heed/wrap/1\n" ‖ context as additional data. Always WrappedSize bytes.
func Wrap(kek [KeySize]byte, context []byte, key [KeySize]byte) []byte {
	w, err := OpenWrapping(kek)
	if err != nil {
		panic(err) // a 32-byte AES key is always accepted
	}
	return w.Wrap(context, key)
}

// Unwrap is the inverse of Wrap: ErrNotAuthentic under another key or context.
func Unwrap(kek [KeySize]byte, context []byte, wrapped []byte) (key [KeySize]byte, err error) {
	w, err := OpenWrapping(kek)
	if err != nil {
		return key, err
	}
	return w.Unwrap(context, wrapped)
}

// WrappingKey is a key that wraps others, made ready once for many. Safe for concurrent use.
type WrappingKey struct{ aead cipher.AEAD }

// OpenWrapping makes a wrapping key ready for use.
func OpenWrapping(kek [KeySize]byte) (*WrappingKey, error) {
	aead, err := newAEAD(kek)
	if err != nil {
		return nil, err
	}
	return &WrappingKey{aead}, nil
}

func wrapAD(context []byte) []byte {
	return append(append(make([]byte, 0, 96), wrapMagic...), context...)
}

// Wrap is the function Wrap under this key.
func (w *WrappingKey) Wrap(context []byte, key [KeySize]byte) []byte {
	out := make([]byte, 1, WrappedSize)
	out[0] = sealedForm
	return w.aead.Seal(out, nil, key[:], wrapAD(context))
}

// Unwrap is the function Unwrap under this key.
func (w *WrappingKey) Unwrap(context []byte, wrapped []byte) (key [KeySize]byte, err error) {
	if len(wrapped) != WrappedSize {
		return key, fmt.Errorf("%w: wrapped key", ErrFormat)
	}
	plain, err := openSealed(w.aead, make([]byte, 0, KeySize), wrapAD(context), wrapped)
	if err != nil {
		return key, err
	}
	return [KeySize]byte(plain), nil
}
