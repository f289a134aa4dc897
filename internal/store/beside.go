package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"
)

// What a unit says of others beside it. On PostgreSQL units run side by side and such
// things must be said; on SQLite units run one after another and nothing is sent.

// ForUpdate ends a select whose rows this unit will change: others wait for it.
func (tx *Tx) ForUpdate() string { return tx.beside(" for update") }

// ForShare ends a select of rows that must not change before this unit ends.
func (tx *Tx) ForShare() string { return tx.beside(" for share") }

// SkipLocked ends a select by which rivals take different rows instead of waiting for each other.
func (tx *Tx) SkipLocked() string { return tx.beside(" for update skip locked") }

func (tx *Tx) beside(words string) string {
	if tx.engine == enginePostgres {
		return words
	}
	return ""
}

// InTurn has units that name the same thing (at least eight bytes that look random)
// come one after another, each until its end: for what is counted before it is added to.
func (tx *Tx) InTurn(name []byte) error {
	if tx.engine != enginePostgres {
		return nil
	}
	if _, err := tx.Exec(`select pg_advisory_xact_lock($1)`, int64(binary.BigEndian.Uint64(name))); err != nil {
		return fmt.Errorf("wait for turn: %w", err)
	}
	return nil
}

// EndWhenSilent has the server end this unit when its process stops in the middle of
// it, so that what it has locked is not locked for longer.
func (tx *Tx) EndWhenSilent(after time.Duration) error {
	if tx.engine != enginePostgres {
		return nil
	}
	_, err := tx.Exec(`select set_config('idle_in_transaction_session_timeout', $1, true)`,
		fmt.Sprint(after.Milliseconds()))
	return err
}

// OneJourney says that each statement is a journey to a server, which takes an insert of
// rows that another insert returns as one statement.
func (tx *Tx) OneJourney() bool { return tx.engine == enginePostgres }

// scrub returns when no transaction is left that looks at a snapshot from before now, or
// after half a minute: what such a unit still reads, it must be able to find moved.
func (e *pgEngine) scrub(ctx context.Context) error {
	before, err := e.lookers(ctx)
	var waited time.Duration
	for wait := 2 * time.Millisecond; err == nil && len(before) > 0 &&
		waited < 30*time.Second; wait = min(2*wait, 100*time.Millisecond) {
		select { // real time: a test's clock that stands still must not stop it
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		waited += wait
		var now map[looker]bool
		now, err = e.lookers(ctx)
		for l := range before {
			if !now[l] {
				delete(before, l)
			}
		}
	}
	return err
}

// looker is a transaction of somebody that holds a snapshot.
type looker struct {
	pid   int64
	since string
}

func (e *pgEngine) lookers(ctx context.Context) (map[looker]bool, error) {
	rows, err := e.readDB.QueryContext(ctx, `select pid, xact_start::text from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid()
		and xact_start is not null and backend_xmin is not null and backend_type = 'client backend'`)
	if err != nil {
		return nil, fmt.Errorf("look for readers: %w", err)
	}
	defer rows.Close()
	set := map[looker]bool{}
	for rows.Next() {
		var l looker
		if err := rows.Scan(&l.pid, &l.since); err != nil {
			return nil, fmt.Errorf("look for readers: %w", err)
		}
		set[l] = true
	}
	return set, rows.Err()
}
