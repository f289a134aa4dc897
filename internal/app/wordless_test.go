package app_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"heed/internal/app"
)

// wordless are tables in which no word stands, sealed or not: ids, times, counts, hashes,
// keys, public signatures, and what Heed notes of itself.
var wordless = strings.Fields(`entry_pending log_run log_tile log_state log_checkpoint log_cosignature log_witness
	key_org key_generation record_key erasure directory_organisation directory_person directory_holder directory_token
	directory_code_used directory_daybook mail_refused concern_glass_v1 room_seen room_confirmed_v1 projection
	restore_under_way store_probe goose_db_version`)

// TestEveryKeyOfWordsIsSaid holds the table "Which key dies when" of docs/verifying.md to
// the tables of both engines: each is in it, or is one that holds no word.
func TestEveryKeyOfWordsIsSaid(t *testing.T) {
	page, err := os.ReadFile("../../docs/verifying.md")
	check(t, err)
	_, part, ok := strings.Cut(string(page), "## Which key dies when\n")
	if !ok {
		t.Fatal("the page has no such part")
	}
	part, _, _ = strings.Cut(part, "\n## ")
	var said []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]*) \|`).FindAllStringSubmatch(part, -1) {
		for _, name := range regexp.MustCompile("`([a-z0-9_]+)").FindAllStringSubmatch(m[1], -1) {
			said = append(said, name[1])
		}
	}
	each(t, func(h *house) {
		tables, err := h.Store.Tables(t.Context())
		check(h.t, err)
		sealed := h.sealedTables()
		for _, table := range tables {
			is := slices.Contains(said, table)
			switch {
			case slices.Contains(sealed, table) && !is:
				h.t.Errorf("%s holds what is sealed: write into docs/verifying.md which key opens it, and when that dies", table)
			case is == slices.Contains(wordless, table):
				h.t.Errorf("%s: write into docs/verifying.md which key opens what it holds, or that it holds no word here", table)
			}
		}
		checked := []string{"entry"} // by the ledger's own part
		for _, f := range app.SealedFields() {
			checked = append(checked, f.Table)
		}
		for _, table := range sealed {
			if !slices.Contains(checked, table) {
				h.t.Errorf("%s holds what is sealed, and heed verify does not open it: add it to SealedFields", table)
			}
		}
		for _, table := range said {
			if !slices.Contains(tables, table) {
				h.t.Errorf("the page speaks of %s, which is not there", table)
			}
		}
	})
}

// sealedTables are those with a column that is called sealed, or that heed verify opens.
func (h *house) sealedTables() (out []string) {
	h.t.Helper()
	for _, f := range app.SealedFields() {
		out = append(out, f.Table)
	}
	query := `select m.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name = 'sealed'`
	if h.Store.Engine() == "postgres" {
		query = `select table_name from information_schema.columns where table_schema = current_schema() and column_name = 'sealed'`
	}
	rows, err := h.sql.Query(query)
	check(h.t, err)
	defer rows.Close()
	for rows.Next() {
		var table string
		check(h.t, rows.Scan(&table))
		out = append(out, table)
	}
	check(h.t, rows.Err())
	return out
}
