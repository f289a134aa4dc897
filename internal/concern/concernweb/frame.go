package concernweb

import (
	"slices"

	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// statusOf shows the organisation's own state by the service's one list of states.
var statusOf = map[process.State]casework.Status{
	process.Received: casework.ToBeTakenUp, process.Acknowledged: casework.ToBeDecided, process.Gathering: casework.OnHold,
	process.Open: casework.OpenCase, process.FeedbackDue: casework.ToBeAnswered, process.Closed: casework.Closed,
}

// Frame is what stands over every page of a case: who and what it is about, who
// has it, what is due next, and the sections. current is the path of the section.
func (p *pages) frame(q *web.Request, c *concern.Concern, current string) ([]web.Component, error) {
	names, err := p.names(q.Context(), c.Owner)
	if err != nil {
		return nil, err
	}
	person, age := c.Person()
	return []web.Component{casework.KeyDetails{
		Reference: string(c.Reference), Person: person, Age: age,
		Status: statusOf[c.Stage], Owner: names[c.Owner], Due: p.due(q, c),
	}, sections(c.Reference, current)}, nil
}

// sections leads to the sections of a case; current is the path of this one.
func sections(ref id.Reference, current string) web.Component {
	nav := casework.SubNavigation{Label: "Sections of this case"}
	for _, s := range []struct{ text, path string }{
		{"Summary", ""}, {"Notes", "/notes"}, {"Decisions", "/decisions"}, {"Timeline", "/timeline"}, {"Who has opened it", "/access"},
	} {
		nav.Items = append(nav.Items, casework.SubItem{Text: s.text, Href: "/cases/" + string(ref) + s.path, Current: s.path == current})
	}
	return nav
}

// hasLeft says whether somebody can log in here no more.
func (p *pages) hasLeft(q *web.Request, x id.Person) (bool, error) {
	if x.IsZero() {
		return false, nil
	}
	who, err := p.directory.Person(q.Context(), x)
	return who.Left, err
}

// due is the earliest open deadline in words.
func (p *pages) due(q *web.Request, c *concern.Concern) casework.Due {
	next, ok := c.NextDue()
	if !ok {
		return casework.Due{}
	}
	at := next.At
	out := casework.Due{What: next.Label, When: "by " + words.Date(at)}
	switch {
	case q.Now().After(at):
		out.State = casework.Overdue
	case workday.Of(q.Now()) == workday.Of(at):
		out.State = casework.DueToday
	}
	return out
}

// timeline is what happened, newest first, from the record alone. level is that of
// its headings: one below the heading that it stands under.
func (p *pages) timeline(q *web.Request, c *concern.Concern, limit, level int) (web.Component, error) {
	var people []id.Person
	for _, t := range c.Taken {
		people = append(people, t.By)
	}
	names, err := p.names(q.Context(), people...)
	if err != nil {
		return nil, err
	}
	out := casework.Timeline{Level: level}
	for _, t := range slices.Backward(c.Taken) {
		if limit > 0 && len(out.Events) == limit {
			break
		}
		out.Events = append(out.Events, p.event(q, c, t, names))
	}
	return out, nil
}

// event is one step in words. What was raised stands on the summary and is not said again.
func (p *pages) event(q *web.Request, c *concern.Concern, t room.Taken, names map[id.Person]string) casework.Event {
	d := p.desk.Meant(c.Org, t)
	info, _ := d.Step(t.Step)
	e := casework.Event{Title: stepTitle(info, t), By: names[t.By], Role: roleWords(d, t.Role), Shown: words.Moment(t.At), Instant: t.At}
	if t.Step == process.Raise {
		e.Title, e.Role = "Concern raised", "raised it"
		return e
	}
	e.Content = said(info, t, p.namer(q, c), "/cases/"+string(c.Reference))
	if t.Effect.Alone {
		e.Content = append(nhs.Group(present(e.Content)), nhs.Para("Decided by the person who raised it: nobody else was left who could."))
	}
	return e
}

func stepTitle(info process.StepInfo, t room.Taken) string {
	if len(info.Outcomes) > 1 {
		return info.Label + ": " + stepDone(info, t)
	}
	return stepDone(info, t)
}

func roleWords(d *process.Definition, role string) string {
	if r, ok := d.Role(process.Role(role)); ok {
		return r.Label
	}
	return role
}

// Meanwhile shows what somebody else did while a form was being filled in, beside
// what was typed: both texts stand, none is lost.
func (p *pages) meanwhile(q *web.Request, f *web.Form, c *concern.Concern) (web.Component, error) {
	seen := f.Expected()
	if !q.Posted() || seen == 0 || seen >= c.Version {
		return nil, nil //nolint:nilnil // no component is a component
	}
	line, err := p.since(q, c, seen)
	if err != nil {
		return nil, err
	}
	return nhs.Group{
		nhs.Heading{Text: "What they did", Level: 2, Size: nhs.SizeM}, line,
		nhs.Heading{Text: "What you typed", Level: 2, Size: nhs.SizeM},
		nhs.Para("It is below, as you left it. Look at what changed, put it right if you need to, and send it again."),
	}, nil
}

// since are the steps after a version.
func (p *pages) since(q *web.Request, c *concern.Concern, version int64) (web.Component, error) {
	later := *c
	later.Taken = c.Since(version)
	return p.timeline(q, &later, len(later.Taken), 3)
}
