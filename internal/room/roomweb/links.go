package roomweb

import (
	"strings"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

const (
	linkTo  = "/link-to"
	endLink = "/end-link"

	linkWords    = "Link it to another record"
	endLinkWords = "End a link"
)

func (p *Pages) linkRoutes() []web.Route {
	if len(p.Room.Latest().Links) == 0 {
		return nil
	}
	one := p.Base + "/{ref}"
	return []web.Route{
		web.Get(one+linkTo, web.SignedIn, linkWords, p.showLink),
		web.Post(one+linkTo, web.SignedIn, linkWords, p.sendLink).AsksAgain(),
		web.Get(one+endLink, web.SignedIn, endLinkWords, p.showEndLink),
		web.Post(one+endLink, web.SignedIn, endLinkWords, p.sendEndLink).AsksAgain(),
	}
}

// linked are the records to which this one is tied, as far as this person may open them.
func (p *Pages) linked(v room.View) web.Component {
	if len(v.Links) == 0 && !v.MayLink {
		return nil
	}
	out := nhs.Group{nhs.Heading{Text: "What it belongs with", Level: 2, Size: nhs.SizeM}}
	list := nhs.SummaryList{}
	for _, l := range v.Links {
		to := nhs.Link{Text: string(l.Reference), Href: "/" + l.Room.Many + "/" + string(l.Reference)}
		if l.Title != "" {
			to.Text, to.Content = "", nhs.Isolated(l.Title)
		}
		list.Rows = append(list.Rows, row(l.Label, to))
	}
	if len(list.Rows) > 0 {
		out = append(out, list)
	}
	if v.MayLink {
		links := nhs.List{Plain: true, Items: []nhs.Component{nhs.Link{Text: linkWords, Href: p.Path(v.Reference) + linkTo}}}
		if len(tiesOf(v)) > 0 {
			links.Items = append(links.Items, nhs.Link{Text: endLinkWords, Href: p.Path(v.Reference) + endLink})
		}
		out = append(out, links)
	}
	return out
}

// linkFields ask how two records belong together, and for the other.
func linkFields(links []process.Link) []field.Field {
	how := field.Field{ID: "link", Ask: "How do they belong together?", What: "how they belong together",
		Kind: field.Choice, Needed: true}
	for _, l := range links {
		how.Choices = append(how.Choices, field.Option{ID: l.ID, Label: l.Label})
	}
	return []field.Field{how, {ID: "other", Ask: "What is the reference of the other?", What: "the reference of the other",
		Hint: "For example, HD-7F3K-2X94", Kind: field.Line, Max: 20, Needed: true}}
}

func tiesOf(v room.View) (out []field.Option) {
	for _, l := range v.Links {
		if !l.Back {
			out = append(out, field.Option{ID: l.Link + " " + string(l.Reference), Label: l.Label + " " + string(l.Reference)})
		}
	}
	return out
}

func endLinkFields(v room.View) []field.Field {
	return []field.Field{{ID: "tie", Ask: "Which link ends?", What: "which link ends", Kind: field.Choice, Needed: true,
		Choices: tiesOf(v)}}
}

func (p *Pages) showLink(q *web.Request) (web.Response, error) {
	return p.askLink(q, linkWords, "Link them", func(v room.View) []field.Field { return linkFields(v.Process.Links) })
}

func (p *Pages) showEndLink(q *web.Request) (web.Response, error) {
	return p.askLink(q, endLinkWords, "End this link", endLinkFields)
}

func (p *Pages) askLink(q *web.Request, title, send string, fields func(room.View) []field.Field) (web.Response,
	error) {
	v, first, err := p.Opened(q)
	if err != nil || first != nil {
		return first, err
	}
	if !v.MayLink {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	asked, err := fieldweb.Asking{Form: q.Form()}.Components(fields(v))
	if err != nil {
		return nil, err
	}
	page := p.Page(q, v, title, "-", q.Form().Ask(web.Question{Fields: asked, Send: send}))
	page.Caption, page.Back, page.BackText, page.Wide = p.title(v.Reference), p.Path(v.Reference), p.title(v.Reference),
		false
	return page, nil
}

func (p *Pages) sendLink(q *web.Request) (web.Response, error) {
	in, finer := fieldweb.Answers(q.Form(), linkFields(p.Room.Latest().Links))
	return p.tie(q, finer, room.Tying{Link: in.Get("link"), Other: room.ReferenceOf(in.Get("other"))}, "They were linked")
}

func (p *Pages) sendEndLink(q *web.Request) (web.Response, error) {
	in, finer := fieldweb.Answers(q.Form(), endLinkFields(room.View{}))
	link, other, _ := strings.Cut(in.Get("tie"), " ")
	return p.tie(q, finer, room.Tying{Link: link, Other: id.Reference(other), Ends: true}, "The link was ended")
}

func (p *Pages) tie(q *web.Request, finer fieldweb.Finer, t room.Tying, done string) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	if err := p.Desk.Tie(q.Context(), q.Actor(), p.Room, ref, t); err != nil {
		if t.Ends && len(fail.FieldsOf(err)) > 0 {
			err = fail.Fields{{Name: "tie", Words: "Select which link ends"}}.Err()
		}
		return nil, finer.OnPage(err)
	}
	return web.Redirect{To: p.Path(ref), Flash: done}, nil
}
