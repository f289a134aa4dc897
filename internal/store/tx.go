package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

// Tx is one unit of work, or one view. It belongs to the function it is given to
// and is dead when that function returns.
//
// Statements are one text for both engines: $1 placeholders, columns named. A Tx
// has one connection: read all rows before the next statement (All does). A nil
// []byte is stored as null; an empty one is not null, but SQLite reads it back as nil.
type Tx struct {
	ctx     context.Context // ends statements; never the caller's own in a unit of work
	run     engine.Runner
	dialect *engine.Dialect
	now     time.Time
	broken  error // the first statement that failed: the unit is over
	open    []*sql.Rows
	after   []func() error
	later   []pending // statements of Later that have not been sent
	views   bool      // nothing is written
}

var errDone = errors.New("store: the unit of work has ended")

// Now is the instant of this unit, the same however often it is asked.
func (tx *Tx) Now() time.Time { return tx.now }

// Engine is "sqlite" or "postgres".
func (tx *Tx) Engine() string { return tx.dialect.Name }

// AfterCommit has fn run once, after the unit is durable. For wake-ups only: it is
// lost when the process dies in between.
func (tx *Tx) AfterCommit(fn func()) {
	tx.BeforeAnswer(func() error { fn(); return nil })
}

// WhenKept has fn run once what this unit sees is committed: at once in a view, else after
// the commit. What a unit remembers for others, which it may have written itself, waits for it.
func (tx *Tx) WhenKept(fn func()) {
	if tx.views {
		fn()
		return
	}
	tx.AfterCommit(fn)
}

// BeforeAnswer has fn run once, after the unit is durable and before its caller hears
// of it. When it fails the caller is given its error, although the unit was kept:
// for what must be known to lie outside the database too.
func (tx *Tx) BeforeAnswer(fn func() error) { tx.after = append(tx.after, fn) }

// answer runs what was asked for after the commit, all of it, and gives the first error.
func answer(after []func() error) error {
	var first error
	for _, fn := range after {
		if err := fn(); first == nil {
			first = err
		}
	}
	return first
}

// Exec runs a statement and says how many rows it touched.
func (tx *Tx) Exec(query string, args ...any) (rows int64, err error) {
	if tx.flush() != nil {
		return 0, tx.over()
	}
	res, err := tx.run.Exec(tx.ctx, query, args)
	if err != nil {
		return 0, tx.failed(err)
	}
	rows, err = res.RowsAffected()
	return rows, tx.failed(err)
}

// ChangeOne runs a statement that changes exactly one row. A database that answers
// otherwise (a trigger or a rule that somebody put there) has kept something else than
// it was given: the unit is over, whatever its function makes of the error.
func (tx *Tx) ChangeOne(query string, args ...any) error {
	return tx.failed(OneRow(tx.Exec(query, args...)))
}

// OneRow is the check of a statement of Later that changes exactly one row.
func OneRow(rows int64, err error) error {
	if err == nil && rows != 1 {
		return fail.Wrap(fail.ReadOnly, fmt.Errorf("store: a statement for one row changed %d", rows), wordsNotKept)
	}
	return err
}

// Query runs a query. Close the rows; All does it for you.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	if tx.flush() != nil {
		return nil, tx.over()
	}
	rows, err := tx.run.Query(tx.ctx, query, args)
	if err != nil {
		return nil, tx.failed(err)
	}
	tx.open = append(tx.open, rows)
	return rows, nil
}

// QueryRow runs a query of at most one row.
func (tx *Tx) QueryRow(query string, args ...any) *sql.Row {
	if tx.flush() != nil {
		ended, cancel := context.WithCancel(tx.ctx)
		cancel()
		return tx.run.QueryRow(ended, query, args)
	}
	row := tx.run.QueryRow(tx.ctx, query, args)
	tx.failed(row.Err())
	return row
}

// script runs several statements (DDL) at once.
func (tx *Tx) script(text string) error {
	if tx.flush() != nil {
		return tx.over()
	}
	return tx.failed(tx.run.Script(tx.ctx, translated(tx.dialect, text)))
}

func (tx *Tx) failed(err error) error {
	if err != nil && tx.broken == nil {
		tx.broken = err
	}
	return err
}

func (tx *Tx) over() error {
	return fmt.Errorf("store: an earlier statement of this unit failed: %w", tx.broken)
}

// end closes what the unit left open and makes the Tx unusable; err is what the
// unit came to. A unit that goes on after a failed statement has failed: PostgreSQL
// would throw it away at commit, so both engines do.
func (tx *Tx) end(err error) error {
	for _, r := range tx.open {
		r.Close()
	}
	tx.open = nil
	if err == nil && tx.broken != nil {
		err = tx.broken
	}
	tx.broken = errDone
	return err
}

// All reads every row of a query. scan names the places of the columns:
//
//	store.All(tx, func(c *Case) []any { return []any{&c.ID, &c.At} }, "select id, at from …")
func All[T any](tx *Tx, scan func(*T) []any, query string, args ...any) ([]T, error) {
	if tx.flush() != nil {
		return nil, tx.over()
	}
	rows, err := tx.run.Query(tx.ctx, query, args)
	if err != nil {
		return nil, tx.failed(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		all = append(all, *new(T))
		if err := scanRow(rows, scan(&all[len(all)-1])); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, tx.failed(err)
	}
	return all, nil
}

// One reads the only row of a query: fail.Missing when there is none.
func One[T any](tx *Tx, scan func(*T) []any, query string, args ...any) (T, error) {
	var one T
	if tx.flush() != nil {
		return one, tx.over()
	}
	rows, err := tx.run.Query(tx.ctx, query, args)
	if err != nil {
		return one, tx.failed(err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return one, tx.failed(err)
		}
		return one, fail.Wrap(fail.Missing, sql.ErrNoRows, "Not found")
	}
	if err := scanRow(rows, scan(&one)); err != nil {
		return *new(T), err
	}
	if err := cmp.Or(rows.Close(), rows.Err()); err != nil { // a write that answers may fail after its row
		return *new(T), tx.failed(err)
	}
	return one, nil
}
