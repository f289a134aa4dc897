package home

import (
	"slices"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const (
	pathHandOver  = pathWork + "/hand-over"
	titleHandOver = "Hand over to somebody else"
	allOfThem     = "all"
)

// whoseWork is whose records are handed over: one's own, but where another is named.
func whoseWork(q *web.Request) (id.Person, error) {
	named := q.Path("person")
	if named == "" {
		return q.Who().Person, nil
	}
	p, err := id.ParsePerson(named)
	if err != nil {
		return p, fail.New(fail.Missing, "Page not found")
	}
	return p, nil
}

// handOver lists what somebody has, and asks who should have it.
func (h *pages) handOver(q *web.Request) (web.Response, error) {
	of, err := whoseWork(q)
	if err != nil {
		return nil, err
	}
	has, err := h.rooms.Holds(q.Context(), q.Actor(), of, room.Query{Limit: mostWork})
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: titleHandOver, Section: sectionWork, Nav: pathWork, Back: pathWork, BackText: sectionWork}
	var whose web.Component = nhs.Para("This is what you have.")
	if of != q.Who().Person && len(has.Rows) > 0 {
		whose = nhs.Paragraph{Content: nhs.Group{nhs.Text("This is what "), nhs.Isolated(h.directory.Names(q.Context())(of)),
			nhs.Text(" has.")}}
	}
	switch {
	case len(has.Rows) == 0:
		page.Body = web.Stack(nhs.Para("There is nothing here that you could hand over."))
		return page, nil
	case len(has.To) == 0:
		page.Body = web.Stack(whose, nhs.Para("Nobody else here has the role for it."))
		return page, nil
	}
	f := q.Form()
	offer := func(field.Field) ([]fieldweb.Option, error) { return options(has.To), nil }
	asked, err := fieldweb.Asking{Form: f, Offer: offer}.Components(handing)
	if err != nil {
		return nil, err
	}
	before := []web.Component{whose, nhs.Para("They are told, and each record says who handed it over and why. " +
		"What is closed to them stays where it is: you are told which.")}
	if has.Next != "" {
		before = append(before, nhs.Para("These are the first "+words.Number(mostWork)+
			". The others come up when these are handed over."))
	}
	page.Body = f.Ask(web.Question{Before: before, Send: "Hand over",
		Fields: append([]web.Component{f.Checkboxes(what(has.Rows, q.Now())), listed(has.Rows)}, asked...)})
	return page, nil
}

// handing is what is asked of whoever hands over, beside which records.
var handing = []field.Field{
	{ID: "to", Kind: field.Person, Ask: "Who should have it from now on?", What: "who should have it from now on",
		Needed: true},
	{ID: "why", Kind: field.Text, Ask: "Why are you handing it over?", What: room.WhyHanded.Label,
		Max: room.WhyHanded.Limit, Needed: true},
}

// listed carries all that the page showed, for whoever ticks all of it.
func listed(rows []room.Row) web.Component {
	var out strings.Builder
	for _, r := range rows {
		out.WriteString(`<input type="hidden" name="listed" value="` + r.Room.Name + "/" + string(r.Reference) + `">`)
	}
	return nhs.HTML(out.String())
}

// what are the records as boxes to be ticked, what is due first on top.
func what(rows []room.Row, now time.Time) nhs.Checkboxes {
	out := nhs.Checkboxes{Name: "what", Legend: nhs.Legend{Text: "What should be handed over?", Size: nhs.SizeS},
		Hint: nhs.Hint{Text: "Select all that apply"}}
	if len(rows) > 1 {
		out.Items = []nhs.Checkbox{{Value: allOfThem, Text: "All of these"}, {Divider: "or"}}
	}
	for _, r := range rows {
		label := nhs.Group{nhs.Text(words.Sentence(r.Room.One) + " "), nhs.NoWrap(string(r.Reference))}
		if r.Title != "" {
			label = nhs.Group{nhs.Isolated(r.Title), nhs.Text(", "), nhs.NoWrap(string(r.Reference))}
		}
		out.Items = append(out.Items, nhs.Checkbox{Value: r.Room.Name + "/" + string(r.Reference), Content: label,
			Hint: nhs.Hint{Text: r.Label + ". " + nextDue(r, now)}})
	}
	return out
}

// nextDue is what is due next of a record, in a sentence.
func nextDue(r room.Row, now time.Time) string {
	if now.After(r.Due.At) {
		return "Overdue since " + words.Date(r.Due.At) + ": " + r.Due.Label
	}
	return "Next due: " + r.Due.Label + ", by " + words.Date(r.Due.At)
}

// sendHandOver hands over what was ticked. What was not is said, each with its reason.
func (h *pages) sendHandOver(q *web.Request) (web.Response, error) {
	of, err := whoseWork(q)
	if err != nil {
		return nil, err
	}
	f := q.Form()
	ticked := f.Raw("what", "what should be handed over")
	if all := f.Raw("listed", "what should be handed over"); slices.Contains(ticked, allOfThem) {
		ticked = all
	}
	in, _ := fieldweb.Answers(f, handing)
	to, _ := id.ParsePerson(in.Get("to")) // nobody: the desk says so
	hand := room.Handing{From: of, To: to, Why: in.Get("why"), Key: q.Key()}
	for _, x := range ticked {
		kind, ref, _ := strings.Cut(x, "/")
		hand.What = append(hand.What, room.Named{Room: kind, Reference: room.ReferenceOf(ref)})
	}
	got, err := h.rooms.HandOver(q.Context(), q.Actor(), hand)
	if err != nil {
		return nil, err
	}
	return h.handed(got), nil
}

// handed says what was handed over and what was not.
func (h *pages) handed(got []room.Handed) web.Response {
	done, t := 0, nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What was not handed over", Size: nhs.SizeM},
		Head: nhs.Heads("What", "Why not")}
	for _, x := range got {
		if x.Refused == "" {
			done++
			continue
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Text: words.Sentence(x.One) + " " + string(x.Reference)}, {Text: x.Refused}})
	}
	says := words.Count(done, "record was", "records were") + " handed over"
	if len(t.Rows) == 0 {
		return web.Redirect{To: pathWork, Flash: says}
	}
	return web.Page{Title: "Not everything was handed over", Section: sectionWork, Nav: pathWork, Back: pathWork,
		BackText: sectionWork,
		Body: web.Stack(nhs.Para(says+". Give each of the others to somebody on its own page, or leave it where it is."),
			t)}
}
