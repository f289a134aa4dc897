package vault

import (
	"fmt"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// First is the organisation with which this database was begun; zero in an empty one. It is
// for who has no keys: a row that was put in before it is taken for it.
func First(tx *store.Tx) (id.Org, error) {
	org, err := store.One(tx, func(o *id.Org) []any { return []any{o} }, `select org from key_org order by org limit 1`)
	if fail.Is(err, fail.Missing) {
		return id.Org{}, nil
	}
	if err != nil {
		return id.Org{}, fmt.Errorf("read first organisation: %w", err)
	}
	return org, nil
}

// Has says whether the database names an organisation as one of its own.
func Has(tx *store.Tx, org id.Org) (bool, error) {
	n, err := store.One(tx, func(n *int) []any { return []any{n} }, `select count(*) from key_org where org = $1`, org)
	if err != nil {
		return false, fmt.Errorf("look for an organisation: %w", err)
	}
	return n == 1, nil
}

// First is the first organisation of which the key store holds or held keys, so that a row
// that somebody put into the database is not taken for it.
func (v *Vault) First(tx *store.Tx) (id.Org, error) {
	all, err := store.All(tx, func(o *id.Org) []any { return []any{o} }, `select org from key_org order by org`)
	if err != nil {
		return id.Org{}, fmt.Errorf("read organisations: %w", err)
	}
	ks := v.file.snapshot()
	for _, org := range all {
		if ks.Highest([16]byte(org.Bytes())) > 0 {
			return org, nil
		}
	}
	return id.Org{}, nil
}
