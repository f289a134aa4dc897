package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Pooler starts PgBouncer, as Debian ships it, before a database of the test server
// and gives the address of that database behind it. Mode is its pool_mode; with names
// of settings it lets them pass unheard, as its manual advises.
func Pooler(t testing.TB, dsn, mode string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if program = "/usr/sbin/pgbouncer"; exists(program) != nil {
			t.Skip("PgBouncer is not installed: apt-get install pgbouncer")
		}
	}
	server.Lock()
	c := server.cluster
	server.Unlock()
	if c == nil {
		t.Skip("only beside a server that the tests started")
	}
	dir, err := os.MkdirTemp(c.dir, "pool")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	if c.who != nil {
		must(t, os.Chown(dir, int(c.who.Uid), int(c.who.Gid)))
	}
	u, err := url.Parse(dsn)
	must(t, err)
	ini := filepath.Join(dir, "pgbouncer.ini")
	must(t, os.WriteFile(ini, fmt.Appendf(nil, `[databases]
* = host=%s user=heed
[pgbouncer]
listen_addr =
unix_socket_dir = %s
listen_port = 6432
auth_type = any
pool_mode = %s
default_pool_size = 60
logfile = %s/log
pidfile = %s/pid
`, c.dir, dir, mode, dir, dir), 0o644))
	cmd := exec.Command("sh", "-c", keeper, "keeper", dir, "TERM", program, ini)
	c.as(cmd)
	alive, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = alive.Close(); _ = cmd.Wait() })
	behind := (&url.URL{Scheme: "postgres", User: url.User("heed"), Path: u.Path,
		RawQuery: url.Values{"host": {dir}, "port": {"6432"}, "sslmode": {"disable"}}.Encode()}).String()
	for range 100 {
		conn, err := pgx.Connect(context.Background(), behind)
		if err == nil {
			must(t, conn.Close(context.Background()))
			return behind
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	t.Fatalf("PgBouncer does not start: %s", log)
	return ""
}

func exists(path string) error {
	_, err := os.Stat(path)
	return err
}
