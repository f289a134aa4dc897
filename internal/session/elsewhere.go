package session

import (
	"context"
	"time"

	"heed/internal/clock"
	"heed/internal/provider"
	"heed/internal/store"
)

// Nobody guesses what a provider signs, so that only what was wrong is counted, by the network and
// apart from passwords: junk here keeps nobody there from logging in. Beginning keeps nothing and
// proves nothing, so that it is as free as any page.

// AskProvider is where a browser goes to log in elsewhere.
func (k *Keeper) AskProvider(ctx context.Context, a provider.Asked) (string, error) {
	return k.accounts.AskProvider(ctx, a)
}

// Provider begins the session of somebody whom a provider showed, in place of old, which may be
// nil. Where the provider asserts no second factor the session is halfway, until their code.
func (k *Keeper) Provider(ctx context.Context, a provider.Answer, from From, old *Session) (token string, whole bool,
	err error) {
	var shown Elsewhere
	err = k.oneByOne(ctx, "providers of "+from.Net, func() (err error) {
		shown, err = k.accounts.CheckProvider(ctx, a)
		return err
	})
	if err != nil {
		return "", false, err
	}
	who, err := k.accounts.Who(ctx, shown.Person, "")
	if err != nil {
		return "", false, err
	}
	next := Session{stage: stageIn, owner: owner{shown.Person, who.Org}, role: who.Role, secondFactor: true,
		device: from.Device, proved: micros(shown.Proved)}
	if !shown.SecondFactor {
		next.stage, next.secondFactor = stageCode, false
		next.account = account("provider", shown.Person.String())
	}
	token, err = k.enter(ctx, from.Net, old, next, nil, func(*store.Tx) error { return nil })
	return token, shown.SecondFactor, err
}

// micros is the stored form of an instant that may not be known.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return clock.Micros(t)
}
