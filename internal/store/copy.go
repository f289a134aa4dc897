package store

import (
	"fmt"

	"heed/internal/store/engine"
)

// CopyOut streams a table for a logical backup that either engine can read back.
// Values travel as int64, string, []byte or nil; nothing else is in the tables.
// It gives every row of a table to fn, in the order of its first column.
// fn must not keep the row.
func (tx *Tx) CopyOut(table string, columns func(names []string) error, row func(values []any) error) error {
	rows, err := tx.Query(`select * from ` + engine.Quoted(table) + ` order by 1`)
	if err != nil {
		return fmt.Errorf("read table %s: %w", table, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("read columns of %s: %w", table, err)
	}
	if err := columns(names); err != nil {
		return err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("read row of %s: %w", table, err)
		}
		for i, v := range values {
			switch v := v.(type) {
			case []byte:
				if v == nil { // SQLite's driver reads an empty value so; a null has no type
					values[i] = []byte{}
				}
			case int32:
				values[i] = int64(v)
			case bool:
				values[i] = int64(0)
				if v {
					values[i] = int64(1)
				}
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Clear empties a table before its rows are given back: some have a first row from their migration.
func (tx *Tx) Clear(table string) error {
	if _, err := tx.Exec(`delete from ` + engine.Quoted(table)); err != nil {
		return fmt.Errorf("empty table %s: %w", table, err)
	}
	return nil
}
