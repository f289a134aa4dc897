package postgres

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"heed/internal/fail"
)

// Exclusive takes a turn by an advisory lock on a connection of its own. The lock
// lives as long as that connection: it is asked every two seconds, and the turn's
// context ends when it does not answer. A turn is for order and thrift; what must
// never happen twice is held by a constraint.
func (e *Engine) Exclusive(ctx context.Context, name string, fn func(context.Context) error) (bool, error) {
	conn, err := e.turnsDB.Conn(ctx)
	if err != nil {
		return false, translate(fmt.Errorf("connect for a turn: %w", err))
	}
	defer conn.Close()
	sum := sha256.Sum256([]byte("heed turn " + name))
	key := int64(binary.BigEndian.Uint64(sum[:8]))
	held := turn{conn: conn, key: key}
	got, err := held.take(ctx)
	if err != nil {
		discard(conn)
		return false, translate(fmt.Errorf("take a turn: %w", err))
	}
	if !got {
		return false, nil
	}
	on, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-on.Done():
				return
			case <-tick.C:
				if held.lost(ctx) {
					end()
					return
				}
			}
		}
	}()
	defer func() {
		end()
		<-watched
		if err := held.give(context.WithoutCancel(ctx)); err != nil {
			e.log.Error("a turn could not be given back", "turn", name, "why", err)
			discard(conn)
		}
	}()
	return true, fn(on)
}

// turn is a lock of one session of the server's.
type turn struct {
	conn    *sql.Conn
	key     int64
	session int64
}

func (t *turn) take(ctx context.Context) (got bool, err error) {
	err = t.conn.QueryRowContext(ctx, "select pg_try_advisory_lock($1), pg_backend_pid()", t.key).Scan(&got, &t.session)
	return got, err
}

// lost says that the session with the lock does not answer any more, or another one does.
func (t *turn) lost(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	var session int64
	err := t.conn.QueryRowContext(ctx, "select pg_backend_pid()").Scan(&session)
	return err != nil || session != t.session
}

func (t *turn) give(ctx context.Context) error {
	var given bool
	err := t.conn.QueryRowContext(ctx, "select pg_advisory_unlock($1)", t.key).Scan(&given)
	if err == nil && !given {
		return fail.New(fail.Conflict, wordsPooler)
	}
	return err
}
