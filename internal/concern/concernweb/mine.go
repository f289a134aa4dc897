package concernweb

import (
	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const perPage = 25

func (p *pages) mineRoutes() []web.Route {
	may := string(access.ListOwn)
	return []web.Route{
		web.Get("/mine", may, sectionMine, p.mine),
		web.Get("/mine/{ref}", may, "Your concern", p.own),
		web.Get("/mine/{ref}/add", may, "Add something", p.add),
		web.Post("/mine/{ref}/add", may, "Add something", p.sendAdd).AsksAgain().Takes(1),
	}
}

// listed is a numbered page of a list.
func (p *pages) listed(q *web.Request, list string) (room.Page, error) {
	return p.Desk.List(q.Context(), q.Actor(), p.Room, numbered(q, list))
}

func numbered(q *web.Request, list string) room.Query {
	return room.Query{List: list, Limit: perPage, Pass: (q.PageNumber() - 1) * perPage}
}

// mine lists what the person raised: reference, plain status, last told on.
func (p *pages) mine(q *web.Request) (web.Response, error) {
	page, err := p.listed(q, concern.ListOwn)
	if err != nil {
		return nil, err
	}
	var body web.Component = nhs.Para("You have not raised a concern yet. When you do, you can follow it here.")
	if len(page.Rows) > 0 {
		t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Concerns that you raised, newest first",
			Size: nhs.SizeM}, Head: nhs.Heads("Reference", "Sent", "Where it stands", "Last told you on")}
		for _, r := range page.Rows {
			t.Rows = append(t.Rows, []nhs.Cell{
				{Content: nhs.Link{Content: nhs.NoWrap(r.Reference), Href: "/mine/" + string(r.Reference)}},
				{Text: words.Date(r.At)}, {Text: r.Label}, {Content: told(q, r)},
			})
		}
		body = t
	}
	return web.Page{Title: sectionMine, Section: sectionMine, Nav: "/mine", Leave: true, Wide: true,
		Body: web.Stack(body, turn("/mine?", q.PageNumber(), page.Next != ""), nhs.Button{Text: "Raise a concern",
			Href: pathStart, Variant: nhs.Secondary})}, nil
}

// told shows an overdue answer to the one who waits for it.
func told(q *web.Request, r room.Row) web.Component {
	switch {
	case !r.ToldAt.IsZero():
		return nhs.Text(words.Date(r.ToldAt))
	case r.Label != string(room.Finished) && q.Now().After(r.HearsBy):
		return nhs.Group{nhs.Tag{Text: "Overdue", Colour: nhs.Orange}, nhs.Text(" you should have heard by " +
			words.Date(r.HearsBy))}
	}
	return nhs.Text("Not told yet. You will hear by " + words.Date(r.HearsBy))
}

// own is one concern as its raiser sees it.
func (p *pages) own(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	v, err := p.desk.Own(q.Context(), q.Actor(), ref)
	if err != nil {
		return nil, err
	}
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	team, err := o.Team(v.Team)
	if err != nil {
		return nil, err
	}
	return web.Page{Title: "Your concern " + string(ref), Section: sectionMine, Nav: "/mine", Back: "/mine",
		BackText: "My concerns", Leave: true, Body: web.Stack(
			nhs.SummaryList{Rows: []nhs.SummaryRow{
				nhs.Row("Where it stands", string(v.Progress)),
				nhs.Row("Sent", words.Moment(v.At)),
				nhs.Row("Who has it", team.Name),
				{Key: nhs.SummaryCell{Text: "Told you"}, Value: nhs.SummaryCell{Content: toldOwn(v, team.Lead.Telephone != "")}},
			}},
			nhs.Heading{Text: "What happened", Level: 2, Size: nhs.SizeM},
			newsOf(v, p.Directory.Names(q.Context())),
			nhs.Button{Text: "Add something", Href: "/mine/" + string(ref) + "/add", Variant: nhs.Secondary},
			ring(team.Lead),
			nhs.Heading{Text: "What you sent", Level: 2, Size: nhs.SizeM},
			roomweb.AllSaid(p.raising(q), v.Said, toYou),
			p.emergency(q),
		)}, nil
}

func toldOwn(v room.Following, ring bool) web.Component {
	switch {
	case !v.ToldAt.IsZero():
		return nhs.Text("On " + words.Date(v.ToldAt))
	case v.Overdue:
		say := " You should have heard by " + words.Date(v.HearsBy) + "."
		if ring {
			say += " Ring the number below."
		}
		return nhs.Group{nhs.Tag{Text: "Overdue", Colour: nhs.Orange}, nhs.Text(say)}
	}
	return nhs.Text("Not told yet. You will hear by " + words.Date(v.HearsBy))
}

// newsOf are dated sentences, newest first.
func newsOf(v room.Following, name func(id.Person) string) web.Component {
	if len(v.News) == 0 {
		return nhs.Para("Your concern was received. There is nothing to tell you yet.")
	}
	var out nhs.Group
	for i := len(v.News) - 1; i >= 0; i-- {
		n := v.News[i]
		out = append(out, nhs.Heading{Text: n.Title, Level: 3, Size: nhs.SizeS},
			nhs.Paragraph{Small: true, Content: nhs.Group{nhs.HTML(words.MomentHTML(n.At)), nhs.Text(" by "),
				nhs.HTML(words.Name(name(n.By)))}})
		if n.Words != "" {
			out = append(out, nhs.InsetText{Content: typed(n.Words)})
		}
	}
	return out
}

func (p *pages) add(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	if _, err := p.desk.Own(q.Context(), q.Actor(), ref); err != nil {
		return nil, err
	}
	f := q.Form()
	document := p.attached(q)
	asked, err := fieldweb.Asking{Form: f}.Components(document)
	if err != nil {
		return nil, err
	}
	return web.Page{Title: "Add something", Section: sectionMine, Caption: string(ref), Nav: "/mine", Back: "/mine/" +
		string(ref), Leave: true, Question: true, Body: f.Ask(web.Question{
		Fields: append([]web.Component{f.CharacterCount(nhs.CharacterCount{Name: "words", MaxLength: concern.MaxText,
			Threshold: 75, Rows: 6, Label: nhs.Label{Text: "What do you want to add or ask?", PageHeading: true,
				Size: nhs.SizeL},
			Hint: nhs.Hint{Text: "Your safeguarding team sees it. What you sent before stays as it is"}})}, asked...),
		Send: "Add this", After: []web.Component{p.emergency(q)},
	})}, nil
}

func (p *pages) sendAdd(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	f := q.Form()
	text := f.Text("words", web.Ask{What: "what you want to add", Needed: true, Max: concern.MaxText})
	if err := f.Err(); err != nil {
		return nil, err
	}
	document := p.attached(q)
	in, finer := fieldweb.Answers(f, document)
	in.Set("words", text)
	if _, err := p.desk.AddToOwn(q.Context(), q.Actor(), ref, in, q.Key()); err != nil {
		return nil, finer.OnPage(err)
	}
	return web.Redirect{To: "/mine/" + string(ref), Flash: "What you wrote was added"}, nil
}

// attached is the question of a note for a document, which whoever raised a concern is asked too.
func (p *pages) attached(q *web.Request) []field.Field {
	return field.Documents(p.stepOf(q, process.AddNote).Fields)
}

// turn leads to the page before and after.
func turn(path string, now int, more bool) web.Component {
	if now == 1 && !more {
		return nil
	}
	pg := nhs.Pagination{}
	if now > 1 {
		pg.Previous = nhs.PageLink{Href: path + "page=" + words.Number(now-1)}
	}
	if more {
		pg.Next = nhs.PageLink{Href: path + "page=" + words.Number(now+1)}
	}
	return pg
}
