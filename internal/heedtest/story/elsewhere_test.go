package story_test

import (
	"strings"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/heedtest"
	"heed/internal/provider"
	"heed/internal/provider/providertest"
	"heed/internal/store/storetest"
)

// TestALogInElsewhereFromTheFirstToTheLast: added on "Your account", used, without a second
// factor there, away, lying, and taken away; with scripts on a desktop, without on a phone.
func TestALogInElsewhereFromTheFirstToTheLast(t *testing.T) {
	for engine, opts := range map[string][]heedtest.Option{
		"sqlite":   {heedtest.Width(heedtest.Phone), heedtest.NoScript()},
		"postgres": {heedtest.Width(heedtest.Desktop)},
	} {
		t.Run(engine, func(t *testing.T) {
			db := ""
			if engine == "postgres" {
				db = storetest.Postgres(t)
			}
			p := providertest.New(t, clock.System{}.Now)
			p.ACR, p.Subject = "AAL3_ANY", "subject-n"
			s := named(t, db, func(c *app.Config) {
				settings := p.Config("cis2", "NHS Care Identity")
				settings.ACR, settings.SessionThereCounts = []string{"AAL3_ANY"}, true
				c.Providers = []provider.Config{settings}
			})
			host := strings.TrimPrefix(p.Issuer(), "http://")
			nurse := heedtest.Browser(t, s.url, append(opts, heedtest.LeadsTo(host))...)
			nurse.Trouble().Open("/log-in").Press("Log in with NHS Care Identity").
				See("No account here is linked with the one you logged in with", "Password")
			s.byPassword(t, nurse, "nurse")
			nurse.Open("/account").See("Log-ins elsewhere", "It never gives you a role").
				Press("Add NHS Care Identity").See("Logging out here does not log you out there").
				Press("Go to NHS Care Identity").At("/account").
				See("It was added", "NHS Care Identity", "Your account was linked with one elsewhere")
			nurse.Press("Log out").See("You are logged out.", "If you logged in with NHS Care Identity, you may still be "+
				"logged in there").
				Press("Log in with NHS Care Identity").See("Nadia Example")
			// A session there is no proof of who sits here: to change something it is asked for anew.
			p.Proved = clock.System{}.Now().Add(-time.Hour)
			nurse.Open("/account").Press("Take away").See("Log in again", "without proving anew who you are").
				Press("Log in again").See("Log in again to change how you log in").
				Press("Log in with NHS Care Identity").See("Take this log-in away", "logged out everywhere but here")

			half := nurse.Beside() // and it is no second factor
			half.Trouble().Open("/log-in").Press("Log in with NHS Care Identity").See("Enter your code")
			p.Clock = 10 * time.Minute
			half.Open("/log-in").Press("Log in with NHS Care Identity").
				See("The times in the answer of NHS Care Identity do not fit the clock")
			p.Clock = 0
			p.Claims = func(c map[string]any) { c["nonce"] = "another" }
			half.Open("/log-in").Press("Log in with NHS Care Identity").See("could not be checked, so nobody was logged in")
			p.Claims = nil

			nurse.Press("Take this log-in away").See("The log-in was taken away", "Add NHS Care Identity")
			half.Open("/log-in").Press("Log in with NHS Care Identity").See("No account here is linked")
			s.proven(t)
		})
	}
}
