package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestSecondThoughts: going back, being asked once more, deleting a draft, a step that is
// not open yet. What was typed is there again each time.
func TestSecondThoughts(t *testing.T) {
	s := serve(t, "")
	nurse := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone)).As("Nadia Example")
	nurse.Open("/raise").Press("Start now").Choose("A patient").Press("Continue").Fill("What are you worried about?",
		"Typed and left").Press("Back").
		See("Who is this about?").Open("/raise/what").SeeWhatITyped().Press("Continue").
		Open("/raise/colleague").See("Delete what I typed").Press("Delete what I typed").See("What you typed was deleted").
		DoNotSee("still kept")
	nurse.Open("/raise").Press("Start now").Choose("A patient").Press("Continue").DoNotSee("Typed and left").
		Fill("What are you worried about?",
			"Look at this").Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Continue").
		Press("Send this concern")
	ref := reference.FindString(nurse.Text())

	lead := nurse.Beside(heedtest.Width(heedtest.Phone)).As("Lena Sample")
	lead.Open("/cases/" + ref + "/referral").See("First: take up this concern")
	lead.Open("/cases/"+ref+"/acknowledge").Press("Take it up").Open("/cases/"+ref+"/sharing/new/all").
		Choose("Share").Choose("Safeguarding the person").Choose("Police Prevent team").Fill("With whom exactly?",
		"An officer").Fill("What exactly is shared?", "Name").
		Choose("Asked, and refused").Choose("Public task, Article 6(1)(e)").Choose("Health or social care, Article 9(2)(h)").
		Choose("Overriding public interest").
		Fill("What harm may come if it is not shared?", "h").Fill("What harm or distress may sharing cause?", "d").
		Fill("Why is this necessary and proportionate?", "n").Choose("Yes").FillDate("When is this looked at "+
		"again? (optional)", "1", "", "2030").
		Press("Save this decision").See("must include a month").FillDate("When is this looked at again? (optional)", "1",
		"1", "2030").
		Press("Save this decision").See("You are about to share without consent").Press("Go back and change this").
		SeeWhatITyped().
		Press("Save this decision").Press("Save this decision").See("Your decision was saved")
	lead.Open("/cases/"+ref+"/feedback").Choose("They cannot be told, because").Fill("Why can they not be told?",
		"r").Fill("What do they see instead?", "l").
		Press("Send this answer").See("You are about to leave them " +
		"without an answer").Press("Send this answer").See("Your answer was recorded")
	lead.Beside(heedtest.Width(heedtest.Phone)).Open("/log-in/unlock").See("Log in with your code")
}
