package record_test

import (
	"errors"
	"reflect"
	"testing"

	"heed/record"
)

func TestTombstonesComeBack(t *testing.T) {
	org := [16]byte{1}
	keys := []record.OrgKey{{Org: [16]byte{2}, Key: [32]byte{2}}, {Org: org, Number: 2, Key: [32]byte{9}},
		{Org: org, Number: 1, Key: [32]byte{1}}}
	seal := [32]byte{7}
	want := []record.Tombstone{
		{Generation: 1, DestroyedAt: 2, RecoverableUntil: 3, LeftBehind: 1,
			Records: []record.ErasedRecordAt{{Record: [16]byte{4}, At: 5}, {Record: [16]byte{6}, At: 7}}},
		{Generation: 2, DestroyedAt: 8, Lost: true},
	}
	sealed, err := record.SealTombstones(seal, org, want)
	if err != nil {
		t.Fatal(err)
	}
	o := record.OrgGenerations{Org: org, Highest: 2, Seal: record.Wrap(keys[2].Key, record.TombstonesContext(org), seal),
		Tombstones: sealed}
	got, err := record.OpenTombstones(keys, o)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v %v", got, err)
	}
	for name, spoil := range map[string]func(o *record.OrgGenerations){
		"a bit of the tombstones":       func(o *record.OrgGenerations) { o.Tombstones[30] ^= 1 },
		"a bit of their key":            func(o *record.OrgGenerations) { o.Seal[20] ^= 1 },
		"those of another organisation": func(o *record.OrgGenerations) { o.Org = [16]byte{2} },
	} {
		bad := o
		bad.Tombstones, bad.Seal = append([]byte(nil), o.Tombstones...), append([]byte(nil), o.Seal...)
		spoil(&bad)
		if _, err := record.OpenTombstones(keys, bad); !errors.Is(err, record.ErrNotAuthentic) {
			t.Errorf("%s: %v", name, err)
		}
	}
	want = append(want, record.Tombstone{Records: []record.ErasedRecordAt{{Record: [16]byte{9}, At: 1}}})
	if o.Tombstones, err = record.SealTombstones(seal, org, want); err != nil {
		t.Fatal(err)
	}
	if got, err = record.OpenTombstones(keys, o); err != nil || !reflect.DeepEqual(got, want) || !got[2].Announces() {
		t.Fatalf("announced: %+v %v", got, err)
	}
	// A program from before announcements would take one for an erasure: it cannot open them.
	before, err := record.OpenKey(seal)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.Open(record.Place{Org: org, Field: "tombstones"}, o.Tombstones); err == nil {
		t.Error("a program from before opens what announces")
	}
	day := record.DayKey{Org: org, Day: 20514, Wrapped: record.Wrap(keys[1].Key, record.DayContext(org, 20514), seal)}
	if key, err := record.OpenDay(keys, day); err != nil || key != seal {
		t.Fatalf("a day's key: %v", err)
	}
	day.Day++
	if _, err := record.OpenDay(keys, day); !errors.Is(err, record.ErrNotAuthentic) {
		t.Fatalf("another day's key: %v", err)
	}
}
