package concernweb

import (
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/process"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// A long step is a list of tasks: each page of it is answered by itself, in any order,
// and kept until all of it is checked and sent. Whoever would rather answer everything
// on one page has that too.

// allPage is the page that asks everything at once.
const allPage = "all"

func (p *pages) tasks(q *web.Request, s stepPage) (fieldweb.Paged, error) {
	return fieldweb.Pages(q, s.info, StepPath(s.c.Reference, s.info), s.c.Kept)
}

func (p *pages) listTasks(q *web.Request, s stepPage, before []web.Component) (web.Body, error) {
	t, err := p.tasks(q, s)
	if err != nil {
		return web.Body{}, err
	}
	more, err := p.before(q, s.c, s.info)
	if err != nil {
		return web.Body{}, err
	}
	return web.Stack(append(append(before, more...), t.Tasks(),
		nhs.Paragraph{Content: nhs.Link{Text: "Answer everything on one page", Href: t.At + "/" + allPage}},
		nhs.Para("What you answered is kept for you alone until you save all of it, for at most 7 days."), p.emergency(q))...), nil
}

// showTask shows one page of a long step, or its answers before they are sent.
func (p *pages) showTask(q *web.Request, step process.Step) (web.Response, error) {
	var title, back string
	r, err := p.stepped(q, step, func(s stepPage, before []web.Component) (web.Body, error) {
		t, err := p.tasks(q, s)
		if err != nil {
			return web.Body{}, err
		}
		back = t.At
		switch q.Path("page") {
		case fieldweb.CheckPage:
			title = "Check your answers and save"
			return p.checkTasks(q, s, t, before)
		case allPage:
			title = s.info.Label
			t.Draft.Show(q.Form())
			return p.askAll(q, s, before)
		}
		i, err := t.Page(q.Path("page"))
		if err != nil {
			return web.Body{}, err
		}
		page := s.info.Pages[i]
		title = page.Title
		t.Draft.Show(q.Form())
		fields, waits := t.Asked(i)
		if waits || len(fields) == 0 {
			return web.Stack(append(before, nhs.Para("What is asked here depends on your other answers. Answer those parts first."))...), nil
		}
		asked, err := p.asked(q, q.Form(), s.c, process.StepInfo{ID: s.info.ID, Fields: fields})
		if err != nil {
			return web.Body{}, err
		}
		for _, w := range page.Before {
			before = append(before, nhs.Para(w))
		}
		return q.Form().Ask(web.Question{Before: before, Fields: asked, Send: "Save and continue", After: []web.Component{p.emergency(q)}}), nil
	})
	page, ok := r.(web.Page)
	if err != nil || !ok || title == "" {
		return r, err
	}
	page.Title, page.Back, page.BackText = title, back, "All parts"
	return page, nil
}

func (p *pages) checkTasks(q *web.Request, s stepPage, t fieldweb.Paged, before []web.Component) (web.Body, error) {
	if !t.Whole() {
		return web.Stack(append(before, nhs.Para("Some parts must still be answered."), t.Tasks())...), nil
	}
	if began := t.Began(); !q.Posted() && began != 0 && began < s.c.Version {
		since, err := p.since(q, s.c, began)
		if err != nil {
			return web.Body{}, err
		}
		before = append(before, nhs.Heading{Text: "What was done since you began", Level: 2, Size: nhs.SizeM}, since,
			nhs.Heading{Text: "Your answers", Level: 2, Size: nhs.SizeM})
	}
	summary := t.Summary(field.Field.Called, p.namer(q, s.c))
	return q.Form().Ask(web.Question{Before: append(before, summary), Fields: []web.Component{t.Carried()},
		Send: s.info.SendWords(), After: []web.Component{p.emergency(q)}}), nil
}

// keepTask keeps what one page asked and goes on, or sends all of it.
func (p *pages) keepTask(q *web.Request, step process.Step) (web.Response, error) {
	info, err := p.stepOf(q, step)
	if err != nil {
		return nil, err
	}
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	t, err := fieldweb.Pages(q, info, StepPath(ref, info), nil)
	if err != nil {
		return nil, err
	}
	switch q.Path("page") {
	case fieldweb.CheckPage, allPage: // what stood on the page
		in, finer := fieldweb.Answers(q.Form(), info.Fields)
		return p.take(q, ref, info, in, finer, t.Drop(q, allPage))
	}
	i, err := t.Page(q.Path("page"))
	if err != nil {
		return nil, err
	}
	if err := p.desk.Allowed(q.Context(), Actor(q), ref, info.ID); err != nil {
		return nil, err
	}
	next, err := t.Keep(q, i)
	if err != nil {
		return nil, err
	}
	return web.SeeOther(next), nil
}
