package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A logical backup is one View that reads every table that Tables names, column by
// column as Columns says; a restore is units that give the rows back with Restore.

// Tables names every table that holds data of Heed: not the store's notes about itself.
func (s *Store) Tables(ctx context.Context) ([]string, error) {
	query := "select name from sqlite_master where type='table' and name not like 'sqlite_%' order by name"
	if s.Engine() == enginePostgres {
		query = "select tablename from pg_tables where schemaname=current_schema() order by tablename"
	}
	var names []string
	err := s.View(ctx, func(tx *Tx) error {
		all, err := All(tx, oneString, query)
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
	query := "select name from pragma_table_info($1) order by cid"
	if tx.engine == enginePostgres {
		query = "select column_name::text from information_schema.columns where table_schema=current_schema() and " +
			"table_name=$1 order by ordinal_position"
	}
	return All(tx, oneString, query, table)
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// Restore inserts rows as they were, SERIALKEY columns too, and lets new keys begin
// after the highest. The names come from Tables and Columns, never from a person.
func (tx *Tx) Restore(table string, columns []string, rows ...[]any) error {
	var places []string
	for i, c := range append([]string{table}, columns...) {
		if !plainName.MatchString(c) {
			return errors.New("store: restore into a table or column without a plain name")
		}
		if i > 0 {
			places = append(places, "$"+strconv.Itoa(i))
		}
	}
	overriding := ""
	if tx.engine == enginePostgres {
		overriding = " overriding system value"
	}
	text := "insert into " + table + " (" + strings.Join(columns, ", ") + ")" + overriding + " values (" +
		strings.Join(places, ", ") + ")"
	for _, row := range rows {
		if _, err := tx.Exec(text, row...); err != nil {
			return fmt.Errorf("restore %s: %w", table, err)
		}
	}
	if tx.engine == enginePostgres {
		return tx.moveSerial(table)
	}
	return nil // SQLite's autoincrement remembers the highest by itself
}

// moveSerial sets PostgreSQL's counter behind the highest key of a table, if it has one.
func (tx *Tx) moveSerial(table string) error {
	serial, err := All(tx, oneString, `select column_name::text from information_schema.columns
		where table_schema=current_schema() and table_name=$1 and is_identity='YES'`, table)
	if err != nil || len(serial) == 0 {
		return err
	}
	_, err = tx.Exec("select setval(pg_get_serial_sequence($1, $2), greatest((select coalesce(max("+serial[0]+
		"), 0) from "+table+"), 1))", table, serial[0])
	return err
}
