package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/vault"
)

// Compared is how many records were compared with their history: concerns, and those of the
// rooms; and of how many an older or a newer version of Heed made the places in lists.
type Compared struct{ Concerns, Others, Older, Newer int }

// String names the kinds: "3 concerns and 2 records of other kinds (policies)".
func (c Compared) String() string {
	var kinds []string
	for _, r := range Rooms() {
		kinds = append(kinds, r.Many)
	}
	return fmt.Sprintf("%s and %s of other kinds (%s)", plain.Count(c.Concerns, "concern", "concerns"),
		plain.Count(c.Others, "record", "records"), strings.Join(kinds, ", "))
}

// Unlike says of how many records the places in lists could not be compared, or "".
func (c Compared) Unlike() string {
	const words = "Of %s %s version of Heed than this one made the places in lists, and only it can say " +
		"whether one was " +
		"taken away. All else of them was compared. %s"
	var out []string
	if c.Older > 0 {
		out = append(out, fmt.Sprintf(words, plain.Count(c.Older, "record", "records"), "an older",
			"Start this version, which makes them anew, and verify again."))
	}
	if c.Newer > 0 {
		out = append(out, fmt.Sprintf(words, plain.Count(c.Newer, "record", "records"), "a newer",
			"Verify with that version."))
	}
	return strings.Join(out, " ")
}

// CheckRows compares what is made from the history (lists, duties, look-ups of
// people) with the history, in a store that is open for reading only. It gives each
// difference in words, and how many records there are. This check shares code with
// the writers: the history itself is what package verify proves without any.
func CheckRows(ctx context.Context, c Config, s *store.Store, found func(string)) (n Compared, err error) {
	a := &App{Config: c, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Store: s}
	look := c.keyOptions(a.Clock, a.Log)
	look.Look = true
	if a.Vault, err = vault.Open(ctx, s, look); err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, a.Vault.Close()) }()
	if err := a.kernel(); err != nil {
		return n, err
	}
	if err := a.slices(); err != nil {
		return n, err
	}
	foreign, err := a.Store.Foreign(ctx, a.tables())
	if err != nil {
		return n, err
	}
	for _, what := range foreign {
		found("the tables themselves: " + what)
	}
	quickly := func(context.Context, time.Duration) {}
	if err := a.Concerns.MendBooks(ctx, quickly, found, nil); err != nil {
		return n, err
	}
	return a.compared(ctx, found, func(tell func(id.Record, string)) (room.Compared, error) {
		return a.Rooms.CheckLists(ctx, quickly, tell)
	})
}

// mendRows is CheckRows of an open installation, which looks after the tables
// themselves on every beat. It goes gently, and brings back what was changed or taken
// away of what is made from the history: look-ups of people, rows of lists and duties.
// What it had to bring back is said in the log.
func (a *App) mendRows(ctx context.Context, found func(string)) (n Compared, err error) {
	n, err = a.compared(ctx, found, func(tell func(id.Record, string)) (room.Compared, error) {
		return a.Rooms.MendLists(ctx, resting, tell, func(rec id.Record, what string) {
			a.Log.Error("a row was changed outside the program, and is made anew from the history",
				"record", rec.String(), "what", what)
		})
	})
	if err != nil {
		return n, err
	}
	remade := func(what string) {
		a.Log.Error("a look-up was changed outside the program, and is made anew from the history", "what", what)
	}
	if err := a.Concerns.MendBooks(ctx, resting, found, remade); err != nil {
		return n, fmt.Errorf("make look-ups of reasons anew: %w", err)
	}
	if err := a.Directory.RemakeLookups(ctx, remade); err != nil {
		return n, fmt.Errorf("make look-ups anew: %w", err)
	}
	return n, nil
}

func (a *App) compared(ctx context.Context, found func(string),
	lists func(tell func(id.Record, string)) (room.Compared, error)) (n Compared, err error) {
	if err := a.Directory.CheckLookups(ctx, found); err != nil {
		return n, err
	}
	by, err := lists(func(rec id.Record, what string) { found("record " + rec.String() + " " + what) })
	if err != nil {
		return n, err
	}
	n.Older, n.Newer = by.Older, by.Newer
	for many, count := range by.Records {
		if many == "concerns" {
			n.Concerns = count
		} else {
			n.Others += count
		}
	}
	return n, err
}
