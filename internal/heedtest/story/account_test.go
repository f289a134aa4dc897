package story_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/heedtest"
	"heed/internal/store/storetest"
)

// named serves the demo under a name, as passkeys need it.
func named(t *testing.T, db string) served {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	var a *app.App
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.Handler().ServeHTTP(w, r)
	}))
	c := demo.Config(filepath.Join(t.TempDir(), "demo"))
	c.DB = db
	c.PublicURL = strings.Replace("http://"+srv.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
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

// TestAnAccountIsSetUpWithAPasskey: the one-time code and one press; it is the last way in, and stays.
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
		Fill("Login name", "new").Fill("One-time code that you were given", "not the code").Press("Set up with a passkey").
		See("There is a problem", "Check your login name and the one-time code").
		Fill("One-time code that you were given", e.Code).Press("Set up with a passkey").
		See("Your account is set up", "recovery codes").Press("Continue to log in").
		Press("Log in with a passkey").See("Nobody Real").
		Open("/account").See("First passkey").DoNotSee("your password and a code").
		Press("Take away").Press("Take this passkey away").See("This passkey is your only way to log in")
	if _, err := s.Directory.CheckPassword(ctx, "new", demo.Password); !fail.Is(err, fail.SignIn) {
		t.Errorf("a password that was never chosen: %v", err)
	}
	s.proven(t)
}
