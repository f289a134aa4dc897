package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// cachedLimit bounds the statements that a connection keeps prepared.
const cachedLimit = 512

// cached runs statements on one SQLite connection and keeps them prepared. Used by
// one goroutine at a time.
type cached struct {
	conn  *sql.Conn
	stmts map[string]*prepared
}

type prepared struct {
	stmt *sql.Stmt
	rows *sql.Rows // the last rows it gave, perhaps still open
}

func newCached(conn *sql.Conn) *cached {
	return &cached{conn: conn, stmts: map[string]*prepared{}}
}

// get is the prepared statement of a text; nil when that statement is still giving
// rows, because SQLite would start it anew under the reader's feet.
func (c *cached) get(query string) (*prepared, error) {
	if p := c.stmts[query]; p != nil {
		if p.rows != nil {
			if _, err := p.rows.Columns(); err == nil { // an error means: closed
				return nil, nil //nolint:nilnil // nil is "busy, run it unprepared"
			}
			p.rows = nil
		}
		return p, nil
	}
	if len(c.stmts) >= cachedLimit {
		c.forget()
	}
	stmt, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	p := &prepared{stmt: stmt}
	c.stmts[query] = p
	return p, nil
}

func (c *cached) Exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	p, err := c.get(query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.conn.ExecContext(ctx, query, args...)
	}
	return p.stmt.ExecContext(ctx, args...)
}

func (c *cached) Query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	p, err := c.get(query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.conn.QueryContext(ctx, query, args...)
	}
	rows, err := p.stmt.QueryContext(ctx, args...)
	p.rows = rows
	return rows, err
}

func (c *cached) QueryRow(ctx context.Context, query string, args []any) *sql.Row {
	p, err := c.get(query)
	if err != nil || p == nil {
		return c.conn.QueryRowContext(ctx, query, args...) // prepares, and so fails the same way
	}
	return p.stmt.QueryRowContext(ctx, args...)
}

func (c *cached) Script(ctx context.Context, text string) error {
	_, err := c.conn.ExecContext(ctx, text)
	return err
}

// say runs a statement of our own, such as begin, on no caller's context.
func (c *cached) say(query string) error {
	_, err := c.Exec(context.Background(), query, nil)
	return err
}

func (c *cached) forget() {
	for _, p := range c.stmts {
		p.stmt.Close()
	}
	clear(c.stmts)
}

func (c *cached) close() error {
	c.forget()
	return c.conn.Close()
}

// discard closes the connection itself, instead of giving it back to its pool.
func (c *cached) discard() {
	c.forget()
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.conn.Close()
}
