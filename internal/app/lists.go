package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
)

// CheckRows compares what is made from the history (lists, duties, look-ups of
// people) with the history, in a store that is open for reading only. It gives each
// difference in words, and how many concerns there are. This check shares code with
// the writers: the history itself is what package verify proves without any.
func CheckRows(ctx context.Context, c Config, s *store.Store, found func(string)) (concerns int, err error) {
	a := &App{Config: c, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Store: s}
	look := c.keyOptions(a.Clock, a.Log)
	look.Look = true
	if a.Vault, err = vault.Open(ctx, s, look); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Vault.Close()) }()
	if err := a.kernel(); err != nil {
		return 0, err
	}
	if err := a.slices(); err != nil {
		return 0, err
	}
	foreign, err := a.Store.Foreign(ctx, a.tables())
	if err != nil {
		return 0, err
	}
	for _, what := range foreign {
		found("the tables themselves: " + what)
	}
	return a.checkRows(ctx, func(context.Context, time.Duration) {}, found)
}

// checkRows is CheckRows of an open installation, which looks after the tables
// themselves on every beat; rest is called between pieces of the work.
func (a *App) checkRows(ctx context.Context, rest func(context.Context, time.Duration), found func(string)) (concerns int, err error) {
	if err := a.Directory.CheckLookups(ctx, found); err != nil {
		return 0, err
	}
	tell := func(rec id.Record, what string) { found("record " + rec.String() + " " + what) }
	records, err := a.Rooms.CheckLists(ctx, rest, tell)
	if err != nil {
		return 0, err
	}
	concerns, err = a.Concerns.CheckLists(ctx, rest, tell)
	return concerns + records, err
}

// remake brings back what was changed or taken away of what is made from the history:
// look-ups of people and duties. What it had to bring back is said in the log.
func (a *App) remake(ctx context.Context) error {
	if err := a.Directory.RemakeLookups(ctx, func(what string) {
		a.Log.Error("a look-up was changed outside the program, and is made anew from the history", "what", what)
	}); err != nil {
		return fmt.Errorf("make look-ups anew: %w", err)
	}
	tell := func(rec id.Record, what string) {
		a.Log.Error("a duty was changed outside the program, and is made anew from the history", "record", rec.String(), "what", what)
	}
	if err := errors.Join(a.Concerns.RemakeDuties(ctx, resting, tell), a.Rooms.Remake(ctx, resting, tell)); err != nil {
		return fmt.Errorf("make duties anew: %w", err)
	}
	return nil
}
