package postgres_test

import (
	"testing"

	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestOnlyOneSchemaIsLookedIn: who owns the database, and is no superuser, can give its
// sessions another path. Operators of another schema do not take the place of
// PostgreSQL's, and a program at work goes on with the tables that it began with.
// Seen to fail: sessions that began later had other tables.
func TestOnlyOneSchemaIsLookedIn(t *testing.T) {
	o, db := fresh(t)
	exec := func(text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	give := func(path string) {
		t.Helper()
		exec(`do $$ begin execute format('alter database %I set search_path = ` + path + `', current_database()); end $$`)
	}
	at := func(s *store.Store) {
		t.Helper()
		var schema string
		var probes int
		must(t, s.View(bg, func(tx *store.Tx) error {
			return tx.QueryRow(`select current_schema(), (select count(*) from store_probe where id = 1)`).Scan(&schema, &probes)
		}))
		if schema != "public" || probes != 1 {
			t.Errorf("a session that began later: %d rows of %s", probes, schema)
		}
	}
	s := storetest.Open(t, o)
	exec(`create schema elsewhere; create table elsewhere.store_probe (id bigint, at bigint)`)
	for _, right := range []string{"bigint", "integer"} {
		exec(`create function elsewhere.never(a bigint, b ` + right +
			`) returns bool language sql immutable as 'select false'`)
		exec(`create operator elsewhere.= (leftarg = bigint, rightarg = ` + right + `, function = elsewhere.never)`)
	}
	must(t, s.View(bg, func(*store.Tx) error { // the session that is there is taken
		give("public, elsewhere, pg_catalog")
		return s.View(bg, func(*store.Tx) error {
			at(s)
			give("elsewhere, public")
			return s.View(bg, func(*store.Tx) error { at(s); return nil })
		})
	}))
	give("public, elsewhere, pg_catalog")
	storetest.Open(t, o)
}

// TestNoFunctionOfAnotherSchemaIsAsked: with a path that names another schema before
// PostgreSQL's own, its functions take the place of those that Heed asks. None is called
// while a connection is made ready, and the path is Heed's all the same. Seen to fail:
// set_config of another schema kept a session in it.
func TestNoFunctionOfAnotherSchemaIsAsked(t *testing.T) {
	o, db := fresh(t)
	s := storetest.Open(t, o)
	must(t, s.Close())
	for _, text := range []string{
		`create schema elsewhere`, `create table elsewhere.store_probe (id bigint, at bigint)`,
		`create table public.called (what text)`,
		`create function elsewhere.set_config(a text, b text, c boolean) returns text language plpgsql as
			'begin insert into public.called values (a); return pg_catalog.current_setting(a); end'`,
		`create function elsewhere.current_setting(a text) returns text language plpgsql as
			'begin insert into public.called values (a); return case when a = ''search_path'' then ''public, pg_temp'' else pg_catalog.current_setting(a) end; end'`,
		`create function elsewhere.current_schema() returns name language plpgsql as
			'begin insert into public.called values (''schema''); return ''public''; end'`,
		`create function elsewhere.quote_ident(a text) returns text language plpgsql as
			'begin insert into public.called values (''ident''); return ''public''; end'`,
		`create function elsewhere.pg_is_in_recovery() returns boolean language plpgsql as
			'begin insert into public.called values (''recovery''); return false; end'`,
		`create function elsewhere.pg_backend_pid() returns integer language plpgsql as
			'begin insert into public.called values (''pid''); return pg_catalog.pg_backend_pid(); end'`,
		`do $$ begin execute format('alter database %I set search_path = public, elsewhere, pg_catalog', current_database()); end $$`,
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	s = storetest.Open(t, o)
	path := func(tx *store.Tx) error {
		var path string
		err := tx.QueryRow(`select pg_catalog.current_setting('search_path')`).Scan(&path)
		if path != "public, pg_temp" {
			t.Errorf("the path of a session is %s", path)
		}
		return err
	}
	must(t, s.View(bg, path))
	must(t, s.Do(bg, path))
	var called string
	must(t, db.QueryRow(`select coalesce(string_agg(distinct what, ', '), '') from public.called`).Scan(&called))
	if called != "" {
		t.Errorf("functions of another schema were called: %s", called)
	}
}
