package ledger

import (
	"fmt"

	"heed/internal/id"
	"heed/internal/store"
)

// Moved is a record to which something was written, and a version of what was.
type Moved struct {
	Room    Room
	Record  id.Record
	Version int64
	n       int64
}

func (m *Moved) fields() []any { return []any{&m.Room, &m.Record, &m.Version, &m.n} }

// Since is up to where somebody has read what was written. The zero value is the beginning.
type Since struct {
	size int64 // of the tree: each leaf has its place once, after its entry was committed
	n    int64 // of what has no place yet
}

// Before says whether one who is there has less to read.
func (s Since) Before(o Since) bool { return s.size < o.size || s.size == o.size && s.n < o.n }

// A cross join: what comes first is read first, however many entries there are.
const (
	movedNumbered = `select e.room, e.record, e.version, e.n from log_run r cross join entry e
		where r.seq >= coalesce((select max(seq) from log_run where seq <= $1), 0) and r.n is not null
		and e.n >= r.n + (case when r.seq < $1 then $1 - r.seq else 0 end) and e.n < r.n + r.size and e.version > 0`
	movedPending = `select e.room, e.record, e.version, e.n from entry_pending p cross join entry e
		where p.n > $1 and e.n = p.n and e.version > 0`
)

// besideEachOther is how many entries may be committed after one with a higher number of
// insertion, and are still found before they have their place in the log.
const besideEachOther = 64

// Now is where somebody is who has read all that was written.
func (l *Log) Now(tx *store.Tx) (Since, error) {
	size, err := store.One(tx, scanInt, `select size from log_state where id = 1`)
	if err != nil {
		return Since{}, fmt.Errorf("read the size of the log: %w", err)
	}
	return Since{size: size}, nil
}

// Moved are the records to which something was written, by this program or another, since
// somebody read it last, readings left out, and up to where they have read it then. A record can
// be named again and again. What was committed long after what has a higher number is named once
// it has its place in the log, which takes a second.
func (l *Log) Moved(tx *store.Tx, since Since) ([]Moved, Since, error) {
	now, err := l.Now(tx)
	if err != nil {
		return nil, since, err
	}
	now.n = since.n
	var moved []Moved
	if now.size > since.size {
		if moved, err = store.All(tx, (*Moved).fields, movedNumbered, since.size); err != nil {
			return nil, since, fmt.Errorf("read what was written since: %w", err)
		}
	}
	waits, err := store.All(tx, (*Moved).fields, movedPending, since.n-besideEachOther)
	if err != nil {
		return nil, since, fmt.Errorf("read what was written last: %w", err)
	}
	for _, m := range waits {
		now.n = max(now.n, m.n)
	}
	return append(moved, waits...), now, nil
}
