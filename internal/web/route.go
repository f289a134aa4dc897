package web

import "heed/internal/access"

// Handler answers one route. It gives back a Response or an error; one place in
// the kit turns every error into the right page (see errors.go).
type Handler func(*Request) (Response, error)

// The access rules that the kit itself keeps. Every other name is a rule of the
// access policy, shown in docs/routes.md and checked by Options.May.
const (
	// Public is open to everybody, signed in or not.
	Public = "public"
	// SignedIn is open to whoever has signed in; the slice decides about the record.
	SignedIn = "signed_in"
)

// Route is one method and pattern with its handler. The list of all routes is
// the source of docs/routes.md, and a test walks it.
type Route struct {
	Method  string // "GET" or "POST"; GET never changes anything
	Pattern string // as net/http's ServeMux reads it: "/concerns/{ref}/triage"
	Access  string // Public, SignedIn, or the id of a function's rule
	Title   string // what the page is, for the list of routes
	Handler Handler
	// MaxBody is the most bytes a POST may bring; 256 KB when nought.
	MaxBody int64
	// Documents is how many documents its form may bring; none when nought.
	Documents int
	// Itself says that the handler answers a form that is sent again itself, by
	// Request.Key, when it has asked access anew: of what was done to a record.
	Itself bool
}

// Get is a Route that shows.
func Get(pattern, access, title string, h Handler) Route {
	return Route{Method: "GET", Pattern: pattern, Access: access, Title: title, Handler: h}
}

// Post is a Route that changes.
func Post(pattern, access, title string, h Handler) Route {
	return Route{Method: "POST", Pattern: pattern, Access: access, Title: title, Handler: h}
}

// AsksAgain is the same route with Itself.
func (r Route) AsksAgain() Route {
	r.Itself = true
	return r
}

// Takes is the same route, whose form may bring so many documents.
func (r Route) Takes(documents int) Route {
	r.Documents = documents
	return r
}

// Part is what one slice's web package brings: its routes and every View that they show.
type Part struct {
	Name   string
	Routes []Route
	Views  []AnyView
	// Nav are the items this part adds to the main navigation.
	Nav []NavItem
}

// NavItem is one link of the main navigation.
type NavItem struct {
	Text, Path string
	// For are the roles that see it; nobody else does. Empty means everybody who is signed in.
	For []string
	// Opens says whether it leads this person anywhere; nil: it does.
	Opens func(access.Actor) bool
}
