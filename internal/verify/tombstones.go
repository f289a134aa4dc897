package verify

import (
	"context"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// destroyed holds the erasure entries against the key store: what an entry says was
// erased is named by a tombstone there, or was announced, which comes before the entry.
// Otherwise its key is there again, and an old backup with it would give the record back.
func (v *check) destroyed(ctx context.Context) error {
	if v.keys == nil {
		return nil
	}
	named, err := v.keys.erased()
	if err != nil {
		v.unreadStore(err)
		return nil
	}
	begun := 0 // an erasure that runs beside the check is, for a moment
	for rec := range v.gone.named {
		destroyed, said := named[rec]
		if said && !destroyed {
			begun++
		}
		if !said {
			v.found(Difference{Kind: Key, Where: "key store", Leaf: -1, Record: hexOf(rec[:]),
				What: "an entry says that it was erased, and no tombstone says that its key was destroyed, or is to be: an older " +
					"copy of the key store was put back"})
		}
	}
	if begun > 0 {
		v.warn("Records that an entry says were erased, and whose keys are about to be destroyed: %d. Until then a copy "+
			"of the database can give them back. Verify again: if it says so still, an older copy of the key store was put "+
			"back", begun)
	}
	return nil
}

// undeclared is the other way round: what the key store had destroyed when the check
// began, and of which the database has entries, was erased by an entry, which came
// first. Beside a restored database the key store may also name records that were
// made after the backup: of those nothing is there.
func (v *check) undeclared(ctx context.Context) error {
	if v.keys == nil || v.gone.unread() {
		return nil
	}
	named, err := v.keys.namedBy(v.keys.first)
	if err != nil {
		return err
	}
	return v.store.View(ctx, func(tx *store.Tx) error {
		for rec, erased := range named {
			if _, said := v.gone.named[rec]; said || !erased {
				continue
			}
			n, err := store.One(tx, scanInt, `select count(*) from entry where record = $1 and version = 1 and version > 0`,
				rec[:])
			if err != nil {
				return err
			}
			if n > 0 {
				v.found(Difference{Kind: Key, Where: "key store", Leaf: -1, Record: hexOf(rec[:]),
					What: "was destroyed, and no erasure entry says that it was erased"})
			}
		}
		return nil
	})
}

// erased are the records that the key store's tombstones name or announce.
func (k *keyring) erased() (map[[16]byte]bool, error) {
	ks, _, err := k.load()
	if err != nil {
		return nil, err
	}
	return k.namedBy(ks)
}

// namedBy are the records that tombstones name; false for what was given up, or announced, and not erased.
func (k *keyring) namedBy(ks record.KeyStore) (map[[16]byte]bool, error) {
	named := map[[16]byte]bool{}
	for _, o := range ks.Orgs {
		stones, err := record.OpenTombstones(k.orgs, o)
		if err != nil {
			return nil, fail.Wrap(fail.Tampered, err, "The tombstones in the key store %s do not open", k.path)
		}
		for _, t := range stones {
			for _, r := range t.Records {
				named[r.Record] = named[r.Record] || !t.Lost && !t.Announces()
			}
		}
	}
	return named, nil
}
