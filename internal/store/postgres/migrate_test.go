package postgres_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/pressly/goose/v3/lock"

	"heed/internal/heedtest/world"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestAKilledMigrationIsWaitedFor: the session of a migration that was killed is still
// making a table when the next begins. The next has its table's sequence under its own name:
// by another the schema would be called changed. Seen to fail without the lock.
func TestAKilledMigrationIsWaitedFor(t *testing.T) {
	url := storetest.Postgres(t)
	db, err := sql.Open("pgx", url)
	must(t, err)
	defer db.Close()
	killed, err := db.Conn(bg)
	must(t, err)
	_, err = killed.ExecContext(bg, `select pg_advisory_lock($1)`, lock.DefaultLockID)
	must(t, err)
	_, err = killed.ExecContext(bg, `begin; create table entry (n bigint generated always as identity)`)
	must(t, err)
	time.AfterFunc(1500*time.Millisecond, func() { // the server notices that nobody is there
		_, _ = killed.ExecContext(bg, `rollback`)                        //nolint:errcheck // the test sees what came of it
		_, _ = killed.ExecContext(bg, `select pg_advisory_unlock_all()`) //nolint:errcheck // as above
	})
	s, err := store.Open(bg, store.Options{URL: url, Migrations: world.Migrations()})
	must(t, err)
	defer s.Close()
	defer killed.Close()
	var sequence string
	must(t, db.QueryRow(`select pg_get_serial_sequence('entry', 'n')`).Scan(&sequence))
	if sequence != "public.entry_n_seq" {
		t.Errorf("the sequence of entry is %s", sequence)
	}
}
