package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// A held form is one that came after its session had fallen asleep, or that its
// sender left by "Leave this page". It belongs to a session that nobody has ended: who
// has logged out, or been logged out, writes nothing any more. There are a few for each
// person, a new one in place of the oldest. What it chose is never chosen again for them:
// somebody else may have sat at that machine, so a person chooses anew.
const (
	mostHeld   = 5
	leaveGrace = 10 * time.Second // the script of "Leave this page" sends the text beside the leaving
)

// mayHold says whether a form of this session may still be kept for its owner.
func (s *Sessions) mayHold(x session) bool {
	now := clock.Micros(s.clock.Now())
	if x.stage != stageIn || now-x.started > s.absolute.Microseconds() {
		return false
	}
	return x.ended == 0 || x.left && now-x.ended <= leaveGrace.Microseconds()
}

// heldForm is what was sent and where to.
type heldForm struct {
	Path   string
	Values url.Values
}

// heldName is the draft's name for a form of this address; the address itself is not in the clear.
func heldName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "held:" + hex.EncodeToString(sum[:12])
}

// hold keeps a late form for the person whose session it was.
func (s *Sessions) hold(ctx context.Context, who owner, path string, values url.Values) error {
	kept := url.Values{}
	for name, v := range values {
		if !isSecret(name) && name != keyField && name != hereField && name != sureField {
			kept[name] = v
		}
	}
	return s.store.Do(ctx, func(tx *store.Tx) error {
		name := heldName(path)
		if err := s.keepDraftIn(tx, who, name, heldForm{path, kept}); err != nil {
			return err
		}
		_, err := tx.Exec(`delete from web_draft where person = $1 and name like 'held:%' and name <> $2 and name not in (
select name from web_draft where person = $1 and name like 'held:%' and name <> $2 order by at desc, name limit $3)`, who.person, name, mostHeld-1)
		if err != nil {
			return fmt.Errorf("drop the oldest held form: %w", err)
		}
		return nil
	})
}

// takeUp puts a held form's text into the form of the page that is opened again.
func (q *Request) takeUp() {
	if q.session == nil || !q.SignedIn() || !q.session.held || q.Posted() {
		return
	}
	var held heldForm
	err := q.site.o.Sessions.openDraft(q.Context(), q.session.owner, heldName(q.Here()), &held)
	if err != nil {
		return
	}
	q.form = &Form{typed: held.Values, held: true, key: newKey(), here: q.Here()}
	q.notice = "You were logged out while you were writing. What you typed is here. Check it, make your choices again, and send it."
}

// putDown forgets a held form once a form of the same address was taken.
func (q *Request) putDown() {
	if q.session == nil || !q.session.held {
		return
	}
	if err := q.Drop(heldName(q.Here())); err != nil {
		q.site.o.Log.WarnContext(q.Context(), "held form not dropped", "failure", causeText(err))
	}
}

// signInFirst sends whoever must sign in to the page for it. A form that came too
// late is kept for the person whose session it was, or given back on the spot.
func (s *Site) signInFirst(q *Request) (answer, bool) {
	next := q.http.URL.Path
	if !q.Posted() {
		if q.http.URL.RawQuery != "" {
			next += "?" + q.http.URL.RawQuery
		}
		return s.toSignIn(q, next, "")
	}
	_, shown := s.routes["GET "+q.route.Pattern]
	if q.session == nil || q.form == nil || !shown || !s.o.Sessions.mayHold(*q.session) {
		return s.giveBack(q)
	}
	if err := s.o.Sessions.hold(q.Context(), q.session.owner, next, q.form.typed); err != nil {
		noteError(q.http, err)
		return s.giveBack(q)
	}
	return s.toSignIn(q, next, "kept")
}

func (s *Site) toSignIn(q *Request, next, why string) (answer, bool) {
	if s.o.Sessions == nil {
		return answer{}, false
	}
	to := url.Values{}
	if next != "/" && localPath(next) {
		to.Set("next", next)
	}
	if why == "" && q.session != nil && q.session.stage == stageIn {
		why = "ended"
	}
	if why != "" {
		to.Set("why", why)
	}
	path := "/log-in"
	if len(to) > 0 {
		path += "?" + to.Encode()
	}
	a, err := SeeOther(path).respond(q)
	return a, err == nil
}

// giveBack shows what was typed to the browser that sent it, when nobody knows whose it is.
func (s *Site) giveBack(q *Request) (answer, bool) {
	if q.form == nil {
		return s.toSignIn(q, "", "")
	}
	t := trouble{Lines: []string{"You are logged out, so this was not sent. What you typed is below and is kept nowhere else.",
		"Log in on a new tab, come back to this one, and send it again."}, Typed: q.typedBack(), Action: q.http.URL.Path, Stamp: q.form.typed.Get(versionField), SignIn: true}
	if len(t.Typed) == 0 {
		return s.toSignIn(q, "", "")
	}
	q.form = nil
	a, err := Page{Title: "Log in to send this", Status: statusOf(fail.SignIn), Body: troubleView.With(t)}.respond(q)
	return a, err == nil
}
