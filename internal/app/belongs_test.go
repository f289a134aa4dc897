package app_test

import (
	"context"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/store/storetest"
)

var quiet = slog.New(slog.DiscardHandler)

// place is a folder with its database, which nobody has open.
type place struct {
	t *testing.T
	c app.Config
}

// places founds one on each engine.
func places(t *testing.T, fn func(place)) {
	t.Run("sqlite", func(t *testing.T) { p := place{t, app.Config{Data: t.TempDir()}}; p.found(); fn(p) })
	t.Run("postgres", func(t *testing.T) {
		p := place{t, app.Config{Data: t.TempDir(), DB: storetest.Postgres(t)}}
		p.found()
		fn(p)
	})
}

func (p place) found() {
	p.t.Helper()
	check(p.t, app.Init(context.Background(), p.c, clock.System{}, quiet, founding,
		func(directory.Organisation, []directory.Enrolment) error { return nil }))
}

// opens wants an installation to open, or to be refused in words that hold all of these.
func (p place) opens(c app.Config, words ...string) {
	p.t.Helper()
	a, err := app.Open(context.Background(), c, clock.System{}, quiet)
	if err == nil {
		check(p.t, a.Close())
	}
	if err == nil && len(words) == 0 {
		return
	}
	for _, w := range words {
		if !strings.Contains(fail.Words(err), w) {
			p.t.Errorf("refused with %v, without %q", err, w)
		}
	}
	if len(words) == 0 {
		p.t.Errorf("refused: %v", err)
	}
}

func (p place) sql(text string) {
	p.t.Helper()
	db := p.beside()
	_, err := db.Exec(text)
	check(p.t, err)
	check(p.t, db.Close())
}

// TestALostDatabaseIsNoEmptyService: keys without their database, a forgotten or a
// mistyped --db, and an older copy are refused with the way back, and nothing is
// made. Seen to fail when a new database was made, served, and signed.
func TestALostDatabaseIsNoEmptyService(t *testing.T) {
	places(t, func(p place) {
		p.opens(p.c)
		file := filepath.Join(p.c.Data, "database.json")
		remembered, err := os.ReadFile(file)
		check(t, err)

		other := p.c // the other engine
		if p.c.DB == "" {
			other.DB = "postgres://heed@127.0.0.1:1/heed"
			p.opens(other, "belongs to the SQLite database in it", "Nothing was made")
		} else {
			other.DB = ""
			p.opens(other, "belongs to a PostgreSQL database", "--db", "Nothing was made")
			if _, err := os.Stat(filepath.Join(p.c.Data, "heed.db")); err == nil {
				t.Error("a database was made")
			}
			other.DB = storetest.Postgres(t) // an empty one
			p.opens(other, "no installation in this database", "heed restore")
			db, err := sql.Open("pgx", other.DB)
			check(t, err)
			var tables int
			of := db.QueryRow("select count(*) from information_schema.tables where table_schema = current_schema()")
			check(t, of.Scan(&tables))
			check(t, db.Close())
			if tables != 0 {
				t.Errorf("%d tables were made in somebody else's database", tables)
			}
		}

		low := "x'00000000000000000000000000000001'" // an organisation that somebody put in before the first
		if p.c.DB != "" {
			low = `'\x00000000000000000000000000000001'`
		}
		p.sql("insert into key_org (org, canary) select " + low + ", canary from key_org")
		p.opens(p.c, "has no key for this organisation")
		p.sql("delete from key_org where org = " + low)
		p.opens(p.c)

		p.sql("delete from entry where n = (select max(n) from entry)")
		p.opens(p.c, "an older copy was put in its place", "heed restore", file)
		if now, err := os.ReadFile(file); err != nil || string(now) != string(remembered) {
			t.Errorf("the folder has forgotten: %s (%v)", now, err)
		}
		check(t, os.WriteFile(file, []byte("{"), 0o600))
		p.opens(p.c, "is damaged", "remove that file")

		if p.c.DB == "" {
			for _, end := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(filepath.Join(p.c.Data, "heed.db"+end))
			}
			for _, known := range []bool{true, false} { // nor without the folder's memory
				if !known {
					check(t, os.Remove(file))
				} else {
					check(t, os.WriteFile(file, remembered, 0o600))
				}
				p.opens(p.c, "heed.db is not there, and nothing was made", "heed restore", "--db")
			}
			if _, err := os.Stat(filepath.Join(p.c.Data, "heed.db")); err == nil {
				t.Error("a database was made")
			}
		}
	})
}

// TestAnInitThatWasStoppedIsDoneAgain: until the codes are told nothing is served,
// and the next attempt begins anew.
func TestAnInitThatWasStoppedIsDoneAgain(t *testing.T) {
	p := place{t, app.Config{Data: filepath.Join(t.TempDir(), "heed")}}
	stopped := fail.New(fail.Broken, "stopped before the codes were told")
	err := app.Init(context.Background(), p.c, clock.System{}, quiet, founding,
		func(directory.Organisation, []directory.Enrolment) error { return stopped })
	if err == nil {
		t.Fatal("it was not stopped")
	}
	p.opens(p.c, "Run heed init again")
	p.found()
	p.opens(p.c)
	err = app.Init(context.Background(), p.c, clock.System{}, quiet, founding,
		func(directory.Organisation, []directory.Enrolment) error { return nil })
	if !fail.Is(err, fail.Conflict) {
		t.Errorf("a second init over the first: %v", err)
	}
	p.opens(p.c)
}

// TestPostgresSaysNoInWords: a database that is not there and a user without rights
// are told in one sentence each, and the folder stays as it was.
func TestPostgresSaysNoInWords(t *testing.T) {
	good := storetest.Postgres(t)
	db, err := sql.Open("pgx", good)
	check(t, err)
	defer db.Close()
	_, err = db.Exec("create role powerless login; revoke create on schema public from public")
	check(t, err)
	defer func() { _, err := db.Exec("drop role powerless"); check(t, err) }()
	absent, err := url.Parse(good)
	check(t, err)
	absent.Path = "/heed_not_there"
	powerless, err := url.Parse(good)
	check(t, err)
	powerless.User = url.User("powerless")
	for at, words := range map[string]string{absent.String(): "createdb",
		powerless.String(): "grant create, usage on schema public"} {
		c := app.Config{Data: filepath.Join(t.TempDir(), "heed"), DB: at}
		err := app.Init(context.Background(), c, clock.System{}, quiet, founding,
			func(directory.Organisation, []directory.Enrolment) error { return nil })
		if !strings.Contains(fail.Words(err), words) || strings.Contains(fail.Words(err), "SQLSTATE") {
			t.Errorf("%s: %v", at, err)
		}
		if _, err := os.Stat(c.KeyFilePath()); err == nil {
			t.Error("keys were left behind")
		}
	}
}
