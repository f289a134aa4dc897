package app

import (
	"heed/internal/directory"
	"heed/internal/id"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// grantorPart is the page on which everybody with a role sees who grants roles, and
// stops the replacing of one of them.
func grantorPart(a *App) web.Part {
	show := func(q *web.Request) (web.Response, error) {
		o, err := a.Directory.Organisation(q.Context(), q.Who().Org)
		if err != nil {
			return nil, err
		}
		names, err := a.names(q, o.Grantors)
		if err != nil {
			return nil, err
		}
		body := []web.Component{nhs.Para("These people together give every role beyond that of a worker:"),
			nhs.Bullets(names...)}
		page := web.Page{Title: "Who grants roles", Body: web.Stack(body...)}
		if o.Replacing != nil {
			told, err := a.replacing(q, *o.Replacing)
			if err != nil {
				return nil, err
			}
			page.Body = q.Form().Ask(web.Question{Before: append(body, told...), Send: "Stop this"})
		}
		return page, nil
	}
	stop := func(q *web.Request) (web.Response, error) {
		if err := a.Directory.StopReplacement(q.Context(), q.Who().Org, q.Who().Person); err != nil {
			return nil, err
		}
		return web.SeeOther("/grantors"), nil
	}
	return web.Part{Name: "grantors", Routes: []web.Route{
		web.Get("/grantors", web.SignedIn, "Who grants roles", show),
		web.Post("/grantors", web.SignedIn, "Who grants roles", stop),
	}}
}

func (a *App) names(q *web.Request, people []id.Person) ([]string, error) {
	var out []string
	for _, g := range people {
		p, err := a.Directory.Person(q.Context(), g)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Name)
	}
	return out, nil
}

// replacing says what is about to happen.
func (a *App) replacing(q *web.Request, r directory.Replacement) ([]web.Component, error) {
	both, err := a.names(q, []id.Person{r.Out, r.In})
	if err != nil {
		return nil, err
	}
	by, err := a.names(q, r.By)
	if err != nil {
		return nil, err
	}
	return []web.Component{
		nhs.InsetText{Content: nhs.Group{nhs.Para(both[1] + " is to take the place of " + both[0] + " on " +
			words.Moment(r.Until) + "."),
			nhs.Para("On the word of:"), nhs.Bullets(by...)}},
		nhs.Para("If you did not expect this, stop it and ring them. Nothing is lost: it can be begun again."),
	}, nil
}
