package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/provider"
	"heed/internal/store"
)

// Accounts knows people and their proofs; the directory implements it.
type Accounts interface {
	// CheckPassword says whose name and password these are. A wrong pair and an
	// unknown name are the same fail.SignIn, and take the same time.
	CheckPassword(ctx context.Context, login, password string) (id.Person, error)
	// CheckCode checks a one-time code, each code once only; fail.SignIn when it is not right.
	CheckCode(ctx context.Context, person id.Person, code string) error
	// CheckAll checks name, password and code at once, the code before the password.
	CheckAll(ctx context.Context, login, password, code string) (id.Person, error)
	// AskPasskey is what a browser needs to ask its owner for a passkey; fail.Missing where there are none.
	AskPasskey(ctx context.Context) (json.RawMessage, error)
	// CheckPasskey says whose passkey answered, each answer once only; fail.SignIn when it is not
	// right, fail.Conflict when it was stopped.
	CheckPasskey(ctx context.Context, answer []byte) (id.Person, error)
	// AskProvider is where a browser goes to log in elsewhere; fail.Missing when there is no such
	// provider, fail.Busy when it cannot be reached.
	AskProvider(ctx context.Context, a provider.Asked) (string, error)
	// CheckProvider says whom a provider's answer shows, each answer once only; fail.SignIn when
	// it shows nobody, fail.Busy when the provider cannot be reached.
	CheckProvider(ctx context.Context, a provider.Answer) (Elsewhere, error)
	// Who is the person in a role; "" means the first they have. It is asked with
	// every request. fail.SignIn when the person has left or has the role no more.
	Who(ctx context.Context, person id.Person, role string) (Who, error)
}

// Elsewhere is whom a log-in at a provider shows.
type Elsewhere struct {
	Person       id.Person
	SecondFactor bool      // the provider asserts one
	Proved       time.Time // when they proved themself there; zero when it does not say
}

// Who is the person who is signed in, in the role now in use. It is asked for
// afresh with each request, so that a right that was taken away is gone at once.
type Who struct {
	Person   id.Person
	Name     string // as the header shows it
	Org      id.Org
	OrgName  string
	Team     id.Team
	Role     string // the one in use: access.Role's text
	RoleName string // "Ward staff", "Safeguarding lead"
	Roles    []RoleChoice
	// Since is when how they log in was changed last; sessions begun earlier have ended.
	Since time.Time
	// SecondFactor says that this session was opened with a code or a key besides the password.
	SecondFactor bool
	// Own says that Heed itself saw that code or key, and did not take a provider's word for it.
	Own bool
}

// RoleChoice is a role that a person may put on.
type RoleChoice struct{ Role, Name string }

// From is where somebody logs in: the network, by which tries are counted and which is not
// kept with the session, and what the browser calls itself, in words, for its owner alone.
type From struct{ Net, Device string }

// ErrPasswordAgain is the answer to the last wrong code that a session may try: it has ended.
var ErrPasswordAgain = errors.New("session: too many wrong codes")

// Identify finds out who asks, by the token in their browser. A session that is halfway
// or has ended is nobody's, but is given all the same: it tells whose late form this
// is. It is nil when the token is nobody's.
func (k *Keeper) Identify(ctx context.Context, token string) (Who, *Session, error) {
	found, err := k.find(ctx, token)
	if fail.Is(err, fail.Missing) {
		return Who{}, nil, nil
	}
	if err != nil {
		return Who{}, nil, fmt.Errorf("find session: %w", err)
	}
	if !k.Alive(found) || found.stage != stageIn {
		return Who{}, &found, nil
	}
	who, err := k.accounts.Who(ctx, found.owner.person, found.role)
	if err != nil && !fail.Is(err, fail.SignIn) {
		return Who{}, &found, fmt.Errorf("who is signed in: %w", err)
	}
	if err != nil || found.started < clock.Micros(who.Since) { // has left, or another password or phone was set up since
		found.ended = 1
		return Who{}, &found, k.End(ctx, found)
	}
	who.SecondFactor, who.Own = found.secondFactor, found.own
	k.touch(found)
	return who, &found, nil
}

// Password begins a session of somebody whose name and password are right: halfway, until
// the code. A wrong pair is fail.SignIn; TooMany when the name has no try left; fail.TooOften
// when too many names are tried from this network. It takes the place of old, which may be nil.
func (k *Keeper) Password(ctx context.Context, login, password string, from From, old *Session) (token string,
	err error) {
	if !k.throttle.mayTry(from.Net) {
		return "", errTooFast()
	}
	try, err := k.throttle.enter(ctx, account("login", login), from.Net)
	if err != nil {
		return "", err
	}
	person, err := k.accounts.CheckPassword(ctx, login, password)
	if err != nil {
		return "", err
	}
	who, err := k.accounts.Who(ctx, person, "")
	if err != nil {
		return "", err
	}
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		if err := k.throttle.back(tx, try); err != nil {
			return err
		}
		token, err = k.start(tx, old, Session{stage: stageCode, owner: owner{person, who.Org}, role: who.Role,
			account: try.account, device: from.Device, proved: clock.Micros(tx.Now())})
		return err
	})
	return token, err
}

// Code goes on with a session that is halfway. A wrong code is fail.SignIn, and
// ErrPasswordAgain when it was the last one that this session may try.
func (k *Keeper) Code(ctx context.Context, half Session, code string, from From) (token string, err error) {
	try, err := k.throttle.enter(ctx, account("code", half.owner.person.String()), from.Net)
	if err != nil {
		return "", err
	}
	err = k.accounts.CheckCode(ctx, half.owner.person, code)
	if fail.Is(err, fail.SignIn) {
		if counted := k.wrongCode(ctx, half); counted != nil {
			return "", counted
		}
	}
	if err != nil {
		return "", err
	}
	next := Session{stage: stageIn, owner: half.owner, role: half.role, secondFactor: true, own: true,
		started: half.started, device: from.Device, proved: half.proved} // begun with the first proof, so that Since ends it
	return k.enter(ctx, from.Net, &half, next, [][]byte{half.account, try.account}, func(tx *store.Tx) error {
		return k.throttle.back(tx, try)
	})
}

// wrongCode counts, and after five asks for the password again.
func (k *Keeper) wrongCode(ctx context.Context, half Session) error {
	err := k.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`update web_session set tries = tries + 1 where token = $1`, half.token[:])
		return err
	})
	if err != nil || half.tries+1 < mostCodes {
		return err
	}
	if err := k.End(ctx, half); err != nil {
		return err
	}
	return ErrPasswordAgain
}

// All takes name, password and code at once, and gives the name its tries back: for whoever
// has no try left. fail.SignIn when they are not right together; fail.TooOften as of Password.
func (k *Keeper) All(ctx context.Context, login, password, code string, from From, old *Session) (token string,
	err error) {
	if !k.throttle.mayTry(from.Net) {
		return "", errTooFast()
	}
	var try attempt
	err = k.store.Do(ctx, func(tx *store.Tx) (err error) {
		try, err = k.throttle.enterIn(tx, account("all", login), 0, attemptsAll)
		return err
	})
	if err != nil {
		return "", err
	}
	person, err := k.accounts.CheckAll(ctx, login, password, code)
	if err != nil {
		return "", err
	}
	who, err := k.accounts.Who(ctx, person, "")
	if err != nil {
		return "", err
	}
	next := k.proven(person, who, from)
	counted := [][]byte{account("login", login), account("code", person.String()), try.account}
	return k.enter(ctx, from.Net, old, next, counted, func(tx *store.Tx) error {
		for _, a := range counted {
			if _, err := tx.Exec(`delete from web_attempt where account = $1`, a); err != nil {
				return fmt.Errorf("give tries back: %w", err)
			}
		}
		return nil
	})
}

// AskPasskey is what a browser needs to ask its owner for a passkey.
func (k *Keeper) AskPasskey(ctx context.Context) (json.RawMessage, error) {
	return k.accounts.AskPasskey(ctx)
}

// Passkey begins the session of somebody whose passkey answered: both factors at once. Nobody
// can guess one, so that only what was wrong is counted, by the network and apart from passwords:
// junk here keeps nobody there from logging in.
func (k *Keeper) Passkey(ctx context.Context, answer []byte, from From, old *Session) (token string, err error) {
	var person id.Person
	err = k.oneByOne(ctx, "passkeys of "+from.Net, func() (err error) {
		person, err = k.accounts.CheckPasskey(ctx, answer)
		return err
	})
	if err != nil {
		return "", err
	}
	who, err := k.accounts.Who(ctx, person, "")
	if err != nil {
		return "", err
	}
	return k.enter(ctx, from.Net, old, k.proven(person, who, from), nil, func(*store.Tx) error { return nil })
}

// proven is the session of somebody who has shown both factors just now.
func (k *Keeper) proven(person id.Person, who Who, from From) Session {
	return Session{stage: stageIn, owner: owner{person, who.Org}, role: who.Role, secondFactor: true, own: true,
		device: from.Device, proved: clock.Micros(k.clock.Now())}
}

// Renew draws a new token, of now: for whoever has just changed how they log in, which ends
// the sessions from before. It is no proof of who they are: that was when they logged in.
func (k *Keeper) Renew(ctx context.Context, old Session) (token string, err error) {
	next := Session{stage: stageIn, owner: old.owner, role: old.role, secondFactor: old.secondFactor, own: old.own,
		device: old.device, proved: old.proved}
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		token, err = k.start(tx, &old, next)
		return err
	})
	return token, err
}

// enter begins the session of somebody who has shown both factors, and remembers
// that the accounts so counted signed in from this network.
func (k *Keeper) enter(ctx context.Context, net string, old *Session, next Session, counted [][]byte,
	also func(*store.Tx) error) (token string, err error) {
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		if err := also(tx); err != nil {
			return err
		}
		for _, a := range counted {
			if err := k.throttle.remember(tx, a, net); err != nil {
				return err
			}
		}
		token, err = k.start(tx, old, next)
		return err
	})
	return token, err
}

// ChangeRole draws a new token: what was known of the session before is worth nothing in the new role.
func (k *Keeper) ChangeRole(ctx context.Context, old Session, role string) (token string, err error) {
	if _, err := k.accounts.Who(ctx, old.owner.person, role); err != nil {
		return "", err
	}
	next := Session{stage: stageIn, owner: old.owner, role: role, secondFactor: old.secondFactor, own: old.own,
		started: old.started, device: old.device, proved: old.proved}
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		token, err = k.start(tx, &old, next)
		return err
	})
	return token, err
}

// Begin opens a session without asking for a proof: for the demo and for tests.
func (k *Keeper) Begin(ctx context.Context, person id.Person, org id.Org, role string) (token string, err error) {
	err = k.store.Do(ctx, func(tx *store.Tx) error {
		token, err = k.start(tx, nil, Session{stage: stageIn, owner: owner{person, org}, role: role, secondFactor: true,
			own: true, proved: clock.Micros(tx.Now())})
		return err
	})
	return token, err
}
