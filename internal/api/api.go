// Package api is Heed's JSON face, /api/v1: the same desks as the pages, for the
// programs of the organisation itself.
//
// It keeps true: a request is read strictly or refused in words (one reading of
// every byte: no duplicate or unknown names, no other case, no broken UTF-8, no
// deep nesting, a stated size); an answer is a struct of this package, so that a
// field leaves on purpose; an error is problem+json, is of a fail kind, and never
// echoes what was sent; somebody else's record is answered byte for byte as one
// that does not exist. It holds no rule of its own about concerns.
//
// Trusted with nothing: a bearer token acts with the rights of the person in
// whose record it stands, on each request anew. Browsers are kept out: no cookie
// is read here.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/room"
)

// Parts are what the API works with.
type Parts struct {
	Rooms     *room.Desk
	Kinds     []*room.Room // the kinds of record that have operations
	Directory *directory.Desk
	Spool     *document.Spool // in which documents lie while they are taken; nil has no bound
	Clock     clock.Clock
	Log       *slog.Logger
	Version   string // of the program, for the OpenAPI document
}

// API is the handler of everything below /api/.
type API struct {
	Parts
	mux      *http.ServeMux
	document func() ([]byte, error)
}

// New makes the API with all its operations.
func New(p Parts) *API {
	a := &API{Parts: p, mux: http.NewServeMux()}
	ops := a.operations()
	// Made when somebody asks for it: making it is a seventh of a start.
	a.document = sync.OnceValues(func() ([]byte, error) { return openAPI(a.operations(), p.Version) })
	for _, op := range ops {
		if op.fields != nil {
			op.read = a.readAnswers(op.fields)
		}
		a.mux.HandleFunc(op.method+" /api/v1"+op.path, a.serve(op))
	}
	a.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		doc, err := a.document()
		if err != nil {
			a.problem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(doc)
	})
	return a
}

// Document is the OpenAPI 3.1 document.
func (a *API) Document() ([]byte, error) { return a.document() }

// Routes are method and path of every operation, for docs/routes.md.
func (a *API) Routes() []string {
	var out []string
	for _, op := range a.operations() {
		out = append(out, op.method+" /api/v1"+op.path)
	}
	return append(out, "GET /api/openapi.json")
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	_, pattern := a.mux.Handler(r)
	if pattern == "" {
		a.noRoute(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// noRoute answers what no operation takes, as a problem like all others.
func (a *API) noRoute(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method = m
		if _, pattern := a.mux.Handler(probe); pattern != "" {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		a.problem(w, r, fail.New(fail.Missing, "Page not found"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	write(w, http.StatusMethodNotAllowed, "application/problem+json", problem{
		Type: "about:blank", Title: "This address takes only " + strings.Join(allowed, " and "),
		Status: http.StatusMethodNotAllowed, Kind: "method",
	})
}

// call is one request that has been read.
type call struct {
	ctx   context.Context
	actor access.Actor
	in    any
	*http.Request
}

// serve reads a request in one order: who is this, what is sent, then the operation.
func (a *API) serve(op operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		actor, err := a.actor(r)
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="heed"`)
			a.problem(w, r, err)
			return
		}
		c := &call{ctx: r.Context(), actor: actor, Request: r}
		if op.read != nil {
			if c.in, err = op.read(w, r, actor); err != nil {
				a.problem(w, r, err)
				return
			}
			if in, ok := c.in.(*field.Answers); ok {
				defer letGo(*in)
			}
		}
		out, err := op.do(c)
		if err != nil {
			a.problem(w, r, err)
			return
		}
		if given, ok := out.(givenOut); ok {
			given.write(w)
			return
		}
		if t, ok := out.(tagged); ok && t.etag() != "" {
			w.Header().Set("ETag", t.etag())
		}
		write(w, op.status, "application/json", out)
	}
}

// actor is who the bearer token acts as.
func (a *API) actor(r *http.Request) (access.Actor, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimLeft(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > 200 {
		return access.Actor{}, fail.New(fail.SignIn, "Send a token in the header Authorization, as: Bearer followed by "+
			"the token")
	}
	return a.Directory.ByToken(r.Context(), token)
}

// problem writes an error as problem+json (RFC 9457), and logs what is unknown
// without a word of what was sent.
func (a *API) problem(w http.ResponseWriter, r *http.Request, err error) {
	if r.Method == http.MethodGet {
		err = fail.Reading(err)
	}
	p := problemOf(err)
	if p.Status >= 500 || fail.Is(err, fail.Tampered) {
		a.Log.Error("api", "operation", r.Pattern, "kind", p.Kind, "error", safe(err))
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "10")
	}
	write(w, p.Status, "application/problem+json", p)
}

// safe is an error for the log: of unknown errors only the type, since their
// text may hold what somebody typed.
func safe(err error) string {
	var e *fail.Error
	if errors.As(err, &e) && e.Kind != fail.Broken {
		return e.Kind.String() + ": " + e.Words
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return typeName(err)
		}
		err = next
	}
}
