package home

import (
	"strings"

	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const (
	sectionWork = "My work"
	pathWork    = "/work"
)

// mostWork is how many duties stand on a page.
const mostWork = 50

// seenField carries which notices the page showed.
const seenField = "notice"

// work is all that somebody has to do, over every kind of record, what is due first on
// top, and above it their notices. No word of a concern stands in it, and no name but of a
// colleague who is away or has left.
func (h *pages) work(q *web.Request) (web.Response, error) {
	mine, err := h.rooms.Work(q.Context(), q.Actor(), room.Query{Limit: mostWork, After: q.Query("after")})
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: sectionWork, Section: sectionWork, Nav: pathWork, Wide: true}
	stands, err := h.standing(q)
	if err != nil {
		return nil, err
	}
	asked, err := h.asked(q)
	if err != nil {
		return nil, err
	}
	stands = append(asked, stands...)
	name := h.directory.Names(q.Context())
	duties := append(h.duties(q, mine.Page, name), h.ways(q))
	if len(mine.Notices) == 0 {
		page.Body = web.Stack(append(stands, duties...)...)
		return page, nil
	}
	var shown strings.Builder
	for _, n := range mine.Notices {
		shown.WriteString(`<input type="hidden" name="` + seenField + `" value="` + n.ID + `">`)
	}
	page.Body = q.Form().Ask(web.Question{Before: append(stands, h.notices(mine.Notices, name)),
		Fields: []web.Component{nhs.HTML(shown.String())}, Send: "Mark all of these as seen", After: duties})
	return page, nil
}

// seen marks as seen the notices that the page showed, and no newer one.
func (h *pages) seen(q *web.Request) (web.Response, error) {
	if err := h.rooms.Seen(q.Context(), q.Actor(), q.Form().Raw(seenField, "the notices")); err != nil {
		return nil, err
	}
	return web.Redirect{To: pathWork, Flash: "The notices were marked as seen"}, nil
}

// noticeWords are what a notice says. They are the same for every record of a kind.
func noticeWords(n room.Note) string {
	one := n.Row.Room.One
	switch n.What {
	case room.NoticeGiven:
		if n.Row.For.Of > 0 {
			return "Somebody was given this " + one
		}
		return "You were given this " + one
	case room.NoticeNews:
		return "Somebody did something with this " + one + " that you should see"
	case room.NoticeAnswer:
		return "There is something new to read on this " + one
	case room.NoticeOverdue:
		return "Overdue: " + n.Row.Due.Label
	case room.NoticeKept:
		return "Two others gave their words: somebody is kept from this " + one + ", or was let back in"
	case room.NoticeWord:
		return "Your second word is waited for, on who should be kept from this " + one
	}
	return "Somebody said why they need to open this"
}

// place is where somebody reads what a notice is of, or does what a duty asks.
func place(n room.NoticeKind, r room.Row) string {
	switch {
	case n == room.NoticeTold:
		return "/told"
	case n == room.NoticeKept: // they need not be one who may open it
		return pathWork
	case n == room.NoticeWord:
		return recordOf(r) + "/" + string(process.ConfirmBar)
	case n == room.NoticeAnswer && r.Room.Name == roomOfConcerns:
		return "/mine/" + string(r.Reference)
	}
	return recordOf(r)
}

func recordOf(r room.Row) string {
	if r.Room.Name == roomOfConcerns {
		return "/cases/" + string(r.Reference)
	}
	return "/" + r.Room.Many + "/" + string(r.Reference)
}

// roomOfConcerns is the room whose pages stand elsewhere than those of all others.
const roomOfConcerns = "concern"

func (h *pages) notices(all []room.Note, name func(id.Person) string) web.Component {
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Notices, the newest first", Size: nhs.SizeM},
		Head: nhs.Heads("Since", "Notice", "What")}
	for _, n := range all {
		says := nhs.Group{nhs.Text(noticeWords(n))}
		if n.Row.For.Of > 0 {
			says = append(says, nhs.Text(". "), shownFor(name, n.Row))
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Text: words.Date(n.At)}, {Content: says},
			{Content: titled(n.Row, place(n.What, n.Row))}})
	}
	return t
}

func (h *pages) duties(q *web.Request, p room.Page, name func(id.Person) string) []web.Component {
	if len(p.Rows) == 0 {
		return []web.Component{nhs.Para("Nothing waits for you. When something does, it stands here until it is done.")}
	}
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What you have to do, what is due first on top",
		Size: nhs.SizeM},
		Head: nhs.Heads("Due", "What to do", "What", "Where it stands", "Who has it")}
	for _, r := range p.Rows {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: casework.DueCell(q.Now(), r.Due.At, "")}, {Text: r.Due.Label},
			{Content: titled(r, place("", r))},
			{Text: r.Label}, {Content: whose(q, r, name)}})
	}
	out := []web.Component{t}
	if p.Next != "" {
		out = append(out, nhs.Paragraph{Content: nhs.Link{Text: "Show what is due later", Href: pathWork + "?after=" +
			p.Next}})
	}
	return out
}

// whose says by what a duty stands before somebody.
func whose(q *web.Request, r room.Row, name func(id.Person) string) web.Component {
	switch {
	case r.State.Record.IsZero(): // damaged: it says so itself
		return nhs.Text("")
	case r.For.Of > 0:
		return shownFor(name, r)
	case r.Left:
		return nhs.Group{nhs.Isolated(name(r.Owner)), nhs.Text(", who has left: anybody in your role may do this. "),
			nhs.Link{Text: "Hand over", Hidden: "what " + name(r.Owner) + " had", Href: pathHandOver + "/" + r.Owner.String()}}
	case r.Owner == q.Who().Person, r.Due.Deadline == room.DueReading:
		return nhs.Text("You")
	case r.Owner.IsZero():
		return nhs.Text("Nobody yet: anybody in your role may do this")
	}
	return nhs.Text("Anybody in your role may do this")
}

// titled leads to the record, by its title where its room has one.
func titled(r room.Row, to string) web.Component {
	if r.Title == "" {
		return nhs.Link{Text: words.Sentence(r.Room.One) + " " + string(r.Reference), Href: to}
	}
	return nhs.Group{nhs.Link{Content: nhs.Isolated(r.Title), Href: to}, nhs.Text(", "), nhs.NoWrap(string(r.Reference))}
}
