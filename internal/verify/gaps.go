package verify

import (
	"context"
	"errors"
	"fmt"

	"heed/internal/store"
)

// Rows that nothing else needs can be taken away without a trace in what is left.
// Here each of those tables is held against what was written with it.

func (v *check) gaps(ctx context.Context) error {
	return errors.Join(v.unpublished(ctx), v.unlocked(ctx), v.forgotten(ctx))
}

// unpublished names checkpoints that were taken away: the log ends each beat with
// padding and a checkpoint of that size, in one commit.
func (v *check) unpublished(ctx context.Context) error {
	var sizes []int64
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		sizes, err = store.All(tx, scanInt, `select seq + size from log_run where padding is not null
			and not exists (select 1 from log_checkpoint where log_checkpoint.size = log_run.seq + log_run.size) order by seq`)
		return err
	})
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	for _, size := range sizes {
		v.foundf(Checkpoint, fmt.Sprintf("log_checkpoint %d", size), "was published and taken away")
	}
	return nil
}

// unlocked names organisations that have keys and no canary by which a wrong key file shows.
func (v *check) unlocked(ctx context.Context) error {
	var orgs [][]byte
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		orgs, err = store.All(tx, scanBytes, `select org from key_generation where not exists (select 1 from key_org where key_org.org = key_generation.org)
			union select org from record_key where not exists (select 1 from key_org where key_org.org = record_key.org)`)
		return err
	})
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	for _, org := range orgs {
		v.foundf(Key, "key_org "+hexOf(org), "the value locked with the organisation's key was taken away")
	}
	return nil
}

// forgotten names generations that record keys need and that their table does not know.
func (v *check) forgotten(ctx context.Context) error {
	type generation struct {
		org    []byte
		number int64
	}
	var needed []generation
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		needed, err = store.All(tx, func(g *generation) []any { return []any{&g.org, &g.number} },
			`select distinct org, generation from record_key where not exists (select 1 from key_generation
			where key_generation.org = record_key.org and key_generation.generation = record_key.generation)`)
		return err
	})
	if err != nil {
		return fmt.Errorf("read generations: %w", err)
	}
	for _, g := range needed {
		v.foundf(Key, fmt.Sprintf("key_generation %s %d", hexOf(g.org), g.number),
			"record keys need it, and its row was taken away")
	}
	return nil
}

func scanInt(n *int64) []any { return []any{n} }
