package concernweb

import (
	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

func (p *pages) inboxRoutes() []web.Route {
	return []web.Route{web.Get("/inbox", string(access.ListInbox), sectionInbox, p.inbox)}
}

// inbox shows one list of the team's concerns, what is due first on top. No word
// of what was written and no name of a person it is about stands in a list.
func (p *pages) inbox(q *web.Request) (web.Response, error) {
	lists := p.desk.Inbox()
	current := lists[0]
	for _, l := range lists {
		if q.Query("list") == l.ID {
			current = l
		}
	}
	page, err := p.listed(q, current.ID)
	if err != nil {
		return nil, err
	}
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	body := p.inboxTable(q, o, page.Rows, current.Title)
	if len(page.Rows) == 0 {
		body = nhs.Para(current.Empty)
	}
	return web.Page{Title: sectionInbox, Section: sectionInbox, Nav: "/inbox", Wide: true, Body: web.Stack(
		inboxTabs(lists, current.ID),
		body,
		turn("/inbox?list="+current.ID+"&", q.PageNumber(), page.Next != ""),
	)}, nil
}

func inboxTabs(lists []process.List, current string) web.Component {
	nav := casework.SubNavigation{Label: "Lists"}
	for _, l := range lists {
		nav.Items = append(nav.Items, casework.SubItem{Text: l.Title, Href: "/inbox?list=" + l.ID, Current: l.ID == current})
	}
	return nav
}

func (p *pages) inboxTable(q *web.Request, o directory.Organisation, rows []room.Row, title string) web.Component {
	name := p.Directory.Names(q.Context())
	today := workday.Of(q.Now())
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: title, Size: nhs.SizeM},
		Head: nhs.Heads("Reference", "Where it stands", "Received", "Age", "Next due", "Who has it")}
	for _, r := range rows {
		if r.State.Record.IsZero() { // damaged
			t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.NoWrap(r.Reference)}, {Text: r.Label}, {}, {}, {}, {}})
			continue
		}
		t.Rows = append(t.Rows, []nhs.Cell{
			{Content: nhs.Link{Content: nhs.NoWrap(r.Reference), Href: "/cases/" + string(r.Reference)}},
			{Text: r.Label}, {Text: words.Date(r.At)}, {Text: ageInDays(o, workday.Of(r.At), today)},
			{Content: casework.DueCell(q.Now(), r.Due.At, "")}, {Text: name(r.Owner)},
		})
	}
	return t
}
