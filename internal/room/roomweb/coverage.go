package roomweb

import (
	"time"

	"heed/internal/measure/sheet"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// What records of a room cover, item by item, and as a file for a spreadsheet.
const (
	covered     = "/what-is-covered"
	coveredFile = covered + "/csv"
)

func (p *Pages) coverageRoutes() []web.Route {
	c := p.Room.Latest().Coverage
	if !c.Given() {
		return nil
	}
	return []web.Route{
		web.Get(p.Base+covered, web.SignedIn, c.Title, p.coverage),
		web.Get(p.Base+coveredFile, web.SignedIn, c.Title+": a file for a spreadsheet", p.coverageFile),
	}
}

func (p *Pages) coverage(q *web.Request) (web.Response, error) {
	all, whole, err := p.Desk.Coverage(q.Context(), q.Actor(), p.Room)
	if err != nil {
		return nil, err
	}
	c := p.Room.Latest().Coverage
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: c.Item + ", and what in force names it",
		Size: nhs.SizeM},
		Head: nhs.Heads(c.Item, "Covered by", "Next due")}
	have := 0
	for _, x := range all {
		if len(x.By) == 0 {
			t.Rows = append(t.Rows, []nhs.Cell{{Text: x.Label},
				{Content: nhs.Group{nhs.Tag{Text: "Missing", Colour: nhs.Red}, nhs.Text(" " + c.Missing)}}, {Text: "Nothing due"}})
			continue
		}
		have++
		for _, r := range x.By {
			t.Rows = append(t.Rows, []nhs.Cell{{Text: x.Label}, p.covering(r),
				{Content: casework.DueCell(q.Now(), r.Due.At, r.Due.Label)}})
		}
	}
	body := []web.Component{p.tabs(q, p.Base+covered),
		nhs.Para(words.Number(have) + " of " + words.Number(len(all)) + " are covered."), t,
		nhs.Paragraph{Content: nhs.Link{Text: "Save this as a file for a spreadsheet (CSV)", Href: p.Base + coveredFile}}}
	if !whole {
		body = append(body, nhs.Para("There are more "+p.Room.Many+" than were looked at: what stands as missing may be "+
			"covered by one of them."))
	}
	return web.Page{Title: c.Title, Section: p.Section, Nav: p.Base, Wide: true, Body: web.Stack(body...)}, nil
}

func (p *Pages) covering(r room.Row) nhs.Cell {
	if r.Title == "" {
		return nhs.Cell{Content: nhs.Link{Content: nhs.NoWrap(r.Reference), Href: p.Path(r.Reference)}}
	}
	return nhs.Cell{Content: nhs.Group{nhs.Link{Content: nhs.Isolated(r.Title), Href: p.Path(r.Reference)}, nhs.Text(", "),
		nhs.NoWrap(r.Reference)}}
}

// coverageFile is the same as a table, one row for an item and what covers it.
func (p *Pages) coverageFile(q *web.Request) (web.Response, error) {
	all, _, err := p.Desk.Coverage(q.Context(), q.Actor(), p.Room)
	if err != nil {
		return nil, err
	}
	c, name := p.Room.Latest().Coverage, p.Directory.Names(q.Context())
	t := sheet.Table{Name: "Covered", Title: c.Title,
		Header: []string{c.Item, "Reference", "Title", "Where it stands", "Next due", "Due on", "Who has it"}}
	for _, x := range all {
		if len(x.By) == 0 {
			t.Rows = append(t.Rows, texts(x.Label, "", "", c.Missing, "", "", ""))
		}
		for _, r := range x.By {
			on := ""
			if !r.Due.At.IsZero() {
				on = r.Due.Day.Start().Format(time.DateOnly)
			}
			t.Rows = append(t.Rows, texts(x.Label, string(r.Reference), r.Title, r.Label, r.Due.Label, on,
				orNobody(name(r.Owner))))
		}
	}
	body, err := sheet.CSV(t)
	return web.Download{Name: p.Room.Many + "-covered.csv", Type: "text/csv; charset=utf-8", Body: body}, err
}

// texts are cells of text; one that is not applicable says so.
func texts(all ...string) (out []sheet.Cell) {
	for _, s := range all {
		if s == "" {
			s = "[z]"
		}
		out = append(out, sheet.T(s))
	}
	return out
}
