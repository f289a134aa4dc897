package vault

import (
	"context"
	"time"

	"heed/internal/fail"
)

// scrub is moved → scrubbed: nobody reads an older snapshot any more, and SQLite's log is
// empty. A unit on PostgreSQL that outlasts the waiting finds its key in the list of the successor.
func (v *Vault) scrub(ctx context.Context) error {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := v.store.Scrub(ctx)
		if !fail.Is(err, fail.Busy) {
			return err
		}
		if err := v.pause(ctx, wait); err != nil {
			return err
		}
	}
}

func (v *Vault) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d) // real time: a test's clock that stands still must not stop it
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
