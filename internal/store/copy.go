package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"heed/internal/fail"
)

// Copying whole tables, for a logical backup that either engine can read back.
// Values travel as int64, string, []byte or nil; nothing else is in the tables.

// CopyOut gives every row of a table to fn, in the order of its first column.
// fn must not keep the row.
func (tx *Tx) CopyOut(table string, columns func(names []string) error, row func(values []any) error) error {
	rows, err := tx.Query(`select * from ` + quoted(table) + ` order by 1`)
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

// CopyIn puts rows back into an empty table with the keys they had. The table and
// its columns must be this program's own: a backup names no table that is not there.
func (tx *Tx) CopyIn(table string, names []string) (put func(values []any) error, err error) {
	rows, err := tx.Query(`select * from ` + quoted(table) + ` limit 0`)
	if err != nil {
		return nil, fmt.Errorf("look at table %s: %w", table, err)
	}
	have, err := rows.Columns()
	rows.Close()
	if err != nil {
		return nil, fmt.Errorf("look at columns of %s: %w", table, err)
	}
	var marks, list []string
	for i, n := range names {
		if !slices.Contains(have, n) {
			return nil, fail.New(fail.Bad, "The backup was made by a newer version of Heed: its table %s has a column that this version does not know", table)
		}
		marks, list = append(marks, "$"+strconv.Itoa(i+1)), append(list, quoted(n))
	}
	overriding := ""
	if tx.Engine() == enginePostgres {
		overriding = " overriding system value"
	}
	text := `insert into ` + quoted(table) + ` (` + strings.Join(list, ", ") + `)` + overriding + ` values (` + strings.Join(marks, ", ") + `)`
	if _, err := tx.Exec(`delete from ` + quoted(table)); err != nil {
		return nil, fmt.Errorf("empty table %s: %w", table, err)
	}
	return func(values []any) error {
		if _, err := tx.Exec(text, values...); err != nil {
			return fmt.Errorf("put back a row of %s: %w", table, err)
		}
		return nil
	}, nil
}

// CopyDone lets keys that count upwards go on after the highest that was put back.
func (tx *Tx) CopyDone(table string, names []string) error {
	if tx.Engine() != enginePostgres || len(names) == 0 {
		return nil
	}
	var sequence *string
	if err := tx.QueryRow(`select pg_get_serial_sequence($1, $2)`, table, names[0]).Scan(&sequence); err != nil || sequence == nil {
		return err
	}
	_, err := tx.Exec(`select setval($1::regclass, coalesce((select max(`+quoted(names[0])+`) from `+quoted(table)+`), 0) + 1, false)`, *sequence)
	if err != nil {
		return fmt.Errorf("count on in %s: %w", table, err)
	}
	return nil
}

// quoted is an identifier as SQL takes it, whatever it holds.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
