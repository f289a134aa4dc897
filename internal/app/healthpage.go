package app

import (
	"strconv"

	"heed/internal/access"
	"heed/internal/jobs"
	"heed/internal/store"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// healthPart is the page on which an administrator sees what stands still, and
// whose notices do not arrive.
func healthPart(a *App) web.Part {
	show := func(q *web.Request) (web.Response, error) {
		var still []string
		for _, p := range a.Standing(q.Context()) {
			if p.Err != nil {
				still = append(still, p.Name+": "+p.Words())
			}
		}
		body := []web.Component{nhs.Para("Everything goes on.")}
		if len(still) > 0 {
			body = []web.Component{nhs.Para("This stands still:"), nhs.Bullets(still...)}
		}
		refused, err := a.refusedTable(q)
		if err != nil {
			return nil, err
		}
		return web.Page{Title: "Is the service well?", Back: "/", Body: web.Stack(append(body, refused...)...)}, nil
	}
	return web.Part{Name: "health", Routes: []web.Route{
		web.Get("/service", string(access.ViewHealth), "Is the service well?", show),
	}}
}

func (a *App) refusedTable(q *web.Request) ([]web.Component, error) {
	var all []jobs.Refused
	err := a.Store.View(q.Context(), func(tx *store.Tx) (err error) {
		all, err = a.Jobs.RefusedIn(tx, q.Who().Org)
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "People whose mail does not arrive",
		Size: nhs.SizeM}, Head: nhs.Heads("Person", "Since", "Stopped at", "Number")}
	for _, r := range all {
		p, err := a.Directory.Person(q.Context(), r.Person)
		if err != nil {
			return nil, err
		}
		number := ""
		if r.Code != 0 {
			number = strconv.FormatInt(r.Code, 10)
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Text: p.Name}, {Text: words.Moment(r.At)}, {Text: r.Stage}, {Text: number}})
	}
	return []web.Component{t, nhs.Para("Ask each of them for an address that works. What waits for them stands in " +
		"their lists.")}, nil
}
