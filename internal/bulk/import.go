package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// unit is how many rows are staged in one unit of work: others wait for no more than that.
const unit = 1024

// Staged is what is imported.
type Staged struct {
	Feed   string
	Seen   int64                   // version of the feed's record on which it rests
	File   string                  // SHA-256 of the file, in hex
	AsOf   string                  // the day of which it speaks, 2026-07-08
	Form   string                  // what it was recognised as, with version
	Map    json.RawMessage         // columns that a person named
	Counts map[string]int64        // what it adds to each count
	New    iter.Seq2[[]any, error] // rows, each as the feed's columns are
	Ends   iter.Seq2[int64, error] // keys of rows that it ends, in their order; each is there
	Tell   func(staged int64)      // progress; may be nil
}

var errUnordered = errors.New("bulk: rows are ended in the order of their keys")

// turn is the name under which one import of a feed runs at a time, on whatever machine.
func turn(org id.Org, feed string) string { return "bulk " + feed + " " + org.String() }

// Import stages rows, and then has all of them be there by one entry. It gives the number of
// the import. fail.Stale when the feed has moved on since Seen, fail.Busy while another import
// of it runs. When it is stopped nothing of it was ever there.
func (d *Desk) Import(ctx context.Context, org id.Org, by ledger.Author, in Staged) (number int64, err error) {
	f, err := d.feed(in.Feed)
	if err != nil {
		return 0, err
	}
	ran, err := d.Store.Exclusive(ctx, turn(org, f.Name), func(ctx context.Context) error {
		if err := d.sweep(ctx, org, f); err != nil {
			return err
		}
		s := &staging{Desk: d, feed: f, org: org, in: in}
		if err := s.run(ctx, by); err != nil {
			return s.gaveUp(context.WithoutCancel(ctx), err)
		}
		number = s.number
		return nil
	})
	if err == nil && !ran {
		err = fail.New(fail.Busy, "Rows of this kind are being imported at this moment. Wait until that is done, then try "+
			"again")
	}
	return number, err
}

// gaveUp takes away what an import that failed has staged, and says why it failed.
func (s *staging) gaveUp(ctx context.Context, err error) error {
	left := s.stop(ctx)
	switch {
	case !fail.Is(err, fail.Full):
	case left == nil:
		err = fail.Wrap(fail.Full, err, "The disk of the database is full, so nothing was imported, and what was begun "+
			"is taken away again. Make room on that disk, then import the file again")
	default:
		err = fail.Wrap(fail.Full, err, "The disk of the database is full, so nothing was imported. Make room on that "+
			"disk at once: what was begun lies there until Heed can take it away, which it tries each hour. Then import the "+
			"file again")
	}
	return errors.Join(err, left)
}

// staging is an import under way.
type staging struct {
	*Desk
	feed   Feed
	org    id.Org
	in     Staged
	number int64
	rows   record.RowsHash
	ends   record.RowsHash
}

func (s *staging) run(ctx context.Context, by ledger.Author) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if err := s.putRows(ctx); err != nil {
		return err
	}
	if err := s.markEnds(ctx); err != nil {
		return err
	}
	return s.keep(ctx, by)
}

// begin gives the import its number, unless the feed has moved on.
func (s *staging) begin(ctx context.Context) error {
	return s.Store.Do(ctx, func(tx *store.Tx) error {
		state, err := s.stateIn(tx, s.org, s.feed.Name)
		if err != nil {
			return err
		}
		if state.Version != s.in.Seen {
			return movedOn()
		}
		s.number, err = store.One(tx, func(n *int64) []any { return []any{n} }, `insert into bulk_import
			(org, feed, at, rows, state) values ($1, $2, $3, 0, 'staged') returning import`,
			s.org, s.feed.Name, clock.Micros(tx.Now()))
		if err == nil && (s.number < 1 || s.number > record.MostImports) {
			err = fail.New(fail.Broken, "bulk: the numbers of imports are used up")
		}
		return err
	})
}

func movedOn() error {
	return fail.New(fail.Stale, "Other rows were imported or taken back meanwhile. Look at what this file would do now")
}

// putRows stages the new rows.
func (s *staging) putRows(ctx context.Context) error {
	columns := append([]string{"n", "ended_by"}, s.feed.Columns...)
	values := make([]any, 0, unit*len(columns))
	flush := func() error {
		err := s.some(ctx, func(tx *store.Tx) error { return tx.PutRows(s.feed.Table, columns, values) })
		values = values[:0]
		return err
	}
	for row, err := range s.in.New {
		if err != nil {
			return err
		}
		if len(row) != len(s.feed.Columns) || !s.feed.fits(row) {
			return fmt.Errorf("bulk: a row of %d values that does not fit %s", len(row), s.feed.Table)
		}
		if s.rows.Rows() == record.MostRows {
			return fail.New(fail.Bad, "The file has too many rows")
		}
		key := record.RowKey(s.number, s.rows.Rows())
		if err := s.rows.Add(key, row...); err != nil {
			return err
		}
		values = append(append(values, key, int64(0)), row...)
		if len(values) == cap(values) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(values) == 0 {
		return nil
	}
	return flush()
}

// markEnds marks the rows that are ended. The mark says nothing before the entry is there.
func (s *staging) markEnds(ctx context.Context) error {
	var keys []int64
	flush := func() error {
		err := s.some(ctx, func(tx *store.Tx) error { return s.mark(tx, keys) })
		keys = keys[:0]
		return err
	}
	last := int64(-1)
	for key, err := range s.in.Ends {
		if err != nil {
			return err
		}
		if key <= last {
			return errUnordered
		}
		last = key
		if err := s.ends.Add(key); err != nil {
			return err
		}
		if keys = append(keys, key); len(keys) == unit {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return flush()
}

// mark marks rows, a run of keys without a gap by one statement.
func (s *staging) mark(tx *store.Tx, keys []int64) error {
	for len(keys) > 0 {
		run := 1
		for run < len(keys) && keys[run] == keys[0]+int64(run) {
			run++
		}
		all := func(rows int64, err error) error { return store.OneRow(rows-int64(run)+1, err) }
		err := tx.Later(all, `update `+s.feed.Table+` set ended_by = $1 where n >= $2 and n <= $3`,
			s.number, keys[0], keys[run-1])
		if err != nil {
			return err
		}
		keys = keys[run:]
	}
	return nil
}

// some is one unit of staging: it counts what lies there, and ends when somebody has swept it away.
func (s *staging) some(ctx context.Context, fn func(*store.Tx) error) error {
	if err := errors.Join(ctx.Err(), s.Store.Spare(ctx)); err != nil {
		return err
	}
	done := s.rows.Rows() + s.ends.Rows()
	err := s.Store.Do(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`update bulk_import set rows = $1 where import = $2 and state = 'staged'`, done, s.number)
		if err != nil {
			return err
		}
		if n != 1 {
			return fail.New(fail.Busy, "This import was stopped from elsewhere. Try again")
		}
		return fn(tx)
	})
	if err == nil && s.in.Tell != nil {
		s.in.Tell(done)
	}
	return err
}

// keep is the one commit: the entry, the switch, the counts.
func (s *staging) keep(ctx context.Context, by ledger.Author) error {
	said := Said{File: s.in.File, AsOf: s.in.AsOf, Form: s.in.Form, Map: s.in.Map, Counts: s.in.Counts,
		RowsImport: record.RowsImport{Import: s.number, Table: s.feed.Table, Columns: s.feed.Columns,
			Rows: s.rows.Rows(), Root: s.rows.Root(), Ended: s.ends.Rows(), Ends: s.ends.Root()}}
	return s.Store.Do(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`update bulk_import set state = 'kept' where import = $1 and state = 'staged'`, s.number)
		if err != nil {
			return err
		}
		if n != 1 {
			return fail.New(fail.Busy, "This import was stopped from elsewhere. Try again")
		}
		return s.say(tx, s.org, s.feed.Name, s.in.Seen, by, ledger.Event{Kind: record.KindRowsImported, Data: said})
	})
}

// say writes into the record of an organisation's feed, which begins with its first entry.
func (d *Desk) say(tx *store.Tx, org id.Org, feed string, seen int64, by ledger.Author, event ledger.Event) error {
	rec := Of(org, feed)
	var key *vault.Key
	var err error
	if seen == 0 {
		key, err = d.Vault.New(tx, org, rec, record.Organisation)
		if fail.Is(err, fail.Conflict) {
			return movedOn()
		}
	} else {
		key, err = d.Vault.Key(tx, org, rec)
	}
	if err != nil {
		return err
	}
	_, err = d.Ledger.Append(tx, ledger.Feed, key, seen, by, event)
	if fail.Is(err, fail.Stale) {
		return movedOn()
	}
	return err
}

// Undo takes the latest import back: its rows are not there any more, and those that it ended are.
func (d *Desk) Undo(ctx context.Context, org id.Org, by ledger.Author, feed string, number int64) error {
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		s, err := d.stateIn(tx, org, feed)
		if err != nil {
			return err
		}
		last, ok := s.Last()
		if !ok || last.Import != number {
			return fail.New(fail.Conflict, "Only the latest import that stands can be taken back: those after it rest on it")
		}
		return d.say(tx, org, feed, s.Version, by, ledger.Event{Kind: record.KindRowsUndone,
			Data: record.RowsUndone{Import: number}})
	})
}
