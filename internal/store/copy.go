package store

import (
	"fmt"
	"strings"

	"heed/internal/store/engine"
)

// CopyOut streams a table for a logical backup that either engine can read back.
// Values travel as int64, string, []byte or nil; nothing else is in the tables.
// It gives every row of a table to fn, in the order of its first column.
// fn must not keep the row.
func (tx *Tx) CopyOut(table string, columns func(names []string) error, row func(values []any) error) error {
	names, err := tx.Columns(table)
	if err != nil {
		return fmt.Errorf("read columns of %s: %w", table, err)
	}
	if err := columns(names); err != nil {
		return err
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = engine.Quoted(name)
	}
	query := `select ` + strings.Join(quoted, ", ") + ` from ` + engine.Quoted(table) + ` order by 1`
	for values, err := range tx.Rows(query) {
		if err != nil {
			return fmt.Errorf("read table %s: %w", table, err)
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return nil
}

// Clear empties a table before its rows are given back: some have a first row from their migration.
func (tx *Tx) Clear(table string) error {
	if _, err := tx.Exec(`delete from ` + engine.Quoted(table)); err != nil {
		return fmt.Errorf("empty table %s: %w", table, err)
	}
	return nil
}
