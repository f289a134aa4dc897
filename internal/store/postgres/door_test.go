package postgres_test

import (
	"context"
	"database/sql"
	"testing"

	"heed/internal/heedtest/world"
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

// opens is what an opening comes to.
func opens(o store.Options) error {
	s, err := store.Open(bg, o)
	if err == nil {
		err = s.Close()
	}
	return err
}

func raw(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func fresh(t *testing.T) (store.Options, *sql.DB) {
	url := storetest.Postgres(t)
	return store.Options{URL: url, Migrations: world.Migrations()}, raw(t, url)
}
