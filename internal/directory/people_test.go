package directory_test

import (
	"context"
	"testing"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
)

// TestADamagedAccountHidesNobody: with one lead's account damaged the other is found, chosen
// and given what is raised, and all others are listed; but nobody stands alone by it.
func TestADamagedAccountHidesNobody(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ctx := context.Background()
		must := func(err error) {
			w.T.Helper()
			if err != nil {
				w.T.Fatal(err)
			}
		}
		nurse := w.As("nurse")
		for _, login := range []string{"lead", "second"} {
			p := w.Person(login)
			move := func(by int) {
				must(w.Store.Do(ctx, func(tx *store.Tx) error {
					return tx.ChangeOne(`update head set version = version + $2 where record = $1`, p, by)
				}))
			}
			before, err := w.Directory.Everybody(ctx, w.Org.ID)
			must(err)
			move(9)
			after, err := w.Directory.Everybody(ctx, w.Org.ID)
			must(err)
			if len(after) != len(before)-1 {
				w.T.Errorf("%s is damaged, and of %d people %d are listed", login, len(before), len(after))
			}
			var left []directory.Person
			var damaged int
			must(w.Store.View(ctx, func(tx *store.Tx) (err error) {
				left, damaged, err = w.Directory.HoldersAnd(tx, w.Org.ID, access.Lead, id.Team{})
				return err
			}))
			if len(left) != 1 || damaged != 1 || left[0].ID == p {
				w.T.Errorf("%s is damaged: %d others lead, %d are damaged", login, len(left), damaged)
			}
			_, err = w.Concerns.Raise(ctx, nurse, room.Beginning{Answers: field.Said("about", "patient", "what", "A worry")})
			if err != nil {
				w.T.Errorf("%s is damaged, and nothing can be raised: %v", login, err)
			}
			move(-9)
		}
	})
}

// TestAnOrganisationThatWasPutInIsNotTheFirst: everybody is looked up by the key of the
// organisation with which the database was begun. A row put in before it, by SQL, changes
// nothing for those who sign in. Seen to fail: nobody was found.
func TestAnOrganisationThatWasPutInIsNotTheFirst(t *testing.T) {
	world.Each(t, func(w *world.World) {
		ctx := context.Background()
		w.As("nurse")
		err := w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`insert into key_org (org, canary) select $1, canary from key_org`,
				append([]byte{0, 0, 0, 1}, make([]byte, 12)...))
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		p, err := w.Directory.FindLogin(ctx, "nurse")
		if err != nil || p.ID != w.Person("nurse") {
			w.T.Errorf("looked up: %v", err)
		}
	})
}
