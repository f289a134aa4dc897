package session

import (
	"context"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Run writes down every 15 seconds which sessions were used, and every hour throws
// away what is past its time. It ends with ctx, or when it could not: what is in
// memory still counts, and who runs it begins again. well is told after each turn.
func (k *Keeper) Run(ctx context.Context, well func()) error {
	var swept time.Time
	for {
		select {
		case <-ctx.Done():
			return k.flush(context.WithoutCancel(ctx))
		case <-k.clock.After(15 * time.Second):
		}
		if err := k.flush(ctx); err != nil {
			return err
		}
		if now := k.clock.Now(); now.Sub(swept) >= time.Hour || now.Before(swept) {
			if err := k.Sweep(ctx); err != nil {
				return err
			}
			swept = now
		}
		well()
	}
}

func (k *Keeper) flush(ctx context.Context) error {
	k.mu.Lock()
	written := k.seen
	k.seen = map[[32]byte]Session{}
	k.mu.Unlock()
	if len(written) == 0 {
		return nil
	}
	err := k.store.Do(ctx, func(tx *store.Tx) error {
		for _, x := range written {
			if err := k.noteUse(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		k.mu.Lock()
		for token, x := range written {
			if x.seen > k.seen[token].seen {
				k.seen[token] = x
			}
		}
		k.mu.Unlock()
	}
	return err
}

// noteUse writes when a session was last used, sealed as all that it gives: SQL
// does not wake a session that has fallen asleep.
func (k *Keeper) noteUse(tx *store.Tx, x Session) error {
	proof, err := k.sealProof(tx, x)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Missing) {
		return nil // the person is erased
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(`update web_session set seen = $1, proof = $2 where token = $3 and seen < $1 and ended = 0`, x.seen,
		proof, x.token[:])
	if err != nil {
		return fmt.Errorf("note use of session: %w", err)
	}
	return nil
}

// Sweep throws away ended sessions, old drafts, outcomes and attempts.
func (k *Keeper) Sweep(ctx context.Context) error {
	if err := k.spent.Sweep(); err != nil {
		return err
	}
	return k.store.Do(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		for _, old := range [...]struct {
			query string
			keep  time.Duration
		}{
			{`delete from web_session where seen < $1`, keepEnded},
			{`delete from web_draft where at < $1`, keepDrafts},
			{`delete from web_once where at < $1`, keepOutcomes},
			{`delete from web_attempt where at < $1`, attemptWindow},
			{`delete from web_place where at < $1`, keepPlaces},
		} {
			if _, err := tx.Exec(old.query, clock.Micros(now.Add(-old.keep))); err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
		}
		return nil
	})
}
