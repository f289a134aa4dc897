package design

import (
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// wholePage is a page as the conventions want it, made as a slice makes one.
type wholePage struct {
	title, path string
	make        func(*web.Request) web.Page
}

func wholePages() []wholePage {
	return []wholePage{
		{"A question", "/design/page/question", question},
		{"A question with errors", "/design/page/errors", questionWithErrors},
		{"Check answers", "/design/page/check", checkAnswers},
		{"Confirmation", "/design/page/confirmation", confirmation},
		{"Interruption", "/design/page/interruption", interrupted},
		{"Inbox", "/design/page/inbox", inbox},
		{"Case", "/design/page/case", caseSummary},
	}
}

func patterns() (routes []web.Route) {
	for _, p := range wholePages() {
		routes = append(routes, web.Get(p.path, web.Public, "Design catalogue: "+p.title, func(q *web.Request) (web.Response,
			error) {
			return p.make(q), nil
		}))
	}
	return routes
}

const section = "Design catalogue"

func question(q *web.Request) web.Page {
	f := q.Form()
	return web.Page{Title: "What are you worried about?", Section: section, Question: true, Back: "/design", Leave: true,
		Body: f.Ask(web.Question{Fields: []nhs.Component{
			f.CharacterCount(nhs.CharacterCount{Name: "what", MaxLength: 4000, Rows: 8,
				Label: nhs.Label{Text: "What are you worried about?", PageHeading: true, Size: nhs.SizeL},
				Hint:  nhs.Hint{Text: "What you saw or heard, not what you think it means"}})}})}
}

func questionWithErrors(q *web.Request) web.Page {
	f := q.Form()
	f.Add("when-month", "When it happened must include a month")
	f.Add("where", "Enter where it happened")
	return web.Page{Title: "When and where did it happen?", Section: section, Back: "/design", Leave: true, Status: 200,
		Body: f.Ask(web.Question{Fields: []nhs.Component{
			f.Date("when", nhs.DateInput{Legend: nhs.Legend{Text: "When did it happen?", Size: nhs.SizeM},
				Hint: nhs.Hint{Text: "For example, 6 March 2026"}}),
			f.Input(nhs.Input{Name: "where", Label: nhs.Label{Text: "Where did it happen?"}, Width: 20})}})}
}

func checkAnswers(q *web.Request) web.Page {
	change := func(what string) nhs.Action {
		return nhs.Action{Text: "Change", Hidden: what, Href: "/design/page/question"}
	}
	return web.Page{Title: "Check your answers and send", Section: section, Back: "/design", Leave: true,
		Body: q.Form().Ask(web.Question{Send: "Send this concern", Fields: []nhs.Component{
			nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("Who it is about", "A patient", change("who it is about")),
				nhs.Row("What you are worried about", "He has stopped coming to clinic and says that nobody may know "+
					"where he goes.", change("what you are worried about")),
				nhs.Row("When it happened", "Not provided", change("when it happened"))}}}})}
}

func confirmation(*web.Request) web.Page {
	return web.Page{Title: "Concern sent", Section: section, Question: true, Body: web.Stack(
		nhs.Panel{Heading: nhs.Heading{Text: "Concern sent"}, Text: "Your reference is HD-7F3K-2X9C"},
		nhs.Heading{Text: "What happens next", Level: 2, Size: nhs.SizeM},
		nhs.Para("Sam Lee, safeguarding lead, has it now. We will tell you what happened by 13 March 2026."),
		nhs.Para("If you want to talk to somebody now, ring 0300 123 4567."),
		nhs.ActionLink{Text: "Follow your concern", Href: "/design"})}
}

func interrupted(*web.Request) web.Page {
	return web.Page{Title: "You are about to share without consent", Section: section, Question: true, Back: "/design",
		Body: web.Stack(
			casework.Interruption{Heading: "You are about to share without consent",
				Text: "Write down why consent was not asked for or was refused.", Continue: "Share without consent",
				Back: "/design", BackText: "Go back and change this"})}
}

func inbox(*web.Request) web.Page {
	return web.Page{Title: "Inbox", Section: section, Wide: true,
		Body: web.Stack(casework.Filtered{Filter: filterCard().(casework.FilterCard), List: list()})}
}

func caseSummary(*web.Request) web.Page {
	return web.Page{Title: "Case HD-7F3K-2X9C", Section: section, Above: []web.Component{keyDetails(), subNavigation()},
		Body: web.Stack(
			nhs.Heading{Text: "Latest", Level: 2, Size: nhs.SizeM}, timeline())}
}
