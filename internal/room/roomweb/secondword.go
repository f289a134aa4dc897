package roomweb

import (
	"slices"
	"strconv"

	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// The second person's word on who is kept from a record, or let back in. Its page shows
// what was asked and nothing else of the record: whoever gives it need not be one who may
// open it.

// secondWord is the page of the second word.
func (p *Pages) secondWord(q *web.Request) (web.Response, error) {
	ref, err := q.Reference("ref")
	if err != nil {
		return nil, err
	}
	v, all, err := p.Desk.ToConfirm(q.Context(), q.Actor(), p.Room, ref)
	if first := p.reasonFirst(err, ref); first != nil {
		return first, nil
	}
	if err != nil {
		return nil, err
	}
	info, _ := v.Process.Step(process.ConfirmBar)
	page := web.Page{Title: info.Label, Caption: string(ref), Section: p.Section, Nav: p.Outside.Path,
		Back: p.Outside.Path, BackText: p.Outside.Text}
	if p.works(q) {
		page.Nav, page.Back, page.BackText = p.Base, p.Path(ref), p.Called
		if p.Listed != "" {
			page.Nav = p.Listed
		}
	}
	if len(all) == 0 {
		page.Body = web.Stack(nhs.Para("Nothing waits for your second word here."))
		return page, nil
	}
	name := p.Directory.Names(q.Context())
	var before []web.Component
	for _, w := range info.Before {
		before = append(before, nhs.Para(w))
	}
	var choices []fieldweb.Option
	for _, x := range all {
		title := barWords(x, name(x.Who))
		before = append(before, nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("What is asked", title),
			nhs.Row("Who asks", name(x.By)+", "+words.Moment(x.At)),
			row("Their reasons", nhs.HTML(words.Typed(x.Reasons)))}})
		choices = append(choices, fieldweb.Option{ID: words.Number(int(x.Step)), Label: title})
	}
	f := q.Form()
	asked, err := fieldweb.Asking{Form: f, Offer: func(field.Field) ([]fieldweb.Option, error) {
		return choices, nil
	}}.Components(info.Fields)
	if err != nil {
		return nil, err
	}
	page.Body = f.Ask(web.Question{Before: before, Fields: asked, Send: info.SendWords()})
	return page, nil
}

// works says whether somebody is in a role that works these records.
func (p *Pages) works(q *web.Request) bool {
	s, _ := p.Room.Latest().Step(process.DeclareConflict)
	return slices.Contains(s.Roles, process.Role(q.Who().Role))
}

// afterWord is where the second word leads whoever gave it from outside, and an answer to who
// disagrees: once it is given they need not be one who may open the record.
func (p *Pages) afterWord(q *web.Request, step process.Step, ref id.Reference) string {
	switch {
	case p.works(q):
	case step == process.ConfirmBar:
		return p.Outside.Path
	case step == process.ChallengeAnswered || step == process.ConfirmHold:
		return "/work"
	}
	return p.Path(ref)
}

// barWords say what is asked of a bar.
func barWords(x room.ToConfirm, declared string) string {
	who := "the account " + x.Login
	if x.Login == "" {
		who = declared + ", who declared a conflict of interest,"
	}
	switch {
	case x.Lift:
		return "To let " + who + " back in"
	case x.Why == process.Subject:
		return "To keep it from " + who + ": it is about them"
	}
	return "To keep it from " + who + ": it passes them by"
}

// keptOut are the entries by which somebody is kept from a record and can be let back in.
func (p *Pages) keptOut(v room.View) (out []fieldweb.Option) {
	for _, t := range v.Taken {
		if b, ok := v.Bars.About(t.Version); ok && b.Of == t.Version && b.State == room.TwoStand && b.Lift == 0 {
			out = append(out, fieldweb.Option{ID: strconv.FormatInt(t.Version, 10), Label: p.Entry(v, t)})
		}
	}
	return out
}
