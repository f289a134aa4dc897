package story_test

import (
	"testing"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/heedtest"
)

// TestWhatIsHeldIsNotErased: a coroner needs a concern that has ended. Its lead has it held, the
// Guardian finds that among their work and says yes, and the lead sees until when it is kept.
func TestWhatIsHeldIsNotErased(t *testing.T) {
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
	lead.Open(at+"/close").Fill("Reasons for closing", "Nothing is to be done").Press("Close this concern")
	ends := workday.Of(time.Now().AddDate(1, 0, 0))
	lead.Open(at).See("This is kept until " + ends.Words() + ": one year after it was closed").
		See("Nothing is erased by itself")

	look := workday.Of(time.Now()).Add(90)
	lead.Press("Hold this: nothing of it is destroyed").See("nothing of this record can be erased").
		Choose("An inquest or a coroner").
		Press("Hold this").See("Enter who asked for it and what they need").SeeWhatITyped().
		Fill("Who asked for it, and what do they need?", "The coroner's office wrote on Monday").
		FillDate("When is it looked at again?", look.Start().Format("2"), look.Start().Format("1"),
			look.Start().Format("2006")).
		Press("Hold this").See("Nothing of this can be erased now").See("It holds until a second person says yes or no")
	lead.Open(at + "/confirm_hold").See("You cannot do this: it is for somebody else")

	guardian := lead.Beside(heedtest.Width(heedtest.Desktop)).As("Gwen Sample")
	guardian.Open("/work").See("Say yes or no to a hold").Press("Concern "+ref).
		Press("Give the second word on a hold").See("The coroner's office wrote on Monday").
		Select("What do you give your word on?", "An inquest").Choose("Yes").Press("Give this word").
		See("Your word was recorded").At("/work").DoNotSee("Say yes or no to a hold")
	lead.Open(at).See("It holds. It is looked at again on " + look.Words())
	lead.Open("/inbox").Press("Kept after the end, and until when").See(ref).See(ends.Words())
}
