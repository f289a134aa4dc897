package ledger

import (
	"fmt"

	"heed/internal/id"
	"heed/internal/store"
)

// Moved is a record to which something was written, and the highest version of what was.
type Moved struct {
	Room    Room
	Record  id.Record
	Version int64
}

func (m *Moved) fields() []any { return []any{&m.Room, &m.Record, &m.Version} }

// Each leaf of the tree is given its place once, after it was committed, and what has no place
// yet waits: between them they hold every entry, whichever program wrote it and in whatever order
// its unit ended. (A number of insertion can be committed after a later one.)
const (
	movedNumbered = `select e.room, e.record, max(e.version) from log_run r
		join entry e on e.n >= r.n + (case when r.seq < $1 then $1 - r.seq else 0 end) and e.n < r.n + r.size
		where r.seq >= coalesce((select max(seq) from log_run where seq <= $1), 0) and r.n is not null and e.version > 0
		group by e.room, e.record`
	movedPending = `select e.room, e.record, max(e.version) from entry_pending p join entry e on e.n = p.n
		where e.version > 0 group by e.room, e.record`
)

// Size is how many leaves the tree has, as a place from which Moved goes on.
func (l *Log) Size(tx *store.Tx) (int64, error) {
	n, err := store.One(tx, scanInt, `select size from log_state where id = 1`)
	if err != nil {
		return 0, fmt.Errorf("read the size of the log: %w", err)
	}
	return n, nil
}

// Moved are the records to which something was written since the tree had a size, by this
// program or another, readings left out, and the size from which the next call goes on. What
// waits for its place is given again by each call until it has one.
func (l *Log) Moved(tx *store.Tx, since int64) (moved []Moved, size int64, err error) {
	if size, err = l.Size(tx); err != nil {
		return nil, 0, err
	}
	if size > since {
		if moved, err = store.All(tx, (*Moved).fields, movedNumbered, since); err != nil {
			return nil, 0, fmt.Errorf("read what was written since: %w", err)
		}
	}
	waits, err := store.All(tx, (*Moved).fields, movedPending)
	if err != nil {
		return nil, 0, fmt.Errorf("read what was written last: %w", err)
	}
	return append(moved, waits...), size, nil
}
