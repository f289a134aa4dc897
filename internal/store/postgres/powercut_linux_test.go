package postgres_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/store/storetest/lossy"
)

// atLeast is how many units are acknowledged between two cuts: a cut before that proves little.
const atLeast = 100

// TestPowerCutOfPostgres is promises D2 and D3 on PostgreSQL: its server has its data on a
// disk of which a power cut leaves what was synced, and of the rest nothing, or sectors,
// lengths and names at random. All that was acknowledged is there, once, and nothing is
// said to be altered. The control shows that the test would find a server that
// acknowledges before it syncs: its units have that done behind Heed's back.
func TestPowerCutOfPostgres(t *testing.T) {
	if os.Getenv("HEED_TEST_POSTGRES") == "skip" {
		t.Skip("HEED_TEST_POSTGRES=skip: not tested on PostgreSQL")
	}
	disk := lossy.Mount(t)
	server, err := storetest.StartClusterOn(filepath.Join(disk.Path, "data"), "min_wal_size=2MB", "max_wal_size=8MB")
	must(t, err)
	t.Cleanup(func() { must(t, server.Stop()) })
	s := storetest.Open(t, store.Options{URL: server.DSN("postgres"), Migrations: storetest.Bodies})
	admin := raw(t, server.DSN("postgres"))
	disk.Settle()
	for i, c := range []struct {
		name    string
		chance  float64
		forgets bool
	}{{"everything gone", 0, false}, {"torn", 0.5, false}, {"control", 0, true}} {
		t.Run(c.name, func(t *testing.T) {
			k := &storetest.Kept{Store: s}
			k.Next.Store(int64(i) * 1_000_000_000)
			write := k.Write
			if c.forgets {
				write = func(fn func(*store.Tx) error) error { return k.Do(bg, forgetting(fn)) }
			}
			r, lost, cuts := rand.New(rand.NewPCG(3, uint64(i))), 0, storetest.Rounds(5)
			for range cuts {
				left, acknowledged := cutAtWork(t, k, disk, admin, write, c.chance, r)
				lost += lostInCut(t, left, acknowledged)
				must(t, os.RemoveAll(left))
			}
			if (lost > 0) != c.forgets || len(k.Yes) < atLeast*cuts {
				t.Errorf("of %d acknowledged units %d were lost in %d cuts", len(k.Yes), lost, cuts)
			}
		})
	}
}

// forgetting is a unit for which the server does not wait for the disk.
func forgetting(fn func(*store.Tx) error) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		if _, err := tx.Exec(`select set_config('synchronous_commit', 'off', true)`); err != nil {
			return err
		}
		return fn(tx)
	}
}

// cutAtWork cuts the power while callers write and the server writes its pages out and
// begins its log anew.
func cutAtWork(t *testing.T, k *storetest.Kept, disk *lossy.Disk, admin *sql.DB,
	write func(func(*store.Tx) error) error, chance float64, r *rand.Rand) (left string, acknowledged []int64) {
	t.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	until := func(work func() error) {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := work(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 8 {
		until(func() error { return k.Put(write, 700) })
	}
	until(func() error {
		_, err := admin.Exec("checkpoint; select pg_sleep(0.05); select pg_switch_wal()")
		return err
	})
	before, late := len(k.Acknowledged()), time.Now().Add(time.Minute)
	for time.Sleep(time.Duration(150+r.IntN(300)) * time.Millisecond); ; time.Sleep(50 * time.Millisecond) {
		acknowledged = k.Acknowledged()
		if len(acknowledged) >= before+atLeast || time.Now().After(late) { // a slow machine has a minute
			break
		}
	}
	left = disk.Cut(t, chance, r)
	close(stop)
	all.Wait()
	return left, acknowledged
}

// lostInCut starts a server and a store on what a cut left, and counts what is lost.
func lostInCut(t *testing.T, left string, acknowledged []int64) (lost int) {
	t.Helper()
	server, err := storetest.StartClusterOn(filepath.Join(left, "data"))
	must(t, err)
	defer server.Stop()
	s, err := store.Open(bg, store.Options{URL: server.DSN("postgres"), Migrations: storetest.Bodies})
	must(t, err)
	defer s.Close()
	must(t, s.Sound(bg, store.Schema{Migrations: storetest.Bodies}))
	astray, err := s.Indexes(bg, func(time.Duration) {})
	must(t, err)
	if len(astray) > 0 {
		t.Errorf("said to be altered: %v", astray)
	}
	return storetest.Missing(t, s, acknowledged)
}
