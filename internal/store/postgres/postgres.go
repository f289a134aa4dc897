// Package postgres is the engine for a PostgreSQL server.
//
// What it keeps true:
//   - Units run side by side; row locks and unique constraints carry every invariant, not
//     the isolation level. What met a deadlock or a lost server is run again (unit.go).
//   - A commit whose answer was lost is fail.Unknown, and never an acknowledgement.
//   - Each connection is made ready and checked before it is used (session.go): it is one
//     session of a server that keeps what it acknowledges, in Heed's own schema.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
	writeConns = 10
	readConns  = 16
	idleConn   = time.Minute // a reader that nobody has needed for so long is closed
	maxAge     = 10 * time.Minute

	connectWithin = 5 * time.Second
	silence       = 20 * time.Second // longer than a lock or a statement is waited for
)

// Engine is an open database.
type Engine struct {
	log      *slog.Logger
	uptime   func() time.Duration
	readOnly bool

	writeDB *sql.DB
	readDB  *sql.DB
	turnsDB *sql.DB
	last    atomic.Int64 // uptime of the last commit
	standby sync.Map     // *pgconn.PgConn → struct{}: a wait for the standby was cut short
	marks   sync.Map     // *Mark → struct{}: of those who have not hidden theirs when the database is closed
	schema  struct {
		sync.Mutex
		name string // as SQL takes it; "" before the first connection; see path
	}
}

// Open reaches the database of an address, and brings its tables up to date.
func Open(ctx context.Context, o engine.Options, migrate engine.Migrate) (*Engine, error) {
	e, err := open(ctx, o, migrate)
	return e, translate(err)
}

func open(ctx context.Context, o engine.Options, migrate engine.Migrate) (_ *Engine, err error) {
	e := &Engine{log: o.Log, uptime: clock.Stopwatch(), readOnly: o.ReadOnly}
	e.last.Store(-int64(time.Hour))
	conf, err := config(o.URL)
	if err != nil {
		return nil, err
	}
	conf.OnNotice = e.notice
	if conf.ValidateConnect == nil && !o.ReadOnly {
		conf.ValidateConnect = notStandby
	}
	defer func() {
		if err != nil {
			e.Close()
		}
	}()
	patience := o.Silence
	if patience == 0 {
		patience = silence
	}
	watched := conf.Copy()
	watched.DialFunc = impatient(conf.DialFunc, patience)
	e.writeDB = e.pool(watched, writeConns, setting{"statement_timeout", "15s"},
		setting{"idle_in_transaction_session_timeout", "1min"}) // a Heed that hangs gives its locks back
	e.readDB = e.pool(watched, readConns, slices.Concat(unhurried, []setting{{"default_transaction_read_only", "on"}})...)
	e.readDB.SetConnMaxIdleTime(idleConn)
	e.turnsDB = e.pool(watched, 0)
	if err := e.readDB.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	if o.ReadOnly {
		return e, nil
	}
	return e, e.migrate(ctx, conf, migrate)
}

// migrate brings the tables up to date on connections that may take their time.
func (e *Engine) migrate(ctx context.Context, conf *pgx.ConnConfig, migrate engine.Migrate) error {
	patient := e.pool(conf, 2)
	defer patient.Close()
	return engine.UntilRan(ctx, func() (bool, error) {
		return e.Exclusive(ctx, "migrate", func(ctx context.Context) error {
			if _, err := patient.ExecContext(ctx, blobDomain); err != nil {
				return fmt.Errorf("make domain: %w", err)
			}
			return migrate(ctx, patient)
		})
	})
}

// pool keeps up to so many connections, each made ready and checked when it is
// opened; 0 is as many as are asked for, of which one stays. As many stay as may be
// open: under load a connection that is closed is opened again at once, which costs
// the server more than what is asked on it. None grows old: what has changed behind
// its address is found.
func (e *Engine) pool(conf *pgx.ConnConfig, most int, settings ...setting) *sql.DB {
	ready := stdlib.OptionAfterConnect(func(ctx context.Context,
		c *pgx.Conn) error {
		return e.makeReady(ctx, c, settings)
	})
	db := stdlib.OpenDB(*conf, ready)
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(max(1, most))
	db.SetConnMaxLifetime(maxAge)
	return db
}

// blobDomain lets one schema serve both engines.
const blobDomain = `do $$ begin
	if not exists (select from pg_type t join pg_namespace n on n.oid=t.typnamespace
		where t.typname='blob' and n.nspname=current_schema()) then
		create domain blob as bytea;
	end if;
end $$`

// config reads the address and refuses to send anything in the clear over a network (C7).
func config(address string) (*pgx.ConnConfig, error) {
	conf, err := pgx.ParseConfig(address)
	if err != nil {
		// err holds the password
		return nil, fail.New(fail.Bad,
			"The address of the database is not a PostgreSQL address, such as postgres://user@host/heed")
	}
	hosts := append([]*pgconn.FallbackConfig{{Host: conf.Host, TLSConfig: conf.TLSConfig}}, conf.Fallbacks...)
	for _, h := range hosts {
		if local(h.Host) {
			continue
		}
		if h.TLSConfig == nil || h.TLSConfig.InsecureSkipVerify && h.TLSConfig.VerifyPeerCertificate == nil &&
			h.TLSConfig.VerifyConnection == nil {
			return nil, fail.New(fail.Conflict, "Heed speaks to a database on another machine only over TLS whose "+
				"certificate it can check. Add sslmode=verify-full to its address")
		}
	}
	conf.RuntimeParams["application_name"], conf.RuntimeParams["client_encoding"] = "heed", "UTF8"
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = connectWithin
	}
	return conf, nil
}

func local(host string) bool {
	if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// judged is what the server said of itself: an error when it may forget what it acknowledged.
func judged(version int, commit, fsync, pages, encoding string) error {
	switch {
	case version < 150000:
		return fail.New(fail.Conflict, "Heed needs PostgreSQL 15 or later, and this is version %d", version/10000)
	case commit != "on" && commit != "remote_apply":
		return fail.New(fail.Conflict, "Heed does not run on a database that may forget what it has saved: "+
			"synchronous_commit is %s, and has to be on or remote_apply", commit)
	case fsync != "on":
		return fail.New(fail.Conflict, "Heed does not run on a database that may forget what it has saved: fsync is %s",
			fsync)
	case pages != "on":
		return fail.New(fail.Conflict, "Heed does not run on a database that a power cut may tear: full_page_writes is %s",
			pages)
	case encoding != "UTF8":
		return fail.New(fail.Conflict, "Heed needs a database in UTF8, and this one is in %s", encoding)
	}
	return nil
}

// notice sees a commit whose wait for the standby was cut short: the server calls it
// done, but only one copy exists (D13: that is no acknowledgement).
func (e *Engine) notice(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.Routine == "SyncRepWaitForLSN" {
		e.standby.Store(c, struct{}{})
	}
}

// Spare says nothing: the disk is the server's.
func (e *Engine) Spare(context.Context) error { return nil }

// Standing: the server itself knows its disk; a probe asks it.
func (e *Engine) Standing() (recent bool, err error) {
	if e.readOnly {
		return false, fail.New(fail.ReadOnly, engine.WordsReadOnly)
	}
	return e.uptime()-time.Duration(e.last.Load()) < time.Second, nil
}

// Intact: PostgreSQL looks for itself.
func (e *Engine) Intact(context.Context) error { return nil }

// Translate gives an error of the server's its kind.
func (e *Engine) Translate(err error) error { return translate(err) }

// Close takes what is shown away, and closes all connections.
func (e *Engine) Close() error {
	var err error
	e.marks.Range(func(m, _ any) bool { m.(*Mark).Hide(); return true })
	for _, db := range []*sql.DB{e.writeDB, e.readDB, e.turnsDB} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}
