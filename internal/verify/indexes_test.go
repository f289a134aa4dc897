package verify

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"heed/internal/id"
	"heed/internal/store"
)

// TestALyingIndexHidesNothing: a record that was begun while the index by which records
// are found again was not looked after is there, and no list that is made from the
// history has it. Seen to fail: nothing was named.
func TestALyingIndexHidesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		see := w.blind("entry_begun")
		rec := w.begin(id.NewRecord(t0.Add(5*time.Hour)), 2)
		see()
		w.must2(w.log.Sequence(w.ctx()))
		if w.one(`select count(*) from entry where room = 1 and version = 1 and record = $1`, rec) > 0 {
			w.Log("the planner went another way")
		}
		r := w.verify(func(o *Options) { o.KeyFile, o.KeyStore = "", "" })
		if !slices.ContainsFunc(r.Differences, func(d Difference) bool {
			return d.Kind == Index && d.Where == "entry_begun" && d.Record == rec.String()
		}) {
			w.Fatalf("of %s was said: %v", rec, r.Differences)
		}
	})
}

// blind has an index miss what is written until see is called, as whoever administers the database can.
func (w *world) blind(index string) (see func()) {
	w.Helper()
	if w.store.Engine() == "postgres" {
		set := func(yes bool) {
			w.sql(`update pg_index set indisready = $1 where indexrelid = cast(cast($2 as text) as regclass)`, yes, index)
		}
		set(false)
		return func() { set(true) }
	}
	var path string
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) (err error) {
		path, err = store.One(tx, func(s *string) []any { return []any{s} },
			`select file from pragma_database_list where name = 'main'`)
		return err
	}))
	db, err := sql.Open("sqlite", path)
	w.must(err)
	db.SetMaxOpenConns(1)
	w.Cleanup(func() { db.Close() })
	run := func(text string, args ...any) {
		_, err := db.Exec(text, args...)
		w.must(err)
	}
	run(`create table kept as select * from sqlite_master where name = $1`, index)
	run(`pragma writable_schema=on`)
	run(`delete from sqlite_master where name = $1`, index)
	run(`pragma writable_schema=reset`)
	run(`create table cookie (n int)`) // who has the database open reads its schema anew
	return func() {
		run(`pragma writable_schema=on`)
		run(`insert into sqlite_master select * from kept`)
		run(`pragma writable_schema=reset`)
		run(`drop table kept`)
		run(`drop table cookie`)
	}
}
