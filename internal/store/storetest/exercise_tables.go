package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"heed/internal/fail"
	"heed/internal/store"
)

// projections: one that dies half-way begins again clean, is built once, leaves the tables
// of older versions alone, and is not served by a program that knows older ones only.
func projections(t *testing.T, s *store.Store) {
	fill := func(table string, rows int) func(context.Context, *store.Store) error {
		return func(ctx context.Context, s *store.Store) error {
			for i := range rows {
				err := s.Do(ctx, func(tx *store.Tx) error {
					_, err := tx.Exec("insert into "+table+" (n) values ($1)", i)
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	v1 := store.Projection{Name: "shown", Version: 1, Schema: "create table shown_v1 (n bigint not null primary key);",
		Replay: fill("shown_v1", 3)}
	must(t, s.EnsureProjections(bg, v1))

	died := errors.New("died")
	v2 := store.Projection{Name: "shown", Version: 2,
		Schema: "create table shown_v2 (n bigint not null primary key);\ncreate index shown_v2_n on shown_v2 (n);"}
	v2.Replay = func(ctx context.Context, s *store.Store) error {
		return errors.Join(fill("shown_v2", 2)(ctx, s), died)
	}
	if err := s.EnsureProjections(bg, v2); !errors.Is(err, died) {
		t.Fatalf("a replay that died gave %v", err)
	}
	var replays atomic.Int32
	v2.Replay = func(ctx context.Context, s *store.Store) error {
		replays.Add(1)
		return fill("shown_v2", 5)(ctx, s) // would hit the primary key if rows were left
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := s.EnsureProjections(bg, v1, v2); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if replays.Load() != 1 {
		t.Errorf("built %d times", replays.Load())
	}
	must(t, s.View(bg, func(tx *store.Tx) error {
		var one, two int
		err := tx.QueryRow("select (select count(*) from shown_v1), (select count(*) from shown_v2)").Scan(&one, &two)
		if one != 3 || two != 5 {
			t.Errorf("version 1 has %d rows, version 2 has %d", one, two)
		}
		return err
	}))
	if err := s.EnsureProjections(bg, v1); !fail.Is(err, fail.Conflict) ||
		!strings.Contains(fail.Words(err), "newer version of Heed") {
		t.Errorf("an older program on newer lists got %v", err)
	}
	must(t, s.EnsureProjections(bg, v2)) // and nothing was harmed
	if replays.Load() != 1 {
		t.Errorf("built %d times", replays.Load())
	}
}

func tables(t *testing.T, s *store.Store) {
	names, err := s.Tables(bg)
	must(t, err)
	for _, want := range []string{"exercise", "exercise_side"} {
		if !slices.Contains(names, want) {
			t.Errorf("Tables leaves out %s: %v", want, names)
		}
	}
	if slices.Contains(names, "goose_db_version") || slices.Contains(names, "store_probe") {
		t.Errorf("Tables names the store's own: %v", names)
	}
}

// restore: rows come back with the keys that they had, and new keys begin after them.
func restore(t *testing.T, s *store.Store) {
	add(t, s, "restored", 5)
	var before, after int64
	var columns []string
	read := func(tx *store.Tx, name string) (int64, error) {
		return store.One(tx, func(v *int64) []any { return []any{v} }, "select seq from exercise where name=$1", name)
	}
	must(t, s.Do(bg, func(tx *store.Tx) (err error) {
		if columns, err = tx.Columns("exercise"); err != nil {
			return err
		}
		if before, err = read(tx, "restored"); err != nil {
			return err
		}
		if _, err = tx.Exec("delete from exercise where name=$1", "restored"); err != nil {
			return err
		}
		return tx.Restore("exercise", columns, []any{before + 1000, "restored", int64(5), []byte("b")})
	}))
	if !slices.Equal(columns, []string{"seq", "name", "n", "body"}) {
		t.Errorf("columns are %v", columns)
	}
	add(t, s, "after restore", 1)
	must(t, s.View(bg, func(tx *store.Tx) (err error) {
		if before, err = read(tx, "restored"); err != nil {
			return err
		}
		after, err = read(tx, "after restore")
		return err
	}))
	if after <= before {
		t.Errorf("the restored key is %d, the next %d", before, after)
	}
	err := s.Do(bg, func(tx *store.Tx) error { return tx.Restore("exercise; drop table exercise", columns, nil) })
	if err == nil {
		t.Error("a table's name was taken that is none")
	}
}
