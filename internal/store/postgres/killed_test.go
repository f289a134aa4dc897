package postgres_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/postgres"
	"heed/internal/store/storetest"
)

// TestKilledPostgres kills the server itself while 64 callers write. A caller whose
// commit was on its way is told fail.Unknown; for all others the answer is the truth.
func TestKilledPostgres(t *testing.T) {
	if os.Getenv("HEED_TEST_POSTGRES") == "skip" {
		t.Skip("HEED_TEST_POSTGRES=skip: not tested on PostgreSQL")
	}
	cluster, err := storetest.StartCluster()
	must(t, err)
	t.Cleanup(func() { must(t, cluster.Stop()) })
	k := &storetest.Kept{Store: storetest.Open(t, store.Options{URL: cluster.DSN("postgres"),
		Migrations: storetest.Bodies})}

	var all sync.WaitGroup
	var over atomic.Bool
	defer func() { over.Store(true); all.Wait() }()
	for range 64 {
		all.Go(func() {
			for !over.Load() {
				if _, err := k.Number(k.Write, 500); err != nil {
					if !fail.Is(err, fail.Unknown) && !fail.Is(err, fail.Busy) {
						t.Errorf("while the server was killed: %v", err)
					}
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	for range storetest.Rounds(4) {
		time.Sleep(time.Duration(200+rand.IntN(300)) * time.Millisecond)
		must(t, cluster.Kill())
		storetest.Within(t, 5*time.Second, "Ready says that the server is gone",
			func() bool { return fail.Is(k.Ready(bg), fail.Busy) })
		must(t, cluster.Restart())
		storetest.Within(t, 10*time.Second, "ready again", func() bool { return k.Ready(bg) == nil })
	}
	over.Store(true)
	all.Wait()
	k.Verify(t)
	t.Logf("%d acknowledged, %d refused, %d not known", len(k.Yes), len(k.No), len(k.Unknown))
	if lost := storetest.Missing(t, k.Store, k.Yes); lost > 0 {
		t.Errorf("%d acknowledged units are lost", lost)
	}
	t.Run("standby", func(t *testing.T) { cutShort(t, cluster.DSN("postgres"), k) })
}

// cutShort waits for a standby that never comes and has the wait ended: the server
// says done, or dies saying nothing. Neither is an acknowledgement (promise D13).
func cutShort(t *testing.T, dsn string, k *storetest.Kept) {
	admin, err := pgx.Connect(bg, dsn)
	must(t, err)
	defer admin.Close(bg)
	for _, text := range []string{"alter system set synchronous_standby_names='nobody'", "select pg_reload_conf()"} {
		_, err := admin.Exec(bg, text)
		must(t, err)
	}
	time.Sleep(100 * time.Millisecond)
	for _, end := range []string{"pg_cancel_backend", "pg_terminate_backend"} {
		answer := make(chan error, 1)
		go func() { answer <- k.Put(k.Write, 10) }()
		ended := 0
		for ended == 0 {
			must(t, admin.QueryRow(bg, "select count("+end+"(pid)) from pg_stat_activity where wait_event='SyncRep'").
				Scan(&ended))
			time.Sleep(5 * time.Millisecond)
		}
		if err := <-answer; !fail.Is(err, fail.Unknown) {
			t.Errorf("after %s: %v", end, err)
		}
	}
}

// TestTurnIsLostWithItsConnection: whoever cannot be reached any more has no turn.
func TestTurnIsLostWithItsConnection(t *testing.T) {
	dsn := storetest.Postgres(t)
	s := storetest.Open(t, store.Options{URL: dsn})
	ran, err := s.Exclusive(bg, "turn", func(ctx context.Context) error {
		say(t, dsn, endOthers)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(10 * time.Second):
			return errors.New("the turn went on without its lock")
		}
	})
	if !ran || err != nil {
		t.Error(ran, err)
	}
}

// TestAServerThatGoesWhileItIsAsked: a new connection is gone between two questions, which is no fault of what
// the server has. Seen to fail: it was told as an error that nobody knows.
func TestAServerThatGoesWhileItIsAsked(t *testing.T) {
	c, err := pgx.Connect(bg, storetest.Postgres(t))
	must(t, err)
	must(t, c.Close(bg))
	if err := postgres.MakeReady(bg, c); !fail.Is(err, fail.Busy) {
		t.Errorf("told as %v", err)
	}
}
