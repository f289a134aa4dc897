package postgres_test

import (
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heed/internal/fail"
	"heed/internal/store/engine"
	"heed/internal/store/postgres"
	"heed/internal/store/storetest"
)

// engineAt opens an engine with one table of its own.
func engineAt(t *testing.T, url string) *postgres.Engine {
	t.Helper()
	e, err := postgres.Open(bg, engine.Options{URL: url, Log: slog.New(slog.DiscardHandler)},
		func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, `create table kept (n bigint primary key)`)
			return err
		})
	must(t, err)
	t.Cleanup(func() { e.Close() })
	return e
}

// TestNoConnectionGrowsOld: each pool replaces its connections, so that what has changed
// behind the address is found.
func TestNoConnectionGrowsOld(t *testing.T) {
	all := engineAt(t, storetest.Postgres(t)).Lifetimes()
	if len(all) < 3 {
		t.Errorf("only %d pools were looked at", len(all))
	}
	for pool, age := range all {
		if age <= 0 || age > 30*time.Minute {
			t.Errorf("connections of %s are kept for %v (0: for ever)", pool, age)
		}
	}
}

// TestWhatOnlyANewerServerKnowsIsNotSet: an older one would refuse the connection.
func TestWhatOnlyANewerServerKnowsIsNotSet(t *testing.T) {
	for version, want := range map[string]bool{"15.18 (Debian 15.18-0+deb12u1)": false, "16.4": false, "17.2": true,
		"18beta1": true, "": false} {
		if got := slices.Contains(postgres.Known(version), "transaction_timeout"); got != want {
			t.Errorf("PostgreSQL %q: set: %t", version, got)
		}
	}
}

// TestACommitAnsweredByARollbackIsANo: work that goes on after a statement that failed is
// thrown away by the server, which answers its COMMIT with ROLLBACK and without an error.
// That nothing was kept is known, and the connection is used again.
func TestACommitAnsweredByARollbackIsANo(t *testing.T) {
	e := engineAt(t, storetest.Postgres(t))
	put := func(texts ...string) error {
		return e.Do(bg, func(ctx context.Context, on engine.Runner) (fault, err error) {
			for _, text := range texts {
				_, _ = on.Exec(ctx, text, nil) //nolint:errcheck // that is what is tried
			}
			return nil, nil
		}, false)
	}
	err := put(`insert into kept (n) values (1)`, `insert into kept (n) values (1)`)
	if !fail.Is(err, fail.Busy) || fail.Is(err, fail.Unknown) {
		t.Errorf("a commit that was answered by a rollback: %v", err)
	}
	must(t, put(`insert into kept (n) values (2)`))
	var n int
	must(t, e.View(bg, func(ctx context.Context, on engine.Runner) (fault, err error) {
		return nil, on.QueryRow(ctx, `select sum(n) from kept`, nil).Scan(&n)
	}))
	if n != 2 {
		t.Errorf("what was kept adds up to %d, want 2 alone", n)
	}
}

// TestAConnectionThatIsRefusedIsClosed: a server that may forget is asked again and again, and keeps no session of it.
// Seen to fail: each refused connection stayed with the server until memory was tidied up, 40 of its 100.
func TestAConnectionThatIsRefusedIsClosed(t *testing.T) {
	dsn := storetest.Postgres(t)
	e := engineAt(t, dsn)
	admin, err := pgx.Connect(bg, dsn)
	must(t, err)
	defer admin.Close(bg)
	say(t, dsn, "alter database "+database(t, dsn)+" set synchronous_commit = off")
	_, err = admin.Exec(bg, endOthers)
	must(t, err)
	refused := 0
	for range 40 {
		err := e.View(bg, func(context.Context, engine.Runner) (_, err error) { return nil, nil })
		if fail.Is(err, fail.Conflict) {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("the control failed: nothing was refused")
	}
	storetest.Within(t, 5*time.Second, "the server has no session of what was refused", func() bool {
		var n int
		must(t, admin.QueryRow(bg, "select count(*) from pg_stat_activity where datname = current_database() "+
			"and pid <> pg_backend_pid()").Scan(&n))
		return n < 3
	})
}
