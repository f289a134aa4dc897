package directory_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"testing"

	va "github.com/descope/virtualwebauthn"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
)

// TestWhoeverWasNamedIsNotTakenOver: a grantor's word counts whatever their role, so that a code for
// one who has none is given on both words; with one word nobody becomes the other.
func TestWhoeverWasNamedIsNotTakenOver(t *testing.T) {
	world.Each(t, func(w *world.World) {
		one := w.Word("guardian")
		both := []directory.Word{one, w.Word("executive")}
		executive := w.Person("executive")
		if err := w.Directory.Revoke(ctx, executive, access.ExecutiveLead, one); err != nil {
			w.T.Fatal(err)
		}
		for name, words := range map[string][]directory.Word{"no word": nil, "one": {one}} {
			if _, err := w.Directory.OfferEnrolment(ctx, executive, words...); !fail.Is(err, fail.Refused) {
				w.T.Errorf("a code for a grantor without a role on %s: %v", name, err)
			}
		}
		if _, err := w.Directory.OfferEnrolment(ctx, executive, both...); err != nil {
			w.T.Errorf("a code for a grantor on both words: %v", err)
		}
	})
}

// TestWhoGivesWordsHasAPassword: a word at the machine takes a password and a code, so whoever has a
// role that grantors give is not set up with a passkey alone.
func TestWhoGivesWordsHasAPassword(t *testing.T) {
	world.Each(t, func(w *world.World) {
		e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new", access.Lead), w.Word("guardian"),
			w.Word("executive"))
		must(w, err)
		if _, err := w.Directory.AskFirstPasskey(ctx, "new", e.Code); !fail.Is(err, fail.Conflict) {
			w.T.Errorf("a lead is asked for a first passkey: %v", err)
		}
	})
}

// TestAKeyIsOfAKnownSize: whoever logs in with a key has Heed compute with it before anybody is logged in.
func TestAKeyIsOfAKnownSize(t *testing.T) {
	t.Setenv("HEED_TEST_POSTGRES", "skip") // nothing is kept
	world.Each(t, func(w *world.World) {
		large, err := rsa.GenerateKey(rand.Reader, 6144)
		must(w, err)
		data, err := x509.MarshalPKCS8PrivateKey(large)
		must(w, err)
		for name, c := range map[string]struct {
			key va.Credential
			is  bool
		}{"2,048 bits": {va.NewCredential(va.KeyTypeRSA), true},
			"6,144 bits": {va.Credential{ID: []byte("a large one"), Key: &va.Key{Type: va.KeyTypeRSA, Data: data}}, false}} {
			e, err := w.Directory.AddPerson(ctx, w.Org.ID, newcomer(w, "new"+name[:1], access.Worker))
			must(w, err)
			asked, err := w.Directory.AskFirstPasskey(ctx, "new"+name[:1], e.Code)
			must(w, err)
			d := newDevice(w)
			d.cred = c.key
			err = w.Directory.EnrolPasskey(ctx, "new"+name[:1], e.Code, "First", d.make(asked))
			if (err == nil) != c.is {
				w.T.Errorf("a key of %s: %v", name, err)
			}
		}
	})
}
