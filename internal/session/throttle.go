package session

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Guessing is slowed in two ways, and nobody is locked out for good.
//
// For each account at most 10 attempts in an hour reach the check: 5 from
// networks where that account has signed in before and 5 from all others, so that
// a stranger's guesses do not use up the tries of somebody at their own desk. As
// the hour moves on, tries come back one by one. The count is by what was typed as
// the name, whether or not there is such an account, and the answer is the same:
// names cannot be told apart. A right password takes its attempt back.
//
// Who has used up the tries, or had them used up by somebody at the next desk, sees
// when the next one comes back, and may log in at once with name, password and code
// together (All). There the code is checked before the password, so that it is
// no way to guess passwords; 30 tries an hour there are a chance of 1 in 10,000 to
// guess a code for who knows the password.
//
// For each network, however many names are tried, a burst of 30 and then one a
// second: a ward at the change of shift does not notice, spraying does. What nobody guesses
// (set-up codes of 60 bits, what a provider or a passkey signs) is counted only when it is wrong,
// and one person who has used up the tries of a network keeps nobody else there out.
const (
	attemptWindow   = time.Hour
	attemptsKnown   = 5
	attemptsUnknown = 5
	attemptsAll     = 30 // with the code from the phone first
	keepPlaces      = 30 * 24 * time.Hour
	networkBurst    = 30
	turnWithin      = 10 * time.Second
	mostNetworks    = 4096 // kept in memory; more than that share one limit
)

type throttle struct {
	store *store.Store
	clock clock.Clock

	mu       *sync.Mutex
	networks map[string]*rate.Limiter // guarded by mu
	crowd    *rate.Limiter
}

func newThrottle(s *store.Store, c clock.Clock) throttle {
	return throttle{store: s, clock: c, mu: &sync.Mutex{}, networks: map[string]*rate.Limiter{},
		crowd: rate.NewLimiter(1, networkBurst)}
}

// TooMany says that an account has no try left, and when the next comes back: for
// every name the same, whether there is such an account or not.
type TooMany struct{ Until time.Time }

func (TooMany) Error() string { return "no try left" }

func errTooMany(until time.Time) error {
	return fail.Wrap(fail.TooOften, TooMany{until}, "Wait, then try again: there have been too many tries to log in")
}

// errTooFast is for a network from which too many names are tried.
func errTooFast() error {
	return fail.New(fail.TooOften, "Wait a minute, then try again: there have been too many tries to log in from your "+
		"network")
}

// mayTry lets a network try, or says that it must wait.
func (t *throttle) mayTry(net string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of(net).AllowN(t.clock.Now(), 1)
}

// hasTries says whether a network may try, and counts none.
func (t *throttle) hasTries(net string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of(net).TokensAt(t.clock.Now()) >= 1
}

// of is how often a network may try. Needs mu.
func (t *throttle) of(net string) *rate.Limiter {
	l := t.networks[net]
	if l == nil {
		if len(t.networks) >= mostNetworks {
			t.forgetIdle()
		}
		if len(t.networks) >= mostNetworks {
			return t.crowd
		}
		l = rate.NewLimiter(1, networkBurst)
		t.networks[net] = l
	}
	return l
}

// forgetIdle drops the networks that have all their tries back.
func (t *throttle) forgetIdle() {
	for net, l := range t.networks {
		if l.TokensAt(t.clock.Now()) >= networkBurst {
			delete(t.networks, net)
		}
	}
}

// account is how an account's attempts are counted: by a hash of the name as typed.
func account(kind, name string) []byte {
	sum := sha256.Sum256([]byte("heed/attempt/1\n" + kind + "\n" + strings.ToLower(strings.TrimSpace(name))))
	return sum[:]
}

func place(account []byte, net string) []byte {
	sum := sha256.Sum256(append([]byte("heed/place/1\n"+net+"\n"), account...))
	return sum[:]
}

// Try counts a try to prove something other than to log in, or refuses it: 5 an hour with a
// name, and each network as it may try to log in.
func (k *Keeper) Try(ctx context.Context, what, name, net string) error {
	if !k.throttle.mayTry(net) {
		return errTooFast()
	}
	return k.store.Do(ctx, func(tx *store.Tx) error {
		_, err := k.throttle.enterIn(tx, account(what, name), 0, attemptsUnknown)
		return err
	})
}

// Guess has a network prove something that takes more than luck to guess: what is right is always
// taken, whoever else there guesses, and what is wrong is a try of its own kind.
func (k *Keeper) Guess(what, net string, right func() error) error {
	err := right()
	if fail.Is(err, fail.SignIn) && !k.throttle.mayTry(what+" from "+net) {
		return errTooFast()
	}
	return err
}

// oneByOne lets whoever comes from a network that has used up its tries of a kind have theirs one
// after another, so that nobody there is kept out and little is done for whoever used them up.
func (k *Keeper) oneByOne(ctx context.Context, net string, try func() error) error {
	if !k.throttle.hasTries(net) {
		waits, cancel := context.WithTimeout(ctx, turnWithin)
		defer cancel()
		leave, err := k.turns.take(waits, sha256.Sum256([]byte("heed/one/1\n"+net)))
		if err != nil {
			return errTooFast()
		}
		defer leave()
	}
	err := try()
	if fail.Is(err, fail.SignIn) {
		k.throttle.mayTry(net) // counts it
	}
	return err
}

// attempt is one try that was let through.
type attempt struct {
	account []byte
	id      int64
}

// enter counts a try with a name, or refuses it before anything is checked.
func (t *throttle) enter(ctx context.Context, account []byte, net string) (a attempt, err error) {
	err = t.store.Do(ctx, func(tx *store.Tx) error {
		var known int
		if err := tx.QueryRow(`select count(*) from web_place where account = $1 and network = $2`, account,
			place(account, net)).Scan(&known); err != nil {
			return fmt.Errorf("look for place: %w", err)
		}
		most := attemptsUnknown
		if known == 1 {
			most = attemptsKnown
		}
		a, err = t.enterIn(tx, account, known, most)
		return err
	})
	return a, err
}

// enterIn counts a try from a kind of place, of which so many may be made in an hour.
func (t *throttle) enterIn(tx *store.Tx, account []byte, place, most int) (attempt, error) {
	a := attempt{account: account}
	if err := tx.InTurn(account); err != nil { // two at once could both count nine
		return a, err
	}
	now := tx.Now()
	tried, err := store.All(tx, func(at *int64) []any { return []any{at} },
		`select at from web_attempt where account = $1 and place = $2 and at > $3 order by at`, account, place,
		clock.Micros(now.Add(-attemptWindow)))
	if err != nil {
		return a, fmt.Errorf("count attempts: %w", err)
	}
	if len(tried) >= most {
		return a, errTooMany(clock.FromMicros(tried[len(tried)-most]).Add(attemptWindow + time.Minute).Truncate(time.Minute))
	}
	err = tx.QueryRow(`insert into web_attempt (account, place, at) values ($1, $2, $3) returning id`, account, place,
		clock.Micros(now)).Scan(&a.id)
	if err != nil {
		return a, fmt.Errorf("note attempt: %w", err)
	}
	return a, nil
}

// back takes an attempt back: what was tried was right.
func (t *throttle) back(tx *store.Tx, a attempt) error {
	if _, err := tx.Exec(`delete from web_attempt where id = $1`, a.id); err != nil {
		return fmt.Errorf("take attempt back: %w", err)
	}
	return nil
}

// remember notes that an account signed in from a network.
func (t *throttle) remember(tx *store.Tx, account []byte, net string) error {
	err := tx.ChangeOne(`insert into web_place (account, network, at) values ($1, $2, $3)
on conflict (account, network) do update set at = excluded.at`, account, place(account, net), clock.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("remember place: %w", err)
	}
	return nil
}
