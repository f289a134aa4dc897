package home

import (
	"fmt"
	"net/http"
	"slices"

	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// A change that was proposed: what it would do, who has answered, and what became of it.

// proposal shows what waits, to everybody who may see it the same; a grantor who has not
// agreed yet is asked. Of what waits no more it shows what became of it.
func (h *pages) proposal(q *web.Request) (web.Response, error) {
	o, err := h.directory.Organisation(q.Context(), q.Who().Org)
	if err != nil {
		return nil, err
	}
	was, err := o.Proposal(q.Path("fingerprint"), q.Now())
	if err != nil {
		return nil, err
	}
	if was.End.How != directory.Waits {
		page := underDifferent(titleEnded)
		page.Body = web.Stack(append(h.became(q, was), file(was),
			nhs.Paragraph{Content: nhs.Link{Text: "See what we do differently now", Href: pathDifferent}})...)
		return page, nil
	}
	p, err := h.rooms.Waiting(q.Context(), q.Who().Org, q.Path("fingerprint"))
	if err != nil {
		return nil, err
	}
	page, name := underDifferent(titleProposal), h.directory.Names(q.Context())
	body := []web.Component{nhs.Para(fmt.Sprintf("Proposed by %s on %s. It waits until %s.", name(p.By),
		words.Moment(p.At), words.Date(p.At.Add(directory.ProposalLife))))}
	if p.NotTaken != nil {
		body = append(body, nhs.WarningCallout{Heading: nhs.CardHeading{Text: "Nobody can agree to this", Level: 2},
			Content: nhs.Group{nhs.Para("This version of Heed does not take it: " + fail.Words(p.NotTaken) + "."),
				nhs.Para("Nothing else can be proposed for " + h.kind(was.On) + " until somebody who grants roles refuses it, " +
					"whoever proposed it takes it back, or it has waited too long.")}})
	} else {
		body = append(body, wouldChange(p))
	}
	body = append(body, file(was), nhs.Heading{Text: "Who has agreed", Level: 2, Size: nhs.SizeM},
		nhs.Bullets(agreed(o, p.Yes, name)...),
		nhs.Para("Fingerprint of this text: "+p.Fingerprint[:16]+" "+p.Fingerprint[16:]+". "+
			"Whoever sees the same fingerprint sees the same text."))
	asked, own := waitsFor(p.Proposal, o, q.Who().Person), p.By == q.Who().Person
	switch {
	case asked && p.NotTaken == nil && q.Actor().Own:
		page.Body = q.Form().Ask(web.Question{Before: body, Send: "Send", Fields: answers(q.Form(), own)})
	case own:
		page.Body = q.Form().Ask(web.Question{Before: body, Send: "Take it back", Warn: true,
			Fields: []web.Component{nhs.HiddenInput{Name: "word", Value: takesBack}}})
	case asked && !q.Actor().Own:
		page.Body = web.Stack(append(body, nhs.Para("You are asked whether you agree. To answer, log out, then log in with "+
			"your password and code, or with a passkey: a log-in elsewhere does not speak for whoever grants roles."))...)
	case asked:
		page.Body = q.Form().Ask(web.Question{Before: body, Send: "I refuse it", Fields: []web.Component{
			nhs.HiddenInput{Name: "word", Value: "refuse"}, reason(q.Form(), "Why do you refuse it?", "")}})
	default:
		page.Body = web.Stack(append(body, nhs.Para("You have nothing more to do. Whoever has not answered yet finds it "+
			"under “"+titleDifferent+"”."))...)
	}
	return page, nil
}

// waitsFor says whether a change waits for somebody's answer.
func waitsFor(p directory.Proposal, o directory.Organisation, who id.Person) bool {
	return o.IsGrantor(who) && !slices.Contains(p.Yes, who)
}

func reason(f *web.Form, asks, more string) web.Component {
	return f.Textarea(nhs.Textarea{Name: "why", Rows: 3, Label: nhs.Label{Text: asks, Size: nhs.SizeS},
		Hint: nhs.Hint{Text: "It is kept with your name" + more}})
}

// answers are what a grantor is asked about a change; about their own nobody owes a reason.
func answers(f *web.Form, own bool) []web.Component {
	ask := func(title, no, says string) web.Component {
		return f.Radios(nhs.Radios{Name: "word", Legend: nhs.Legend{Text: title, Size: nhs.SizeM}, Items: []nhs.Radio{
			{Value: "agree", Text: "I have read it, and I agree"}, {Value: no, Text: says}}})
	}
	if own {
		return []web.Component{ask("Do you agree, as somebody who grants roles?", takesBack, "I take it back")}
	}
	return []web.Component{ask("Do you agree?", "refuse", "I refuse it"),
		reason(f, "If you refuse it, why?", ". Leave it empty if you agree")}
}

// takesBack is the answer of whoever proposed a change and does not want it any more.
const takesBack = "back"

// file is the text of a change, if it has one.
func file(p directory.Proposal) web.Component {
	if p.Off {
		return nhs.Para("It is to go back to the process as shipped.")
	}
	return nhs.Group{nhs.Heading{Text: "The file", Level: 2, Size: nhs.SizeM},
		nhs.InsetText{Content: nhs.HTML(words.Typed(indented(p.Text)))}}
}

func agreed(o directory.Organisation, yes []id.Person, name func(id.Person) string) (out []string) {
	for _, g := range o.Grantors {
		if slices.Contains(yes, g) {
			out = append(out, name(g)+" has agreed")
		} else {
			out = append(out, name(g)+" has not answered yet")
		}
	}
	return out
}

func (h *pages) sendProposal(q *web.Request) (web.Response, error) {
	o, err := h.directory.Organisation(q.Context(), q.Who().Org)
	if err != nil {
		return nil, err
	}
	f, fingerprint := q.Form(), q.Path("fingerprint")
	p, err := o.Proposal(fingerprint, q.Now())
	if err != nil {
		return nil, err
	}
	offered := []string{"agree", "refuse"}
	if p.By == q.Who().Person {
		offered = []string{"agree", takesBack}
	}
	word := f.Choice("word", web.Ask{What: "whether you agree", Needed: true}, offered...)
	why := f.Text("why", web.Ask{What: "why you refuse it", Needed: word == "refuse", Max: 500})
	if word == takesBack { // about their own nobody gives a reason, and with one it would be a refusal
		why = ""
	}
	if word == "agree" && why != "" { // a condition that nobody would ever read
		f.Add("why", "Leave this empty if you agree. If you do not agree as it stands, refuse it and say why")
	}
	if p.End.How != directory.Waits {
		return h.tooLate(q, p, why), nil
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	said, err := h.answer(q, fingerprint, word, why)
	if fail.Is(err, fail.Conflict) { // by another answer, perhaps, that came first
		if o, err := h.directory.Organisation(q.Context(), q.Who().Org); err == nil {
			if p, err := o.Proposal(fingerprint, q.Now()); err == nil && p.End.How != directory.Waits {
				return h.tooLate(q, p, why), nil
			}
		}
	}
	return said, err
}

// tooLate is for whoever answers what does not wait any more: what became of it, and what they typed.
func (h *pages) tooLate(q *web.Request, p directory.Proposal, typed string) web.Response {
	if typed == "" {
		return web.SeeOther(q.Here()) // which says what became of it
	}
	page := underDifferent(titleEnded)
	page.Status = http.StatusConflict
	page.Body = web.Stack(append(h.became(q, p), h.toProposal(p), nhs.Para("What you typed was not kept. It is below, if "+
		"you want to copy it."), nhs.InsetText{Content: nhs.HTML(words.Typed(typed))})...)
	return page
}

func (h *pages) answer(q *web.Request, fingerprint, word, why string) (web.Response, error) {
	if word != "agree" {
		flash := "It was refused. Nothing has changed"
		if word == takesBack {
			flash = "It was taken back. Nothing has changed"
		}
		return web.Redirect{To: pathDifferent, Flash: flash},
			h.directory.RefuseProposal(q.Context(), q.Actor(), fingerprint, why)
	}
	done, err := h.rooms.AgreeOverlay(q.Context(), q.Actor(), fingerprint)
	if done {
		return web.Redirect{To: pathDifferent, Flash: "Everybody has agreed. It counts from now on"}, err
	}
	return web.Redirect{To: pathProposal + fingerprint, Flash: "You have agreed. It counts once everybody has"}, err
}

func (h *pages) toProposal(p directory.Proposal) web.Component {
	return nhs.Paragraph{Content: nhs.Link{Text: "Read that change to " + h.kind(p.On),
		Href: pathProposal + p.Fingerprint()}}
}

// became says how a change ended.
func (h *pages) became(q *web.Request, p directory.Proposal) nhs.Group {
	name := h.directory.Names(q.Context())
	who := name(p.By)
	if p.By == q.Who().Person {
		who = "you"
	}
	on := "On " + words.Date(p.End.At) + " "
	what := "the change to " + h.kind(p.On) + " that " + who + " proposed on " + words.Date(p.At)
	switch p.End.How {
	case directory.Agreed:
		return nhs.Group{nhs.Para(on + "everybody had agreed to " + what + ". It counted from then on.")}
	case directory.Refused:
		return nhs.Group{nhs.Para(on + name(p.End.By) + " refused " + what + "."), nhs.SummaryList{Rows: []nhs.SummaryRow{{
			Key:   nhs.SummaryCell{Text: "Why"},
			Value: nhs.SummaryCell{Content: nhs.HTML(words.Typed(p.End.Why))}}}}}
	case directory.TakenBack:
		return nhs.Group{nhs.Para(on + what + " was taken back.")}
	case directory.Overtaken:
		return nhs.Group{nhs.Para(on + "what we do differently was changed in another way, and " + what + " ended.")}
	}
	return nhs.Group{nhs.Para(on + what + " ended: not everybody had answered it by then.")}
}
