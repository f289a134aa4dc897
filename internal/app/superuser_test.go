package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/store/storetest"
)

// TestASuperuserIsSaid: whoever serves as a user who may do anything on the database's server reads it in
// the log, as does who may become one; who has a user of its own does not. Seen to fail: a member of a superuser was
// served without a word.
func TestASuperuserIsSaid(t *testing.T) {
	places(t, func(p place) {
		said := func(c app.Config) bool {
			var log bytes.Buffer
			a, err := app.Open(context.Background(), c, clock.System{}, slog.New(slog.NewTextHandler(&log, nil)))
			check(p.t, err)
			check(p.t, a.Serve(context.Background(), &http.Server{}, func() error { return http.ErrServerClosed }))
			check(p.t, a.Close())
			return strings.Contains(log.String(), "superuser")
		}
		if said(p.c) != (p.c.DB != "") { // the tests' server has one user, who may do anything
			p.t.Error("as the first user: not as it is")
		}
		if p.c.DB == "" {
			return
		}
		own := place{p.t, app.Config{Data: p.t.TempDir(), DB: storetest.Postgres(p.t)}}
		own.sql(`create role plain login; grant create, usage on schema public to plain`)
		first := own.c.DB
		defer func() { own.c.DB = first; own.sql(`drop owned by plain; drop role plain`) }()
		at, err := url.Parse(first)
		check(p.t, err)
		at.User = url.User("plain")
		own.c.DB = at.String()
		own.found()
		if said(own.c) {
			p.t.Error("a user of Heed's own is said to be a superuser")
		}
		own.c.DB = first
		own.sql(`do $$ begin execute format('grant %I to plain', current_user); end $$`)
		own.c.DB = at.String()
		if !said(own.c) {
			p.t.Error("a user who may become a superuser by set role is not said to be one")
		}
	})
}
