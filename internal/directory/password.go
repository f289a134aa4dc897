package directory

import (
	"context"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/store"
)

// ChangePassword gives somebody who knows their password another; it ends their sessions, of
// which the caller draws the one at hand anew. fail.SignIn when the present one is not right.
func (d *Desk) ChangePassword(ctx context.Context, a access.Actor, present, next string) error {
	p, err := d.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	if _, err := d.CheckPassword(ctx, p.Login, present); err != nil {
		return err
	}
	if present == next {
		return fail.Fields{{Name: "password", Words: "The new password must be another than the present one"}}.Err()
	}
	if err := ValidatePassword(next, p.Login); err != nil {
		return err
	}
	hash := hashPassword(next)
	err = d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, now Person, _ Organisation) (ledger.Event, error) {
		if now.password != p.password || now.Left { // somebody else was quicker
			return ledger.Event{}, wrongLogin()
		}
		return ledger.Event{Kind: kindPasswordChanged, Data: passwordChanged{hash}}, d.tellOwner(tx, now)
	})
	if err == nil {
		d.Spent.Spend(passwordMark(p))
	}
	return err
}

// AddPassword gives somebody who logs in without one a password and a second factor, shown to
// work by a code from it: what they had goes on. fail.Conflict when they have one already,
// fail.Refused when a provider alone says who they are and their word is asked.
func (d *Desk) AddPassword(ctx context.Context, a access.Actor, password, secret, code string) error {
	p, err := d.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	if p.HasPassword() {
		return hasPassword()
	}
	if err := ValidatePassword(password, p.Login); err != nil {
		return err
	}
	step, ok := checkTOTP(secret, code, d.Clock.Now())
	if !ok {
		return fail.Fields{{Name: "code", Words: plain.WrongCode}}.Err()
	}
	hash, used := hashPassword(password), codeMark(a.Person, step)
	err = d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		if p.Left || p.HasPassword() { // somebody else was quicker
			return ledger.Event{}, hasPassword()
		}
		if err := mayAdd(a, o, p); err != nil {
			return ledger.Event{}, err
		}
		if _, err := useCode(tx, p.ID, step); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindPasswordAdded, Data: passwordAdded{hash, secret}}, d.tellOwner(tx, p)
	})
	if err == nil {
		d.Spent.Spend(used) // the code that showed it is no code to log in with
	}
	return err
}

func hasPassword() error { return fail.New(fail.Conflict, "You have a password already") }

// EndSessions ends every session of the person that was begun before now, at whatever machine.
func (d *Desk) EndSessions(ctx context.Context, a access.Actor) error {
	return d.change(ctx, a.Person, ownCredentials(a), func(*store.Tx, Person, Organisation) (ledger.Event, error) {
		return ledger.Event{Kind: kindSessionsEnded, Data: struct{}{}}, nil
	})
}
