package story_test

import (
	"testing"

	"heed/internal/heedtest"
)

// TestPagesForEverybody looks at every page that needs no login, on the smallest
// window and on a desktop. A key of 32 letters once made one wider than a phone.
func TestPagesForEverybody(t *testing.T) {
	s := serve(t, "")
	c := heedtest.Start(t)
	for _, width := range []int{heedtest.Small, heedtest.Desktop} {
		v := c.Visitor(t, s.url, heedtest.Width(width))
		for path, title := range map[string]string{
			"/raise": "Raise a concern", "/set-up": "Set up your account", "/log-in": "Log in",
			"/statement":     "About this service",
			"/accessibility": "Accessibility statement", "/cookies": "Cookies", "/privacy": "Privacy", "/contact": "Contact",
			"/demo/people": "Who do you want to be?",
		} {
			v.Open(path).See(title)
		}
	}
}
