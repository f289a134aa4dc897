package story_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest"
	"heed/internal/store/storetest"
)

// named serves the demo under a name, as passkeys and providers need it.
func named(t *testing.T, db string, change ...func(*app.Config)) served {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	var a *app.App
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.Handler().ServeHTTP(w, r)
	}))
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = db
	c.PublicURL = strings.Replace("http://"+srv.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	for _, f := range change {
		f(&c)
	}
	if err := demo.People(ctx, c, clock.System{}.Now(), log); err != nil {
		t.Fatal(err)
	}
	var err error
	if a, err = app.Open(ctx, c, clock.System{}, log); err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() {
		srv.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return served{a, c.PublicURL, c, clock.System{}}
}

// byPassword logs in with password and code, each code once.
func (s served) byPassword(t *testing.T, v *heedtest.Visitor, login string) {
	t.Helper()
	v.Open("/log-in").Fill("Login name", login).Fill("Password", demo.Password).Press("Continue")
	for _, off := range []time.Duration{0, 30 * time.Second, -30 * time.Second} {
		code, err := demo.Code(login, s.Now().Add(off))
		if err != nil {
			t.Fatal(err)
		}
		if v.Fill("Enter your code", code).Press("Log in"); v.Path() != "/log-in/code" {
			return
		}
	}
	t.Fatal("every code of this minute was used")
}

// TestAPasskeyFromTheFirstToTheLast: added, used, copied, stopped and taken away, in a
// browser under the content security policy; without scripts there is the other way in.
func TestAPasskeyFromTheFirstToTheLast(t *testing.T) {
	for engine, width := range map[string]int{"sqlite": heedtest.Small, "postgres": heedtest.Desktop} {
		t.Run(engine, func(t *testing.T) {
			db := ""
			if engine == "postgres" {
				db = storetest.Postgres(t)
			}
			s := named(t, db)
			nurse := heedtest.Browser(t, s.url, heedtest.Width(width))
			device := nurse.Device()
			nurse.Open("/log-in").See("Log in with a passkey").
				PressAndHear("Log in with a passkey", "Nothing came from your browser")
			s.byPassword(t, nurse, "nurse")
			nurse.Press("Nadia Example").See("Your account", "You can log in with your password", "You have no passkey").
				Press("Add a passkey").See("Name of this passkey").Press("Add a passkey").
				See("There is a problem", "Enter the name of this passkey").
				Fill("Name of this passkey", "Ward phone").Press("Add a passkey").
				See("The passkey was added", "Ward phone", "Not yet")
			if n := len(device.Keys()); n == 0 {
				t.Fatal("the device holds no passkey")
			}
			nurse.Press("Log out").Press("Log in with a passkey").See("Nadia Example").
				Open("/account").See("Ward phone").DoNotSee("Not yet")

			device.Recognises(false)
			nurse.Press("Log out").PressAndHear("Log in with a passkey", "Nothing came from your browser")
			device.Recognises(true)
			device.CountAgainFrom(0)
			nurse.Press("Log in with a passkey").At("/log-in/passkey").See("There is a problem", "somebody may have a copy").
				Press("Log in with a passkey").See("This passkey is stopped")
			s.byPassword(t, nurse, "nurse")
			nurse.Open("/account").See("Stopped", "its count went back").Press("Take away").
				See("Take this passkey away", "Ward phone", "logged out everywhere but here").
				Press("Take this passkey away").See("The passkey was taken away", "You have no passkey")

			plain := nurse.Beside(heedtest.NoScript())
			plain.Open("/log-in").DoNotSee("Log in with a passkey")
			s.byPassword(t, plain, "porter")
			plain.Open("/account/passkeys/add").See("runs no scripts")
			s.proven(t)
		})
	}
}

// TestAnAccountIsSetUpWithAPasskey: the set-up code and one press; it is the last way in, and stays. Later a
// password and an app are added beside it.
func TestAnAccountIsSetUpWithAPasskey(t *testing.T) {
	s := named(t, "")
	o, err := s.Directory.Organisations(ctx)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Directory.AddPerson(ctx, o[0].ID, directory.NewPerson{Name: "Nobody Real", Login: "new"})
	if err != nil {
		t.Fatal(err)
	}
	v := heedtest.Browser(t, s.url, heedtest.Width(heedtest.Phone))
	v.Device()
	v.Open("/set-up").See("Set up with a passkey", "New password").
		Fill("Login name", "new").Fill("Set-up code that you were told", "not the code").Press("Set up with a passkey").
		See("There is a problem", "Check your login name and the set-up code").
		Fill("Set-up code that you were told", e.Code).Press("Set up with a passkey").
		See("Your account is set up", "add a passkey on another device").Press("Continue to log in").
		Press("Log in with a passkey").See("Nobody Real").
		Open("/account").See("First passkey").DoNotSee("your password and a code", "recovery codes").
		See("ask for a new set-up code").
		Press("Take away").Press("Take this passkey away").See("This passkey is your only way to log in")
	if _, err := s.Directory.CheckPassword(ctx, "new", demo.Password); !fail.Is(err, fail.SignIn) {
		t.Errorf("a password that was never chosen: %v", err)
	}
	v.Open("/account").Press("Add a password").See("Scan this with your authenticator app", "Or type this key").
		Fill("New password", "short").Fill("The 6 digit code", "000000").Press("Add a password").
		See("There is a problem", "Password must be 12 characters or more")
	key := strings.ReplaceAll(appKey.FindString(v.Text()), " ", "")
	code, err := totp.GenerateCode(key, s.Now())
	if err != nil {
		t.Fatal(err)
	}
	v.Fill("New password", demo.Password).Fill("The 6 digit code", code).Press("Add a password").
		See("The password and the app were added", "Change your password", "You have 0 recovery codes", "First passkey")
	if _, err := s.Directory.CheckPassword(ctx, "new", demo.Password); err != nil {
		t.Errorf("the password: %v", err)
	}
	s.proven(t)
}

// TestAForgottenPassword: a recovery code and the phone give a set-up code, and with it the
// account is set up anew; a set-up code ends the session of whoever has it open. Without scripts.
func TestAForgottenPassword(t *testing.T) {
	for engine, width := range map[string]int{"sqlite": heedtest.Phone, "postgres": heedtest.Desktop} {
		t.Run(engine, func(t *testing.T) {
			db := ""
			if engine == "postgres" {
				db = storetest.Postgres(t)
			}
			s := named(t, db)
			nurse := heedtest.Browser(t, s.url, heedtest.Width(width), heedtest.NoScript())
			s.byPassword(t, nurse, "nurse")
			nurse.Open("/account").See("You have 0 recovery codes").Press("Make new recovery codes").
				Press("Make new recovery codes").See("Your recovery codes", "shown this once").Print()
			codes := recoveryCode.FindAllString(nurse.Text(), -1)
			if len(codes) != 4 {
				t.Fatalf("%v", codes)
			}
			lost := nurse.Beside()
			lost.Open("/log-in").Press("If you cannot log in").See("They never choose or see your password").
				Press("Use a recovery code").Press("Continue").See("There is a problem", "Enter your login name",
				"Enter your recovery code").
				Fill("Login name", "nurse").Fill("Recovery code", codes[1]).Fill("Your password", "not the password").
				Press("Continue").See("they do not belong together").
				Fill("Recovery code", codes[1]).Fill("Your password", demo.Password).Press("Continue").
				See("Your set-up code", "within an hour")
			code := setUpCode.FindString(lost.Text())
			lost.Press("Set up your account").Fill("Login name", "nurse").Fill("Set-up code that you were told", code).
				Fill("New password", "short").Fill("The 6 digit code", "000000").Press("Set up my account").
				See("There is a problem", "Password must be 12 characters or more")
			nurse.Open("/account").See("You have 3 recovery codes", "A recovery code was used")
			p, err := s.Directory.FindLogin(ctx, "nurse")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Directory.OfferEnrolment(ctx, p.ID); err != nil {
				t.Fatal(err)
			}
			nurse.Open("/account").At("/log-in")
			for range 4 {
				lost.Open("/set-up/recover").Fill("Login name", "nurse").Fill("Recovery code", codes[1]).Press("Continue")
			}
			lost.See("there have been too many tries")
			s.proven(t)
		})
	}
}

var (
	appKey       = regexp.MustCompile(`\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b`)
	recoveryCode = regexp.MustCompile(`\b([A-Z2-7]{4}-){4}[A-Z2-7]{4}\b`)
	setUpCode    = regexp.MustCompile(`\b([A-Z2-7]{4}-){2}[A-Z2-7]{4}\b`)
)

// TestWhereSomebodyIsLoggedIn: they see it, log out there, change their password, which ends
// the others, and log out everywhere; no address is kept. Without scripts on one engine.
func TestWhereSomebodyIsLoggedIn(t *testing.T) {
	for engine, opts := range map[string][]heedtest.Option{"sqlite": {heedtest.Width(heedtest.Phone), heedtest.NoScript()},
		"postgres": {heedtest.Width(heedtest.Desktop)}} {
		t.Run(engine, func(t *testing.T) {
			db := ""
			if engine == "postgres" {
				db = storetest.Postgres(t)
			}
			s := named(t, db)
			here := heedtest.Browser(t, s.url, opts...)
			s.byPassword(t, here, "nurse")
			there, third := here.Beside(opts...).As("Nadia Example"), here.Beside(opts...).As("Nadia Example")
			other := here.Beside(opts...).As("Percy Placeholder")
			here.Open("/account/sessions").See("You are logged in at 3 places", "Chrome on", "(this one)", "A browser").
				DoNotSee("127.0.0.1").Press("Log out there").
				See("You are logged out there", "You are logged in at 2 places")
			out, in := there, third
			if there.Open("/account").Path() != "/log-in" {
				out, in = third, there
			}
			out.Open("/account").At("/log-in")
			in.Open("/account").At("/account")

			here.Open("/account").Press("Change your password").Press("Change your password").
				See("There is a problem", "Enter your present password", "Enter a new password").
				Fill("Present password", "not the password").Fill("New password", "four words that nobody knows").
				Press("Change your password").See("Check your present password").
				Fill("Present password", demo.Password).Fill("New password", "short").Press("Change your password").
				See("Password must be 12 characters or more").
				Fill("Present password", demo.Password).Fill("New password", "four words that nobody knows").
				Press("Change your password").See("Your password was changed", "Change your password")
			in.Open("/account").At("/log-in")
			in.As("Nadia Example")
			here.Open("/account/sessions").See("You are logged in at 2 places").Press("Log out everywhere").
				See("You are logged out").Open("/account").At("/log-in")
			in.Open("/account").At("/log-in")
			other.Open("/account").At("/account")
			s.proven(t)
		})
	}
}
