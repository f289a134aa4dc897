package store

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"heed/internal/store/engine"
)

// wide is how many rows one statement of an engine without a stream puts in: more make it no faster.
const wide = 32

// PutRows inserts many rows at once: by a stream where the engine has one, else by wide
// statements. values lie row after row, each as long as columns: int64, string, []byte or
// nil. Keys that count by themselves are given, too. The names come from the program or
// from Tables and Columns, never from a person.
func (tx *Tx) PutRows(table string, columns []string, values []any) error {
	for _, name := range append([]string{table}, columns...) {
		if !plainName.MatchString(name) {
			return errors.New("store: rows for a table or column without a plain name")
		}
	}
	if len(columns) == 0 || len(values)%len(columns) != 0 {
		return fmt.Errorf("store: %d values do not fill rows of %d columns", len(values), len(columns))
	}
	if tx.flush() != nil {
		return tx.over()
	}
	if stream, ok := tx.run.(engine.Copier); ok {
		n, err := stream.Copy(tx.ctx, table, columns, values)
		if err == nil && n != int64(len(values)/len(columns)) {
			err = OneRow(0, nil) // somebody lets rows through and does not keep them
		}
		return tx.failed(err)
	}
	for len(values) > 0 {
		n := min(wide, len(values)/len(columns))
		some := values[:n*len(columns)]
		done, err := tx.Exec(wideInsert(table, columns, n), some...)
		if err != nil {
			return err
		}
		if done != int64(n) {
			return tx.failed(OneRow(0, nil))
		}
		values = values[len(some):]
	}
	return nil
}

// wideInsert is one statement of n rows. Its places have no numbers: with them a
// statement of this width is three times slower.
func wideInsert(table string, columns []string, n int) string {
	row := "(" + strings.Repeat("?, ", len(columns)-1) + "?)"
	return "insert into " + table + " (" + strings.Join(columns, ", ") + ") values " +
		strings.Repeat(row+", ", n-1) + row
}

// Rows gives the rows of a query one after another, however many there are. Values are
// int64, string, []byte or nil, in a slice that is the next row's, too. Nothing else runs
// in this unit before the last row was given or the loop was left.
func (tx *Tx) Rows(query string, args ...any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := tx.Query(query, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			yield(nil, tx.failed(err))
			return
		}
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				yield(nil, fmt.Errorf("read row: %w", err))
				return
			}
			for i := range values {
				values[i] = portable(values[i])
			}
			if !yield(values, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, tx.failed(err))
		}
	}
}

// portable is a value as both engines give it.
func portable(v any) any {
	switch v := v.(type) {
	case []byte:
		if v == nil { // SQLite's driver reads an empty value so; a null has no type
			return []byte{}
		}
	case int32:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	}
	return v
}
