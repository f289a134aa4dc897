package concernweb

import (
	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/room/roomweb"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// The second person's word on who is kept from a case, or let back in. Its page shows
// what was asked and nothing else of the case: whoever gives it need not be one who may
// open the case.

// barTable lists who asked to keep somebody from a case, for those who are told of it.
func (p *pages) barTable(q *web.Request, title, none string, all []concern.Broken) web.Component {
	if len(all) == 0 {
		return nhs.Para(none)
	}
	name := p.Directory.Names(q.Context())
	d := p.desk.Definition(q.Who().Org)
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: title + ", newest first", Size: nhs.SizeM},
		Head: nhs.Heads("When", "Who asked", "As", "Reference", "Where it stands")}
	for _, b := range all {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.HTML(words.MomentHTML(b.At))},
			{Content: nhs.HTML(words.Name(name(b.By)))}, {Text: roomweb.RoleWords(d, b.Role)},
			{Content: nhs.NoWrap(b.Reference)}, {Content: whereItStands(q, b)}})
	}
	return t
}

// whereItStands is what became of one step by which somebody is to be kept out or let back in.
func whereItStands(q *web.Request, b concern.Broken) web.Component {
	step, asked, waits := b.Stands.Waits()
	switch {
	case waits && step == b.Bar && asked == q.Who().Person:
		return nhs.Text("Somebody else gives the second word")
	case waits && step == b.Bar:
		return nhs.Link{Text: "Give the second word", Hidden: "on " + string(b.Reference), Href: "/cases/" +
			string(b.Reference) + "/second-word"}
	case b.Stands.Why == room.Conflict && b.Stands.Of == b.Bar:
		return nhs.Text("They declared a conflict of interest themselves")
	case b.Stands.State == room.BarStands && b.Stands.Of == b.Bar:
		return nhs.Text("Kept from it")
	case b.Stands.State == room.BarLifted:
		return nhs.Text("Let back in")
	case b.Stands.State == "":
		return nhs.Text("Erased")
	}
	return nhs.Text("Refused")
}

func (p *pages) secondWord(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	all, err := p.desk.ToConfirm(q.Context(), q.Actor(), ref)
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: "Give the second word on who is kept from it", Caption: string(ref), Section: sectionCase,
		Nav: pathTold, Back: pathTold, BackText: sectionTold}
	if access.Role(q.Who().Role) == access.Lead {
		page.Nav, page.Back, page.BackText = "/inbox", "/cases/"+string(ref), "Case"
	}
	if len(all) == 0 {
		page.Body = web.Stack(nhs.Para("Nothing waits for your second word here."))
		return page, nil
	}
	name, info := p.Directory.Names(q.Context()), p.stepOf(q, process.ConfirmBar)
	var before []web.Component
	for _, w := range info.Before {
		before = append(before, nhs.Para(w))
	}
	var choices []fieldweb.Option
	for _, x := range all {
		title := barWords(x)
		before = append(before, nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("What is asked", title),
			nhs.Row("Who asks", name(x.By)+", "+words.Moment(x.At)),
			{Key: nhs.SummaryCell{Text: "Their reasons"}, Value: nhs.SummaryCell{Content: typed(x.Reasons)}}}})
		choices = append(choices, fieldweb.Option{ID: words.Number(int(x.Step)), Label: title})
	}
	f := q.Form()
	asked, err := fieldweb.Asking{Form: f, Offer: func(field.Field) ([]fieldweb.Option, error) {
		return choices,
			nil
	}}.Components(info.Fields)
	if err != nil {
		return nil, err
	}
	page.Body = f.Ask(web.Question{Before: before, Fields: asked, Send: info.SendWords()})
	return page, nil
}

// barWords say what is asked of a bar.
func barWords(x concern.ToConfirm) string {
	who := "the account " + x.Login
	if x.Login == "" {
		who = "somebody who declared a conflict of interest"
	}
	switch {
	case x.Lift:
		return "To let " + who + " back in"
	case x.Why == process.Subject:
		return "To keep it from " + who + ": it is about them"
	}
	return "To keep it from " + who + ": it passes them by"
}
