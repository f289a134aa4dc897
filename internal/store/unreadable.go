package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"math"
	"reflect"
)

// A value that was changed outside Heed may not even have the form of its column: an id of
// another width, a text among numbers (SQLite takes both). One such row must hide no other,
// nor stop who compares them: the value is read as one that no honest row holds, and so
// differs from whatever it is compared with. See docs/decisions/0012.

// impossible are the bytes of an id that none is given.
var impossible = bytes.Repeat([]byte{0xff}, 16)

// scanRow reads a row that rows stands on.
func scanRow(rows *sql.Rows, into []any) error {
	first := rows.Scan(into...)
	if first == nil {
		return nil
	}
	values := make([]any, len(into))
	holders := make([]any, len(into))
	for i := range values {
		holders[i] = &values[i]
	}
	if err := rows.Scan(holders...); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	for i, to := range into {
		if err := scanValue(rows, i, to, values[i]); err != nil {
			return fmt.Errorf("scan: %w", first)
		}
	}
	return nil
}

// scanValue reads one value of a row of which one has not the form of its column.
func scanValue(rows *sql.Rows, at int, to, value any) error {
	skip := make([]any, at, at+1)
	for i := range skip {
		skip[i] = new(any)
	}
	all, err := rows.Columns()
	if err != nil {
		return err
	}
	one := append(skip, to)
	for len(one) < len(all) {
		one = append(one, new(any))
	}
	if err := rows.Scan(one...); err == nil || value == nil { // an absent value is a fault of the program
		return err
	}
	if s, ok := to.(sql.Scanner); ok {
		return s.Scan(impossible)
	}
	v := reflect.ValueOf(to).Elem()
	switch {
	case v.CanInt():
		v.SetInt(math.MaxInt64 >> (64 - v.Type().Bits()))
	case v.CanUint():
		v.SetUint(math.MaxUint64 >> (64 - v.Type().Bits()))
	default:
		return fmt.Errorf("a value cannot be read")
	}
	return nil
}
