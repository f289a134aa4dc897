package roomweb

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// first is what begins a record, as whoever asks follows it.
func (p *Pages) first(q *web.Request) process.StepInfo {
	return p.Desk.Follows(p.Room, q.Who().Org).AllSteps[0]
}

// showFirst asks what begins a record.
func (p *Pages) showFirst(q *web.Request) (web.Response, error) {
	if !p.Desk.MayBegin(q.Actor(), p.Room) {
		return nil, fail.New(fail.Refused, "You cannot use this")
	}
	info := p.first(q)
	body, err := p.ask(q, info, room.View{Process: p.Desk.Follows(p.Room, q.Who().Org)}, nil)
	if err != nil {
		return nil, err
	}
	return web.Page{Title: info.Label, Section: p.Section, Nav: p.Base, Back: p.Base, BackText: p.Section, Body: body}, nil
}

// paper is what begins a record, to be filled in by hand and typed in later.
func (p *Pages) paper(q *web.Request) (web.Response, error) {
	if !p.Desk.MayBegin(q.Actor(), p.Room) {
		return nil, fail.New(fail.Refused, "You cannot use this")
	}
	info := p.first(q)
	return web.Page{Title: info.Label, Section: p.Section, Nav: p.Base, Back: p.Base + "/new",
		Body: web.Stack(fieldweb.Paper(info.Fields, workday.Of(q.Now()))...)}, nil
}

func (p *Pages) sendFirst(q *web.Request) (web.Response, error) {
	info := p.first(q)
	in, finer := fieldweb.Answers(q.Form(), info.Fields)
	got, err := p.Desk.Begin(q.Context(), q.Actor(), p.Room, room.Beginning{Answers: in, Key: q.Key()})
	if err != nil {
		return nil, finer.OnPage(err)
	}
	return web.Redirect{To: p.Path(got.Reference), Flash: got.Done + notKept(info, in, q.Now())}, nil
}

// ask is the whole form of a step.
func (p *Pages) ask(q *web.Request, info process.StepInfo, v room.View, before []web.Component) (web.Body, error) {
	return p.asking(q, info, v, append(before, p.above(q, info, v)...), info.Before, info.SendWords())
}

// above is what stands above a step's questions beside its own words: what was said
// earlier, and what only this record can tell.
func (p *Pages) above(q *web.Request, info process.StepInfo, v room.View) (out []web.Component) {
	for _, t := range slices.Backward(v.Taken) {
		if slices.Contains(info.Recall, t.Step) {
			out = append(out, p.recalled(q, v, t))
			break
		}
	}
	if two, ok := v.Process.Two(func(t process.Two) bool { return t.First == info.ID || t.Second == info.ID }); ok {
		out = append(out, p.saidYesTo(q, two, v)...)
	}
	if info.ID == process.RecipientTold {
		out = append(out, letters(v)...)
	}
	out = append(out, p.disputed(q, v, info.ID)...)
	out = append(out, p.held(q, v, info.ID)...)
	if p.Before != nil {
		out = append(out, p.Before(q, v, info)...)
	}
	return out
}

// recalled is what was said earlier, as whoever goes on has to hold it against what they say
// now: with what a record began, all that was asked.
func (p *Pages) recalled(q *web.Request, v room.View, t room.Taken) web.Component {
	_, was := p.Meant(v, t)
	if t.Version == 1 {
		return nhs.Details{Summary: "What was raised", Content: AllSaid(was, t.Answers, field.Field.Called), Open: true}
	}
	return nhs.Details{Summary: p.Entry(v, t), Content: p.lines(q, v, t, p.Directory.Names(q.Context())), Open: true}
}

// saidYesTo is what a word of two is about: what was written last, with what was said of it
// since. Nobody says yes to what they did not see.
func (p *Pages) saidYesTo(q *web.Request, two process.Two, v room.View) []web.Component {
	out := []web.Component{nhs.Heading{Text: "What you are asked to agree to", Level: 2, Size: nhs.SizeM}}
	name, from := p.Directory.Names(q.Context()), 0
	for i, t := range v.Taken {
		if t.Step == two.About {
			from = i
		}
	}
	for _, t := range v.Taken[from:] {
		switch {
		case t.Step == two.About:
			out = append(out, p.lines(q, v, t, name))
		case slices.Contains(two.Voids, t.Step):
			out = append(out, nhs.Heading{Text: p.Done(v, t), Level: 3, Size: nhs.SizeS}, p.lines(q, v, t, name))
		}
	}
	return out
}

// AllSaid shows every question of a step with its answer, the unanswered too.
func AllSaid(info process.StepInfo, in field.Answers, called func(field.Field) string) web.Component {
	var out nhs.SummaryList
	for _, r := range fieldweb.Rows(info.Fields, in, nil) {
		out.Rows = append(out.Rows, r.Cells(called(r.Field)))
	}
	return out
}

// asking asks some questions of a step.
func (p *Pages) asking(q *web.Request, info process.StepInfo, v room.View, before []web.Component, say []string,
	send string) (web.Body, error) {
	fields, err := p.Questions(q, narrowed(v, info, q.Who().Person), v)
	if err != nil {
		return web.Body{}, err
	}
	for _, w := range say {
		before = append(before, nhs.Para(w))
	}
	return q.Form().Ask(web.Question{Before: before, Fields: fields, Send: send, After: p.after(q)}), nil
}

func (p *Pages) after(q *web.Request) []web.Component {
	if p.After == nil {
		return nil
	}
	return []web.Component{p.After(q)}
}

// Questions are those of a step as components, for a page of a room's own.
func (p *Pages) Questions(q *web.Request, info process.StepInfo, v room.View) ([]web.Component, error) {
	return fieldweb.Asking{Form: q.Form(), Offer: p.offers(q, v, info.ID), Kept: v.Kept,
		Today: workday.Of(q.Now())}.Components(info.Fields)
}

// Meanwhile shows what was done while a form was being filled in, beside
// what was typed: both texts stand, none is lost.
func (p *Pages) Meanwhile(q *web.Request, v room.View) []web.Component {
	seen := q.Form().Expected()
	if !q.Posted() || seen == 0 || seen >= v.Version {
		return nil
	}
	return []web.Component{nhs.Heading{Text: "What was done meanwhile", Level: 2, Size: nhs.SizeM},
		p.Timeline(q, v, v.Since(seen), 3),
		nhs.Heading{Text: "What you typed", Level: 2, Size: nhs.SizeM},
		nhs.Para("It is below, as you left it. Look at what changed, put it right if you need to, and send it again.")}
}

// asked is what a page of a step asks.
type asked func(info process.StepInfo, v room.View, before []web.Component) (web.Body, error)

// stepped opens the record for a page of a step, and puts a body on it; what has to come
// first otherwise.
func (p *Pages) stepped(q *web.Request, step process.Step, body asked) (web.Response, error) {
	if q.Path("step") != "" {
		if _, _, err := p.sent(q, step); err != nil {
			return nil, err
		}
	}
	v, first, err := p.Opened(q)
	if err != nil || first != nil {
		return first, err
	}
	info, ok := v.Process.Step(step)
	may := slices.ContainsFunc(v.May, func(s process.StepInfo) bool { return s.ID == step })
	theirs := may || slices.Contains(info.Roles, process.Role(q.Who().Role))
	if !ok || step == p.Room.First().ID || !theirs {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	b := web.Stack(append(p.Meanwhile(q, v), nhs.Para(p.whyNot(q, v, info)+"."),
		nhs.Paragraph{Content: nhs.Link{Text: "Back to the " + strings.ToLower(p.Called), Href: p.Path(v.Reference)}})...)
	if may {
		before := p.Meanwhile(q, v)
		q.Form().Version(v.Version)
		if b, err = body(info, v, before); err != nil {
			return nil, err
		}
	}
	page := p.Page(q, v, info.Label, "-", b)
	page.Caption, page.Wide = p.title(v.Reference), false
	page.Back, page.BackText = p.Path(v.Reference), p.title(v.Reference)
	return page, nil
}

// showStep asks what a step needs, all at once or as a list of tasks.
func (p *Pages) showStep(q *web.Request, step process.Step) (web.Response, error) {
	return p.stepped(q, step, func(info process.StepInfo, v room.View, before []web.Component) (web.Body, error) {
		p.known(q, info, v)
		if len(info.Pages) > 0 && !q.Posted() {
			return p.listTasks(q, info, v, before)
		}
		return p.ask(q, info, v, before)
	})
}

// whyNot says what has to come first.
func (p *Pages) whyNot(q *web.Request, v room.View, info process.StepInfo) string {
	if p.Refused != nil {
		if why := p.Refused(q, v, info); why != "" {
			return why
		}
	}
	for _, o := range info.Outcomes {
		if err := v.Process.MayAs(process.Role(q.Who().Role), v.Status(), info.ID, o.ID); err != nil {
			return fail.Words(err)
		}
	}
	for _, err := range []error{v.WaitsFor(info.ID), v.NothingDisputed(v.Process, info.ID, q.Who().Person)} {
		if err != nil {
			return fail.Words(err)
		}
	}
	return "You cannot do this: it is for somebody else"
}

func (p *Pages) sendStep(q *web.Request, step process.Step) (web.Response, error) {
	ref, info, err := p.sent(q, step)
	if err != nil {
		return nil, err
	}
	in, finer := fieldweb.Answers(q.Form(), info.Fields)
	if len(info.Pages) == 0 {
		return p.take(q, ref, info, in, finer, nil)
	}
	t, err := fieldweb.Pages(q, info, p.StepPath(ref, info), nil)
	if err != nil {
		return nil, err
	}
	return p.take(q, ref, info, in, finer, t.Drop(q, allPage))
}

// sent is the step that is asked for, as the definition of its record has it.
func (p *Pages) sent(q *web.Request, step process.Step) (ref id.Reference, info process.StepInfo, err error) {
	if ref, err = q.Reference("ref"); err != nil {
		return ref, info, err
	}
	info, err = p.Desk.StepOf(q.Context(), q.Actor(), p.Room, ref, step)
	if err == nil && q.Path("step") != "" && !info.Local {
		err = fail.New(fail.Missing, "Page not found")
	}
	return ref, info, err
}

// take takes a step with its answers, wherever they were given.
func (p *Pages) take(q *web.Request, ref id.Reference, info process.StepInfo, in field.Answers, finer fieldweb.Finer,
	also func(*store.Tx) error) (web.Response, error) {
	again, err := fieldweb.SecondLook(q, web.Page{Title: info.Label, Section: p.Section, Nav: p.Base}, info, in, finer,
		func() error { return p.Desk.Allowed(q.Context(), q.Actor(), p.Room, ref, info.ID) })
	if again != nil {
		return again, nil
	}
	var got room.Receipt
	if err == nil {
		t := room.Taking{Step: info.ID, Answers: in, Version: q.Form().Expected(), Key: q.Key(), Also: also}
		got, err = p.Desk.Take(q.Context(), q.Actor(), p.Room, ref, t)
	}
	if err != nil {
		if len(fail.FieldsOf(err)) == 0 || p.reasonFirst(err, ref) == nil {
			return nil, finer.OnPage(err)
		}
		// a redirect would lose what was typed; this gives it back
		return nil, fail.New(fail.Conflict, "Open this %s again first and say why you need to: it is not on your desk "+
			"any more. "+
			"Then send this again", strings.ToLower(p.Called))
	}
	to := p.afterWord(q, info.ID, ref)
	if p.Then != nil {
		to = cmp.Or(p.Then(q, ref, info), to)
	}
	if info.Leaves {
		to = "/"
	}
	return web.Redirect{To: to, Flash: got.Done + notKept(info, in, q.Now())}, nil
}

// notKept says which answers were typed and left out, because they are not asked with
// the others: nothing that somebody typed is lost without a word.
func notKept(info process.StepInfo, in field.Answers, now time.Time) string {
	_, unasked, _ := field.Check(info.Fields, in, field.World{Today: workday.Of(now),
		Known: func(field.Field, string) bool { return true }})
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
