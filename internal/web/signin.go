package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/session"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

type logInModel struct {
	Hidden   template.HTML
	Next     string
	Lines    []string
	Login    nhs.Input
	Password nhs.PasswordInput
	Button   nhs.Button
	Demo     bool
	Passkey  Component
	Others   Component // providers elsewhere
	Help     string    // where somebody goes who cannot log in
}

var logInView = NewView(files, "log-in.html", logInModel{Next: "/mine", Lines: []string{"You were logged out."},
	Demo: true, Help: helpPath})

type codeModel struct {
	Hidden template.HTML
	Next   string
	Code   nhs.Input
	Button nhs.Button
}

type unlockModel struct {
	Before []Component
	Hidden template.HTML
	Next   string
	Action string
	Fields []Component
	Button nhs.Button
}

var unlockView = NewView(files, "unlock.html", unlockModel{Next: "/mine", Before: []Component{nhs.Para("Before")},
	Fields: []Component{nhs.Para("A field")}})

var codeView = NewView(files, "code.html", codeModel{Next: "/mine"})

// signInRoutes are the ways in and out.
func (s *Site) signInRoutes() []Route {
	return []Route{
		Get("/log-in", Public, "Log in", s.showLogIn),
		Post("/log-in", Public, "Log in: name and password", s.logIn),
		Get("/log-in/code", Public, "Enter your code", s.showCode),
		Post("/log-in/code", Public, "Log in: the code from the app", s.enterCode),
		Get(passkeyPath, Public, "Log in with a passkey", s.showLogIn),
		Post(passkeyPath, Public, "Log in with a passkey", s.passkey),
		Post(passkeyAsk, Public, "What a browser is asked for that logs in with a passkey", s.askPasskey),
		Post(againPath, SignedIn, "Log in again, to change how one logs in", s.logInAgain),
		Get(withPath, Public, "Go to a provider, to log in there", s.logInElsewhere),
		Get(withBackPath, Public, "Come back from a provider", s.back),
		Get(unlockPath, Public, "Log in with your code", s.showUnlock),
		Post(unlockPath, Public, "Log in with your code", s.unlock),
		Post("/log-out", Public, "Log out", s.logOut),
		Get("/role", SignedIn, "Change role", s.showRole),
		Post("/role", SignedIn, "Change role", s.changeRole),
		Post("/session/stay", Public, "Stay logged in", s.stay),
		Post(backPath, SignedIn, "Go back and keep what stands in the page", s.goBack),
		Post(leavePath, Public, "Leave this page", s.leave),
		Get(leavePath, Public, "Leave this page", s.leaveByLink),
		Post(keepPath, Public, "Keep what stood in the page that is left", s.keepLeft),
	}
}

// next is the page to go on to, carried in the address: a path of this service and nothing else.
func (q *Request) next() string {
	n := q.Query("next")
	if q.Posted() {
		n = q.Form().typed.Get("next")
	}
	if !localPath(n) || strings.HasPrefix(n, "/log-") || strings.HasPrefix(n, "/leave") {
		return "/"
	}
	return n
}

func (s *Site) showLogIn(q *Request) (Response, error) {
	if q.SignedIn() {
		return SeeOther(q.next()), nil
	}
	f := q.Form()
	m := logInModel{Hidden: f.Hidden(), Next: q.next(), Demo: s.o.Demo != nil,
		Login: f.loginInput(), Password: f.passwordInput(), Button: nhs.Button{Text: "Continue"}, Passkey: s.passkeyButton(f),
		Others: s.elsewhere(q),
	}
	if s.routes["GET "+helpPath] != nil {
		m.Help = helpPath
	}
	switch q.Query("why") {
	case "kept":
		m.Lines = s.loggedOut("You were logged out, because nothing was done for a while or you had been logged in for a " +
			"long time. What you typed is kept: log in to go on with it.")
	case "ended":
		m.Lines = s.loggedOut("You were logged out, because nothing was done for a while or you had been logged in for a " +
			"long time. Log in to go on.")
	case "again":
		m.Lines = []string{"Log in again to change how you log in."}
	case "out":
		m.Lines = s.loggedOut(isOut)
	}
	return Page{Title: "Log in", Body: logInView.With(m)}, nil
}

const isOut = "You are logged out."

// loggedOut says that somebody is logged out, and that it is here alone.
func (s *Site) loggedOut(said string) []string {
	lines := []string{said}
	for _, e := range s.o.Elsewhere {
		lines = append(lines, "If you logged in with "+e.Name+", you may still be logged in there: log out there too, if "+
			"others use this computer.")
	}
	return lines
}

func (f *Form) loginInput() nhs.Input {
	return f.Input(nhs.Input{Name: "login", Label: nhs.Label{Text: "Login name"}, Width: 20, Spellcheck: nhs.Off,
		Autocomplete: "username", Autocapitalize: "none"})
}

func (f *Form) passwordInput() nhs.PasswordInput {
	return nhs.PasswordInput{Name: "password", Label: nhs.Label{Text: "Password"},
		Error: nhs.ErrorMessage{Text: f.Fault("password")}, Width: 20}
}

const wrongPair = "Check your login name and password: at least one of them does not look right"

func (s *Site) logIn(q *Request) (Response, error) {
	f := q.Form()
	login := f.Line("login", Ask{What: "your login name", Needed: true})
	password := f.secret("password", "your password")
	if err := f.Err(); err != nil {
		return nil, err
	}
	token, err := s.o.Sessions.Password(q.Context(), login, password, s.from(q), q.session)
	var none session.TooMany
	switch {
	case errors.As(err, &none):
		return s.askAll(q, none.Until)
	case fail.Is(err, fail.SignIn):
		f.Add("login", wrongPair)
		return nil, f.Err()
	case err != nil:
		return nil, err
	}
	s.setCookie(q.writer, token)
	return SeeOther("/log-in/code?" + url.Values{"next": {q.next()}}.Encode()), nil
}

// secret reads a password: no limit of signs but length, nothing trimmed, never shown again.
func (f *Form) secret(name, what string) string {
	v, _ := f.ask(name, Ask{What: what})
	switch {
	case v == "":
		f.faults.Add(name, "Enter "+what)
	case len(v) > 1024:
		f.faults.Add(name, "Check "+what+": it is too long")
	}
	return v
}

// OneTimeCode reads the 6 numbers of a second factor, with the spaces and signs that people and apps put between them.
func (f *Form) OneTimeCode(name string) string {
	typed, _ := f.ask(name, Ask{What: "your code"})
	code := plain.Digits(typed)
	if code == "" {
		f.Add(name, "Enter your code")
	} else if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		f.Add(name, "Your code must be 6 numbers")
	}
	return code
}

// codeInput asks for the code; it is never shown again.
func (f *Form) codeInput(label nhs.Label) nhs.Input {
	return nhs.Input{Name: "code", Label: label, Hint: nhs.Hint{Text: "6 numbers from the app on your phone"},
		Error: nhs.ErrorMessage{Text: f.Fault("code")}, Width: 10, Code: true, Inputmode: "numeric",
		Autocomplete: "one-time-code", Spellcheck: nhs.Off}
}

// halfway says whether the password was right a moment ago.
func (q *Request) halfway() bool {
	return q.session != nil && q.site.o.Sessions.Halfway(*q.session)
}

func (s *Site) showCode(q *Request) (Response, error) {
	if !q.halfway() {
		return SeeOther("/log-in"), nil
	}
	f := q.Form()
	return Page{Title: "Enter your code", Question: true, Back: "/log-in", Body: codeView.With(codeModel{
		Hidden: f.Hidden(), Next: q.next(),
		Code:   f.codeInput(nhs.Label{Text: "Enter your code", PageHeading: true, Size: nhs.SizeL}),
		Button: nhs.Button{Text: "Log in"},
	})}, nil
}

func (s *Site) enterCode(q *Request) (Response, error) {
	if !q.halfway() {
		return SeeOther("/log-in"), nil
	}
	f := q.Form()
	code := f.OneTimeCode("code")
	if err := f.Err(); err != nil {
		return nil, err
	}
	token, err := s.o.Sessions.Code(q.Context(), *q.session, code, s.from(q))
	switch {
	case errors.Is(err, session.ErrPasswordAgain):
		return SeeOther("/log-in"), nil
	case fail.Is(err, fail.SignIn):
		f.Add("code", plain.WrongCode)
		return nil, f.Err()
	case err != nil:
		return nil, sayWhen(err)
	}
	return s.signedIn(q, token), nil
}

// signedIn goes on to where somebody was going, in the session that has begun.
func (s *Site) signedIn(q *Request, token string) Response {
	s.setCookie(q.writer, token)
	return SeeOther(q.next())
}

// Try counts a try of this browser to prove something about a name, or refuses it in words.
func (q *Request) Try(what, name string) error {
	return sayWhen(q.site.o.Sessions.Try(q.Context(), what, name, q.site.network(q)))
}

// Guess has this browser prove something that takes more than luck to guess, or refuses it.
func (q *Request) Guess(what string, right func() error) error {
	return q.site.o.Sessions.Guess(what, q.site.network(q), right)
}

// sayWhen says when the next try comes back to a name that has none left.
func sayWhen(err error) error {
	var none session.TooMany
	if errors.As(err, &none) {
		return fail.Wrap(fail.TooOften, err, "Wait until %s, then try again: there have been too many tries to log in",
			words.Clock(none.Until))
	}
	return err
}

func (s *Site) logOut(q *Request) (Response, error) {
	if q.session != nil {
		if err := s.o.Sessions.End(q.Context(), *q.session); err != nil {
			return nil, err
		}
	}
	s.loseCookie(q.writer)
	forget(q.writer.Header())
	return SeeOther("/log-in?why=out"), nil
}

// stay keeps the session going; identify has noted the use already. Only the script
// of the time-out dialog asks for it, so it is told plainly when it is too late.
func (s *Site) stay(q *Request) (Response, error) {
	if !q.SignedIn() {
		return empty{http.StatusUnauthorized}, nil
	}
	return empty{http.StatusNoContent}, nil
}
