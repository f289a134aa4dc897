package concernweb

import (
	"time"

	"heed/internal/access"
	"heed/internal/concern"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// The second person's word on who is kept from a case, or let back in. Its page shows
// what was asked and nothing else of the case: whoever gives it need not be one who may
// open the case.

// barTable lists who asked to keep somebody from a case, for those who are told of it.
func (p *pages) barTable(q *web.Request, month time.Time, all []concern.Broken) (web.Component, error) {
	if len(all) == 0 {
		return nhs.Para("Nobody was to be kept from a case in " + month.Format("January 2006") + "."), nil
	}
	var people []id.Person
	for _, b := range all {
		people = append(people, b.By)
	}
	names, err := p.names(q.Context(), people...)
	if err != nil {
		return nil, err
	}
	d := p.desk.Definition(q.Who().Org)
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "Who was to be kept from a case in " + month.Format("January 2006") + ", newest first", Size: nhs.SizeM},
		Head: nhs.Heads("When", "Who asked", "As", "Reference", "Where it stands")}
	for _, b := range all {
		t.Rows = append(t.Rows, []nhs.Cell{{Content: nhs.HTML(words.MomentHTML(b.At))}, {Content: nhs.HTML(words.Name(names[b.By]))}, {Text: roleWords(d, b.Role)},
			{Content: nhs.NoWrap(b.Reference)}, {Content: p.whereItStands(q, b)}})
	}
	return t, nil
}

// whereItStands is what became of one step by which somebody is to be kept out or let back in.
func (p *pages) whereItStands(q *web.Request, b concern.Broken) web.Component {
	step, asked, waits := b.Stands.Waits()
	switch {
	case waits && step == b.Bar && asked == q.Who().Person:
		return nhs.Text("Somebody else gives the second word")
	case waits && step == b.Bar:
		return nhs.Link{Text: "Give the second word", Hidden: "on " + string(b.Reference), Href: StepPath(b.Reference, process.ConfirmBar)}
	case b.Stands.Why == concern.Conflict && b.Stands.Of == b.Bar:
		return nhs.Text("They declared a conflict of interest themselves")
	case b.Stands.State == concern.BarStands && b.Stands.Of == b.Bar:
		return nhs.Text("Kept from it")
	case b.Stands.State == concern.BarLifted:
		return nhs.Text("Let back in")
	case b.Stands.State == "":
		return nhs.Text("Erased")
	}
	return nhs.Text("Refused")
}

var secondWords = []concern.Choice{{ID: process.Confirmed, Label: "I confirm it"}, {ID: process.Refused, Label: "I refuse it"}}

func (p *pages) secondWord(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	all, err := p.desk.ToConfirm(q.Context(), Actor(q), ref)
	if err != nil {
		return nil, err
	}
	page := web.Page{Title: "Give the second word on who is kept from it", Caption: string(ref), Section: sectionCase, Nav: pathTold, Back: pathTold, BackText: sectionTold}
	if access.Role(q.Who().Role) == access.Lead {
		page.Nav, page.Back, page.BackText = "/inbox", "/cases/"+string(ref), "Case"
	}
	if len(all) == 0 {
		page.Body = web.Stack(nhs.Para("Nothing waits for your second word here."))
		return page, nil
	}
	people := make([]id.Person, len(all))
	for i, x := range all {
		people[i] = x.By
	}
	names, err := p.names(q.Context(), people...)
	if err != nil {
		return nil, err
	}
	f := q.Form()
	s := nhs.Select{Name: "of", Label: Label("What do you give your word on?"), Items: []nhs.Option{{Text: "Select one", Value: ""}}}
	before := []web.Component{nhs.InsetText{Text: "Talk to whoever asked for it first. Who is kept from a case sees nothing of it, whatever their role. You see nothing of the case here."}}
	for _, x := range all {
		title := barWords(x)
		before = append(before, nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("What is asked", title), nhs.Row("Who asks", names[x.By]+", "+words.Moment(x.At)),
			{Key: nhs.SummaryCell{Text: "Their reasons"}, Value: nhs.SummaryCell{Content: typed(x.Reasons)}}}})
		s.Items = append(s.Items, nhs.Option{Value: words.Number(int(x.Step)), Text: title})
	}
	r := Choose(f, "result", "What is your word?", secondWords)
	r.Items[1].Conditional = f.Textarea(nhs.Textarea{Name: "words", Rows: 3, Label: Label("Why do you refuse it?")})
	page.Body = f.Ask(web.Question{Before: before, Fields: []web.Component{f.Select(s), r}, Send: "Give this word"})
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

func (p *pages) sendSecondWord(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	f := q.Form()
	s := concern.ConfirmBar{Of: int64(f.Whole("of", web.Ask{What: "what you give your word on", Needed: true}, 1, 1_000_000)),
		Result: f.Choice("result", web.Ask{What: "whether you confirm or refuse it", Needed: true}, ids(secondWords)...)}
	if s.Result == process.Refused {
		s.Words = f.Text("words", web.Ask{What: "why you refuse it", Needed: true, Max: concern.MaxShort})
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if _, err := p.desk.Take(q.Context(), Actor(q), ref, concern.Taking{Step: s, Key: q.Key()}); err != nil {
		return nil, err
	}
	to := pathTold
	if access.Role(q.Who().Role) == access.Lead {
		to = "/cases/" + string(ref)
	}
	return web.Redirect{To: to, Flash: "Your word was recorded"}, nil
}
