package app

import (
	"context"
	"encoding/json"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/provider"
	"heed/internal/session"
	"heed/internal/web"
)

// accounts shows the directory to the web kit.
type accounts struct{ a *App }

func (x accounts) CheckPassword(ctx context.Context, login, password string) (id.Person, error) {
	return x.a.Directory.CheckPassword(ctx, login, password)
}

func (x accounts) CheckCode(ctx context.Context, person id.Person, code string) error {
	return x.a.Directory.CheckCode(ctx, person, code)
}

func (x accounts) CheckAll(ctx context.Context, login, password, code string) (id.Person, error) {
	return x.a.Directory.CheckAll(ctx, login, password, code)
}

func (x accounts) AskPasskey(ctx context.Context) (json.RawMessage, error) {
	return x.a.Directory.AskPasskey(ctx)
}

func (x accounts) CheckPasskey(ctx context.Context, answer []byte) (id.Person, error) {
	return x.a.Directory.CheckPasskey(ctx, answer)
}

func (x accounts) AskProvider(ctx context.Context, a provider.Asked) (string, error) {
	return x.a.Directory.AskProvider(ctx, a)
}

func (x accounts) CheckProvider(ctx context.Context, a provider.Answer) (session.Elsewhere, error) {
	e, err := x.a.Directory.CheckProvider(ctx, a)
	return session.Elsewhere{Person: e.Person, SecondFactor: e.Second, Proved: e.Proved}, err
}

// elsewhere are the providers as the pages name them.
func (a *App) elsewhere() (all []web.Elsewhere) {
	for _, p := range a.Directory.Providers.All() {
		all = append(all, web.Elsewhere{ID: p.ID, Name: p.Name})
	}
	return all
}

// Who is asked with every request, so that a right taken back is gone at once.
func (x accounts) Who(ctx context.Context, person id.Person, role string) (session.Who, error) {
	p, err := x.a.Directory.Person(ctx, person)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
		return session.Who{}, fail.New(fail.SignIn, "Log in to continue")
	}
	if err != nil {
		return session.Who{}, err
	}
	actor, err := p.Actor(access.Role(role), true)
	if err != nil {
		return session.Who{}, err
	}
	o, err := x.a.Directory.Organisation(ctx, p.Org)
	if err != nil {
		return session.Who{}, err
	}
	w := session.Who{Person: p.ID, Name: p.Name, Org: p.Org, OrgName: o.Name, Team: actor.Team, Role: string(actor.Role),
		RoleName: actor.Role.Label(), Since: p.Since}
	for _, g := range p.Grants {
		w.Roles = append(w.Roles, session.RoleChoice{Role: string(g.Role), Name: g.Role.Label()})
	}
	return w, nil
}

// may asks access about a function.
func (a *App) may(_ context.Context, w session.Who, rule string) error {
	actor := access.Actor{Person: w.Person, Org: w.Org, Role: access.Role(w.Role), Team: w.Team, MFA: w.SecondFactor}
	r := access.Function(w.Org)
	return a.Policy.Decide(actor, access.Action(rule), r, access.Context{}).Err(r)
}

// settings are the words of the installation: those of its first organisation.
func (a *App) settings(ctx context.Context) (web.Settings, error) {
	all, err := a.Directory.Organisations(ctx)
	if err != nil {
		return web.Settings{}, err
	}
	s := web.Settings{Service: "Heed", Phase: "alpha", Version: Version}
	if len(all) > 0 {
		o := all[0]
		s.OrgName, s.Phone, s.LeaveTo = o.Name, o.Telephone, o.ExitURL
		if len(o.Teams) > 0 {
			lead := o.Teams[0].Lead
			s.Contact = []string{o.Teams[0].Name, lead.Name, lead.Telephone}
			s.Phone = or(lead.Telephone, s.Phone)
		}
	}
	if a.Config.Demo {
		s.DemoBanner = "This is a demonstration. Everybody in it is made up. Do not type anything about a real person."
	}
	return s, nil
}

func kind(err error) string { return fail.KindOf(err).String() }

// demoPeople are those whom a visitor of the demo may be.
func (a *App) demoPeople(ctx context.Context) ([]web.DemoPerson, error) {
	orgs, err := a.Directory.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.DemoPerson
	for _, o := range orgs {
		people, err := a.Directory.Everybody(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			for _, g := range p.Grants {
				out = append(out, web.DemoPerson{Person: p.ID, Org: o.ID, Name: p.Name, Role: string(g.Role),
					RoleName: g.Role.Label(), OrgName: o.Name, Does: p.Job})
			}
		}
	}
	return out, nil
}

// Now is the installation's time.
func (a *App) Now() time.Time { return a.Clock.Now() }
