package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
	maxRuns   = 10               // how often a unit is run after deadlocks or a lost server
	unitLimit = 15 * time.Second // after which none is run again
	poolWait  = 10 * time.Second // for a connection, while others use them all
)

// connection is a connection of a pool, which is waited for so long and no longer.
func connection(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	soon, cancel := context.WithTimeout(ctx, poolWait)
	defer cancel()
	conn, err := db.Conn(soon)
	if err != nil && ctx.Err() == nil && soon.Err() != nil {
		return nil, fail.Wrap(fail.Busy, err, engine.WordsBusy)
	}
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}

// What a unit sees. Its statements see what was committed before each, so that it goes
// on from the newest rows once it has their locks; one that only records a reading
// sees one moment, because it shows what it read.
const (
	newest    = "begin isolation level read committed"
	oneMoment = "begin isolation level repeatable read"
)

// Do runs work in a transaction of its own, again after a deadlock or a lost server.
func (e *Engine) Do(ctx context.Context, work engine.Work, reading bool) error {
	if e.readOnly {
		return fail.New(fail.ReadOnly, engine.WordsReadOnly)
	}
	begin := newest
	if reading {
		begin = oneMoment
	}
	began := e.uptime()
	for run := 1; ; run++ {
		err := e.once(ctx, begin, work)
		if begin == newest && fail.Is(err, fail.Tampered) {
			// What was read in several statements does not fit together: that is damage
			// only if it does not in one moment either.
			begin = oneMoment
			continue
		}
		if err == nil {
			e.last.Store(int64(e.uptime()))
			return nil
		}
		if run == maxRuns || e.uptime()-began > unitLimit || !again(err) || ctx.Err() != nil {
			return translate(err)
		}
		pause := time.Duration(1+rand.Int64N(int64(min(run*run, 50)))) * 2 * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// cancelled is a statement that took longer than it may: a connection may meet a limit before it has lifted it.
const cancelled = "57014"

// again says that nothing was kept and that a second run may succeed.
func again(err error) bool {
	if fail.Is(err, fail.Unknown) {
		return false
	}
	switch codeOf(err) {
	case "40001", "40P01": // serialization failure, deadlock
		return true
	case "0A000": // a prepared plan met a changed table
		return strings.Contains(err.Error(), "cached plan")
	}
	return lostConnection(err)
}

// once runs the unit in one transaction on a connection of its own. Statements do
// not run on the caller's context: cancelling one would cost the connection. Locks
// are waited for at most lock_timeout.
func (e *Engine) once(ctx context.Context, begin string, work engine.Work) error {
	conn, err := connection(ctx, e.writeDB)
	if err != nil {
		return err
	}
	defer conn.Close()
	apart := context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(apart, begin); err != nil {
		discard(conn)
		return fmt.Errorf("begin: %w", err)
	}
	var fault error
	committing := false
	defer func() { // also when its caller's goroutine ends in it
		if !committing {
			_, undone := conn.ExecContext(apart, "rollback")
			if undone != nil || tookNoWrites(fault) || tookNoWrites(err) {
				discard(conn)
			}
		}
	}()
	fault, err = work(apart, plain{conn})
	var panicked *engine.Panic
	switch {
	case err == nil:
		committing = true
		return e.commit(apart, conn)
	case fault != nil && again(fault) && !again(err) && !errors.As(err, &panicked):
		return fault // whatever the unit made of it, its statement may succeed next time
	}
	return err
}

// commit sends COMMIT and reads the answer. Only an ordinary error of the server is
// a definite no; a connection lost here leaves the outcome unknown.
func (e *Engine) commit(ctx context.Context, conn *sql.Conn) error {
	err := conn.Raw(func(dc any) error {
		c := dc.(*stdlib.Conn).Conn()
		e.standby.Delete(c.PgConn())
		tag, err := c.Exec(ctx, "commit")
		switch {
		case err != nil:
			return err
		case tag.String() == "ROLLBACK": // a definite no
			return fail.Wrap(fail.Busy, errors.New("store: commit was answered by a rollback"), engine.WordsBusy)
		case tag.String() != "COMMIT":
			return fmt.Errorf("store: commit answered %q", tag)
		}
		if _, cut := e.standby.LoadAndDelete(c.PgConn()); cut {
			return fail.New(fail.Unknown, engine.WordsUnknown)
		}
		return nil
	})
	if err == nil || fail.Is(err, fail.Unknown) {
		return err
	}
	if saidNo(err) || fail.Is(err, fail.Busy) {
		return err
	}
	discard(conn)
	return fail.Wrap(fail.Unknown, err, engine.WordsUnknown)
}

// saidNo says that the server answered a commit with an ordinary error. A fatal one
// may come after the commit was made, while it was waiting for the standby. Severity
// is a word of the server's language.
func saidNo(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && said.SeverityUnlocalized == "ERROR"
}

// tookNoWrites says that the server is a standby by now, or was closed for changes:
// its connection is not used again, because another server may lead.
func tookNoWrites(err error) bool { return codeOf(err) == "25006" }

// discard closes the connection instead of giving it back to its pool.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// View runs work on one snapshot.
func (e *Engine) View(ctx context.Context, work engine.Work) error {
	var err error
	for run := 1; run <= 3; run++ {
		var begun bool
		if begun, err = e.viewOnce(ctx, work); begun || err == nil || !lostConnection(err) && codeOf(err) != cancelled {
			break
		}
	}
	return translate(err)
}

// Look needs no transaction of its own; readers' connections are read only.
func (e *Engine) Look(ctx context.Context, work engine.Work) error {
	var err error
	for range 3 {
		if err = e.lookOnce(ctx, work); err == nil || !lostConnection(err) || ctx.Err() != nil {
			break
		}
	}
	if fail.Is(err, fail.Tampered) {
		return e.View(ctx, work) // damaged only if it is so in one moment
	}
	return translate(err)
}

func (e *Engine) lookOnce(ctx context.Context, work engine.Work) error {
	conn, err := connection(ctx, e.readDB)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = work(ctx, plain{conn})
	return err
}

// viewOnce reads one snapshot; begun says that work was run.
func (e *Engine) viewOnce(ctx context.Context, work engine.Work) (begun bool, err error) {
	conn, err := connection(ctx, e.readDB)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "begin isolation level repeatable read read only"); err != nil {
		discard(conn)
		return false, fmt.Errorf("begin view: %w", err)
	}
	defer func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "rollback"); err != nil {
			discard(conn)
		}
	}()
	_, err = work(ctx, plain{conn})
	return true, err
}

// plain runs statements on a PostgreSQL connection; pgx keeps them prepared itself.
type plain struct{ conn *sql.Conn }

func (p plain) Exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return p.conn.ExecContext(ctx, query, args...)
}

func (p plain) Query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return p.conn.QueryContext(ctx, query, args...)
}

func (p plain) QueryRow(ctx context.Context, query string, args []any) *sql.Row {
	return p.conn.QueryRowContext(ctx, query, args...)
}

// Script has no arguments, so pgx sends it as it is, all statements at once.
func (p plain) Script(ctx context.Context, text string) error {
	_, err := p.conn.ExecContext(ctx, text)
	return err
}

// Batch sends all statements in one journey.
func (p plain) Batch(ctx context.Context, all []engine.Statement,
	tell func(at int, rows int64, err error) error) error {
	var first error
	err := p.conn.Raw(func(dc any) error {
		var b pgx.Batch
		for _, one := range all {
			b.Queue(one.Query, one.Args...)
		}
		results := dc.(*stdlib.Conn).Conn().SendBatch(ctx, &b)
		for at := range all {
			tag, err := results.Exec()
			if first = tell(at, tag.RowsAffected(), err); first != nil {
				break
			}
		}
		err := results.Close()
		if first == nil {
			first = err
		}
		return nil // whether the connection is sound shows at the next statement
	})
	if first == nil {
		first = err
	}
	return first
}

// Copy has the server take rows by COPY, which also takes keys that count by themselves.
func (p plain) Copy(ctx context.Context, table string, columns []string, values []any) (rows int64, err error) {
	width, at := len(columns), 0
	source := pgx.CopyFromFunc(func() ([]any, error) {
		if at == len(values) {
			return nil, nil //nolint:nilnil // pgx's word for the end
		}
		at += width
		return values[at-width : at], nil
	})
	failed := p.conn.Raw(func(dc any) error {
		rows, err = dc.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, source)
		return nil // whether the connection is sound shows at the next statement
	})
	if err == nil {
		err = failed
	}
	return rows, err
}
