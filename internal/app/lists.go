package app

import (
	"context"
	"errors"
	"log/slog"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
)

// CheckLists compares the lists that are made from the history with the history,
// in an installation that is opened for reading only. It gives each difference in
// words, and how many concerns there are. This check shares code with the writers:
// the history itself is what package verify proves without any.
func CheckLists(ctx context.Context, c Config, found func(string)) (concerns int, err error) {
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, ReadOnly: true, Clock: clock.System{}, Log: log})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	a := &App{Config: c, Clock: clock.System{}, Log: log, Store: s}
	if err := a.keys(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Vault.Close()) }()
	if err := a.kernel(); err != nil {
		return 0, err
	}
	if err := a.slices(); err != nil {
		return 0, err
	}
	tell := func(rec id.Record, what string) { found("record " + rec.String() + " " + what) }
	n, err := a.Rooms.CheckLists(ctx, tell)
	if err != nil {
		return 0, err
	}
	concerns, err = a.Concerns.CheckLists(ctx, tell)
	return concerns + n, err
}
