package directory

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/spent"
	"heed/internal/store"
)

// groups are so many groups of four letters and numbers, 20 random bits each, which can be
// read from paper, told over a table, and typed.
func groups(n int) string {
	b := make([]byte, (4*n*5+7)/8)
	rand.Read(b)
	s := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
	parts := make([]string, n)
	for i := range parts {
		parts[i] = s[4*i : 4*i+4]
	}
	return strings.Join(parts, "-")
}

// recoveryText is 100 random bits: it is kept on paper for years.
func recoveryText() string { return groups(5) }

// setUpCode is 60 random bits: it is told in person, and ends soon.
func setUpCode() string { return groups(3) }

var misread = strings.NewReplacer("0", "O", "1", "I", "8", "B", "-", "", " ", "")

// tidy is such a text however it was typed: the numbers that it never holds are the letters they look like.
func tidy(s string) string {
	return misread.Replace(strings.ToUpper(strings.Join(strings.Fields(s), "")))
}

func codeHash(typed string) string { return tokenHash(tidy(typed)) }

// How long a set-up code lasts: one for a new account may wait for a first day at work; one
// that is told in person, or that a recovery code gave, is used at once.
const (
	NewAccountLife = 7 * 24 * time.Hour
	ToldLife       = 24 * time.Hour
	RecoveredLife  = time.Hour
)

// Recovery codes, for somebody who lost their phone or forgot their password.
type recoveryMade struct {
	Hashes []string `json:"hashes"`
}

type recovered struct {
	Used  string           `json:"used"` // hash of the recovery code
	Offer enrolmentOffered `json:"offer"`
}

const howManyCodes = 4

// recoveryMark is what is spent with a recovery code: with SQL the entry that says so can be taken back.
func recoveryMark(p id.Person, hash string) spent.Mark {
	return spent.Of(forGood, "recovery", p.Bytes(), []byte(hash))
}

// RecoveryLeft is how many recovery codes the person has not used.
func (p Person) RecoveryLeft() int { return len(p.recovery) }

// FirstRecoveryCodes are RecoveryCodes for somebody who has just set up their account and
// is not logged in yet.
func (d *Desk) FirstRecoveryCodes(ctx context.Context, login string) ([]string, error) {
	p, err := d.FindLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	return d.RecoveryCodes(ctx, access.Actor{Person: p.ID, Org: p.Org, Role: access.Worker})
}

// RecoveryCodes makes somebody's recovery codes anew; the older ones end. They are shown once.
func (d *Desk) RecoveryCodes(ctx context.Context, a access.Actor) (codes []string, err error) {
	made := recoveryMade{}
	for range howManyCodes {
		c := recoveryText()
		codes, made.Hashes = append(codes, c), append(made.Hashes, codeHash(c))
	}
	var before Person
	err = d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		if before = p; !p.HasPassword() {
			return ledger.Event{}, fail.New(fail.Conflict, "A recovery code counts beside a password or a phone. You log "+
				"in with passkeys alone: if you lose all of them, ask for a new set-up code")
		}
		return ledger.Event{Kind: kindRecoveryMade, Data: made}, d.tellOwner(tx, p)
	})
	if err != nil {
		return nil, err
	}
	for hash := range before.recovery {
		d.Spent.Spend(recoveryMark(a.Person, hash))
	}
	return codes, nil
}

// Recover uses up a recovery code, with the password or with a code of the second factor, and
// gives a set-up code. It needs nobody else: both are the person's own. Whoever logs in with
// passkeys alone has none: a slip of paper would be enough to become them. The recovery code is
// looked at first, so that no password is guessed here without one.
func (d *Desk) Recover(ctx context.Context, login, other, recovery string) (string, error) {
	hash := codeHash(recovery)
	p, err := d.FindLogin(ctx, login)
	if err != nil && !fail.Is(err, fail.Missing) {
		return "", err
	}
	if err != nil || !d.mayRecover(p, hash) {
		return "", wrongRecovery()
	}
	if err := d.eitherFactor(ctx, p, other); err != nil {
		return "", err
	}
	code := setUpCode()
	by := ledger.Author{Person: p.ID, Role: string(access.Worker), Rule: "own-credentials"}
	err = d.change(ctx, p.ID, by, func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		if !d.mayRecover(p, hash) {
			return ledger.Event{}, wrongRecovery()
		}
		offer := enrolmentOffered{codeHash(code), tx.Now().Add(RecoveredLife)}
		return ledger.Event{Kind: kindRecovered, Data: recovered{hash, offer}}, d.tellOwner(tx, p)
	})
	if err == nil && !d.Spent.Spend(recoveryMark(p.ID, hash)) {
		err = wrongRecovery()
	}
	if err != nil {
		return "", err
	}
	d.spendEnrolment(p)
	return code, nil
}

func (d *Desk) mayRecover(p Person, hash string) bool {
	return !p.Left && p.HasPassword() && p.recovery[hash] && !d.Spent.Spent(recoveryMark(p.ID, hash))
}

// eitherFactor is right when what was typed is the password, or the code that the phone shows now.
func (d *Desk) eitherFactor(ctx context.Context, p Person, typed string) error {
	if _, is := checkTOTP(p.totp, typed, d.Clock.Now()); is {
		return d.CheckCode(ctx, p.ID, typed)
	}
	if _, err := d.CheckPassword(ctx, p.Login, typed); fail.Is(err, fail.SignIn) {
		return wrongRecovery()
	} else if err != nil {
		return err
	}
	return nil
}

// wrongRecovery is the one answer to whatever does not belong together.
func wrongRecovery() error {
	return fail.New(fail.SignIn, "Check your login name, your recovery code, and your password or the code from your "+
		"phone: they do not belong together, or the recovery code was used")
}
