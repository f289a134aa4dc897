package heedtest

import (
	"os"
	"path/filepath"
	"strings"

	"heed/internal/store"
)

// RowsOf are all rows of a table as text in small letters, with bytes as hex.
func RowsOf(tx *store.Tx, table string) ([]string, error) {
	text := `select lower(t::text) from ` + table + ` t`
	if tx.Engine() == "sqlite" {
		columns, err := tx.Columns(table)
		if err != nil {
			return nil, err
		}
		text = `select lower(quote(` + strings.Join(columns, `) || ' ' || quote(`) + `)) from ` + table
	}
	return store.All(tx, func(s *string) []any { return []any{s} }, text)
}

// FilesOf is what stands in the files of a SQLite database, its log of writes too; of
// PostgreSQL nothing.
func FilesOf(tx *store.Tx) (all [][]byte, err error) {
	if tx.Engine() != "sqlite" {
		return nil, nil
	}
	main, err := store.One(tx, func(s *string) []any { return []any{s} },
		`select file from pragma_database_list where name = 'main'`)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(main + "*")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, err
}
