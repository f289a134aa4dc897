// Package session keeps who is signed in, what they have typed and not sent, and where
// their forms led: everything of a browser's visit that outlives one request. It knows
// no page; package web asks it, and shows.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/spent"
	"heed/internal/store"
	"heed/internal/vault"
)

// Keeper keeps the sessions of one installation. Safe for concurrent use.
//
// A token is 256 random bits; the database holds its SHA-256, so that a copy of
// the database signs nobody in; what a session gives is sealed with the key of the
// person's own record (see proof), so that a row put in or changed by SQL signs
// nobody in either; that it has ended is also written outside the database (see
// spent), so that neither does an old row that is put back. A token that is not in the table is nobody's: one
// that somebody planted in a browser dies at sign-in, because each sign-in and
// each change of role draws a new one. Times are those of the injected clock; a
// clock that jumps ahead signs people out, one that jumps back keeps them in no
// longer than the absolute limit.
type Keeper struct {
	store    *store.Store
	keys     Keys
	days     Days
	accounts Accounts
	clock    clock.Clock
	spent    *spent.Book
	idle     time.Duration
	absolute time.Duration

	mu   sync.Mutex
	seen map[[32]byte]Session // guarded by mu: uses not written yet, so that reading never waits for the disk

	throttle throttle
	turns    turns
}

// Options are what sessions stand on.
type Options struct {
	Store    *store.Store
	Keys     Keys
	Days     Days
	Accounts Accounts
	Clock    clock.Clock
	Spent    *spent.Book // what was used up, outside the database; in memory unless told
	// Idle is 15 minutes unless told, at most 30; Absolute 8 hours and never more.
	Idle, Absolute time.Duration
}

const (
	defaultIdle     = 15 * time.Minute
	mostIdle        = 30 * time.Minute
	defaultAbsolute = 8 * time.Hour
	codeWait        = 5 * time.Minute // between password and code
	mostCodes       = 5               // wrong codes before the password is asked again
	keepEnded       = 24 * time.Hour  // an ended session still tells whose late form it is
	keepDrafts      = vault.DraftLife
	keepOutcomes    = 24 * time.Hour
)

// New makes the keeper of sessions.
func New(o Options) *Keeper {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Idle <= 0 {
		o.Idle = defaultIdle
	}
	if o.Absolute <= 0 {
		o.Absolute = defaultAbsolute
	}
	if o.Spent == nil {
		o.Spent = spent.InMemory(o.Clock)
	}
	return &Keeper{store: o.Store, keys: o.Keys, days: o.Days, accounts: o.Accounts, clock: o.Clock, spent: o.Spent,
		idle: min(o.Idle, mostIdle), absolute: min(o.Absolute, defaultAbsolute),
		seen: map[[32]byte]Session{}, throttle: newThrottle(o.Store, o.Clock),
		turns: turns{held: map[[32]byte]chan struct{}{}}}
}

// The stages of a session.
const (
	stageCode = 1 // the password was right, the code is still asked for
	stageIn   = 2
)

// Session is one row, as a request finds it.
type Session struct {
	token        [32]byte // its hash
	stage        int
	owner        owner
	role         string
	secondFactor bool
	own          bool // that was Heed's own code or a passkey, and no provider's word
	started      int64
	seen         int64
	ended        int64
	tries        int
	proved       int64  // when its owner proved who they are; 0 when that is not known
	left         bool   // ended by "Leave this page"
	device       string // what the browser called itself, in words
	account      []byte
	flash        []byte
	proof        []byte
}

func (x *Session) fields() []any {
	return []any{&x.stage, &x.owner.person, &x.owner.org, &x.role, &x.secondFactor, &x.started, &x.seen, &x.ended,
		&x.tries, &x.account, &x.flash, &x.proof}
}

const (
	sessionColumns = `stage, person, org, role, second_factor, started, seen, ended, tries, account, flash, proof`
	selectSession  = `select ` + sessionColumns + ` from web_session where token = $1`
)

// newToken draws a token and its hash.
func newToken() (token string, hash [32]byte) {
	var b [32]byte
	rand.Read(b[:])
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, sha256.Sum256([]byte(token))
}

// find gives the row of a token, living or ended; fail.Missing when there is none.
func (k *Keeper) find(ctx context.Context, token string) (found Session, err error) {
	hash := sha256.Sum256([]byte(token))
	err = k.store.View(ctx, func(tx *store.Tx) error {
		if found, err = store.One(tx, (*Session).fields, selectSession, hash[:]); err != nil {
			return err
		}
		found.token = hash
		return k.prove(tx, &found)
	})
	k.mu.Lock()
	found.seen = max(found.seen, k.seen[hash].seen)
	k.mu.Unlock()
	if err == nil && found.ended == 0 && k.spent.Spent(k.mark(found)) {
		found.ended = clock.Micros(k.clock.Now()) // an old row was put back
	}
	return found, err
}

// mark is what is spent when a session ends. It matters for as long as the row
// could still be put back and tell whose late form it is.
func (k *Keeper) mark(x Session) spent.Mark {
	return spent.Of(clock.FromMicros(x.started).Add(defaultAbsolute+keepEnded), "session", x.token[:])
}

// Alive says whether a session may still be used.
func (k *Keeper) Alive(x Session) bool {
	now := clock.Micros(k.clock.Now())
	limit := k.idle
	if x.stage == stageCode {
		limit = codeWait
	}
	return x.ended == 0 && now-x.seen <= limit.Microseconds() && now-x.started <= k.absolute.Microseconds()
}

// EndsAt is when a session ends if nothing more is done in it.
func (k *Keeper) EndsAt(x Session) time.Time {
	byIdle := k.clock.Now().Add(k.idle)
	byAge := clock.FromMicros(x.started).Add(k.absolute)
	if byAge.Before(byIdle) {
		return byAge
	}
	return byIdle
}

// touch notes that a session was used. It is written later, by Run.
func (k *Keeper) touch(x Session) {
	x.seen = clock.Micros(k.clock.Now())
	k.mu.Lock()
	k.seen[x.token] = x
	k.mu.Unlock()
}

// start begins a session in a stage, in place of an older one if there is one,
// and gives its token. A session that is replaced is gone: its token signs nobody
// in, even if this unit of work is undone: then the person signs in again.
func (k *Keeper) start(tx *store.Tx, old *Session, next Session) (token string, err error) {
	token, hash := newToken()
	now := clock.Micros(tx.Now())
	if old != nil {
		k.spent.Spend(k.mark(*old))
		if _, err := tx.Exec(`delete from web_session where token = $1`, old.token[:]); err != nil {
			return "", fmt.Errorf("end old session: %w", err)
		}
	}
	if next.started == 0 {
		next.started = now
	}
	next.token, next.ended, next.seen = hash, 0, now
	proof, err := k.sealProof(tx, next)
	if err != nil {
		return "", err
	}
	err = tx.ChangeOne(`insert into web_session (token, stage, person, org, role, second_factor, started, seen, ended, tries, account, flash, proof)
values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, null, $10)`,
		hash[:], next.stage, next.owner.person, next.owner.org, next.role, flag(next.secondFactor), next.started, now,
		next.account, proof)
	if err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	return token, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// End closes one session. The row stays for a day, so that a form sent late from another tab is known to be this
// person's.
func (k *Keeper) End(ctx context.Context, x Session) error {
	k.mu.Lock()
	delete(k.seen, x.token)
	k.mu.Unlock()
	k.spent.Spend(k.mark(x)) // first, so that a full disk keeps nobody signed in
	return k.store.Do(ctx, func(tx *store.Tx) error { return k.endIn(tx, x) })
}

// Leave ends a session by "Leave this page": what its script sends a moment later still counts.
func (k *Keeper) Leave(ctx context.Context, x Session) error {
	x.left = true
	return k.End(ctx, x)
}

// Limits are how long a session lasts without use, and in all.
func (k *Keeper) Limits() (idle, absolute time.Duration) { return k.idle, k.absolute }

// Proved is when its owner proved who they are. A token that was drawn anew since is no proof;
// of a log-in elsewhere it is when the provider says, and long ago where it was not asked to have them prove it.
func (x Session) Proved() time.Time { return clock.FromMicros(x.proved) }

// In says that this was the session of somebody signed in, whether or not it has ended since.
func (x Session) In() bool { return x.stage == stageIn }

// Halfway says that the password was right a moment ago and the code is still asked for.
func (k *Keeper) Halfway(x Session) bool { return x.stage == stageCode && k.Alive(x) }

func (k *Keeper) endIn(tx *store.Tx, x Session) error {
	x.ended = clock.Micros(tx.Now())
	proof, err := k.sealProof(tx, x)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Missing) {
		proof, err = nil, nil // the person is erased: the row is nobody's already
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`update web_session set ended = $1, proof = $2, flash = null where token = $3 and ended = 0`,
		x.ended, proof, x.token[:]); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
