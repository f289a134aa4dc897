package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"heed/internal/store"
	"heed/internal/store/storetest"
)

const crashStart = "HEED_TEST_CRASH_START"

// manyChanges are enough migrations that a kill falls between them.
func manyChanges() map[string]string {
	all := map[string]string{}
	for i := range 20 {
		all[fmt.Sprintf("%04d_change.sql", 201+i)] = fmt.Sprintf("create table change_%d (seq SERIALKEY, n bigint not "+
			"null);\ninsert into change_%d (n) values (1), (2);", i, i)
	}
	return all
}

var counted = store.Projection{
	Name: "counted", Version: 1, Schema: "create table counted_v1 (n bigint not null primary key);",
	Replay: func(ctx context.Context, s *store.Store) error {
		for i := range 50 {
			err := s.Do(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec("insert into counted_v1 (n) values ($1)", i)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	},
}

// startChild opens a store, brings it up to date and ends.
func startChild() {
	s, err := store.Open(bg, store.Options{Path: os.Getenv(crashPath), URL: os.Getenv(crashURL),
		ReserveBytes: storetest.Reserve, Migrations: storetest.Changes(manyChanges())})
	if err == nil {
		err = s.EnsureProjections(bg, counted)
	}
	if err != nil {
		fmt.Println("start:", err)
		os.Exit(1)
	}
}

// TestKilledWhileStarting is promise D4 for the store: killed while it makes its
// tables and replays, and killed again while it recovers from that.
func TestKilledWhileStarting(t *testing.T) {
	places(t, func(t *testing.T, where store.Options) {
		exe, err := os.Executable()
		must(t, err)
		killed, wait := 0, 2*time.Millisecond
		for range storetest.Rounds(18) {
			child := exec.Command(exe, "-test.run=^$")
			child.Env = append(os.Environ(), crashStart+"=1", crashPath+"="+where.Path, crashURL+"="+where.URL)
			must(t, child.Start())
			// Later and later, so that each start gets further than the one before; in steps
			// that meet a machine that starts in 10 ms as well as one that takes a second.
			wait += wait/4 + rand.N(wait/2)
			kill := time.AfterFunc(wait, func() { _ = child.Process.Kill() })
			if child.Wait() != nil {
				killed++
				if child.ProcessState.Exited() {
					t.Errorf("a start after a kill was refused (run it by hand to see why)")
				}
			}
			kill.Stop()
		}
		t.Logf("killed %d times", killed)
		if killed == 0 {
			t.Error("no start was killed")
		}
		where.Migrations = storetest.Changes(manyChanges())
		s := storetest.Open(t, where)
		must(t, s.EnsureProjections(bg, counted))
		must(t, s.View(bg, func(tx *store.Tx) error {
			var rows, changes int
			if err := tx.QueryRow("select count(*) from counted_v1").Scan(&rows); err != nil {
				return err
			}
			for i := range 20 {
				var n int
				if err := tx.QueryRow(fmt.Sprintf("select count(*) from change_%d", i)).Scan(&n); err != nil {
					return err
				}
				changes += n
			}
			if rows != 50 || changes != 40 {
				t.Errorf("%d rows of a projection of 50, %d rows of changes of 40", rows, changes)
			}
			return nil
		}))
	})
}
