package app

import (
	"heed/internal/account"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// enrolPart is the page on which somebody with a set-up code chooses a password
// and a second factor. Nobody else ever knows either.
func enrolPart(a *App) web.Part {
	show := func(q *web.Request) (web.Response, error) {
		f := q.Form()
		fields, err := account.Authenticator(q)
		if err != nil {
			return nil, err
		}
		return web.Page{Title: "Set up your account", Body: f.Ask(web.Question{
			Before: []web.Component{nhs.Para("Use the set-up code that you were told. Then make a passkey, or choose a " +
				"password and add Heed to an authenticator app on your phone.")},
			Fields: append([]web.Component{
				f.Input(nhs.Input{Name: "login", Label: nhs.Label{Text: "Login name", Size: nhs.SizeS}, Autocomplete: "username",
					Autocapitalize: "none", Spellcheck: nhs.Off}),
				nhs.PasswordInput{Name: "password-once", Label: nhs.Label{Text: "Set-up code that you were told",
					Size: nhs.SizeS}, Autocomplete: "one-time-code", Error: nhs.ErrorMessage{Text: f.Fault("password-once")}},
				a.firstPasskey(f),
			}, fields...),
			Send: "Set up my account",
		})}, nil
	}
	send := func(q *web.Request) (web.Response, error) {
		f := q.Form()
		if f.Passkey() != "" || f.Value("how") == "passkey" {
			return a.enrolPasskey(q)
		}
		login := f.Line("login", web.Ask{What: "your login name", Needed: true})
		once := plain.Visible(f.Secret("password-once", "the set-up code"))
		password := f.Secret("password", "a password")
		secret := f.Line("secret", web.Ask{What: "the key", Needed: true})
		code := f.OneTimeCode("code")
		if err := f.Err(); err != nil {
			return nil, err
		}
		if err := a.guess(q, login, once); err != nil {
			return nil, err
		}
		if err := a.Directory.Enrol(q.Context(), login, once, password, secret, code); fail.Is(err, fail.SignIn) {
			return nil, wrongSetUpCode()
		} else if err != nil {
			return nil, err
		}
		return a.isSetUp(q, login)
	}
	ask := func(q *web.Request) (web.Response, error) {
		f := q.Form()
		login, once := f.Value("login"), plain.Visible(f.Value("password-once"))
		if err := a.guess(q, login, once); err != nil {
			return nil, err
		}
		asked, err := a.Directory.AskFirstPasskey(q.Context(), login, once)
		if fail.Is(err, fail.SignIn) {
			err = wrongSetUpCode()
		}
		return web.Told{JSON: asked}, err
	}
	return web.Part{Name: "enrol", Routes: []web.Route{
		web.Get("/set-up", web.Public, "Set up your account", show),
		web.Post("/set-up", web.Public, "Set up your account", send),
		web.Get("/set-up/help", web.Public, "If you cannot log in", help),
		web.Get("/set-up/recover", web.Public, "Use a recovery code", showRecover),
		web.Post("/set-up/recover", web.Public, "Use a recovery code", a.recover),
		web.Post(firstPasskeyAsk, web.Public, "What a browser is asked for that makes somebody's first passkey", ask),
	}}
}

const firstPasskeyAsk = "/set-up/passkey/ask"

// firstPasskey is the shorter way to set an account up.
func (a *App) firstPasskey(f *web.Form) web.Component {
	if !a.Directory.Passkeys() {
		return nhs.Group{}
	}
	return nhs.Group{
		nhs.Para("If you have any role but that of a worker, or grant roles here, choose a password and add the app first: " +
			"your word is asked where a passkey cannot be used. You can add a passkey afterwards."),
		casework.Passkey{Text: "Set up with a passkey", Makes: true, Second: true, Ask: firstPasskeyAsk,
			With: "login password-once", Failed: "Nothing was set up. Try again, or choose a password",
			Error: nhs.ErrorMessage{Text: f.Fault("passkey")}},
		nhs.HiddenInput{Name: "how", Value: ""},
	}
}

// enrolPasskey sets an account up with the passkey that the browser made.
func (a *App) enrolPasskey(q *web.Request) (web.Response, error) {
	f := q.Form()
	login := f.Line("login", web.Ask{What: "your login name", Needed: true})
	once := plain.Visible(f.Secret("password-once", "the set-up code"))
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := a.guess(q, login, once); err != nil {
		return nil, err
	}
	err := a.Directory.EnrolPasskey(q.Context(), login, once, "First passkey", []byte(f.Passkey()))
	switch {
	case fail.Is(err, fail.SignIn):
		return nil, wrongSetUpCode()
	case fail.Is(err, fail.Conflict):
		return nil, fail.Fields{{Name: "passkey", Words: fail.Words(err)}}.Err()
	case err != nil:
		return nil, err
	}
	// No recovery codes: one counts beside a password or a phone alone.
	return web.Page{Title: "Your account is set up", Body: web.Stack(
		nhs.Para("Once you are logged in, add a passkey on another device, so that you can still log in when you lose this "+
			"one. If you lose all of them, ask for a new set-up code."),
		nhs.Button{Text: "Continue to log in", Href: "/log-in"})}, nil
}

// guess looks at a set-up code before anything that costs. Wrong ones are counted by the network.
func (a *App) guess(q *web.Request, login, once string) error {
	err := q.Guess("set-up codes", func() error { return a.Directory.MayEnrol(q.Context(), login, once) })
	if fail.Is(err, fail.SignIn) {
		return wrongSetUpCode()
	}
	return err
}

// wrongSetUpCode: nobody is signed in here, so that it is the code that is wrong, has ended, or was used.
func wrongSetUpCode() error {
	return fail.Fields{{Name: "password-once",
		Words: "Check your login name and the set-up code: they do not belong together, or the code was used or has " +
			"ended. Ask for a new one if it goes on"}}.Err()
}

// isSetUp shows the recovery codes, once.
func (a *App) isSetUp(q *web.Request, login string) (web.Response, error) {
	codes, err := a.Directory.FirstRecoveryCodes(q.Context(), login)
	if err != nil {
		return nil, err
	}
	return web.Page{Title: "Your account is set up", Body: web.Stack(append(account.RecoveryCodes(codes),
		nhs.Button{Text: "Continue to log in", Href: "/log-in"})...)}, nil
}
