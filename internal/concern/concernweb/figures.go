package concernweb

import (
	"heed/internal/access"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// figureRoutes are the page of the figures of all concerns, for everybody who works here.
func (p *pages) figureRoutes() []web.Route {
	return []web.Route{p.FigureRoute(func(q *web.Request) (web.Response, error) {
		if q.Actor().Role == access.Lead {
			return p.FiguresPage(q, "/inbox", inboxTabs(p.desk.Inbox(), roomweb.Figures))
		}
		return p.FiguresPage(q, "/mine", nil)
	})}
}

// toFigures is the way there.
func (p *pages) toFigures() web.Component {
	return nhs.Paragraph{Content: nhs.Link{Text: "Figures of all concerns", Href: p.Base + roomweb.Figures}}
}
