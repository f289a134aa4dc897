package web

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"heed/internal/fail"
	"heed/internal/provider"
	"heed/internal/web/nhs"
)

// Logging in elsewhere is two pages that lead on: one to the provider, and one to which the
// provider sends the browser back. The second changes something though it is a GET, because
// that is how a provider sends people back; a cookie of this browser alone, which the first set
// and the state is bound to, says that it was begun here. Both are links and not forms, since
// form-action 'self' stops a form that leads to another site.

const (
	withPath     = "/log-in/with/{provider}"
	withBackPath = withPath + "/back"
	mostElse     = 4096 // bytes of a parameter with which a provider sends people back, but for the code
)

// Elsewhere is a provider at which people may log in.
type Elsewhere struct{ ID, Name string }

// The first sign of what the browser keeps says what was begun.
const (
	toLogIn      = "l"
	toLogInFresh = "f"
	toAdd        = "a"
)

// elsewhereCookie is kept from going to a provider until coming back.
func (s *Site) elsewhereCookie() string { return s.cookieName() + "-elsewhere" }

func (s *Site) setElsewhere(w http.ResponseWriter, value string) {
	c := &http.Cookie{Name: s.elsewhereCookie(), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: !s.o.Plain, MaxAge: 600}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// away leads to another service: to the providers that are configured, and nowhere else.
type away struct{ to string }

func (a away) respond(*Request) (answer, error) {
	return answer{status: http.StatusSeeOther, header: map[string]string{"Location": a.to}}, nil
}

// goElsewhere begins at a provider what is to be finished when the browser comes back.
func (s *Site) goElsewhere(q *Request, asked provider.Asked, what, next string) (Response, error) {
	var b [32]byte
	rand.Read(b[:])
	text := base64.RawURLEncoding
	asked.Browser = what + "." + text.EncodeToString(b[:]) + "." + text.EncodeToString([]byte(next))
	to, err := s.o.Sessions.AskProvider(q.Context(), asked)
	if err != nil {
		s.noteElsewhere(q, asked.Provider, err)
		return nil, err
	}
	s.setElsewhere(q.writer, asked.Browser)
	return away{to}, nil
}

// fromElsewhere says that another site, and not a page of ours, leads here.
func (q *Request) fromElsewhere() bool {
	from := q.http.Header.Get("Sec-Fetch-Site")
	return from == "cross-site" || from == "same-site"
}

func (s *Site) logInElsewhere(q *Request) (Response, error) {
	if q.fromElsewhere() {
		return SeeOther("/log-in"), nil
	}
	asked, what := provider.Asked{Provider: q.Path("provider")}, toLogIn
	if q.Query("why") == "again" {
		asked.Fresh, what = true, toLogInFresh
	}
	r, err := s.goElsewhere(q, asked, what, q.next())
	if err != nil && !fail.Is(err, fail.Missing) {
		return s.logInAfter(q, err)
	}
	return r, err
}

// AddElsewhere goes to a provider to link the account of whoever asks with one there.
func (q *Request) AddElsewhere(id string) (Response, error) {
	if q.fromElsewhere() {
		return SeeOther(accountPath), nil
	}
	return q.site.goElsewhere(q, provider.Asked{Provider: id, For: q.who.Person, Fresh: true}, toAdd, accountPath)
}

// back is where a provider sends the browser. What the browser kept counts once.
func (s *Site) back(q *Request) (Response, error) {
	cookie, err := q.http.Cookie(s.elsewhereCookie())
	if err != nil {
		return s.logInAfter(q, fail.Wrap(fail.SignIn, err, "Begin again: this log-in was not begun in this browser, or "+
			"took too long"))
	}
	s.setElsewhere(q.writer, "")
	a, err := q.answered(cookie.Value)
	if err != nil {
		return s.logInAfter(q, err)
	}
	what, next := kept(cookie.Value)
	switch what {
	case toAdd:
		return s.added(q, a)
	case toLogInFresh:
		a.Fresh = true
	}
	token, whole, err := s.o.Sessions.Provider(q.Context(), a, s.from(q), q.session)
	if err != nil {
		s.noteElsewhere(q, a.Provider, err)
		return s.logInAfter(q, err)
	}
	s.o.Log.InfoContext(q.Context(), "logged in elsewhere", "provider", a.Provider, "second factor there", whole)
	s.setCookie(q.writer, token)
	if !whole {
		return SeeOther("/log-in/code?" + url.Values{"next": {next}}.Encode()), nil
	}
	return SeeOther(next), nil
}

// added finishes what AddElsewhere began, for the same person.
func (s *Site) added(q *Request, a provider.Answer) (Response, error) {
	if !q.SignedIn() {
		return s.logInAfter(q, fail.New(fail.SignIn, "You were logged out meanwhile, so nothing was added. Log in and begin "+
			"again"))
	}
	if err := s.o.AddElsewhere(q.Context(), q.Actor(), a); err != nil {
		s.noteElsewhere(q, a.Provider, err)
		return s.stayed(q, err)
	}
	return Redirect{To: accountPath, Flash: "It was added. You can log in with it from now on"}, nil
}

// stayed says why it did not do to somebody who is logged in all the same.
func (s *Site) stayed(q *Request, err error) (Response, error) {
	switch fail.KindOf(err) {
	case fail.SignIn, fail.Conflict, fail.Busy:
		noteError(q.http, err)
		return Page{Title: "This was not accepted", Back: accountPath, Status: http.StatusConflict,
			Body: Stack(nhs.Para(fail.Words(err) + "."))}, nil
	}
	return nil, err
}

// answered reads what the provider sends back with. Each parameter counts once.
func (q *Request) answered(browser string) (a provider.Answer, err error) {
	said := q.http.URL.Query()
	one := func(name string) string {
		all := said[name]
		if len(all) > 1 || len(all) == 1 && len(all[0]) > mostElse && name != "code" {
			err = fail.New(fail.SignIn, "Begin again: the answer cannot be read")
		}
		return strings.Join(all, "")
	}
	a = provider.Answer{Asked: provider.Asked{Provider: q.Path("provider"), Browser: browser}, Code: one("code"),
		State: one("state"), Issuer: one("iss"), Error: one("error")}
	return a, err
}

// kept is what was begun, and the page to go on to. The state proves that both are ours; the
// path is looked at all the same.
func kept(browser string) (what, next string) {
	parts := strings.Split(browser, ".")
	if len(parts) != 3 {
		return "", "/"
	}
	path, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !localPath(string(path)) {
		return parts[0], "/"
	}
	return parts[0], string(path)
}

// logInAfter is the page with the other ways to log in, and why this one did not do.
func (s *Site) logInAfter(q *Request, err error) (Response, error) {
	switch fail.KindOf(err) {
	case fail.SignIn, fail.Conflict, fail.Busy, fail.TooOften:
	default:
		return nil, err
	}
	if q.SignedIn() { // as somebody else, or in another window: that goes on
		return s.stayed(q, err)
	}
	noteError(q.http, err)
	q.notice = fail.Words(err) + "."
	r, _ := s.showLogIn(q) //nolint:errcheck // it shows a page and asks nothing
	p, ok := r.(Page)
	if !ok {
		return nil, err
	}
	p.Status = statusOf(fail.KindOf(err))
	return p, nil
}

// noteElsewhere writes to the program's own log why a log-in elsewhere did not do: for whoever
// looks after the service, and without a word of the person.
func (s *Site) noteElsewhere(q *Request, id string, err error) {
	var e *fail.Error
	if fail.Is(err, fail.Missing) || !errors.As(err, &e) || e.Cause == nil {
		return
	}
	s.o.Log.WarnContext(q.Context(), "a log-in elsewhere was not accepted", "provider", id, "why", e.Cause.Error())
}

// elsewhere are the links of the log-in page to the providers.
func (s *Site) elsewhere(q *Request) Component {
	g := nhs.Group{}
	for _, e := range s.o.Elsewhere {
		to := url.Values{"next": {q.next()}}
		if q.Query("why") == "again" {
			to.Set("why", "again")
		}
		g = append(g, nhs.Button{Text: "Log in with " + e.Name, Variant: nhs.Secondary,
			Href: strings.Replace(withPath, "{provider}", e.ID, 1) + "?" + to.Encode()})
	}
	return g
}
