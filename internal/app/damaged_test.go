package app_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
)

// TestDamagedPages: whichever page of the database was torn, a start that fails says
// that it is damaged, and one that does not is told of within the hour. A torn page
// is read as whatever it looks like: seen to fail when a start said that the key
// store was older than the history, and when nothing at all was said.
func TestDamagedPages(t *testing.T) {
	ctx := t.Context()
	dir := filepath.Join(t.TempDir(), "whole")
	c, quiet := app.Config{Data: dir, Plain: true}, slog.New(slog.DiscardHandler)
	check(t, app.Init(ctx, c, clock.System{}, quiet, founding, func(directory.Organisation,
		[]directory.Enrolment) error {
		return nil
	}))
	whole, err := os.ReadFile(filepath.Join(dir, "heed.db"))
	check(t, err)
	const page = 4096
	refused, started := 0, 0
	for at := 0; at+page <= len(whole); at += 3 * page {
		torn := append([]byte(nil), whole...)
		for i := range 512 {
			torn[at+i] ^= 0xa5
		}
		check(t, os.WriteFile(filepath.Join(dir, "heed.db"), torn, 0o600))
		_ = os.Remove(filepath.Join(dir, "heed.db-wal"))
		a, err := app.Open(ctx, c, clock.System{}, quiet)
		if err == nil {
			started++
			if damage := a.Store.Intact(ctx); damage == nil {
				t.Errorf("page %d: a start does not mind, and nothing is found", at/page)
			}
			_ = a.Close()
			continue
		}
		refused++
		if !strings.Contains(err.Error(), filepath.Join(dir, "heed.db")+" is damaged") {
			t.Errorf("page %d: %v", at/page, err)
		}
	}
	t.Logf("%d starts were refused, %d pages are not needed by a start", refused, started)
	if refused == 0 || started == 0 {
		t.Error("the control failed")
	}
}
