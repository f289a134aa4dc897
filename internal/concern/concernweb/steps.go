package concernweb

import (
	"heed/internal/concern"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

func (p *pages) stepRoutes() []web.Route {
	routes := StepRoutes(p.desk, p.directory, acknowledgePage, triagePage, askAdvicePage, advicePage, p.feedbackPage(), closePage, correctPage, conflictPage, keepFromPage, liftBarPage, p.assignPage())
	// The map of pages names triage below /concerns as well.
	return append(append(routes, web.Get("/concerns/{ref}/triage", web.SignedIn, triagePage.Title, func(q *web.Request) (web.Response, error) {
		ref, err := q.Reference("ref")
		return web.SeeOther(StepPath(ref, process.Triage)), err
	})), p.localRoutes()...)
}

var acknowledgePage = StepPage{
	Path: "acknowledge", Step: process.Acknowledge, Title: "Take up this concern", Send: "Take it up", Flash: "You have taken up this concern. The person who raised it sees that.",
	Before: func(*web.Request, *concern.Concern) []web.Component {
		return []web.Component{nhs.Para("You become the one who has it. The person who raised it sees your name and today's date.")}
	},
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{Long(f, "words", "First words to the person who raised it (optional)", "For example, that you will ring them today", 4)}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.Acknowledge{Words: f.Text("words", web.Ask{What: "your first words to the person who raised it"})}, nil
	},
}

var decisions = []concern.Choice{
	{ID: process.NotSafeguarding, Label: "Not a safeguarding matter"},
	{ID: process.OtherRoute, Label: "It goes to another safeguarding route"},
	{ID: process.Hold, Label: "Hold and gather more"},
	{ID: process.OpenCase, Label: "Open a case"},
}

var triagePage = StepPage{
	Path: "triage", Step: process.Triage, Title: "Decide what happens next", Send: "Save this decision", Flash: "Your decision was saved",
	Before: func(_ *web.Request, c *concern.Concern) []web.Component {
		return []web.Component{nhs.Details{Summary: "What was raised", Content: reportList(c.Report, reachRaiser), Open: true}}
	},
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		r := Choose(f, "decision", "What happens next?", decisions)
		for i := range r.Items {
			if r.Items[i].Value == process.OtherRoute {
				r.Items[i].Conditional = f.Input(nhs.Input{Name: "route", Label: nhs.Label{Text: "Which route"}, Hint: nhs.Hint{Text: "For example, adult safeguarding"}})
			}
		}
		return []web.Component{r, Long(f, "reasons", "Reasons for your decision", "In words. Advice informs you; the decision is yours", 6)}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		s := concern.Triage{Decision: f.Choice("decision", web.Ask{What: "what happens next", Needed: true}, ids(decisions)...)}
		if s.Decision == process.OtherRoute {
			s.Route = f.Line("route", web.Ask{What: "which other safeguarding route it goes to", Needed: true})
		}
		s.Reasons = f.Text("reasons", web.Ask{What: "the reasons for your decision", Needed: true})
		return s, nil
	},
}

var askAdvicePage = StepPage{
	Path: "advice/ask", Step: process.AskAdvice, Title: "Ask for advice", Send: "Record that you asked", Flash: "It is recorded that you asked for advice",
	Before: func(*web.Request, *concern.Concern) []web.Component {
		return []web.Component{nhs.InsetText{Text: "Heed sends nothing. Ask them yourself, then record here whom you asked and what. Advice decides nothing: the decision stays yours."}}
	},
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{Choose(f, "of", "Whom did you ask?", concern.Advisers),
			Long(f, "question", "What did you ask?", "Without words that identify the person, unless a decision to share is recorded", 5),
			f.Checkboxes(nhs.Checkboxes{Name: "identified", Items: []nhs.Checkbox{{Value: "yes", Text: "My words identify the person"}}})}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.AskAdvice{Of: f.Choice("of", web.Ask{What: "whom you asked", Needed: true}, ids(concern.Advisers)...),
			Question:   f.Text("question", web.Ask{What: "what you asked, without words that identify the person", Needed: true}),
			Identified: len(f.Choices("identified", web.Ask{What: "whether your words identify the person"}, "yes")) == 1}, nil
	},
}

var advicePage = StepPage{
	Path: "advice", Step: process.RecordAdvice, Title: "Record the advice you were given", Send: "Record this advice", Flash: "The advice was recorded",
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{Choose(f, "from", "Who gave the advice?", concern.Advisers), Day(f, "day", "When was it given?"),
			Long(f, "advice", "What did they advise?", "As told to you. It moves nothing by itself", 6)}, nil
	},
	Read: func(q *web.Request, f *web.Form) (concern.Step, error) {
		return concern.RecordAdvice{From: f.Choice("from", web.Ask{What: "who gave the advice", Needed: true}, ids(concern.Advisers)...),
			Day: ReadDay(q, f, "day", "when the advice was given"), Advice: f.Text("advice", web.Ask{What: "what they advised", Needed: true})}, nil
	},
}

var answersToRaiser = []concern.Choice{
	{ID: process.Told, Label: "Tell them"},
	{ID: process.CannotBeTold, Label: "They cannot be told, because"},
}

// feedbackPage says so when nobody will read the answer here.
func (p *pages) feedbackPage() StepPage {
	return StepPage{
		Path: "feedback", Step: process.GiveFeedback, Title: "Answer the person who raised it", Send: "Send this answer", Flash: "Your answer was recorded",
		Fields: func(q *web.Request, f *web.Form, c *concern.Concern) ([]web.Component, error) {
			gone, err := p.hasLeft(q, c.Raiser)
			if err != nil {
				return nil, err
			}
			how := web.Component(nhs.Para("In most cases nothing prevents an answer. What you write here is what they read, under My concerns."))
			if gone {
				how = nhs.WarningCallout{Heading: nhs.CardHeading{Text: "The person who raised this has left", Level: 2},
					Text: "They cannot log in and will not read this here. If you can reach them, tell them in another way, and write down what you told them and how."}
			}
			r := Choose(f, "result", "Can they be told?", answersToRaiser)
			r.Items[0].Conditional = Long(f, "words", "What do you want to tell them?", "Thank them, say what was done, and what happens now", 6)
			r.Items[1].Conditional = nhs.Group{Long(f, "because", "Why can they not be told?", "For the record. They do not see this", 4),
				f.Textarea(nhs.Textarea{Name: "line", Rows: 3, Label: Label("What do they see instead?")})}
			return []web.Component{how, r}, nil
		},
		Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
			s := concern.GiveFeedback{Result: f.Choice("result", web.Ask{What: "whether the person who raised it can be told", Needed: true}, process.Told, process.CannotBeTold)}
			switch s.Result {
			case process.Told:
				s.Words = f.Text("words", web.Ask{What: "what you want to tell the person who raised it", Needed: true})
			case process.CannotBeTold:
				s.Words = f.Text("because", web.Ask{What: "the reason why they cannot be told", Needed: true})
				s.Line = f.Text("line", web.Ask{What: "what the person who raised it sees instead", Needed: true, Max: concern.MaxShort})
			}
			return s, nil
		},
		Stop: func(s concern.Step) *casework.Interruption {
			if s.Outcome() != process.CannotBeTold {
				return nil
			}
			return &casework.Interruption{Heading: "You are about to leave them without an answer", Text: "As the answer, the person who raised this will read only the line that you wrote for them. People who hear nothing stop raising concerns. Your reason is kept on the record."}
		},
	}
}

var closePage = StepPage{
	Path: "close", Step: process.Close, Title: "Close this concern", Send: "Close this concern", Flash: "The concern was closed",
	Before: func(_ *web.Request, c *concern.Concern) []web.Component {
		said := "the person who raised it was answered on "
		if answer, ok := c.Last(process.GiveFeedback); ok && answer.Outcome == process.CannotBeTold {
			said = "why the person who raised it cannot be told was recorded on "
		}
		return []web.Component{nhs.Para("Before you close: " + said + words.Date(c.ToldAt) + ".")}
	},
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{Long(f, "reasons", "Reasons for closing", "", 5), Long(f, "lessons", "What should be learned from it? (optional)", "", 4)}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.Close{Reasons: f.Text("reasons", web.Ask{What: "the reasons for closing", Needed: true}), Lessons: f.Text("lessons", web.Ask{What: "what should be learned from it"})}, nil
	},
}

var correctPage = StepPage{
	Path: "correct", Step: process.Correct, Title: "Correct something", Send: "Add this correction", Flash: "Your correction was added",
	Fields: func(_ *web.Request, f *web.Form, c *concern.Concern) ([]web.Component, error) {
		s := nhs.Select{Name: "of", Label: Label("What are you correcting?"), Items: []nhs.Option{{Text: "Select an entry", Value: ""}, {Text: "What was raised", Value: "1"}}}
		for _, t := range c.Taken {
			s.Items = append(s.Items, nhs.Option{Value: words.Number(int(t.Version)), Text: entryName(t)})
		}
		return []web.Component{f.Select(s), Long(f, "words", "What is right?", "What was written stays. Your correction is an entry of its own", 5)}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.Correct{Of: int64(f.Whole("of", web.Ask{What: "what you are correcting"}, 1, 1_000_000)), Words: f.Text("words", web.Ask{What: "what is right", Needed: true})}, nil
	},
}

var conflictPage = StepPage{
	Path: "conflict", Step: process.DeclareConflict, Title: "Declare a conflict of interest", Send: "Declare this and leave the case", Then: "/",
	Flash: "Your conflict of interest was recorded. The case is not yours any more",
	Before: func(*web.Request, *concern.Concern) []web.Component {
		return []web.Component{nhs.WarningCallout{Heading: nhs.CardHeading{Text: "You cannot undo this", Level: 2},
			Text: "From then on you see nothing of this case, whatever your role. If it is yours, another safeguarding lead or the Caldicott Guardian gets it and is told."}}
	},
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{f.Textarea(nhs.Textarea{Name: "reasons", Rows: 4, Label: Label("What is your conflict of interest?"), Hint: nhs.Hint{Text: "For example, that you are related"}})}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.DeclareConflict{Reasons: f.Text("reasons", web.Ask{What: "what your conflict of interest is", Needed: true, Max: concern.MaxShort})}, nil
	},
}

var keptFrom = []concern.Choice{
	{ID: process.Subject, Label: "The concern is about them"},
	{ID: process.PassedBy, Label: "They are a manager whom it has to pass by"},
}

var keepFromPage = StepPage{
	Path: "keep-from", Step: process.KeepFrom, Title: "Name somebody who must not learn of it", Send: "Record this", Flash: "It was recorded. It takes effect when a second person confirms it",
	Before: func(*web.Request, *concern.Concern) []web.Component {
		return []web.Component{nhs.InsetText{Text: "Once a second person confirms it, whoever logs in by the name that you enter sees nothing of this case, whatever their role. " +
			"Another safeguarding lead, the Caldicott Guardian or the executive lead confirms it. The Caldicott Guardian is told now. " +
			"Heed does not say whether there is such an account: check the name before you send it."}}
	},
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{Choose(f, "why", "Why must they not learn of it?", keptFrom), Line(f, "login", "The name with which they log in", ""),
			f.Textarea(nhs.Textarea{Name: "reasons", Rows: 3, Label: Label("What should the record say about it? (optional)")})}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.KeepFrom{Why: Pick(f, "why", "why they must not learn of it", true, keptFrom),
			Login: f.Line("login", web.Ask{What: "the name with which they log in", Needed: true}), Reasons: f.Text("reasons", web.Ask{What: "what the record should say about it", Max: concern.MaxShort})}, nil
	},
}

var liftBarPage = StepPage{
	Path: "let-back-in", Step: process.LiftBar, Title: "Ask to let somebody back in", Send: "Ask for this", Flash: "It was recorded. It takes effect when a second person confirms it",
	Fields: func(_ *web.Request, f *web.Form, c *concern.Concern) ([]web.Component, error) {
		s := nhs.Select{Name: "of", Label: Label("Which entry keeps them out?"), Items: []nhs.Option{{Text: "Select an entry", Value: ""}}}
		for _, t := range c.Taken {
			if b, ok := c.At(t.Version); ok && b.Of == t.Version && b.State == concern.BarStands && b.Lift == 0 {
				s.Items = append(s.Items, nhs.Option{Value: words.Number(int(t.Version)), Text: entryName(t)})
			}
		}
		return []web.Component{f.Select(s), f.Textarea(nhs.Textarea{Name: "reasons", Rows: 3, Label: Label("Why should they be let back in?")})}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return concern.LiftBar{Of: int64(f.Whole("of", web.Ask{What: "who should be let back in", Needed: true}, 1, 1_000_000)),
			Reasons: f.Text("reasons", web.Ask{What: "why they should be let back in", Needed: true, Max: concern.MaxShort})}, nil
	},
}

func entryName(t concern.Taken) string {
	names := map[process.Step]string{
		process.Acknowledge: "Taken up", process.Assign: "Given to someone else", process.Triage: "Decision", process.AskAdvice: "Advice asked", process.RecordAdvice: "Advice",
		process.DecideSharing: "Sharing decision", process.EmergencyDisclosure: "Shared in an emergency", process.Refer: "Referral", process.RecordTold: "What we were told",
		process.GiveFeedback: "Answer", process.Close: "Closing", process.AddNote: "Note", process.Correct: "Correction",
		process.DeclareConflict: "Conflict of interest", process.KeepFrom: "To be kept from somebody",
		process.LiftBar: "Somebody to be let back in", process.ConfirmBar: "Second word",
	}
	name := names[t.Step]
	if name == "" {
		name = string(t.Step)
	}
	return name + ", " + words.Moment(t.At)
}

func (p *pages) assignPage() StepPage {
	return StepPage{
		Path: "assign", Step: process.Assign, Title: "Give this concern to someone else", Send: "Give it to them", Flash: "The concern was given to someone else",
		Fields: func(q *web.Request, f *web.Form, c *concern.Concern) ([]web.Component, error) {
			leads, err := p.desk.Leads(q.Context(), c.Org)
			if err != nil {
				return nil, err
			}
			r := nhs.Radios{Name: "owner", Legend: nhs.Legend{Text: "Who should take this concern?", Size: nhs.SizeS}}
			for _, l := range leads {
				if l.ID != c.Owner {
					r.Items = append(r.Items, nhs.Radio{Value: l.ID.String(), Text: l.Name})
				}
			}
			if len(r.Items) == 0 {
				return []web.Component{nhs.Para("There is no other safeguarding lead in your organisation.")}, nil
			}
			return []web.Component{f.Radios(r), f.Textarea(nhs.Textarea{Name: "reasons", Rows: 3, Label: Label("Why? (optional)")})}, nil
		},
		Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
			s := concern.Assign{Reasons: f.Text("reasons", web.Ask{What: "why you are giving it to them", Max: concern.MaxShort})}
			if v := f.Value("owner"); v != "" {
				owner, err := id.ParsePerson(v)
				if err != nil {
					f.Add("owner", "Select who should take this concern")
				}
				s.Owner = owner
			}
			return s, nil
		},
	}
}

// localRoutes serve the steps that an organisation added, from the process alone.
func (p *pages) localRoutes() []web.Route {
	page := func(q *web.Request) StepPage {
		step := process.Step(q.Path("step"))
		info, ok := p.desk.Definition(q.Who().Org).Step(step)
		if !ok || !info.Local {
			return StepPage{}
		}
		return p.localPage(info)
	}
	serve := func(do func(*web.Request, StepPage) (web.Response, error)) web.Handler {
		return func(q *web.Request) (web.Response, error) {
			s := page(q)
			if s.Step == "" {
				_, err := concern.LocalStep(p.desk.Definition(q.Who().Org), "", "", nil)
				return nil, err
			}
			return do(q, s)
		}
	}
	const pattern, title = "/cases/{ref}/steps/{step}", "A step that the organisation added"
	return []web.Route{web.Get(pattern, web.SignedIn, title, serve(p.showStep)), web.Post(pattern, web.SignedIn, title, serve(p.takeStep))}
}

func (p *pages) localPage(info process.StepInfo) StepPage {
	return StepPage{
		Path: "steps/" + string(info.ID), Step: info.ID, Title: info.Label, Send: info.Label, Flash: "It was recorded",
		Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
			var out []web.Component
			if len(info.Outcomes) > 1 {
				var list []concern.Choice
				for _, o := range info.Outcomes {
					list = append(list, concern.Choice{ID: o.ID, Label: o.Label})
				}
				out = append(out, Choose(f, "outcome", "How did it come out?", list))
			}
			for _, q := range info.Questions {
				out = append(out, f.Textarea(nhs.Textarea{Name: "answers." + q.ID, Rows: 4, Label: Label(q.Text), Hint: nhs.Hint{Text: q.Hint}}))
			}
			return out, nil
		},
		Read: func(q *web.Request, f *web.Form) (concern.Step, error) {
			answers := map[string]string{}
			for _, x := range info.Questions {
				answers[x.ID] = f.Text("answers."+x.ID, web.Ask{What: "an answer to: " + x.Text, Needed: !x.Optional, Max: max(x.Max, concern.MaxText)})
			}
			outcome := ""
			if len(info.Outcomes) > 1 {
				outcome = f.Value("outcome")
			} else if len(info.Outcomes) == 1 {
				outcome = info.Outcomes[0].ID
			}
			return concern.LocalStep(p.desk.Definition(q.Who().Org), info.ID, outcome, answers)
		},
	}
}
