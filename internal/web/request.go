package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/session"
	"heed/internal/web/words"
)

// Request is one request, with what a handler needs and no more.
type Request struct {
	site    *Site
	http    *http.Request
	writer  http.ResponseWriter
	route   *Route
	who     session.Who
	session *session.Session
	form    *Form
	uploads []*document.File
	given   []*document.Content // that the answer is made of
	flash   string
	stale   string // what is to be said of a record that moved on while the form was being filled in
	notice  string // why the sent form cannot be taken now, in words
	did     bool   // Did was called: the outcome is in the handler's own commit
}

// Context carries cancellation only, never who asks.
func (q *Request) Context() context.Context { return q.http.Context() }

// Who is the person who is signed in; the zero value on public pages where nobody is.
func (q *Request) Who() session.Who { return q.who }

// SignedIn says whether somebody is signed in.
func (q *Request) SignedIn() bool { return !q.who.Person.IsZero() }

// Actor is the same person as the access policy knows them.
func (q *Request) Actor() access.Actor {
	return access.Actor{Person: q.who.Person, Org: q.who.Org, Role: access.Role(q.who.Role), Team: q.who.Team,
		MFA: q.who.SecondFactor, Own: q.who.Own}
}

// Now is the kit's clock.
func (q *Request) Now() time.Time { return q.site.o.Clock.Now() }

// Today is the day in London.
func (q *Request) Today() words.Day { return words.DayOf(q.Now()) }

// Path is the part of the address that the pattern names: Path("ref").
func (q *Request) Path(name string) string { return q.http.PathValue(name) }

// Here is the path of this page, for links that come back to it.
func (q *Request) Here() string { return q.http.URL.Path }

// Reference reads the part of the address that the pattern names as a public
// reference. What is not one is a page that does not exist.
func (q *Request) Reference(name string) (id.Reference, error) {
	ref, err := id.ParseReference(q.Path(name))
	if err != nil {
		return "", fail.Wrap(fail.Missing, err, "Page not found")
	}
	return ref, nil
}

// Query is one value of the address's query: filters and sorting only, never a
// name, a number of a person or free text. What cannot be shown reads as "".
func (q *Request) Query(name string) string {
	v := q.http.URL.Query().Get(name)
	if words.TextFault("", v) != "" || len(v) > 200 {
		return ""
	}
	return v
}

// QueryAll are all values of one name of the query, at most 50.
func (q *Request) QueryAll(name string) []string {
	var out []string
	for _, v := range q.http.URL.Query()[name] {
		if len(out) < 50 && words.TextFault("", v) == "" && len(v) <= 200 {
			out = append(out, v)
		}
	}
	return out
}

// PageNumber is the query's "page", from 1; 1 when it is not a number.
func (q *Request) PageNumber() int {
	n, err := strconv.Atoi(q.Query("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// Origin is the address of this service without a path, as people reach it.
func (q *Request) Origin() string {
	if q.site.o.PublicURL != "" {
		return q.site.o.PublicURL
	}
	if q.site.o.Plain { // the demo, and a browser on this machine
		return "http://" + q.http.Host
	}
	return "https://" + q.http.Host
}

// Posted says that the request changes something (POST).
func (q *Request) Posted() bool { return q.http.Method == http.MethodPost }

// Settings are the words and numbers of this installation: telephone number, pages to leave to.
func (q *Request) Settings() Settings { return q.site.o.Settings }
