package app_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"heed/record"
)

const listOfColumns = "../../docs/assurance/what-proves-it.md"

var columnLine = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| `([a-z0-9_]+)` \\| (\\S.*) \\|$")

// TestSizesSayNothing: every sealed entry has one of a few sizes, and all readings that
// name nothing but who read have the same.
func TestSizesSayNothing(t *testing.T) {
	each(t, func(h *house) {
		h.raise()
		rows, err := h.sql.Query(`select length(sealed), version from entry where sealed is not null`)
		check(h.t, err)
		defer rows.Close()
		for rows.Next() {
			var size, version int
			check(h.t, rows.Scan(&size, &version))
			if n := size - record.SealedOverhead; n != record.PaddedSize(n) {
				h.t.Errorf("an entry of version %d has %d bytes, which is no padded size", version, n)
			}
		}
		check(h.t, rows.Err())
	})
}

// TestEveryColumnHasItsProof walks the real tables of both engines: for every column
// it is written down what proves it (promise I10).
func TestEveryColumnHasItsProof(t *testing.T) {
	page, err := os.ReadFile(listOfColumns)
	check(t, err)
	said := map[string]string{}
	for _, m := range columnLine.FindAllStringSubmatch(string(page), -1) {
		said[m[1]+"."+m[2]] = m[3]
	}
	each(t, func(h *house) {
		query := `select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'sqlite_%'`
		if h.Store.Engine() == "postgres" {
			query = `select table_name || '.' || column_name from information_schema.columns where table_schema = current_schema()`
		}
		rows, err := h.sql.Query(query)
		check(h.t, err)
		defer rows.Close()
		there := map[string]bool{}
		for rows.Next() {
			var column string
			check(h.t, rows.Scan(&column))
			there[column] = true
			if said[column] == "" {
				h.t.Errorf("%s: what proves it? Write it into %s", column, strings.TrimPrefix(listOfColumns, "../../"))
			}
		}
		check(h.t, rows.Err())
		for column := range said {
			if !there[column] {
				h.t.Errorf("%s is in the list and not in the database", column)
			}
		}
	})
}
