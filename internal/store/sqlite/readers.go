package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"heed/internal/store/engine"
)

// maxReaders bounds the views that run at once; more wait for each other, never for a writer.
const maxReaders = 16

// readers are SQLite connections for views, the last used first, so that few stay warm.
type readers struct {
	db    *sql.DB
	slots chan struct{}
	mu    sync.Mutex
	idle  []*cached // guarded by mu
	since int       // guarded by mu: how often they were renewed
	shut  bool      // guarded by mu
}

func (r *readers) open(db *sql.DB) {
	r.db, r.slots = db, make(chan struct{}, maxReaders)
	db.SetMaxOpenConns(maxReaders + 1)
	db.SetMaxIdleConns(0)
}

// view runs work on one snapshot: a deferred transaction sees the store as it is at its first read.
func (r *readers) view(ctx context.Context, work engine.Work) (err error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	conn, since, err := r.take(ctx)
	if err != nil {
		return err
	}
	sound := false
	defer func() { r.give(conn, since, sound) }()
	if err := conn.say("begin"); err != nil {
		return fmt.Errorf("begin view: %w", err)
	}
	defer func() { // also when work panics
		if conn.say("rollback") == nil && ctx.Err() == nil {
			sound = true
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	fault, err := work(ctx, conn)
	if err == nil {
		err = fault
	}
	return err
}

func (r *readers) take(ctx context.Context) (_ *cached, since int, _ error) {
	r.mu.Lock()
	since = r.since
	if n := len(r.idle); n > 0 {
		c := r.idle[n-1]
		r.idle = r.idle[:n-1]
		r.mu.Unlock()
		return c, since, nil
	}
	r.mu.Unlock()
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return nil, since, fmt.Errorf("open reader: %w", err)
	}
	return newCached(conn), since, nil
}

// give returns a connection; one that was interrupted, or taken before they were
// renewed, is not used again.
func (r *readers) give(c *cached, since int, sound bool) {
	r.mu.Lock()
	keep := sound && !r.shut && since == r.since
	if keep {
		r.idle = append(r.idle, c)
	}
	r.mu.Unlock()
	if !keep {
		c.discard()
	}
}

// renew has every later view open the file anew: what is mounted there may be
// another file than the one that the connections have open.
func (r *readers) renew() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.idle {
		c.discard()
	}
	r.idle, r.since = nil, r.since+1
}

func (r *readers) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = true
	for _, c := range r.idle {
		c.close()
	}
	r.idle = nil
}
