package web

import (
	"strings"

	"heed/internal/session"
)

// from is where somebody logs in.
func (s *Site) from(q *Request) session.From {
	return session.From{Net: s.network(q), Device: device(q.http.UserAgent())}
}

// The first name that stands in what a browser says of itself is taken: most claim to be several.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}}
	systems = [][2]string{{"iPhone", "an iPhone"}, {"iPad", "an iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"CrOS", "a Chromebook"}, {"Mac OS X", "a Mac"}, {"Linux", "Linux"}}
)

// device is what a browser calls itself, as its owner knows it: "Chrome on Windows". Nothing
// else of it is kept; "" when it says nothing that is known.
func device(says string) string {
	name := func(of [][2]string) string {
		for _, x := range of {
			if strings.Contains(says, x[0]) {
				return x[1]
			}
		}
		return ""
	}
	browser, system := name(browsers), name(systems)
	if browser == "" || system == "" {
		return browser
	}
	return browser + " on " + system
}

// OwnSessions are the sessions of whoever asks.
func (q *Request) OwnSessions() ([]session.Own, error) {
	return q.site.o.Sessions.Own(q.Context(), *q.session, q.who.Since)
}

// EndOwnSession ends one of them; each, this one too, when the handle is "".
func (q *Request) EndOwnSession(handle string) error {
	if err := q.site.o.Sessions.EndOwn(q.Context(), *q.session, handle); err != nil || handle != "" {
		return err
	}
	q.site.loseCookie(q.writer)
	forget(q.writer.Header())
	return nil
}
