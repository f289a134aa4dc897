package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store/engine"
)

// Projection is a slice's own tables, made from the history and replaced, never
// altered. Schema names its tables with their version (room_record_v1), so that a new
// version grows beside the one that an older program still serves from.
type Projection struct {
	Name    string
	Version int
	Schema  string
	Replay  func(ctx context.Context, s *Store) error // fills the empty tables; many units of work
}

var createTable = regexp.MustCompile(`(?i)\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?([a-z_][a-z0-9_]*)`)

// EnsureProjections makes and fills what this program's versions lack, one process
// at a time, and marks it ready. One that was killed in the middle begins again
// with empty tables. Tables of older versions are left alone; where a newer program
// has made newer ones, this one is refused: what it wrote would not stand in those.
func (s *Store) EnsureProjections(ctx context.Context, ps ...Projection) error {
	if err := s.noNewer(ctx, ps); err != nil {
		return err
	}
	for _, p := range ps {
		ready, err := s.projectionReady(ctx, p)
		if err != nil {
			return err
		}
		if ready {
			continue
		}
		err = engine.UntilRan(ctx, func() (bool, error) {
			return s.Exclusive(ctx, "projection "+p.Name, func(ctx context.Context) error { return s.build(ctx, p) })
		})
		if err != nil {
			return fmt.Errorf("projection %s version %d: %w", p.Name, p.Version, err)
		}
	}
	return nil
}

// noNewer refuses a database for which a newer program has made newer tables.
func (s *Store) noNewer(ctx context.Context, ps []Projection) error {
	known := map[string]int{}
	for _, p := range ps {
		known[p.Name] = max(known[p.Name], p.Version)
	}
	return s.View(ctx, func(tx *Tx) error {
		for name, version := range known {
			n, err := One(tx, func(n *int) []any { return []any{n} },
				"select coalesce(max(version), 0) from projection where name = $1 and state = 'ready'", name)
			if err != nil {
				return fmt.Errorf("read projection %s: %w", name, err)
			}
			if n > version {
				return fail.New(fail.Conflict, wordsNewerLists, name, n, version)
			}
		}
		return nil
	})
}

// Remake has a projection made anew, from the history as it is after this unit, by
// the next EnsureProjections.
func (tx *Tx) Remake(name string) error {
	_, err := tx.Exec(`delete from projection where name = $1`, name)
	return err
}

func (s *Store) projectionReady(ctx context.Context, p Projection) (ready bool, err error) {
	err = s.View(ctx, func(tx *Tx) error {
		state, err := One(tx, oneString, "select state from projection where name=$1 and version=$2", p.Name, p.Version)
		if fail.Is(err, fail.Missing) {
			return nil
		}
		ready = state == "ready"
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read projection %s: %w", p.Name, err)
	}
	return ready, nil
}

func (s *Store) build(ctx context.Context, p Projection) error {
	ready, err := s.projectionReady(ctx, p) // somebody else may have built it while we waited
	if ready || err != nil {
		return err
	}
	tables := createTable.FindAllStringSubmatch(p.Schema, -1)
	if len(tables) == 0 {
		return errors.New("store: its schema creates no table")
	}
	err = s.Do(ctx, func(tx *Tx) error {
		for _, t := range tables {
			if err := tx.script("drop table if exists " + t[1]); err != nil {
				return fmt.Errorf("drop: %w", err)
			}
		}
		if err := tx.script(p.Schema); err != nil {
			return fmt.Errorf("create: %w", err)
		}
		return s.mark(tx, p, "building")
	})
	if err != nil {
		return err
	}
	if p.Replay != nil {
		if err := p.Replay(ctx, s); err != nil {
			return fmt.Errorf("replay: %w", err)
		}
	}
	return s.Do(ctx, func(tx *Tx) error { return s.mark(tx, p, "ready") })
}

func (s *Store) mark(tx *Tx, p Projection, state string) error {
	_, err := tx.Exec(`insert into projection (name, version, state, changed) values ($1, $2, $3, $4)
		on conflict (name, version) do update set state=excluded.state, changed=excluded.changed`,
		p.Name, p.Version, state, clock.Micros(tx.Now()))
	return err
}
