package concernweb

import (
	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/process"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// StepPage is the page of one step: what it asks and how the answers are read.
// Faults are the step's own: its Validate names the same inputs as the fields.
type StepPage struct {
	Path   string // below /cases/{ref}/
	Step   process.Step
	Title  string
	Send   string // the button, which says what happens
	Flash  string // once it is done
	Then   string // where it leads; empty: back to the case
	Before func(q *web.Request, c *concern.Concern) []web.Component
	Fields func(q *web.Request, f *web.Form, c *concern.Concern) ([]web.Component, error)
	Read   func(q *web.Request, f *web.Form) (concern.Step, error)
	// Stop may ask for a second look first: an interruption that goes before the step is taken.
	Stop func(s concern.Step) *casework.Interruption
}

// StepRoutes are the routes of step pages, also for rooms that bring steps of their own.
func StepRoutes(desk *concern.Desk, people *directory.Desk, all ...StepPage) []web.Route {
	p := &pages{desk, people}
	var out []web.Route
	for _, s := range all {
		pattern := "/cases/{ref}/" + s.Path
		out = append(out,
			web.Get(pattern, web.SignedIn, s.Title, func(q *web.Request) (web.Response, error) { return p.showStep(q, s) }),
			web.Post(pattern, web.SignedIn, s.Title, func(q *web.Request) (web.Response, error) { return p.takeStep(q, s) }))
	}
	return out
}

func (p *pages) showStep(q *web.Request, s StepPage) (web.Response, error) {
	c, first, err := p.opened(q)
	if err != nil || first != nil {
		return first, err
	}
	above, err := p.frame(q, c, "-")
	if err != nil {
		return nil, err
	}
	f := q.Form()
	meanwhile, err := p.meanwhile(q, f, c)
	if err != nil {
		return nil, err
	}
	info, open, err := p.mayTake(q, c, s.Step)
	if err != nil {
		return nil, err
	}
	if !open {
		return p.notNow(q, c, s, info, above), nil
	}
	f.Version(c.Version)
	fields, err := s.Fields(q, f, c)
	if err != nil {
		return nil, err
	}
	before := present(meanwhile)
	if s.Before != nil {
		before = append(before, s.Before(q, c)...)
	}
	page := casePage(q, s.Title, above, f.Ask(web.Question{Before: before, Fields: fields, Send: s.Send, After: []web.Component{p.emergency(q)}}))
	page.Caption, page.Back, page.BackText, page.Wide = string(c.Reference), "/cases/"+string(c.Reference), "Case", false
	return page, nil
}

// mayTake says whether the step is open to this person now.
func (p *pages) mayTake(q *web.Request, c *concern.Concern, step process.Step) (process.StepInfo, bool, error) {
	may, err := p.desk.MayTake(q.Context(), Actor(q), c)
	for _, s := range may {
		if s.ID == step {
			return s, true, err
		}
	}
	info, _ := p.desk.Definition(c.Org).Step(step)
	return info, false, err
}

// notNow says what has to come first. It has no form: what was sent to it is given back by the kit.
func (p *pages) notNow(q *web.Request, c *concern.Concern, s StepPage, info process.StepInfo, above []web.Component) web.Page {
	why := "Only somebody in another role can do this."
	for _, o := range info.Outcomes {
		if err := p.desk.Definition(c.Org).MayAs(process.Role(q.Who().Role), c.Status, s.Step, o.ID); err != nil {
			why = fail.Words(err) + "."
			break
		}
	}
	if access.Decides(access.Action(s.Step)) && Actor(q).Person == c.Raiser {
		why = "You raised this concern, so somebody else decides: give it to another safeguarding lead. " +
			"Where there is no other, the Caldicott Guardian sees it."
	}
	page := casePage(q, s.Title, above, web.Stack(nhs.Para(why), nhs.Paragraph{Content: nhs.Link{Text: "Back to the case", Href: "/cases/" + string(c.Reference)}}))
	page.Back, page.BackText = "/cases/"+string(c.Reference), "Case"
	return page
}

func (p *pages) takeStep(q *web.Request, s StepPage) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	f := q.Form()
	step, err := s.Read(q, f)
	if err != nil {
		return nil, err
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := step.Validate(); err != nil {
		return nil, err
	}
	if s.Stop != nil && !f.Sure() {
		if box := s.Stop(step); box != nil {
			return q.Interrupt(web.Page{Title: s.Title, Section: sectionCase, Nav: "/inbox"}, *box, s.Send), nil
		}
	}
	if _, err := p.desk.Take(q.Context(), Actor(q), ref, concern.Taking{Step: step, Version: f.Expected(), Key: q.Key()}); err != nil {
		if reasonFirst(err, ref) != nil { // a redirect would lose what was typed; this gives it back
			return nil, fail.New(fail.Conflict, "Open this case again first and say why you need to: it is not on your desk any more. Then send this again")
		}
		return nil, err
	}
	then := s.Then
	if then == "" {
		then = "/cases/" + string(ref)
	}
	return web.Redirect{To: then, Flash: s.Flash}, nil
}
