package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"heed/internal/app"
)

// TestATriggerIsNamedAtWork: what somebody puts beside a table while the program runs is
// named on its beat, and by the check that heed verify makes.
func TestATriggerIsNamedAtWork(t *testing.T) {
	each(t, func(h *house) {
		const part, quiet = "looking after the tables: ", "trigger quiet on entry"
		h.until("ready at first", func() bool { return h.ready() == "ready\n" })
		put, away := `create trigger quiet before insert on entry when new.version = -1 begin select raise(ignore); end`,
			`drop trigger quiet`
		if h.Store.Engine() == "postgres" {
			put = `create schema elsewhere;
				create function elsewhere.quiet() returns trigger language plpgsql as 'begin return null; end';
				create trigger quiet before insert on entry for each row when (new.version = -1)
					execute function elsewhere.quiet()`
			away = `drop trigger quiet on entry`
		}
		_, err := h.sql.Exec(put)
		check(h.t, err)
		h.hand.Move(10 * time.Minute)
		h.until("the beat names it", func() bool {
			_, said, found := strings.Cut(h.ready(), part)
			return found && strings.Contains(strings.SplitN(said, "\n", 2)[0], quiet)
		})
		var found []string
		_, err = app.CheckRows(context.Background(), h.Config, h.Store, func(what string) { found = append(found, what) })
		check(h.t, err)
		if said := strings.Join(found, "\n"); !strings.Contains(said, quiet) {
			h.t.Errorf("the check of heed verify says %q", said)
		}
		_, err = h.sql.Exec(away)
		check(h.t, err)
		h.until("ready again", func() bool { return h.ready() == "ready\n" })
	})
}
