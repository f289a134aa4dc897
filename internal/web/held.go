package web

import (
	"net/url"
	"strings"

	"heed/internal/fail"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// hold keeps what stands in the form for the person whose session it is, secrets and the
// kit's own fields apart. It is shown again when its page is opened again: in the same
// session all of it. In another, what it chose is not chosen again: somebody else may
// have sat at that machine, so a person chooses anew.
func (q *Request) hold(path string) error {
	kept := url.Values{}
	for name, v := range q.form.typed {
		if !isSecret(name) && (name == VersionField || !strings.HasPrefix(name, "_")) {
			kept[name] = v
		}
	}
	return q.site.o.Sessions.Hold(q.Context(), *q.session, path, kept)
}

// takeUp puts a held form's words into the form of the page that is opened again.
func (q *Request) takeUp() {
	if q.Posted() || !q.SignedIn() || q.site.routes["POST "+q.route.Pattern] == nil {
		return
	}
	values, same, err := q.site.o.Sessions.Held(q.Context(), *q.session, q.Here())
	if err != nil {
		return
	}
	q.form = &Form{typed: values, again: same, held: !same, key: newKey(), here: q.Here()}
	if !same {
		q.notice = "You were logged out while you were writing. What you typed is here. Check it, make your choices again, " +
			"and send it."
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
		if err := q.hold(here); err != nil {
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
	if err := q.hold(q.Here()); err != nil {
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
	if q.session == nil || q.form == nil || !shown || !s.o.Sessions.MayHold(*q.session) {
		return s.giveBack(q)
	}
	if err := q.hold(next); err != nil {
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
	if why == "" && q.session != nil && q.session.In() {
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
	t := trouble{Lines: []string{"You are logged out, so this was not sent. What you typed is below and is kept " +
		"nowhere else.",
		"Log in on a new tab, come back to this one, and send it again."}, Typed: q.typedBack(), Action: q.http.URL.Path,
		Stamp: q.form.typed.Get(VersionField), SignIn: true}
	if len(t.Typed) == 0 {
		return s.toSignIn(q, "", "")
	}
	q.form = nil
	a, err := Page{Title: "Log in to send this", Status: statusOf(fail.SignIn), Body: troubleView.With(t)}.respond(q)
	return a, err == nil
}
