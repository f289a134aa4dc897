package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestMain lets this test program be the worker that gets killed.
func TestMain(m *testing.M) {
	if at := os.Getenv("HEED_TEST_WORKER"); at != "" {
		os.Exit(worker(at))
	}
	os.Exit(m.Run())
}

// worker opens the store at a folder or an address and works until it is killed.
func worker(at string) int {
	o := store.Options{Path: at, Migrations: migrations, ReserveBytes: storetest.Reserve}
	if at[0] != '/' {
		o.Path, o.URL = "", at
	}
	ctx := context.Background()
	s, err := store.Open(ctx, o)
	if err != nil {
		fmt.Println("open:", err)
		return 1
	}
	q := jobs.New(s, jobs.Options{})
	q.Handle("note", note)
	fmt.Println("working")
	if _, err := q.Work(ctx); err != nil {
		fmt.Println("work:", err)
		return 1
	}
	return 0
}

// start starts a worker and returns when it works.
func start(t *testing.T, at string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=none")
	cmd.Env = append(os.Environ(), "HEED_TEST_WORKER="+at)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "working\n" {
		t.Fatalf("worker: %q, %v", line, err)
	}
	return cmd
}

// Workers are killed with kill -9 at random moments; each job leaves its effect exactly once.
func TestKilledWorkersDoEachJobOnce(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killed(t, t.TempDir(), 1) })
	t.Run("postgres", func(t *testing.T) { killed(t, storetest.Postgres(t), 2) })
}

func killed(t *testing.T, at string, rivals int) {
	const all, kills = 3000, 12 // more than the workers can do before they are killed
	open := func() *store.Store {
		o := store.Options{Path: at, Migrations: migrations, ReserveBytes: storetest.Reserve}
		if at[0] != '/' {
			o.Path, o.URL = "", at
		}
		s, err := store.Open(context.Background(), o)
		must(t, err)
		return s
	}
	s := open()
	must(t, s.Do(context.Background(), func(tx *store.Tx) error {
		q := jobs.New(s, jobs.Options{})
		for i := range all {
			if err := q.Put(tx, jobs.Job{Name: fmt.Sprintf("job %04d", i), Kind: "note", Due: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, s.Close())
	died, before, pause := 0, 0, time.Millisecond
	for range kills {
		var workers []*exec.Cmd
		for range rivals {
			workers = append(workers, start(t, at))
		}
		time.Sleep(time.Duration(5+rand.IntN(40)) * pause)
		for _, w := range workers {
			must(t, w.Process.Kill())
			if w.Wait() != nil {
				died++
			}
		}
		s = open()
		if before = len(effectsOf(t, s)); before == 0 { // a slow machine: they had not begun
			pause *= 2
		}
		must(t, s.Close())
	}
	s = open()
	defer s.Close()
	// The leases of the dead run out: their jobs are taken up by shortening the wait, not by waiting two minutes.
	must(t, s.Do(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec("update job set next = due")
		return err
	}))
	q := jobs.New(s, jobs.Options{})
	q.Handle("note", note)
	_, err := q.Work(context.Background())
	must(t, err)
	got := effectsOf(t, s)
	slices.Sort(got)
	if len(got) != all || len(slices.Compact(got)) != all {
		t.Errorf("%d effects of %d jobs after %d kills", len(got), all, died)
	}
	if died < kills/2 || before == 0 || before == all {
		t.Errorf("the kills were idle: %d workers died, %d of %d jobs were done by then", died, before, all)
	}
	t.Logf("%d workers killed, %d of %d jobs done by then", died, before, all)
}
