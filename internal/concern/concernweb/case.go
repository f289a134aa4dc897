package concernweb

import (
	"cmp"
	"slices"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

func (p *pages) caseRoutes() []web.Route {
	in := web.SignedIn // the desk decides about the record
	to := func(below string) func(q *web.Request) (web.Response, error) {
		return func(q *web.Request) (web.Response, error) {
			ref, err := q.Reference("ref")
			return web.SeeOther(p.Path(ref) + below), err
		}
	}
	return []web.Route{
		web.Get("/concerns/{ref}", in, "A concern", to("")),
		// The map of pages names triage below /concerns as well.
		web.Get("/concerns/{ref}/triage", in, "Decide what happens next", to("/triage")),
		web.Get("/cases/{ref}", in, "Case: summary", p.summary),
		web.Get("/cases/{ref}/notes", in, "Case: notes", p.notes),
		web.Get("/cases/{ref}/decisions", in, "Case: decisions", p.some("Decisions", "/decisions",
			"Nothing has been decided yet.",
			process.Triage, process.DecideSharing, process.EmergencyDisclosure, process.Close)),
		web.Get("/cases/{ref}/timeline", in, "Case: timeline", p.some("Timeline", "/timeline", "")),
		web.Get("/cases/{ref}/access", in, "Case: who has opened it", p.ReadersPage),
		web.Get("/cases/{ref}/reason", in, "Say why you need to open it", p.reason),
		web.Post("/cases/{ref}/reason", in, "Say why you need to open it", p.sendReason),
	}
}

// statusOf shows the organisation's own state by the service's one list of states.
var statusOf = map[process.State]casework.Status{
	process.Received: casework.ToBeTakenUp, process.Acknowledged: casework.ToBeDecided, process.Gathering: casework.OnHold,
	process.Open: casework.OpenCase, process.FeedbackDue: casework.ToBeAnswered, process.Closed: casework.Closed,
}

// frame puts a page of a case where it belongs: who and what it is about, who has it, what
// is due next, and the sections; back leads to where its reader came from. Who has opened
// it is also looked at by those who may not look at the case.
func (p *pages) frame(q *web.Request, v room.View, current string, page *web.Page) {
	sections := p.Sections("Sections of this case", v.Reference, current, []string{"Summary", ""},
		[]string{"Notes", "/notes"},
		[]string{"Decisions", "/decisions"}, []string{"Timeline", "/timeline"}, []string{"Who has opened it", "/access"})
	page.Nav, page.Back, page.BackText = "", "/", ""
	switch lead := access.Role(q.Who().Role) == access.Lead; {
	case lead:
		page.Nav, page.Back, page.BackText = "/inbox", "/inbox", sectionInbox
	case current == "/access":
		page.Nav, page.Back, page.BackText = pathTold, pathTold, sectionTold
		return
	}
	if current != "/access" {
		person := p.Person(v)
		page.Above = append(page.Above, casework.KeyDetails{Reference: string(v.Reference), Person: person.Get("name"),
			Age:    cmp.Or(field.Field{Kind: field.Day}.Words(person["born"], nil), person.Get("about")),
			Status: statusOf[v.Stage], Owner: p.Directory.Names(q.Context())(v.Owner), Due: due(q, v)})
	}
	page.Above = append(page.Above, sections)
}

// due is the earliest open deadline in words.
func due(q *web.Request, v room.View) casework.Due {
	next, ok := v.NextDue()
	if !ok {
		return casework.Due{}
	}
	out := casework.Due{What: next.Label, When: "by " + words.Date(next.At)}
	switch {
	case q.Now().After(next.At):
		out.State = casework.Overdue
	case words.DayOf(q.Now()) == words.DayOf(next.At):
		out.State = casework.DueToday
	}
	return out
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
	return web.Page{Title: "Say why you need to open this", Caption: string(ref), Section: sectionCase, Back: "/",
		Body: f.Ask(web.Question{
			Before: []web.Component{nhs.WarningCallout{Heading: nhs.CardHeading{Text: "This is not on your desk", Level: 2},
				Text: "Your name and your reason are written down at once, and " + told + " told. Whoever may see who has " +
					"opened this record sees your reason too. Your reason is kept when the record is erased: do not write a " +
					"name in it, or what the record says."}},
			Fields: []web.Component{f.Textarea(nhs.Textarea{Name: "reason", Rows: 4,
				Label: label("Why do you need to open this record?")})},
			Send: "Write this down and open it",
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
	if err := p.desk.GiveReason(q.Context(), q.Actor(), ref, reason); err != nil {
		return nil, err
	}
	return web.SeeOther(p.Path(ref)), nil
}

// summary is what a lead needs first: what was written, what may be done now, what happened last.
func (p *pages) summary(q *web.Request) (web.Response, error) {
	v, first, err := p.Opened(q)
	if err != nil || first != nil {
		return first, err
	}
	raiser := p.Directory.Names(q.Context())(v.By)
	if raiser == "" {
		raiser = "Somebody without an account"
	}
	_, raising := p.Meant(v, v.Taken[0])
	return p.Page(q, v, "Case "+string(v.Reference), "", web.Stack(
		p.DoNext(v, usual(v)),
		p.Holds(q, v),
		nhs.Heading{Text: "What was raised", Level: 2, Size: nhs.SizeM},
		nhs.Paragraph{Content: nhs.Group{nhs.Text("By "), nhs.HTML(words.Name(raiser)), nhs.Text(" on "),
			nhs.HTML(words.MomentHTML(v.At)), nhs.Text(".")}},
		roomweb.AllSaid(raising, v.Taken[0].Answers, called),
		nhs.Heading{Text: "Latest", Level: 2, Size: nhs.SizeM},
		p.line(q, v, v.Taken[max(0, len(v.Taken)-5):], 3),
		p.Sent(v),
		p.Disputes(q, v),
		nhs.Paragraph{Content: nhs.Link{Text: "See the whole timeline", Href: p.Path(v.Reference) + "/timeline"}},
		p.emergency(q),
	)), nil
}

// usual is the step that most often comes next in a state: its button is the one
// primary action of the page; all others are links.
func usual(v room.View) process.Step {
	switch v.Stage {
	case process.Received:
		return process.Acknowledge
	case process.Acknowledged, process.Gathering:
		return process.Triage
	case process.FeedbackDue:
		if v.Facts.Has(process.Answered) {
			return process.Close
		}
		return process.GiveFeedback
	}
	_, referred := v.Last[process.Refer]
	switch {
	case !v.Facts.Has(process.SharingDecided):
		return process.DecideSharing
	case v.Facts.Has(process.DecisionToShare): // something is still to be sent
		return process.Refer
	case referred && v.Last[process.RecordTold].Outcome != process.ToldOutcome:
		return process.RecordTold
	case !v.Facts.Has(process.Answered):
		return process.GiveFeedback
	}
	return process.Close
}

// line is the timeline of some steps. What was raised stands on the summary and is not
// said again.
func (p *pages) line(q *web.Request, v room.View, taken []room.Taken, level int) web.Component {
	out := p.Timeline(q, v, taken, level)
	if len(taken) > 0 && taken[0].Step == process.Raise { // the oldest stands last
		e := &out.Events[len(out.Events)-1]
		e.Title, e.Role, e.Content = "Concern raised", "raised it", nil
	}
	return out
}

// some is a section of a case: its steps of some kinds, all when none is named.
func (p *pages) some(title, below, none string, steps ...process.Step) func(*web.Request) (web.Response, error) {
	return func(q *web.Request) (web.Response, error) {
		v, first, err := p.Opened(q)
		if err != nil || first != nil {
			return first, err
		}
		body := p.only(q, v, none, 2, steps...)
		return p.Page(q, v, title+" of case "+string(v.Reference), below, web.Stack(body)), nil
	}
}

func (p *pages) only(q *web.Request, v room.View, none string, level int, steps ...process.Step) web.Component {
	taken := slices.DeleteFunc(slices.Clone(v.Taken), func(t room.Taken) bool {
		return len(steps) > 0 && !slices.Contains(steps, t.Step)
	})
	if len(taken) == 0 {
		return casework.EmptyState{Why: none}
	}
	return p.line(q, v, taken, level)
}

// notes are the words that people added; what was written stays.
func (p *pages) notes(q *web.Request) (web.Response, error) {
	v, first, err := p.Opened(q)
	if err != nil || first != nil {
		return first, err
	}
	info, _ := v.Process.Step(process.AddNote)
	box := web.Question{Before: p.Meanwhile(q, v), Send: info.SendWords(), After: []web.Component{
		nhs.Heading{Text: "Notes", Level: 2, Size: nhs.SizeM}, p.only(q, v, "No notes have been added yet.", 3,
			process.AddNote, process.Correct)}}
	q.Form().Version(v.Version)
	asked, err := p.Questions(q, info, v)
	if err != nil {
		return nil, err
	}
	who := casework.WhoCanSee{What: "this note", Roles: []string{"Safeguarding leads of the team",
		"Whoever has this case", "Others who may open it, with a reason that is written down"}}
	box.Fields = append([]web.Component{who}, asked...)
	return p.Page(q, v, "Notes of case "+string(v.Reference), "/notes", q.Form().Ask(box)), nil
}
