package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/session"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Somebody at the next desk can use up the tries of a name. Its owner ends that
// with the second factor: name, password and code on one page, the code checked first.

const unlockPath = "/log-in/unlock"

func (s *Site) showUnlock(q *Request) (Response, error) { return s.unlockPage(q, 0, nil) }

// askAll is the answer to a try too many: when the next comes back, and the way in with the phone.
func (s *Site) askAll(q *Request, until time.Time) (Response, error) {
	q.writer.Header().Set("Retry-After", strconv.Itoa(int(until.Sub(q.Now()).Seconds())))
	return s.unlockPage(q, http.StatusTooManyRequests, []Component{
		nhs.Para("There have been too many tries to log in with this name. You can try again at " + words.Clock(until) + "."),
		nhs.Para("If you have your phone with you, log in now, with the code that its app shows."),
	})
}

func (s *Site) unlockPage(q *Request, status int, before []Component) (Response, error) {
	f := q.Form()
	return Page{Title: "Log in with your code", Status: status, Back: "/log-in", Body: unlockView.With(unlockModel{
		Before: before, Hidden: f.Hidden(), Next: q.next(), Action: unlockPath,
		Fields: []Component{s.passkeyButton(f), f.loginInput(), f.passwordInput(), f.codeInput(nhs.Label{Text: "Code"})},
		Button: nhs.Button{Text: "Log in"},
	})}, nil
}

// unlock takes name, password and code at once, and gives the name its tries back.
func (s *Site) unlock(q *Request) (Response, error) {
	f := q.Form()
	login := f.Line("login", Ask{What: "your login name", Needed: true})
	password := f.secret("password", "your password")
	code := f.OneTimeCode("code")
	if err := f.Err(); err != nil {
		return nil, err
	}
	token, err := s.o.Sessions.All(q.Context(), login, password, code, s.from(q), q.session)
	var none session.TooMany
	switch {
	case errors.As(err, &none):
		return s.unlockPage(q, http.StatusTooManyRequests, []Component{nhs.Para(fail.Words(sayWhen(err)) + ".")})
	case fail.Is(err, fail.SignIn):
		f.Add("login", wrongPair)
		f.Add("code", plain.WrongCode)
		return nil, f.Err()
	case err != nil:
		return nil, err
	}
	return s.signedIn(q, token), nil
}
