package directory_test

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/store"
)

// undo takes back, with SQL, the last entry of a person's record.
func undo(w *world.World, p id.Person) {
	w.T.Helper()
	err := w.Store.Do(ctx, func(tx *store.Tx) error {
		for _, q := range []string{
			`delete from entry where record = $1 and version = (select version from head where record = $1)`,
			`update head set version = version - 1 where record = $1`,
		} {
			if _, err := tx.Exec(q, p.Record()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// TestWhatWasUsedUpIsNotPutBackBySQL: codes and tokens of every kind.
func TestWhatWasUsedUpIsNotPutBackBySQL(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Hand.Move(10 * time.Minute)
		nurse := w.Person("nurse")
		code := w.Code("nurse")
		if err := w.Directory.CheckCode(ctx, nurse, code); err != nil {
			w.T.Fatal(err)
		}
		err := w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`delete from directory_code_used`)
			return err
		})
		if err != nil {
			w.T.Fatal(err)
		}
		if err := w.Directory.CheckCode(ctx, nurse, code); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a one-time code counts again: %v", err)
		}

		w.Hand.Move(2 * time.Minute)
		token, err := w.Directory.IssueToken(ctx, w.Word("nurse"), "x", time.Hour)
		if err != nil {
			w.T.Fatal(err)
		}
		p, err := w.Directory.Person(ctx, nurse)
		if err != nil {
			w.T.Fatal(err)
		}
		if err := w.Directory.RevokeToken(ctx, nurse, p.Tokens()[0].ID); err != nil {
			w.T.Fatal(err)
		}
		undo(w, nurse)
		if _, err := w.Directory.ByToken(ctx, token); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a withdrawn token counts again: %v", err)
		}

		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Worker))
		if err != nil {
			w.T.Fatal(err)
		}
		secret, _, _ := directory.SecondFor("", "")
		enrol := func(oneTime string) error {
			w.Hand.Move(time.Minute)
			c, _ := totp.GenerateCode(secret, w.Hand.Now())
			return w.Directory.Enrol(ctx, "new", oneTime, world.Password, secret, c)
		}
		if err := enrol(e.Code); err != nil {
			w.T.Fatal(err)
		}
		undo(w, e.Person)
		if err := enrol(e.Code); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a used enrolment code counts again: %v", err)
		}
	})
}

// TestCheckAllAsksTheCodeFirst: without the phone no password can be tried.
func TestCheckAllAsksTheCodeFirst(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Hand.Move(10 * time.Minute)
		check := func(login, password, code string) error {
			_, err := w.Directory.CheckAll(ctx, login, password, code)
			return err
		}
		for _, c := range [][3]string{{"nurse", world.Password, "000000"}, {"nobody", world.Password, w.Code("nurse")},
			{"porter", world.Password, w.Code("nurse")}} {
			if err := check(c[0], c[1], c[2]); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%v: %v", c, err)
			}
		}
		code := w.Code("nurse")
		if err := check("nurse", "wrong", code); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a wrong password: %v", err)
		}
		if err := check("nurse", world.Password, code); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("the code is not used up: %v", err)
		}
		w.Hand.Move(time.Minute)
		if err := check("nurse", world.Password, w.Code("nurse")); err != nil {
			w.T.Error(err)
		}
	})
}
