package directory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
)

// TestAChangedPassword: who knows the present one gives themself another; it ends sessions,
// and the old one is gone for good, also when SQL takes the change back.
func TestAChangedPassword(t *testing.T) {
	world.Each(t, func(w *world.World) {
		mailing(w)
		w.Hand.Move(5 * time.Minute)
		nurse := w.As("nurse")
		const next = "four words that nobody knows"
		if err := w.Directory.ChangePassword(ctx, nurse, "a guess at it", next); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("without the present one: %v", err)
		}
		for what, bad := range map[string]string{"short": "short", "common": "password12345", "the same": world.Password,
			"the name": "nurse nurse nurse", "none": ""} {
			if err := w.Directory.ChangePassword(ctx, nurse, world.Password, bad); !fail.Is(err, fail.Bad) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
		must(w, w.Directory.ChangePassword(ctx, nurse, world.Password, next))
		p, err := w.Directory.Person(ctx, nurse.Person)
		must(w, err)
		if !p.Since.Equal(w.Hand.Now()) || len(notices(w, "nurse")) != 1 {
			w.T.Errorf("sessions end at %v, heard %v", p.Since, notices(w, "nurse"))
		}
		for password, good := range map[string]bool{world.Password: false, next: true} {
			if who, err := w.Directory.CheckPassword(ctx, "nurse", password); (err == nil) != good {
				w.T.Errorf("%q: %v, %v", password, who, err)
			}
		}
		undo(w, nurse.Person)
		fresh := directory.New(w.Directory.Parts)
		if who, err := fresh.CheckPassword(ctx, "nurse", world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("the old one counts again: %v, %v", who, err)
		}
	})
}

// TestAPasswordBesideAPasskey: whoever has a passkey alone adds a password and an app; with them
// come recovery codes and a word at the machine, and the passkey goes on.
func TestAPasswordBesideAPasskey(t *testing.T) {
	world.Each(t, func(w *world.World) {
		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Worker))
		must(w, err)
		asked, err := w.Directory.AskFirstPasskey(ctx, "new", e.Code)
		must(w, err)
		d := newDevice(w)
		must(w, w.Directory.EnrolPasskey(ctx, "new", e.Code, "Phone", d.make(asked)))
		own, err := w.Directory.Actor(ctx, e.Person, "", true)
		must(w, err)
		secret, uri, err := directory.SecondFor("Test", "")
		must(w, err)
		if same, again, err := directory.SecondFor("Test", secret); err != nil || same != secret || again != uri {
			w.T.Errorf("another key for the same: %s %v", same, err)
		}
		code := func() string { c, err := totp.GenerateCode(secret, w.Hand.Now()); must(w, err); return c }
		if _, err := w.Directory.RecoveryCodes(ctx, own); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("recovery codes without a password: %v", err)
		}
		for what, err := range map[string]error{
			"a short password": w.Directory.AddPassword(ctx, own, "short", secret, code()),
			"a wrong code":     w.Directory.AddPassword(ctx, own, world.Password, secret, "000000"),
			"no key":           w.Directory.AddPassword(ctx, own, world.Password, "", code()),
		} {
			if !fail.Is(err, fail.Bad) {
				w.T.Errorf("%s: %v", what, err)
			}
		}
		other := newDevice(w)
		options := func() []byte { b, err := w.Directory.AskNewPasskey(ctx, e.Person); must(w, err); return b }
		elsewhere := own
		elsewhere.Own = false
		must(w, w.Directory.AddPasskey(ctx, elsewhere, "Tablet", other.make(options()))) // a worker gives no words
		must(w, w.Directory.Grant(ctx, e.Person, access.Analyst, w.Org.Teams[0].ID, w.Words()...))
		third := newDevice(w)
		for what, err := range map[string]error{ // seen to fail: a provider could give itself a way in that gives words
			"a password": w.Directory.AddPassword(ctx, elsewhere, world.Password, secret, code()),
			"a passkey":  w.Directory.AddPasskey(ctx, elsewhere, "Laptop", third.make(options())),
			"the page":   w.Directory.MayAdd(ctx, elsewhere),
		} {
			if !fail.Is(err, fail.Refused) || !strings.Contains(fail.Words(err), "or with a passkey") {
				w.T.Errorf("%s on a provider's word: %v", what, err)
			}
		}
		must(w, w.Directory.MayAdd(ctx, own))
		before, err := w.Directory.Person(ctx, e.Person)
		must(w, err)
		used := code()
		must(w, w.Directory.AddPassword(ctx, own, world.Password, secret, used))
		if _, err := w.Directory.GiveWord(ctx, "new", world.Password, used); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("the code that showed the app counts again: %v", err)
		}
		w.Hand.Move(time.Minute)
		if _, err := w.Directory.GiveWord(ctx, "new", world.Password, code()); err != nil {
			w.T.Errorf("a word at the machine: %v", err)
		}
		if codes, err := w.Directory.RecoveryCodes(ctx, own); err != nil || len(codes) == 0 {
			w.T.Errorf("recovery codes: %v", err)
		}
		if got, err := w.Directory.CheckPasskey(ctx, d.sign(ask(w))); err != nil || got != e.Person {
			w.T.Errorf("the passkey from before: %v", err)
		}
		after, err := w.Directory.Person(ctx, e.Person)
		must(w, err)
		if !after.Since.Equal(before.Since) || after.Lately()[0].Words == before.Lately()[0].Words {
			w.T.Errorf("%v %v", after.Since, after.Lately())
		}
		if err := w.Directory.AddPassword(ctx, own, "another horse battery", secret, code()); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("a second password: %v", err)
		}
		nurse := w.As("nurse")
		if err := w.Directory.AddPassword(ctx, nurse, "another horse battery", secret, code()); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("in place of one's own: %v", err)
		}
	})
}
