package session

import (
	"context"
	"fmt"
	"sync"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Sending a form twice is sending it once: where it led is kept for a day, sealed, under
// a digest of the person, the address and all that was typed.

const onceField = "web:once"

// Note keeps, in the caller's own commit, where a form led; fail.Conflict when the same was taken already.
func (k *Keeper) Note(tx *store.Tx, x Session, digest [32]byte, to string) error {
	at := clock.Micros(tx.Now())
	sealed, err := k.days.sealJSON(x.owner, onceField, at, to)
	if err != nil {
		return err
	}
	err = tx.ChangeOne(`insert into web_once (digest, person, org, at, outcome) values ($1, $2, $3, $4, $5)`,
		digest[:], x.owner.person, x.owner.org, at, sealed)
	if store.IsUnique(err) {
		return fail.Wrap(fail.Conflict, err, "This was sent already")
	}
	if err != nil {
		return fmt.Errorf("note outcome: %w", err)
	}
	return nil
}

// Outcome is where an earlier sending led; fail.Missing when there was none.
func (k *Keeper) Outcome(ctx context.Context, x Session, digest [32]byte) (to string, err error) {
	err = k.store.View(ctx, func(tx *store.Tx) error {
		row, err := store.One(tx, (*sealedRow).fields, `select at, outcome from web_once where digest = $1`, digest[:])
		if err != nil {
			return err
		}
		return k.days.openJSON(x.owner, onceField, row.at, row.sealed, &to)
	})
	return to, err
}

// Turn lets one request at a time work on one form; done gives the turn back.
func (k *Keeper) Turn(ctx context.Context, digest [32]byte) (done func(), err error) {
	return k.turns.take(ctx, digest)
}

// turns lets one request at a time work on one form.
type turns struct {
	mu   sync.Mutex
	held map[[32]byte]chan struct{} // guarded by mu
}

func (t *turns) take(ctx context.Context, d [32]byte) (done func(), err error) {
	for {
		t.mu.Lock()
		wait, taken := t.held[d]
		if !taken {
			mine := make(chan struct{})
			t.held[d] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.held, d)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the same form: %w", ctx.Err())
		}
	}
}
