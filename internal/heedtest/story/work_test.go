package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestNoticesAndWorkInHeed: without any mail, whoever has something to read or to do sees
// it after logging in, and what they have seen or done is gone.
func TestNoticesAndWorkInHeed(t *testing.T) {
	each(t, func(t *testing.T, s served) {
		opts := []heedtest.Option{heedtest.Width(heedtest.Phone), heedtest.NoScript()}
		if s.config.DB != "" {
			opts = []heedtest.Option{heedtest.Width(heedtest.Desktop)}
		}
		nurse := heedtest.Browser(t, s.url, opts...).As("Nadia Example")
		nurse.Open("/work").See("Nothing waits for you")
		nurse.Open("/raise").Press("Start now").Choose("A patient").Press("Continue").
			Fill("What are you worried about?", "A worry that stands in no notice").Press("Continue").
			Press("Continue").Press("Continue").Press("Continue").Press("Continue").Press("Send this concern")
		ref := reference.FindString(nurse.Text())

		lead := nurse.Beside(opts...).As("Lena Sample")
		lead.Open("/work").See("You were given this concern", ref, "Take up the concern").DoNotSee("A worry that").
			Press("Mark all of these as seen").See("The notices were marked as seen", "Take up the concern").
			DoNotSee("You were given this concern").
			Press("Concern "+ref).See("A worry that").Press("Take up this concern").
			Fill("First words to the person who raised it (optional)", "I will ring you today.").Press("Take it up")
		lead.Open("/work").See("Decide what happens next").DoNotSee("Take up the concern")

		lead.Press("See these days in your own calendar").Press("Make an address").See("/days/days_", ".ics").DoNotSee(ref)
		lead.Open("/work/calendar").See("You have an address").DoNotSee("/days/days_").
			Choose("End it: your calendar reads nothing any more").Press("Continue").See("The address has ended",
			"Make an address")

		nurse.Open("/work").See("There is something new to read on this concern").DoNotSee("I will ring you today").
			Press("Concern " + ref).See("I will ring you today")
		nurse.Open("/work").Press("Mark all of these as seen").DoNotSee("There is something new to read")
		s.proven(t)
	})
}
