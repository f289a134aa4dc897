package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// moveBatch is how many record keys are wrapped again in one unit of work:
// a few milliseconds, so that no writer waits for long.
const moveBatch = 100

var errSuccessorRetired = errors.New("vault: the successor was retired meanwhile")

// moveAll wraps every living record of a generation by its successor. left is
// the number of rows that did not authenticate: they stay and cannot be read.
func (v *Vault) moveAll(ctx context.Context, org id.Org, number int64) (next *generation, left int, err error) {
	for {
		next, err = v.successor(ctx, org, number)
		if err != nil || next == nil {
			return nil, 0, err
		}
		left, err = v.moveTo(ctx, org, number, next)
		if !errors.Is(err, errSuccessorRetired) {
			return next, left, err
		}
	}
}

func (v *Vault) moveTo(ctx context.Context, org id.Org, number int64, next *generation) (left int, err error) {
	for last := (id.Record{}); ; {
		var rows []wrappedKey
		var bad int
		err := v.store.Do(ctx, func(tx *store.Tx) (err error) {
			rows, bad, err = v.moveSome(tx, org, number, last, next)
			return err
		})
		if err != nil {
			return left, err
		}
		left += bad
		if len(rows) == 0 {
			return left, nil
		}
		last = rows[len(rows)-1].rec
		v.at("moving")
	}
}

func (v *Vault) moveSome(tx *store.Tx, org id.Org, number int64, last id.Record, next *generation) (rows []wrappedKey, bad int, err error) {
	var retired bool
	err = tx.QueryRow(`select case when retired_at is null then 0 else 1 end from key_generation
		where org = $1 and generation = $2`+tx.ForUpdate(), org, next.number).Scan(&retired)
	if err != nil {
		return nil, 0, fmt.Errorf("read successor: %w", err)
	}
	if retired {
		return nil, 0, errSuccessorRetired
	}
	rows, err = store.All(tx, (*wrappedKey).scan, fmt.Sprintf(`select record, generation, wrapped from record_key
		where org = $1 and generation = $2 and record > $3 order by record limit %d`, moveBatch)+tx.ForUpdate(),
		org, number, last.Bytes())
	if err != nil {
		return nil, 0, err
	}
	for _, row := range rows {
		raw, err := v.unwrap(org, row.rec, number, row.wrapped)
		if fail.Is(err, fail.Tampered) {
			bad++
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		if err := keepUnder(tx, org, row.rec, raw, number, next); err != nil {
			return nil, 0, err
		}
	}
	return rows, bad, nil
}

// keepUnder wraps a record key anew.
func keepUnder(tx *store.Tx, org id.Org, rec id.Record, raw [32]byte, from int64, next *generation) error {
	_, err := tx.Exec(`update record_key set generation = $1, wrapped = $2 where record = $3 and org = $4 and generation = $5`,
		next.number, next.wrapping.Wrap(recordContext(org, rec, next.number), raw), rec, org, from)
	return err
}

// successor is the generation that takes over the living of another; nil when
// nothing lives there. One that an interrupted erasure made is used again.
func (v *Vault) successor(ctx context.Context, org id.Org, number int64) (*generation, error) {
	var living, known int64
	err := v.store.View(ctx, func(tx *store.Tx) error {
		err := tx.QueryRow(`select count(*) from record_key where org = $1 and generation = $2`, org, number).Scan(&living)
		if err != nil {
			return err
		}
		known, err = liveSuccessor(tx, org, number)
		return err
	})
	if err != nil {
		return nil, err
	}
	if known != 0 {
		return v.generation(org, known)
	}
	if living == 0 {
		return nil, nil
	}
	g, err := v.makeGeneration(org)
	if err != nil {
		return nil, err
	}
	v.at("successor")
	return g, v.store.Do(ctx, func(tx *store.Tx) error {
		if err := g.note(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`update key_generation set successor = $1 where org = $2 and generation = $3`, g.number, org, number)
		return err
	})
}

// liveSuccessor is 0 when there is none that may still take records.
func liveSuccessor(tx *store.Tx, org id.Org, number int64) (int64, error) {
	n, err := store.One(tx, func(n *int64) []any { return []any{n} }, `select s.generation from key_generation g
		join key_generation s on s.org = g.org and s.generation = g.successor and s.retired_at is null
		where g.org = $1 and g.generation = $2`, org, number)
	if fail.Is(err, fail.Missing) {
		return 0, nil
	}
	return n, err
}

// destroyKey overwrites a generation key in both slots of the key store. In the
// same write the successor gets the list of what it took over.
func (v *Vault) destroyKey(ctx context.Context, org id.Org, number int64, next *generation) error {
	var list []byte
	if next != nil {
		var err error
		if list, err = v.movedList(ctx, org, next); err != nil {
			return err
		}
	}
	raw := [16]byte(org.Bytes())
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		if next != nil {
			if i, ok := ks.Find(raw, next.number); ok {
				ks.Generations[i].Moved = list
			}
		}
		return remove(ks, raw, number) || next != nil, nil
	})
}

// waitForReaders returns when no transaction is left that looks at a snapshot
// from before now, or after half a minute: a unit that still does then is told
// fail.Gone and starts again.
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
