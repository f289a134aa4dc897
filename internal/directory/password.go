package directory

import (
	"context"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/ledger"
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

// EndSessions ends every session of the person that was begun before now, at whatever machine.
func (d *Desk) EndSessions(ctx context.Context, a access.Actor) error {
	return d.change(ctx, a.Person, ownCredentials(a), func(*store.Tx, Person, Organisation) (ledger.Event, error) {
		return ledger.Event{Kind: kindSessionsEnded, Data: struct{}{}}, nil
	})
}
