package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// A held form is one whose page was left with words in it: by "Back", for the answer
// to one more question, by "Leave this page", or because its session had fallen asleep.
// It is shown again when its page is opened again. It belongs to a session that nobody has ended: who
// has logged out, or been logged out, writes nothing any more. There are a few for each
// person, a new one in place of the oldest. In the same session all of it is shown again. In
// another, what it chose is not chosen again: somebody else may have sat at that
// machine, so a person chooses anew.
const (
	mostHeld   = 10
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

// heldForm is what was typed, for which address, in which session.
type heldForm struct {
	Path    string
	Values  url.Values
	Session []byte // hash of its token
}

// heldName is the draft's name for a form of this address; the address itself is not in the clear.
func heldName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "held:" + hex.EncodeToString(sum[:12])
}

// hold keeps a form for the person whose session it is.
func (s *Sessions) hold(ctx context.Context, x session, path string, values url.Values) error {
	who := x.owner
	kept := url.Values{}
	for name, v := range values {
		if !isSecret(name) && (name == versionField || !strings.HasPrefix(name, "_")) {
			kept[name] = v
		}
	}
	return s.store.Do(ctx, func(tx *store.Tx) error {
		name := heldName(path)
		if err := s.keepDraftIn(tx, who, name, heldForm{path, kept, x.token[:]}); err != nil {
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

// takeUp puts a held form's words into the form of the page that is opened again.
func (q *Request) takeUp() {
	if q.Posted() || !q.SignedIn() || q.site.routes["POST "+q.route.Pattern] == nil {
		return
	}
	var held heldForm
	err := q.site.o.Sessions.openDraft(q.Context(), q.session.owner, heldName(q.Here()), &held)
	if err != nil {
		return
	}
	same := bytes.Equal(held.Session, q.session.token[:])
	q.form = &Form{typed: held.Values, again: same, held: !same, key: newKey(), here: q.Here()}
	if !same {
		q.notice = "You were logged out while you were writing. What you typed is here. Check it, make your choices again, and send it."
	}
}

// goBack keeps what stands in the form that is left by its Back link, and goes there.
func (s *Site) goBack(q *Request) (Response, error) {
	f := q.Form()
	here, to := f.typed.Get(hereField), f.typed.Get(backField)
	if !localPath(to) {
		to = "/"
	}
	if localPath(here) {
		if err := s.o.Sessions.hold(q.Context(), *q.session, here, f.typed); err != nil {
			return nil, err
		}
	}
	return SeeOther(to), nil
}

// Interrupt asks one thing more before something rare: the same form with all that was
// typed, hidden, and one button that goes on. Whoever goes back, by the link or the
// browser's own button, finds the form as it was left. Sure says that the answer was given.
func (q *Request) Interrupt(p Page, box casework.Interruption, send string) Page {
	f := q.Form()
	if err := q.site.o.Sessions.hold(q.Context(), *q.session, q.Here(), f.typed); err != nil {
		noteError(q.http, err) // the hidden fields hold it all the same
	}
	f.Version(f.Expected())
	fields := nhs.Group{nhs.HTML(f.Hidden()), nhs.HiddenInput{Name: sureField, Value: "yes"}}
	box.Form, box.Continue = append(fields, f.carried()...), send
	box.Back, box.BackText = q.Here(), "Go back and change this"
	p.Title, p.Question, p.Back, p.Body = box.Heading, true, "", Stack(box)
	return p
}

// Sure says that an interruption was answered.
func (f *Form) Sure() bool { return f.typed.Get(sureField) == "yes" }

// carried is everything that was typed, in hidden fields. Secrets and the kit's own fields stay out.
func (f *Form) carried() (out nhs.Group) {
	for _, name := range sortedKeys(f.typed) {
		if strings.HasPrefix(name, "_") || isSecret(name) {
			continue
		}
		for _, v := range f.typed[name] {
			out = append(out, nhs.HiddenInput{Name: name, Value: v})
		}
	}
	return out
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
	if err := s.o.Sessions.hold(q.Context(), *q.session, next, q.form.typed); err != nil {
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
