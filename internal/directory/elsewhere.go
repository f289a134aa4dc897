package directory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/provider"
	"heed/internal/store"
)

// Logging in elsewhere: the state that goes to a provider and comes back is a challenge as
// passkeys have them. Its proof binds it to the provider, to the browser that began, to what was
// begun, and to a moment; it is used once. Nonce and PKCE verifier follow from it, so that any
// machine of an installation takes what another began, and nothing is written until somebody
// comes back.

// Elsewhere is whom a log-in at a provider shows.
type Elsewhere struct {
	Person id.Person
	Second bool      // the provider asserts a second factor
	Proved time.Time // when they proved themself to it; zero when it does not say
}

func elsewhere(a provider.Asked) string {
	sum := sha256.Sum256([]byte(a.Browser))
	return fmt.Sprintf("provider:%s:%s:%t:%x", a.Provider, a.For, a.Fresh, sum)
}

// proofOf is what a state proves a log-in by.
func (d *Desk) proofOf(tx *store.Tx, a provider.Asked, state []byte) (provider.Proof, error) {
	key, err := d.lookupKey(tx)
	if err != nil {
		return provider.Proof{}, err
	}
	of := func(what string) string {
		m := hmac.New(sha256.New, key)
		fmt.Fprintf(m, "heed/provider/%s/1\n%s\n", what, a.Browser)
		m.Write(state)
		return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
	}
	return provider.Proof{State: base64.RawURLEncoding.EncodeToString(state), Nonce: of("nonce"), Verifier: of("verifier"),
		At: challengeAt(state)}, nil
}

// AskProvider is where a browser goes to log in elsewhere. fail.Missing when there is no such
// provider, fail.Busy when it cannot be reached.
func (d *Desk) AskProvider(ctx context.Context, a provider.Asked) (string, error) {
	p, err := d.Providers.Find(a.Provider)
	if err != nil {
		return "", err
	}
	var proof provider.Proof
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		state, err := d.newChallenge(tx, elsewhere(a))
		if err != nil {
			return err
		}
		proof, err = d.proofOf(tx, a, state)
		return err
	})
	if err != nil {
		return "", err
	}
	return p.Ask(ctx, a, proof)
}

// shown is whom the provider shows. Nothing is written: whoever is nobody here writes nothing.
func (d *Desk) shown(ctx context.Context, a provider.Answer) (s provider.Shown, state []byte, err error) {
	p, err := d.Providers.Find(a.Provider)
	if err != nil {
		return s, nil, err
	}
	if state, err = base64.RawURLEncoding.DecodeString(a.State); err != nil {
		return s, nil, beginAgain(err)
	}
	var proof provider.Proof
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		if err := d.ours(tx, elsewhere(a.Asked), state); err != nil {
			return err
		}
		if err := d.unused(tx, state); err != nil {
			return err
		}
		proof, err = d.proofOf(tx, a.Asked, state)
		return err
	})
	if fail.Is(err, fail.SignIn) {
		return s, nil, beginAgain(err)
	}
	if err != nil {
		return s, nil, err
	}
	s, err = p.Check(ctx, a, proof)
	return s, state, err
}

// usedFor uses a state up for somebody who is known here, whom the provider has shown: of two
// who come back with the same answer one is served.
func (d *Desk) usedFor(ctx context.Context, state []byte) error {
	err := d.Store.Do(ctx, func(tx *store.Tx) error { return d.useChallenge(tx, state) })
	if err = d.challengeUsed(state, err); fail.Is(err, fail.SignIn) {
		return beginAgain(err)
	}
	return err
}

// beginAgain is the one answer to a log-in that was not begun in this browser, a moment ago, or
// that was finished already.
func beginAgain(why error) error {
	return fail.Wrap(fail.SignIn, why, "Begin again: this log-in was not begun in this browser, was used already, or "+
		"took more than 5 minutes")
}

// ownFirst refuses to whoever a provider alone speaks for what takes Heed's own proof of who they are.
func ownFirst(a access.Actor) error {
	if a.Own {
		return nil
	}
	return fail.New(fail.Refused, "Log out, then log in with your password and code, or with a passkey: a log-in "+
		"elsewhere is not enough for this in your role")
}

// mayAdd says whether somebody may add a password or a passkey. Whose word is asked does so by Heed's
// own proof alone: a provider who could give them a way in would give their words.
func mayAdd(a access.Actor, o Organisation, p Person) error {
	if !givesWords(o, p) {
		return nil
	}
	return ownFirst(a)
}

// MayAdd is for the page that asks for a new password or passkey; fail.Refused in words that say what to do.
func (d *Desk) MayAdd(ctx context.Context, a access.Actor) error {
	p, err := d.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	o, err := d.Organisation(ctx, p.Org)
	if err != nil {
		return err
	}
	return mayAdd(a, o, p)
}

// CheckProvider gives the person with whose account here the one at the provider is linked.
// One that is not linked is nobody's, whatever name or address it has. Where the provider
// asserts no second factor, the person needs one of their own here.
func (d *Desk) CheckProvider(ctx context.Context, a provider.Answer) (Elsewhere, error) {
	s, state, err := d.shown(ctx, a)
	if err != nil {
		return Elsewhere{}, err
	}
	var p Person
	err = d.Store.View(ctx, func(tx *store.Tx) (err error) {
		p, err = d.linked(tx, Link{Issuer: s.Issuer, Subject: s.Subject})
		return err
	})
	if fail.Is(err, fail.Missing) {
		return Elsewhere{}, fail.New(fail.SignIn, "No account here is linked with the one you logged in with. Log in "+
			"another way and add it on the page \"Your account\", or ask whoever looks after accounts in your organisation")
	}
	if err != nil {
		return Elsewhere{}, err
	}
	if !s.Second && p.totp == "" {
		return Elsewhere{}, fail.New(fail.SignIn, "You were not asked for a second proof of who you are, and you have no "+
			"authenticator app here. Log in with a passkey")
	}
	if err := d.usedFor(ctx, state); err != nil {
		return Elsewhere{}, err
	}
	return Elsewhere{p.ID, s.Second, s.Proved}, nil
}

// AddProvider links the account of somebody who is logged in with the one that they have just
// logged in with at a provider.
func (d *Desk) AddProvider(ctx context.Context, a access.Actor, answer provider.Answer) error {
	answer.For, answer.Fresh = a.Person, true // what was begun for somebody else, or otherwise, is not this
	s, state, err := d.shown(ctx, answer)
	if err != nil {
		return err
	}
	if err := d.usedFor(ctx, state); err != nil {
		return err
	}
	l := Link{Issuer: s.Issuer, Subject: s.Subject}
	return d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		if err := d.decideLink(tx, p, l); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindLinked, Data: l}, d.tellOwner(tx, p)
	})
}
