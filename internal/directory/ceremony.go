package directory

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/spent"
	"heed/internal/store"
)

// The two ceremonies of WebAuthn (level 3): making a passkey, and logging in with one. The
// library checks origin, relying party, challenge, signature, and that the authenticator
// has seen its person (user verification). This file says which challenges are ours: each
// carries its own proof, so that any machine of an installation takes what another gave out
// and nothing is written until somebody answers; each is good for five minutes, and once.

const (
	challengeLife = 5 * time.Minute
	clocksDiffer  = 2 * time.Minute // between two machines of one installation, at most
	nonceBytes    = 16
	stampedBytes  = nonceBytes + 8
)

// What a challenge is for is part of its proof.
const loggingIn = "log-in"

func registering(p id.Person) string { return "register:" + p.String() }

// Passkeys says whether passkeys can be used: they belong to a name under https, or to
// localhost while somebody tries Heed there.
func (d *Desk) Passkeys() bool { return passkeyHost(d.Origin) != "" }

func passkeyHost(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return ""
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return ""
	}
	return u.Hostname()
}

func (d *Desk) relyingParty() (*webauthn.WebAuthn, error) {
	host := passkeyHost(d.Origin)
	if host == "" {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	w, err := webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: "Heed", RPOrigins: []string{d.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired},
		// Nothing is asked of extensions; some password managers answer all the same, and nothing reads it.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys: %w", err)
	}
	return w, nil
}

// owner is a person as the library asks for them.
type owner struct {
	p    Person
	keys []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return o.p.ID.Bytes() }
func (o owner) WebAuthnName() string                       { return o.p.Login }
func (o owner) WebAuthnDisplayName() string                { return o.p.Name }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func ownerOf(p Person, keys ...Passkey) owner {
	o := owner{p: p}
	for _, k := range keys {
		o.keys = append(o.keys, webauthn.Credential{ID: k.ID, PublicKey: k.Key,
			Flags:         webauthn.CredentialFlags{BackupEligible: k.Synced},
			Authenticator: webauthn.Authenticator{SignCount: k.Count}})
	}
	return o
}

// newChallenge is random bytes and the time, and a proof of both and of what they are for.
func (d *Desk) newChallenge(tx *store.Tx, purpose string) ([]byte, error) {
	c := make([]byte, stampedBytes)
	rand.Read(c[:nonceBytes])
	binary.BigEndian.PutUint64(c[nonceBytes:], uint64(clock.Micros(tx.Now())))
	proof, err := d.proveChallenge(tx, purpose, c)
	return append(c, proof...), err
}

// proveChallenge uses the key by which login names are hidden: it is the installation's,
// and in no table.
func (d *Desk) proveChallenge(tx *store.Tx, purpose string, stamped []byte) ([]byte, error) {
	key, err := d.lookupKey(tx)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "heed/challenge/1\n%d:%s\n", len(purpose), purpose)
	m.Write(stamped)
	return m.Sum(nil), nil
}

// ours says whether a challenge was made here, for this, a moment ago.
func (d *Desk) ours(tx *store.Tx, purpose string, c []byte) error {
	if len(c) != stampedBytes+sha256.Size {
		return wrongPasskey()
	}
	proof, err := d.proveChallenge(tx, purpose, c[:stampedBytes])
	if err != nil {
		return err
	}
	if !hmac.Equal(proof, c[stampedBytes:]) {
		return wrongPasskey()
	}
	if age := tx.Now().Sub(challengeAt(c)); age > challengeLife || age < -clocksDiffer {
		return fail.New(fail.SignIn, "Try again: this took more than 5 minutes")
	}
	return nil
}

func challengeAt(c []byte) time.Time {
	return clock.FromMicros(int64(binary.BigEndian.Uint64(c[nonceBytes:stampedBytes])))
}

func challengeMark(c []byte) spent.Mark {
	return spent.Of(challengeAt(c).Add(challengeLife+clocksDiffer), "challenge", c)
}

// unused says whether a challenge was not used up yet, as far as it is known before useChallenge.
func (d *Desk) unused(tx *store.Tx, c []byte) error {
	sum := sha256.Sum256(c)
	n, err := store.One(tx, func(n *int) []any { return []any{n} },
		`select count(*) from directory_challenge_used where challenge = $1`, sum[:])
	if err == nil && (n > 0 || d.Spent.Spent(challengeMark(c))) {
		err = wrongPasskey()
	}
	return err
}

// useChallenge notes in the unit of what it was answered for that a challenge is used up.
func (d *Desk) useChallenge(tx *store.Tx, c []byte) error {
	old := clock.Micros(tx.Now().Add(-time.Hour))
	if _, err := tx.Exec(`delete from directory_challenge_used where at < $1`, old); err != nil {
		return fmt.Errorf("forget old challenges: %w", err)
	}
	sum := sha256.Sum256(c)
	n, err := tx.Exec(`insert into directory_challenge_used (challenge, at) values ($1, $2) on conflict do nothing`,
		sum[:], clock.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("use up a challenge: %w", err)
	}
	if n != 1 || d.Spent.Spent(challengeMark(c)) {
		return wrongPasskey()
	}
	return nil
}

// challengeUsed writes the same outside the database, once the unit is kept. A row that
// said so and was taken away is noticed here.
func (d *Desk) challengeUsed(c []byte, err error) error {
	if err == nil && !d.Spent.Spend(challengeMark(c)) {
		return wrongPasskey()
	}
	return err
}

// wrongPasskey is the one answer to whatever does not belong together.
func wrongPasskey() error {
	return fail.New(fail.SignIn, "Try again with one of your passkeys for Heed: this one was not accepted")
}

// AskPasskey is what a browser needs to ask for a passkey, as parseRequestOptionsFromJSON reads it.
func (d *Desk) AskPasskey(ctx context.Context) (json.RawMessage, error) {
	w, err := d.relyingParty()
	if err != nil {
		return nil, err
	}
	c, err := d.challengeFor(ctx, loggingIn)
	if err != nil {
		return nil, err
	}
	options, _, err := w.BeginDiscoverableLogin(webauthn.WithChallenge(c),
		webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	return json.Marshal(options.Response)
}

func (d *Desk) challengeFor(ctx context.Context, purpose string) (c []byte, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error { c, err = d.newChallenge(tx, purpose); return err })
	return c, err
}

// AskNewPasskey is what a browser needs to make a passkey for a person, as
// parseCreationOptionsFromJSON reads it.
func (d *Desk) AskNewPasskey(ctx context.Context, person id.Person) (json.RawMessage, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return nil, err
	}
	return d.askNewPasskey(ctx, p, p.passkeys)
}

func (d *Desk) askNewPasskey(ctx context.Context, p Person, but []Passkey) (json.RawMessage, error) {
	w, err := d.relyingParty()
	if err != nil {
		return nil, err
	}
	c, err := d.challengeFor(ctx, registering(p.ID))
	if err != nil {
		return nil, err
	}
	has := ownerOf(p, but...)
	options, _, err := w.BeginRegistration(has,
		webauthn.WithExclusions(webauthn.Credentials(has.keys).CredentialDescriptors()))
	if err != nil {
		return nil, fmt.Errorf("ask for a new passkey: %w", err)
	}
	options.Response.Challenge = c
	return json.Marshal(options.Response)
}

// made is the passkey that a browser made for a person, not named yet, and the challenge
// that is to be used up with it.
func (d *Desk) made(ctx context.Context, person id.Person, answer []byte, purpose string) (k Passkey, challenge []byte,
	err error) {
	w, err := d.relyingParty()
	if err != nil {
		return k, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return k, nil, notMade(err)
	}
	if challenge, err = d.answered(ctx, purpose, parsed.Response.CollectedClientData.Challenge); err != nil {
		return k, nil, err
	}
	p, err := d.Person(ctx, person)
	if err != nil {
		return k, nil, err
	}
	c, err := w.CreateCredential(ownerOf(p), webauthn.SessionData{UserID: person.Bytes(),
		Challenge:        parsed.Response.CollectedClientData.Challenge,
		UserVerification: protocol.VerificationRequired, CredParams: webauthn.CredentialParametersDefault()}, parsed)
	if err != nil {
		return k, nil, notMade(err)
	}
	if len(c.PublicKey) > mostKey { // whoever logs in with it would have Heed compute for as long as they like
		return k, nil, notMade(nil)
	}
	k = Passkey{ID: c.ID, Key: c.PublicKey, Count: c.Authenticator.SignCount, Synced: c.Flags.BackupEligible}
	return k, challenge, nil
}

// mostKey is the size in bytes of the largest key of a passkey: an RSA key of 4,096 bits has 540.
const mostKey = 700

func notMade(err error) error {
	return fail.Wrap(fail.Conflict, err, "Try again: your browser made no passkey that Heed can use")
}

func (d *Desk) answered(ctx context.Context, purpose, challenge string) ([]byte, error) {
	c, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil {
		return nil, wrongPasskey()
	}
	return c, d.Store.View(ctx, func(tx *store.Tx) error { return d.ours(tx, purpose, c) })
}

// CheckPasskey gives the person whose passkey answered AskPasskey: both factors at once,
// because the authenticator saw the person before it signed.
func (d *Desk) CheckPasskey(ctx context.Context, answer []byte) (id.Person, error) {
	w, err := d.relyingParty()
	if err != nil {
		return id.Person{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil || len(parsed.Response.Signature) > mostKey {
		return id.Person{}, wrongPasskey()
	}
	challenge, err := d.answered(ctx, loggingIn, parsed.Response.CollectedClientData.Challenge)
	if err != nil {
		return id.Person{}, err
	}
	person, err := personOf(parsed.Response.UserHandle)
	if err != nil {
		return id.Person{}, wrongPasskey()
	}
	var copied bool
	var used Passkey
	err = d.Store.Do(ctx, func(tx *store.Tx) error {
		copied = false
		p, key, err := d.load(tx, person)
		if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
			return wrongPasskey()
		}
		if err != nil {
			return err
		}
		k, ok := d.livePasskey(p, parsed.RawID)
		if !ok {
			if !k.Stopped.IsZero() && !p.Left {
				return stopped()
			}
			return wrongPasskey()
		}
		used = k
		if err := tx.InTurn(useOf(p.ID, k)); err != nil { // two at once could both be the next
			return err
		}
		use, _, err := d.lastUse(tx, p, k)
		if err != nil {
			return err
		}
		k.Count = use.Count
		c, err := w.ValidateLogin(ownerOf(p, k), webauthn.SessionData{UserID: p.ID.Bytes(),
			Challenge: parsed.Response.CollectedClientData.Challenge, UserVerification: protocol.VerificationRequired}, parsed)
		if err != nil {
			return wrongPasskey()
		}
		if err := d.useChallenge(tx, challenge); err != nil {
			return err
		}
		if copied = c.Authenticator.CloneWarning; copied {
			_, err := d.Ledger.Append(tx, ledger.Person, key, p.Version, countWentBack,
				ledger.Event{Kind: kindPasskeyStopped, Data: passkeyNamed{k.ID}})
			if err != nil {
				return err
			}
			return d.tellOwner(tx, p)
		}
		return d.noteUse(tx, p, k, passkeyUse{Count: c.Authenticator.SignCount})
	})
	if err = d.challengeUsed(challenge, err); err != nil {
		return id.Person{}, err
	}
	if copied {
		d.Spent.Spend(used.mark())
		return id.Person{}, stopped()
	}
	return person, nil
}

func personOf(handle []byte) (p id.Person, err error) {
	if len(handle) != len(p.Bytes()) {
		return p, wrongPasskey()
	}
	return p, p.Scan(handle)
}

// stopped is said of a passkey whose authenticator signed with a count that it had passed before.
func stopped() error {
	return fail.New(fail.Conflict, "This passkey is stopped: its count went back, so somebody may have a copy of it. "+
		"Log in another way and take it away, or ask for a set-up code")
}
