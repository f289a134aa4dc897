package concernweb

import (
	"slices"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const draftRaise = "raise"

// The pages of raising, in order. The two that hold no answer that must be given
// can be passed over with one press.
const (
	pathStart   = "/raise"
	pathAbout   = "/raise/about"
	pathWhat    = "/raise/what"
	pathWhen    = "/raise/when"
	pathPerson  = "/raise/person"
	pathSpoken  = "/raise/done-so-far"
	pathContact = "/raise/contact"
	pathCheck   = "/raise/check"
)

// draftPages are those on which something of the draft may be left unsent.
var draftPages = []string{pathAbout, pathWhat, pathWhen, pathPerson, pathSpoken, pathContact, pathCheck}

func (p *pages) raiseRoutes() []web.Route {
	may := string(access.RaiseConcern)
	return []web.Route{
		web.Get(pathStart, web.Public, "Raise a concern", p.start),
		web.Get(pathAbout, may, "Who is this about?", p.about),
		web.Post(pathAbout, may, "Who is this about?", p.sendAbout),
		web.Get("/raise/colleague", may, "A concern about a colleague", p.colleague),
		web.Post("/raise/colleague", may, "Delete what was typed", p.deleteDraft),
		web.Get(pathWhat, may, "What are you worried about?", p.what),
		web.Post(pathWhat, may, "What are you worried about?", p.sendWhat),
		web.Get(pathWhen, may, "When and where did it happen?", p.when),
		web.Post(pathWhen, may, "When and where did it happen?", p.sendWhen),
		web.Get(pathPerson, may, "What do you know about them?", p.person),
		web.Post(pathPerson, may, "What do you know about them?", p.sendPerson),
		web.Get(pathSpoken, may, "Have you spoken to anyone?", p.spoken),
		web.Post(pathSpoken, may, "Have you spoken to anyone?", p.sendSpoken),
		web.Get(pathContact, may, "How can we reach you?", p.contact),
		web.Post(pathContact, may, "How can we reach you?", p.sendContact),
		web.Get(pathCheck, may, "Check your answers and send", p.check),
		web.Post(pathCheck, may, "Check your answers and send", p.send),
		web.Get("/raise/sent/{ref}", may, "Concern sent", p.sent),
		web.Get("/raise/sent/{ref}/receipt", may, "Receipt", p.receipt),
	}
}

// start says who will see it before anything is asked.
func (p *pages) start(q *web.Request) (web.Response, error) {
	d := p.desk.Definition(q.Who().Org)
	return web.Page{
		Title: "Raise a concern", Section: sectionRaise, Nav: pathStart, Leave: q.SignedIn(),
		Body: web.Stack(
			nhs.Card{Heading: nhs.CardHeading{Text: d.Emergency.Heading}, Variant: nhs.Emergency,
				Content: nhs.Group{nhs.Para(d.Emergency.Words), nhs.Para("Call 999 if:"), nhs.Bullets(d.Emergency.CallIf...)}},
			nhs.Para("Use this if you are worried that someone may be drawn into terrorism, or that others are using them. This is safeguarding: the aim is to help the person."),
			nhs.Para("You do not need to be sure, and you need nothing at hand. It takes about 2 minutes. You can ask for advice at any time."),
			nhs.Heading{Text: "Who will see it", Level: 2, Size: nhs.SizeM},
			nhs.Para("Your safeguarding team. Everyone who opens it is written down. This service shows it, and your name, to nobody else without a reason that is written down, and never to the person it is about."),
			nhs.Para("As soon as you send it, you see the date by which we will tell you what happened."),
			nhs.Button{Text: "Start now", Href: pathAbout},
			nhs.Para("Each time you go on to another page, what you typed is kept for you alone until you send it, for at most 7 days. “Leave this page” takes you to another page at once and logs you out; it does not clear the history of your browser."),
		),
	}, nil
}

var abouts = []concern.Choice{
	{ID: string(concern.AboutPatient), Label: "A patient"},
	{ID: string(concern.Colleague), Label: "A colleague"},
	{ID: string(concern.AboutVisitor), Label: "A visitor or someone else"},
	{ID: string(concern.AboutPlace), Label: "A place, an event or online material"},
	{ID: string(concern.AboutUnsure), Label: "I am not sure"},
}

func (p *pages) about(q *web.Request) (web.Response, error) {
	f, _, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	r := radios("about", "Who is this about?", "", abouts)
	for i := range r.Items {
		if r.Items[i].Value == string(concern.Colleague) {
			r.Items[i].Hint = nhs.Hint{Text: "This goes another way. Your own team and its managers do not see it"}
		}
	}
	return p.question(q, f, "Who is this about?", pathStart, f.Radios(r)), nil
}

func (p *pages) sendAbout(q *web.Request) (web.Response, error) {
	f := q.Form()
	about := f.Choice("about", web.Ask{What: "who the concern is about", Needed: true}, ids(abouts)...)
	if err := f.Err(); err != nil {
		return nil, err
	}
	if about == string(concern.Colleague) {
		return web.SeeOther("/raise/colleague"), nil
	}
	return p.keep(q, pathWhat, "about")
}

// colleague is the door of the sealed route: it says whom to ring, keeps nothing, and
// offers to delete what was typed before it was opened.
func (p *pages) colleague(q *web.Request) (web.Response, error) {
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	whom := nhs.Para("Ring the named owner of this route. Your safeguarding team can tell you who it is.")
	if o.Colleague.Telephone != "" {
		whom = nhs.Para("Ring " + o.Colleague.Owner + " on " + o.Colleague.Telephone + ".")
	}
	_, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: "A concern about a colleague", Section: sectionRaise, Nav: pathStart, Back: pathAbout, Leave: true}
	body := []web.Component{
		nhs.Para("A concern about a colleague is kept apart from all others. It is not written into Heed yet: you tell it to one named person."),
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
			nhs.Para("What you typed under “Raise a concern” is still kept, for you alone, for at most 7 days. It was sent to nobody.")),
		Send: "Delete what I typed", After: []web.Component{p.emergency(q)},
	})
	return page, nil
}

func (p *pages) deleteDraft(q *web.Request) (web.Response, error) {
	if err := q.Drop(draftRaise, draftPages...); err != nil {
		return nil, err
	}
	return web.Redirect{To: "/raise/colleague", Flash: "What you typed was deleted"}, nil
}

func (p *pages) what(q *web.Request) (web.Response, error) {
	f, _, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	return p.question(q, f, "What are you worried about?", p.back(q, pathAbout), f.CharacterCount(nhs.CharacterCount{
		Name: "what", MaxLength: concern.MaxText, Threshold: 75, Rows: 8,
		Label: heading("What are you worried about?"),
		Hint:  nhs.Hint{Text: "Write what you saw or heard, in your own words, and not what you think it means"},
	})), nil
}

func (p *pages) sendWhat(q *web.Request) (web.Response, error) {
	q.Form().Text("what", web.Ask{What: "what you are worried about", Needed: true, Max: concern.MaxText})
	return p.keep(q, pathWhen, "what")
}

func (p *pages) when(q *web.Request) (web.Response, error) {
	f, _, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	return p.fields(q, f, "When and where did it happen?", p.back(q, pathWhat),
		f.Date("when", nhs.DateInput{Legend: nhs.Legend{Text: "When it happened (optional)", Size: nhs.SizeS}, Hint: nhs.Hint{Text: "For example, 27 3 2026. Leave it empty if you do not know"}}),
		f.Input(nhs.Input{Name: "over", Label: Label("Or over what time (optional)"), Hint: nhs.Hint{Text: "For example, since the summer"}}),
		f.Input(nhs.Input{Name: "where", Label: Label("Where it happened (optional)"), Hint: nhs.Hint{Text: "For example, the outpatient clinic, or online"}}),
	), nil
}

func (p *pages) sendWhen(q *web.Request) (web.Response, error) {
	f := q.Form()
	f.Day("when", web.DayAsk{Ask: web.Ask{What: "when it happened"}, NotAfter: q.Today()})
	f.Line("over", web.Ask{What: "over what time it happened", Max: concern.MaxPeriod})
	f.Line("where", web.Ask{What: "where it happened", Max: concern.MaxLine})
	return p.keep(q, pathPerson, "when-day", "when-month", "when-year", "over", "where")
}

func (p *pages) person(q *web.Request) (web.Response, error) {
	f, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	title := "What do you know about them?"
	if d.Text("about") == string(concern.AboutPlace) {
		title = "Do you know of a person it is about?"
	}
	return p.fields(q, f, title, p.back(q, pathWhen),
		nhs.Para("Leave empty what you do not know or do not want to say yet."),
		f.Input(nhs.Input{Name: "name", Label: Label("Full name (optional)"), Autocomplete: "off", Spellcheck: nhs.Off}),
		f.Input(nhs.Input{Name: "age", Label: Label("Date of birth or age (optional)"), Autocomplete: "off", Width: 20}),
		f.Input(nhs.Input{Name: "number", Label: Label("NHS number (optional)"), Hint: nhs.Hint{Text: "A 10 digit number, like 999 123 4567"}, Inputmode: "numeric", Autocomplete: "off", Spellcheck: nhs.Off, Width: 20, Code: true}),
	), nil
}

func (p *pages) sendPerson(q *web.Request) (web.Response, error) {
	f := q.Form()
	f.Line("name", web.Ask{What: "the full name", Max: concern.MaxLine})
	f.Line("age", web.Ask{What: "the date of birth or age", Max: 40})
	f.NHSNumber("number", web.Ask{What: "the NHS number"})
	return p.keep(q, pathSpoken, "name", "age", "number")
}

var spokens = []concern.Choice{
	{ID: string(concern.SpokenManager), Label: "My manager"},
	{ID: string(concern.SpokenLead), Label: "A safeguarding lead"},
	{ID: string(concern.SpokenPerson), Label: "The person"},
	{ID: string(concern.SpokenPolice), Label: "Police"},
	{ID: string(concern.SpokenNobody), Label: "No, nobody"},
}

var knows = []concern.Choice{
	{ID: string(concern.Yes), Label: "Yes"},
	{ID: string(concern.No), Label: "No"},
	{ID: string(concern.Unknown), Label: "I do not know"},
}

func (p *pages) spoken(q *web.Request) (web.Response, error) {
	f, _, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	boxes := nhs.Checkboxes{Name: "spoken", Legend: nhs.Legend{Text: "Whom have you spoken to about it? (optional)", Size: nhs.SizeS}, Hint: nhs.Hint{Text: "Select all that apply"}}
	for _, c := range spokens {
		b := nhs.Checkbox{Value: c.ID, Text: c.Label}
		if c.ID == string(concern.SpokenNobody) {
			boxes.Items = append(boxes.Items, nhs.Checkbox{Divider: "or"})
			b.Behaviour = nhs.Exclusive
		}
		boxes.Items = append(boxes.Items, b)
	}
	r := radios("knows", "", "", knows)
	r.Legend = nhs.Legend{Text: "Does the person know that you are worried? (optional)", Size: nhs.SizeS}
	return p.fields(q, f, "Have you spoken to anyone?", p.back(q, pathPerson), f.Checkboxes(boxes), f.Radios(r)), nil
}

func (p *pages) sendSpoken(q *web.Request) (web.Response, error) {
	f := q.Form()
	chosen := f.Choices("spoken", web.Ask{What: "whom you have spoken to"}, ids(spokens)...)
	if slices.Contains(chosen, string(concern.SpokenNobody)) && len(chosen) > 1 {
		f.Add("spoken", "Select either nobody or the people you have spoken to")
	}
	f.Choice("knows", web.Ask{What: "whether the person knows"}, ids(knows)...)
	return p.keep(q, pathContact, "spoken", "knows")
}

func (p *pages) contact(q *web.Request) (web.Response, error) {
	f, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	me, err := p.directory.Person(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	if !d.Has("reach") {
		f.Default("reach", me.Phone)
	}
	return p.fields(q, f, "How can we reach you?", p.back(q, pathSpoken),
		nhs.Para("This service does not show your name to the person it is about."),
		f.Textarea(nhs.Textarea{Name: "reach", Rows: 3, Label: Label("How and when to reach you (optional)"), Hint: nhs.Hint{Text: "For example, a number, and when you are on shift"}}),
	), nil
}

func (p *pages) sendContact(q *web.Request) (web.Response, error) {
	q.Form().Text("reach", web.Ask{What: "how and when to reach you", Max: concern.MaxShort})
	return p.keep(q, pathCheck, "reach")
}

func (p *pages) check(q *web.Request) (web.Response, error) {
	f, d, err := p.draft(q)
	if err != nil {
		return nil, err
	}
	switch { // what must be answered, in order
	case d.Text("about") == "":
		return web.SeeOther(pathAbout), nil
	case d.Text("what") == "":
		return web.SeeOther(pathWhat), nil
	}
	o, err := p.organisation(q)
	if err != nil {
		return nil, err
	}
	to := ""
	if team, err := o.Team(q.Who().Team); err == nil {
		to = team.Name
	}
	return web.Page{Title: "Check your answers and send", Section: sectionRaise, Nav: pathStart, Back: pathContact, Leave: true, Body: f.Ask(web.Question{
		Before: []web.Component{answers(d)},
		Fields: []web.Component{nhs.Para("When you send it, it goes to " + orTeam(to) + ".")},
		Send:   "Send this concern",
		After:  []web.Component{p.emergency(q)},
	})}, nil
}

func orTeam(name string) string {
	if name == "" {
		return "your safeguarding team"
	}
	return name
}

// answers are only what was asked, with a way back to each page.
func answers(d *web.Draft) web.Component {
	row := func(key, value, page, hidden string) nhs.SummaryRow {
		r := nhs.SummaryRow{Key: nhs.SummaryCell{Text: key}, Actions: []nhs.Action{{Text: "Change", Hidden: hidden, Href: page + "?check=1"}}}
		r.Value = nhs.SummaryCell{Text: "Not provided"}
		if value != "" {
			r.Value = nhs.SummaryCell{Content: typed(value)}
		}
		return r
	}
	when := d.Text("over")
	if d.Text("when-day") != "" {
		if day, fault := words.ParseDay("", d.Text("when-day"), d.Text("when-month"), d.Text("when-year")); fault == nil {
			when = joined(day.String(), when)
		}
	}
	number, _ := words.ParseNHSNumber(d.Text("number"))
	return nhs.SummaryList{Rows: []nhs.SummaryRow{
		row("About", concern.Label(abouts, d.Text("about")), pathAbout, "who it is about"),
		row("What you are worried about", d.Text("what"), pathWhat, "what you are worried about"),
		row("When", when, pathWhen, "when it happened"),
		row("Where", d.Text("where"), pathWhen, "where it happened"),
		row("Full name", d.Text("name"), pathPerson, "the full name"),
		row("Date of birth or age", d.Text("age"), pathPerson, "the date of birth or age"),
		row("NHS number", number.String(), pathPerson, "the NHS number"),
		row("Spoken to", labels(spokens, d.Values["spoken"]), pathSpoken, "whom you have spoken to"),
		row("Does the person know", labels(knows, d.Values["knows"]), pathSpoken, "whether the person knows"),
		row("How to reach you", d.Text("reach"), pathContact, "how to reach you"),
	}}
}

// report is the draft as the desk takes it.
func report(d *web.Draft) concern.Report {
	r := concern.Report{
		About: concern.About(d.Text("about")), What: words.Lines(d.Text("what")), Over: d.Text("over"), Where: d.Text("where"),
		Person: concern.PersonSeen{Name: d.Text("name"), Age: d.Text("age"), Number: d.Text("number")},
		Knows:  concern.Known(d.Text("knows")), Reach: words.Lines(d.Text("reach")),
	}
	for _, s := range d.Values["spoken"] {
		if s != "" {
			r.Spoken = append(r.Spoken, concern.Spoken(s))
		}
	}
	if day, fault := words.ParseDay("", d.Text("when-day"), d.Text("when-month"), d.Text("when-year")); fault == nil {
		r.When = day.ISO()
	}
	return r
}

func (p *pages) send(q *web.Request) (web.Response, error) {
	d, err := q.Draft(draftRaise)
	if err != nil {
		return nil, err
	}
	if d.Text("what") == "" {
		return nil, fail.New(fail.Conflict, "This concern was sent already, or has nothing in it yet. Look under My concerns before you write it again")
	}
	receipt, err := p.desk.Raise(q.Context(), Actor(q), report(d), q.Key(), q.DropDraft(draftRaise, draftPages...))
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
	v, err := p.desk.Own(q.Context(), Actor(q), ref)
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
	return web.Page{Title: "Concern sent", Section: sectionRaise, Nav: pathStart, Leave: true, Question: true, Body: web.Stack(
		nhs.Panel{Heading: nhs.Heading{Text: "Concern sent"}, Content: nhs.Group{nhs.Text("Your reference is "), nhs.NoWrap(ref)}},
		nhs.Para(team.Name+" has it now."),
		nhs.Heading{Text: "What happens next", Level: 2, Size: nhs.SizeM},
		nhs.Para("We will tell you what happened by "+words.Date(v.TellBy)+"."),
		nhs.Paragraph{Content: nhs.Group{nhs.Text("You can follow it and add to it under "), nhs.Link{Text: "My concerns", Href: "/mine/" + string(ref)}, nhs.Text(".")}},
		ring(team.Lead),
		p.emergency(q),
		nhs.Heading{Text: "If you want proof that you sent it", Level: 2, Size: nhs.SizeM},
		nhs.Paragraph{Content: nhs.Group{nhs.Text("You can "), nhs.Link{Text: "download a receipt", Href: "/raise/sent/" + string(ref) + "/receipt"},
			nhs.Text(". It says nothing about your concern or about you. Whoever checks the records can prove with it that the concern was here. " +
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
	b, err := p.desk.Receipt(q.Context(), Actor(q), ref)
	if err != nil {
		return nil, err
	}
	return web.Download{Name: "note.txt", Type: "text/plain; charset=utf-8", Body: b}, nil
}
