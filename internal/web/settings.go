package web

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"heed/internal/clock"
)

// Settings are the words of one installation that every page may show.
type Settings struct {
	Service  string // "Heed"; neutral: a person may look over a shoulder
	OrgName  string // the organisation whose installation this is, for pages before sign-in
	Phase    string // "alpha", "beta" or "" when the service is live
	Feedback string // address or path of the feedback link in the phase banner
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
	// Idle and Absolute are the limits of a session: 15 minutes (at most 30) and 8 hours.
	Idle, Absolute time.Duration
	// TrustedProxies may tell the client's address in X-Forwarded-For; from anybody else it is not read.
	TrustedProxies []netip.Prefix
	// May says whether this person may use a function (a route's access rule).
	// Nil or an error: fail.Refused with words that say who may. Nil allows whoever is signed in.
	May func(ctx context.Context, who Who, rule string) error
	// Sessions keeps who is signed in; nil leaves only the public pages.
	Sessions *Sessions
}

const (
	defaultIdle     = 15 * time.Minute
	mostIdle        = 30 * time.Minute
	defaultAbsolute = 8 * time.Hour
)

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
	if o.Idle <= 0 {
		o.Idle = defaultIdle
	}
	o.Idle = min(o.Idle, mostIdle)
	if o.Absolute <= 0 || o.Absolute > defaultAbsolute {
		o.Absolute = defaultAbsolute
	}
}
