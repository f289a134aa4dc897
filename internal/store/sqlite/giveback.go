package sqlite

import (
	"context"
	"errors"
	"fmt"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

const (
	givePages = 256 // pages that the file gives back at once, so that the log stays small
	giveTurns = 64  // before readings have their turn again: 64 MB
)

// Spare leaves as much room as two reserves have: one for everybody else's work, one for what
// the log holds and the file has not. What is free in the file counts.
func (e *Engine) Spare(ctx context.Context) error {
	room, known := roomIn(e.dir)
	if e.readOnly || !known {
		return nil
	}
	var pages, size int64
	err := e.View(ctx, func(ctx context.Context, on engine.Runner) (_, err error) {
		return nil, errors.Join(on.QueryRow(ctx, "pragma freelist_count", nil).Scan(&pages),
			on.QueryRow(ctx, "pragma page_size", nil).Scan(&size))
	})
	if err == nil && room+pages*size < 2*e.writer.reserve.size {
		err = fail.New(fail.Full, engine.WordsFull)
	}
	return err
}

// giveBack has the file give what is free in it back to the disk: SQLite itself keeps it, so
// that a disk which was filled by what was taken away since would stay full. The end of the
// file moves into its gaps, a piece at a time; that needs a little room, for which the reserve
// stands. On the writer's goroutine.
func (w *writer) giveBack() {
	gave, emptied := false, false
	for range giveTurns {
		free, err := w.free()
		if err != nil || free == 0 {
			break
		}
		err = w.shrink()
		switch {
		case err == nil:
			gave, emptied = true, false
		case !isFull(translate(diagnose(w.e.dir, err))):
			w.e.log.Warn("the database's file does not give back what is free in it", "error", err)
			return
		case !emptied && w.checkpoint("restart"):
			emptied = true
		case w.reserve.release():
			emptied = w.checkpoint("restart")
		default:
			return
		}
	}
	if gave {
		w.checkpoint("restart") // only then does the file end sooner
	}
}

// free is how many pages of the file hold nothing.
func (w *writer) free() (pages int64, err error) {
	if w.conn == nil {
		return 0, nil
	}
	err = w.conn.conn.QueryRowContext(context.Background(), "pragma freelist_count").Scan(&pages)
	return pages, err
}

// shrink gives a piece back, in a transaction of its own.
func (w *writer) shrink() (err error) {
	rows, err := w.conn.conn.QueryContext(context.Background(), fmt.Sprintf("pragma incremental_vacuum(%d)", givePages))
	if err != nil {
		return err
	}
	for rows.Next() { // a page each
	}
	return errors.Join(rows.Err(), rows.Close())
}
