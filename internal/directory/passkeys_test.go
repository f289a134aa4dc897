package directory_test

import (
	"strings"
	"testing"
	"time"

	va "github.com/descope/virtualwebauthn"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/store"
)

// device is an authenticator with one credential, in a browser at some address.
type device struct {
	w    *world.World
	rp   va.RelyingParty
	auth va.Authenticator
	cred va.Credential
}

func newDevice(w *world.World) *device {
	d := &device{w: w, rp: va.RelyingParty{ID: "heed.test", Name: "Heed", Origin: "https://heed.test"},
		auth: va.NewAuthenticator()}
	for d.cred.Key == nil || len(d.cred.Key.AttestationData()) != wholeKey {
		d.cred = va.NewCredential(va.KeyTypeEC2)
	}
	return d
}

// wholeKey is the length of a public key of P-256: the library leaves zeros in front of its numbers away.
const wholeKey = 77

// make answers to what the service asks of a browser that is to make a passkey.
func (d *device) make(asked []byte) []byte {
	d.w.T.Helper()
	options, err := va.ParseAttestationOptions(string(asked))
	must(d.w, err)
	d.auth.Options.UserHandle = []byte(options.UserID)
	return []byte(va.CreateAttestationResponse(d.rp, d.auth, d.cred, *options))
}

// sign answers to what the service asks of a browser in which somebody logs in.
func (d *device) sign(asked []byte) []byte {
	d.w.T.Helper()
	options, err := va.ParseAssertionOptions(string(asked))
	must(d.w, err)
	return []byte(va.CreateAssertionResponse(d.rp, d.auth, d.cred, *options))
}

func ask(w *world.World) []byte {
	w.T.Helper()
	asked, err := w.Directory.AskPasskey(ctx)
	must(w, err)
	return asked
}

func askNew(w *world.World, login string) []byte {
	w.T.Helper()
	asked, err := w.Directory.AskNewPasskey(ctx, w.Person(login))
	must(w, err)
	return asked
}

// with gives somebody a passkey.
func with(w *world.World, login, name string) *device {
	w.T.Helper()
	d := newDevice(w)
	must(w, w.Directory.AddPasskey(ctx, w.As(login), name, d.make(askNew(w, login))))
	return d
}

// in is who is logged in by an answer.
func in(w *world.World, answer []byte) (id.Person, error) {
	return w.Directory.CheckPasskey(ctx, answer)
}

// TestAPasskeyIsThePersonAndNobodyElse: each way in which an answer may be wrong is refused
// with the same words, and none of them uses up what is right.
func TestAPasskeyIsThePersonAndNobodyElse(t *testing.T) {
	world.Each(t, func(w *world.World) {
		nurse, porter := with(w, "nurse", "Ward phone"), with(w, "porter", "Key ring")
		if p, err := in(w, nurse.sign(ask(w))); err != nil || p != w.Person("nurse") {
			w.T.Fatalf("%v, %v", p, err)
		}
		wrong := func(what string, answer []byte) {
			w.T.Helper()
			if p, err := in(w, answer); !fail.Is(err, fail.SignIn) || !p.IsZero() {
				w.T.Errorf("%s: %v, %v", what, p, err)
			}
		}
		twist := func(change func(*device)) []byte {
			d := *nurse
			change(&d)
			return d.sign(ask(w))
		}
		wrong("another origin", twist(func(d *device) { d.rp.Origin = "https://heed.test.example" }))
		wrong("no TLS", twist(func(d *device) { d.rp.Origin = "http://heed.test" }))
		wrong("another relying party", twist(func(d *device) { d.rp.ID = "test" }))
		wrong("a person whom the authenticator did not see", twist(func(d *device) { d.auth.Options.UserNotVerified = true }))
		wrong("nobody at the authenticator", twist(func(d *device) { d.auth.Options.UserNotPresent = true }))
		wrong("no name of a person", twist(func(d *device) { d.auth.Options.UserHandle = nil }))
		wrong("a name of nobody", twist(func(d *device) { d.auth.Options.UserHandle = id.NewPerson(w.Hand.Now()).Bytes() }))
		wrong("somebody else's credential", twist(func(d *device) { d.auth.Options.UserHandle = w.Person("lead").Bytes() }))
		wrong("somebody else's name", twist(func(d *device) { d.auth.Options.UserHandle = porter.auth.Options.UserHandle }))
		wrong("another key", twist(func(d *device) { d.cred.Key = porter.cred.Key }))
		wrong("a challenge for another thing", nurse.sign(askNew(w, "nurse")))
		wrong("no challenge of ours", nurse.sign([]byte(`{"challenge":"`+strings.Repeat("A", 96)+`"}`)))
		wrong("a short challenge", nurse.sign([]byte(`{"challenge":"AAAA"}`)))
		made := string(nurse.make(askNew(w, "nurse")))
		for _, junk := range []string{"", "{}", "null", `{"id":"x"}`, strings.Repeat("[", 10000), made} {
			wrong("no answer at all", []byte(junk))
		}
		asked := ask(w)
		answer := nurse.sign(asked)
		if _, err := in(w, answer); err != nil {
			w.T.Fatal(err)
		}
		wrong("the same answer again", answer)
		wrong("the same challenge again", nurse.sign(asked))
		must(w, w.Store.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`delete from directory_challenge_used`)
			return err
		}))
		wrong("the same answer, and what said so taken away by SQL", answer)
		late := nurse.sign(ask(w))
		w.Hand.Move(5*time.Minute + time.Second)
		wrong("a challenge of more than five minutes ago", late)
		if p, err := in(w, nurse.sign(ask(w))); err != nil || p != w.Person("nurse") {
			w.T.Fatalf("afterwards: %v, %v", p, err)
		}
	})
}

// TestTwoMachinesTakeEachOthersChallenges: made at one, answered at the other, once, also
// when their clocks differ by two minutes.
func TestTwoMachinesTakeEachOthersChallenges(t *testing.T) {
	world.Each(t, func(w *world.World) {
		nurse := with(w, "nurse", "Ward phone")
		other := world.Beside(t, w.Store, w.Hand, w.Dir, w.People())
		asked := ask(w)
		w.Hand.Move(-2 * time.Minute)
		answer := nurse.sign(asked)
		if p, err := in(other, answer); err != nil || p != w.Person("nurse") {
			w.T.Fatalf("%v, %v", p, err)
		}
		w.Hand.Move(2 * time.Minute)
		if p, err := in(w, answer); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("answered at both: %v, %v", p, err)
		}
	})
}

// TestACopyOfAnAuthenticatorStopsItsPasskey: a count that went back ends it for good, and the
// sessions of its owner; SQL brings it back no more than it does a withdrawn token.
func TestACopyOfAnAuthenticatorStopsItsPasskey(t *testing.T) {
	world.Each(t, func(w *world.World) {
		w.Hand.Move(time.Minute)
		d := newDevice(w)
		d.cred.Counter = 4
		must(w, w.Directory.AddPasskey(ctx, w.As("nurse"), "Key", d.make(askNew(w, "nurse"))))
		use := func(count uint32) error {
			w.T.Helper()
			w.Hand.Move(time.Minute)
			d.cred.Counter = count
			_, err := in(w, d.sign(ask(w)))
			return err
		}
		must(w, use(5))
		must(w, use(9))
		if all, _, err := w.Directory.PasskeysOf(ctx, w.Person("nurse")); err != nil || len(all) != 1 ||
			!all[0].Last.Equal(w.Hand.Now()) || all[0].Name != "Key" {
			w.T.Fatalf("%+v, %v", all, err)
		}
		before := w.Hand.Now()
		if err := use(9); !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "somebody may have a copy") {
			w.T.Fatalf("the same count again: %v", err)
		}
		if err := use(100); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("a stopped passkey: %v", err)
		}
		p, err := w.Directory.Person(ctx, w.Person("nurse"))
		must(w, err)
		if !p.Since.After(before) {
			w.T.Error("sessions go on that a copy may have begun")
		}
		undo(w, p.ID)
		if err := use(101); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a stopped passkey counts again: %v", err)
		}
	})
}

// TestAnotherWithTheSameIdChangesNothing: an authenticator chooses the id of its credential. Whoever
// registers a colleague's has the count of that one neither forgotten nor theirs.
func TestAnotherWithTheSameIdChangesNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		nurse, porter := newDevice(w), newDevice(w)
		porter.cred.ID = nurse.cred.ID
		for login, d := range map[string]*device{"nurse": nurse, "porter": porter} {
			must(w, w.Directory.AddPasskey(ctx, w.As(login), "Key", d.make(askNew(w, login))))
		}
		use := func(d *device, count uint32) error {
			w.Hand.Move(time.Minute)
			d.cred.Counter = count
			_, err := in(w, d.sign(ask(w)))
			return err
		}
		must(w, use(nurse, 50))
		must(w, use(porter, 2))
		if err := use(nurse, 6); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("a copy with an older count, after somebody else used the same id: %v", err)
		}
	})
}

// TestTheCountHoldsAtTwoMachinesAtOnce: of two answers with one count, one is taken.
func TestTheCountHoldsAtTwoMachinesAtOnce(t *testing.T) {
	world.Each(t, func(w *world.World) {
		d := newDevice(w)
		d.cred.Counter = 1
		must(w, w.Directory.AddPasskey(ctx, w.As("nurse"), "Key", d.make(askNew(w, "nurse"))))
		d.cred.Counter = 2
		answers := [][]byte{d.sign(ask(w)), d.sign(ask(w))}
		other := world.Beside(t, w.Store, w.Hand, w.Dir, w.People())
		got := make(chan error, 2)
		for i, at := range []*world.World{w, other} {
			go func() { _, err := in(at, answers[i]); got <- err }()
		}
		one, two := <-got, <-got
		if (one == nil) == (two == nil) {
			w.T.Errorf("%v, %v", one, two)
		}
	})
}

// TestTheLastWayInStays: who has a password and a code may take every passkey away; who has
// not, all but one.
func TestTheLastWayInStays(t *testing.T) {
	world.Each(t, func(w *world.World) {
		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Worker))
		must(w, err)
		first, second := newDevice(w), newDevice(w)
		asked, err := w.Directory.AskFirstPasskey(ctx, "new", e.Code)
		must(w, err)
		answer := first.make(asked)
		for login, code := range map[string]string{"new": "no such code", "nurse": e.Code} {
			if _, err := w.Directory.AskFirstPasskey(ctx, login, code); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%s with %s: %v", login, code, err)
			}
			if err := w.Directory.EnrolPasskey(ctx, login, code, "First", answer); !fail.Is(err, fail.SignIn) {
				w.T.Errorf("%s with %s: %v", login, code, err)
			}
		}
		must(w, w.Directory.EnrolPasskey(ctx, "new", e.Code, "First", answer))
		if err := w.Directory.EnrolPasskey(ctx, "new", e.Code, "First", answer); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("a one-time code twice: %v", err)
		}
		if p, err := in(w, first.sign(ask(w))); err != nil || p != e.Person {
			w.T.Fatalf("%v, %v", p, err)
		}
		if _, err := w.Directory.CheckPassword(ctx, "new", ""); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("no password is a password: %v", err)
		}
		me := access.Actor{Person: e.Person, Org: w.Org.ID, Role: access.Worker}
		held := func() (handles []string) {
			all, _, err := w.Directory.PasskeysOf(ctx, e.Person)
			must(w, err)
			for _, k := range all {
				handles = append(handles, k.Handle())
			}
			return handles
		}
		if err := w.Directory.RemovePasskey(ctx, me, held()[0]); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("the last way in: %v", err)
		}
		asked, err = w.Directory.AskNewPasskey(ctx, e.Person)
		must(w, err)
		answer = second.make(asked)
		if err := w.Directory.AddPasskey(ctx, w.As("nurse"), "Mine", answer); err == nil {
			w.T.Error("somebody else took the answer for their own")
		}
		if err := w.Directory.AddPasskey(ctx, me, " ", answer); !fail.Is(err, fail.Bad) {
			w.T.Errorf("no name: %v", err)
		}
		must(w, w.Directory.AddPasskey(ctx, me, "Second", answer))
		if err := w.Directory.AddPasskey(ctx, me, "Second", answer); err == nil {
			w.T.Error("the same answer twice")
		}
		if err := w.Directory.RemovePasskey(ctx, w.As("nurse"), held()[0]); !fail.Is(err, fail.Missing) {
			w.T.Errorf("somebody else's: %v", err)
		}
		must(w, w.Directory.RemovePasskey(ctx, me, held()[0]))
		if p, err := in(w, first.sign(ask(w))); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("one that was taken away: %v, %v", p, err)
		}
		undo(w, e.Person)
		if p, err := in(w, first.sign(ask(w))); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("one that was taken away counts again: %v, %v", p, err)
		}
	})
}

// TestWhoLeftHasNoPasskey, and neither has who set up their account anew.
func TestWhoLeftHasNoPasskey(t *testing.T) {
	world.Each(t, func(w *world.World) {
		nurse, porter := with(w, "nurse", "Phone"), with(w, "porter", "Phone")
		w.Hand.Move(2 * time.Minute)
		must(w, w.Directory.Leave(ctx, w.Person("nurse"), w.Word("guardian")))
		if p, err := in(w, nurse.sign(ask(w))); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("who left: %v, %v", p, err)
		}
		code, err := w.Directory.OfferEnrolment(ctx, w.Person("porter"))
		must(w, err)
		if _, err := in(w, porter.sign(ask(w))); err != nil {
			w.T.Errorf("before the code is used: %v", err)
		}
		asked, err := w.Directory.AskFirstPasskey(ctx, "porter", code)
		must(w, err)
		fresh := newDevice(w)
		must(w, w.Directory.EnrolPasskey(ctx, "porter", code, "New phone", fresh.make(asked)))
		if p, err := in(w, porter.sign(ask(w))); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("one from before: %v, %v", p, err)
		}
		if p, err := in(w, fresh.sign(ask(w))); err != nil || p != w.Person("porter") {
			w.T.Errorf("the new one: %v, %v", p, err)
		}
		if _, err := w.Directory.CheckPassword(ctx, "porter", world.Password); !fail.Is(err, fail.SignIn) {
			w.T.Errorf("the password from before: %v", err)
		}
	})
}

// TestPasskeysBelongToAName: at an address in numbers, or without TLS, there are none.
func TestPasskeysBelongToAName(t *testing.T) {
	for origin, want := range map[string]bool{"https://heed.example": true, "https://heed.example:8443": true,
		"http://localhost:8430": true, "http://heed.example.nhs.uk": false, "https://192.0.2.1": false,
		"https://[2001:db8::1]": false, "": false} {
		if got := directory.New(directory.Parts{Origin: origin}).Passkeys(); got != want {
			t.Errorf("%q: %v", origin, got)
		}
	}
}
