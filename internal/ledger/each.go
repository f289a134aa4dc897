package ledger

import (
	"context"
	"fmt"
	"math"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// replayBatch is how many first entries one unit of work reads.
const replayBatch = 512

// Each gives fn the first entry of every record of a room, oldest first, each opened
// and its leaf recomputed. One that was altered is passed over: it is named where entries
// are checked, and keeps nobody from the others. Erased records are passed over, too: that
// they were erased is told by an entry of another record. Entries of other rooms are not
// looked at.
//
// fn writes through tx, in units of some hundreds of records, and may be run again
// for records whose unit was not kept. For making projections.
func (l *Log) Each(ctx context.Context, room Room, fn func(*store.Tx, Entry) error) error {
	return l.begun(room, fn, func(page func(*store.Tx) error) error { return l.store.Do(ctx, page) })
}

// Begun is Each for comparing projections with the history: it writes nothing. After each
// piece of the work it calls rest with how long that took; nothing is held open meanwhile.
func (l *Log) Begun(
	ctx context.Context, room Room, rest func(context.Context, time.Duration), fn func(*store.Tx, Entry) error,
) error {
	err := l.begun(room, fn, func(page func(*store.Tx) error) error {
		worked := clock.Stopwatch()
		err := l.store.View(ctx, page)
		if err == nil {
			rest(ctx, worked())
		}
		return err
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}

const firstEntries = `select ` + rowColumns + ` from entry
	where room = $1 and version = 1 and n > $2 order by n limit $3`

// Past is one record of a room, for who counts: its entries, or that it was erased.
type Past struct {
	Record  id.Record
	Begun   time.Time // of an erased one as its row says: nothing binds it any more
	Entries []Entry   // all versions, oldest first; none of an erased one
	Erased  bool
}

// Histories gives fn every record that an organisation has in a room, in the order in which
// they began, each with its whole history, opened and its leaves recomputed. One that was
// altered is fail.Tampered. It writes nothing. Each page is a view of its own, and after it
// Histories calls rest, as Begun does: nothing is held open meanwhile.
func (l *Log) Histories(ctx context.Context, room Room, org id.Org, rest func(context.Context, time.Duration),
	fn func(Past) error) error {
	const first = `select ` + rowColumns + ` from entry where room = $1 and version = 1 and org = $4 and n > $2
		order by n limit $3`
	for after, n := int64(math.MinInt64), historiesBatch; n == historiesBatch; {
		worked := clock.Stopwatch()
		var page []Past
		var rows []row
		err := l.store.View(ctx, func(tx *store.Tx) (err error) {
			page = nil
			if rows, err = store.All(tx, scanRow, first, room, after, historiesBatch, org); err != nil {
				return fmt.Errorf("read first entries: %w", err)
			}
			for _, r := range rows {
				p, err := l.past(tx, r)
				if err != nil {
					return namely(r.record, err)
				}
				page = append(page, p)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i, p := range page {
			if err := fn(p); err != nil {
				return namely(p.Record, err)
			}
			after = rows[i].n
		}
		n = len(rows)
		rest(ctx, worked())
	}
	return ctx.Err()
}

// Heads is how many records an organisation has in a room by their heads, which no erasure
// takes: Histories finds as many, or one is hidden from it.
func (l *Log) Heads(ctx context.Context, room Room, org id.Org) (n int64, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, scanInt, `select count(*) from head where room = $1 and org = $2`, room, org)
		return err
	})
	return n, err
}

// Newest is when the last entry of the installation was written; zero: there is none.
func (l *Log) Newest(ctx context.Context) (at time.Time, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, scanInt, `select at from entry order by n desc limit 1`)
		for _, x := range all {
			at = clock.FromMicros(x)
		}
		return err
	})
	return at, err
}

// namely says which record was altered, to whoever looks at many.
func namely(rec id.Record, err error) error {
	if !fail.Is(err, fail.Tampered) {
		return err
	}
	return fail.Wrap(fail.Tampered, err, "Record %s has been damaged or changed outside Heed", rec)
}

// historiesBatch is how many whole histories lie in memory at once.
const historiesBatch = 64

func (l *Log) past(tx *store.Tx, r row) (Past, error) {
	p := Past{Record: r.record, Begun: clock.FromMicros(r.at)}
	key, err := l.vault.Key(tx, r.org, r.record)
	switch {
	case fail.Is(err, fail.Gone):
		p.Erased = true
		return p, nil
	case fail.Is(err, fail.Missing): // never erased, and without its key
		return p, fail.Wrap(fail.Tampered, err, wordsTampered)
	case err != nil:
		return p, err
	}
	p.Entries, err = l.History(tx, key)
	return p, err
}

// begun goes through the records of a room, page by page, each in one unit of work.
func (l *Log) begun(room Room, fn func(*store.Tx, Entry) error, unit func(func(*store.Tx) error) error) error {
	for after, n := int64(math.MinInt64), replayBatch; n == replayBatch; { // no number is trusted, not even its sign
		var last int64
		err := unit(func(tx *store.Tx) error {
			rows, err := store.All(tx, scanRow, firstEntries, room, after, replayBatch)
			if err != nil {
				return fmt.Errorf("read first entries: %w", err)
			}
			keys := keyring{vault: l.vault, known: map[id.Record]*vault.Key{}}
			for _, r := range rows {
				last = r.n
				e, err := keys.open(tx, r)
				if fail.Is(err, fail.Tampered) {
					continue
				}
				if err == nil {
					err = fn(tx, e)
				}
				if err != nil && !fail.Is(err, fail.Gone) {
					return err
				}
			}
			n = len(rows)
			return nil
		})
		if err != nil {
			return err
		}
		after = last
	}
	return nil
}

// Begins says whether a record is of this room by its first entry; an erased one may be.
func (l *Log) Begins(tx *store.Tx, rec id.Record, room Room) (bool, error) {
	r, err := store.One(tx, scanRow, `select `+rowColumns+` from entry where record = $1 and version = 1 and version > 0`,
		rec)
	if fail.Is(err, fail.Missing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read a first entry: %w", err)
	}
	keys := keyring{vault: l.vault, known: map[id.Record]*vault.Key{}}
	_, err = keys.open(tx, r)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) { // this is named where entries are checked
		return true, nil
	}
	return err == nil && r.room == room, err
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
