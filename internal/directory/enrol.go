package directory

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/store"
)

// Enrol lets the holder of a set-up code choose a password and a second
// factor, shown to work by a code from it. Administrators start this and never
// learn either (ASVS 6.4.6).
func (d *Desk) Enrol(ctx context.Context, login, setUp, password, secret, code string) error {
	p, err := d.FindLogin(ctx, login)
	if err != nil {
		return wrongLogin()
	}
	if !d.mayEnrol(p, setUp, d.Clock.Now()) { // before anything that costs
		return wrongLogin()
	}
	if err := ValidatePassword(password, login); err != nil {
		return err
	}
	if _, ok := checkTOTP(secret, code, d.Clock.Now()); !ok {
		return fail.Fields{{Name: "code", Words: plain.WrongCode}}.Err()
	}
	hash := hashPassword(password)
	by := ledger.Author{Person: p.ID, Role: string(access.Worker), Rule: "own-credentials"}
	err = d.change(ctx, p.ID, by, func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		if !d.mayEnrol(p, setUp, tx.Now()) {
			return ledger.Event{}, wrongLogin()
		}
		return ledger.Event{Kind: kindEnrolled, Data: enrolled{Password: hash, TOTP: secret}}, d.tellOwner(tx, p)
	})
	if err == nil {
		d.spendCredentials(p)
	}
	return err
}

// AskFirstPasskey is AskNewPasskey for the holder of a set-up code.
func (d *Desk) AskFirstPasskey(ctx context.Context, login, setUp string) (json.RawMessage, error) {
	p, err := d.FindLogin(ctx, login)
	if err != nil || !d.mayEnrol(p, setUp, d.Clock.Now()) {
		return nil, wrongLogin()
	}
	var o Organisation
	if err = d.Store.View(ctx, func(tx *store.Tx) (err error) {
		o, err = d.OrganisationIn(tx, p.Org)
		return err
	}); err != nil {
		return nil, err
	}
	if givesWords(o, p) {
		return nil, needsPassword()
	}
	return d.askNewPasskey(ctx, p, nil) // those from before end with the setting up
}

// givesWords says whether somebody's word is asked at the machine, where it takes a password and a
// code: a grantor's, also of one who is to become one, the second witness's, and that of everybody
// in a role that grantors give.
func givesWords(o Organisation, p Person) bool {
	return o.named(p.ID) || o.comesIn(p.ID) ||
		slices.ContainsFunc(p.Grants, func(g Grant) bool { return privileged(g.Role) })
}

func needsPassword() error {
	return fail.New(fail.Conflict, "Choose a password and add the authenticator app first: in your role your word is "+
		"asked where a passkey cannot be used. Once you have logged in you can add a passkey to your account")
}

// EnrolPasskey is Enrol with a passkey in place of a password and a second factor.
func (d *Desk) EnrolPasskey(ctx context.Context, login, setUp, name string, answer []byte) error {
	p, err := d.FindLogin(ctx, login)
	if err != nil || !d.mayEnrol(p, setUp, d.Clock.Now()) {
		return wrongLogin()
	}
	k, challenge, err := d.made(ctx, p.ID, answer, registering(p.ID))
	if err != nil {
		return err
	}
	k.Name = name
	by := ledger.Author{Person: p.ID, Role: string(access.Worker), Rule: "own-credentials"}
	err = d.change(ctx, p.ID, by, func(tx *store.Tx, now Person, o Organisation) (ledger.Event, error) {
		if p = now; !d.mayEnrol(p, setUp, tx.Now()) {
			return ledger.Event{}, wrongLogin()
		}
		if givesWords(o, p) {
			return ledger.Event{}, needsPassword()
		}
		if err := decidePasskey(Person{}, k); err != nil {
			return ledger.Event{}, err
		}
		if err := d.useChallenge(tx, challenge); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindEnrolled, Data: enrolled{Passkey: &k}}, d.tellOwner(tx, p)
	})
	if err = d.challengeUsed(challenge, err); err == nil {
		d.spendCredentials(p)
	}
	return err
}

// MayEnrol says whether a set-up code is good, before the page that uses it is shown.
func (d *Desk) MayEnrol(ctx context.Context, login, setUp string) error {
	p, err := d.FindLogin(ctx, login)
	if err != nil || !d.mayEnrol(p, setUp, d.Clock.Now()) {
		return wrongLogin()
	}
	return nil
}

func (d *Desk) mayEnrol(p Person, setUp string, now time.Time) bool {
	hash := []byte(codeHash(setUp))
	for h, expires := range p.enrolment {
		if subtle.ConstantTimeCompare([]byte(h), hash) == 1 && now.Before(expires) {
			return !d.Spent.Spent(enrolmentMark(h, expires))
		}
	}
	return false
}

// OfferEnrolment makes a new set-up code for somebody who lost a factor or forgot their
// password: to be told in person. It ends the older ones and the person's sessions, and they
// hear of it. For the holder of a privileged role, for a grantor and for the second witness it
// needs the grantors' words, because whoever has the code becomes that person. Before somebody
// named so was ever set up, whoever set the organisation up has their code anyhow.
func (d *Desk) OfferEnrolment(ctx context.Context, person id.Person, words ...Word) (string, error) {
	code := setUpCode()
	var before Person
	err := d.change(ctx, person, operator, func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		before = p
		if err := d.mayBecome(tx, o, p, words, "a code for them"); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindEnrolmentOffered, Data: enrolmentOffered{codeHash(code), tx.Now().
			Add(ToldLife)}}, d.tellOwner(tx, p)
	})
	if err == nil {
		d.spendEnrolment(before)
	}
	return code, err
}

// mayBecome asks for the words on which somebody at the machine may give out what makes its
// holder a person: what that is, is said to whoever gives too few.
func (d *Desk) mayBecome(tx *store.Tx, o Organisation, p Person, words []Word, what string) error {
	for _, g := range p.Grants {
		if _, err := decideGrant(o, p, g.Role, g.Team, words); err != nil {
			return err
		}
	}
	if (p.Enrolled() && o.named(p.ID) || o.comesIn(p.ID)) && len(grantorsOf(o, words)) < len(o.Grantors) {
		return needsGrantors(o, "Whoever this organisation named when it was set up keeps their word whatever their role: "+
			what)
	}
	return d.standing(tx, words)
}
