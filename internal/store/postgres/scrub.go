package postgres

import (
	"context"
	"fmt"
	"time"
)

// Scrub returns when no transaction is left that looks at a snapshot from before now, or
// after half a minute: what such a unit still reads, it must be able to find moved.
func (e *Engine) Scrub(ctx context.Context) error {
	before, err := e.lookers(ctx)
	var waited time.Duration
	for wait := 2 * time.Millisecond; err == nil && len(before) > 0 &&
		waited < 30*time.Second; wait = min(2*wait, 100*time.Millisecond) {
		select { // real time: a test's clock that stands still must not stop it
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		waited += wait
		var now map[looker]bool
		now, err = e.lookers(ctx)
		for l := range before {
			if !now[l] {
				delete(before, l)
			}
		}
	}
	return err
}

// looker is a transaction of somebody that holds a snapshot.
type looker struct {
	pid   int64
	since string
}

func (e *Engine) lookers(ctx context.Context) (map[looker]bool, error) {
	rows, err := e.readDB.QueryContext(ctx, `select pid, xact_start::text from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid()
		and xact_start is not null and backend_xmin is not null and backend_type = 'client backend'`)
	if err != nil {
		return nil, fmt.Errorf("look for readers: %w", err)
	}
	defer rows.Close()
	set := map[looker]bool{}
	for rows.Next() {
		var l looker
		if err := rows.Scan(&l.pid, &l.since); err != nil {
			return nil, fmt.Errorf("look for readers: %w", err)
		}
		set[l] = true
	}
	return set, rows.Err()
}
