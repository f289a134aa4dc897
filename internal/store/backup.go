package store

import (
	"context"
	"fmt"
	"regexp"
)

// A logical backup is one View that reads every table that Tables names, column by
// column as Columns says; a restore is units that give the rows back with Restore.

// Tables names every table that holds data of Heed: not the store's notes about itself.
func (s *Store) Tables(ctx context.Context) ([]string, error) {
	var names []string
	err := s.View(ctx, func(tx *Tx) error {
		all, err := All(tx, oneString, tx.dialect.Tables)
		names = nil
		for _, n := range all {
			if n != "goose_db_version" && n != "store_probe" && n != "projection" {
				names = append(names, n)
			}
		}
		return err
	})
	return names, err
}

func oneString(s *string) []any { return []any{s} }

// Columns names a table's columns, in their order.
func (tx *Tx) Columns(table string) ([]string, error) {
	return All(tx, oneString, tx.dialect.Columns, table)
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// Restore inserts rows as they were, SERIALKEY columns too, and lets new keys begin
// after the highest. values lie row after row, as PutRows takes them.
func (tx *Tx) Restore(table string, columns []string, values []any) error {
	if err := tx.PutRows(table, columns, values); err != nil {
		return fmt.Errorf("restore %s: %w", table, err)
	}
	return tx.moveCounter(table)
}

// moveCounter sets the counter of a table behind its highest key, if it has one that does not move by itself.
func (tx *Tx) moveCounter(table string) error {
	if tx.dialect.Counter == "" {
		return nil
	}
	serial, err := All(tx, oneString, tx.dialect.Counter, table)
	if err != nil || len(serial) == 0 {
		return err
	}
	_, err = tx.Exec(fmt.Sprintf(tx.dialect.Move, serial[0], table), table, serial[0])
	return err
}
