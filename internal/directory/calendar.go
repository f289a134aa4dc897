package directory

import (
	"context"
	"strings"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/ledger"
	"heed/internal/store"
)

// calendarPrefix begins the secret of a calendar's address, so that it is not taken for a token of the API.
const calendarPrefix = "days_"

// CalendarOf is the address of somebody's calendar that has not ended, without its
// secret; ok is false when they have none.
func (d *Desk) CalendarOf(ctx context.Context, a access.Actor) (t Token, ok bool, err error) {
	p, err := d.Person(ctx, a.Person)
	for _, held := range p.tokens {
		if held.Calendar != "" && d.Clock.Now().Before(held.Expires) {
			return held, true, err
		}
	}
	return Token{}, false, err
}

// NewCalendar makes the secret by which a calendar reads on which days something is due
// to this person in the role that they have now. It ends the one before. Only its hash is kept.
func (d *Desk) NewCalendar(ctx context.Context, a access.Actor) (string, error) {
	plain := calendarPrefix + randomText()
	hash := tokenHash(plain)
	var before Person
	err := d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		before = p
		t := Token{Label: "calendar", Expires: tx.Now().Add(TokenLife), Calendar: a.Role}
		return ledger.Event{Kind: kindTokenIssued, Data: tokenIssued{hash, t}}, insertToken(tx, hash, p.ID)
	})
	if err == nil {
		d.spendCalendars(before, func(Token) bool { return true })
	}
	return plain, err
}

// EndCalendar ends the address of somebody's calendar. Ending none is no fault.
func (d *Desk) EndCalendar(ctx context.Context, a access.Actor) error {
	p, err := d.Person(ctx, a.Person)
	if err != nil {
		return err
	}
	for hash, t := range p.tokens {
		if t.Calendar == "" {
			continue
		}
		err := d.change(ctx, a.Person, ownCredentials(a), func(*store.Tx, Person, Organisation) (ledger.Event, error) {
			return ledger.Event{Kind: kindTokenRevoked, Data: tokenRevoked{hash}}, nil
		})
		if err != nil {
			return err
		}
		d.spendTokens(p, hash)
	}
	return nil
}

func (d *Desk) spendCalendars(p Person, which func(Token) bool) {
	for hash, t := range p.tokens {
		if t.Calendar != "" && which(t) {
			d.spendTokens(p, hash)
		}
	}
}

// ByCalendar is whose days a calendar may read with this secret: nothing else is done with it.
func (d *Desk) ByCalendar(ctx context.Context, plain string) (access.Actor, error) {
	if !strings.HasPrefix(plain, calendarPrefix) {
		return access.Actor{}, fail.New(fail.Missing, "Page not found")
	}
	a, err := d.byToken(ctx, plain, func(t Token) bool { return t.Calendar != "" })
	if fail.Is(err, fail.SignIn) { // a calendar has no page to log in on
		err = fail.New(fail.Missing, "Page not found")
	}
	return a, err
}

func ownCredentials(a access.Actor) ledger.Author {
	return ledger.Author{Person: a.Person, Role: string(a.Role), Rule: "own-credentials"}
}
