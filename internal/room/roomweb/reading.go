package roomweb

import (
	"strconv"

	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// The pages of a room whose records are read and confirmed by many. Their addresses hold
// a hyphen, which no step has.
const (
	toRead  = "/to-read"
	confirm = "/confirm-reading"
	counted = "/who-confirmed"

	confirmWords = "Confirm that you have read it"
	toReadWords  = "For you to read"
	countedWords = "Who has confirmed"
)

func (p *Pages) readingRoutes() []web.Route {
	if !p.Room.Latest().Audience.Given() {
		return nil
	}
	one := p.Base + "/{ref}"
	return []web.Route{
		web.Get(p.Base+toRead, web.SignedIn, toReadWords, p.toRead),
		web.Get(one+confirm, web.SignedIn, confirmWords, p.showConfirm),
		web.Post(one+confirm, web.SignedIn, confirmWords, p.sendConfirm).AsksAgain(),
		web.Get(one+counted, web.SignedIn, countedWords, p.counted),
	}
}

// toRead lists what this person is asked to read, and what they have confirmed of it.
func (p *Pages) toRead(q *web.Request) (web.Response, error) {
	all, more, err := p.Desk.ToRead(q.Context(), q.Actor(), p.Room)
	if err != nil {
		return nil, err
	}
	var body web.Component = nhs.Para("You are not asked to read anything. When you are, it stands here.")
	if len(all) > 0 {
		t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: toReadWords, Size: nhs.SizeM},
			Head: nhs.Heads("Title", "Reference", "Where you stand")}
		for _, x := range all {
			t.Rows = append(t.Rows, []nhs.Cell{titleCell(x.Row, p.Path(x.Reference)), {Content: nhs.NoWrap(x.Reference)},
				{Content: readCell(q, x)}})
		}
		body = t
	}
	var rest web.Component
	if more {
		rest = nhs.Para("There is more than stands here. Confirm what you have read, and the rest follows.")
	}
	return web.Page{Title: toReadWords, Section: p.Section, Nav: p.Base, Wide: true,
		Body: web.Stack(p.tabs(q, p.Base+toRead), body, rest)}, nil
}

func readCell(q *web.Request, x room.Reads) web.Component {
	switch {
	case x.Damaged() != "":
		return nhs.Text(x.Damaged())
	case x.Confirmed:
		return nhs.Text("You have confirmed it")
	case x.Until == workday.Day{}:
		return nhs.Text("To be read and confirmed")
	case q.Now().After(x.Until.End()):
		return nhs.Group{nhs.Tag{Text: "Overdue", Colour: nhs.Orange}, nhs.Text(" To be read and confirmed, since " +
			words.Date(x.Until.Start()))}
	}
	return nhs.Text("To be read and confirmed by " + words.Date(x.Until.Start()))
}

// askedToRead is what stands on a record for somebody who is asked to read it.
func (p *Pages) askedToRead(q *web.Request, v room.View) web.Component {
	switch {
	case v.Reading.Edition == nil:
		return nil
	case v.Reading.Confirmed:
		return nhs.InsetText{Text: "You have confirmed that you read the version in force."}
	}
	by := ""
	if v.Reading.Until != (workday.Day{}) {
		by = " by " + words.Date(v.Reading.Until.Start())
	}
	return nhs.Group{nhs.InsetText{Text: "You are asked to read the version in force" + by + ", and to confirm it."},
		nhs.Button{Text: confirmWords, Href: p.Path(v.Reference) + confirm}}
}

// showConfirm shows what is confirmed, and asks for it.
func (p *Pages) showConfirm(q *web.Request) (web.Response, error) {
	v, first, err := p.Opened(q)
	if err != nil || first != nil {
		return first, err
	}
	page := p.Page(q, v, confirmWords, "-", web.Stack(nhs.Para("You are not asked to confirm anything here, or you "+
		"have confirmed it already.")))
	page.Caption, page.Back, page.BackText, page.Wide = p.title(v.Reference), p.Path(v.Reference), p.title(v.Reference),
		false
	if !v.Reading.Asks() {
		return page, nil
	}
	name := p.Directory.Names(q.Context())
	before := []web.Component{nhs.Heading{Text: "The version in force", Level: 2, Size: nhs.SizeM}}
	for _, t := range v.Taken {
		if t.Version == v.Reading.Edition.Version {
			before = append(before, p.lines(q, v, t, name))
		}
	}
	before = append(before, nhs.Para("Your confirmation names this version and no other. Who keeps the register sees "+
		"that you gave it."))
	page.Body = q.Form().Ask(web.Question{Before: before,
		Fields: []web.Component{nhs.HiddenInput{Name: "edition", Value: v.Reading.Edition.Hash}},
		Send:   v.Process.Audience.Words})
	return page, nil
}

func (p *Pages) sendConfirm(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	edition := ""
	if sent := q.Form().Raw("edition", "what you confirm"); len(sent) == 1 {
		edition = sent[0]
	}
	if _, err := p.Desk.Confirm(q.Context(), q.Actor(), p.Room, ref, edition); err != nil {
		return nil, err
	}
	return web.Redirect{To: p.Path(ref), Flash: "You have confirmed that you read it"}, nil
}

// perNames is how many names stand on a page.
const perNames = 100

// counted is how many have confirmed, and, for those who may see it, who has not.
func (p *Pages) counted(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	c, err := p.Desk.Confirmations(q.Context(), q.Actor(), p.Room, ref)
	if err != nil {
		return nil, err
	}
	o, err := p.Directory.Organisation(q.Context(), c.Org)
	if err != nil {
		return nil, err
	}
	parts := []web.Component{nhs.Para("Nobody is asked to read it.")}
	if c.Asked {
		parts = []web.Component{nhs.Para(inWords(c)), byTeam(o, c.Teams)}
	}
	if c.Unknown > 0 {
		parts = append(parts, nhs.Para(words.Count(c.Unknown, "account does", "accounts do")+
			" not open, so nobody knows whether they are asked. Tell your administrator."))
	}
	if c.Named && c.Asked {
		parts = append(parts, p.missing(q, o, c)...)
	}
	return p.Page(q, c.View, "Who has confirmed reading "+string(ref), counted, web.Stack(parts...)), nil
}

// inWords is how far all have come: exactly for those alone who see the names, too.
func inWords(c room.Confirmations) string {
	who := " who are asked and work here have confirmed that they read the version in force."
	switch {
	case c.Named:
		return words.Number(c.Done) + " of " + words.Count(c.Of, "person", "people") + who
	case c.Whole.People == few:
		return "Fewer than 8 people are asked: how many of them have confirmed would tell who has."
	case c.Whole.Done == few:
		return "About " + c.Whole.People + " people are asked. So few of them have confirmed that the figure would tell " +
			"who has."
	}
	return "About " + c.Whole.Done + "% of about " + c.Whole.People + " people" + who
}

// few is the mark in place of a figure of few people.
const few = "*"

func byTeam(o directory.Organisation, teams []room.TeamRead) web.Component {
	if len(teams) == 0 {
		return nil
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "By team", Size: nhs.SizeM},
		Head: nhs.Heads("Team", "People, rounded", "Have confirmed, rounded")}
	for _, x := range teams {
		share := x.Done
		if share != few {
			share += "%"
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Text: x.Called(o)}, {Text: x.People}, {Text: share}})
	}
	return nhs.Group{t, nhs.Para("People are rounded to the nearest 5, and shares are made of rounded numbers. * " +
		"stands for a share that would tell of fewer than 8 people. " +
		"A team of fewer than 8 people is counted with other small ones, or only in the whole.")}
}

// missing are those who have not confirmed yet, by name, a page at a time.
func (p *Pages) missing(q *web.Request, o directory.Organisation, c room.Confirmations) []web.Component {
	heading := nhs.Heading{Text: "Who has not confirmed yet", Level: 2, Size: nhs.SizeM}
	if len(c.Missing) == 0 {
		return []web.Component{heading, nhs.Para("Everybody who is asked has confirmed.")}
	}
	from, err := strconv.Atoi(q.Query("from"))
	if err != nil || from < 0 || from >= len(c.Missing) {
		from = 0
	}
	until := min(from+perNames, len(c.Missing))
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "In the order of names, " + words.Number(from+1) +
		" to " + words.Number(until) + " of " + words.Number(len(c.Missing))},
		Head: nhs.Heads("Name", "Team")}
	for _, who := range c.Missing[from:until] {
		team := "No team"
		for _, g := range who.Grants {
			if !g.Team.IsZero() {
				team = room.TeamCalled(o, g.Team)
			}
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.Isolated(who.Name)}, {Text: team}})
	}
	here := p.Path(c.Reference) + counted
	pg := nhs.Pagination{}
	if from > 0 {
		pg.Previous = nhs.PageLink{Href: here + "?from=" + strconv.Itoa(max(from-perNames, 0))}
	}
	if until < len(c.Missing) {
		pg.Next = nhs.PageLink{Href: here + "?from=" + strconv.Itoa(until)}
	}
	if from == 0 && until == len(c.Missing) {
		return []web.Component{heading, t}
	}
	return []web.Component{heading, t, pg}
}
