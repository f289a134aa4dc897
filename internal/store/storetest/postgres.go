package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heed/internal/store"
)

// server is the PostgreSQL of this test process, started by the first test that asks.
var server struct {
	sync.Mutex
	admin     string   // address of a user that may create databases
	cluster   *Cluster // kept in reach: were its pipe collected, the server would end
	err       error
	started   bool
	templates map[string]string // set of migrations → database that has them
}

// Postgres makes an empty database and gives its address; the test's end drops it.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	admin := adminDSN(t)
	return createDatabase(t, admin, "template0")
}

// migrated makes a database that has these migrations, as a copy of one made before.
func migrated(t testing.TB, migrations []fs.FS) string {
	dsn, _ := migratedAs(t, migrations)
	return dsn
}

// migratedAs is migrated, with the database's name.
func migratedAs(t testing.TB, migrations []fs.FS) (dsn, name string) {
	t.Helper()
	admin := adminDSN(t)
	server.Lock()
	defer server.Unlock()
	key := digest(t, migrations)
	template, ok := server.templates[key]
	if !ok {
		template = freshName()
		run(t, admin, "create database "+template+" template template0")
		s, err := store.Open(context.Background(), store.Options{URL: withDatabase(t, admin, template),
			Migrations: migrations})
		if err != nil {
			t.Fatalf("open store: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatalf("close store: %v", err)
		}
		server.templates[key] = template
	}
	return createDatabaseAs(t, admin, template)
}

func adminDSN(t testing.TB) string {
	t.Helper()
	given := os.Getenv("HEED_TEST_POSTGRES")
	if given == "skip" {
		t.Skip("HEED_TEST_POSTGRES=skip: not tested on PostgreSQL")
	}
	server.Lock()
	defer server.Unlock()
	if !server.started {
		server.started, server.templates = true, map[string]string{}
		if server.admin = given; given == "" {
			if server.cluster, server.err = StartCluster(); server.err == nil {
				server.admin = server.cluster.DSN("postgres")
			}
		}
	}
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.admin
}

func createDatabase(t testing.TB, admin, template string) string {
	dsn, _ := createDatabaseAs(t, admin, template)
	return dsn
}

func createDatabaseAs(t testing.TB, admin, template string) (dsn, name string) {
	t.Helper()
	name = freshName()
	run(t, admin, "create database "+name+" template "+template)
	t.Cleanup(func() { run(t, admin, "drop database if exists "+name+" with (force)") })
	return withDatabase(t, admin, name), name
}

func freshName() string {
	b := make([]byte, 8)
	rand.Read(b)
	return "heed_test_" + hex.EncodeToString(b)
}

func run(t testing.TB, dsn, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connect to the test server: %v", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func withDatabase(t testing.TB, dsn, name string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal("HEED_TEST_POSTGRES is not an address such as postgres://user@host/postgres")
	}
	u.Path = "/" + name
	return u.String()
}

func digest(t testing.TB, migrations []fs.FS) string {
	t.Helper()
	h := sha256.New()
	for _, m := range migrations {
		names, err := fs.Glob(m, "migrations/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(names)
		for _, n := range names {
			text, err := fs.ReadFile(m, n)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "%s %d\n%s", n, len(text), text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
