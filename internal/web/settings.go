package web

import (
	"context"
	"log/slog"
	"net/netip"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/document"
	"heed/internal/id"
	"heed/internal/provider"
	"heed/internal/session"
)

// Settings are the words of one installation that every page may show.
type Settings struct {
	Service  string // "Heed"; neutral: a person may look over a shoulder
	OrgName  string // the organisation whose installation this is, for pages before sign-in
	Phase    string // "alpha", "beta" or "" when the service is live
	Feedback string // address or path of the feedback link in the phase banner
	Tested   string // the day on which the pages were last tested for accessibility, in words
	// Phone is the safeguarding lead's telephone number, shown on every error page:
	// a fault of the program must never stop a concern from being raised.
	Phone      string
	PhoneHours string // "Monday to Friday, 9am to 5pm"
	LeaveTo    string // where "Leave this page" goes: the organisation's intranet, or any neutral page
	Version    string
	Contact    []string // lines of the Contact page
	Privacy    []string // paragraphs of the Privacy page, the organisation's own
	DemoBanner string   // "" outside the demo
}

// Options are what the kit needs from its caller. It never fills one in by itself
// but for the stated defaults.
type Options struct {
	Settings Settings
	Clock    clock.Clock
	Log      *slog.Logger
	// PublicURL is the address that people type, "https://heed.trust.nhs.uk". Empty in the demo and in tests.
	PublicURL string
	// Plain says that the service is reached over plain HTTP on this machine only
	// (demo, tests): the cookie then has another name and no Secure.
	Plain bool
	// TrustedProxies may tell the client's address in X-Forwarded-For; from anybody else it is not read.
	TrustedProxies []netip.Prefix
	// May says whether this person may use a function (a route's access rule).
	// Nil or an error: fail.Refused with words that say who may. Nil allows whoever is signed in.
	May func(ctx context.Context, who session.Who, rule string) error
	// Sessions keeps who is signed in; nil leaves only the public pages.
	Sessions *session.Keeper
	// Passkeys says that people may log in with a passkey.
	Passkeys bool
	// Elsewhere are the providers at which people may log in.
	Elsewhere []Elsewhere
	// AddElsewhere links the account of whoever is signed in with the one that a provider shows.
	AddElsewhere func(context.Context, access.Actor, provider.Answer) error
	// Notice is what must stand above every page of this person; nil for none.
	Notice func(ctx context.Context, who session.Who) []string
	// Spool is the memory in which documents lie while they are taken. Nil has no bound.
	Spool *document.Spool
	// Demo, when there is one, lets anybody be anybody: never outside the demo.
	Demo *Demo
}

// Demo is the user switcher of the demo, whose people are made up.
type Demo struct {
	// People are those whom a visitor may be.
	People func(context.Context) ([]DemoPerson, error)
}

// DemoPerson is a made-up person in one of their roles.
type DemoPerson struct {
	Person   id.Person
	Org      id.Org
	Name     string
	Role     string
	RoleName string
	OrgName  string
	Does     string // what there is to do for this person: "Raises a concern from ward 4"
}

func (o *Options) fillIn() {
	if o.Settings.Service == "" {
		o.Settings.Service = "Heed"
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}
