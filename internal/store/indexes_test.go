package store_test

import (
	"database/sql"
	"testing"
	"time"

	"heed/internal/store"
	"heed/internal/store/storetest"
)

// blinded is how an index is made to miss what is written between the two texts.
var blinded = map[string]map[string][2]string{
	"sqlite": {"out of the schema": {
		`create table kept as select * from sqlite_master where name = 'seen_n'; pragma writable_schema=on;
			delete from sqlite_master where name = 'seen_n'; pragma writable_schema=reset`,
		`pragma writable_schema=on; insert into sqlite_master select * from kept; pragma writable_schema=reset; drop table kept`}},
	"postgres": {
		"not ready": {`update pg_index set indisready = false where indexrelid = 'seen_n'::regclass`,
			`update pg_index set indisready = true where indexrelid = 'seen_n'::regclass`},
		"not live": {`update pg_index set indislive = false where indexrelid = 'seen_n'::regclass; update pg_class set relpages = 0 where relname = 'seen'`,
			`update pg_index set indislive = true where indexrelid = 'seen_n'::regclass; update pg_class set relpages = 0 where relname = 'seen'`},
	},
}

const (
	seenTable = `create table seen (record blob not null primary key, n bigint not null); create index seen_n on seen (n) where n > 0`
	seenRows  = `with recursive c (i) as (select 1 union all select i + 1 from c where i < 5000) insert into seen select `
)

// TestAnIndexThatMissesARowIsNamed: a row that was written, and one that was changed,
// while an index was not looked after. Indexes that hold their tables are not named.
func TestAnIndexThatMissesARowIsNamed(t *testing.T) {
	for engine, open := range map[string]func(t *testing.T) (store.Options, *sql.DB){"sqlite": onSQLite,
		"postgres": onPostgres} {
		record := func(hex string) string { return "'\\x" + hex + "'" }
		many := `decode(lpad(to_hex(i), 8, '0'), 'hex')`
		if engine == "sqlite" {
			record, many = func(hex string) string { return "x'" + hex + "'" }, `cast(printf('%08x', i) as blob)`
		}
		for name, texts := range blinded[engine] {
			for what, change := range map[string]string{
				"written": `insert into seen (record, n) values (` + record("aaaa") + `, 77777)`,
				"changed": `update seen set n = 77777 where record = ` + record("bbbb"),
			} {
				t.Run(engine+" "+name+" "+what, func(t *testing.T) {
					o, db := open(t)
					s := storetest.Open(t, o)
					db.SetMaxOpenConns(1)
					run := func(text string) {
						t.Helper()
						if _, err := db.Exec(text); err != nil {
							t.Fatalf("%s: %v", text, err)
						}
					}
					run(seenTable)
					run(seenRows + many + `, i from c`)
					run(`insert into seen (record, n) values (` + record("bbbb") + `, 66666)`)
					none, err := s.Indexes(bg, func(time.Duration) {})
					must(t, err)
					if len(none) > 0 {
						t.Errorf("named in an untouched store: %v", none)
					}
					run(texts[0])
					run(change)
					run(texts[1])
					found, err := s.Indexes(bg, func(time.Duration) {})
					must(t, err)
					wants := map[string]string{"written": "aaaa", "changed": "bbbb"}[what]
					for _, a := range found {
						if a.Index == "seen_n" && a.Record == wants {
							return
						}
					}
					t.Errorf("of %s: %v", wants, found)
				})
			}
		}
	}
}
