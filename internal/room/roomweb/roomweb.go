// Package roomweb is the pages of every room: its lists, a record with its steps
// and timeline, the form of each step, who has opened it, and the print view. All of
// them are made from the room's definition.
//
// It keeps true: a page is built from what the desk gives after the reading was
// recorded; no title, address or notice holds a typed word; every choice about what
// may be done comes from the desk.
package roomweb

import (
	"context"
	"slices"
	"strconv"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

type pages struct {
	room      *room.Room
	desk      *room.Desk
	directory *directory.Desk
	base      string // "/policies"
	section   string // "Policies"
}

// Part is the routes of a room.
func Part(r *room.Room, desk *room.Desk, people *directory.Desk) web.Part {
	p := &pages{room: r, desk: desk, directory: people, base: "/" + r.Many, section: words.Sentence(r.Many)}
	in := web.SignedIn // the desk asks access about every list and record
	one := p.base + "/{ref}"
	begin := r.First().Label
	most := 0
	for _, s := range r.Steps() {
		most = max(most, len(field.Documents(s.Fields)))
	}
	return web.Part{Name: r.Name, Nav: []web.NavItem{{Text: p.section, Path: p.base, For: r.Nav}}, Routes: append([]web.Route{
		web.Get(p.base, in, p.section, p.lists),
		web.Get(p.base+"/new", in, begin, p.showFirst),
		web.Post(p.base+"/new", in, begin, p.sendFirst).Takes(len(field.Documents(r.First().Fields))),
		web.Get(p.base+"/new/paper", in, begin+": a form to fill in by hand", p.paper),
		web.Get(one, in, words.Sentence(r.One), p.record),
		web.Get(one+"/access", in, "Who has opened it", p.readers),
		web.Get(one+"/documents/{version}/{number}", in, "A document of a "+r.One, p.document),
		web.Get(one+"/{step}", in, "A step of a "+r.One, p.showStep),
		web.Post(one+"/{step}", in, "A step of a "+r.One, p.sendStep).AsksAgain().Takes(most),
	}, p.readingRoutes()...)}
}

func (p *pages) path(ref id.Reference) string { return p.base + "/" + string(ref) }

// names gives the names of people for a page, each looked up once.
func (p *pages) names(ctx context.Context) func(id.Person) string {
	known := map[id.Person]string{}
	return func(x id.Person) string {
		if x.IsZero() {
			return ""
		}
		if _, ok := known[x]; !ok {
			known[x] = "Somebody who has left"
			if who, err := p.directory.Person(ctx, x); err == nil {
				known[x] = who.Name
			}
		}
		return known[x]
	}
}

// namer gives the words of an answer that names somebody, a team, or an entry of the record.
func (p *pages) namer(ctx context.Context, v room.View, name func(id.Person) string) field.Namer {
	return func(k field.Kind, value string) string {
		switch k {
		case field.Person:
			if x, err := id.ParsePerson(value); err == nil {
				return name(x)
			}
		case field.Team:
			o, _ := p.directory.Organisation(ctx, v.Org)
			for _, t := range o.Teams {
				if t.ID.String() == value {
					return t.Name
				}
			}
		case field.Entry:
			for _, t := range v.Taken {
				if strconv.FormatInt(t.Version, 10) == value {
					return p.entry(v, t)
				}
			}
		}
		return value
	}
}

// offers are the choices of fields that name somebody or something: those of the
// organisation who hold one of the field's roles, its teams, the record's own entries.
func (p *pages) offers(q *web.Request, v room.View) func(field.Field) ([]fieldweb.Option, error) {
	return func(f field.Field) ([]fieldweb.Option, error) {
		switch f.Kind {
		case field.Person:
			return p.holders(q, f.Of)
		case field.Team:
			return p.teams(q)
		case field.Entry:
			var out []fieldweb.Option
			for _, t := range v.Taken {
				out = append(out, fieldweb.Option{ID: strconv.FormatInt(t.Version, 10), Label: p.entry(v, t)})
			}
			return out, nil
		}
		return nil, nil
	}
}

// entry is a step as it is named where another speaks of it.
func (p *pages) entry(v room.View, t room.Taken) string {
	return p.said(v, t) + ", " + words.Moment(t.At)
}

func (p *pages) holders(q *web.Request, of []string) (out []fieldweb.Option, err error) {
	people, err := p.directory.Everybody(q.Context(), q.Who().Org)
	for _, x := range people {
		holds := slices.ContainsFunc(of, func(role string) bool { return x.Has(access.Role(role)) })
		if holds && !x.Left {
			out = append(out, fieldweb.Option{ID: x.ID.String(), Label: x.Name})
		}
	}
	return out, err
}

func (p *pages) teams(q *web.Request) (out []fieldweb.Option, err error) {
	o, err := p.directory.Organisation(q.Context(), q.Who().Org)
	for _, t := range o.Teams {
		out = append(out, fieldweb.Option{ID: t.ID.String(), Label: t.Name})
	}
	return out, err
}

// lists shows one list of the room, with the others beside it.
func (p *pages) lists(q *web.Request) (web.Response, error) {
	all := p.mayList(q)
	if len(all) == 0 {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	current := all[0]
	for _, l := range all {
		if q.Query("list") == l.ID {
			current = l
		}
	}
	after := q.Query("after")
	page, err := p.desk.List(q.Context(), q.Actor(), p.room, room.Query{List: current.ID, Limit: perPage, After: after})
	if err != nil {
		return nil, err
	}
	var body web.Component = nhs.Para(current.Empty)
	if len(page.Rows) > 0 {
		body = p.table(q, page)
	}
	here := p.list(current.ID)
	return web.Page{Title: p.section, Section: p.section, Nav: p.base, Wide: true, Body: web.Stack(
		p.beginButton(q), p.tabs(q, here), body, further(here, after, page.Next))}, nil
}

const perPage = 25

func (p *pages) beginButton(q *web.Request) web.Component {
	if !p.desk.MayBegin(q.Actor(), p.room) {
		return nil
	}
	return nhs.Button{Text: p.room.First().Label, Href: p.base + "/new"}
}
