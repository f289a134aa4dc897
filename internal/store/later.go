package store

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pending is a statement that waits to be sent.
type pending struct {
	query string
	args  []any
	check func(rows int64, err error) error
}

// batcher sends several statements in one journey. tell is called with each answer
// in order, and ends the rest by an error.
type batcher interface {
	batch(ctx context.Context, all []pending, tell func(p pending, rows int64, err error) error) error
}

// Later runs a statement whose answer this unit does not need in order to go on. On
// PostgreSQL it is sent, in its order, together with its neighbours: before the next
// other statement, and before the commit at the latest. On SQLite it runs at once.
//
// check judges the answer, once; nil is "an error is an error". An error of the
// statement or of check ends the unit: nothing of it is kept.
func (tx *Tx) Later(check func(rows int64, err error) error, query string, args ...any) error {
	if tx.broken != nil {
		return tx.over()
	}
	if check == nil {
		check = func(_ int64, err error) error { return err }
	}
	if _, ok := tx.run.(batcher); !ok {
		n, err := tx.Exec(query, args...)
		return check(n, err)
	}
	plain := make([]any, len(args))
	for i, a := range args { // what is sent is what was given now
		v, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return tx.failed(fmt.Errorf("store: argument %d: %w", i+1, err))
		}
		plain[i] = v
	}
	tx.later = append(tx.later, pending{query, plain, check})
	return nil
}

// flush sends what waits. Its error is the unit's.
func (tx *Tx) flush() error {
	if len(tx.later) == 0 || tx.broken != nil {
		return tx.broken
	}
	waits := tx.later
	tx.later = nil
	err := tx.run.(batcher).batch(tx.ctx, waits, func(p pending, rows int64, err error) error {
		if judged := p.check(rows, err); judged != nil {
			return judged
		}
		return err // a statement that failed is never forgiven: the transaction is over
	})
	return tx.failed(err)
}

func (p plain) batch(ctx context.Context, all []pending, tell func(pending, int64, error) error) error {
	var first error
	err := p.conn.Raw(func(dc any) error {
		var b pgx.Batch
		for _, one := range all {
			b.Queue(one.query, one.args...)
		}
		results := dc.(*stdlib.Conn).Conn().SendBatch(ctx, &b)
		for _, one := range all {
			tag, err := results.Exec()
			if first = tell(one, tag.RowsAffected(), err); first != nil {
				break
			}
		}
		err := results.Close()
		if first == nil {
			first = err
		}
		return nil // whether the connection is sound shows at the next statement
	})
	if first == nil {
		first = err
	}
	return first
}
