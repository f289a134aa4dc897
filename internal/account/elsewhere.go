package account

import (
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/provider"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const (
	pathElsewhere = path + "/elsewhere"
	pathAddElse   = pathElsewhere + "/{provider}/add"
	pathGoElse    = pathElsewhere + "/{provider}/go"
	pathTakeElse  = pathElsewhere + "/{link}"

	titleAddElse  = "Add a log-in elsewhere"
	titleTakeElse = "Take this log-in away"
)

func (h *pages) elsewhereRoutes() []web.Route {
	return []web.Route{
		web.Get(pathAddElse, web.SignedIn, titleAddElse, h.recent(h.addElsewhere)),
		web.Get(pathGoElse, web.SignedIn, "Go to a provider, to add it", h.recent(h.goElsewhere)),
		web.Get(pathTakeElse, web.SignedIn, titleTakeElse, h.recent(h.takeElsewhere)),
		web.Post(pathTakeElse, web.SignedIn, titleTakeElse, h.recent(h.sendTakeElsewhere)),
	}
}

// elsewhere are the person's links, and the providers at which they have none.
func (h *pages) elsewhere(p directory.Person) []web.Component {
	all := h.directory.Providers.All()
	links := p.Links()
	if len(all) == 0 && len(links) == 0 {
		return nil
	}
	body := []web.Component{nhs.Heading{Level: 2, Text: "Log-ins elsewhere", Size: nhs.SizeM},
		nhs.Para("You can log in here with an account that you have elsewhere. It never gives you a role.")}
	for _, l := range links {
		name := h.nameOf(l)
		body = append(body, nhs.SummaryList{Card: &nhs.Card{Heading: nhs.CardHeading{Text: name, Level: 3},
			Actions: []nhs.Action{{Text: "Take away", Hidden: name, Href: pathElsewhere + "/" + l.Handle()}}},
			Rows: []nhs.SummaryRow{nhs.Row("Added", words.Date(l.Added))}})
	}
	for _, p := range all {
		if !linkedWith(links, p) {
			body = append(body, nhs.Button{Text: "Add " + p.Name, Href: pathElsewhere + "/" + p.ID + "/add",
				Variant: nhs.Secondary})
		}
	}
	return body
}

func linkedWith(links []directory.Link, p *provider.Provider) bool {
	for _, l := range links {
		if l.Issuer == p.Issuer {
			return true
		}
	}
	return false
}

// nameOf is what people call the provider of a link.
func (h *pages) nameOf(l directory.Link) string {
	for _, p := range h.directory.Providers.All() {
		if p.Issuer == l.Issuer {
			return p.Name
		}
	}
	return "One that this service does not use any more"
}

func (h *pages) addElsewhere(q *web.Request) (web.Response, error) {
	p, err := h.directory.Providers.Find(q.Path("provider"))
	if err != nil {
		return nil, err
	}
	return web.Page{Title: titleAddElse, Back: path, Body: web.Stack(
		nhs.Para("You go to "+p.Name+" and log in there. From then on that account lets you log in here. Use your own: "+
			"if this computer is shared, see that nobody else is logged in there."),
		nhs.Para("Your password and passkeys go on as before. Logging out here does not log you out there."),
		nhs.Button{Text: "Go to " + p.Name, Href: pathElsewhere + "/" + p.ID + "/go"})}, nil
}

func (h *pages) goElsewhere(q *web.Request) (web.Response, error) {
	return q.AddElsewhere(q.Path("provider"))
}

func (h *pages) takeElsewhere(q *web.Request) (web.Response, error) {
	p, err := h.directory.Person(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	for _, l := range p.Links() {
		if l.Handle() == q.Path("link") {
			return web.Page{Title: titleTakeElse, Back: path, Body: q.Form().Ask(web.Question{Send: titleTakeElse, Warn: true,
				Before: []web.Component{nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("Name", h.nameOf(l)),
					nhs.Row("Added", words.Date(l.Added))}},
					nhs.Para("Nobody can log in here with it any more, and you are logged out everywhere but here.")}})}, nil
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

func (h *pages) sendTakeElsewhere(q *web.Request) (web.Response, error) {
	if err := h.directory.Unlink(q.Context(), q.Actor(), q.Path("link")); err != nil {
		return nil, err
	}
	return web.Redirect{To: path, Flash: "The log-in was taken away"}, q.RenewSession()
}
