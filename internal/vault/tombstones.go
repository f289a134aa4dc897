package vault

import (
	"context"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/record"
)

// tombstones are what the key store says of an organisation's destroyed
// generations, opened: the only place that says that something was destroyed.
type tombstones struct {
	all         []record.Tombstone
	generations map[int64]bool
	erased      map[id.Record]buried
	lost        map[id.Record]bool
	announced   map[id.Record]time.Time // announced.go: not destroyed yet, and in none of all
}

// buried is one erased record.
type buried struct {
	at    time.Time
	stone record.Tombstone
}

// named is the tombstone that names an erased record.
func (t *tombstones) named(rec id.Record) (b buried, ok bool) {
	if t != nil {
		b, ok = t.erased[rec]
	}
	return b, ok
}

// knownTombstones are those of one state of the file.
type knownTombstones struct {
	sequence uint64
	*tombstones
}

// tombstones gives an organisation's, as the key store was last read.
func (v *Vault) tombstones(ctx context.Context, org id.Org) (t *tombstones, err error) {
	err = v.asKept(func(ks *record.KeyStore) error { t, err = v.readTombstones(ctx, ks, org); return err })
	return t, err
}

func (v *Vault) readTombstones(ctx context.Context, ks *record.KeyStore, org id.Org) (*tombstones, error) {
	v.mu.RLock()
	known, ok := v.buried[org]
	v.mu.RUnlock()
	if ok && known.sequence == ks.Sequence {
		return known.tombstones, nil
	}
	t, _, err := v.openTombstones(ctx, ks, org)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	v.buried[org] = knownTombstones{ks.Sequence, t}
	v.mu.Unlock()
	return t, nil
}

func (v *Vault) openTombstones(ctx context.Context, ks *record.KeyStore, org id.Org) (*tombstones, [32]byte, error) {
	o := ks.Organisation([16]byte(org.Bytes()))
	t := &tombstones{generations: map[int64]bool{}, erased: map[id.Record]buried{}, lost: map[id.Record]bool{},
		announced: map[id.Record]time.Time{}}
	if len(o.Seal) == 0 {
		return t, [32]byte{}, nil
	}
	seal, err := v.keys.Unwrap(ctx, org, record.TombstonesContext(o.Org), o.Seal)
	if err != nil {
		return nil, seal, err
	}
	if len(o.Tombstones) > 0 {
		if t.all, err = record.OpenTombstonesWith(seal, o); err != nil {
			return nil, seal, fail.Wrap(fail.Tampered, err, wordsForeign, v.file.path)
		}
	}
	t.all = slices.DeleteFunc(t.all, func(stone record.Tombstone) bool {
		for _, r := range stone.Records {
			if stone.Announces() {
				t.announced[recordOf(r.Record)] = clock.FromMicros(r.At)
			}
		}
		return stone.Announces()
	})
	for _, stone := range t.all {
		t.generations[stone.Generation] = true
		for _, r := range stone.Records {
			rec := recordOf(r.Record)
			if stone.Lost {
				t.lost[rec] = true
			} else {
				t.erased[rec] = buried{clock.FromMicros(r.At), stone}
			}
		}
	}
	return t, seal, nil
}

const wordsForeign = "The key store %s has been changed outside Heed. Put back its latest copy"

// bury adds tombstones, in the stroke that changes the key store. The erased that they name are announced no more.
func (v *Vault) bury(ctx context.Context, ks *record.KeyStore, org id.Org, stones ...record.Tombstone) error {
	return v.sealTombstones(ctx, ks, org, func(t *tombstones) {
		t.all = append(t.all, stones...)
		for _, stone := range stones {
			for _, r := range stone.Records {
				if !stone.Lost {
					delete(t.announced, recordOf(r.Record))
				}
			}
		}
	})
}

// sealTombstones edits an organisation's, in the stroke that changes the key store.
func (v *Vault) sealTombstones(ctx context.Context, ks *record.KeyStore, org id.Org, edit func(*tombstones)) error {
	t, seal, err := v.openTombstones(ctx, ks, org)
	if err != nil {
		return err
	}
	raw := [16]byte(org.Bytes())
	i := slices.IndexFunc(ks.Orgs, func(o record.OrgGenerations) bool { return o.Org == raw })
	if i < 0 {
		return fail.New(fail.Tampered, wordsForeign, v.file.path)
	}
	edit(t)
	if len(t.announced) > 0 {
		var stone record.Tombstone
		for rec, at := range t.announced {
			stone.Records = append(stone.Records, record.ErasedRecordAt{Record: [16]byte(rec.Bytes()), At: clock.Micros(at)})
		}
		t.all = append(t.all, stone)
	}
	ks.Orgs[i].Tombstones, err = record.SealTombstones(seal, raw, t.all)
	return err
}

// checkTombstones refuses a key store in which a generation is gone without a
// tombstone, or is there beside one: nobody who destroyed it by Heed did that.
func (v *Vault) checkTombstones(ctx context.Context) error {
	return v.asKept(func(ks *record.KeyStore) error { // generations and tombstones of one state
		for _, o := range ks.Orgs {
			t, err := v.readTombstones(ctx, ks, orgOf(o.Org))
			if err != nil {
				return err
			}
			for n := int64(1); n <= o.Highest; n++ {
				if _, held := ks.Find(o.Org, n); held == t.generations[n] {
					return fail.New(fail.Tampered, wordsForeign, v.file.path)
				}
			}
		}
		return nil
	})
}

// recordOf is the identifier type of a format's plain bytes.
func recordOf(b [16]byte) (rec id.Record) {
	_ = rec.Scan(b[:]) // 16 bytes always scan
	return rec
}
