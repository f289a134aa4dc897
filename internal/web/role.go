package web

import (
	"html/template"
	"net/http"
	"slices"

	"heed/internal/fail"
	"heed/internal/session"
	"heed/internal/web/nhs"
)

type roleModel struct {
	Hidden template.HTML
	Roles  nhs.Radios
	Button nhs.Button
}

var roleView = NewView(files, "role.html", roleModel{})

func (s *Site) showRole(q *Request) (Response, error) {
	f := q.Form()
	f.Default("role", q.who.Role)
	items := make([]nhs.Radio, len(q.who.Roles))
	for i, r := range q.who.Roles {
		items[i] = nhs.Radio{Value: r.Role, Text: r.Name}
	}
	return Page{Title: "Change role", Question: true, Back: "/", Body: roleView.With(roleModel{
		Hidden: f.Hidden(),
		Roles: f.Radios(nhs.Radios{Name: "role", Items: items, Legend: nhs.Legend{Text: "Change role", PageHeading: true,
			Size: nhs.SizeL},
			Hint: nhs.Hint{Text: "You act in one role at a time. What you do is written down with it."}}),
		Button: nhs.Button{Text: "Change role"},
	})}, nil
}

// changeRole draws a new token: what was known of the session before is worth nothing in the new role.
func (s *Site) changeRole(q *Request) (Response, error) {
	f := q.Form()
	offered := make([]string, len(q.who.Roles))
	for i, r := range q.who.Roles {
		offered[i] = r.Role
	}
	role := f.Choice("role", Ask{What: "your role", Needed: true}, offered...)
	if err := f.Err(); err != nil {
		return nil, err
	}
	token, err := s.o.Sessions.ChangeRole(q.Context(), *q.session, role)
	if err != nil {
		return nil, err
	}
	s.setCookie(q.writer, token)
	return SeeOther("/"), nil
}

type demoModel struct {
	Hidden template.HTML
	People []demoRow
}

type demoRow struct {
	Name, RoleName, OrgName, Does string
	Value                         string
}

var demoView = NewView(files, "demo-people.html",
	demoModel{People: []demoRow{{"Amara Nwosu", "Ward staff", "Northmoor", "Raises a concern", "0a worker"}}})

func (s *Site) demoRoutes() []Route {
	if s.o.Demo == nil {
		return nil
	}
	return []Route{
		Get("/demo/people", Public, "Be somebody in the demo", s.showDemo),
		Post("/demo/people", Public, "Be somebody in the demo", s.becomeDemo),
	}
}

func (s *Site) showDemo(q *Request) (Response, error) {
	people, err := s.o.Demo.People(q.Context())
	if err != nil {
		return nil, err
	}
	m := demoModel{Hidden: q.Form().Hidden()}
	for _, p := range people {
		m.People = append(m.People, demoRow{p.Name, p.RoleName, p.OrgName, p.Does, demoValue(p)})
	}
	return Page{Title: "Who do you want to be?", Section: "Demo", Wide: true, Body: demoView.With(m)}, nil
}

func demoValue(p DemoPerson) string { return p.Person.String() + " " + p.Role }

func (s *Site) becomeDemo(q *Request) (Response, error) {
	people, err := s.o.Demo.People(q.Context())
	if err != nil {
		return nil, err
	}
	wanted := q.Form().typed.Get("be")
	i := slices.IndexFunc(people, func(p DemoPerson) bool { return demoValue(p) == wanted })
	if i < 0 {
		return nil, fail.New(fail.Bad, "Select who you want to be")
	}
	p := people[i]
	token, err := s.o.Sessions.Begin(q.Context(), p.Person, p.Org, p.Role)
	if err != nil {
		return nil, err
	}
	if q.session != nil {
		if err := s.o.Sessions.End(q.Context(), *q.session); err != nil {
			return nil, err
		}
	}
	s.setCookie(q.writer, token)
	return SeeOther("/"), nil
}

// leaveModel leads away from the service.
type leaveModel struct {
	Lines []string
	To    string
}

var leaveView = NewView(files, "leave.html", leaveModel{Lines: []string{isOut}, To: "https://www.bbc.co.uk/weather"})

// leave keeps what was typed, ends the session and leads to a page that says
// nothing of this one. It answers with a page and not with a redirect, because
// form-action 'self' would stop a form that leads to another site.
func (s *Site) leave(q *Request) (Response, error) {
	here := q.Form().typed.Get(hereField)
	if q.SignedIn() && localPath(here) && len(q.typedBack()) > 0 { // signed in: it lives, and may hold
		if err := q.hold(here); err != nil {
			noteError(q.http, err) // leaving comes first
		}
	}
	if q.session != nil {
		if err := s.o.Sessions.Leave(q.Context(), *q.session); err != nil {
			noteError(q.http, err)
		}
	}
	s.loseCookie(q.writer)
	forget(q.writer.Header())
	q.who, q.session, q.form = session.Who{}, nil, nil
	return Page{Title: "Opening another page", leaving: s.o.Settings.LeaveTo,
		Body: leaveView.With(leaveModel{s.loggedOut(isOut), s.o.Settings.LeaveTo})}, nil
}

// leaveByLink is the way out of a page without a form, and of the script. Another
// site cannot log somebody out with it.
func (s *Site) leaveByLink(q *Request) (Response, error) {
	if from := q.http.Header.Get("Sec-Fetch-Site"); from == "cross-site" || from == "same-site" {
		return SeeOther("/"), nil
	}
	return s.leave(q)
}

// keepLeft takes what stood in the form of a page that the script is leaving. The
// leaving may have been quicker: it tells for a moment more whose text it is.
func (s *Site) keepLeft(q *Request) (Response, error) {
	here := q.Form().typed.Get(hereField)
	if q.session == nil || !localPath(here) || !s.o.Sessions.MayHold(*q.session) {
		return empty{http.StatusNoContent}, nil
	}
	if err := q.hold(here); err != nil {
		return nil, err
	}
	return empty{http.StatusNoContent}, nil
}
