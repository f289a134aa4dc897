package home

import (
	"cmp"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/concern"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const sectionWork = "My work"

// mostWork is how many duties stand on the page of each of the two desks.
const mostWork = 50

// duty is one record that somebody has, with what is due next.
type duty struct {
	kind, title, ref, to, stands string
	what                         string
	due                          time.Time
}

// last is when it is due; what has no day stands after all that have one.
func (d duty) last() time.Time {
	if d.due.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return d.due
}

// work is all that somebody has been given, over every kind of record, what is due
// first on top. No word of a concern and no name of a person stands in it.
func (h *pages) work(q *web.Request) (web.Response, error) {
	all, more, err := h.ofRooms(q)
	if err != nil {
		return nil, err
	}
	if access.Role(q.Who().Role) == access.Lead {
		cases, moreCases, err := h.ofConcerns(q, all)
		if err != nil {
			return nil, err
		}
		all, more = append(all, cases...), more || moreCases
	}
	slices.SortStableFunc(all, func(a, b duty) int { return a.last().Compare(b.last()) })
	var body web.Component = nhs.Para("Nothing has been given to you. When something is, it stands here until it is done.")
	if len(all) > 0 {
		body = table(q, all)
	}
	var rest web.Component
	if more {
		rest = nhs.Para("There is more than stands here. The lists of each kind of record show all of it.")
	}
	return web.Page{Title: sectionWork, Section: sectionWork, Nav: "/work", Wide: true, Body: web.Stack(body, rest)}, nil
}

func (h *pages) ofRooms(q *web.Request) (out []duty, more bool, err error) {
	page, err := h.rooms.Work(q.Context(), q.Actor(), room.Query{Limit: mostWork})
	for _, r := range page.Rows {
		out = append(out, duty{kind: words.Sentence(r.Room.One), title: r.Title, ref: string(r.Reference), to: "/" + r.Room.Many + "/" + string(r.Reference),
			stands: r.Label, what: r.Due.Label, due: r.Due.At})
	}
	return out, page.Next != "", err
}

func (h *pages) ofConcerns(q *web.Request, known []duty) (out []duty, more bool, err error) {
	page, err := h.concerns.ListPage(q.Context(), q.Actor(), concern.Query{List: concern.ListMine, Limit: mostWork})
	d := h.concerns.Definition(q.Who().Org)
	for _, r := range page.Rows {
		ref := string(r.Reference)
		if slices.ContainsFunc(known, func(x duty) bool { return x.ref == ref }) {
			continue
		}
		out = append(out, duty{kind: "Concern", ref: ref, to: "/cases/" + ref, stands: cmp.Or(r.Label, d.Label(r.State)), due: r.Due})
	}
	return out, page.More, err
}

func table(q *web.Request, all []duty) web.Component {
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What you have, what is due first on top", Size: nhs.SizeM},
		Head: nhs.Heads("Next due", "What", "Kind", "Where it stands", "Reference")}
	for _, d := range all {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: dueCell(q, d)}, {Content: titled(d)}, {Text: d.kind}, {Text: d.stands}, {Content: nhs.NoWrap(d.ref)}})
	}
	return t
}

// titled leads to the record, by its title where its room has one.
func titled(d duty) web.Component {
	if d.title == "" {
		return nhs.Link{Text: d.kind + " " + d.ref, Href: d.to}
	}
	return nhs.Link{Content: nhs.Isolated(d.title), Href: d.to}
}

// dueCell says in words what is overdue; no colour stands alone.
func dueCell(q *web.Request, d duty) web.Component {
	what := ""
	if d.what != "" {
		what = d.what + ", "
	}
	switch {
	case d.due.IsZero():
		return nhs.Text("Nothing due")
	case q.Now().After(d.due):
		return nhs.Group{nhs.Tag{Text: "Overdue", Colour: nhs.Orange}, nhs.Text(" " + what + "since " + words.Date(d.due))}
	case workday.Of(q.Now()) == workday.Of(d.due):
		return nhs.Text(words.Sentence(what + "today"))
	}
	return nhs.Text(words.Sentence(what + "by " + words.Date(d.due)))
}
