package record

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// Compartment is for whose eyes a record is. It never stands in the clear: what
// tells it is which branch of a generation's keys opens the record's own.
type Compartment string

// The compartments.
const (
	Patient      Compartment = "patient"
	Colleague    Compartment = "colleague"
	Organisation Compartment = "organisation"
	Exercise     Compartment = "exercise"
)

var compartments = [...]Compartment{Patient, Colleague, Organisation, Exercise}

// Compartments are all there are. Their order never changes; a further one comes last.
func Compartments() []Compartment { return slices.Clone(compartments[:]) }

const branchMagic = "heed/branch/1\n"

// BranchKey is the key that wraps the record keys of one compartment in one generation:
//
//	HKDF-SHA256(secret: generation key, no salt, 32 bytes,
//	            info: "heed/branch/1\n" ‖ org ‖ generation ‖ compartment)
//
// From the key of one branch neither the generation's nor another branch's can be found.
func BranchKey(
	generationKey [KeySize]byte, org [16]byte, generation int64, in Compartment,
) (key [KeySize]byte, err error) {
	info := append(append(make([]byte, 0, 64), branchMagic...), org[:]...)
	info = append(binary.BigEndian.AppendUint64(info, uint64(generation)), in...)
	b, err := hkdf.Key(sha256.New, generationKey[:], nil, string(info), KeySize)
	if err != nil {
		return key, fmt.Errorf("%w: branch of a generation key: %w", ErrFormat, err)
	}
	return [KeySize]byte(b), nil
}

// Branches are the keys of all compartments of one generation, ready for use. Safe
// for concurrent use.
type Branches struct {
	org        [16]byte
	generation int64
	keys       [len(compartments)]*WrappingKey
}

// OpenBranches derives them from a generation key.
func OpenBranches(generationKey [KeySize]byte, org [16]byte, generation int64) (*Branches, error) {
	b := &Branches{org: org, generation: generation}
	for i, in := range compartments {
		raw, err := BranchKey(generationKey, org, generation, in)
		if err != nil {
			return nil, err
		}
		if b.keys[i], err = OpenWrapping(raw); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Wrap wraps the key of a record of this compartment. The result does not tell which it is.
func (b *Branches) Wrap(in Compartment, rec [16]byte, key [KeySize]byte) ([]byte, error) {
	i := slices.Index(compartments[:], in)
	if i < 0 {
		return nil, fmt.Errorf("%w: no such compartment", ErrFormat)
	}
	return b.keys[i].Wrap(RecordKeyContext(b.org, rec, b.generation), key), nil
}

// Unwrap gives a record's key and the compartment whose branch it opens under.
func (b *Branches) Unwrap(rec [16]byte, wrapped []byte) (key [KeySize]byte, in Compartment, err error) {
	context := RecordKeyContext(b.org, rec, b.generation)
	for i, w := range b.keys {
		if key, err = w.Unwrap(context, wrapped); err == nil {
			return key, compartments[i], nil
		}
	}
	return key, "", err
}
