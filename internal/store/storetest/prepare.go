package storetest

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers, as the engines use them
	_ "modernc.org/sqlite"

	"heed/internal/clock"
	"heed/internal/store"
)

// Prepare checks that every SQL text means something to both engines: each is
// prepared, against these migrations, and not run. It is what a generator of queries
// would check, and reads the texts as they are written.
func Prepare(t *testing.T, migrations []fs.FS, texts ...string) {
	t.Helper()
	PrepareWith(t, migrations, nil, texts...)
}

// PrepareWith is Prepare where the tables of projections exist too.
func PrepareWith(t *testing.T, migrations []fs.FS, projections []store.Projection, texts ...string) {
	t.Helper()
	empty := make([]store.Projection, len(projections))
	for i, p := range projections {
		empty[i] = store.Projection{Name: p.Name, Version: p.Version, Schema: p.Schema}
	}
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		s := Open(t, store.Options{Path: dir, Migrations: migrations, Clock: clock.System{}})
		must(t, s.EnsureProjections(bg, empty...))
		prepareAll(t, "sqlite", filepath.Join(dir, "heed.db"), texts)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := migrated(t, migrations)
		s := Open(t, store.Options{URL: dsn, Migrations: migrations, Clock: clock.System{}})
		must(t, s.EnsureProjections(bg, empty...))
		prepareAll(t, "pgx", dsn, texts)
	})
}

func prepareAll(t *testing.T, driver, dsn string, texts []string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	must(t, err)
	defer db.Close()
	for _, text := range texts {
		stmt, err := db.PrepareContext(bg, text)
		if err != nil {
			t.Errorf("%v\n\t%s", err, text)
			continue
		}
		stmt.Close()
	}
}
