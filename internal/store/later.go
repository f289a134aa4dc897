package store

import (
	"database/sql/driver"
	"fmt"

	"heed/internal/store/engine"
)

// pending is a statement that waits to be sent.
type pending struct {
	engine.Statement
	check func(rows int64, err error) error
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
	if _, ok := tx.run.(engine.Batcher); !ok {
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
	tx.later = append(tx.later, pending{engine.Statement{Query: query, Args: plain}, check})
	return nil
}

// flush sends what waits. Its error is the unit's.
func (tx *Tx) flush() error {
	if len(tx.later) == 0 || tx.broken != nil {
		return tx.broken
	}
	waits := tx.later
	tx.later = nil
	all := make([]engine.Statement, len(waits))
	for i, p := range waits {
		all[i] = p.Statement
	}
	err := tx.run.(engine.Batcher).Batch(tx.ctx, all, func(at int, rows int64, err error) error {
		if judged := waits[at].check(rows, err); judged != nil {
			return judged
		}
		return err // a statement that failed is never forgiven: the transaction is over
	})
	return tx.failed(err)
}
