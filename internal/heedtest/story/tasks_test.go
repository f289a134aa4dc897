package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestADecisionInParts: the sharing decision as a list of tasks. Each part is kept when it
// is left, in whatever order; what hangs on another answer waits for it; what was answered
// and is asked no more is not sent; nothing is kept once it is sent.
func TestADecisionInParts(t *testing.T) {
	s := serve(t, "")
	nurse := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone)).As("Nadia Example")
	nurse.Open("/raise").Press("Start now").Choose("A patient").Press("Continue").Fill("What are you worried about?",
		"Look at this").
		Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Send this concern")
	ref := reference.FindString(nurse.Text())
	at := "/cases/" + ref + "/sharing/new"

	lead := nurse.Beside(heedtest.Width(heedtest.Phone)).As("Lena Sample")
	lead.Open(at + "/purpose").See("First: take up this concern").Open("/cases/" + ref +
		"/acknowledge").Press("Take it up")
	lead.Open(at).See("You have completed 0 of 7 tasks").See("Cannot start yet").DoNotSee("What do you decide?")
	lead.Open(at + "/what").See("What is asked here depends on your other answers")
	lead.Open(at).Press("Consent").Choose("Asked, and refused").Press("Save and continue").See("Both sides weighed")
	lead.Open(at+"/purpose").Press("Save and continue").See("Select whether to share information").
		Choose("Share").Choose("Safeguarding the person").Press("Save and continue").See("With whom and what").
		Choose("Police Prevent team").Fill("With whom exactly?",
		"An officer").Press("Save and continue").See("Enter what exactly is shared").SeeWhatITyped().
		Fill("What exactly is shared?", "The name alone").Press("Save and continue").See("Lawful basis").
		Press("All parts").See("You have completed 3 of 7 tasks")

	other := lead.Beside(heedtest.Width(heedtest.Desktop)).As("Dev Placeholder")
	other.Open(at).DoNotSee("You have completed 3")

	lead.Open(at).Press("Lawful basis").Choose("Public task, Article 6(1)(e)").
		Choose("Health or social care, Article 9(2)(h)").
		Choose("Overriding public interest").Press("Save and continue").See("What harm may come if it is not shared?").
		Fill("What harm may come if it is not shared?", "harm").Fill("What harm or distress may sharing cause?", "distress").
		Fill("Why is this necessary and proportionate?",
			"needed").Press("Save and continue").Choose("Yes").Press("Save and continue").
		See("Check your answers and save").See("An officer").See("The name alone")
	lead.Press("Save this decision").See("You are about to share without consent").Press("Go back and change this").
		See("The name alone").
		Open(at + "/purpose?check=1").Choose("Do not share").Press("Save and continue").See("Check your answers and save").
		DoNotSee("An officer").DoNotSee("The name alone").See("needed")
	lead.Press("Save this decision").See("Your decision was saved").Open("/cases/" + ref +
		"/decisions").See("needed").DoNotSee("The name alone")
	lead.Open(at).See("You have completed 0 of 7 tasks")
}
