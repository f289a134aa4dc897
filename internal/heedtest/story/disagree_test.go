package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestSomebodyDisagrees: a second lead disagrees that a concern is no safeguarding matter. The
// Guardian finds it among their work, opens it without a reason and hears them; the concern is not
// closed before it was decided anew, and whoever disagreed is told.
func TestSomebodyDisagrees(t *testing.T) {
	s := serve(t, "")
	nurse := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone)).As("Nadia Example")
	nurse.Open("/raise").Press("Start now").Choose("A patient").Press("Continue").Fill("What are you worried about?",
		"He gives away what he owns").
		Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Continue").
		Press("Send this concern")
	ref := reference.FindString(nurse.Text())
	at := "/cases/" + ref

	lead := nurse.Beside(heedtest.Width(heedtest.Phone)).As("Lena Sample")
	lead.Open(at + "/acknowledge").Press("Take it up")
	lead.Open(at+"/triage").Choose("Not a safeguarding matter").
		Fill("Reasons for your decision", "He has always been generous").
		Press("Save this decision")
	lead.Open(at+"/feedback").Choose("Tell them").Fill("What do you want to tell them?", "Thank you").
		Press("Send this answer")

	other := lead.Beside(heedtest.Width(heedtest.Phone)).As("Dev Placeholder")
	other.Open(at).Press("Say that you disagree with a decision").See("Somebody else answers you").
		Select("Which decision do you disagree with?", "Not a safeguarding matter").
		Press("Say that you disagree").See("Enter why you disagree").SeeWhatITyped().
		Fill("Why do you disagree with it?", "He owes rent since March, which is new").
		Press("Say that you disagree").See("It was recorded that you disagree").
		See("To be answered by Caldicott Guardian")
	lead.Open(at+"/close").Fill("Reasons for closing", "Nothing is to be done").Press("Close this concern").
		See("Somebody disagrees with a decision here and has not been answered yet").SeeWhatITyped()
	lead.Open(at + "/challenge_answered").See("Page not found")

	guardian := lead.Beside(heedtest.Width(heedtest.Desktop)).As("Gwen Sample")
	guardian.Open("/work").See("Answer somebody who disagrees with a decision").Press("Concern "+ref).
		See("He gives away what he owns").Press("Answer somebody who disagrees").See("He owes rent since March").
		See("He has always been generous").DoNotSee("Whoever told us").
		Select("What do you answer?", "Somebody disagrees").Choose("We decide anew").
		Fill("What are the reasons?", "Ask about the rent first").Press("Give this answer").
		See("Your answer was recorded").
		At("/work")

	lead.Open(at + "/close").See("First: decide what happens next")
	lead.Open("/work").See("Decide what happens next").Open(at).See("They were heard. To be decided or asked again")
	other.Open("/work").See("Somebody did something with this concern")
	lead.Open(at+"/triage").Choose("Open a case").Fill("Reasons for your decision", "The rent is new").
		Press("Save this decision").
		DoNotSee("They were heard. To be decided").See("Decided anew: decide what happens next")
}
