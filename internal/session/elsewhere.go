package session

import (
	"context"
	"time"

	"heed/internal/clock"
	"heed/internal/provider"
	"heed/internal/store"
)

// Nobody guesses what a provider signs, so that tries are counted by the network alone, and
// apart from those of passwords: junk here keeps nobody there from logging in.

// AskProvider is where a browser goes to log in elsewhere.
func (k *Keeper) AskProvider(ctx context.Context, a provider.Asked, from From) (string, error) {
	if !k.throttle.mayTry("asking providers from " + from.Net) {
		return "", errTooFast()
	}
	return k.accounts.AskProvider(ctx, a)
}

// Provider begins the session of somebody whom a provider showed, in place of old, which may be
// nil. Where the provider asserts no second factor the session is halfway, until their code.
func (k *Keeper) Provider(ctx context.Context, a provider.Answer, from From, old *Session) (token string, whole bool,
	err error) {
	if !k.throttle.mayTry("providers of " + from.Net) {
		return "", false, errTooFast()
	}
	shown, err := k.accounts.CheckProvider(ctx, a)
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
