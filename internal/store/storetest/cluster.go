package storetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a PostgreSQL server in a temporary folder. A small shell beside it
// waits on a pipe from this process: when the tests end, however they end, it stops
// the server and removes the folder.
type Cluster struct {
	dir  string // holds data, the socket and the log
	disk string // where data lies instead, if it is given
	bin  string
	who  *syscall.Credential
	more []string

	mu    sync.Mutex
	alive io.Closer // guarded by mu: closing it ends the server
	shell *exec.Cmd // guarded by mu
}

// keeper starts a server with all arguments but the first two, its folder and the signal
// that stops it. It ends with its standard input.
const keeper = `dir=$1 stop=$2; shift 2
"$@" & server=$!
echo $server > "$dir/server"
cat > /dev/null
kill -$stop $server 2> /dev/null
wait $server
rm -rf "$dir"`

// StartCluster makes and starts a server; settings are as for postgres -c.
func StartCluster(settings ...string) (*Cluster, error) { return StartClusterOn("", settings...) }

// StartClusterOn is StartCluster with its data in a folder that its user can reach: made
// there, or taken up as a power cut has left them.
func StartClusterOn(disk string, settings ...string) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, disk: disk, more: settings}
	if c.dir, err = os.MkdirTemp("", "heedpg"); err != nil {
		return nil, fmt.Errorf("make folder for PostgreSQL: %w", err)
	}
	if os.Geteuid() == 0 { // initdb refuses root
		if c.who, err = somebody(); err != nil {
			return nil, err
		}
		if err := os.Chown(c.dir, int(c.who.Uid), int(c.who.Gid)); err != nil {
			return nil, fmt.Errorf("give folder to another user: %w", err)
		}
	}
	if _, err := os.Stat(filepath.Join(c.data(), "PG_VERSION")); err == nil {
		// The machine that held the lock has no power: its number may be another process's by now.
		if err := os.Remove(filepath.Join(c.data(), "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("take up data: %w", err)
		}
		return c, c.Start()
	}
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", c.data(), "-U", "heed", "-A", "trust", "-E", "UTF8",
		"--no-locale", "--no-sync", "--no-instructions")
	if disk != "" { // pieces of the log that end soon, so that a cut comes upon many an end
		init.Args = append(init.Args, "--wal-segsize=1")
	}
	c.as(init)
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return c, c.Start()
}

func (c *Cluster) data() string { return cmp.Or(c.disk, filepath.Join(c.dir, "data")) }

// as runs a command as the cluster's user, in a place that user can read.
func (c *Cluster) as(cmd *exec.Cmd) {
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.who, Setpgid: true}
}

// Start starts a server that was made, or that was killed.
func (c *Cluster) Start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	args := []string{"-c", keeper, "keeper", c.dir, "INT", filepath.Join(c.bin, "postgres"), "-D", c.data(), "-k", c.dir,
		"-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "fsync=on"}
	for _, s := range c.more {
		args = append(args, "-c", s)
	}
	cmd := exec.Command("sh", args...)
	c.as(cmd)
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("make log: %w", err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if c.alive, err = cmd.StdinPipe(); err != nil {
		return fmt.Errorf("make pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.shell = cmd
	return c.wait(30 * time.Second)
}

func (c *Cluster) wait(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.DSN("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("PostgreSQL does not start: %w: %s", err, bytes.TrimSpace(log))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// PID is the postmaster.
func (c *Cluster) PID() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, "server"))
	if err != nil {
		return 0, fmt.Errorf("find server: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("find server: %w", err)
	}
	return pid, nil
}

// Kill ends the server as a crash does: the postmaster and its children get SIGKILL.
func (c *Cluster) Kill() error {
	pid, err := c.PID()
	if err != nil {
		return err
	}
	family := []int{pid}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, f := range strings.Fields(string(children)) {
		if child, err := strconv.Atoi(f); err == nil {
			family = append(family, child)
		}
	}
	for _, p := range family {
		if err := syscall.Kill(p, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("kill server: %w", err)
		}
	}
	for _, p := range family {
		for range 500 {
			if dead(p) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	// Nobody is left that the lock could mean; a process not yet collected would
	// make the next server think otherwise.
	return os.Remove(filepath.Join(c.data(), "postmaster.pid"))
}

// dead says that a process has ended, collected by its parent or not.
func dead(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, found := strings.Cut(string(stat), ") ")
	return err != nil || !found || strings.HasPrefix(after, "Z") || strings.HasPrefix(after, "X")
}

// Restart starts a killed server again: recovery and the normal start are one.
func (c *Cluster) Restart() error {
	c.mu.Lock()
	shell := c.shell
	c.mu.Unlock()
	// The old keeper must not remove the folder: it is ended before its pipe is.
	err := syscall.Kill(-shell.Process.Pid, syscall.SIGKILL)
	_ = shell.Wait()
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return c.Start()
}

// Stop ends the server and waits until its folder is gone.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.alive.Close()
	_ = c.shell.Wait()
	return err
}

// DSN is the address of a database of this cluster.
func (c *Cluster) DSN(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("heed"), Path: "/" + database,
		RawQuery: url.Values{"host": {c.dir}, "sslmode": {"disable"}}.Encode()}).String()
}

// binaries is the folder of the newest PostgreSQL installed.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) + strings.Compare(b, a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		if lies, err := filepath.EvalSymlinks(path); err == nil { // its neighbours are where it is
			path = lies
		}
		found = slices.Insert(found, 0, path)
	}
	for _, f := range found {
		dir := filepath.Dir(f)
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("PostgreSQL is not installed, and every test runs on it too: install the Debian package " +
		"postgresql (apt-get install postgresql), or name a server in HEED_TEST_POSTGRES, or set HEED_TEST_POSTGRES=skip")
}

// Standby makes a server that follows this one, from a copy of its folder. It reads,
// and takes no writes before it is promoted.
func (c *Cluster) Standby() (*Cluster, error) {
	s := &Cluster{bin: c.bin, who: c.who, more: c.more}
	var err error
	if s.dir, err = os.MkdirTemp("", "heedpg"); err != nil {
		return nil, fmt.Errorf("make folder for a standby: %w", err)
	}
	if c.who != nil {
		if err := os.Chown(s.dir, int(c.who.Uid), int(c.who.Gid)); err != nil {
			return nil, fmt.Errorf("give folder to another user: %w", err)
		}
	}
	base := exec.Command(filepath.Join(c.bin, "pg_basebackup"), "-h", c.dir, "-U", "heed", "-D", s.data(), "-R", "-c",
		"fast", "--no-sync")
	s.as(base)
	if out, err := base.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("copy the primary: %w: %s", err, out)
	}
	return s, s.Start()
}

// Demote has a server that is not running come back as a standby.
func (c *Cluster) Demote() error {
	return os.WriteFile(filepath.Join(c.data(), "standby.signal"), nil, 0o644)
}
