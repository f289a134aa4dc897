package roomweb

import (
	"slices"
	"strings"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// showFirst asks what begins a record.
func (p *pages) showFirst(q *web.Request) (web.Response, error) {
	if !p.desk.MayBegin(q.Actor(), p.room) {
		return nil, fail.New(fail.Refused, "You cannot use this")
	}
	info := p.room.First()
	body, err := p.ask(q, info, room.View{}, nil)
	if err != nil {
		return nil, err
	}
	return web.Page{Title: info.Label, Section: p.section, Nav: p.base, Back: p.base, BackText: p.section, Body: body}, nil
}

// paper is what begins a record, to be filled in by hand and typed in later.
func (p *pages) paper(q *web.Request) (web.Response, error) {
	if !p.desk.MayBegin(q.Actor(), p.room) {
		return nil, fail.New(fail.Refused, "You cannot use this")
	}
	info := p.room.First()
	return web.Page{Title: info.Label, Section: p.section, Nav: p.base, Back: p.base + "/new", Body: web.Stack(fieldweb.Paper(info.Fields)...)}, nil
}

func (p *pages) sendFirst(q *web.Request) (web.Response, error) {
	info := p.room.First()
	in, finer := fieldweb.Answers(q.Form(), info.Fields)
	got, err := p.desk.Begin(q.Context(), q.Actor(), p.room, room.Beginning{Answers: in, Key: q.Key()})
	if err != nil {
		return nil, finer.OnPage(err)
	}
	return web.Redirect{To: p.path(got.Reference), Flash: got.Done + notKept(info, in, q.Now())}, nil
}

// ask is the form of a step.
func (p *pages) ask(q *web.Request, info process.StepInfo, v room.View, before []web.Component) (web.Body, error) {
	f := q.Form()
	fields, err := fieldweb.Asking{Form: f, Offer: p.offers(q, v), Kept: v.Kept}.Components(info.Fields)
	if err != nil {
		return web.Body{}, err
	}
	for _, w := range info.Before {
		before = append(before, nhs.Para(w))
	}
	return f.Ask(web.Question{Before: before, Fields: fields, Send: info.SendWords()}), nil
}

// showStep asks what a step needs, or says what has to come first.
func (p *pages) showStep(q *web.Request) (web.Response, error) {
	v, err := p.open(q)
	if err != nil {
		return nil, err
	}
	info, ok := v.Process.Step(process.Step(q.Path("step")))
	if !ok || info.ID == p.room.First().ID {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	if !slices.Contains(info.Roles, process.Role(q.Who().Role)) {
		return nil, fail.New(fail.Missing, "Page not found") // never theirs
	}
	name := p.names(q.Context())
	var before []web.Component
	if seen := q.Form().Expected(); q.Posted() && seen != 0 && seen < v.Version {
		before = append(before, nhs.Heading{Text: "What they did", Level: 2, Size: nhs.SizeM}, p.timeline(q, v, name, since(v, seen)),
			nhs.Heading{Text: "What you typed", Level: 2, Size: nhs.SizeM},
			nhs.Para("It is below, as you left it. Look at what changed, put it right if you need to, and send it again."))
	}
	q.Form().Version(v.Version)
	var body web.Body
	if may(v, info.ID) {
		body, err = p.ask(q, info, v, before)
	} else {
		body = web.Stack(append(before, nhs.Para(whyNot(v, info)+"."))...)
	}
	if err != nil {
		return nil, err
	}
	page := p.page(info.Label, body)
	page.Caption, page.Wide = p.title(v), false
	page.Back, page.BackText = p.path(v.Reference), p.title(v)
	return page, nil
}

func since(v room.View, version int64) []room.Taken {
	var out []room.Taken
	for _, t := range v.Taken {
		if t.Version > version {
			out = append(out, t)
		}
	}
	return out
}

func may(v room.View, step process.Step) bool {
	for _, s := range v.May {
		if s.ID == step {
			return true
		}
	}
	return false
}

// whyNot says what has to come first.
func whyNot(v room.View, info process.StepInfo) string {
	for _, o := range info.Outcomes {
		if err := v.Process.May(v.Status(), info.ID, o.ID); err != nil {
			return fail.Words(err)
		}
	}
	return "You cannot do this: it is for somebody else"
}

func (p *pages) sendStep(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	info, err := p.desk.StepOf(q.Context(), q.Actor(), p.room, ref, process.Step(q.Path("step")))
	if err != nil {
		return nil, err
	}
	in, finer := fieldweb.Answers(q.Form(), info.Fields)
	asked, err := fieldweb.SecondLook(q, web.Page{Title: info.Label, Section: p.section, Nav: p.base}, info, in, finer,
		func() error { return p.desk.Allowed(q.Context(), q.Actor(), p.room, ref, info.ID) })
	if asked != nil || err != nil {
		return asked, err
	}
	got, err := p.desk.Take(q.Context(), q.Actor(), p.room, ref, room.Taking{Step: info.ID, Answers: in, Version: q.Form().Expected(), Key: q.Key()})
	if err != nil {
		return nil, finer.OnPage(err)
	}
	return web.Redirect{To: p.path(ref), Flash: got.Done + notKept(info, in, q.Now())}, nil
}

// notKept says which answers were typed and left out, because they are not asked with
// the others: nothing that somebody typed is lost without a word.
func notKept(info process.StepInfo, in field.Answers, now time.Time) string {
	_, unasked, _ := field.Check(info.Fields, in, field.World{Today: workday.Of(now), Known: func(field.Field, string) bool { return true }})
	var whats []string
	for _, name := range unasked {
		if f, ok := field.Find(info.Fields, name); ok {
			whats = append(whats, f.What)
		}
	}
	if len(whats) == 0 {
		return ""
	}
	return ". Not kept, because it is not asked with your other answers: " + strings.Join(whats, "; ")
}
