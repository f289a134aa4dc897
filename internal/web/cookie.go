package web

import (
	"net/http"
)

// identify finds out who asks.
func (s *Site) identify(q *Request) error {
	if s.o.Sessions == nil {
		return nil
	}
	cookie, err := q.http.Cookie(s.cookieName())
	if err != nil || len(cookie.Value) != 43 {
		return nil
	}
	q.who, q.session, err = s.o.Sessions.Identify(q.Context(), cookie.Value)
	return err
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
	c := &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: !s.o.Plain}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// RenewSession draws a new session for whoever has just changed how they log in.
func (q *Request) RenewSession() error {
	token, err := q.site.o.Sessions.Renew(q.Context(), *q.session)
	if err != nil {
		return err
	}
	q.site.setCookie(q.writer, token)
	q.who, q.session, err = q.site.o.Sessions.Identify(q.Context(), token)
	return err
}

// loseCookie makes the browser forget the session.
func (s *Site) loseCookie(w http.ResponseWriter) { s.setCookie(w, "") }
