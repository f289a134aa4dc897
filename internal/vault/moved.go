package vault

import (
	"context"
	"errors"
	"maps"
	"slices"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// What a successor took over is kept beside it in the key store, sealed by it:
// record (16 bytes), record key (32 bytes) and compartment (1 byte: its place among
// record.Compartments). A backup of the database
// from before the erasure holds these records' keys wrapped by a generation that
// is destroyed; with the list they can be read after a restore, and the erased
// record, which is not in it, cannot. When the successor goes, its own successor
// carries the list on: also keys whose rows somebody took from the database.

const movedSize = 16 + 32 + 1

func movedPlace(org id.Org, generation int64) record.Place {
	return record.Place{Org: [16]byte(org.Bytes()), Field: "moved", Version: generation}
}

// movedKey is a record key found in a list, and the generation that holds the list.
type movedKey struct {
	raw  rawKey
	next *generation
}

// moved opens all of an organisation's lists. What another process carried on meanwhile is in its successor's.
func (v *Vault) moved(org id.Org) (all map[id.Record]movedKey, err error) {
	for range 10 {
		if all, err = v.lists(org); !errors.Is(err, errDestroyed) {
			break
		}
		if err := v.file.read(); err != nil {
			return nil, err
		}
	}
	return all, err
}

func (v *Vault) lists(org id.Org) (map[id.Record]movedKey, error) {
	all := map[id.Record]movedKey{}
	for _, held := range v.generationsOf(org) {
		if len(held.Moved) == 0 {
			continue
		}
		g, err := v.generation(org, held.Generation)
		if err != nil {
			return nil, err
		}
		list, err := v.openList(g, held.Moved)
		if err != nil {
			return nil, err
		}
		for rec, raw := range list {
			all[rec] = movedKey{raw, g}
		}
	}
	return all, nil
}

func (v *Vault) openList(g *generation, sealed []byte) (map[id.Record]rawKey, error) {
	list := map[id.Record]rawKey{}
	if len(sealed) == 0 {
		return list, nil
	}
	key, err := record.OpenKey(g.key)
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(movedPlace(g.org, g.number), sealed)
	defer clear(plain)
	all := record.Compartments()
	for rest := plain; err == nil && len(rest) > 0; rest = rest[movedSize:] {
		if len(rest) < movedSize || int(rest[48]) >= len(all) {
			err = record.ErrFormat
			break
		}
		list[recordOf([16]byte(rest))] = rawKey{[32]byte(rest[16:48]), all[rest[48]]}
	}
	if err != nil {
		return nil, fail.Wrap(fail.Tampered, err, wordsForeign, v.file.path)
	}
	return list, nil
}

func sealList(g *generation, list map[id.Record]rawKey) ([]byte, error) {
	if len(list) == 0 {
		return nil, nil
	}
	plain := make([]byte, 0, movedSize*len(list))
	for rec, raw := range list {
		plain = append(append(plain, rec.Bytes()...), raw.key[:]...)
		plain = append(plain, byte(slices.Index(record.Compartments(), raw.in)))
	}
	defer clear(plain)
	key, err := record.OpenKey(g.key)
	if err != nil {
		return nil, err
	}
	return key.Seal(movedPlace(g.org, g.number), plain), nil
}

// livingIn are the keys that the database holds, wrapped by a generation; none when there is no generation.
func (v *Vault) livingIn(ctx context.Context, org id.Org, g *generation) (map[id.Record]rawKey, error) {
	if g == nil {
		return nil, nil
	}
	var rows []wrappedKey
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = store.All(tx, (*wrappedKey).scan,
			`select record, generation, wrapped from record_key where org = $1 and generation = $2`, org, g.number)
		return err
	})
	if err != nil {
		return nil, err
	}
	living := make(map[id.Record]rawKey, len(rows))
	for _, row := range rows {
		raw, err := v.unwrap(org, row.rec, g.number, row.wrapped)
		if fail.Is(err, fail.Tampered) {
			continue // unreadable here, so not worth carrying on
		}
		if err != nil {
			return nil, err
		}
		living[row.rec] = raw
	}
	return living, nil
}

// carriedBy is what a generation's own list holds beside the erased.
func (v *Vault) carriedBy(org id.Org, held record.GenerationKey, named []Erasure) (map[id.Record]rawKey, error) {
	if len(held.Moved) == 0 {
		return nil, nil
	}
	g, err := v.unwrapGeneration(org, held)
	if err != nil {
		return nil, err
	}
	list, err := v.openList(g, held.Moved)
	for _, e := range named {
		delete(list, e.Record)
	}
	return list, err
}

// carry writes the successor's list: what lives in it, and what the generation that
// goes had carried. The erased are in no list any more.
func (v *Vault) carry(ks *record.KeyStore, org id.Org, number int64, next *generation, living map[id.Record]rawKey,
	gone map[id.Record]bool) error {
	raw := [16]byte(org.Bytes())
	if i, held := ks.Find(raw, number); held && next != nil {
		carried, err := v.carriedBy(org, ks.Generations[i], nil)
		if err != nil {
			return err
		}
		maps.Copy(living, carried)
	}
	for i, held := range ks.Generations {
		into := next != nil && held.Generation == next.number
		if held.Org != raw || held.Generation == number || len(held.Moved) == 0 && !into {
			continue
		}
		g, err := v.unwrapGeneration(org, held) // not through the file, which is locked here
		if err != nil {
			return err
		}
		list, err := v.openList(g, held.Moved)
		if err != nil {
			return err
		}
		before := len(list)
		for rec := range gone {
			delete(list, rec)
			delete(living, rec)
		}
		if into {
			maps.Copy(list, living)
		}
		if into || len(list) != before {
			if ks.Generations[i].Moved, err = sealList(g, list); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepUnder wraps a record key anew.
func keepUnder(tx *store.Tx, org id.Org, rec id.Record, raw rawKey, from int64, next *generation) error {
	wrapped, err := next.wrap(rec, raw)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`update record_key set generation = $1, wrapped = $2 where record = $3 and org = $4 and generation = $5`,
		next.number, wrapped, rec, org, from)
	return err
}
