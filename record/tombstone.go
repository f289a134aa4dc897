package record

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// A tombstone stands in the key store for each generation that is not there any
// more. It is written with the same stroke that overwrites the key, and names the
// records that were erased with it. So the key store alone says what was destroyed:
// a record whose generation is gone was either moved (GenerationKey.Moved), or is
// named here, or was tampered with.
//
// What it proves: that somebody who held the organisation's key and could write
// the key store destroyed this generation for these records. It does not prove that
// two people asked for it: that is what each record's erasure entry is for
// (KindErased). Who checks an installation holds the two against each other.
//
// The one of generation 0, which no key has, announces: it names records whose erasure
// was begun, and whose generation is there still. What is announced counts once the
// record's erasure entry is there.
//
//	tombstones = count(4) tombstone*
//	tombstone  = generation(8) destroyed(8) until(8) lost(1) left(4) records(4) (record(16) erased(8))*
type Tombstone struct {
	Generation       int64
	DestroyedAt      int64 // µs UTC
	RecoverableUntil int64 // µs UTC: by then the last copy of the key store that held the key is gone
	// Lost: no copy of the key store that held this generation could be found. Its
	// records were not erased by anybody; they cannot be read.
	Lost       bool
	LeftBehind int // keys of other records that did not authenticate and so could not be moved
	Records    []ErasedRecordAt
}

// Announces says that nothing was destroyed yet: an erasure of these records was begun.
func (t Tombstone) Announces() bool { return t.Generation == 0 }

// ErasedRecordAt is a record that a tombstone names.
type ErasedRecordAt struct {
	Record [16]byte
	At     int64 // µs UTC: when it was erased, given up or announced
}

// TombstonesContext binds the key of an organisation's tombstones, when it is wrapped.
func TombstonesContext(org [16]byte) []byte { return append([]byte("heed/tombstones/1\n"), org[:]...) }

// TombstonesPlace is where an organisation's tombstones are sealed. Those that announce
// something have a place of their own: a program that would take it for done cannot open them.
func TombstonesPlace(org [16]byte, announces bool) Place {
	if announces {
		return Place{Org: org, Field: "tombstones/announced"}
	}
	return Place{Org: org, Field: "tombstones"}
}

// DayContext binds a day's key when it is wrapped.
func DayContext(org [16]byte, day int64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte("heed/day/1\n"), org[:]...), uint64(day))
}

// OpenTombstones opens what the key store says of an organisation's destroyed generations.
func OpenTombstones(keys []OrgKey, o OrgGenerations) ([]Tombstone, error) {
	if len(o.Tombstones) == 0 {
		return nil, nil
	}
	for _, k := range keys {
		if k.Org != o.Org {
			continue
		}
		raw, err := Unwrap(k.Key, TombstonesContext(o.Org), o.Seal)
		if err != nil {
			continue
		}
		return OpenTombstonesWith(raw, o)
	}
	return nil, ErrNotAuthentic
}

// OpenTombstonesWith is OpenTombstones for who has the tombstones' own key.
func OpenTombstonesWith(seal [KeySize]byte, o OrgGenerations) ([]Tombstone, error) {
	key, err := OpenKey(seal)
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(TombstonesPlace(o.Org, false), o.Tombstones)
	if err != nil {
		plain, err = key.Open(TombstonesPlace(o.Org, true), o.Tombstones)
	}
	if err != nil {
		return nil, err
	}
	return parseTombstones(plain)
}

// SealTombstones is the other way round.
func SealTombstones(seal [KeySize]byte, org [16]byte, all []Tombstone) ([]byte, error) {
	key, err := OpenKey(seal)
	if err != nil {
		return nil, err
	}
	return key.Seal(TombstonesPlace(org, slices.ContainsFunc(all, Tombstone.Announces)), formatTombstones(all)), nil
}

// OpenDay unwraps a day's key with whichever of the organisation's keys fits.
func OpenDay(keys []OrgKey, d DayKey) ([KeySize]byte, error) {
	for _, k := range keys {
		if k.Org != d.Org {
			continue
		}
		if key, err := Unwrap(k.Key, DayContext(d.Org, d.Day), d.Wrapped); err == nil {
			return key, nil
		}
	}
	return [KeySize]byte{}, ErrNotAuthentic
}

func formatTombstones(all []Tombstone) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(all)))
	for _, t := range all {
		for _, n := range []int64{t.Generation, t.DestroyedAt, t.RecoverableUntil} {
			b = binary.BigEndian.AppendUint64(b, uint64(n))
		}
		lost := byte(0)
		if t.Lost {
			lost = 1
		}
		b = binary.BigEndian.AppendUint32(append(b, lost), uint32(t.LeftBehind))
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.Records)))
		for _, r := range t.Records {
			b = binary.BigEndian.AppendUint64(append(b, r.Record[:]...), uint64(r.At))
		}
	}
	return b
}

func parseTombstones(b []byte) (all []Tombstone, err error) {
	r := slotReader{b: b}
	for range r.count(33) {
		t := Tombstone{Generation: r.int64(), DestroyedAt: r.int64(), RecoverableUntil: r.int64()}
		t.Lost = r.take(1)[0] == 1
		t.LeftBehind = int(binary.BigEndian.Uint32(r.take(4)))
		for range r.count(24) {
			t.Records = append(t.Records, ErasedRecordAt{Record: r.id(), At: r.int64()})
		}
		all = append(all, t)
	}
	if r.bad || len(r.b) != 0 {
		return nil, fmt.Errorf("%w: tombstones", ErrFormat)
	}
	return all, nil
}
