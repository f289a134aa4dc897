package bulk

import (
	"context"

	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// An import that was stopped or killed has left rows that nobody sees, and marks on others
// that say nothing. They are swept away in units as small as those that made them: at once,
// by the next import of the same feed, or by Sweep. Where they have filled the disk, that is
// what makes room again, so that it may use the reserve.

// left is an import of which something may lie there.
type left struct {
	number int64
	org    id.Org
	feed   string
}

const leftOver = `select import, org, feed from bulk_import where state in ('staged', 'stopped') order by import`

func lefts(tx *store.Tx) ([]left, error) {
	return store.All(tx, func(l *left) []any { return []any{&l.number, &l.org, &l.feed} }, leftOver)
}

// Sweep takes away what imports have left that were stopped or killed. One that runs is let be.
func (d *Desk) Sweep(ctx context.Context) error {
	var all []left
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = lefts(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range all {
		f, err := d.feed(l.feed)
		if err != nil {
			continue // of a newer version of Heed, which sweeps it
		}
		_, err = d.Store.Exclusive(ctx, turn(l.org, f.Name), func(ctx context.Context) error {
			return d.sweep(ctx, l.org, f)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweep is for who has the turn of the feed.
func (d *Desk) sweep(ctx context.Context, org id.Org, f Feed) error {
	var all []left
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = lefts(tx)
		return err
	})
	for _, l := range all {
		if err == nil && l.org == org && l.feed == f.Name {
			err = d.away(ctx, org, f, l.number)
		}
	}
	return err
}

// stop sweeps away what an import that failed has staged.
func (s *staging) stop(ctx context.Context) error {
	if s.number == 0 {
		return nil
	}
	return s.away(ctx, s.org, s.feed, s.number)
}

// away takes away the rows of an import that no entry names, and its marks.
func (d *Desk) away(ctx context.Context, org id.Org, f Feed, number int64) error {
	var kept bool
	err := d.Store.DoFreeing(ctx, func(tx *store.Tx) error {
		s, err := d.stateIn(tx, org, f.Name)
		if err != nil {
			return err
		}
		state := "stopped"
		for _, i := range s.Imports { // whatever the table says: what an entry names is never swept away
			if kept = i.Import == number; kept {
				state = "kept"
				break
			}
		}
		_, err = tx.Exec(`update bulk_import set state = $1 where import = $2`, state, number)
		return err
	})
	if err != nil || kept {
		return err
	}
	for _, step := range []func(tx *store.Tx) (more bool, err error){
		func(tx *store.Tx) (bool, error) { return sweepRows(tx, f, number) },
		func(tx *store.Tx) (bool, error) { return sweepMarks(tx, f, number) },
	} {
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := d.Store.DoFreeing(ctx, func(tx *store.Tx) (err error) {
				more, err = step(tx)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return d.Store.DoFreeing(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`update bulk_import set state = 'swept', rows = 0 where import = $1`, number)
		return err
	})
}

func sweepRows(tx *store.Tx, f Feed, number int64) (more bool, err error) {
	first, err := store.One(tx, func(n **int64) []any { return []any{n} },
		`select min(n) from `+f.Table+` where n >= $1 and n < $2`, record.RowKey(number, 0), record.RowKey(number+1, 0))
	if err != nil || first == nil {
		return false, err
	}
	end := min(*first+unit, record.RowKey(number+1, 0))
	_, err = tx.Exec(`delete from `+f.Table+` where n >= $1 and n < $2`, *first, end)
	return true, err
}

func sweepMarks(tx *store.Tx, f Feed, number int64) (more bool, err error) {
	keys, err := store.All(tx, func(n *int64) []any { return []any{n} }, `select n from `+f.Table+`
		where ended_by = $1 and ended_by <> 0 order by n limit $2`, number, unit)
	if err != nil || len(keys) == 0 {
		return false, err
	}
	_, err = tx.Exec(`update `+f.Table+` set ended_by = 0 where ended_by = $1 and ended_by <> 0 and n <= $2`, number,
		keys[len(keys)-1])
	return true, err
}
