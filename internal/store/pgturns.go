package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// exclusive takes a turn by an advisory lock on a connection of its own. The lock
// lives as long as that connection: it is asked every two seconds, and the turn's
// context ends when it does not answer. A turn is for order and thrift; what must
// never happen twice is held by a constraint.
func (e *pgEngine) exclusive(ctx context.Context, name string, fn func(context.Context) error) (bool, error) {
	conn, err := e.turnsDB.Conn(ctx)
	if err != nil {
		return false, translate(fmt.Errorf("connect for a turn: %w", err))
	}
	defer conn.Close()
	sum := sha256.Sum256([]byte("heed turn " + name))
	key := int64(binary.BigEndian.Uint64(sum[:8]))
	var got bool
	if err := conn.QueryRowContext(ctx, "select pg_try_advisory_lock($1)", key).Scan(&got); err != nil {
		discard(conn)
		return false, translate(fmt.Errorf("take a turn: %w", err))
	}
	if !got {
		return false, nil
	}
	turn, end := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-turn.Done():
				return
			case <-tick.C:
				ask, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
				_, err := conn.ExecContext(ask, "select 1")
				cancel()
				if err != nil {
					end()
					return
				}
			}
		}
	}()
	defer func() {
		end()
		<-watched
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", key); err != nil {
			discard(conn)
		}
	}()
	return true, fn(turn)
}
