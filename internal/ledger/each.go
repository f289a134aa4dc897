package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// replayBatch is how many entries one unit of work of Each reads.
const replayBatch = 512

// Each gives fn every entry whose kind begins with kindPrefix, readings too, in
// sequence order and, after those, in insertion order what has no number yet.
// Each entry is opened and its leaf recomputed; one that was taken away or
// altered is fail.Tampered. Entries of erased records are passed over: that they
// were erased is told by an entry of another record.
//
// fn writes through tx, in units of some hundreds of entries, and may be run
// again for entries whose unit was not kept. For rebuilding projections.
func (l *Log) Each(ctx context.Context, kindPrefix string, fn func(*store.Tx, Entry) error) error {
	if _, err := l.Sequence(ctx); err != nil && !fail.Is(err, fail.Tampered) {
		return err // what cannot be numbered because the log has stopped is read at the end
	}
	for next, done := int64(0), false; !done; {
		at := next
		err := l.store.Do(ctx, func(tx *store.Tx) (err error) {
			next, done, err = l.replay(tx, at, kindPrefix, fn)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Begun gives fn the first entry of every record that begins with this kind, oldest
// first, each opened and its leaf recomputed. It writes nothing and passes over
// erased records: for comparing projections with the history. After each piece of the
// work it calls rest with how long that took; nothing is held open meanwhile.
func (l *Log) Begun(ctx context.Context, kind string, rest func(context.Context, time.Duration), fn func(*store.Tx, Entry) error) error {
	for after, n := int64(0), replayBatch; n == replayBatch; {
		worked := clock.Stopwatch()
		err := l.store.View(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, scanRow, `select `+rowColumns+` from entry where version = 1 and n > $1 order by n limit $2`, after, replayBatch)
			if err != nil {
				return fmt.Errorf("read first entries: %w", err)
			}
			keys := keyring{vault: l.vault, known: map[id.Record]*vault.Key{}}
			for _, r := range rows {
				e, err := keys.open(tx, r)
				if err == nil && e.Kind == kind {
					err = fn(tx, e)
				}
				if err != nil && !fail.Is(err, fail.Gone) {
					return err
				}
				after = r.n
			}
			n = len(rows)
			return nil
		})
		if err != nil {
			return err
		}
		rest(ctx, worked())
	}
	return ctx.Err()
}

// Begins says whether a record begins with this kind; an erased one may have.
func (l *Log) Begins(tx *store.Tx, rec id.Record, kind string) (bool, error) {
	r, err := store.One(tx, scanRow, `select `+rowColumns+` from entry where record = $1 and version = 1`, rec)
	if fail.Is(err, fail.Missing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read a first entry: %w", err)
	}
	keys := keyring{vault: l.vault, known: map[id.Record]*vault.Key{}}
	e, err := keys.open(tx, r)
	if fail.Is(err, fail.Gone) {
		return true, nil
	}
	if fail.Is(err, fail.Tampered) {
		return true, nil // named where entries are checked
	}
	return err == nil && e.Kind == kind, err
}

// replay gives fn the entries from leaf at on, and says where to go on. At the end
// of the tree come the entries that wait for a number, in the same unit: the lock
// keeps the sequencer from moving them in between.
func (l *Log) replay(tx *store.Tx, at int64, kindPrefix string, fn func(*store.Tx, Entry) error) (int64, bool, error) {
	size, err := store.One(tx, scanInt, `select size from log_state where id = 1`+tx.ForUpdate())
	if err != nil {
		return 0, false, fmt.Errorf("lock log state: %w", err)
	}
	to := min(at+replayBatch, size)
	rows, err := sequenced(tx, at, to)
	if err != nil {
		return 0, false, err
	}
	if to == size {
		waits, err := store.All(tx, scanRow, `select `+rowColumns+` from entry
			where n in (select n from entry_pending) order by n`)
		if err != nil {
			return 0, false, fmt.Errorf("read waiting entries: %w", err)
		}
		rows = append(rows, waits...)
	}
	keys := keyring{vault: l.vault, known: map[id.Record]*vault.Key{}}
	for _, r := range rows {
		e, err := keys.open(tx, r)
		if fail.Is(err, fail.Gone) {
			continue
		}
		if err != nil {
			return 0, false, err
		}
		if strings.HasPrefix(e.Kind, kindPrefix) {
			if err := fn(tx, e); err != nil {
				return 0, false, err
			}
		}
	}
	return to, to == size, nil
}

// sequenced gives the entries among leaves from … to-1; all of them, or fail.Tampered.
func sequenced(tx *store.Tx, from, to int64) ([]row, error) {
	runs, err := readRuns(tx, from, to)
	if err != nil {
		return nil, err
	}
	var out []row
	next := from
	for _, r := range runs {
		if r.seq != next {
			return nil, tampered("leaf %d has no entry", next)
		}
		next += r.size
		if r.blinders != nil {
			continue
		}
		rows, err := store.All(tx, scanRow, `select `+rowColumns+` from entry where n >= $1 and n < $2 order by n`, r.n, r.n+r.size)
		if err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
		if int64(len(rows)) != r.size {
			return nil, tampered("of entries %d to %d there are %d", r.n, r.n+r.size-1, len(rows))
		}
		out = append(out, rows...)
	}
	if next != to {
		return nil, tampered("leaf %d has no entry", next)
	}
	return out, nil
}

// keyring keeps the keys of one unit of work.
type keyring struct {
	vault   *vault.Vault
	known   map[id.Record]*vault.Key // nil: erased
	scratch record.Scratch
}

// open opens an entry of any record; fail.Gone when the record has been erased. A
// record without a key that was not erased either has been tampered with.
func (k *keyring) open(tx *store.Tx, r row) (Entry, error) {
	key, ok := k.known[r.record]
	if !ok {
		var err error
		key, err = k.vault.Key(tx, r.org, r.record)
		switch {
		case fail.Is(err, fail.Gone):
			key = nil
		case fail.Is(err, fail.Missing):
			return Entry{}, fail.Wrap(fail.Tampered, err, wordsTampered)
		case err != nil:
			return Entry{}, err
		}
		k.known[r.record] = key
	}
	if key == nil {
		return Entry{}, fail.New(fail.Gone, "This record has been erased")
	}
	return r.open(&k.scratch, key)
}
