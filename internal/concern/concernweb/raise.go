package concernweb

import (
	"crypto/sha256"
	"encoding/hex"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const draftRaise = "raise"

// The pages of raising that the process does not say.
const (
	pathStart     = "/raise"
	pathColleague = "/raise/colleague"
	pathCheck     = "/raise/check"
	pathPaper     = "/raise/paper"
)

// raising is what is asked of somebody who raises a concern, in whatever words their
// organisation puts it.
func (p *pages) raising(q *web.Request) process.StepInfo {
	info, _ := p.desk.Definition(q.Who().Org).Step(process.Raise)
	return info
}

// raisePaths are the addresses of its pages, in order.
func raisePaths() (out []string) {
	info, _ := process.Patient().Step(process.Raise)
	for _, page := range info.Pages {
		out = append(out, pathStart+"/"+page.Path)
	}
	return out
}

func (p *pages) raiseRoutes() []web.Route {
	may := string(access.RaiseConcern)
	out := []web.Route{
		web.Get(pathStart, web.Public, "Raise a concern", p.start),
		web.Get(pathColleague, may, "A concern about a colleague", p.colleague),
		web.Post(pathColleague, may, "Delete what was typed", p.deleteDraft),
		web.Get(pathPaper, may, "A form to fill in by hand", p.paper),
		web.Get(pathCheck, may, "Check your answers and send", p.check),
		web.Post(pathCheck, may, "Check your answers and send", p.send),
		web.Get("/raise/sent/{ref}", may, "Concern sent", p.sent),
		web.Get("/raise/sent/{ref}/receipt", may, "Receipt", p.receipt),
	}
	info, _ := process.Patient().Step(process.Raise)
	for i, page := range info.Pages {
		path := pathStart + "/" + page.Path
		out = append(out, web.Get(path, may, page.Title, func(q *web.Request) (web.Response, error) {
			return p.showPage(q, i)
		}),
			web.Post(path, may, page.Title, func(q *web.Request) (web.Response, error) { return p.sendPage(q, i) }))
	}
	return out
}

// draftPages are those on which something of the draft may be left unsent.
func draftPages() []string { return append(raisePaths(), pathCheck) }

// start says who will see it before anything is asked.
func (p *pages) start(q *web.Request) (web.Response, error) {
	d := p.desk.Definition(q.Who().Org)
	return web.Page{
		Title: "Raise a concern", Section: sectionRaise, Nav: pathStart, Leave: q.SignedIn(),
		Body: web.Stack(
			nhs.Card{Heading: nhs.CardHeading{Text: d.Emergency.Heading}, Variant: nhs.Emergency,
				Content: nhs.Group{nhs.Para(d.Emergency.Words), nhs.Para("Call 999 if:"), nhs.Bullets(d.Emergency.CallIf...)}},
			nhs.Para("Use this if you are worried that someone may be drawn into terrorism, or that others are using "+
				"them. This is safeguarding: the aim is to help the person."),
			nhs.Para("You do not need to be sure, and you need nothing at hand. It takes about 2 minutes. You can ask "+
				"for advice at any time."),
			nhs.Heading{Text: "Who will see it", Level: 2, Size: nhs.SizeM},
			nhs.Para("Your safeguarding team. Everyone who opens it is written down. This service shows it, and your "+
				"name, to nobody else without a reason that is written down, and never to the person it is about."),
			nhs.Para("As soon as you send it, you see the date by which we will tell you what happened."),
			nhs.Button{Text: "Start now", Href: raisePaths()[0]},
			nhs.Paragraph{Content: nhs.Group{nhs.Text("Without a computer at hand, use "),
				nhs.Link{Text: "a form to fill in by hand", Href: pathPaper}, nhs.Text(".")}},
			nhs.Para("Each time you go on to another page, what you typed is kept for you alone until you send it, for "+
				"at most 7 days. “Leave this page” takes you to another page at once and logs you out; it does not clear "+
				"the history of your browser."),
		),
	}, nil
}

// showPage asks what one page of raising asks.
func (p *pages) showPage(q *web.Request, i int) (web.Response, error) {
	f, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	info := p.raising(q)
	page := info.Pages[i]
	fields := info.On(page)
	if err := p.known(q, f, d, &page); err != nil {
		return nil, err
	}
	alone := len(fields) == 1 && fields[0].Kind != field.Part && len(page.Before) == 0
	asked, err := fieldweb.Asking{Form: f, Heading: alone, Today: workday.Of(q.Now())}.Components(fields)
	if err != nil {
		return nil, err
	}
	var before []web.Component
	for _, w := range page.Before {
		before = append(before, nhs.Para(w))
	}
	back := pathStart
	if i > 0 {
		back = raisePaths()[i-1]
	}
	if q.Query("check") == "1" {
		back = pathCheck
	}
	return web.Page{Title: page.Title, Section: sectionRaise, Nav: pathStart, Back: back, Leave: true, Question: alone,
		Body: f.Ask(web.Question{Before: before, Fields: asked, After: []web.Component{p.emergency(q)}})}, nil
}

// known fits a page to what is known already: that it is about a place, and how the
// person who raises it can be reached.
func (p *pages) known(q *web.Request, f *web.Form, d *web.Draft, page *process.FormPage) error {
	switch {
	case page.Path == "person" && d.Text("about") == "place":
		page.Title = "Do you know of a person it is about?"
	case page.Path == "contact" && !d.Has("reach"):
		me, err := p.Directory.Person(q.Context(), q.Who().Person)
		f.Default("reach", me.Phone)
		return err
	}
	return nil
}

// sendPage writes down what a page asked, and goes on: to the next page, or back to
// the answers when it was opened from there.
func (p *pages) sendPage(q *web.Request, i int) (web.Response, error) {
	info := p.raising(q)
	fields := info.On(info.Pages[i])
	in, finer := fieldweb.Answers(q.Form(), fields)
	if _, _, faults := field.Check(fields, in, field.World{Today: workday.Of(q.Now())}); len(faults) > 0 {
		return nil, finer.OnPage(faults.Err())
	}
	if in.Get("about") == string(concern.Colleague) {
		return web.SeeOther(pathColleague), nil
	}
	d, err := q.Draft(draftRaise)
	if err != nil {
		return nil, err
	}
	d.Take(q.Form(), fieldweb.Names(fields)...)
	if err := q.Keep(d); err != nil {
		return nil, err
	}
	next := pathCheck
	if i+1 < len(info.Pages) && q.Query("check") != "1" {
		next = raisePaths()[i+1]
	}
	return web.SeeOther(next), nil
}

// draft opens the draft of a concern and shows it in the form.
func (p *pages) draft(q *web.Request) (*web.Form, *web.Draft, error) {
	d, err := q.Draft(draftRaise)
	if err != nil {
		return nil, nil, err
	}
	f := q.Form()
	d.Show(f)
	return f, d, nil
}

// drafted are a draft's answers.
func (p *pages) drafted(q *web.Request, d *web.Draft) field.Answers {
	out, _ := fieldweb.Answers(web.FormOf(d.Values), p.raising(q).Fields)
	return out
}

// paper is the same questions for somebody without a computer at hand.
func (p *pages) paper(q *web.Request) (web.Response, error) {
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	d := p.desk.Definition(q.Who().Org)
	body := []web.Component{
		nhs.Heading{Text: d.Emergency.Heading, Level: 2, Size: nhs.SizeS},
		nhs.Para(d.Emergency.Words),
		nhs.Heading{Text: "When no computer is at hand", Level: 2, Size: nhs.SizeS},
		nhs.Para("Print this page and write on it. Type it in as soon as you can: a concern is with the safeguarding " +
			"team once it is sent, not before."),
		nhs.Para("Keep the paper with you or give it to the safeguarding team yourself. Do not leave it lying about, " +
			"do not put it with the patient's notes, do not photograph it. When it is typed in, put it into confidential " +
			"waste."),
		nhs.Para("Is it about a colleague? Do not write it here. " + p.whomToRing(o)),
	}
	if team, err := o.Team(q.Who().Team); err == nil {
		body = append(body, ring(team.Lead))
	}
	body = append(body, fieldweb.Paper(p.raising(q).Fields, workday.Of(q.Now()), string(concern.Colleague))...)
	return web.Page{Title: "A form to fill in by hand", Section: sectionRaise, Nav: pathStart, Back: pathStart,
		Leave: true, Body: web.Stack(present(body...)...)}, nil
}

// whomToRing is whom to ring about a colleague.
func (p *pages) whomToRing(o directory.Organisation) string {
	if o.Colleague.Telephone != "" {
		return "Ring " + o.Colleague.Owner + " on " + o.Colleague.Telephone + "."
	}
	return "Ring the named owner of this route. Your safeguarding team can tell you who it is."
}

// colleague is the door of the sealed route: it says whom to ring, keeps nothing, and
// offers to delete what was typed before it was opened.
func (p *pages) colleague(q *web.Request) (web.Response, error) {
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	whom := nhs.Para(p.whomToRing(o))
	_, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: "A concern about a colleague", Section: sectionRaise, Nav: pathStart, Back: raisePaths()[0],
		Leave: true}
	body := []web.Component{
		nhs.Para("A concern about a colleague is kept apart from all others. It is not written into Heed yet: you " +
			"tell it to one named person."),
		whom,
		nhs.Heading{Text: "Who will not see it", Level: 2, Size: nhs.SizeM},
		nhs.Para("Your team, your manager, your colleague's manager, and the people who take up concerns about patients."),
	}
	if len(d.Values) == 0 {
		page.Body = web.Stack(append(body, p.emergency(q))...)
		return page, nil
	}
	page.Body = q.Form().Ask(web.Question{
		Before: append(body, nhs.Heading{Text: "What you typed so far", Level: 2, Size: nhs.SizeM},
			nhs.Para("What you typed under “Raise a concern” is still kept, for you alone, for at most 7 days. It was "+
				"sent to nobody.")),
		Send: "Delete what I typed", After: []web.Component{p.emergency(q)},
	})
	return page, nil
}

func (p *pages) deleteDraft(q *web.Request) (web.Response, error) {
	if err := q.Drop(draftRaise, draftPages()...); err != nil {
		return nil, err
	}
	return web.Redirect{To: pathColleague, Flash: "What you typed was deleted"}, nil
}

// check shows the answers before they are sent, or leads to what must still be answered.
func (p *pages) check(q *web.Request) (web.Response, error) {
	f, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	info, in := p.raising(q), p.drafted(q, d)
	for i, page := range info.Pages {
		for _, x := range info.On(page) {
			if x.Shown(in) && x.Must(in) && in[x.ID].Empty() {
				return web.SeeOther(raisePaths()[i]), nil
			}
		}
	}
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	to := "your safeguarding team"
	if team, err := o.Team(q.Who().Team); err == nil {
		to = team.Name
	}
	paths := raisePaths()
	return web.Page{Title: "Check your answers and send", Section: sectionRaise, Nav: pathStart,
		Back: paths[len(paths)-1], Leave: true, Body: f.Ask(web.Question{
			Before: []web.Component{fieldweb.PagesOf(q, info, pathStart, d, nil).Summary(toYou, nil)},
			Fields: []web.Component{nhs.HiddenInput{Name: shownField, Value: shownOf(d)},
				nhs.Para("When you send it, it goes to " + to + ".")},
			Send:  info.Send,
			After: []web.Component{p.emergency(q)},
		})}, nil
}

// shownField says which answers stood on the page from which a concern is sent.
const shownField = "_shown"

func shownOf(d *web.Draft) string {
	sum := sha256.Sum256([]byte(d.Values.Encode()))
	return hex.EncodeToString(sum[:8])
}

func (p *pages) send(q *web.Request) (web.Response, error) {
	d, err := q.Draft(draftRaise)
	if err != nil {
		return nil, err
	}
	if d.Text("what") == "" {
		return nil, fail.New(fail.Conflict, "This concern was sent already, or has nothing in it yet. Look under My "+
			"concerns before you write it again")
	}
	if shown := q.Form().Raw(shownField, "what stood on the page"); len(shown) == 1 && shown[0] != shownOf(d) {
		return nil, fail.New(fail.Conflict, "What you typed was changed in another window since this page was shown. "+
			"It is below as it is now: look at it, and send it again")
	}
	receipt, err := p.desk.Raise(q.Context(), q.Actor(), room.Beginning{Answers: p.drafted(q, d), Key: q.Key(),
		Also: q.DropDraft(draftRaise, draftPages()...)})
	if err != nil {
		return nil, err
	}
	return web.SeeOther("/raise/sent/" + string(receipt.Reference)), nil
}

// sent is the confirmation: reference, who has it, by when the raiser hears, whom to ring.
func (p *pages) sent(q *web.Request) (web.Response, error) {
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
	return web.Page{Title: "Concern sent", Section: sectionRaise, Nav: pathStart, Leave: true, Question: true,
		Body: web.Stack(
			nhs.Panel{Heading: nhs.Heading{Text: "Concern sent"}, Content: nhs.Group{nhs.Text("Your reference is "),
				nhs.NoWrap(ref)}},
			nhs.Para(team.Name+" has it now."),
			nhs.Heading{Text: "What happens next", Level: 2, Size: nhs.SizeM},
			nhs.Para("We will tell you what happened by "+words.Date(v.HearsBy)+"."),
			nhs.Paragraph{Content: nhs.Group{nhs.Text("You can follow it and add to it under "),
				nhs.Link{Text: "My concerns", Href: "/mine/" + string(ref)}, nhs.Text(".")}},
			ring(team.Lead),
			p.emergency(q),
			nhs.Heading{Text: "If you want proof that you sent it", Level: 2, Size: nhs.SizeM},
			nhs.Paragraph{Content: nhs.Group{nhs.Text("You can "), nhs.Link{Text: "download a receipt", Href: "/raise/sent/" +
				string(ref) + "/receipt"},
				nhs.Text(". It says nothing about your concern or about you. Whoever checks the records can prove with it " +
					"that the concern was here. " +
					"On a computer that others use, do not leave it among the downloads.")}},
		)}, nil
}

// receipt is offered and never comes by itself; its name tells whoever sees the
// downloads of a shared computer nothing.
func (p *pages) receipt(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	b, err := p.Desk.Receipt(q.Context(), q.Actor(), p.Room, ref)
	if err != nil {
		return nil, err
	}
	return web.Download{Name: "note.txt", Type: "text/plain; charset=utf-8", Body: b}, nil
}
