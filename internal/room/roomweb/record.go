package roomweb

import (
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
func (p *pages) record(q *web.Request) (web.Response, error) {
	v, err := p.open(q)
	if err != nil {
		return nil, err
	}
	name := p.names(q.Context())
	page := p.page(p.title(v), web.Stack(
		p.standing(q, v, name),
		p.askedToRead(q, v),
		p.doNext(v),
		nhs.Heading{Text: "What has happened", Level: 2, Size: nhs.SizeM},
		p.timeline(q, v, name, v.Taken),
	))
	page.Above = p.sections(v, "")
	return page, nil
}

func (p *pages) open(q *web.Request) (room.View, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return room.View{}, err
	}
	return p.desk.Open(q.Context(), q.Actor(), p.room, ref)
}

// title is the reference: a record's own title is somebody's words and stays out of
// the document's title.
func (p *pages) title(v room.View) string {
	return words.Sentence(p.room.One) + " " + string(v.Reference)
}

func (p *pages) page(title string, body web.Body) web.Page {
	return web.Page{Title: title, Section: p.section, Nav: p.base, Back: p.base, BackText: p.section, Wide: true, Body: body}
}

// standing is what a record is about and where it stands, below the heading of its page.
func (p *pages) standing(q *web.Request, v room.View, name func(id.Person) string) web.Component {
	due, _ := v.NextDue()
	rows := []nhs.SummaryRow{
		row("Where it stands", nhs.Text(v.Process.Label(v.Stage))),
		row("Who has it", nhs.Isolated(orNobody(name(v.Owner)))),
		row("Next due", dueCell(q, due)),
	}
	if f, ok := field.Find(p.room.First().Fields, p.room.Latest().Entitled); ok && v.State.Title != "" {
		rows = append([]nhs.SummaryRow{row(f.Called(), nhs.Isolated(v.State.Title))}, rows...)
	}
	return nhs.SummaryList{Rows: rows}
}

type section struct{ text, path string }

// sections leads to the pages of a record; current is the path of this one.
func (p *pages) sections(v room.View, current string) []web.Component {
	nav := casework.SubNavigation{Label: "Sections"}
	all := []section{{"Summary", ""}, {"Who has opened it", "/access"}}
	if v.Counts {
		all = append(all, section{countedWords, counted})
	}
	for _, s := range all {
		nav.Items = append(nav.Items, casework.SubItem{Text: s.text, Href: p.path(v.Reference) + s.path, Current: s.path == current})
	}
	return []web.Component{nav}
}

func row(key string, value web.Component) nhs.SummaryRow {
	return nhs.SummaryRow{Key: nhs.SummaryCell{Text: key}, Value: nhs.SummaryCell{Content: value}}
}

// doNext offers what this person may do now: what comes next as the one button, the
// rest as links. What comes next is the first step that would move the record on.
func (p *pages) doNext(v room.View) web.Component {
	if len(v.May) == 0 {
		return nil
	}
	out := nhs.Group{nhs.Heading{Text: "What you can do", Level: 2, Size: nhs.SizeM}}
	next := usual(v)
	links := nhs.List{Plain: true}
	for _, s := range v.May {
		href := p.path(v.Reference) + "/" + string(s.ID)
		if s.ID == next {
			out = append(out, nhs.Button{Text: s.Label, Href: href})
			continue
		}
		links.Items = append(links.Items, nhs.Link{Text: s.Label, Href: href})
	}
	return append(out, links)
}

func usual(v room.View) process.Step {
	for _, s := range v.May {
		for _, t := range v.Process.Timers {
			due, ok := v.NextDue()
			if ok && due.Deadline == t.ID && t.Ends(process.Taken{Step: s.ID}) {
				return s.ID
			}
		}
	}
	return ""
}

// timeline is what happened, newest first, from the record alone.
func (p *pages) timeline(q *web.Request, v room.View, name func(id.Person) string, taken []room.Taken) web.Component {
	out := casework.Timeline{Level: 3}
	for i := len(taken) - 1; i >= 0; i-- {
		t := taken[i]
		out.Events = append(out.Events, casework.Event{Title: p.said(v, t), By: name(t.By), Role: roleWords(v.Process, t.Role),
			Shown: words.Moment(t.At), Instant: t.At, Content: p.lines(q, v, t, name)})
	}
	return out
}

// said is a step in the past tense, by the definition under which it was taken.
func (p *pages) said(v room.View, t room.Taken) string {
	info := p.info(v, t)
	if o, ok := info.Outcome(t.Outcome); ok && o.Label != "" {
		return o.Label
	}
	return info.Label
}

func (p *pages) info(v room.View, t room.Taken) process.StepInfo {
	def, err := p.room.Definition(t.Definition)
	if err != nil {
		def = v.Process
	}
	info, _ := def.Step(t.Step)
	return info
}

func (p *pages) lines(q *web.Request, v room.View, t room.Taken, name func(id.Person) string) web.Component {
	var rows []nhs.SummaryRow
	for _, l := range field.Show(p.info(v, t).Fields, t.Answers, p.namer(q.Context(), v, name)) {
		rows = append(rows, row(l.Key, fieldweb.Answer(l, p.path(v.Reference), t.Version)))
	}
	if len(rows) == 0 {
		return nil
	}
	return nhs.SummaryList{Rows: rows, NoBorder: true}
}

func roleWords(d *process.Definition, role string) string {
	if role == string(process.Heed) {
		return "Heed itself, since the time was over"
	}
	if r, ok := d.Role(process.Role(role)); ok {
		return r.Label
	}
	return role
}

// readers is who has opened the record.
func (p *pages) readers(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	v, err := p.desk.Readers(q.Context(), q.Actor(), p.room, ref)
	if err != nil {
		return nil, err
	}
	name := p.names(q.Context())
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Who has opened it", Size: nhs.SizeM}, Head: nhs.Heads("When", "Who", "As", "What")}
	for _, r := range v.Readers {
		t.Rows = append(t.Rows, []nhs.Cell{{Text: words.Moment(r.At)}, {Text: name(r.By)}, {Text: roleWords(v.Process, r.Role)}, {Text: r.What}})
	}
	page := p.page("Who has opened "+string(v.Reference), web.Stack(t))
	page.Above = p.sections(v, "/access")
	return page, nil
}

// document gives a document out, to be saved: never shown as a page.
func (p *pages) document(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	asked, err := room.ParseDocumentAsked(q.Path("version"), q.Path("number"))
	if err != nil {
		return nil, err
	}
	got, err := p.desk.Document(q.Context(), q.Actor(), p.room, ref, asked)
	if err != nil {
		return nil, err
	}
	return fieldweb.DocumentOf(ref, asked, got), nil
}
