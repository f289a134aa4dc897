package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"heed/internal/fail"
	"heed/internal/web/assets"
)

// Site is all browser pages of one installation. Safe for concurrent use; made
// once by New and never changed. The API and the log have muxes of their own.
type Site struct {
	o      Options
	parts  []Part
	routes map[string]*Route // by "METHOD pattern"
	mux    *http.ServeMux
	cross  *http.CrossOriginProtection
	layout *layout

	deafened sync.Once // a proxy whose header cannot be read was told of
}

// New puts the parts together. It parses every template and refuses two routes
// that say the same, a route without an access rule or title, and a view that does not parse.
func New(o Options, parts ...Part) (*Site, error) {
	o.fillIn()
	s := &Site{o: o, routes: map[string]*Route{}, mux: http.NewServeMux(), cross: http.NewCrossOriginProtection()}
	if o.PublicURL != "" {
		if err := s.cross.AddTrustedOrigin(o.PublicURL); err != nil {
			return nil, fmt.Errorf("public address: %w", err)
		}
	}
	var err error
	if s.layout, err = newLayout(o.Settings); err != nil {
		return nil, err
	}
	s.parts = append([]Part{s.ownPart()}, parts...)
	for _, p := range s.parts {
		if err := s.add(p); err != nil {
			return nil, fmt.Errorf("part %s: %w", p.Name, err)
		}
	}
	for _, p := range s.parts {
		s.layout.nav = append(s.layout.nav, p.Nav...)
	}
	s.mux.Handle("GET "+assets.Prefix, assets.Handler())
	s.mux.HandleFunc("/", s.notRouted)
	return s, nil
}

func (s *Site) add(p Part) error {
	for _, v := range p.Views {
		if _, err := v.template(); err != nil {
			return err
		}
	}
	for _, r := range p.Routes {
		key := r.Method + " " + r.Pattern
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodPost:
			return fmt.Errorf("%s: only GET and POST", key)
		case r.Access == "" || r.Title == "" || r.Handler == nil:
			return fmt.Errorf("%s: needs an access rule, a title and a handler", key)
		case s.routes[key] != nil:
			return fmt.Errorf("%s: twice", key)
		}
		s.routes[key] = &r
		s.mux.HandleFunc(key, func(w http.ResponseWriter, h *http.Request) { s.serve(w, h, &r) })
	}
	return nil
}

// Parts are all parts with the kit's own first, for the list of routes and the tests that walk it.
func (s *Site) Parts() []Part { return slices.Clone(s.parts) }

// Handler is the whole site with everything that surrounds a page: log, panic
// recovery, security headers, cross-site refusal.
func (s *Site) Handler() http.Handler {
	return s.logged(s.recovered(Secured(http.HandlerFunc(s.guarded), s.o.Plain)))
}

// guarded refuses what other sites make a browser send.
func (s *Site) guarded(w http.ResponseWriter, r *http.Request) {
	if err := s.cross.Check(r); err != nil {
		s.answerError(&Request{site: s, http: r, writer: w}, fail.Wrap(fail.Refused, errCrossSite,
			"This was sent from another website, so nothing was changed. Open the page here and send it again."))
		return
	}
	s.mux.ServeHTTP(w, r)
}

var errCrossSite = errors.New("cross-site request")

// notRouted answers what no route answers: 405 when another method would be, else 404.
func (s *Site) notRouted(w http.ResponseWriter, r *http.Request) {
	q := &Request{site: s, http: r, writer: w}
	if err := s.identify(q); err != nil {
		s.answerError(q, err)
		return
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		s.answerError(q, fail.New(fail.Missing, "Page not found"))
		return
	}
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.answerError(q, errMethod)
}

var (
	errMethod  = errors.New("method not allowed")
	errEncoded = errors.New("a body that is packed")
)

// serve runs one route.
func (s *Site) serve(w http.ResponseWriter, r *http.Request, route *Route) {
	q := &Request{site: s, http: r, writer: w, route: route}
	noteRoute(r, route)
	defer q.letGo()
	for _, step := range [...]func(*Request) error{(*Request).readForm, s.identify, s.admit} {
		if err := step(q); err != nil {
			s.answerError(q, err)
			return
		}
	}
	q.takeUp()
	s.run(q)
}

// admit keeps the route's access rule.
func (s *Site) admit(q *Request) error {
	switch {
	case q.route.Access == Public:
		return nil
	case !q.SignedIn():
		return fail.New(fail.SignIn, "Log in to continue")
	case q.route.Access == SignedIn || s.o.May == nil:
		return nil
	}
	return s.o.May(q.Context(), q.who, q.route.Access)
}

// run calls the handler, once for each sending of a form, and writes what it gives back.
func (s *Site) run(q *Request) {
	resp, err := s.once(q)
	if err != nil && q.Posted() {
		resp, err = s.again(q, err)
	}
	if err != nil {
		s.answerError(q, err)
		return
	}
	a, err := resp.respond(q)
	if err != nil {
		s.answerError(q, err)
		return
	}
	s.write(q, a)
}

// again shows the page of a refused POST once more, with what was typed and what
// is the matter: the GET handler of the same pattern builds it. Errors that are
// not the form's go on as they are.
func (s *Site) again(q *Request, cause error) (Response, error) {
	get := s.routes["GET "+q.route.Pattern]
	kind := fail.KindOf(cause)
	if get == nil || kind != fail.Bad && kind != fail.Stale && kind != fail.Conflict {
		return nil, cause
	}
	for _, f := range fail.FieldsOf(cause) {
		q.Form().Add(f.Name, f.Words)
	}
	status := http.StatusUnprocessableEntity
	switch kind {
	case fail.Stale:
		q.stale, status = fail.Words(cause), http.StatusConflict
	case fail.Conflict:
		status = http.StatusConflict
		fallthrough
	default:
		if len(q.Form().Faults()) == 0 {
			q.notice = fail.Words(cause)
		}
	}
	q.form.key = newKey()
	resp, err := get.Handler(q)
	if err != nil {
		return nil, cause // the page itself is gone: say what the matter was
	}
	if p, ok := resp.(Page); ok {
		if body, err := p.Body.Render(); err == nil && holdsForm(body) {
			p.Status = status
			return p, nil
		}
	}
	return nil, cause // a page without the form, or one that leads elsewhere, would lose what was typed
}

// readForm reads a POST's form, within its limit.
func (q *Request) readForm() error {
	if !q.Posted() {
		return nil
	}
	if q.http.Header.Get("Content-Encoding") != "" {
		return errEncoded
	}
	if boundary, ok := inParts(q.http); ok {
		return q.readParts(boundary)
	}
	most := q.route.MaxBody
	if most <= 0 {
		most = mostWords
	}
	q.http.Body = http.MaxBytesReader(q.writer, q.http.Body, most)
	if err := q.http.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return fail.Wrap(fail.TooLarge, err, "What you sent is too long")
		}
		return fail.Wrap(fail.Bad, err, "What you sent cannot be read. Go back and send it again")
	}
	q.form = &Form{typed: q.http.PostForm, posted: true, key: newKey(), here: q.Here()}
	if q.form.typed == nil {
		q.form.typed = url.Values{}
	}
	return nil
}
