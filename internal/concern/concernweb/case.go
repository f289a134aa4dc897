package concernweb

import (
	"errors"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

func (p *pages) caseRoutes() []web.Route {
	in := web.SignedIn // the desk decides about the record
	return []web.Route{
		web.Get("/concerns/{ref}", in, "A concern", func(q *web.Request) (web.Response, error) {
			ref, err := q.Reference("ref")
			return web.SeeOther("/cases/" + string(ref)), err
		}),
		web.Get("/cases/{ref}", in, "Case: summary", p.summary),
		web.Get("/cases/{ref}/notes", in, "Case: notes", p.notes),
		web.Get("/cases/{ref}/decisions", in, "Case: decisions", p.decisions),
		web.Get("/cases/{ref}/timeline", in, "Case: timeline", p.wholeTimeline),
		web.Get("/cases/{ref}/access", in, "Case: who has opened it", p.readers),
		web.Get("/cases/{ref}/documents/{version}/{number}", in, "Case: a document", p.document),
		web.Get("/cases/{ref}/reason", in, "Say why you need to open it", p.reason),
		web.Post("/cases/{ref}/reason", in, "Say why you need to open it", p.sendReason),
	}
}

// opened gives the case to a page; a reason is asked first where one is needed.
func (p *pages) opened(q *web.Request) (*concern.Concern, web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, nil, err
	}
	c, err := p.desk.Open(q.Context(), Actor(q), ref)
	if first := reasonFirst(err, ref); first != nil {
		return nil, first, nil
	}
	return c, nil, err
}

// document gives a document of a case out, to be saved: never shown as a page.
func (p *pages) document(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	asked, err := room.ParseDocumentAsked(q.Path("version"), q.Path("number"))
	if err != nil {
		return nil, err
	}
	got, err := p.desk.Document(q.Context(), Actor(q), ref, asked)
	if first := reasonFirst(err, ref); first != nil {
		return first, nil
	}
	if err != nil {
		return nil, err
	}
	return fieldweb.DocumentOf(ref, asked, got), nil
}

// reasonFirst leads to the page that asks for a reason.
func reasonFirst(err error, ref id.Reference) web.Response {
	var first *concern.ReasonFirst
	if errors.As(err, &first) || fail.FieldsOf(err).For("reason") != "" {
		return web.SeeOther("/cases/" + string(ref) + "/reason")
	}
	return nil
}

// reason is the interruption before a record that is not plainly one's own.
func (p *pages) reason(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	if access.Role(q.Who().Role) != access.Lead && access.Role(q.Who().Role) != access.CaldicottGuardian {
		return nil, fail.New(fail.Hidden, "Page not found")
	}
	f := q.Form()
	told := "the Caldicott Guardian is"
	if access.Role(q.Who().Role) == access.CaldicottGuardian { // nobody is told of themselves
		told = "the other Caldicott Guardian or the executive lead is"
	}
	return web.Page{Title: "Say why you need to open this", Caption: string(ref), Section: sectionCase, Back: "/", Body: f.Ask(web.Question{
		Before: []web.Component{nhs.WarningCallout{Heading: nhs.CardHeading{Text: "This is not on your desk", Level: 2}, Text: "Your name and your reason are written down at once, and " + told + " told. Whoever may see who has opened this record sees your reason too."}},
		Fields: []web.Component{f.Textarea(nhs.Textarea{Name: "reason", Rows: 4, Label: label("Why do you need to open this record?")})},
		Send:   "Write this down and open it",
	})}, nil
}

func (p *pages) sendReason(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	f := q.Form()
	reason := f.Text("reason", web.Ask{What: "why you need to open this record", Needed: true, Max: concern.MaxShort})
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := p.desk.GiveReason(q.Context(), Actor(q), ref, reason); err != nil {
		return nil, err
	}
	return web.SeeOther("/cases/" + string(ref)), nil
}

// casePage leads back to where its reader came from: the inbox is a lead's alone.
func casePage(q *web.Request, title string, above []web.Component, body web.Body) web.Page {
	p := web.Page{Title: title, Section: sectionCase, Back: "/", Above: above, Wide: true, Body: body}
	if access.Role(q.Who().Role) == access.Lead {
		p.Nav, p.Back, p.BackText = "/inbox", "/inbox", sectionInbox
	}
	return p
}

// summary is what a lead needs first: what was written, what may be done now, what happened last.
func (p *pages) summary(q *web.Request) (web.Response, error) {
	c, first, err := p.opened(q)
	if err != nil || first != nil {
		return first, err
	}
	above, err := p.frame(q, c, "")
	if err != nil {
		return nil, err
	}
	line, err := p.timeline(q, c, 5, 3)
	if err != nil {
		return nil, err
	}
	names, err := p.names(q.Context(), c.By)
	if err != nil {
		return nil, err
	}
	raiser := names[c.By]
	if raiser == "" {
		raiser = "Somebody without an account"
	}
	next, err := p.doNext(q, c)
	if err != nil {
		return nil, err
	}
	return casePage(q, "Case "+string(c.Reference), above, web.Stack(
		next,
		nhs.Heading{Text: "What was raised", Level: 2, Size: nhs.SizeM},
		nhs.Paragraph{Content: nhs.Group{nhs.Text("By "), nhs.HTML(words.Name(raiser)), nhs.Text(" on "), nhs.HTML(words.MomentHTML(c.At)), nhs.Text(".")}},
		p.saidIn(c, c.Taken[0]),
		nhs.Heading{Text: "Latest", Level: 2, Size: nhs.SizeM},
		line,
		nhs.Paragraph{Content: nhs.Link{Text: "See the whole timeline", Href: "/cases/" + string(c.Reference) + "/timeline"}},
		p.emergency(q),
	)), nil
}

// usual is the step that most often comes next in a state: its button is the one
// primary action of the page; all others are links.
func usual(c *concern.Concern) process.Step {
	switch c.Stage {
	case process.Received:
		return process.Acknowledge
	case process.Acknowledged, process.Gathering:
		return process.Triage
	case process.FeedbackDue:
		if c.Facts.Has(process.Answered) {
			return process.Close
		}
		return process.GiveFeedback
	}
	_, referred := c.Last(process.Refer)
	outcome, told := c.Last(process.RecordTold)
	switch {
	case !c.Facts.Has(process.SharingDecided):
		return process.DecideSharing
	case c.Facts.Has(process.DecisionToShare) && !referred:
		return process.Refer
	case referred && (!told || outcome.Outcome != process.ToldOutcome):
		return process.RecordTold
	case !c.Facts.Has(process.Answered):
		return process.GiveFeedback
	}
	return process.Close
}

// doNext offers what this person may do now: one button, and links.
func (p *pages) doNext(q *web.Request, c *concern.Concern) (web.Component, error) {
	may, err := p.desk.MayTake(q.Context(), Actor(q), c)
	if err != nil {
		return nil, err
	}
	next := usual(c)
	var out nhs.Group
	var links nhs.List
	links.Plain = true
	for _, s := range may {
		if s.ID == next {
			out = append(out, nhs.Button{Text: s.Label, Href: StepPath(c.Reference, s)})
			continue
		}
		links.Items = append(links.Items, nhs.Link{Text: s.Label, Href: StepPath(c.Reference, s)})
	}
	if len(out)+len(links.Items) == 0 {
		return nil, nil //nolint:nilnil // no component is a component
	}
	head := nhs.Heading{Text: "What you can do", Level: 2, Size: nhs.SizeM}
	return append(append(nhs.Group{head}, out...), links), nil
}

func (p *pages) wholeTimeline(q *web.Request) (web.Response, error) {
	c, first, err := p.opened(q)
	if err != nil || first != nil {
		return first, err
	}
	above, err := p.frame(q, c, "/timeline")
	if err != nil {
		return nil, err
	}
	line, err := p.timeline(q, c, 0, 2)
	if err != nil {
		return nil, err
	}
	return casePage(q, "Timeline of case "+string(c.Reference), above, web.Stack(line)), nil
}

// decisions are triage and sharing, with their reasons, newest first.
func (p *pages) decisions(q *web.Request) (web.Response, error) {
	c, first, err := p.opened(q)
	if err != nil || first != nil {
		return first, err
	}
	above, err := p.frame(q, c, "/decisions")
	if err != nil {
		return nil, err
	}
	only := *c
	only.Taken = nil
	for _, t := range c.Taken {
		switch t.Step {
		case process.Triage, process.DecideSharing, process.EmergencyDisclosure, process.Close:
			only.Taken = append(only.Taken, t)
		}
	}
	var body web.Component = casework.EmptyState{Why: "Nothing has been decided yet."}
	if len(only.Taken) > 0 {
		if body, err = p.timeline(q, &only, len(only.Taken), 2); err != nil {
			return nil, err
		}
	}
	return casePage(q, "Decisions of case "+string(c.Reference), above, web.Stack(body)), nil
}

// readers are all who opened the record, and nothing else of it: whoever may look at
// this list need not be one who may open the case.
func (p *pages) readers(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	readers, err := p.desk.Readers(q.Context(), Actor(q), ref)
	if first := reasonFirst(err, ref); first != nil {
		return first, nil
	}
	if err != nil {
		return nil, err
	}
	people := make([]id.Person, 0, len(readers))
	for _, r := range readers {
		people = append(people, r.By)
	}
	names, err := p.names(q.Context(), people...)
	if err != nil {
		return nil, err
	}
	d := p.desk.Definition(q.Who().Org)
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Everyone who has opened this case, newest first", Size: nhs.SizeM}, Head: nhs.Heads("When", "Who", "As", "What")}
	for _, r := range readers {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.HTML(words.MomentHTML(r.At))}, {Content: nhs.HTML(words.Name(names[r.By]))}, {Text: roleWords(d, r.Role)}, {Content: whatAndWhy(r)}})
	}
	page := web.Page{Title: "Who has opened case " + string(ref), Section: sectionCase, Wide: true, Nav: "/inbox", Back: "/inbox", BackText: "Inbox",
		Above: []web.Component{sections(ref, "/access")}, Body: web.Stack(t, nhs.Para("That you looked at this list is written down too."))}
	if access.Role(q.Who().Role) != access.Lead { // who may look at this list and not at the case
		page.Nav, page.Back, page.BackText, page.Above = pathTold, pathTold, sectionTold, nil
	}
	return page, nil
}

// whatAndWhy is what somebody did, with the reason that they gave.
func whatAndWhy(r concern.Reader) web.Component {
	if r.Why == "" {
		return nhs.Text(r.What)
	}
	return nhs.Group{nhs.Text(r.What), typed(r.Why)}
}

// notes are the words that people added; what was written stays.
func (p *pages) notes(q *web.Request) (web.Response, error) {
	c, first, err := p.opened(q)
	if err != nil || first != nil {
		return first, err
	}
	above, err := p.frame(q, c, "/notes")
	if err != nil {
		return nil, err
	}
	f := q.Form()
	meanwhile, err := p.meanwhile(q, f, c)
	if err != nil {
		return nil, err
	}
	f.Version(c.Version)
	only := *c
	only.Taken = nil
	for _, t := range c.Taken {
		if t.Step == process.AddNote || t.Step == process.Correct {
			only.Taken = append(only.Taken, t)
		}
	}
	var list web.Component = casework.EmptyState{Why: "No notes have been added yet."}
	if len(only.Taken) > 0 {
		if list, err = p.timeline(q, &only, len(only.Taken), 3); err != nil {
			return nil, err
		}
	}
	info, err := p.stepOf(q, process.AddNote)
	if err != nil {
		return nil, err
	}
	asked, err := p.asked(q, f, c, info)
	if err != nil {
		return nil, err
	}
	who := casework.WhoCanSee{What: "this note", Roles: []string{"Safeguarding leads of the team", "Whoever has this case", "Others who may open it, with a reason that is written down"}}
	box := web.Question{Send: info.SendWords(), After: []web.Component{nhs.Heading{Text: "Notes", Level: 2, Size: nhs.SizeM}, list}}
	box.Before, box.Fields = present(meanwhile), append([]web.Component{who}, asked...)
	return casePage(q, "Notes of case "+string(c.Reference), above, f.Ask(box)), nil
}

// present leaves an absent component out.
func present(cs ...web.Component) []web.Component {
	var out []web.Component
	for _, c := range cs {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}
