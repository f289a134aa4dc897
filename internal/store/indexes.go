package store

import (
	"context"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/store/engine"
)

// Astray is a way in which an index does not hold the rows of its table.
type Astray = engine.Astray

// Indexes holds every index to its table: whoever can write to the database can have an
// index miss a row, and what is read through it then does not have that row. Each table,
// or index, is one view; rest is called after each with what it took.
func (s *Store) Indexes(ctx context.Context, rest func(worked time.Duration)) (found []Astray, err error) {
	var looks []func(context.Context, engine.Runner) ([]Astray, error)
	err = s.View(ctx, func(tx *Tx) (err error) {
		looks, err = s.engine.Looks(tx.ctx, tx.run)
		return err
	})
	for _, look := range looks {
		if err != nil {
			break
		}
		worked := clock.Stopwatch()
		err = s.View(ctx, func(tx *Tx) error {
			more, err := look(tx.ctx, tx.run)
			found = append(found, more...)
			return err
		})
		rest(worked())
	}
	if err != nil {
		return found, fmt.Errorf("compare indexes with their tables: %w", err)
	}
	return found, nil
}
