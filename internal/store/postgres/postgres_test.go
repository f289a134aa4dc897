package postgres_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

func say(t *testing.T, dsn string, texts ...string) {
	t.Helper()
	c, err := pgx.Connect(bg, dsn)
	must(t, err)
	defer c.Close(bg)
	for _, text := range texts {
		_, err := c.Exec(bg, text)
		must(t, err)
	}
}

func database(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	return strings.TrimPrefix(u.Path, "/")
}

const endOthers = "select pg_terminate_backend(pid) from pg_stat_activity where datname=current_database() and " +
	"pid<>pg_backend_pid()"

// TestPostgresThatForgetsIsNotUsed: a real server, set to acknowledge before it writes.
func TestPostgresThatForgetsIsNotUsed(t *testing.T) {
	dsn := storetest.Postgres(t)
	name := database(t, dsn)
	for _, value := range []string{"off", "local", "remote_write"} {
		say(t, dsn, "alter database "+name+" set synchronous_commit="+value)
		if err := opens(store.Options{URL: dsn}); !fail.Is(err, fail.Conflict) ||
			!strings.Contains(fail.Words(err), "synchronous_commit is "+value) {
			t.Errorf("synchronous_commit %s: %v", value, err)
		}
	}
	say(t, dsn, "alter database "+name+" reset synchronous_commit")
	s := storetest.Open(t, store.Options{URL: dsn})
	must(t, s.Ready(bg))
	// Changed under a running Heed: its next connections refuse.
	say(t, dsn, "alter database "+name+" set synchronous_commit=off", endOthers)
	storetest.Within(t, 5*time.Second, "work is refused", func() bool {
		return s.Do(bg, func(*store.Tx) error { return nil }) != nil
	})
	say(t, dsn, "alter database "+name+" reset synchronous_commit")
	storetest.Within(t, 5*time.Second, "work goes on", func() bool {
		return s.Do(bg, func(*store.Tx) error { return nil }) == nil
	})
}

// TestPostgresThatTakesNoWrites: as a standby, or a database that its operator has closed for changes.
func TestPostgresThatTakesNoWrites(t *testing.T) {
	dsn := storetest.Postgres(t)
	name := database(t, dsn)
	s := storetest.Open(t, store.Options{URL: dsn})
	say(t, dsn, "alter database "+name+" set default_transaction_read_only=on", endOthers)
	storetest.Within(t, 5*time.Second, "Ready says read-only", func() bool { return fail.Is(s.Ready(bg), fail.ReadOnly) })
	must(t, s.View(bg, func(tx *store.Tx) error { return tx.QueryRow("select 1").Scan(new(int)) }))
	say(t, dsn, "set default_transaction_read_only=off", "alter database "+name+" reset default_transaction_read_only",
		endOthers)
	storetest.Within(t, 5*time.Second, "Ready says ready", func() bool { return s.Ready(bg) == nil })
}
