package store_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// The child of a crash test is this test program, started again with these set.
const (
	crashPath  = "HEED_TEST_CRASH_PATH"
	crashURL   = "HEED_TEST_CRASH_URL"
	crashRound = "HEED_TEST_CRASH_ROUND"
)

func TestMain(m *testing.M) {
	if os.Getenv(crashRound) != "" {
		crashChild()
		return
	}
	if os.Getenv(crashStart) != "" {
		startChild()
		return
	}
	os.Exit(m.Run())
}

// crashChild writes from 64 callers until it is killed, and tells on its standard
// output what was acknowledged, one number a line.
func crashChild() {
	round, err := strconv.ParseInt(os.Getenv(crashRound), 10, 64)
	if err != nil {
		panic(err)
	}
	s, err := store.Open(bg, store.Options{Path: os.Getenv(crashPath), URL: os.Getenv(crashURL),
		ReserveBytes: storetest.Reserve, Migrations: migrations(bodies)})
	if err != nil {
		fmt.Println("open:", err)
		return
	}
	k := &kept{Store: s}
	k.next.Store(round * 1_000_000_000)
	var out sync.Mutex
	for range 64 {
		go func() {
			for {
				n, err := k.number(k.write, 500)
				out.Lock()
				if err != nil {
					fmt.Println("error:", err)
				} else {
					fmt.Println(n)
				}
				out.Unlock()
			}
		}()
	}
	select {}
}

// crash runs a child until it has acknowledged something and then a random while,
// kills it with SIGKILL and gives what it had acknowledged.
func crash(t *testing.T, round int, where store.Options) (acknowledged []int64) {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	child := exec.Command(exe, "-test.run=^$")
	child.Env = append(os.Environ(), crashPath+"="+where.Path, crashURL+"="+where.URL, crashRound+"="+strconv.Itoa(round))
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	lines := bufio.NewScanner(out)
	first := true
	for lines.Scan() {
		n, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("the child says %q", lines.Text())
			continue
		}
		if first {
			first = false
			time.AfterFunc(time.Duration(rand.IntN(250))*time.Millisecond, func() { _ = child.Process.Kill() })
		}
		acknowledged = append(acknowledged, n)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if first {
		t.Fatal("the child acknowledged nothing")
	}
	return acknowledged
}

// once checks that every acknowledged unit is there once, and that every unit that
// is there, acknowledged or not, is whole.
func once(t *testing.T, s *store.Store, acknowledged []int64) {
	t.Helper()
	if lost := missing(t, s, acknowledged); lost != 0 {
		t.Errorf("%d acknowledged units are lost", lost)
	}
}

// missing is how many acknowledged units are not there, or not whole. None is there twice,
// and none by halves, acknowledged or not.
func missing(t *testing.T, s *store.Store, acknowledged []int64) (lost int) {
	t.Helper()
	found := map[int64]int{}
	must(t, s.View(bg, func(tx *store.Tx) error {
		all, err := store.All(tx, func(v *int64) []any { return []any{v} }, "select n from body")
		for _, n := range all {
			found[n]++
		}
		return err
	}))
	for _, n := range acknowledged {
		if found[n] < 2 {
			lost++
		}
	}
	odd := 0
	for _, rows := range found {
		if rows != 2 {
			odd++
		}
	}
	t.Logf("%d acknowledged, %d found, %d lost, %d doubled or not whole", len(acknowledged), len(found), lost, odd)
	if odd != 0 {
		t.Errorf("%d units are there twice, or not whole", odd)
	}
	return lost
}

// TestKilledSQLite is promise D1 for the store: kill -9 twenty times under 64 writers.
// (A killed process is not a power cut: the system still has what was written.)
func TestKilledSQLite(t *testing.T) {
	where := store.Options{Path: t.TempDir(), ReserveBytes: storetest.Reserve, Migrations: migrations(bodies)}
	var acknowledged []int64
	for round := range rounds(20) {
		acknowledged = append(acknowledged, crash(t, round+1, where)...)
	}
	once(t, storetest.Open(t, where), acknowledged)
	integrity(t, where.Path)
}

func TestKilledClientOfPostgres(t *testing.T) {
	where := store.Options{URL: storetest.Postgres(t), Migrations: migrations(bodies)}
	var acknowledged []int64
	for round := range rounds(20) {
		acknowledged = append(acknowledged, crash(t, round+1, where)...)
	}
	once(t, storetest.Open(t, where), acknowledged)
}

// rounds is fewer under -short.
func rounds(n int) int {
	if testing.Short() {
		return 3
	}
	return n
}

// TestKilledPostgres kills the server itself while 64 callers write. A caller whose
// commit was on its way is told fail.Unknown; for all others the answer is the truth.
func TestKilledPostgres(t *testing.T) {
	if os.Getenv("HEED_TEST_POSTGRES") == "skip" {
		t.Skip("HEED_TEST_POSTGRES=skip: not tested on PostgreSQL")
	}
	cluster, err := storetest.StartCluster()
	must(t, err)
	t.Cleanup(func() { must(t, cluster.Stop()) })
	k := &kept{Store: storetest.Open(t, store.Options{URL: cluster.DSN("postgres"), Migrations: migrations(bodies)})}

	var all sync.WaitGroup
	var over atomic.Bool
	defer func() { over.Store(true); all.Wait() }()
	for range 64 {
		all.Go(func() {
			for !over.Load() {
				if _, err := k.number(k.write, 500); err != nil {
					if !fail.Is(err, fail.Unknown) && !fail.Is(err, fail.Busy) {
						t.Errorf("while the server was killed: %v", err)
					}
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	for range rounds(4) {
		time.Sleep(time.Duration(200+rand.IntN(300)) * time.Millisecond)
		must(t, cluster.Kill())
		storetest.Within(t, 5*time.Second, "Ready says that the server is gone",
			func() bool { return fail.Is(k.Ready(bg), fail.Busy) })
		must(t, cluster.Restart())
		storetest.Within(t, 10*time.Second, "ready again", func() bool { return k.Ready(bg) == nil })
	}
	over.Store(true)
	all.Wait()
	k.verify(t)
	t.Logf("%d acknowledged, %d refused, %d not known", len(k.yes), len(k.no), len(k.unknown))
	once(t, k.Store, k.yes)
	t.Run("standby", func(t *testing.T) { cutShort(t, cluster.DSN("postgres"), k) })
}

// cutShort waits for a standby that never comes and has the wait ended: the server
// says done, or dies saying nothing. Neither is an acknowledgement (promise D13).
func cutShort(t *testing.T, dsn string, k *kept) {
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
		go func() { answer <- k.put(k.write, 10) }()
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

// TestTwoProcessesOnOneFolder: a command beside a running server waits its turn.
func TestTwoProcessesOnOneFolder(t *testing.T) {
	where := store.Options{Path: t.TempDir(), ReserveBytes: storetest.Reserve, Migrations: migrations(bodies)}
	k := &kept{Store: storetest.Open(t, where)}
	k.next.Store(7_000_000_000)
	done := make(chan []int64)
	go func() { done <- crash(t, 1, where) }()
	var theirs []int64
	for theirs == nil {
		select {
		case theirs = <-done:
		default:
			must(t, k.put(k.write, 500))
		}
	}
	once(t, k.Store, append(theirs, k.yes...))
}
