package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/jobs"
	"heed/internal/store"
)

// notices are the templates of the mail that waits for somebody.
func notices(w *world.World, login string) []string {
	w.T.Helper()
	var all []string
	must(w, w.Store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(tx, func(s *string) []any { return []any{s} },
			`select payload from job where kind = 'mail' and record = $1 order by due, name`, w.Person(login).Record())
		return err
	}))
	return all
}

// mailing has the directory send mail.
func mailing(w *world.World) {
	w.Directory.Jobs = jobs.New(w.Store, jobs.Options{Clock: w.Hand, Mail: &jobs.Mailer{}})
}

// TestARecoveryCodeAndOneThingMore: password or phone; who has passkeys alone has none;
// each code once, also when SQL takes back that it was used; and its owner hears of it.
func TestARecoveryCodeAndOneThingMore(t *testing.T) {
	world.Each(t, func(w *world.World) {
		mailing(w)
		w.Hand.Move(5 * time.Minute)
		old, err := w.Directory.RecoveryCodes(ctx, w.As("nurse"))
		must(w, err)
		codes, err := w.Directory.RecoveryCodes(ctx, w.As("nurse"))
		must(w, err)
		wrong := func(what, login, other, code string) {
			w.T.Helper()
			if _, err := w.Directory.Recover(ctx, login, other, code); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
		wrong("one from before", "nurse", world.Password, old[0])
		wrong("nothing more", "nurse", "", codes[0])
		wrong("a wrong password", "nurse", "wrong", codes[0])
		wrong("a wrong code", "nurse", "000000", codes[0])
		wrong("somebody else's phone", "nurse", w.Code("porter"), codes[0])
		wrong("somebody else's", "porter", world.Password, codes[0])
		wrong("nobody", "nobody", world.Password, codes[0])
		wrong("none", "nurse", world.Password, "")
		typed := strings.ReplaceAll(strings.ToLower(codes[0]), "-", " ")
		_, err = w.Directory.Recover(ctx, "nurse", w.Code("nurse"), typed)
		must(w, err)
		wrong("twice", "nurse", world.Password, codes[0])
		undo(w, w.Person("nurse"))
		wrong("twice, and what said so taken back by SQL", "nurse", world.Password, codes[0])
		once, err := w.Directory.Recover(ctx, "nurse", world.Password, codes[1])
		must(w, err)
		w.Hand.Move(time.Hour + time.Second)
		if err := w.Directory.MayEnrol(ctx, "nurse", once); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("the code that it gave, after an hour: %v", err)
		}
		p, err := w.Directory.Person(ctx, w.Person("nurse"))
		must(w, err)
		if p.RecoveryLeft() != 3 {
			w.T.Errorf("%d are left", p.RecoveryLeft())
		}
		another := func(s string) bool { return s != jobs.Account }
		if all := notices(w, "nurse"); len(all) < 4 || slices.ContainsFunc(all, another) {
			w.T.Errorf("they heard %v", all)
		}

		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Worker))
		must(w, err)
		device := newDevice(w)
		asked, err := w.Directory.AskFirstPasskey(ctx, "new", e.Code)
		must(w, err)
		must(w, w.Directory.EnrolPasskey(ctx, "new", e.Code, "First", device.make(asked)))
		if _, err := w.Directory.FirstRecoveryCodes(ctx, "new"); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("codes for who has passkeys alone: %v", err)
		}
		must(w, w.Directory.Leave(ctx, w.Person("nurse"), w.Word("guardian")))
		wrong("who left", "nurse", world.Password, codes[2])
	})
}

// TestASetUpCodeIsToldInPerson: short, for a day, once; it ends the sessions from before, and
// its owner hears of it by mail that does not hold it.
func TestASetUpCodeIsToldInPerson(t *testing.T) {
	world.Each(t, func(w *world.World) {
		mailing(w)
		w.Hand.Move(5 * time.Minute)
		code, err := w.Directory.OfferEnrolment(ctx, w.Person("nurse"))
		must(w, err)
		if len(code) != 14 || len(strings.Split(code, "-")) != 3 {
			w.T.Errorf("%q is not three groups of four", code)
		}
		p, err := w.Directory.Person(ctx, w.Person("nurse"))
		must(w, err)
		if !p.Since.Equal(w.Hand.Now()) {
			w.T.Error("sessions from before go on")
		}
		if l := p.Lately(); len(l) == 0 || l[0].Words != "A set-up code was made for your account" {
			w.T.Errorf("their account says %v", l)
		}
		if all := notices(w, "nurse"); len(all) != 1 || all[0] != jobs.Account {
			w.T.Errorf("they heard %v", all)
		}
		typed := strings.ToLower(strings.NewReplacer("-", " ", "O", "0", "I", "1", "B", "8").Replace(code))
		must(w, w.Directory.MayEnrol(ctx, "nurse", typed))
		w.Hand.Move(24*time.Hour + time.Second)
		if err := w.Directory.MayEnrol(ctx, "nurse", code); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("after a day: %v", err)
		}
		w.Join("new", access.Worker)
		if all := notices(w, "new"); len(all) != 1 || all[0] != jobs.Ready {
			w.T.Errorf("somebody new heard %v", all)
		}
	})
}
