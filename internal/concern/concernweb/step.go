package concernweb

import (
	"strconv"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// stepRoutes are the pages of the steps: what each asks, and its words, stand in the
// process. Notes have a page of their own; a step that an organisation added is found
// when it is asked for.
func (p *pages) stepRoutes() []web.Route {
	var out []web.Route
	for _, s := range process.Patient().AllSteps[1:] {
		pattern := "/cases/{ref}/" + s.Place()
		switch s.ID {
		case process.AddNote: // stands below the notes
		case process.ConfirmBar:
			out = append(out, web.Get(pattern, web.SignedIn, s.Label, p.secondWord))
		default:
			out = append(out, web.Get(pattern, web.SignedIn, s.Label, func(q *web.Request) (web.Response, error) { return p.showStep(q, s.ID) }))
		}
		out = append(out, web.Post(pattern, web.SignedIn, s.Label, func(q *web.Request) (web.Response, error) { return p.takeStep(q, s.ID) }).AsksAgain().Takes(len(field.Documents(s.Fields))))
		if len(s.Pages) > 0 {
			out = append(out,
				web.Get(pattern+"/{page}", web.SignedIn, s.Label+": one of its pages", func(q *web.Request) (web.Response, error) { return p.showTask(q, s.ID) }),
				web.Post(pattern+"/{page}", web.SignedIn, s.Label+": one of its pages", func(q *web.Request) (web.Response, error) { return p.keepTask(q, s.ID) }).AsksAgain())
		}
	}
	const local, title = "/cases/{ref}/steps/{step}", "A step that the organisation added"
	return append(out,
		web.Get(local, web.SignedIn, title, func(q *web.Request) (web.Response, error) { return p.showStep(q, process.Step(q.Path("step"))) }),
		web.Post(local, web.SignedIn, title, func(q *web.Request) (web.Response, error) { return p.takeStep(q, process.Step(q.Path("step"))) }).AsksAgain(),
		// The map of pages names triage below /concerns as well.
		web.Get("/concerns/{ref}/triage", web.SignedIn, "Decide what happens next", func(q *web.Request) (web.Response, error) {
			ref, err := q.Reference("ref")
			return web.SeeOther("/cases/" + string(ref) + "/triage"), err
		}))
}

// stepOf is a step as the organisation's process has it. Which of them have a page of
// another kind is the routes' to say.
func (p *pages) stepOf(q *web.Request, step process.Step) (process.StepInfo, error) {
	info, ok := p.desk.Definition(q.Who().Org).Step(step)
	if !ok || q.Path("step") != "" && !info.Local {
		return info, fail.New(fail.Missing, "This process has no such step")
	}
	return info, nil
}

// StepPath is the address of a step's page.
func StepPath(ref id.Reference, s process.StepInfo) string {
	return "/cases/" + string(ref) + "/" + s.Place()
}

// stepPage is the page of a step, or of a part of it: what is asked of it, once the
// record was opened and the step is open to whoever asks.
type stepPage struct {
	info  process.StepInfo
	c     *concern.Concern
	above []web.Component
}

// stepped opens the record for a page of a step, and puts a body on it; what has to come first otherwise.
func (p *pages) stepped(q *web.Request, step process.Step, body func(s stepPage, before []web.Component) (web.Body, error)) (web.Response, error) {
	info, err := p.stepOf(q, step)
	if err != nil {
		return nil, err
	}
	c, first, err := p.opened(q)
	if err != nil || first != nil {
		return first, err
	}
	above, err := p.frame(q, c, "-")
	if err != nil {
		return nil, err
	}
	meanwhile, err := p.meanwhile(q, q.Form(), c)
	if err != nil {
		return nil, err
	}
	open, err := p.mayTake(q, c, info)
	if err != nil {
		return nil, err
	}
	if !open {
		return p.notNow(q, c, info, above), nil
	}
	q.Form().Version(c.Version)
	b, err := body(stepPage{info, c, above}, present(meanwhile))
	if err != nil {
		return nil, err
	}
	page := casePage(q, info.Label, above, b)
	page.Caption, page.Back, page.BackText, page.Wide = string(c.Reference), "/cases/"+string(c.Reference), "Case", false
	return page, nil
}

func (p *pages) showStep(q *web.Request, step process.Step) (web.Response, error) {
	return p.stepped(q, step, func(s stepPage, before []web.Component) (web.Body, error) {
		if len(s.info.Pages) > 0 && !q.Posted() {
			return p.listTasks(q, s, before)
		}
		return p.askAll(q, s, before)
	})
}

// askAll is the whole form of a step.
func (p *pages) askAll(q *web.Request, s stepPage, before []web.Component) (web.Body, error) {
	more, err := p.before(q, s.c, s.info)
	if err != nil {
		return web.Body{}, err
	}
	asked, err := p.asked(q, q.Form(), s.c, s.info)
	if err != nil {
		return web.Body{}, err
	}
	return q.Form().Ask(web.Question{Before: append(before, more...), Fields: asked, Send: s.info.SendWords(), After: []web.Component{p.emergency(q)}}), nil
}

// asked are the questions of a step about this concern.
func (p *pages) asked(q *web.Request, f *web.Form, c *concern.Concern, info process.StepInfo) ([]web.Component, error) {
	return fieldweb.Asking{Form: f, Kept: c.Kept, Offer: func(x field.Field) ([]fieldweb.Option, error) { return p.offers(q, c, info, x) }}.Components(info.Fields)
}

// offers are the choices of a question that names somebody, or an entry of the record.
func (p *pages) offers(q *web.Request, c *concern.Concern, step process.StepInfo, x field.Field) (out []fieldweb.Option, err error) {
	switch x.Kind {
	case field.Entry:
		for _, t := range c.Taken {
			if b, ok := c.Bars.About(t.Version); step.ID == process.LiftBar && (!ok || b.Of != t.Version || b.State != room.BarStands || b.Lift != 0) {
				continue // keeps nobody out
			}
			info, _ := p.desk.Meant(c.Org, t).Step(t.Step)
			out = append(out, fieldweb.Option{ID: strconv.FormatInt(t.Version, 10), Label: stepDone(info, t) + ", " + words.Moment(t.At)})
		}
	case field.Person:
		leads, err := p.desk.Leads(q.Context(), c.Org)
		if err != nil {
			return nil, err
		}
		for _, l := range leads {
			if l.ID != c.Owner && !c.Bars.Has(l.ID) {
				out = append(out, fieldweb.Option{ID: l.ID.String(), Label: l.Name})
			}
		}
	}
	return out, nil
}

// before is what stands above a step's questions: what was said earlier, what the
// process says, and what only this record can tell.
func (p *pages) before(q *web.Request, c *concern.Concern, info process.StepInfo) (out []web.Component, err error) {
	for _, step := range info.Recall {
		if t, ok := c.Last(step); ok {
			out = append(out, nhs.Details{Summary: "What was raised", Content: p.saidIn(c, t), Open: true})
		}
	}
	for _, w := range info.Before {
		out = append(out, nhs.Para(w))
	}
	switch info.ID {
	case process.GiveFeedback:
		gone, err := p.hasLeft(q, c.By)
		if err != nil {
			return nil, err
		}
		if gone {
			out = append(out, nhs.WarningCallout{Heading: nhs.CardHeading{Text: "The person who raised this has left", Level: 2},
				Text: "They cannot log in and will not read this here. If you can reach them, tell them in another way, and write down what you told them and how."})
		}
	case process.Close:
		said := "the person who raised it was answered on "
		if answer, ok := c.Last(process.GiveFeedback); ok && answer.Outcome == process.CannotBeTold {
			said = "why the person who raised it cannot be told was recorded on "
		}
		out = append(out, nhs.Para("Before you close: "+said+words.Date(c.ToldAt())+"."))
	}
	return out, nil
}

// mayTake says whether the step is open to this person now.
func (p *pages) mayTake(q *web.Request, c *concern.Concern, info process.StepInfo) (bool, error) {
	may, err := p.desk.MayTake(q.Context(), Actor(q), c)
	for _, s := range may {
		if s.ID == info.ID {
			return true, err
		}
	}
	return false, err
}

// notNow says what has to come first. It has no form: what was sent to it is given back by the kit.
func (p *pages) notNow(q *web.Request, c *concern.Concern, info process.StepInfo, above []web.Component) web.Page {
	why := "Only somebody in another role can do this."
	for _, o := range info.Outcomes {
		if err := p.desk.Definition(c.Org).MayAs(process.Role(q.Who().Role), c.Status(), info.ID, o.ID); err != nil {
			why = fail.Words(err) + "."
			break
		}
	}
	if access.Decides(access.Action(info.ID)) && Actor(q).Person == c.By {
		why = "You raised this concern, so somebody else decides: give it to another safeguarding lead. " +
			"Where there is no other, the Caldicott Guardian sees it."
	}
	page := casePage(q, info.Label, above, web.Stack(nhs.Para(why), nhs.Paragraph{Content: nhs.Link{Text: "Back to the case", Href: "/cases/" + string(c.Reference)}}))
	page.Back, page.BackText = "/cases/"+string(c.Reference), "Case"
	return page
}

func (p *pages) takeStep(q *web.Request, step process.Step) (web.Response, error) {
	info, err := p.stepOf(q, step)
	if err != nil {
		return nil, err
	}
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	in, finer := fieldweb.Answers(q.Form(), info.Fields)
	var also func(*store.Tx) error
	if len(info.Pages) > 0 {
		t, err := fieldweb.Pages(q, info, StepPath(ref, info), nil)
		if err != nil {
			return nil, err
		}
		also = t.Drop(q, allPage)
	}
	return p.take(q, ref, info, in, finer, also)
}

// take takes a step with its answers, wherever they were given.
func (p *pages) take(q *web.Request, ref id.Reference, info process.StepInfo, in field.Answers, finer fieldweb.Finer, also func(*store.Tx) error) (web.Response, error) {
	asked, err := fieldweb.SecondLook(q, web.Page{Title: info.Label, Section: sectionCase, Nav: "/inbox"}, info, in, finer,
		func() error { return p.desk.Allowed(q.Context(), Actor(q), ref, info.ID) })
	if asked != nil {
		return asked, nil
	}
	if err == nil {
		_, err = p.desk.Take(q.Context(), Actor(q), ref, room.Taking{Step: info.ID, Answers: in, Version: q.Form().Expected(), Key: q.Key(), Also: also})
	}
	if err != nil {
		if len(fail.FieldsOf(err)) == 0 || reasonFirst(err, ref) == nil {
			return nil, finer.OnPage(err)
		}
		// a redirect would lose what was typed; this gives it back
		return nil, fail.New(fail.Conflict, "Open this case again first and say why you need to: it is not on your desk any more. Then send this again")
	}
	return web.Redirect{To: after(q, ref, info), Flash: info.Done}, nil
}

// after is where a step leads.
func after(q *web.Request, ref id.Reference, info process.StepInfo) string {
	switch {
	case info.Leaves:
		return "/"
	case info.ID == process.ConfirmBar && access.Role(q.Who().Role) != access.Lead:
		return pathTold
	case info.ID == process.AddNote:
		return StepPath(ref, info)
	}
	return "/cases/" + string(ref)
}
