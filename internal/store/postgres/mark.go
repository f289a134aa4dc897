package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

// marks is the class of advisory lock by which processes see each other.
const marks = 0x48656564 // "Heed"

// Mark is a number that a process shows to others on the same PostgreSQL database for as
// long as its session lasts. Used by one goroutine at a time.
type Mark struct {
	e      *Engine
	number int32
	conn   *sql.Conn
	shown  bool
}

// Mark shows a number, which choose gives while nobody else chooses, and says how many
// other numbers are shown: then its own is not.
func (e *Engine) Mark(ctx context.Context, choose func() (int32, error)) (m *Mark, others int, err error) {
	m = &Mark{e: e}
	e.marks.Store(m, struct{}{})
	err = engine.UntilRan(ctx, func() (bool, error) {
		return e.Exclusive(ctx, "choose a mark", func(ctx context.Context) (err error) {
			if m.number, err = choose(); err != nil {
				return err
			}
			if others, err = m.others(ctx); err != nil || others > 0 {
				return err
			}
			_, err = m.Show(ctx)
			return err
		})
	})
	if err != nil {
		m.Hide()
	}
	return m, others, err
}

// Show shows the number again when its session is gone, and says how many others are shown.
func (m *Mark) Show(ctx context.Context) (others int, err error) {
	if m.shown && m.conn.PingContext(ctx) != nil {
		m.Hide()
	}
	if others, err = m.others(ctx); err != nil || m.shown {
		return others, err
	}
	err = m.conn.QueryRowContext(ctx, `select pg_try_advisory_lock_shared($1::int, $2::int)`,
		marks, m.number).Scan(&m.shown)
	if err == nil && !m.shown {
		err = fail.New(fail.Busy, engine.WordsBusy)
	}
	return others, translate(err)
}

// others counts the other numbers that are shown.
func (m *Mark) others(ctx context.Context) (n int, err error) {
	if m.conn == nil {
		if m.conn, err = m.e.turnsDB.Conn(ctx); err != nil {
			return 0, translate(fmt.Errorf("connect for a mark: %w", err))
		}
	}
	err = m.conn.QueryRowContext(ctx, `select count(distinct objid) from pg_locks
		where locktype = 'advisory' and objsubid = 2 and granted
		and database = (select oid from pg_database where datname = current_database())
		and classid::bigint = $1 and objid::bigint <> $2`, int64(marks), int64(m.number)).Scan(&n)
	if err != nil {
		m.Hide()
	}
	return n, translate(err)
}

// Hide takes the mark away at once, and ends its session.
func (m *Mark) Hide() {
	if m.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectWithin)
	defer cancel()
	if m.shown { // the server ends a session some time after its connection
		_, _ = m.conn.ExecContext(ctx, `select pg_advisory_unlock_shared($1::int, $2::int)`, marks, m.number)
	}
	discard(m.conn)
	_ = m.conn.Close()
	m.conn, m.shown = nil, false
}
