package roomweb

import (
	"errors"
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// record is a record as its history makes it: where it stands, what may be done
// now, and what happened. Printed, it has no navigation: the kit sees to that.
func (p *Pages) record(q *web.Request) (web.Response, error) {
	v, first, err := p.Opened(q)
	if err != nil || first != nil {
		return first, err
	}
	return p.Page(q, v, p.title(v.Reference), "", web.Stack(
		p.standing(q, v, p.Directory.Names(q.Context())),
		p.askedToRead(q, v),
		p.DoNext(v, usual(v)),
		p.Holds(q, v),
		p.rounds(v),
		p.linked(v),
		p.Sent(v),
		p.Disputes(q, v),
		nhs.Heading{Text: "What has happened", Level: 2, Size: nhs.SizeM},
		p.Timeline(q, v, v.Taken, 3),
	)), nil
}

// Opened gives a record to a page; a reason is asked first where one is needed.
func (p *Pages) Opened(q *web.Request) (room.View, web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return room.View{}, nil, err
	}
	v, err := p.Desk.Open(q.Context(), q.Actor(), p.Room, ref)
	if first := p.reasonFirst(err, ref); first != nil {
		return room.View{}, first, nil
	}
	return v, nil, err
}

// reasonFirst leads to the page that asks for a reason.
func (p *Pages) reasonFirst(err error, ref id.Reference) web.Response {
	var first *room.ReasonFirst
	if errors.As(err, &first) || p.Room.Reason != nil && fail.FieldsOf(err).For("reason") != "" {
		return web.SeeOther(p.Path(ref) + "/reason")
	}
	return nil
}

// title is the reference: a record's own title is somebody's words and stays out of
// the document's title.
func (p *Pages) title(ref id.Reference) string { return p.Called + " " + string(ref) }

// Page is a page of a record; current is the path of its section.
func (p *Pages) Page(q *web.Request, v room.View, title, current string, body web.Body) web.Page {
	page := web.Page{Title: title, Section: p.Section, Nav: p.Base, Back: p.Base, BackText: p.Section, Wide: true,
		Body: body}
	p.Frame(q, v, current, &page)
	if others := p.others(v); others != nil {
		page.Above = append(page.Above, others)
	}
	return page
}

// standing is what a record is about and where it stands, below the heading of its page.
func (p *Pages) standing(q *web.Request, v room.View, name func(id.Person) string) web.Component {
	due, _ := v.NextDue()
	rows := []nhs.SummaryRow{
		row("Where it stands", nhs.Text(v.Process.Label(v.Stage))),
		row("Who has it", nhs.Isolated(orNobody(name(v.Owner)))),
		row("Next due", casework.DueCell(q.Now(), due.At, due.Label)),
	}
	if f, ok := field.Find(p.Room.First().Fields, p.Room.Latest().Entitled); ok && v.State.Title != "" {
		rows = append([]nhs.SummaryRow{row(f.Called(), nhs.Isolated(v.State.Title))}, rows...)
	}
	return nhs.SummaryList{Rows: rows}
}

// frame has the sections of a record above its pages.
func (p *Pages) frame(_ *web.Request, v room.View, current string, page *web.Page) {
	all := [][]string{{"Summary", ""}, {"Who has opened it", "/access"}}
	if v.Counts {
		all = append(all, []string{countedWords, counted})
	}
	page.Above = []web.Component{p.Sections("Sections", v.Reference, current, all...)}
}

// Sections leads to the pages of a record, each with its words and path.
func (p *Pages) Sections(label string, ref id.Reference, current string, all ...[]string) web.Component {
	nav := casework.SubNavigation{Label: label}
	for _, s := range all {
		nav.Items = append(nav.Items, casework.SubItem{Text: s[0], Href: p.Path(ref) + s[1], Current: s[1] == current})
	}
	return nav
}

func row(key string, value web.Component) nhs.SummaryRow {
	return nhs.SummaryRow{Key: nhs.SummaryCell{Text: key}, Value: nhs.SummaryCell{Content: value}}
}

// DoNext offers what this person may do now: what comes next as the one button, the
// rest as links.
func (p *Pages) DoNext(v room.View, next process.Step) web.Component {
	if len(v.May) == 0 {
		return nil
	}
	next = instead(v, next)
	out := nhs.Group{nhs.Heading{Text: "What you can do", Level: 2, Size: nhs.SizeM}}
	links := nhs.List{Plain: true}
	for _, s := range v.May {
		href := p.StepPath(v.Reference, s)
		if s.ID == next {
			out = append(out, nhs.Button{Text: s.Label, Href: href})
			continue
		}
		links.Items = append(links.Items, nhs.Link{Text: s.Label, Href: href})
	}
	return append(out, links)
}

// usual is what comes next: the step that a deadline names first as what ends it, or else
// one that leads to where that can be taken. Other ends of a deadline, such as to withdraw a
// draft that is to be sent, are no one's next step.
// Nothing comes next while this person is asked to read: a page has one button.
func usual(v room.View) process.Step {
	due, ok := v.NextDue()
	if !ok || v.Reading.Asks() {
		return ""
	}
	i := slices.IndexFunc(v.Process.Timers, func(t process.Deadline) bool { return t.ID == due.Deadline })
	if i < 0 || len(v.Process.Timers[i].Until) == 0 {
		return ""
	}
	first, _, _ := strings.Cut(v.Process.Timers[i].Until[0], "/")
	goal, open := process.Step(first), func(all []process.StepInfo) bool {
		return slices.ContainsFunc(all, func(s process.StepInfo) bool { return s.ID == process.Step(first) })
	}
	switch {
	case open(v.May):
		return goal
	case open(v.Process.Steps(v.Status())): // somebody else's
		return ""
	}
	for _, s := range v.May {
		for _, o := range s.Outcomes {
			if open(v.Process.Steps(v.Process.After(v.Status(), s.ID, o.ID))) {
				return s.ID
			}
		}
	}
	return ""
}

// Timeline is what happened, newest first, from the record alone. level is that of its
// headings: one below the heading that it stands under.
func (p *Pages) Timeline(q *web.Request, v room.View, taken []room.Taken, level int) casework.Timeline {
	out, name := casework.Timeline{Level: level}, p.Directory.Names(q.Context())
	for _, t := range slices.Backward(taken) {
		def, info := p.Meant(v, t)
		title := p.Done(v, t)
		if len(info.Outcomes) > 1 && title != info.Label {
			title = info.Label + ": " + title
		}
		out.Events = append(out.Events, casework.Event{Title: title, By: name(t.By), Role: RoleWords(def, t.Role),
			Shown: words.Moment(t.At), Instant: t.At, Content: p.lines(q, v, t, name)})
	}
	return out
}

// Done is a step in the past tense, by the definition under which it was taken.
func (p *Pages) Done(v room.View, t room.Taken) string {
	_, info := p.Meant(v, t)
	if o, ok := info.Outcome(t.Outcome); ok && o.Label != "" {
		return o.Label
	}
	return info.Label
}

// Meant is the definition under which a step was taken, and the step in it, for their words.
func (p *Pages) Meant(v room.View, t room.Taken) (*process.Definition, process.StepInfo) {
	def, err := p.Desk.Meant(p.Room, v.Org, t.Definition)
	if err != nil {
		def = v.Process
	}
	info, _ := def.Step(t.Step)
	return def, info
}

// lines are the answers of a step: every one that was given, and what its effect says of it.
func (p *Pages) lines(q *web.Request, v room.View, t room.Taken, name func(id.Person) string) web.Component {
	var out nhs.Group
	var rows []nhs.SummaryRow
	def, info := p.Meant(v, t)
	for _, l := range field.Show(info.Fields, t.Answers, p.Namer(q.Context(), v, name)) {
		rows = append(rows, row(l.Key, fieldweb.Answer(l, p.Path(v.Reference), t.Version)))
	}
	for _, name := range t.Emptied {
		f, _ := field.Find(info.Fields, name)
		rows = append(rows, nhs.Row(f.Called(), "None"))
	}
	for _, item := range t.Effect.Told {
		rows = append(rows, nhs.Row("No longer in force", def.Words(item)))
	}
	if !t.Effect.For.IsZero() {
		rows = append(rows, row("For", nhs.Group{nhs.Isolated(name(t.Effect.For)), nhs.Text(", who was away")}))
	}
	if t.Effect.Unread {
		rows = append(rows, nhs.Row("Not read here", "The person who raised it had left, and could not log in to read this"))
	}
	if len(rows) > 0 {
		out = append(out, nhs.SummaryList{Rows: rows, NoBorder: true})
	}
	if t.Effect.Alone {
		out = append(out, nhs.Para("Decided by the person who raised it: nobody else was left who could."))
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// RoleWords is a role in words.
func RoleWords(d *process.Definition, role string) string {
	if role == string(process.Heed) {
		return "Heed itself"
	}
	if r, ok := d.Role(process.Role(role)); ok {
		return r.Label
	}
	return role
}

// ReadersPage is who has opened the record, and nothing else of it: whoever may look at
// this list need not be one who may open the record.
func (p *Pages) ReadersPage(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	v, err := p.Desk.Readers(q.Context(), q.Actor(), p.Room, ref)
	if first := p.reasonFirst(err, ref); first != nil {
		return first, nil
	}
	if err != nil {
		return nil, err
	}
	name := p.Directory.Names(q.Context())
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Who has opened it, newest first", Size: nhs.SizeM},
		Head: nhs.Heads("When", "Who", "As", "What")}
	for _, r := range v.Readers {
		what := nhs.Group{nhs.Text(r.What)}
		if !r.For.IsZero() {
			what = append(what, nhs.Text(", for "), nhs.Isolated(name(r.For)), nhs.Text(", who was away"))
		}
		if r.Why != "" {
			what = append(what, nhs.HTML(words.Typed(r.Why)))
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.HTML(words.MomentHTML(r.At))},
			{Content: nhs.HTML(words.Name(name(r.By)))},
			{Text: RoleWords(v.Process, r.Role)}, {Content: what}})
	}
	body := web.Stack(t, nhs.Para("That you looked at this list is written down too."))
	return p.Page(q, v, "Who has opened "+p.title(ref), "/access", body), nil
}

// document gives a document out, to be saved: never shown as a page.
func (p *Pages) document(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	asked, err := room.ParseDocumentAsked(q.Path("version"), q.Path("number"))
	if err != nil {
		return nil, err
	}
	got, err := p.Desk.Document(q.Context(), q.Actor(), p.Room, ref, asked)
	if first := p.reasonFirst(err, ref); first != nil {
		return first, nil
	}
	if err != nil {
		return nil, err
	}
	return fieldweb.DocumentOf(ref, asked, got), nil
}
