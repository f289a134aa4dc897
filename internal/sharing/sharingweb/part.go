// Package sharingweb is the pages of what leaves the organisation: the
// information-sharing decision, the referral, what was shared in an emergency,
// and what others told us.
//
// It keeps true: a decision to share without consent goes past an interruption
// page first; each page says that Heed sends nothing by itself. The frame of a
// case is concernweb's, so that a case looks the same in every room.
package sharingweb

import (
	"heed/internal/concern"
	"heed/internal/concern/concernweb"
	"heed/internal/directory"
	"heed/internal/process"
	"heed/internal/sharing"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// Part is the routes of this package.
func Part(desk *concern.Desk, people *directory.Desk) web.Part {
	return web.Part{Name: "sharing", Routes: concernweb.StepRoutes(desk, people, decisionPage, emergencyPage, referralPage, toldPage)}
}

func heading(text string) web.Component {
	return nhs.Heading{Text: text, Level: 2, Size: nhs.SizeM}
}

func nothingIsSent(words string) func(*web.Request, *concern.Concern) []web.Component {
	return func(*web.Request, *concern.Concern) []web.Component {
		return []web.Component{nhs.InsetText{Text: words}}
	}
}

var emergencyPage = concernweb.StepPage{
	Path: "emergency", Step: process.EmergencyDisclosure, Title: "Record what was shared in an emergency", Send: "Record this", Flash: "It was recorded. The sharing decision is owed within one working day",
	Before: nothingIsSent("Call 999 first. This page records what you told them; the decision with its reasons follows within one working day."),
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		return []web.Component{concernweb.Line(f, "with", "With whom was it shared?", ""), concernweb.Long(f, "what", "What was shared?", "", 4), concernweb.Long(f, "why", "Why could it not wait?", "", 4)}, nil
	},
	Read: func(_ *web.Request, f *web.Form) (concern.Step, error) {
		return sharing.Emergency{With: f.Line("with", web.Ask{What: "with whom it was shared", Needed: true, Max: concern.MaxShort}),
			What: f.Text("what", web.Ask{What: "what was shared", Needed: true}), Why: f.Text("why", web.Ask{What: "why it could not wait", Needed: true})}, nil
	},
}

var referralPage = concernweb.StepPage{
	Path: "referral", Step: process.Refer, Title: "Record a referral", Send: "Record this referral", Flash: "The referral was recorded. The person who raised it sees that it was passed on",
	Before: nothingIsSent("Heed sends nothing. Send the referral in the way that the recipient asks for, then record it here. Only what the sharing decision names may leave, and only to those whom it names."),
	Fields: func(_ *web.Request, f *web.Form, c *concern.Concern) ([]web.Component, error) {
		named, err := sharing.MayGoTo(c)
		return []web.Component{concernweb.Choose(f, "to", "Where did it go?", named), concernweb.Line(f, "name", "Name of the person or team (optional)", ""),
			concernweb.Line(f, "by", "How was it sent?", "For example, by secure email"), concernweb.Day(f, "day", "When was it sent?"), concernweb.Long(f, "what", "What was sent?", "", 5)}, err
	},
	Read: func(q *web.Request, f *web.Form) (concern.Step, error) {
		return sharing.Referral{To: concernweb.Pick(f, "to", "where the referral went", true, sharing.Recipients), Name: f.Line("name", web.Ask{What: "the name of the person or team"}),
			By: f.Line("by", web.Ask{What: "how it was sent", Needed: true}), Day: concernweb.ReadDay(q, f, "day", "when it was sent"),
			What: f.Text("what", web.Ask{What: "what was sent", Needed: true})}, nil
	},
}

var kinds = []concern.Choice{
	{ID: process.ToldAcknowledged, Label: "They have the referral"},
	{ID: process.ToldOutcome, Label: "What came of it"},
}

var toldPage = concernweb.StepPage{
	Path: "told", Step: process.RecordTold, Title: "Record what you were told", Send: "Record this", Flash: "What you were told was recorded",
	Before: nothingIsSent("As told to you, with who said it and when. It moves nothing by itself."),
	Fields: func(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
		what := concernweb.Choose(f, "kind", "What were you told?", kinds)
		what.Items[1].Conditional = concernweb.Choose(f, "outcome", "The outcome", sharing.Outcomes)
		return []web.Component{what, concernweb.Choose(f, "from", "Who told you?", sharing.Sources), concernweb.Line(f, "who", "Name of the person who told you (optional)", ""),
			concernweb.Day(f, "day", "When did they tell you?"), concernweb.Long(f, "words", "What did they say? (optional)", "", 4)}, nil
	},
	Read: func(q *web.Request, f *web.Form) (concern.Step, error) {
		s := sharing.Told{Kind: concernweb.Pick(f, "kind", "what you were told", true, kinds)}
		if s.Kind == process.ToldOutcome {
			s.Result = concernweb.Pick(f, "outcome", "the outcome", true, sharing.Outcomes)
		}
		s.From = concernweb.Pick(f, "from", "who told you", true, sharing.Sources)
		s.Who = f.Line("who", web.Ask{What: "the name of the person who told you"})
		s.Day = concernweb.ReadDay(q, f, "day", "when they told you")
		s.Words = f.Text("words", web.Ask{What: "what they said"})
		return s, nil
	},
}

// stopWithoutConsent is the interruption before identifiable words leave without consent.
func stopWithoutConsent(s concern.Step) *casework.Interruption {
	d := s.(sharing.Decision)
	if d.Result != process.Share || d.Consent == "given" {
		return nil
	}
	return &casework.Interruption{Heading: "You are about to share without consent",
		Text: "You have recorded a lawful basis and weighed both sides. Check that less would not do, and that the Caldicott Guardian's advice is not needed first."}
}
