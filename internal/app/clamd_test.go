package app_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/document"
)

// TestClamdIsAsked: an installation that names clamd has both desks ask it, and an
// address that is none keeps it from starting.
func TestClamdIsAsked(t *testing.T) {
	ctx, log, clk := context.Background(), slog.New(slog.DiscardHandler), clock.System{}
	c := app.Config{Data: t.TempDir(), Plain: true}
	check(t, app.Init(ctx, c, clk, log, founding, func(directory.Organisation,
		[]directory.Enrolment) error {
		return nil
	}))
	c.Clamd = "clamd"
	if a, err := app.Open(ctx, c, clk, log); err == nil || !strings.Contains(err.Error(), "Give clamd as") {
		t.Errorf("an address that is none: %v, %v", a, err)
	}
	c.Clamd = filepath.Join(t.TempDir(), "nobody.ctl")
	a, err := app.Open(ctx, c, clk, log)
	check(t, err)
	defer func() { check(t, a.Close()) }()
	letter, err := (*document.Spool)(nil).Take("letter.txt", strings.NewReader("a letter"))
	check(t, err)
	for name, s := range map[string]document.Scanner{"concerns": a.Concerns.Scanner, "rooms": a.Rooms.Scanner} {
		if fault := document.Checked(ctx, s, letter); !strings.Contains(fault, "could not be checked") {
			t.Errorf("%s: nobody looked, and it says %q", name, fault)
		}
	}
}
