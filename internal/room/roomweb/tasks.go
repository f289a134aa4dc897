package roomweb

import (
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// A long step is a list of tasks: each page of it is answered by itself, in any order,
// and kept until all of it is checked and sent. Whoever would rather answer everything
// on one page has that too.

// allPage is the page that asks everything at once.
const allPage = process.PageAll

func (p *Pages) tasks(q *web.Request, info process.StepInfo, v room.View) (fieldweb.Paged, error) {
	return fieldweb.Pages(q, info, p.StepPath(v.Reference, info), v.Kept)
}

func (p *Pages) listTasks(q *web.Request, info process.StepInfo, v room.View,
	before []web.Component) (web.Body, error) {
	t, err := p.tasks(q, info, v)
	if err != nil {
		return web.Body{}, err
	}
	before = append(before, p.above(q, info, v)...)
	for _, w := range info.Before {
		before = append(before, nhs.Para(w))
	}
	before = append(before, t.Tasks(),
		nhs.Paragraph{Content: nhs.Link{Text: "Answer everything on one page", Href: t.At + "/" + allPage}},
		nhs.Para("What you answered is kept for you alone until you save all of it, for at most 7 days."))
	return web.Stack(append(before, p.after(q)...)...), nil
}

// showTask shows one page of a long step, or its answers before they are sent.
func (p *Pages) showTask(q *web.Request, step process.Step) (web.Response, error) {
	var title, back string
	r, err := p.stepped(q, step, func(info process.StepInfo, v room.View, before []web.Component) (web.Body, error) {
		t, err := p.tasks(q, info, v)
		if err != nil {
			return web.Body{}, err
		}
		back = t.At
		switch q.Path("page") {
		case fieldweb.CheckPage:
			title = "Check your answers and save"
			return p.checkTasks(q, v, t, before)
		case allPage:
			title = info.Label
			t.Draft.Show(q.Form())
			return p.ask(q, info, v, before)
		}
		i, err := t.Page(q.Path("page"))
		if err != nil {
			return web.Body{}, err
		}
		page := info.Pages[i]
		title = page.Title
		t.Draft.Show(q.Form())
		fields, waits := t.Asked(i)
		if waits || len(fields) == 0 {
			return web.Stack(append(before, nhs.Para("What is asked here depends on your other answers. Answer those "+
				"parts first."))...), nil
		}
		return p.asking(q, process.StepInfo{ID: info.ID, Fields: fields}, v, before, page.Before, "Save and continue")
	})
	page, ok := r.(web.Page)
	if err != nil || !ok || title == "" {
		return r, err
	}
	page.Title, page.Back, page.BackText = title, back, "All parts"
	return page, nil
}

func (p *Pages) checkTasks(q *web.Request, v room.View, t fieldweb.Paged, before []web.Component) (web.Body, error) {
	if !t.Whole() {
		return web.Stack(append(before, nhs.Para("Some parts must still be answered."), t.Tasks())...), nil
	}
	if began := t.Began(); !q.Posted() && began != 0 && began < v.Version {
		before = append(before, nhs.Heading{Text: "What was done since you began", Level: 2, Size: nhs.SizeM},
			p.Timeline(q, v, v.Since(began), 3),
			nhs.Heading{Text: "Your answers", Level: 2, Size: nhs.SizeM})
	}
	summary := t.Summary(field.Field.Called, p.Namer(q.Context(), v, p.Directory.Names(q.Context())))
	return q.Form().Ask(web.Question{Before: append(before, summary), Fields: []web.Component{t.Carried()},
		Send: t.Info.SendWords(), After: p.after(q)}), nil
}

// keepTask keeps what one page asked and goes on, or sends all of it.
func (p *Pages) keepTask(q *web.Request, step process.Step) (web.Response, error) {
	ref, info, err := p.sent(q, step)
	if err != nil {
		return nil, err
	}
	t, err := fieldweb.Pages(q, info, p.StepPath(ref, info), nil)
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
	if err := p.Desk.Allowed(q.Context(), q.Actor(), p.Room, ref, info.ID); err != nil {
		return nil, err
	}
	next, err := t.Keep(q, i)
	if err != nil {
		return nil, err
	}
	return web.SeeOther(next), nil
}
