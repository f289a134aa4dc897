package ledger

import (
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Standing is how the log is doing, in times. It names nothing.
type Standing struct {
	Unnumbered time.Time // since when the oldest entry has waited for its place; zero when none waits
	Published  time.Time // when the last public checkpoint was made; zero when none was
}

// Standing looks. An entry that waits and is not there any more has waited for ever.
func (l *Log) Standing(tx *store.Tx) (Standing, error) {
	var s Standing
	at, err := store.One(tx, scanInt, `select coalesce(entry.at, 0) from entry_pending
		left join entry on entry.n = entry_pending.n order by entry_pending.n limit 1`)
	if err == nil {
		s.Unnumbered = clock.FromMicros(at)
	} else if !fail.Is(err, fail.Missing) {
		return s, fmt.Errorf("read pending: %w", err)
	}
	p, err := readPublished(tx)
	if err == nil {
		s.Published = clock.FromMicros(p.at)
	} else if !fail.Is(err, fail.Missing) {
		return s, err
	}
	return s, nil
}

// Last is the number of the last entry, in insertion order; 0 when there is none.
func Last(tx *store.Tx) (int64, error) {
	n, err := store.One(tx, scanInt, `select coalesce(max(n), 0) from entry`)
	if err != nil {
		return 0, fmt.Errorf("read last entry: %w", err)
	}
	return n, nil
}
