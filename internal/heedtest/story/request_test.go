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
		pat.Press("Record what was sent").See("Heed sends nothing", "What exactly", "That he is registered here",
			"Local authority Prevent team").
			Fill("To whom was it sent?", "Cora Placeholder (made up)").Fill("How was it sent?", "Secure email").
			FillDate("When was it sent?", day, month, year).Fill("What was sent?", "That he is registered here").
			Choose("Yes").Choose("No, that was all").Press("Record this").See("Answered or ended, to be closed")
		pat.Press("Record what was written in the health record").See("Keep the entry from being seen online").
			Choose("Yes, and I have written in it").
			Fill("What was written?", "Asked by the Channel panel; registration confirmed").
			Choose("No, it has been hidden").Choose("No").Press("Record this").See("The health record was looked after")
		pat.Press("Close this request").Press("Close this request").See("The request was closed")

		// Weeks later it turns out to be wrong, and whoever has it is told.
		pat.Open(record).See("What was sent, and to whom").Press("Correct something").
			Select("What are you correcting?", "Sent").
			Fill("What is right?", "He left the practice in May").Press("Add this correction").
			See("Your correction was added", "They are to be told")
		pat.Open("/work").See("Tell somebody who was sent something from this what has changed")
		pat.Open(record).Press("Record that a recipient was told").See("A letter to Cora Placeholder (made up), to copy",
			"He left the practice in May", "Put right what you hold").Press("Record this").See("There is a problem").
			Select("Which of these was sent to them?", "Cora Placeholder (made up), sent on").Choose("I told them").
			Press("Record this").See("There is a problem").SeeWhatITyped().Fill("How were they told?", "Secure email").
			FillDate("When were they told?", day, month, year).Press("Record this").See("They were told")
		pat.Open("/sent").See("From requests", "Cora Placeholder (made up)", "They were told")

		pat.Open("/requests").See("Nobody outside waits for an answer").Leave("Closed")
		pat.Open("/inbox?list=due").See("No concerns are open")
		pat.Open("/inbox?list=closed").See("No concerns have been closed yet").DoNotSee("Quentin")
		s.proven(t)
	})
}

// TestARequestAboutALead: the deputy lead records a request, and it is about the lead, who works
// the same desk. On the deputy's word and that of the Caldicott Guardian, who is asked and sees
// nothing else of it, it is kept from the lead: gone from every list, as one that never was. The
// deputy, who is related to whoever asks, leaves it in turn; the Guardian has it then.
func TestARequestAboutALead(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		year, month, day := today()
		deputy := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone)).As("Dev Placeholder")
		deputy.Open("/requests/new").Choose("Police").Fill("Who asks?", "Paul Sample (made up)").
			Choose("By telephone").FillDate("When did they ask?", day, month, year).
			Choose("No, they ask you to decide").Fill("Full name", "Lena Sample").
			Fill("What do they ask for?", "Whether she was treated here").
			Fill("What do they want it for?", "Enquiries about a report (made up)").
			Press("Record this request").See("Check who asks before anything is answered")
		record := deputy.Path()
		lead := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Desktop), heedtest.NoScript()).As("Lena Sample")
		lead.Open(record).See("Whether she was treated here")

		deputy.Open(record).Press("Name somebody who must not learn of it").
			See("Heed does not say whether there is such an account").Choose("It is about them").
			Fill("The name with which they log in", "lead").
			Fill("What should the record say about it? (optional)", "They ask about her").Press("Record this").
			See("It takes effect when a second person confirms it")
		lead.Open(record).DoNotSee("They ask about her", "It is about them", "second word")
		guardian := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone), heedtest.NoScript()).As("Gwen Sample")
		guardian.Open("/work").See("Your second word is waited for").Open(record+"/confirm_bar").
			See("To keep it from the account lead: it is about them", "They ask about her", "Dev Placeholder").
			DoNotSee("treated here").Press("Give this word").See("There is a problem").
			Select("What do you give your word on?", "To keep it from the account lead: it is about them").
			Choose("I confirm it").Press("Give this word").
			See("Your word was recorded")
		lead.Open("/requests").DoNotSee("Paul Sample", record[len("/requests/"):]).
			Trouble().Open(record).See("Page not found")

		deputy.Open(record).Press("Declare a conflict of interest").See("You cannot undo this").
			Fill("What is your conflict of interest?", "A cousin").Press("Declare this and leave it").
			See("It is not yours any more").Trouble().Open(record).See("Page not found")
		guardian.Open(record).See("Whether she was treated here", "Gwen Sample")
		s.proven(t)
	})
}

// TestTheSamePersonAgain: a nurse raises a concern about somebody, and weeks later a council asks
// about the same person, spelt otherwise. The lead who writes that down is shown that there is a
// concern, and opens it; the nurse is shown nothing. What is known of the person is said once
// more, with what was said before already there.
func TestTheSamePersonAgain(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		year, month, day := today()
		opts := []heedtest.Option{heedtest.Width(heedtest.Phone), heedtest.NoScript()}
		if s.config.DB != "" {
			opts = []heedtest.Option{heedtest.Width(heedtest.Desktop)}
		}
		nurse := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone)).As("Nadia Example")
		raise := func(name, y string) string {
			nurse.Open("/raise/about").Choose("A patient").Press("Continue").
				Fill("What are you worried about?", "Something that was said at the bedside").Press("Continue").
				Press("Continue").Fill("Full name (optional)", name).
				FillDate("Date of birth (optional)", "3", "5", y).Press("Continue").
				Press("Continue").Press("Continue").Press("Send this concern").See("Concern sent")
			return reference.FindString(nurse.Path())
		}
		one := raise("Zarifa Placeholder", "1984")
		lead := heedtest.Browser(t, s.url, opts...).As("Lena Sample")
		lead.Open("/cases/"+one).See("Zarifa Placeholder", "3 May 1984").DoNotSee("about the same person")
		lead.Open("/requests/new").Choose("A council").Fill("Who asks?", "Paul Sample (made up)").
			Choose("By telephone").FillDate("When did they ask?", day, month, year).
			Choose("No, they ask you to decide").Fill("Full name", "Plaseholder, Zareefa").
			FillDate("Date of birth (optional)", "3", "5", "1984").
			Fill("What do they ask for?", "Whether she is treated here").
			Fill("What do they want it for?", "Her support plan (made up)").Press("Record this request").
			See("Heed holds another record that may be about the same person", one, "a concern", "That can be by chance")
		record := lead.Path()
		lead.Press(one).See("What was raised", "Zarifa Placeholder").DoNotSee("about the same person")
		lead.Open(record).Press("Say what is known about the person").
			See("it takes the place of what was said before").Press("Save what is known").
			See("There is a problem", "Select whether they have been told").
			Choose("They have not been told yet").Fill("Why have they not been told?", "She is to be asked how first").
			Fill("What is a safe way to reach them? (optional)", "By telephone, before noon").Press("Save what is known").
			See("What is known about the person was saved", "about the same person", one, "By telephone, before noon")

		again := raise("Zarifa Placeholder", "1984")
		nurse.Open("/mine/"+again).DoNotSee("about the same person", one)
		lead.Open("/cases/"+again).See("Heed holds other records that may be about the same person", one)
		s.proven(t)
	})
}
