package web

import (
	"html/template"
	"net/url"
	"time"

	"heed/internal/fail"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// Logging in with a passkey is one page and one press: the authenticator sees the person
// and signs, and nothing is typed. Without scripts the page has name, password and code.

const (
	passkeyPath = "/log-in/passkey"
	passkeyAsk  = "/log-in/passkey/ask"
	againPath   = "/log-in/again"
)

// recently is how long after logging in somebody may change how they log in: whoever
// finds a screen that was left may not.
const recently = 10 * time.Minute

func (s *Site) passkeyButton(f *Form) Component {
	if !s.o.Passkeys {
		return nhs.Group{}
	}
	return nhs.Group{casework.Passkey{Text: "Log in with a passkey", Second: true, Ask: passkeyAsk, Send: passkeyPath,
		Failed: "Nothing came from your browser. Try again, or log in with your password and code",
		Error:  nhs.ErrorMessage{Text: f.Fault("passkey")}}}
}

func (s *Site) askPasskey(q *Request) (Response, error) {
	asked, err := s.o.Sessions.AskPasskey(q.Context())
	return Told{asked}, err
}

func (s *Site) passkey(q *Request) (Response, error) {
	f := q.Form()
	token, err := s.o.Sessions.Passkey(q.Context(), []byte(f.Passkey()), s.from(q), q.session)
	if fail.Is(err, fail.SignIn) || fail.Is(err, fail.Conflict) {
		f.Add("passkey", fail.Words(err))
		return nil, f.Err()
	}
	if err != nil {
		return nil, err
	}
	return s.signedIn(q, token), nil
}

// Passkey is what the browser answered to a casework.Passkey; "" when it gave none.
func (f *Form) Passkey() string { return f.typed.Get("passkey") }

// LoggedInRecently says whether somebody proved who they are a moment ago.
func (q *Request) LoggedInRecently() bool { return q.Now().Sub(q.session.Proved()) <= recently }

// AskToLogInAgain is the page of somebody who would change how they log in, and must first
// prove again who they are.
func (q *Request) AskToLogInAgain() Response {
	if q.Posted() && len(q.typedBack()) > 0 {
		if err := q.hold(q.Here()); err != nil {
			noteError(q.http, err) // logging in comes first
		}
	}
	return Page{Title: "Log in again", Back: accountPath, Body: Stack(
		nhs.Para("You logged in more than 10 minutes ago, or elsewhere without proving anew who you are. Before you change "+
			"how you log in, log in again."),
		nhs.HTML(template.HTML(`<form method="post" action="`+againPath+`" novalidate>`)+q.Form().Hidden()+
			template.HTML(`<input type="hidden" name="next" value="`+htmlEscape(q.Here())+`">`)), //nolint:gosec // escaped
		nhs.Button{Text: "Log in again"}, nhs.HTML(`</form>`))}
}

// logInAgain ends the session and leads back by way of the log-in page.
func (s *Site) logInAgain(q *Request) (Response, error) {
	if err := s.o.Sessions.End(q.Context(), *q.session); err != nil {
		return nil, err
	}
	s.loseCookie(q.writer)
	return SeeOther("/log-in?" + url.Values{"next": {q.next()}, "why": {"again"}}.Encode()), nil
}
