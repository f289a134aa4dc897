package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/ledger"
	"heed/internal/store"
)

// TestARoleThatWasHeldIsFound: what somebody had who has left waits for those of their role,
// and is found by a row. Taken away, it is named and made anew. Seen to fail: nobody named it.
func TestARoleThatWasHeldIsFound(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Hand.Move(2 * time.Minute)
		gone := w.Person("second")
		must(w, w.Directory.Leave(ctx, gone, w.Word("guardian"), w.Word("executive")))
		must(w, w.Store.Do(ctx, func(tx *store.Tx) error {
			return tx.ChangeOne(`delete from directory_holder where person = $1 and role = $2`, gone, string(access.Lead))
		}))
		var named []string
		must(w, w.Directory.CheckLookups(ctx, func(what string) { named = append(named, what) }))
		if len(named) != 1 || !strings.Contains(named[0], gone.String()) {
			w.T.Errorf("a row by which a leaver is found was taken away: %v", named)
		}
		must(w, w.Directory.RemakeLookups(ctx, func(string) {}))
		must(w, w.Store.View(ctx, func(tx *store.Tx) error {
			all, err := w.Directory.Gone(tx, w.Org.ID, access.Lead)
			if !slices.Contains(all, gone) {
				w.T.Errorf("of those who led and have left are found %v", all)
			}
			return err
		}))
	})
}

// TestAnAddressEndsWithItsRole: the calendar of a role that is taken back is not read again
// when the role is given again. Seen to fail: the old address was good.
func TestAnAddressEndsWithItsRole(t *testing.T) {
	world.Each(t, func(w *world.World) {
		secret, err := w.Directory.NewCalendar(ctx, w.As("lead"))
		must(w, err)
		if _, err := w.Directory.ByCalendar(ctx, secret); err != nil {
			w.T.Fatalf("before: %v", err)
		}
		team := w.Org.Teams[0].ID
		w.Hand.Move(2 * time.Minute)
		must(w, w.Directory.Revoke(ctx, w.Person("lead"), access.Lead, w.Word("guardian")))
		w.Hand.Move(2 * time.Minute)
		must(w, w.Directory.Grant(ctx, w.Person("lead"), access.Lead, team, w.Words()...))
		if a, err := w.Directory.ByCalendar(ctx, secret); !fail.Is(err, fail.Missing) {
			w.T.Errorf("the old address is answered as %+v, %v", a, err)
		}
	})
}

// TestATokenThatWasTurnedIsGoodAgain: a row changed by SQL for one request shuts its token
// out for that request, and not for as long as the process runs.
func TestATokenThatWasTurnedIsGoodAgain(t *testing.T) {
	world.Each(t, func(w *world.World) {
		token := w.Token("nurse")
		turn := func(to string) {
			must(w, w.Store.Do(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(`update directory_token set person = $1`, w.Person(to))
				return err
			}))
		}
		turn("lead")
		if _, err := w.Directory.ByToken(ctx, token); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("turned to another: %v", err)
		}
		turn("nurse")
		if a, err := w.Directory.ByToken(ctx, token); err != nil || a.Person != w.Person("nurse") {
			w.T.Errorf("turned back: %+v, %v", a, err)
		}
	})
}

// TestWhatWasRolledBackIsNotRemembered: what a unit of work reads of an organisation or a person
// that it has just written is its own until it is committed. Seen to fail: it was answered to
// everybody, and an overlay that another program laid meanwhile was not followed.
func TestWhatWasRolledBackIsNotRemembered(t *testing.T) {
	world.Each(t, func(w *world.World) {
		org, lead := w.Org.ID, w.Person("lead")
		before, err := w.Directory.Organisation(ctx, org)
		must(w, err)
		broken := errors.New("the disk was full")
		today := workday.Of(w.Hand.Now())
		by := ledger.Author{Person: lead, Role: string(access.Lead), Rule: "test"}
		err = w.Store.Do(ctx, func(tx *store.Tx) error {
			c := directory.Cover{Person: lead, By: w.Person("second"), From: today, Until: today.Add(3)}
			if _, err := w.Directory.ArrangeCover(tx, org, by, c); err != nil {
				return err
			}
			if _, err := w.Directory.OrganisationIn(tx, org); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			w.T.Fatal(err)
		}
		if o := w.Directory.Known(org); o.Version != before.Version || len(o.Covers(w.Hand.Now())) > 0 {
			w.T.Errorf("version %d of %d, and %d covers that nobody arranged", o.Version, before.Version,
				len(o.Covers(w.Hand.Now())))
		}
	})
}

func must(w *world.World, err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}
