package store_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

var bg = context.Background()

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// places opens fn on a folder and on a database that can be opened again.
func places(t *testing.T, fn func(t *testing.T, where store.Options)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, store.Options{Path: t.TempDir(), ReserveBytes: storetest.Reserve}) })
	t.Run("postgres", func(t *testing.T) { fn(t, store.Options{URL: storetest.Postgres(t)}) })
}

func reopen(t *testing.T, o store.Options, m []fs.FS) error {
	t.Helper()
	o.Migrations = m
	s, err := store.Open(bg, o)
	if err == nil {
		must(t, s.Close())
	}
	return err
}

var (
	first  = map[string]string{"0201_first.sql": "create table first (seq SERIALKEY, body blob not null);"}
	second = map[string]string{"0201_first.sql": first["0201_first.sql"],
		"0301_second.sql": "create table second (n bigint not null);"}
	late = map[string]string{"0201_first.sql": first["0201_first.sql"], "0301_second.sql": second["0301_second.sql"],
		"0101_late.sql": "create table late (n bigint not null);"}
)

func TestMigrationsAddUpAndMayComeLate(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		must(t, reopen(t, where, storetest.Changes(first)))
		must(t, reopen(t, where, storetest.Changes(second)))
		must(t, reopen(t, where, storetest.Changes(late))) // a lower number, after a higher one
		must(t, reopen(t, where, storetest.Changes(late)))
		where.Migrations = storetest.Changes(late)
		s := storetest.Open(t, where)
		names, err := s.Tables(bg)
		must(t, err)
		if got := strings.Join(names, " "); got != "first late second" {
			t.Errorf("tables are %q", got)
		}
	})
}

func TestNewerStoreIsRefusedInWords(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		must(t, reopen(t, where, storetest.Changes(second)))
		err := reopen(t, where, storetest.Changes(first))
		if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "newer version of Heed") ||
			!strings.Contains(fail.Words(err), "301") {
			t.Errorf("an older program on a newer store got %v", err)
		}
		must(t, reopen(t, where, storetest.Changes(second))) // and nothing was harmed
	})
}

func TestAStoreThatIsTooOldIsRefusedInWords(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		old, next := map[string]string{"0201_old.sql": "create table old (n bigint);"},
			map[string]string{"0202_next.sql": "create table next (n bigint);"}
		must(t, reopen(t, where, storetest.Changes(old)))
		err := reopen(t, where, storetest.Changes(next))
		if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "early version of Heed (with change 201)") {
			t.Errorf("a newer program on a store whose change was withdrawn got %v", err)
		}
		must(t, reopen(t, where, storetest.Changes(old))) // and nothing was harmed
	})
}

func TestBrokenMigrationLeavesNothing(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		bad := map[string]string{"0201_bad.sql": "create table half (n bigint);\ninsert into nowhere (n) values (1);"}
		if reopen(t, where, storetest.Changes(bad)) == nil {
			t.Fatal("a broken migration was taken")
		}
		where.Migrations = storetest.Changes(first) // the same number, mended: it was never applied
		s := storetest.Open(t, where)
		names, err := s.Tables(bg)
		must(t, err)
		if got := strings.Join(names, " "); got != "first" {
			t.Errorf("tables are %q", got)
		}
	})
}

func TestOpenWantsOnePlace(t *testing.T) {
	for _, o := range []store.Options{{}, {Path: t.TempDir(), URL: "postgres://localhost/x"}} {
		if _, err := store.Open(bg, o); !fail.Is(err, fail.Bad) {
			t.Errorf("%v: %v", o, err)
		}
	}
}

func TestFilesAreTheirOwnersOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	s := storetest.Open(t, store.Options{Path: dir})
	must(t, s.Ready(bg))
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	}))
	if _, err := os.Stat(filepath.Join(dir, "heed.db-wal")); err != nil {
		t.Errorf("no write-ahead log was looked at: %v", err)
	}
}

func TestReadOnlyStoreLooksAndDoesNotTouch(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		look := where
		look.ReadOnly = true
		if where.Path != "" {
			if _, err := store.Open(bg, look); !fail.Is(err, fail.Missing) {
				t.Errorf("looking at an empty folder: %v", err)
			}
		}
		where.Migrations = storetest.Changes(first)
		s := storetest.Open(t, where)
		must(t, s.Do(bg, func(tx *store.Tx) error {
			_, err := tx.Exec("insert into first (body) values ($1)", []byte("kept"))
			return err
		}))
		r := storetest.Open(t, look) // beside the one that writes
		must(t, r.View(bg, func(tx *store.Tx) error {
			var body []byte
			err := tx.QueryRow("select body from first").Scan(&body)
			if string(body) != "kept" {
				t.Errorf("read %q", body)
			}
			return err
		}))
		err := r.Do(bg, func(*store.Tx) error { return nil })
		if !fail.Is(err, fail.ReadOnly) || !fail.Is(r.Ready(bg), fail.ReadOnly) {
			t.Errorf("Do gave %v, Ready %v", err, r.Ready(bg))
		}
	})
}

func TestPrepareKnowsBothEngines(t *testing.T) {
	storetest.Prepare(t, storetest.Changes(first), "insert into first (body) values ($1)",
		"select seq, body from first where seq>$1")
}

func TestPrepareKnowsProjections(t *testing.T) {
	storetest.PrepareWith(t, storetest.Changes(first), []store.Projection{{Name: "p", Version: 1, Schema: "create table " +
		"p_v1 (id blob not null primary key, n bigint not null);"}},
		"insert into first (body) values ($1)",
		"insert into p_v1 (id, n) values ($1, $2) on conflict (id) do update set n=excluded.n where p_v1.n<excluded.n "+
			"returning n",
		"select id, n from p_v1 where (n, id)>($1, $2) order by n, id limit $3")
}

// TestNestedQuery: the same text asked again while its first rows are being read.
// (PostgreSQL refuses any statement then, which is why All reads to the end.)
func TestNestedQuery(t *testing.T) {
	s := storetest.Open(t, store.Options{Path: t.TempDir(), Migrations: storetest.Changes(map[string]string{
		"0201_n.sql": "create table n (n bigint not null);\ninsert into n (n) values (1), (2), (3);"})})
	must(t, s.View(bg, func(tx *store.Tx) error {
		const text = "select n from n where n>=$1 order by n"
		rows, err := tx.Query(text, 1)
		if err != nil {
			return err
		}
		defer rows.Close()
		var outer, inner []int
		for rows.Next() {
			var n int
			must(t, rows.Scan(&n))
			outer = append(outer, n)
			more, err := store.All(tx, func(v *int) []any { return []any{v} }, text, n)
			must(t, err)
			inner = append(inner, more...)
		}
		if len(outer) != 3 || len(inner) != 6 {
			t.Errorf("outer rows %v, inner rows %v", outer, inner)
		}
		return rows.Err()
	}))
}

// TestTurnsBetweenProcesses: two stores on one place, as two processes have.
func TestTurnsBetweenProcesses(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		a, b := storetest.Open(t, where), storetest.Open(t, where)
		turn := func(s *store.Store, fn func()) bool {
			ran, err := s.Exclusive(bg, "turn", func(context.Context) error { fn(); return nil })
			must(t, err)
			return ran
		}
		nested := true
		if !turn(a, func() { nested = turn(b, func() {}) }) || nested {
			t.Errorf("two processes had one turn: %v", nested)
		}
		if !turn(b, func() {}) {
			t.Error("a turn that was given back cannot be had")
		}
	})
}

// TestCopyOutTellsEmptyFromNull: an empty value must not come back as null.
func TestCopyOutTellsEmptyFromNull(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		where.Migrations = storetest.Changes(map[string]string{"0201_e.sql": "create table e (n bigint not null primary " +
			"key, body blob);"})
		s := storetest.Open(t, where)
		must(t, s.Do(bg, func(tx *store.Tx) error {
			_, err := tx.Exec("insert into e (n, body) values ($1, $2), ($3, $4)", 1, []byte{}, 2, nil)
			return err
		}))
		var got [][]byte
		must(t, s.View(bg, func(tx *store.Tx) error {
			return tx.CopyOut("e", func([]string) error { return nil }, func(row []any) error {
				body, _ := row[1].([]byte)
				got = append(got, body)
				return nil
			})
		}))
		if len(got) != 2 || got[0] == nil || got[1] != nil {
			t.Errorf("an empty value and a null came out as %#v", got)
		}
	})
}
