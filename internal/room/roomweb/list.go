package roomweb

import (
	"slices"

	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// mayList are the lists that this person may see.
func (p *Pages) mayList(q *web.Request) []process.List {
	return p.Desk.MayList(q.Actor(), p.Room)
}

// tabs are the lists of the room, and what this person is asked to read; current is the
// address of the one that is shown.
func (p *Pages) tabs(q *web.Request, current string) web.Component {
	nav := casework.SubNavigation{Label: "Lists"}
	add := func(text, href string) {
		nav.Items = append(nav.Items, casework.SubItem{Text: text, Href: href, Current: href == current})
	}
	for _, l := range p.mayList(q) {
		if l.Sent { // one register, over all kinds of record
			add(l.Title, register)
			continue
		}
		add(l.Title, p.list(l.ID))
	}
	if p.Room.Latest().Audience.Given() {
		add(toReadWords, p.Base+toRead)
	}
	if c := p.Room.Latest().Coverage; c.Given() && slices.ContainsFunc(p.mayList(q),
		func(l process.List) bool { return l.ID == c.List }) {
		add(c.Title, p.Base+covered)
	}
	if len(nav.Items) < 2 {
		return nil
	}
	return nav
}

// list is the address of a list.
func (p *Pages) list(id string) string { return p.Base + "?list=" + id }

// further leads to the next page and back to the first: a cursor has no numbers.
func further(here, after, next string) web.Component {
	pg := nhs.Pagination{}
	if after != "" {
		pg.Previous = nhs.PageLink{Href: here, Text: "First page"}
	}
	if next != "" {
		pg.Next = nhs.PageLink{Href: here + "&after=" + next}
	}
	if after == "" && next == "" {
		return nil
	}
	return pg
}

func (p *Pages) table(q *web.Request, page room.Page) web.Component {
	name := p.Directory.Names(q.Context())
	titled := p.Room.Latest().Entitled != ""
	heads := []string{"Reference", "Where it stands", "Next due", "Who has it"}
	if titled {
		heads = append([]string{"Title"}, heads...)
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: page.List.Title, Size: nhs.SizeM},
		Head: nhs.Heads(heads...)}
	for _, r := range page.Rows {
		ref := nhs.Cell{Content: nhs.NoWrap(r.Reference)}
		if r.Title == "" {
			ref = nhs.Cell{Content: nhs.Link{Content: nhs.NoWrap(r.Reference), Href: p.Path(r.Reference)}}
		}
		cells := []nhs.Cell{ref, {Text: r.Label},
			{Content: casework.DueCell(q.Now(), r.Due.At, r.Due.Label)}, {Text: orNobody(name(r.Owner))}}
		if titled {
			cells = append([]nhs.Cell{titleCell(r, p.Path(r.Reference))}, cells...)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// titleCell is the title as the way to the record; one without has the link on its reference.
func titleCell(r room.Row, to string) nhs.Cell {
	if r.Title == "" {
		return nhs.Cell{}
	}
	return nhs.Cell{Content: nhs.Link{Content: nhs.Isolated(r.Title), Href: to}}
}

func orNobody(name string) string {
	if name == "" {
		return "Nobody yet"
	}
	return name
}
