package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

var listed = store.Projection{Name: "list", Version: 1,
	Schema: `create table list_v1 (name text not null primary key, n bigint not null check (n > 0));`}

// foreign is each way in which somebody could step between Heed and its rows, and a
// word that its finding names. Undone by the second text.
var foreign = map[string][]struct{ do, undo, named string }{
	"sqlite": {
		{`create trigger quiet before insert on entry when new.version = 0 begin select raise(ignore); end`,
			`drop trigger quiet`, "trigger quiet on entry"},
		{`create view seen as select 1 as n`, `drop view seen`, "view seen"},
		{`drop index entry_version`, `create unique index entry_version on entry (record, version) where version > 0`,
			"index entry_version is gone"},
		{`create unique index more on head (version)`, `drop index more`, "index more on head"},
		{`alter table job add column note text`, `alter table job drop column note`, "table job"},
		{`drop table list_v1`, listed.Schema, "table list_v1 is gone"},
	},
	"postgres": {
		{`alter table job set unlogged`, `alter table job set logged`, "table job is not as Heed made it (unlogged"},
		{`create function quiet() returns trigger language plpgsql as 'begin return null; end'`, `drop function quiet`,
			"function quiet"},
		{`create function elsewhere.quiet() returns trigger language plpgsql as 'begin return null; end';
			create trigger hush before insert on entry for each row when (new.version = 0) execute function elsewhere.quiet()`,
			`drop trigger hush on entry; drop function elsewhere.quiet`, "trigger hush on entry"},
		{`create rule hush as on insert to entry_pending do instead nothing`, `drop rule hush on entry_pending`,
			"rule hush on entry_pending"},
		{`create view seen as select 1 as n`, `drop view seen`, "view seen"},
		{`alter table entry enable row level security`, `alter table entry disable row level security`,
			"table entry is not as Heed made it (row security)"},
		{`create table child () inherits (entry)`, `drop table child`, "table entry is not as Heed made it (inherits"},
		{`drop index entry_version`, `create unique index entry_version on entry (record, version) where version > 0`,
			"index entry_version is gone"},
		{`alter table head drop constraint head_pkey`, `alter table head add primary key (record)`,
			"index head_pkey is gone"},
		{`create unique index more on head (version)`, `drop index more`, "index more on head"},
		{`alter table list_v1 drop constraint list_v1_n_check`, `alter table list_v1 add check (n > 0)`,
			"constraint list_v1.list_v1_n_check is gone"},
		{`alter table entry alter column leaf drop not null`, `alter table entry alter column leaf set not null`,
			"column entry.leaf"},
		{`alter table job add column note text`, `alter table job drop column note`, "column job.note"},
		{`alter table head alter column version type integer`, `alter table head alter column version type bigint`,
			"column head.version"},
		{`alter table job alter column kind type varchar(3)`, `alter table job alter column kind type text`,
			"column job.kind"},
		{`alter table job alter column kind type text collate "C"`, `alter table job alter column kind type text`,
			"column job.kind"},
		{`alter table head alter column org type bytea`, `alter table head alter column org type blob`, "column head.org"},
		{`alter domain blob add constraint short check (octet_length(value) < 9999)`,
			`alter domain blob drop constraint short`, "domain blob"},
		{`alter table entry alter column n drop identity`,
			`alter table entry alter column n add generated always as identity`, "column entry.n"},
		{`alter table entry alter column sealed set not null`, `alter table entry alter column sealed drop not null`,
			"column entry.sealed"},
		{`alter table job alter column attempts set default 9`, `alter table job alter column attempts set default 0`,
			"column job.attempts"},
		{`alter table job rename column mark to marked`, `alter table job rename column marked to mark`,
			"column job.mark is gone"},
		{`create index more on head (elsewhere.told(version))`, `drop index more`, "index more on head"},
		{`drop index job_next; create index job_next on job (next) where attempts >= 0`,
			`drop index job_next; create index job_next on job (next)`, "index job_next is not as Heed made it (CREATE INDEX"},
		{`drop index job_next`, `create index job_next on job (next)`, "index job_next is gone"},
		{`drop index job_next; create index job_next on job (next desc)`,
			`drop index job_next; create index job_next on job (next)`, "index job_next is not"},
		{`drop index job_next; create index job_next on job (next elsewhere.backwards)`,
			`drop index job_next; create index job_next on job (next)`, "elsewhere.backwards"},
		{`drop index entry_version; create unique index entry_version on entry (record, version) where version > 1`,
			`drop index entry_version; create unique index entry_version on entry (record, version) where version > 0`,
			"index entry_version is not"},
		{`drop index entry_version; create index entry_version on entry (record, version) where version > 0`,
			`drop index entry_version; create unique index entry_version on entry (record, version) where version > 0`,
			"index entry_version is not"},
		{`update pg_index set indisvalid = false where indexrelid = 'head_pkey'::regclass`,
			`update pg_index set indisvalid = true where indexrelid = 'head_pkey'::regclass`,
			"head_pkey is not as Heed made it (not valid)"},
		{`update pg_index set indisready = false where indexrelid = 'head_pkey'::regclass`,
			`update pg_index set indisready = true where indexrelid = 'head_pkey'::regclass`, "(not ready)"},
		{`update pg_index set indislive = false where indexrelid = 'head_pkey'::regclass`,
			`update pg_index set indislive = true where indexrelid = 'head_pkey'::regclass`, "(not live)"},
		{`update pg_index set indisunique = false where indexrelid = 'entry_version'::regclass`,
			`update pg_index set indisunique = true where indexrelid = 'entry_version'::regclass`, "index entry_version is not"},
		{`update pg_class set relhasindex = false where relname = 'entry'`,
			`update pg_class set relhasindex = true where relname = 'entry'`,
			"table entry is not as Heed made it (indexes switched off)"},
		{`update pg_class set relchecks = 0 where relname = 'list_v1'`,
			`update pg_class set relchecks = 1 where relname = 'list_v1'`, "table list_v1 is not as Heed made it (checks 0)"},
		{`create policy few on job using (name <> '')`, `drop policy few on job`, "policy few on job"},
		{`alter table job rename to job0; create view job as select * from job0`,
			`drop view job; alter table job0 rename to job`, "view job on job"},
		{`alter table job rename to job0; create view job as select * from job0`,
			`drop view job; alter table job0 rename to job`, "table job is gone"},
		{`create function elsewhere.hush() returns trigger language plpgsql as 'begin return null; end';
			create trigger hush before insert on entry for each row execute function elsewhere.hush(); alter table entry enable replica trigger hush`,
			`drop trigger hush on entry; drop function elsewhere.hush`, "trigger hush on entry"},
		{`alter table head force row level security`, `alter table head no force row level security`,
			"table head is not as Heed made it (row security)"},
		{`alter table list_v1 drop constraint list_v1_n_check; alter table list_v1 add check (n > 0) not valid`,
			`alter table list_v1 drop constraint list_v1_n_check; alter table list_v1 add check (n > 0)`,
			"constraint list_v1.list_v1_n_check is not"},
		{`alter table list_v1 drop constraint list_v1_n_check; alter table list_v1 add constraint list_v1_n_check check (name > '')`,
			`alter table list_v1 drop constraint list_v1_n_check; alter table list_v1 add check (n > 0)`,
			"list_v1_n_check is not as Heed made it (CHECK (name"},
		{`alter table list_v1 add check (n < 9)`, `alter table list_v1 drop constraint list_v1_n_check1`,
			"constraint list_v1.list_v1_n_check1 on list_v1"},
		{`alter sequence entry_n_seq maxvalue 1000000`, `alter sequence entry_n_seq no maxvalue`,
			"sequence entry_n_seq is not as Heed made it (most 1000000)"},
		{`alter sequence entry_n_seq increment 1000`, `alter sequence entry_n_seq increment 1`,
			"entry_n_seq is not as Heed made it (by 1000)"},
		{`alter sequence entry_n_seq cycle`, `alter sequence entry_n_seq no cycle`, "(cycles)"},
		{`create operator = (leftarg = blob, rightarg = blob, function = elsewhere.never)`, `drop operator = (blob, blob)`,
			"operator ="},
		{`create table child () inherits (job)`, `drop table child`, "table job is not"},
		{`alter table head alter column version set default 1`, `alter table head alter column version drop default`,
			"column head.version"},
	},
}

// TestWhatIsNotHeedsIsNamed: triggers, rules, views, functions and lost constraints
// stop an opening, and are named; what belongs to others elsewhere does not.
func TestWhatIsNotHeedsIsNamed(t *testing.T) {
	want := store.Schema{Migrations: world.Migrations(), Projections: []store.Projection{listed}}
	for engine, open := range map[string]func(t *testing.T) (store.Options, *sql.DB){"sqlite": onSQLite,
		"postgres": onPostgres} {
		t.Run(engine, func(t *testing.T) {
			o, db := open(t)
			s := storetest.Open(t, o)
			must(t, s.EnsureProjections(bg, listed))
			if engine == "postgres" { // what is another's: a schema, and an extension in Heed's own
				_, err := db.Exec(`create schema elsewhere; create table elsewhere.entry (n int); create view elsewhere.head as select 1;
					create function elsewhere.f() returns int language sql as 'select 1'; create extension pg_stat_statements;
					create function elsewhere.told(n bigint) returns bigint language sql immutable as 'select 1::bigint';
					create function elsewhere.never(a public.blob, b public.blob) returns bool language sql immutable as 'select false';
					create operator class elsewhere.backwards for type bigint using btree as operator 1 >, operator 2 >=, operator 3 =,
						operator 4 <=, operator 5 <, function 1 btint8cmp(bigint, bigint)`)
				must(t, err)
			}
			must(t, s.Sound(bg, want))
			for _, f := range foreign[engine] {
				if _, err := db.Exec(f.do); err != nil {
					t.Fatalf("%s: %v", f.do, err)
				}
				err := s.Sound(bg, want)
				if !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), f.named) {
					t.Errorf("after %s: %v", f.do, err)
				}
				if !strings.Contains(f.named, "list_v1") { // lists are the caller's to name
					if again, err := store.Open(bg, o); err == nil {
						t.Errorf("opened after %s", f.do)
						again.Close()
					}
				}
				if _, err := db.Exec(f.undo); err != nil {
					t.Fatalf("%s: %v", f.undo, err)
				}
				if err := s.Sound(bg, want); err != nil {
					t.Errorf("after %s: %v", f.undo, err)
				}
			}
		})
	}
}

// TestAListOfChangesThatWasCutIsNamed: emptied, cut or taken away, while it is open and at the next start.
func TestAListOfChangesThatWasCutIsNamed(t *testing.T) {
	want := store.Schema{Migrations: world.Migrations()}
	for name, cut := range map[string]string{"emptied": `delete from goose_db_version`,
		"away": `drop table goose_db_version`,
		"cut":  `delete from goose_db_version where version_id = (select max(version_id) from goose_db_version)`} {
		for engine, open := range map[string]func(t *testing.T) (store.Options, *sql.DB){"sqlite": onSQLite,
			"postgres": onPostgres} {
			t.Run(name+" "+engine, func(t *testing.T) {
				o, db := open(t)
				s, err := store.Open(bg, o)
				must(t, err)
				must(t, s.Sound(bg, want))
				_, err = db.Exec(cut)
				must(t, err)
				if err := s.Sound(bg, want); err == nil || !strings.Contains(err.Error(), "goose_db_version") {
					t.Errorf("while it is open: %v", err)
				}
				must(t, s.Close())
				s, err = store.Open(bg, o)
				if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "list of changes") {
					t.Errorf("at the next start: %v", err)
				}
				if err == nil {
					must(t, s.Close())
				}
			})
		}
	}
}

func onSQLite(t *testing.T) (store.Options, *sql.DB) {
	dir := t.TempDir()
	return store.Options{Path: dir, Migrations: world.Migrations(), ReserveBytes: storetest.Reserve},
		raw(t, "sqlite", filepath.Join(dir, "heed.db"))
}

func onPostgres(t *testing.T) (store.Options, *sql.DB) {
	url := storetest.Postgres(t)
	return store.Options{URL: url, Migrations: world.Migrations()}, raw(t, "pgx", url)
}

func raw(t *testing.T, driver, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, address)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}
