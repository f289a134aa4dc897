package vault

import (
	"context"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// erasure is a row of the table of that name.
type erasure struct {
	rec              id.Record
	org              id.Org
	generation       int64
	erasedAt         time.Time
	destroyedAt      time.Time // zero while under way
	recoverableUntil time.Time
	leftBehind       int
	byRestore        bool
}

// Erase destroys a record's key. In one commit: entry appends the erasure's
// entry (the key still opens inside it), the wrapped key goes, and the erasure
// is noted as under way. Then its generation key is destroyed: see finish.
//
// An error after that commit leaves the record erased and the destruction to
// Resume. Erasing what is erased gives its certificate again, without an entry.
func (v *Vault) Erase(ctx context.Context, org id.Org, rec id.Record, entry func(tx *store.Tx) error) (Certificate, error) {
	var generation int64
	err := v.store.Do(ctx, func(tx *store.Tx) error {
		var err error
		generation, err = v.beginErasure(tx, org, rec, entry)
		return err
	})
	if err != nil {
		return Certificate{}, err
	}
	v.at("begun")
	ctx = context.WithoutCancel(ctx) // a request that goes away does not leave it half done
	if err := v.finish(ctx, org, generation); err != nil {
		return Certificate{}, fmt.Errorf("the record is erased; its generation key is not destroyed yet and will be by Resume: %w", err)
	}
	return v.Certificate(ctx, org, rec)
}

func (v *Vault) beginErasure(tx *store.Tx, org id.Org, rec id.Record, entry func(tx *store.Tx) error) (generation int64, err error) {
	row, err := store.One(tx, (*wrappedKey).scan, selectKey+tx.ForUpdate(), rec, org)
	if fail.Is(err, fail.Missing) {
		done, err := readErasure(tx, org, rec)
		return done.generation, err
	}
	if err != nil {
		return 0, err
	}
	if err := entry(tx); err != nil {
		return 0, err
	}
	now := clock.Micros(tx.Now())
	if _, err := tx.Exec(`delete from record_key where record = $1 and org = $2`, rec, org); err != nil {
		return 0, err
	}
	_, err = tx.Exec(`insert into erasure (record, org, generation, erased_at) values ($1, $2, $3, $4)`,
		rec, org, row.generation, now)
	if err != nil {
		return 0, err
	}
	// From this commit on no record key is wrapped by this generation: New reads the row.
	_, err = tx.Exec(`update key_generation set retired_at = $1 where org = $2 and generation = $3 and retired_at is null`,
		now, org, row.generation)
	return row.generation, err
}

func readErasure(tx *store.Tx, org id.Org, rec id.Record) (erasure, error) {
	e := erasure{rec: rec, org: org}
	var erasedAt, destroyedAt, until int64
	_, err := store.One(tx, func(*struct{}) []any {
		return []any{&e.generation, &erasedAt, &destroyedAt, &until, &e.leftBehind, &e.byRestore}
	}, `select generation, erased_at, coalesce(destroyed_at, 0), coalesce(recoverable_until, 0), left_behind, by_restore
		from erasure where record = $1 and org = $2`, rec, org)
	if err != nil {
		return e, err
	}
	e.erasedAt = clock.FromMicros(erasedAt)
	if destroyedAt != 0 {
		e.destroyedAt, e.recoverableUntil = clock.FromMicros(destroyedAt), clock.FromMicros(until)
	}
	return e, nil
}

// Certificate states a finished erasure: fail.Missing when there is none, fail.Busy while it is under way.
func (v *Vault) Certificate(ctx context.Context, org id.Org, rec id.Record) (c Certificate, err error) {
	err = v.store.View(ctx, func(tx *store.Tx) error {
		e, err := readErasure(tx, org, rec)
		if err != nil {
			return err
		}
		if e.destroyedAt.IsZero() {
			return fail.New(fail.Busy, "The erasure of this record is under way. Try again in a minute")
		}
		c = certify(e, v.backupLife)
		return nil
	})
	return c, err
}

// finish destroys a generation for the erasures that wait for it. Every step may
// be cut short and done again:
//
//  1. a successor is made and noted, and the living records are wrapped by it,
//     some at a time, while readers and writers go on
//  2. the database's live files are scrubbed of the old wrapped keys, and no
//     reader looks at a snapshot from before step 1 any more
//  3. the generation key is overwritten in the key store
//  4. the erasures are noted as done
//
// Nothing is lost when two processes do this at once; taking turns only saves work.
func (v *Vault) finish(ctx context.Context, org id.Org, number int64) error {
	for {
		ran, err := v.store.Exclusive(ctx, "vault-erase", func(ctx context.Context) error {
			return v.destroy(ctx, org, number)
		})
		if ran || err != nil {
			return err
		}
		if err := v.pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func (v *Vault) destroy(ctx context.Context, org id.Org, number int64) error {
	waiting, err := v.waits(ctx, org, number)
	if err != nil || !waiting {
		return err
	}
	v.retire(org, number)
	next, left, err := v.moveAll(ctx, org, number)
	if err != nil {
		return err
	}
	v.at("moved")
	if err := v.scrub(ctx); err != nil {
		return err
	}
	v.at("scrubbed")
	if err := v.destroyKey(ctx, org, number, next); err != nil {
		return err
	}
	v.at("destroyed")
	return v.store.Do(ctx, func(tx *store.Tx) error { return v.noteDestroyed(tx, org, number, left) })
}

// waits says whether an erasure waits for this generation.
func (v *Vault) waits(ctx context.Context, org id.Org, number int64) (bool, error) {
	var n int
	err := v.store.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`select count(*) from erasure where org = $1 and generation = $2 and destroyed_at is null`,
			org, number).Scan(&n)
	})
	return n > 0, err
}

func (v *Vault) noteDestroyed(tx *store.Tx, org id.Org, number int64, left int) error {
	now := tx.Now()
	_, err := tx.Exec(`update erasure set destroyed_at = $1, recoverable_until = $2, left_behind = $3
		where org = $4 and generation = $5 and destroyed_at is null`,
		clock.Micros(now), clock.Micros(now.Add(v.backupLife)), left, org, number)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`update key_generation set destroyed_at = $1, retired_at = coalesce(retired_at, $1)
		where org = $2 and generation = $3 and destroyed_at is null`, clock.Micros(now), org, number)
	return err
}

// scrub empties SQLite's log, which also waits for every reader of an older
// snapshot; on PostgreSQL the readers are waited for here.
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
