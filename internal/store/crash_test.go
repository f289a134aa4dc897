package store_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

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
		ReserveBytes: storetest.Reserve, Migrations: storetest.Bodies})
	if err != nil {
		fmt.Println("open:", err)
		return
	}
	k := &storetest.Kept{Store: s}
	k.Next.Store(round * 1_000_000_000)
	var out sync.Mutex
	for range 64 {
		go func() {
			for {
				n, err := k.Number(k.Write, 500)
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
	if lost := storetest.Missing(t, s, acknowledged); lost != 0 {
		t.Errorf("%d acknowledged units are lost", lost)
	}
}

// TestKilledSQLite is promise D1 for the store: kill -9 twenty times under 64 writers.
// (A killed process is not a power cut: the system still has what was written.)
func TestKilledSQLite(t *testing.T) {
	where := store.Options{Path: t.TempDir(), ReserveBytes: storetest.Reserve, Migrations: storetest.Bodies}
	var acknowledged []int64
	for round := range storetest.Rounds(20) {
		acknowledged = append(acknowledged, crash(t, round+1, where)...)
	}
	once(t, storetest.Open(t, where), acknowledged)
	storetest.Integrity(t, where.Path)
}

func TestKilledClientOfPostgres(t *testing.T) {
	where := store.Options{URL: storetest.Postgres(t), Migrations: storetest.Bodies}
	var acknowledged []int64
	for round := range storetest.Rounds(20) {
		acknowledged = append(acknowledged, crash(t, round+1, where)...)
	}
	once(t, storetest.Open(t, where), acknowledged)
}

// TestTwoProcessesOnOneFolder: a command beside a running server waits its turn.
func TestTwoProcessesOnOneFolder(t *testing.T) {
	where := store.Options{Path: t.TempDir(), ReserveBytes: storetest.Reserve, Migrations: storetest.Bodies}
	k := &storetest.Kept{Store: storetest.Open(t, where)}
	k.Next.Store(7_000_000_000)
	done := make(chan []int64)
	go func() { done <- crash(t, 1, where) }()
	var theirs []int64
	for theirs == nil {
		select {
		case theirs = <-done:
		default:
			must(t, k.Put(k.Write, 500))
		}
	}
	once(t, k.Store, append(theirs, k.Yes...))
}
