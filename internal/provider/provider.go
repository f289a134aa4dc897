// Package provider asks those at whom people log in elsewhere (NHS Care Identity, Microsoft
// Entra ID, any provider of OpenID Connect 1.0) who somebody is, by the authorisation code
// flow with PKCE.
//
// It keeps true: what it gives back was signed by the provider that was asked, for this
// service, for this one log-in (nonce), now; nothing that a provider says gives a role, a name
// or an address; a session that somebody has there is no second factor; whatever it fetches
// ends within seconds and, headers and all, within a megabyte, over TLS, and is never led on to
// another address.
//
// Trusted with: the secrets by which this service is known to providers. Of people it sees
// their subject at the provider, and keeps nothing.
package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
)

const (
	// ClocksDiffer is by how much a provider's clock and this machine's may differ.
	ClocksDiffer = 2 * time.Minute
	knownFor     = 10 * time.Minute // a provider's description and keys
	restAfter    = 15 * time.Second // before a provider that did not answer is asked again
	fetchWithin  = 10 * time.Second
	mostAtOnce   = 32                  // connections with one provider
	mostHeaders  = 64 << 10            // bytes
	mostBody     = 1<<20 - mostHeaders // bytes
	mostCode     = 8 << 10             // bytes of an authorisation code
	mostSubject  = 255                 // OpenID Connect Core 1.0, section 2
)

// Asked says which log-in was begun, with whom and in which browser. All of it is bound into
// the state that the provider gives back.
type Asked struct {
	Provider string
	Browser  string    // what the browser keeps until it comes back, 256 random bits among it
	For      id.Person // who adds the provider to their account; zero for a log-in
	Fresh    bool      // the person must prove themself to the provider now, whatever session they have there
}

// Answer is with what the browser came back.
type Answer struct {
	Asked
	Code, State, Issuer, Error string
}

// Shown is who somebody is at a provider.
type Shown struct {
	Issuer, Subject string
	Second          bool      // the provider asserts the second factor that its setting names, of this log-in
	Proved          time.Time // when the person proved who they are to the provider; zero when they were not to do so now
}

// Proof is what the state of a log-in proves it by.
type Proof struct {
	State, Nonce, Verifier string
	At                     time.Time // when it was begun
}

// Provider is one of those at whom people may log in. Safe for concurrent use.
type Provider struct {
	Config
	secret string      // empty where there is a signer
	signer jose.Signer // by the key of private_key_jwt, or nil
	back   string      // where the provider sends a browser back to
	clock  clock.Clock
	client *http.Client

	mu    sync.Mutex
	known *known    // guarded by mu
	rests time.Time // guarded by mu: until then it is not asked again
	why   error     // guarded by mu: why it rests
}

// known is what the provider says of itself.
type known struct {
	verifier  *oidc.IDTokenVerifier
	oauth     oauth2.Config
	saysIssue bool // it names itself in each answer (RFC 9207)
	at        time.Time
}

// signatures are the algorithms by which an ID token may be signed: never "none", never one
// whose key both sides hold.
var signatures = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256,
	oidc.ES384, oidc.ES512, oidc.EdDSA}

// Ask is where the browser goes to log in. fail.Busy when the provider cannot be reached.
func (p *Provider) Ask(ctx context.Context, a Asked, proof Proof) (string, error) {
	k, err := p.ask(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(proof.Nonce), oauth2.S256ChallengeOption(proof.Verifier)}
	if len(p.ACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.ACR, " ")))
	}
	if p.fresh(a) {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return k.oauth.AuthCodeURL(proof.State, options...), nil
}

func (p *Provider) fresh(a Asked) bool { return a.Fresh || !p.SessionThereCounts || !a.For.IsZero() }

// Check is whom the provider shows. fail.SignIn when it shows nobody, or its answer is not to
// be trusted; fail.Busy when it cannot be reached. The cause, without any word of the person,
// is for the log.
func (p *Provider) Check(ctx context.Context, a Answer, proof Proof) (Shown, error) {
	if a.Error != "" {
		return Shown{}, fail.Wrap(fail.SignIn, errors.New("the provider says no"), "%s did not log you in. Try again, or "+
			"log in another way", p.Name)
	}
	k, err := p.ask(ctx)
	if err != nil {
		return Shown{}, err
	}
	switch {
	case a.Issuer != p.Issuer && (a.Issuer != "" || k.saysIssue):
		return Shown{}, p.distrust(errors.New("the answer names another issuer"))
	case a.Code == "" || len(a.Code) > mostCode:
		return Shown{}, p.distrust(errors.New("the answer has no code"))
	}
	asserted, err := p.asserted(k.oauth.Endpoint.TokenURL)
	if err != nil {
		return Shown{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), 2*fetchWithin)
	defer cancel()
	got, err := k.oauth.Exchange(ctx, a.Code, append(asserted, oauth2.VerifierOption(proof.Verifier))...)
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < 500:
		return Shown{}, p.distrust(fmt.Errorf("the code was not taken: status %d", refused.Response.StatusCode))
	case refused != nil:
		return Shown{}, p.away(fmt.Errorf("the code was not looked at: status %d", refused.Response.StatusCode))
	case err != nil:
		return Shown{}, p.away(clipped(err))
	}
	raw, ok := got.Extra("id_token").(string)
	if !ok {
		return Shown{}, p.distrust(errors.New("no ID token"))
	}
	token, err := k.verifier.Verify(ctx, raw)
	if err != nil {
		return Shown{}, p.distrust(clipped(err))
	}
	return p.read(a, token, proof)
}

// claims are those of an ID token that are read beside the ones that the library reads.
type claims struct {
	ACR      string `json:"acr"`
	AMR      list   `json:"amr"`
	Party    string `json:"azp"`
	AuthTime int64  `json:"auth_time"`
	After    int64  `json:"nbf"`
}

// read holds a token, whose signature, issuer and audience are right, to this one log-in.
func (p *Provider) read(a Answer, token *oidc.IDToken, proof Proof) (Shown, error) {
	var c claims
	if err := token.Claims(&c); err != nil {
		return Shown{}, p.distrust(errors.New("a claim has another form"))
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(proof.Nonce)) != 1:
		return Shown{}, p.distrust(errors.New("another nonce"))
	case c.Party != "" && c.Party != p.ClientID, len(token.Audience) > 1 && c.Party == "":
		return Shown{}, p.distrust(errors.New("the token is for another service too"))
	case token.Subject == "" || len(token.Subject) > mostSubject:
		return Shown{}, p.distrust(errors.New("no subject"))
	}
	if err := p.timely(token, c, proof); err != nil {
		return Shown{}, err
	}
	s := Shown{Issuer: token.Issuer, Subject: token.Subject}
	at := time.Unix(c.AuthTime, 0).UTC()
	ahead := at.After(p.clock.Now().Add(ClocksDiffer))
	if !p.fresh(a.Asked) { // a session that somebody has there proves nothing of who sits here now
		s.Second = p.second(c) && !ahead && !at.Before(proof.At.Truncate(time.Second)) // nor does one of a minute ago
		return s, nil
	}
	s.Second, s.Proved = p.second(c), at
	if ahead || at.Before(proof.At.Add(-ClocksDiffer)) {
		return Shown{}, fail.Wrap(fail.SignIn, errors.New("auth_time is missing, or not of this log-in"),
			"%s did not say that you proved who you are just now, so it was not accepted. Log in another way", p.Name)
	}
	return s, nil
}

// timely refuses a token that was not made between the beginning of this log-in and now, by
// clocks that may differ a little.
func (p *Provider) timely(token *oidc.IDToken, c claims, proof Proof) error {
	now := p.clock.Now()
	after := time.Unix(c.After, 0)
	switch {
	case token.IssuedAt.IsZero() || token.Expiry.IsZero():
		return p.distrust(errors.New("the token does not say when it was made, or until when it is good"))
	case token.IssuedAt.After(now.Add(ClocksDiffer)), after.After(now.Add(ClocksDiffer)),
		token.IssuedAt.Before(proof.At.Add(-ClocksDiffer - p.backdated())),
		token.Expiry.Before(now.Add(-ClocksDiffer)):
		return fail.Wrap(fail.SignIn, errors.New("the token is not of now"), "The times in the answer of %s do not fit the "+
			"clock of this service, so it was not accepted. Log in another way, and tell the people who look after this service",
			p.Name)
	}
	return nil
}

// second says whether the provider asserts what its setting asks of a second factor.
func (p *Provider) second(c claims) bool {
	if len(p.ACR) == 0 && len(p.AMR) == 0 {
		return false
	}
	return (len(p.ACR) == 0 || slices.Contains(p.ACR, c.ACR)) &&
		(len(p.AMR) == 0 || slices.ContainsFunc(p.AMR, func(m string) bool { return slices.Contains(c.AMR, m) }))
}

// distrust is the answer to whatever does not belong together, with the reason for the log.
func (p *Provider) distrust(why error) error {
	return fail.Wrap(fail.SignIn, why, "The answer of %s could not be checked, so nobody was logged in. Try again, or "+
		"log in another way", p.Name)
}

// away is said of a provider that does not answer.
func (p *Provider) away(why error) error {
	return fail.Wrap(fail.Busy, why, "%s cannot be reached at the moment. Log in another way, or try again later", p.Name)
}

// clipped is an error of the libraries, which may hold what the other side sent.
func clipped(err error) error { return fmt.Errorf("%.300q", err.Error()) }
