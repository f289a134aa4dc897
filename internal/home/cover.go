package home

import (
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

const (
	pathCover  = pathWork + "/cover"
	titleCover = "Cover while somebody is away"
	titleEnds  = "End a cover"

	pathOthers  = pathCover + "/for-somebody-else"
	titleOthers = "Say who covers for somebody else"
)

// cover is who covers for whom, as far as it concerns this person, and asks who covers for
// them.
func (h *pages) cover(q *web.Request) (web.Response, error) {
	all, err := h.rooms.Covers(q.Context(), q.Actor())
	if err != nil {
		return nil, err
	}
	choices, err := h.rooms.CoverChoices(q.Context(), q.Actor())
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: titleCover, Section: sectionWork, Nav: pathWork, Back: pathWork, BackText: sectionWork}
	before := []web.Component{h.covers(q, all), whatItIs()}
	var after []web.Component
	if len(choices.Away) > 0 {
		after = append(after, nhs.Paragraph{Content: nhs.Link{Text: titleOthers, Href: pathOthers}})
	}
	if len(choices.Own) == 0 {
		none := nhs.Para("Nobody else here has your role, so nobody can cover for you. " +
			"Hand over what you have before you go.")
		page.Body = web.Stack(append(append(before, none), after...)...)
		return page, nil
	}
	asked, err := coverFields(q, room.CoverFields()[1:], nil, choices.Own)
	page.Body = q.Form().Ask(web.Question{Fields: asked, Send: "Arrange this cover", After: after,
		Before: append(before, nhs.Heading{Text: "Say who covers for you", Level: 2, Size: nhs.SizeM})})
	return page, err
}

// coverOthers asks who covers for somebody else.
func (h *pages) coverOthers(q *web.Request) (web.Response, error) {
	choices, err := h.rooms.CoverChoices(q.Context(), q.Actor())
	if err != nil {
		return nil, err
	}
	asked, err := coverFields(q, room.CoverFields(), choices.Away, choices.By)
	return web.Page{Title: titleOthers, Section: sectionWork, Nav: pathWork, Back: pathCover, BackText: titleCover,
		Body: q.Form().Ask(web.Question{Before: []web.Component{whatItIs()}, Fields: asked, Send: "Arrange this cover"})}, err
}

func whatItIs() web.Component {
	return nhs.Group{
		nhs.Para("Whoever covers sees what the person who is away has to do, and may do it in their place and in their " +
			"own name. They see nothing that is closed to them."),
		nhs.Para("It begins and ends by itself. Both people are told."),
	}
}

func coverFields(q *web.Request, fields []field.Field, away, by []directory.Person) ([]web.Component, error) {
	return fieldweb.Asking{Form: q.Form(), Offer: func(f field.Field) ([]fieldweb.Option, error) {
		switch {
		case len(away) == 0: // their own: all have the same role
			return options(by), nil
		case f.ID == "person":
			return roled(away), nil
		}
		return roled(by), nil
	}}.Components(fields)
}

func options(all []directory.Person) (out []fieldweb.Option) {
	for _, p := range all {
		out = append(out, fieldweb.Option{ID: p.ID.String(), Label: p.Name})
	}
	return out
}

// roled are people with what they are: who covers has the same role.
func roled(all []directory.Person) []fieldweb.Option {
	out := options(all)
	for i, p := range all {
		for _, g := range p.Grants {
			if g.Role != access.Worker {
				out[i].Label += ", " + g.Role.Label()
			}
		}
	}
	return out
}

// covers are the covers that run or are to come.
func (h *pages) covers(q *web.Request, all []directory.Cover) web.Component {
	if len(all) == 0 {
		return nhs.Para("Nobody covers for anybody now.")
	}
	name := h.directory.Names(q.Context())
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Who covers for whom", Size: nhs.SizeM},
		Head: nhs.Heads("Who is away", "Who covers", "When", "What you can do")}
	for _, c := range all {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.Isolated(name(c.Person))}, {Content: nhs.Isolated(name(c.By))},
			{Text: words.Span(c.From.Start(), c.Until.Start())},
			{Content: nhs.Link{Text: "End this", Hidden: "cover for " + name(c.Person),
				Href: pathCover + "/" + strconv.FormatInt(c.Of, 10)}}})
	}
	return t
}

func (h *pages) arrange(q *web.Request) (web.Response, error) {
	fields := room.CoverFields()
	fields[0].Needed = q.Here() == pathOthers
	in, finer := fieldweb.Answers(q.Form(), fields)
	c, err := room.CoverSaid(q.Actor(), fields, in, q.Now())
	if err == nil {
		err = h.rooms.ArrangeCover(q.Context(), q.Actor(), c)
	}
	if err != nil {
		return nil, finer.OnPage(err)
	}
	days := ", from " + c.From.Words() + " until " + c.Until.Words()
	return web.Redirect{To: pathCover, Flash: "The cover was arranged" + days}, nil
}

// endingOf is the cover that is to be ended.
func (h *pages) endingOf(q *web.Request) (directory.Cover, error) {
	all, err := h.rooms.Covers(q.Context(), q.Actor())
	i := slices.IndexFunc(all, func(c directory.Cover) bool { return strconv.FormatInt(c.Of, 10) == q.Path("cover") })
	if err == nil && i < 0 {
		err = fail.New(fail.Missing, "Page not found")
	}
	if err != nil {
		return directory.Cover{}, err
	}
	return all[i], nil
}

func (h *pages) endCover(q *web.Request) (web.Response, error) {
	c, err := h.endingOf(q)
	if err != nil {
		return nil, err
	}
	name := h.directory.Names(q.Context())
	return web.Page{Title: titleEnds, Section: sectionWork, Nav: pathWork, Back: pathCover, BackText: titleCover,
		Body: q.Form().Ask(web.Question{Send: "End it now", Before: []web.Component{
			nhs.Paragraph{Content: nhs.Group{nhs.Isolated(name(c.By)), nhs.Text(" covers for "), nhs.Isolated(name(c.Person)),
				nhs.Text(" from " + c.From.Words() + " until " + c.Until.Words() + ".")}},
			nhs.Para("What was done in that time stays. Both people are told.")}})}, nil
}

func (h *pages) sendEndCover(q *web.Request) (web.Response, error) {
	c, err := h.endingOf(q)
	if err == nil {
		err = h.rooms.EndCover(q.Context(), q.Actor(), c.Of)
	}
	return web.Redirect{To: pathCover, Flash: "The cover has ended"}, err
}

// standing says above somebody's work for whom they cover, and who covers for them, now or
// from a day on: without mail they learn it here.
func (h *pages) standing(q *web.Request) (out []web.Component, err error) {
	all, err := h.rooms.Covers(q.Context(), q.Actor())
	name, me := h.directory.Names(q.Context()), q.Who().Person
	var says nhs.Group
	for _, c := range all {
		when := " until " + c.Until.Words() + "."
		if !c.Runs(q.Now()) {
			when = " from " + c.From.Words() + when
		}
		switch me {
		case c.By:
			says = append(says, nhs.Paragraph{Content: nhs.Group{nhs.Text("You cover for "), nhs.Isolated(name(c.Person)),
				nhs.Text(when)}})
		case c.Person:
			says = append(says, nhs.Paragraph{Content: nhs.Group{nhs.Isolated(name(c.By)), nhs.Text(" covers for you" + when)}})
		}
	}
	if len(says) > 0 {
		out = append(out, nhs.InsetText{Content: says})
	}
	return out, err
}

// ways lead from somebody's work to what goes with it.
func (h *pages) ways(q *web.Request) web.Component {
	out := nhs.List{Plain: true, Items: []nhs.Component{nhs.Link{Text: "See these days in your own calendar",
		Href: pathCalendar}}}
	if access.Role(q.Who().Role) != access.Worker { // who has nothing that is covered or handed over
		out.Items = append(out.Items, nhs.Link{Text: titleCover, Href: pathCover},
			nhs.Link{Text: titleHandOver, Href: pathHandOver})
	}
	if h.mayPropose(q) {
		out.Items = append(out.Items, nhs.Link{Text: "See what we do differently", Href: pathDifferent})
	}
	return out
}

// shownFor is for whom a duty stands before somebody.
func shownFor(name func(id.Person) string, r room.Row) web.Component {
	return nhs.Group{nhs.Text("For "), nhs.Isolated(name(r.For.Person)),
		nhs.Text(", who is away until " + r.For.Until.Words())}
}
