package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"sync"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/spent"
	"heed/internal/store"
	"heed/internal/vault"
)

// Sessions keeps who is signed in, what they have not sent yet, and where their
// forms led. Safe for concurrent use.
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
type Sessions struct {
	store    *store.Store
	keys     Keys
	days     Days
	accounts Accounts
	clock    clock.Clock
	spent    *spent.Book
	idle     time.Duration
	absolute time.Duration

	mu   sync.Mutex
	seen map[[32]byte]session // guarded by mu: uses not written yet, so that reading never waits for the disk

	throttle throttle
	turns    turns
}

// SessionOptions are what sessions stand on.
type SessionOptions struct {
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

// NewSessions makes the keeper of sessions.
func NewSessions(o SessionOptions) *Sessions {
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
	return &Sessions{store: o.Store, keys: o.Keys, days: o.Days, accounts: o.Accounts, clock: o.Clock, spent: o.Spent,
		idle: min(o.Idle, mostIdle), absolute: min(o.Absolute, defaultAbsolute),
		seen: map[[32]byte]session{}, throttle: newThrottle(o.Store, o.Clock), turns: turns{held: map[[32]byte]chan struct{}{}}}
}

// The stages of a session.
const (
	stageCode = 1 // the password was right, the code is still asked for
	stageIn   = 2
)

// session is one row, as a request finds it.
type session struct {
	token        [32]byte // its hash
	stage        int
	owner        owner
	role         string
	secondFactor bool
	started      int64
	seen         int64
	ended        int64
	tries        int
	left         bool // ended by "Leave this page"
	account      []byte
	flash        []byte
	proof        []byte
}

func (s *session) fields() []any {
	return []any{&s.stage, &s.owner.person, &s.owner.org, &s.role, &s.secondFactor, &s.started, &s.seen, &s.ended, &s.tries, &s.account, &s.flash, &s.proof}
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
func (s *Sessions) find(ctx context.Context, token string) (found session, err error) {
	hash := sha256.Sum256([]byte(token))
	err = s.store.View(ctx, func(tx *store.Tx) error {
		if found, err = store.One(tx, (*session).fields, selectSession, hash[:]); err != nil {
			return err
		}
		found.token = hash
		return s.prove(tx, &found)
	})
	s.mu.Lock()
	found.seen = max(found.seen, s.seen[hash].seen)
	s.mu.Unlock()
	if err == nil && found.ended == 0 && s.spent.Spent(s.mark(found)) {
		found.ended = clock.Micros(s.clock.Now()) // an old row was put back
	}
	return found, err
}

// mark is what is spent when a session ends. It matters for as long as the row
// could still be put back and tell whose late form it is.
func (s *Sessions) mark(x session) spent.Mark {
	return spent.Of(clock.FromMicros(x.started).Add(defaultAbsolute+keepEnded), "session", x.token[:])
}

// alive says whether a session may still be used.
func (s *Sessions) alive(x session) bool {
	now := clock.Micros(s.clock.Now())
	limit := s.idle
	if x.stage == stageCode {
		limit = codeWait
	}
	return x.ended == 0 && now-x.seen <= limit.Microseconds() && now-x.started <= s.absolute.Microseconds()
}

// endsAt is when a session ends if nothing more is done in it.
func (s *Sessions) endsAt(x session) time.Time {
	byIdle := s.clock.Now().Add(s.idle)
	byAge := clock.FromMicros(x.started).Add(s.absolute)
	if byAge.Before(byIdle) {
		return byAge
	}
	return byIdle
}

// touch notes that a session was used. It is written later, by Run.
func (s *Sessions) touch(x session) {
	x.seen = clock.Micros(s.clock.Now())
	s.mu.Lock()
	s.seen[x.token] = x
	s.mu.Unlock()
}

// start begins a session in a stage, in place of an older one if there is one,
// and gives its token. A session that is replaced is gone: its token signs nobody
// in, even if this unit of work is undone: then the person signs in again.
func (s *Sessions) start(tx *store.Tx, old *session, next session) (token string, err error) {
	token, hash := newToken()
	now := clock.Micros(tx.Now())
	if old != nil {
		s.spent.Spend(s.mark(*old))
		if _, err := tx.Exec(`delete from web_session where token = $1`, old.token[:]); err != nil {
			return "", fmt.Errorf("end old session: %w", err)
		}
	}
	if next.started == 0 {
		next.started = now
	}
	next.token, next.ended, next.seen = hash, 0, now
	proof, err := s.sealProof(tx, next)
	if err != nil {
		return "", err
	}
	err = tx.ChangeOne(`insert into web_session (token, stage, person, org, role, second_factor, started, seen, ended, tries, account, flash, proof)
values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, null, $10)`,
		hash[:], next.stage, next.owner.person, next.owner.org, next.role, flag(next.secondFactor), next.started, now, next.account, proof)
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

// end closes one session. The row stays for a day, so that a form sent late from another tab is known to be this person's.
func (s *Sessions) end(ctx context.Context, x session) error {
	s.mu.Lock()
	delete(s.seen, x.token)
	s.mu.Unlock()
	s.spent.Spend(s.mark(x)) // first, so that a full disk keeps nobody signed in
	return s.store.Do(ctx, func(tx *store.Tx) error { return s.endIn(tx, x) })
}

func (s *Sessions) endIn(tx *store.Tx, x session) error {
	x.ended = clock.Micros(tx.Now())
	proof, err := s.sealProof(tx, x)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Missing) {
		proof, err = nil, nil // the person is erased: the row is nobody's already
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`update web_session set ended = $1, proof = $2, flash = null where token = $3 and ended = 0`, x.ended, proof, x.token[:]); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Run writes down every 15 seconds which sessions were used, and every hour throws
// away what is past its time. It ends with ctx, or when it could not: what is in
// memory still counts, and who runs it begins again. well is told after each turn.
func (s *Sessions) Run(ctx context.Context, well func()) error {
	var swept time.Time
	for {
		select {
		case <-ctx.Done():
			return s.flush(context.WithoutCancel(ctx))
		case <-s.clock.After(15 * time.Second):
		}
		if err := s.flush(ctx); err != nil {
			return err
		}
		if now := s.clock.Now(); now.Sub(swept) >= time.Hour || now.Before(swept) {
			if err := s.Sweep(ctx); err != nil {
				return err
			}
			swept = now
		}
		well()
	}
}

func (s *Sessions) flush(ctx context.Context) error {
	s.mu.Lock()
	written := s.seen
	s.seen = map[[32]byte]session{}
	s.mu.Unlock()
	if len(written) == 0 {
		return nil
	}
	err := s.store.Do(ctx, func(tx *store.Tx) error {
		for _, x := range written {
			if err := s.noteUse(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.mu.Lock()
		for token, x := range written {
			if x.seen > s.seen[token].seen {
				s.seen[token] = x
			}
		}
		s.mu.Unlock()
	}
	return err
}

// noteUse writes when a session was last used, sealed as all that it gives: SQL
// does not wake a session that has fallen asleep.
func (s *Sessions) noteUse(tx *store.Tx, x session) error {
	proof, err := s.sealProof(tx, x)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Missing) {
		return nil // the person is erased
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(`update web_session set seen = $1, proof = $2 where token = $3 and seen < $1 and ended = 0`, x.seen, proof, x.token[:])
	if err != nil {
		return fmt.Errorf("note use of session: %w", err)
	}
	return nil
}

// Sweep throws away ended sessions, old drafts, outcomes and attempts.
func (s *Sessions) Sweep(ctx context.Context) error {
	if err := s.spent.Sweep(); err != nil {
		return err
	}
	return s.store.Do(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		for _, old := range [...]struct {
			query string
			keep  time.Duration
		}{
			{`delete from web_session where seen < $1`, keepEnded},
			{`delete from web_draft where at < $1`, keepDrafts},
			{`delete from web_once where at < $1`, keepOutcomes},
			{`delete from web_attempt where at < $1`, attemptWindow},
			{`delete from web_place where at < $1`, keepPlaces},
		} {
			if _, err := tx.Exec(old.query, clock.Micros(now.Add(-old.keep))); err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
		}
		return nil
	})
}

// identify finds out who asks. A session that has ended is nobody's, but is kept
// with the request: it tells whose late form this is.
func (s *Site) identify(q *Request) error {
	if s.o.Sessions == nil {
		return nil
	}
	cookie, err := q.http.Cookie(s.cookieName())
	if err != nil || len(cookie.Value) != 43 {
		return nil
	}
	found, err := s.o.Sessions.find(q.Context(), cookie.Value)
	if fail.Is(err, fail.Missing) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find session: %w", err)
	}
	q.session = &found
	if !s.o.Sessions.alive(found) || found.stage != stageIn {
		return nil
	}
	who, err := s.o.Sessions.accounts.Who(q.Context(), found.owner.person, found.role)
	if fail.Is(err, fail.SignIn) {
		q.session.ended = 1
		return s.o.Sessions.end(q.Context(), found)
	}
	if err != nil {
		return fmt.Errorf("who is signed in: %w", err)
	}
	if found.started < clock.Micros(who.Since) { // another password or phone was set up since
		q.session.ended = 1
		return s.o.Sessions.end(q.Context(), found)
	}
	who.SecondFactor = found.secondFactor
	q.who = who
	s.o.Sessions.touch(found)
	return nil
}

// cookieName has the __Host- prefix, which browsers take over HTTPS alone; the
// demo on plain HTTP has a name of its own, so that the two are never mixed up.
func (s *Site) cookieName() string {
	if s.o.Plain {
		return "heed-plain"
	}
	return "__Host-heed"
}

func (s *Site) setCookie(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: !s.o.Plain}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// loseCookie makes the browser forget the session.
func (s *Site) loseCookie(w http.ResponseWriter) { s.setCookie(w, "") }
