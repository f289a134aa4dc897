package vault

import (
	"context"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
)

// scrub is moved → scrubbed: it empties SQLite's log, which also waits for every
// reader of an older snapshot; on PostgreSQL the readers are waited for here.
func (v *Vault) scrub(ctx context.Context) error {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := v.store.Scrub(ctx)
		if err == nil {
			break
		}
		if !fail.Is(err, fail.Busy) {
			return err
		}
		if err := v.pause(ctx, wait); err != nil {
			return err
		}
	}
	if v.store.Engine() != "postgres" {
		return nil
	}
	return v.waitForReaders(ctx)
}

// waitForReaders returns when no transaction is left that looks at a snapshot
// from before now, or after half a minute: a unit that still does then finds its
// key in the list of the successor.
func (v *Vault) waitForReaders(ctx context.Context) error {
	type looker struct {
		pid   int64
		since string
	}
	look := func() (map[looker]bool, error) {
		set := map[looker]bool{}
		err := v.store.View(ctx, func(tx *store.Tx) error {
			all, err := store.All(tx, func(l *looker) []any { return []any{&l.pid, &l.since} },
				`select pid, xact_start::text from pg_stat_activity
				where datname = current_database() and pid <> pg_backend_pid()
				and xact_start is not null and backend_xmin is not null and backend_type = 'client backend'`)
			for _, l := range all {
				set[l] = true
			}
			return err
		})
		return set, err
	}
	before, err := look()
	var waited time.Duration
	for wait := 2 * time.Millisecond; err == nil && len(before) > 0 && waited < 30*time.Second; wait = min(2*wait, 100*time.Millisecond) {
		if err := v.pause(ctx, wait); err != nil {
			return err
		}
		waited += wait
		var now map[looker]bool
		now, err = look()
		for l := range before {
			if !now[l] {
				delete(before, l)
			}
		}
	}
	return err
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
