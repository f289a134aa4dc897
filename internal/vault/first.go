package vault

import (
	"fmt"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// First is the organisation with which this database was begun; zero in an empty one.
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
