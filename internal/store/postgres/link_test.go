package postgres_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// TestAPoolerThatSharesSessionsIsRefused: PgBouncer as Debian ships it. In transaction
// mode locks of a session stay behind on a session that somebody else gets; in session
// mode all of Heed works.
func TestAPoolerThatSharesSessionsIsRefused(t *testing.T) {
	dsn := storetest.Postgres(t)
	for range 3 { // the same answer each time, whatever sessions it has open
		err := opens(store.Options{URL: storetest.Pooler(t, dsn, "transaction")})
		if !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "PgBouncer") {
			t.Fatalf("in transaction mode: %v", err)
		}
	}
	storetest.Exercise(t, storetest.Open(t, store.Options{URL: storetest.Pooler(t, dsn, "session")}))
}

// pinned: synchronous_commit, changed under a running Heed, changes nothing on the
// connections that Heed has, and is found when Heed asks again.
func pinned(t *testing.T, dsn string) {
	s := storetest.Open(t, store.Options{URL: dsn})
	asked := func() (value string) {
		must(t, s.Do(bg, func(tx *store.Tx) error {
			return tx.QueryRow("select current_setting('synchronous_commit')").Scan(&value)
		}))
		return value
	}
	if v := asked(); v != "on" {
		t.Fatalf("synchronous_commit is %s", v)
	}
	must(t, s.Sound(bg, store.Schema{}))
	say(t, dsn, "alter system set synchronous_commit=off", "select pg_reload_conf()")
	storetest.Within(t, 5*time.Second, "asked again, it is found",
		func() bool { return fail.Is(s.Sound(bg, store.Schema{}), fail.Conflict) })
	if v := asked(); v != "on" {
		t.Errorf("on a connection of Heed's synchronous_commit became %s", v)
	}
	say(t, dsn, "alter system reset synchronous_commit", "select pg_reload_conf()")
}

// proxy stands between Heed and PostgreSQL and can stop passing anything on, without
// breaking a connection.
type proxy struct {
	net.Listener
	frozen atomic.Bool
}

func between(t *testing.T, dsn string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	q := u.Query()
	socket := filepath.Join(q.Get("host"), ".s.PGSQL.5432")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(c, socket)
		}
	}()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	q.Set("host", host)
	q.Set("port", port)
	u.RawQuery = q.Encode()
	return p, u.String()
}

func (p *proxy) pass(c net.Conn, socket string) {
	defer c.Close()
	s, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer s.Close()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{c, s}, {s, c}} {
		both.Go(func() {
			defer way[1].Close()
			b := make([]byte, 32<<10)
			for {
				n, err := way[0].Read(b)
				for p.frozen.Load() {
					time.Sleep(10 * time.Millisecond)
				}
				if _, werr := way[1].Write(b[:n]); errors.Join(err, werr) != nil && err != io.EOF || err != nil {
					return
				}
			}
		})
	}
	both.Wait()
}

// TestAFrozenLinkHoldsNobody: the link stands still and does not break. Everybody is
// answered in words, whoever is at the commit that nobody knows; and it goes on by itself.
func TestAFrozenLinkHoldsNobody(t *testing.T) {
	dsn := storetest.Postgres(t)
	u, err := url.Parse(dsn)
	must(t, err)
	if _, err := os.Stat(u.Query().Get("host")); err != nil {
		t.Skip("only before a server that the tests started")
	}
	p, through := between(t, dsn)
	s := storetest.Open(t, store.Options{URL: through, Silence: time.Second})
	watch := clock.Stopwatch()
	atCommit := s.Do(bg, func(tx *store.Tx) error {
		_, err := tx.Exec("update store_probe set at = 1 where id = 1")
		p.frozen.Store(true)
		return err
	})
	if !fail.Is(atCommit, fail.Unknown) {
		t.Errorf("frozen at the commit: %v", atCommit)
	}
	var all sync.WaitGroup
	for i := range 24 { // more than there are connections
		all.Go(func() {
			var err error
			if i%2 == 0 {
				err = s.Do(bg, func(tx *store.Tx) error { return tx.QueryRow("select 1").Scan(new(int)) })
			} else {
				err = s.View(bg, func(tx *store.Tx) error { return tx.QueryRow("select 1").Scan(new(int)) })
			}
			if !fail.Is(err, fail.Busy) {
				t.Errorf("frozen in a statement: %v", err)
			}
		})
	}
	all.Wait()
	if took := watch(); took > 90*time.Second {
		t.Errorf("answered after %v", took)
	}
	p.frozen.Store(false)
	storetest.Within(t, 20*time.Second, "work goes on",
		func() bool { return s.Do(bg, func(*store.Tx) error { return nil }) == nil })
}

// TestAServerThatChanges: its settings, and who it is. The primary dies, its standby leads, and the old one comes back
// as a
// standby. Heed finds who leads by itself, whatever host is named first.
func TestAServerThatChanges(t *testing.T) {
	one, err := storetest.StartCluster()
	must(t, err)
	defer one.Stop()
	t.Run("synchronous_commit is pinned", func(t *testing.T) { pinned(t, one.DSN("postgres")) })
	two, err := one.Standby()
	must(t, err)
	defer two.Stop()
	address := strings.Replace(one.DSN("postgres"), "host=", "host="+url.QueryEscape(host(t, two)+","), 1)
	for _, more := range []string{"", "&target_session_attrs=read-write"} {
		s := storetest.Open(t, store.Options{URL: address + more})
		must(t, s.Ready(bg))
		must(t, s.Close())
	}
	if err := opens(store.Options{URL: two.DSN("postgres")}); !fail.Is(err, fail.ReadOnly) ||
		!strings.Contains(fail.Words(err), "standby") {
		t.Errorf("on a standby alone: %v", err)
	}
	s := storetest.Open(t, store.Options{URL: address})
	must(t, one.Kill())
	say(t, two.DSN("postgres"), "select pg_promote()")
	must(t, one.Demote())
	must(t, one.Restart())
	storetest.Within(t, 20*time.Second, "saving works at the new primary", func() bool {
		return s.Do(bg, func(tx *store.Tx) error {
			_, err := tx.Exec("update store_probe set at = 2 where id = 1")
			return err
		}) == nil
	})
	must(t, s.Ready(bg))
}

func host(t *testing.T, c *storetest.Cluster) string {
	t.Helper()
	u, err := url.Parse(c.DSN("postgres"))
	must(t, err)
	return u.Query().Get("host")
}
