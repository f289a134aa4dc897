package roomweb

import (
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Figures is where the closed figures of a room stand, below its base.
const Figures = "/figures"

// FiguresTitle is what that page is called.
const FiguresTitle = "Figures"

func (p *Pages) figureRoutes() []web.Route {
	if len(p.Room.Latest().Figures) == 0 {
		return nil
	}
	return []web.Route{p.FigureRoute(func(q *web.Request) (web.Response, error) {
		return p.FiguresPage(q, p.Base, p.tabs(q, p.Base+Figures))
	})}
}

// FigureRoute is the page of a room's figures.
func (p *Pages) FigureRoute(show func(*web.Request) (web.Response, error)) web.Route {
	return web.Get(p.Base+Figures, web.SignedIn, "Figures of "+p.Room.Many, show)
}

// FiguresPage is the closed figures of the room, with what stands above them.
func (p *Pages) FiguresPage(q *web.Request, nav string, above web.Component) (web.Response, error) {
	got, err := p.Desk.Figures(q.Context(), q.Actor(), p.Room)
	if err != nil {
		return nil, err
	}
	body := []web.Component{above, nhs.Para("Each month or quarter is counted once it is over, as of the " +
		"end of the seventh day after it. What is recorded later is added in a further edition."),
		nhs.InsetText{Text: "Numbers are rounded to the nearest 5. A star stands for none or few, or for a number from " +
			"which few could be worked out."}}
	for _, f := range got.Figures {
		body = append(body, nhs.Heading{Text: f.Title, Level: 2, Size: nhs.SizeM}, nhs.Para(f.Note), figureTable(f))
	}
	return web.Page{Title: "Figures of " + p.Room.Many, Section: p.Section, Nav: nav, Wide: true,
		Body: web.Stack(body...)}, nil
}

func figureTable(f room.ServedFigure) web.Component {
	if len(f.Rows) == 0 {
		return nhs.Para("No period has been closed yet.")
	}
	period := "Month"
	if f.Period == process.PerQuarter {
		period = "Quarter"
	}
	heads := []string{period}
	if len(f.Columns) > 1 {
		for _, c := range f.Columns {
			heads = append(heads, c.Label)
		}
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: f.Title + ", newest first", Size: nhs.SizeS},
		Head: nhs.Heads(append(heads, "All")...)}
	for _, r := range f.Rows {
		said := r.Period.Words()
		if r.Edition > 1 {
			said += ", edition " + words.Number(r.Edition) + ", with what was recorded until " + words.Date(r.AsOf)
		}
		cells := []nhs.Cell{{Text: said}}
		for i := range len(heads) {
			switch {
			case r.Withheld != "":
				cells = append(cells, nhs.Cell{Text: "Withheld"})
			case r.Cells[i] == "":
				cells = append(cells, nhs.Cell{Text: "Not counted"})
			default:
				cells = append(cells, nhs.Cell{Text: r.Cells[i]})
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}
