package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestAPracticeIsAsked: a practice with one lead is asked by a Channel panel about somebody
// whom nobody there raised. On a phone they check who asks, look the person up, decide, record
// what was sent and what stands in the health record, and close; no concern comes of it.
func TestAPracticeIsAsked(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		opts := []heedtest.Option{heedtest.Width(heedtest.Phone), heedtest.NoScript()}
		if s.config.DB != "" {
			opts = []heedtest.Option{heedtest.Width(heedtest.Desktop)}
		}
		year, month, day := today()
		pat := heedtest.Browser(t, s.url, opts...).As("Dr Pat Placeholder")
		pat.Open("/requests").See("Nobody outside waits for an answer").Press("Record a request for information").
			See("It makes no concern about them").
			Choose("A Channel panel").Fill("Who asks?", "Cora Placeholder, Channel coordinator (made up)").
			Choose("By email").FillDate("When did they ask?", day, month, year).
			Choose("No, they ask you to decide").Fill("Full name", "Quentin Example").
			Fill("What do they ask for?", "Whether he is registered here").
			Press("Record this request").See("What do they want it for?", "There is a problem").SeeWhatITyped().
			Fill("What do they want it for?", "The panel meets about him next week").Press("Record this request").
			See("Check who asks before anything is answered", "Received, to be looked up")
		record := pat.Path()

		pat.Press("Say whether the person is ours").Fill("Where did you look?", "The practice's register").
			Choose("Yes, we hold information about them").Press("Record this").See("The person is ours, to be decided").
			DoNotSee("Record what was sent")
		pat.Press("Decide whether to share information").Press("Decision and purpose").Choose("Share").
			Choose("Answering a request from the Channel panel").Press("Save and continue").
			Choose("Local authority Prevent team").
			Fill("With whom exactly?", "Cora Placeholder, Channel coordinator (made up)").
			Fill("What exactly is shared?", "That he is registered here").Press("Save and continue").
			Choose("Asked, and given").Press("Save and continue").
			Choose("Public task, Article 6(1)(e)").Choose("Health or social care, Article 9(2)(h)").Choose("Consent").
			Press("Save and continue").
			Fill("Why is this necessary and proportionate?", "They ask for nothing else").Press("Save and continue").
			Choose("Yes").Press("Save and continue").See("Check your answers and save").Press("Save this decision").
			See("To be shared, not sent yet")
		pat.Open(record).DoNotSee("Record what was sent")
		pat.Press("Check who asks").
			Fill("How did you check that they are who they say?", "Rang back by the council's switchboard").
			Choose("They are who they say").Press("Record this check").See("Who asks was confirmed")
		pat.Press("Record what was sent").See("Heed sends nothing").
			Fill("To whom was it sent?", "Cora Placeholder (made up)").Fill("How was it sent?", "Secure email").
			FillDate("When was it sent?", day, month, year).Fill("What was sent?", "That he is registered here").
			Choose("Yes").Choose("No, that was all").Press("Record this").See("Answered or ended, to be closed")
		pat.Press("Record what was written in the health record").See("Keep the entry from being seen online").
			Choose("Yes, and I have written in it").
			Fill("What was written?", "Asked by the Channel panel; registration confirmed").
			Choose("No, it has been hidden").Choose("No").Press("Record this").See("The health record was looked after")
		pat.Press("Close this request").Press("Close this request").See("The request was closed")

		pat.Open("/requests").See("Nobody outside waits for an answer").Leave("Closed")
		pat.Open("/inbox?list=due").See("No concerns are open")
		pat.Open("/inbox?list=closed").See("No concerns have been closed yet").DoNotSee("Quentin")
		s.proven(t)
	})
}
