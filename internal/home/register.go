package home

import (
	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

const (
	pathRegister    = "/sent"
	sectionRegister = "What was sent"
	titleRegister   = "What was sent, and to whom"
	mostSent        = 25 // records on a page
)

// Register is the page of what was sent; it stands behind all kinds of record.
func Register(rooms *room.Desk) web.Part {
	h := &pages{rooms: rooms}
	return web.Part{Name: "register",
		Nav:    []web.NavItem{{Text: sectionRegister, Path: pathRegister, Opens: h.keepsRegister}},
		Routes: []web.Route{web.Get(pathRegister, web.SignedIn, titleRegister, h.register)}} // the desk asks access
}

// keepsRegister says who comes to anything there.
func (h *pages) keepsRegister(a access.Actor) bool { return len(h.rooms.Registers(a)) > 0 }

// register is what left the organisation that identifies a person, and to whom, over all kinds
// of record that somebody may see, a table for each. It writes itself: every line is a step.
func (h *pages) register(q *web.Request) (web.Response, error) {
	all := h.rooms.Registers(q.Actor())
	if len(all) == 0 {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	parts := []web.Component{nhs.Para("Each line is something that identifies a person and left the organisation. " +
		"The step with which that was recorded wrote it. What it was stands in the record.")}
	for _, r := range all {
		if only := q.Query("of"); only != "" && only != r.Many {
			continue
		}
		page, err := h.rooms.List(q.Context(), q.Actor(), r, room.Query{List: process.ListSent, Limit: mostSent,
			After: q.Query("after")})
		if err != nil {
			return nil, err
		}
		parts = append(parts, sentTable(r, page))
		if page.Next != "" {
			parts = append(parts, nhs.Paragraph{Content: nhs.Link{Text: "Show what was sent earlier", Hidden: "from " + r.Many,
				Href: pathRegister + "?of=" + r.Many + "&after=" + page.Next}})
		}
	}
	return web.Page{Title: titleRegister, Section: sectionRegister, Nav: pathRegister, Wide: true,
		Body: web.Stack(parts...)}, nil
}

func sentTable(r *room.Room, page room.Page) web.Component {
	if len(page.Rows) == 0 {
		return nhs.Para("From " + r.Many + " that you may open nothing was sent that identifies a person.")
	}
	t := nhs.Table{Responsive: true, Head: nhs.Heads("Sent", "To", "From", "What was put right since"),
		Caption: nhs.TableCaption{Size: nhs.SizeM,
			Text: "From " + r.Many + ", the one from which something was sent last first"}}
	for _, row := range page.Rows {
		for i := len(row.Sent) - 1; i >= 0; i-- {
			x := row.Sent[i]
			t.Rows = append(t.Rows, []nhs.Cell{{Text: x.Day()}, {Content: nhs.Isolated(x.To)},
				{Content: titled(row, recordOf(row))}, {Text: row.State.SaidTo(x)}})
		}
	}
	return t
}
