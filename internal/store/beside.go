package store

import (
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
	if tx.dialect.Server {
		return words
	}
	return ""
}

// InTurn has units that name the same thing (at least eight bytes that look random)
// come one after another, each until its end: for what is counted before it is added to.
func (tx *Tx) InTurn(name []byte) error {
	if !tx.dialect.Server {
		return nil
	}
	if _, err := tx.Exec(tx.dialect.InTurn, int64(binary.BigEndian.Uint64(name))); err != nil {
		return fmt.Errorf("wait for turn: %w", err)
	}
	return nil
}

// EndWhenSilent has the server end this unit when its process stops in the middle of
// it, so that what it has locked is not locked for longer.
func (tx *Tx) EndWhenSilent(after time.Duration) error {
	if !tx.dialect.Server {
		return nil
	}
	_, err := tx.Exec(tx.dialect.EndWhenSilent, fmt.Sprint(after.Milliseconds()))
	return err
}

// OneJourney says that each statement is a journey to a server, which takes an insert of
// rows that another insert returns as one statement.
func (tx *Tx) OneJourney() bool { return tx.dialect.Server }
