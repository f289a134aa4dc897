package vault

import (
	"context"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// What a successor took over is kept beside it in the key store, sealed by it:
// pairs of record (16 bytes) and record key (32 bytes). A backup of the database
// from before the erasure holds these records' keys wrapped by a generation that
// is destroyed; with the list they can be read after a restore, and the erased
// record, which is not in it, cannot. The list goes when its generation goes.

const movedPair = 16 + 32

func movedPlace(org id.Org, generation int64) record.Place {
	return record.Place{Org: [16]byte(org.Bytes()), Field: "moved", Version: generation}
}

// movedList seals what lives in a successor now.
func (v *Vault) movedList(ctx context.Context, org id.Org, next *generation) ([]byte, error) {
	var rows []wrappedKey
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = store.All(tx, (*wrappedKey).scan,
			`select record, generation, wrapped from record_key where org = $1 and generation = $2`, org, next.number)
		return err
	})
	if err != nil {
		return nil, err
	}
	plain := make([]byte, 0, movedPair*len(rows))
	defer func() { clear(plain) }()
	for _, row := range rows {
		raw, err := v.unwrap(org, row.rec, next.number, row.wrapped)
		if fail.Is(err, fail.Tampered) {
			continue // unreadable here, so not worth carrying on
		}
		if err != nil {
			return nil, err
		}
		plain = append(append(plain, row.rec.Bytes()...), raw[:]...)
	}
	key, err := record.OpenKey(next.key)
	if err != nil {
		return nil, err
	}
	return key.Seal(movedPlace(org, next.number), plain), nil
}

// movedKey is a record key found in a list, and the generation that holds the list.
type movedKey struct {
	raw  [32]byte
	next *generation
}

// moved opens all of an organisation's lists.
func (v *Vault) moved(org id.Org) (map[id.Record]movedKey, error) {
	all := map[id.Record]movedKey{}
	for _, held := range v.generationsOf(org) {
		if len(held.Moved) == 0 {
			continue
		}
		g, err := v.generation(org, held.Generation)
		if err != nil {
			return nil, err
		}
		key, err := record.OpenKey(g.key)
		if err != nil {
			return nil, err
		}
		plain, err := key.Open(movedPlace(org, held.Generation), held.Moved)
		if err != nil || len(plain)%movedPair != 0 {
			return nil, fail.Wrap(fail.Tampered, err, "The key store %s has been changed outside Heed. Put back its latest copy", v.file.path)
		}
		for ; len(plain) > 0; plain = plain[movedPair:] {
			var rec id.Record
			if err := rec.Scan(plain[:16]); err != nil {
				return nil, err
			}
			all[rec] = movedKey{raw: [32]byte(plain[16:movedPair]), next: g}
		}
	}
	return all, nil
}
