package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Own is a session as its owner sees it.
type Own struct {
	Handle string // names it in an address, and opens nothing
	Device string // "" when the browser did not say
	Begun  time.Time
	Last   time.Time
	This   bool // the one that asks

	session Session
}

func (x Session) handle() string {
	sum := sha256.Sum256(x.token[:])
	return hex.EncodeToString(sum[:8])
}

type ownRow struct {
	token []byte
	Session
}

func (r *ownRow) fields() []any { return append(r.Session.fields(), &r.token) }

// Own are the sessions of somebody that live, the last used first; since is when how they log
// in was changed last.
func (k *Keeper) Own(ctx context.Context, mine Session, since time.Time) (all []Own, err error) {
	err = k.store.View(ctx, func(tx *store.Tx) error {
		all = nil
		rows, err := store.All(tx, (*ownRow).fields, `select `+sessionColumns+`, token from web_session
			where person = $1 and ended = 0`, mine.owner.person)
		if err != nil {
			return fmt.Errorf("look for sessions: %w", err)
		}
		for _, r := range rows {
			x := r.Session
			x.token = [32]byte(r.token)
			if err := k.prove(tx, &x); fail.Is(err, fail.Missing) {
				continue
			} else if err != nil {
				return err
			}
			k.mu.Lock()
			x.seen = max(x.seen, k.seen[x.token].seen)
			k.mu.Unlock()
			if x.stage != stageIn || !k.Alive(x) || x.started < clock.Micros(since) || k.spent.Spent(k.mark(x)) {
				continue
			}
			all = append(all, Own{Handle: x.handle(), Device: x.device, Begun: clock.FromMicros(x.started),
				Last: clock.FromMicros(x.seen), This: x.token == mine.token, session: x})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Own) int { return b.Last.Compare(a.Last) })
	return all, err
}

// EndOwn ends one of somebody's own sessions by its handle, or each when the handle is "".
func (k *Keeper) EndOwn(ctx context.Context, mine Session, handle string) error {
	all, err := k.Own(ctx, mine, time.Time{})
	if err != nil {
		return err
	}
	found := handle == ""
	for _, o := range all {
		if handle != "" && o.Handle != handle {
			continue
		}
		found = true
		if err := k.End(ctx, o.session); err != nil {
			return err
		}
	}
	if !found {
		return fail.New(fail.Missing, "Page not found")
	}
	return nil
}
