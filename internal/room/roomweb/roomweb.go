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
	"sync"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Pages are the pages of a room. What a room has of its own on them may be missing.
type Pages struct {
	Room      *room.Room
	Desk      *room.Desk
	Directory *directory.Desk
	Base      string // "/policies": where its records lie
	Section   string // "Policies"
	Called    string // what a record is called there: "Policy"

	// Frame puts a page of a record where it belongs: what stands above it, and where it
	// leads back to. current is the path of its section.
	Frame func(q *web.Request, v room.View, current string, page *web.Page)
	// Before is what only this record can tell above the questions of a step.
	Before func(q *web.Request, v room.View, info process.StepInfo) []web.Component
	// After stands below every form of a step.
	After func(q *web.Request) web.Component
	// Refused says why a step is somebody else's; "": as every room does.
	Refused func(q *web.Request, v room.View, info process.StepInfo) string
	// Then is where a step leads; "" is the record.
	Then func(q *web.Request, ref id.Reference, info process.StepInfo) string
	// Outside is where somebody who works none of these records finds what waits for them.
	Outside web.NavItem
	// Listed is the path of the records' list, where it is not Base.
	Listed string
	// Shows are the pages of steps that have one of their own; nil: it stands on another.
	Shows map[process.Step]func(*web.Request) (web.Response, error)
}

// Of makes the pages of a room.
func Of(r *room.Room, desk *room.Desk, people *directory.Desk) *Pages {
	p := &Pages{Room: r, Desk: desk, Directory: people, Base: "/" + r.Many, Section: words.Sentence(r.Many),
		Called: words.Sentence(r.One), Outside: web.NavItem{Path: "/work", Text: "My work"}}
	p.Frame = p.frame
	return p
}

// Part is the routes of a room.
func Part(r *room.Room, desk *room.Desk, people *directory.Desk) web.Part {
	p := Of(r, desk, people)
	in := web.SignedIn // the desk asks access about every list and record
	one := p.Base + "/{ref}"
	begin := r.First().Label
	return web.Part{Name: r.Name, Nav: []web.NavItem{{Text: p.Section, Path: p.Base, Opens: p.opens()}},
		Routes: append([]web.Route{
			web.Get(p.Base, in, p.Section, p.lists),
			web.Get(p.Base+"/new", in, begin, p.showFirst),
			web.Post(p.Base+"/new", in, begin, p.sendFirst).Takes(len(field.Documents(r.First().Fields))),
			web.Get(p.Base+"/new/paper", in, begin+": a form to fill in by hand", p.paper),
			web.Get(one, in, p.Called, p.record),
			web.Get(one+"/access", in, "Who has opened it", p.ReadersPage),
		}, slices.Concat(p.RecordRoutes(), p.readingRoutes(), p.linkRoutes(), p.coverageRoutes())...)}
}

// RecordRoutes are the pages of a record that every room has alike: its documents and steps.
func (p *Pages) RecordRoutes() []web.Route {
	in, one := web.SignedIn, p.Base+"/{ref}"
	var out []web.Route
	if p.Room.AsksForDocuments() {
		out = append(out, web.Get(one+"/documents/{version}/{number}", in, "A document of a "+p.Room.One, p.document))
	}
	for _, s := range p.Room.Steps() {
		at := one + "/" + s.Place()
		show, own := p.Shows[s.ID]
		if !own {
			show = p.shows(s.ID)
		}
		if show != nil {
			out = append(out, web.Get(at, in, s.Label, show))
		}
		send := func(q *web.Request) (web.Response, error) { return p.sendStep(q, s.ID) }
		out = append(out, web.Post(at, in, s.Label, send).AsksAgain().Takes(len(field.Documents(s.Fields))))
		if len(s.Pages) > 0 {
			title := s.Label + ": one of its pages"
			out = append(out,
				web.Get(at+"/{page}", in, title, func(q *web.Request) (web.Response, error) { return p.showTask(q, s.ID) }),
				web.Post(at+"/{page}", in, title, func(q *web.Request) (web.Response, error) {
					return p.keepTask(q, s.ID)
				}).AsksAgain())
		}
	}
	const title = "A step that the organisation added"
	at := one + "/steps/{step}"
	return append(out,
		web.Get(at, in, title, func(q *web.Request) (web.Response, error) {
			return p.showStep(q, process.Step(q.Path("step")))
		}),
		web.Post(at, in, title, func(q *web.Request) (web.Response, error) {
			return p.sendStep(q, process.Step(q.Path("step")))
		}).AsksAgain())
}

// shows is the page of a step.
func (p *Pages) shows(step process.Step) func(*web.Request) (web.Response, error) {
	if step == process.ConfirmBar {
		return p.secondWord
	}
	return func(q *web.Request) (web.Response, error) { return p.showStep(q, step) }
}

// Path is the address of a record's page.
func (p *Pages) Path(ref id.Reference) string { return p.Base + "/" + string(ref) }

// StepPath is the address of a step's page.
func (p *Pages) StepPath(ref id.Reference, s process.StepInfo) string {
	return p.Path(ref) + "/" + s.Place()
}

// Namer gives the words of an answer that names somebody, a team, or an entry of the record.
func (p *Pages) Namer(ctx context.Context, v room.View, name func(id.Person) string) field.Namer {
	return func(k field.Kind, value string) string {
		switch k {
		case field.Person:
			if x, err := id.ParsePerson(value); err == nil {
				return name(x)
			}
		case field.Team:
			o, _ := p.Directory.Organisation(ctx, v.Org)
			for _, t := range o.Teams {
				if t.ID.String() == value {
					return t.Name
				}
			}
		case field.Entry:
			for _, t := range v.Taken {
				if strconv.FormatInt(t.Version, 10) == value {
					return p.Entry(v, t)
				}
			}
		}
		return value
	}
}

// offers are the choices of fields that name somebody or something: those of the
// organisation who hold one of the field's roles, its teams, the record's own entries.
func (p *Pages) offers(q *web.Request, v room.View, step process.Step) func(field.Field) ([]fieldweb.Option, error) {
	return func(f field.Field) ([]fieldweb.Option, error) {
		switch f.Kind {
		case field.Person:
			others, err := p.holders(q, f.Of, func(x id.Person) bool {
				return v.Bars.Has(x) || gives(v, step, f) && x == v.Owner
			})
			if err == nil && len(others) == 0 { // nobody else is there: a question without an answer is none
				return p.holders(q, f.Of, v.Bars.Has)
			}
			return others, err
		case field.Team:
			return p.teams(q)
		case field.Entry:
			switch step {
			case process.LiftBar:
				return p.keptOut(v), nil
			case process.RecipientTold:
				return untold(v), nil
			}
			if step == process.LiftHold || step == process.ConfirmHold {
				return holdsFor(v, step, q.Who().Person), nil
			}
			if process.Disagrees(step) {
				return p.disputes(v, step, q.Who().Person), nil
			}
			var out []fieldweb.Option
			for _, t := range v.Taken {
				out = append(out, fieldweb.Option{ID: strconv.FormatInt(t.Version, 10), Label: p.Entry(v, t)})
			}
			return out, nil
		}
		return nil, nil
	}
}

// Entry is a step as it is named where another speaks of it.
func (p *Pages) Entry(v room.View, t room.Taken) string {
	return p.Done(v, t) + ", " + words.Moment(t.At)
}

// gives says whether a question asks to whom a record is given.
func gives(v room.View, step process.Step, f field.Field) bool {
	info, ok := v.Process.Step(step)
	return ok && info.Owner == f.ID
}

// holders are those who work here in one of these roles, but for whom it is not to be.
func (p *Pages) holders(q *web.Request, of []string, not func(id.Person) bool) (out []fieldweb.Option, err error) {
	people, err := p.Directory.Everybody(q.Context(), q.Who().Org)
	for _, x := range people {
		holds := slices.ContainsFunc(of, func(role string) bool { return x.Has(access.Role(role)) })
		if holds && !x.Left && !not(x.ID) {
			out = append(out, fieldweb.Option{ID: x.ID.String(), Label: x.Name})
		}
	}
	return out, err
}

func (p *Pages) teams(q *web.Request) (out []fieldweb.Option, err error) {
	o, err := p.Directory.Organisation(q.Context(), q.Who().Org)
	for _, t := range o.Teams {
		out = append(out, fieldweb.Option{ID: t.ID.String(), Label: t.Name})
	}
	return out, err
}

// lists shows one list of the room, with the others beside it.
func (p *Pages) lists(q *web.Request) (web.Response, error) {
	all := p.mayList(q)
	if len(all) == 0 && p.Desk.MayBegin(q.Actor(), p.Room) {
		return web.Page{Title: p.Section, Section: p.Section, Nav: p.Base, Body: web.Stack(p.beginButton(q), p.tabs(q, ""))},
			nil
	}
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
	page, err := p.Desk.List(q.Context(), q.Actor(), p.Room, room.Query{List: current.ID, Limit: perPage, After: after})
	if err != nil {
		return nil, err
	}
	var body web.Component = nhs.Para(current.Empty)
	if len(page.Rows) > 0 {
		body = p.table(q, page)
	}
	here := p.list(current.ID)
	return web.Page{Title: p.Section, Section: p.Section, Nav: p.Base, Wide: true, Body: web.Stack(
		p.beginButton(q), p.tabs(q, here), body, further(here, after, page.Next))}, nil
}

const perPage = 25

// opens says who comes to anything on the first page of the room. The rules of a program
// never change, and ask of it no more than the role, so that each is asked once.
func (p *Pages) opens() func(access.Actor) bool {
	type asks struct {
		role access.Role
		mfa  bool
	}
	var known sync.Map
	return func(a access.Actor) bool {
		x := asks{a.Role, a.MFA}
		may, ok := known.Load(x)
		if !ok {
			may = p.Desk.MayBegin(a, p.Room) || len(p.Desk.MayList(a, p.Room)) > 0
			known.Store(x, may)
		}
		return may.(bool)
	}
}

func (p *Pages) beginButton(q *web.Request) web.Component {
	if !p.Desk.MayBegin(q.Actor(), p.Room) {
		return nil
	}
	return nhs.Button{Text: p.first(q).Label, Href: p.Base + "/new"}
}
