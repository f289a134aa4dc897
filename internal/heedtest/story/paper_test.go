package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestOnPaper: every question of raising stands on the form to fill in by hand; a
// colleague's name is not to be written there; printed, it is the questions alone.
func TestOnPaper(t *testing.T) {
	s := serve(t, "")
	for _, width := range []int{heedtest.Phone, heedtest.Desktop} {
		nurse := heedtest.Browser(t, s.url, heedtest.Width(width)).As("Nadia Example")
		nurse.Open("/raise").Press("a form to fill in by hand").See("Who is this about?").See("A patient").
			DoNotSee("A colleague").
			See("What are you worried about?").See("NHS number").See("Does the person know").See("Is it about a colleague? Do " +
			"not write it here.").Print()
		nurse.Beside(heedtest.Width(width)).As("Gil Placeholder").Open("/policies/new/paper").See("Tick one").Print()
	}
}
