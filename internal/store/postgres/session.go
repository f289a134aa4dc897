package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/engine"
)

// setting is what Heed sets for a session of its own. It is set by SQL once the
// session is there: poolers refuse it as a parameter of the start, and a session that
// may only read would not be taken for one of a primary.
type setting struct{ name, value string }

// everySession is set on every connection. One that waits in its pool, or keeps a turn, is not ended for it.
var everySession = []setting{{"lock_timeout", "10s"}, {"client_connection_check_interval", "5s"},
	{"idle_session_timeout", "0"}}

// unhurried is set where a check reads: it looks at one snapshot for as long as it works, whatever whoever
// administers the server, the database or its user has set for others.
var unhurried = []setting{{"statement_timeout", "0"}, {"idle_in_transaction_session_timeout", "0"},
	{transactionTimeout, "0"}}

// transactionTimeout is a setting that PostgreSQL 17 and later know.
const transactionTimeout = "transaction_timeout"

// known leaves out what a server of that version does not know.
func known(version string, all []setting) []setting {
	var major int
	_, _ = fmt.Sscan(version, &major) // "17.2 (Debian 17.2-1)", "18beta1"
	return slices.DeleteFunc(all, func(s setting) bool { return s.name == transactionTimeout && major < 17 })
}

// makeReady sets and checks a new connection, because what is behind an address, and
// how it is set, can change while Heed runs. One that is not taken is closed here: nobody else does, and the
// server would keep its session.
func (e *Engine) makeReady(ctx context.Context, c *pgx.Conn, settings []setting) error {
	err := e.ready(ctx, c, settings)
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectWithin)
		defer cancel()
		_ = c.Close(ctx)
	}
	return err
}

func (e *Engine) ready(ctx context.Context, c *pgx.Conn, settings []setting) error {
	settings = known(c.PgConn().ParameterStatus("server_version"), slices.Concat(settings, everySession))
	for _, s := range settings { // first: under a limit that was set for others nothing else may come to its end
		if err := set(ctx, c, s.name+" to '"+s.value+"'"); err != nil {
			return err
		}
	}
	path, err := e.path(ctx, c)
	if err != nil {
		return err
	}
	if err := set(ctx, c, "search_path to "+path); err != nil { // a statement: a function is looked up by the path
		return err
	}
	if err := check(ctx, c); err != nil {
		return err
	}
	settings = append(settings, setting{"search_path", path})
	if err := oneSession(ctx, c, settings); err != nil {
		return err
	}
	lost, err := kept(ctx, c, settings)
	if err == nil && lost != "" {
		err = fail.New(fail.Conflict, wordsSettings, lost)
	}
	return err
}

func set(ctx context.Context, c *pgx.Conn, what string) error {
	if _, err := c.PgConn().Exec(ctx, "set "+what).ReadAll(); err != nil {
		return fmt.Errorf("set %s: %w", what, err)
	}
	return nil
}

// kept reads the settings of a connection back, and names the first that is not as it was set.
func kept(ctx context.Context, c *pgx.Conn, settings []setting) (lost string, err error) {
	for _, s := range settings {
		var is string
		err := c.QueryRow(ctx, "select pg_catalog.current_setting('"+s.name+"')", pgx.QueryExecModeSimpleProtocol).Scan(&is)
		if err != nil {
			return "", fmt.Errorf("ask %s: %w", s.name, err)
		}
		if is != s.value {
			return s.name, nil
		}
	}
	return "", nil
}

// path is where every session of this engine looks for names: in the schema that its
// first one was given, and before that in PostgreSQL's own. Whoever owns the database or
// the user can put other schemas into their path, and in them tables that lie over
// Heed's, or functions and operators that mean something else. Temporary tables come
// last. What is asked before it is set, and what sets it, names PostgreSQL's own schema
// with each function and uses no operator.
func (e *Engine) path(ctx context.Context, c *pgx.Conn) (string, error) {
	e.schema.Lock()
	defer e.schema.Unlock()
	if e.schema.name == "" {
		row := c.QueryRow(ctx, "select coalesce(pg_catalog.quote_ident(pg_catalog.current_schema()), '')",
			pgx.QueryExecModeSimpleProtocol)
		if err := row.Scan(&e.schema.name); err != nil {
			return "", fmt.Errorf("ask for the schema: %w", err)
		}
	}
	if e.schema.name == "" {
		return "", fail.New(fail.Conflict, wordsNoSchema)
	}
	return e.schema.name + ", pg_temp", nil
}

// promises are what a server says of how it keeps what it acknowledges.
type promises struct {
	version                        int
	commit, fsync, pages, encoding string
}

// promised asks for all of them but the first, which is asked for in two ways.
const promised = `pg_catalog.current_setting('server_version_num')::int, pg_catalog.current_setting('fsync'),
	pg_catalog.current_setting('full_page_writes'), pg_catalog.current_setting('server_encoding')`

func (p *promises) scan() []any { return []any{&p.commit, &p.version, &p.fsync, &p.pages, &p.encoding} }

func (p *promises) durable() error {
	return judged(p.version, p.commit, p.fsync, p.pages, p.encoding)
}

// check asks the server whether it keeps what it acknowledges, and has it keep
// to that on this connection, whatever is changed later.
func check(ctx context.Context, c *pgx.Conn) error {
	var said promises
	row := c.QueryRow(ctx, `select pg_catalog.set_config('synchronous_commit',
		pg_catalog.current_setting('synchronous_commit'), false), `+promised, pgx.QueryExecModeSimpleProtocol)
	if err := row.Scan(said.scan()...); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	return said.durable()
}

// Durable asks again what a new connection would be given.
func (e *Engine) Durable(ctx context.Context) error {
	return e.Look(ctx, func(ctx context.Context, on engine.Runner) (_, err error) {
		var said promises
		err = on.QueryRow(ctx, `select (select reset_val from pg_settings where name = 'synchronous_commit'), `+promised,
			nil).Scan(said.scan()...)
		if err != nil {
			return nil, err
		}
		return nil, said.durable()
	})
}

// notStandby passes by a server that only follows another, so that the next host of
// the address is tried.
func notStandby(ctx context.Context, c *pgconn.PgConn) error {
	r := c.ExecParams(ctx, "select pg_catalog.pg_is_in_recovery()", nil, nil, nil, nil).Read()
	switch {
	case r.Err != nil && (ctx.Err() != nil || lostConnection(r.Err)):
		return r.Err
	case r.Err != nil:
		return fail.Wrap(fail.ReadOnly, r.Err, wordsStandby)
	case len(r.Rows) != 1 || string(r.Rows[0][0]) != "f":
		return fail.New(fail.ReadOnly, wordsStandby)
	}
	return nil
}

// oneSession makes sure that this connection is one session of the server's: a pooler
// that gives each transaction another one loses settings, and leaves the locks of a
// turn behind where nobody can let them go. A pooler shows by the number of the
// session, which is its own. Whether it keeps the session for us is tried: while we
// are idle another connection takes one, and ours has to be as it was.
func oneSession(ctx context.Context, c *pgx.Conn, settings []setting) error {
	before, err := backend(ctx, c)
	if err != nil || before == c.PgConn().PID() {
		return err
	}
	conf := c.Config().Copy()
	conf.ValidateConnect, conf.AfterConnect = nil, nil
	other, err := pgx.ConnectConfig(ctx, conf)
	if err != nil {
		return fmt.Errorf("try the pooler: %w", err)
	}
	defer other.Close(context.WithoutCancel(ctx))
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	if _, err := other.PgConn().Exec(ctx, "begin").ReadAll(); err != nil {
		return fail.Wrap(fail.Conflict, err, wordsPoolSmall)
	}
	theirs, err := backend(ctx, other)
	if err != nil {
		return err
	}
	after, err := backend(ctx, c)
	if err != nil {
		return err
	}
	if theirs == before || after != before {
		return fail.New(fail.Conflict, wordsPooler)
	}
	lost, err := kept(ctx, c, settings)
	if err == nil && lost != "" {
		err = fail.New(fail.Conflict, wordsPooler)
	}
	return err
}

// backend is the number of the session that answers.
func backend(ctx context.Context, c *pgx.Conn) (pid uint32, err error) {
	err = c.QueryRow(ctx, "select pg_catalog.pg_backend_pid()", pgx.QueryExecModeSimpleProtocol).Scan(&pid)
	if err != nil {
		return 0, fmt.Errorf("ask for the session: %w", err)
	}
	return pid, nil
}

// impatient gives up a server that says nothing for so long while it is asked
// something: a link that is frozen and not broken would hold a unit, and with it its
// connection, for ever.
func impatient(dial pgconn.DialFunc, limit time.Duration) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &link{Conn: c, limit: limit}, nil
	}
}

// link is a connection with a deadline for each read and write. A deadline that its
// user sets goes before.
type link struct {
	net.Conn
	limit time.Duration

	mu    sync.Mutex
	reads bool // the user has set a deadline for reads; guarded by mu
	write bool // and for writes
}

func (l *link) Read(b []byte) (int, error) {
	if err := l.begin(&l.reads, l.Conn.SetReadDeadline); err != nil {
		return 0, err
	}
	return l.Conn.Read(b)
}

func (l *link) Write(b []byte) (int, error) {
	if err := l.begin(&l.write, l.Conn.SetWriteDeadline); err != nil {
		return 0, err
	}
	return l.Conn.Write(b)
}

func (l *link) begin(given *bool, set func(time.Time) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if *given {
		return nil
	}
	return set(clock.System{}.Now().Add(l.limit))
}

func (l *link) SetDeadline(t time.Time) error {
	return errors.Join(l.SetReadDeadline(t), l.SetWriteDeadline(t))
}

func (l *link) SetReadDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads = !t.IsZero()
	return l.Conn.SetReadDeadline(t)
}

func (l *link) SetWriteDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write = !t.IsZero()
	return l.Conn.SetWriteDeadline(t)
}
