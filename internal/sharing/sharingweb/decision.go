package sharingweb

import (
	"heed/internal/concern"
	"heed/internal/concern/concernweb"
	"heed/internal/process"
	"heed/internal/sharing"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

var results = []concern.Choice{
	{ID: process.Share, Label: "Share"},
	{ID: process.NotShare, Label: "Do not share"},
}

// decisionPage asks everything that a lawful decision needs, in the order in
// which it is thought: purpose, with whom, what, consent, basis, both sides.
var decisionPage = concernweb.StepPage{
	Path: "sharing/new", Step: process.DecideSharing, Title: "Decide whether to share information", Send: "Save this decision", Flash: "Your decision was saved",
	Before: nothingIsSent("The whole assessment comes before the sharing, however short the time. A decision not to share is recorded in just the same way. Heed sends nothing."),
	Fields: decisionFields, Read: readDecision, Stop: stopWithoutConsent,
}

func decisionFields(_ *web.Request, f *web.Form, _ *concern.Concern) ([]web.Component, error) {
	consent := concernweb.Choose(f, "consent", "Was the person asked for consent?", sharing.Consents)
	why := concernweb.Choose(f, "not_asked", "Why not?", sharing.NotAskedBecause)
	why.Items[0].Conditional = concernweb.Long(f, "capacity", "What was found about capacity?", "Assessment and best interests", 3)
	consent.Items[3].Conditional = why
	return []web.Component{
		concernweb.Choose(f, "result", "What do you decide?", results),
		heading("Purpose"),
		concernweb.Choose(f, "purpose", "What is it for?", sharing.Purposes),
		heading("With whom and what"),
		nhs.Para("Leave these empty if you do not share."),
		concernweb.Boxes(f, "to", "Who may it go to?", sharing.Recipients),
		concernweb.Line(f, "with", "With whom exactly?", "Name, role and organisation"),
		concernweb.Long(f, "what", "What exactly is shared?", "Item by item. Everything else stays", 4),
		concernweb.Long(f, "held_back", "What is held back? (optional)", "", 3),
		heading("Consent"),
		consent,
		heading("Lawful basis"),
		concernweb.Choose(f, "article_6", "Lawful basis", sharing.Article6),
		concernweb.Choose(f, "article_9", "Condition for health information", sharing.Article9),
		concernweb.Choose(f, "common_law", "Basis in the duty of confidence", sharing.Confidentiality),
		heading("Both sides weighed"),
		concernweb.Long(f, "harm", "What harm may come if it is not shared?", "", 4),
		concernweb.Long(f, "distress", "What harm or distress may sharing cause?", "To the person, and to their trust in care", 4),
		concernweb.Long(f, "necessity", "Why is this necessary and proportionate?", "Why less would not do; or, if you do not share, why that is right", 4),
		concernweb.Choose(f, "person_told", "Was the person told?", sharing.PersonTold),
		concernweb.Line(f, "advice_from", "Whose advice was taken? (optional)", "For example, the Caldicott Guardian"),
		f.Date("review", nhs.DateInput{Legend: nhs.Legend{Text: "When is this looked at again? (optional)", Size: nhs.SizeS}, Hint: nhs.Hint{Text: "For example, 27 6 2026"}}),
	}, nil
}

func readDecision(q *web.Request, f *web.Form) (concern.Step, error) {
	d := sharing.Decision{Result: concernweb.Pick(f, "result", "whether to share information", true, results)}
	share := d.Result == process.Share
	d.Purpose = concernweb.Pick(f, "purpose", "the purpose", true, sharing.Purposes)
	d.To = concernweb.PickAll(f, "to", "who it may go to", share, sharing.Recipients)
	d.With = f.Line("with", web.Ask{What: "with whom it is shared", Needed: share, Max: concern.MaxShort})
	d.What = f.Text("what", web.Ask{What: "what exactly is shared", Needed: share})
	d.HeldBack = f.Text("held_back", web.Ask{What: "what is held back"})
	d.Consent = concernweb.Pick(f, "consent", "whether consent was asked", true, sharing.Consents)
	if d.Consent == "not_asked" {
		d.NotAsked = concernweb.Pick(f, "not_asked", "why consent was not asked", true, sharing.NotAskedBecause)
		d.Capacity = f.Text("capacity", web.Ask{What: "what was found about capacity", Needed: d.NotAsked == "no_capacity"})
	}
	without := share && d.Consent != "given"
	if share {
		d.Article6 = concernweb.Pick(f, "article_6", "the lawful basis", true, sharing.Article6)
		d.Article9 = concernweb.Pick(f, "article_9", "the condition for health information", true, sharing.Article9)
		d.CommonLaw = concernweb.Pick(f, "common_law", "the basis in the duty of confidence", true, sharing.Confidentiality)
	}
	d.Harm = f.Text("harm", web.Ask{What: "the harm if it is not shared", Needed: without})
	d.Distress = f.Text("distress", web.Ask{What: "the harm or distress that sharing may cause", Needed: without})
	d.Necessity = f.Text("necessity", web.Ask{What: "why this is necessary and proportionate", Needed: true})
	d.Told = concernweb.Pick(f, "person_told", "whether the person was told", share, sharing.PersonTold)
	d.AdviceFrom = f.Line("advice_from", web.Ask{What: "whose advice was taken", Max: concern.MaxShort})
	if day := f.Day("review", web.DayAsk{Ask: web.Ask{What: "the review date"}, After: q.Today()}); day != (words.Day{}) {
		d.Review = day.ISO()
	}
	return d, nil
}
