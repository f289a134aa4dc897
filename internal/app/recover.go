package app

import (
	"errors"

	"heed/internal/fail"
	"heed/internal/session"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// help says what somebody does who cannot log in: nobody else ever chooses or sees what they log in with.
func help(*web.Request) (web.Response, error) {
	return web.Page{Title: "If you cannot log in", Back: "/log-in", Body: web.Stack(
		nhs.Heading{Level: 2, Text: "If you have a recovery code", Size: nhs.SizeM},
		nhs.Para("You were shown recovery codes when you set up your account. One of them gives you a set-up code."),
		nhs.Button{Text: "Use a recovery code", Href: "/set-up/recover"},
		nhs.Heading{Level: 2, Text: "If you have none", Size: nhs.SizeM},
		nhs.Para("Ask whoever looks after accounts in your organisation for a set-up code. They tell it to you in person, "+
			"when they know that it is you. It works once, for a day. They never choose or see your password."),
		nhs.Button{Text: "Use a set-up code", Href: "/set-up", Variant: nhs.Secondary},
	)}, nil
}

func showRecover(q *web.Request) (web.Response, error) {
	f := q.Form()
	return web.Page{Title: "Use a recovery code", Back: "/set-up/help", Body: f.Ask(web.Question{
		Fields: []web.Component{
			f.Input(nhs.Input{Name: "login", Label: nhs.Label{Text: "Login name", Size: nhs.SizeS}, Autocomplete: "username",
				Autocapitalize: "none", Spellcheck: nhs.Off, Width: 20}),
			nhs.PasswordInput{Name: "password-recovery", Label: nhs.Label{Text: "Recovery code", Size: nhs.SizeS},
				Hint: nhs.Hint{Text: "5 groups of 4 letters and numbers"}, Autocomplete: "off", Width: 20,
				Error: nhs.ErrorMessage{Text: f.Fault("password-recovery")}},
			nhs.PasswordInput{Name: "password-other", Label: nhs.Label{Text: "Your password, or the code that the app on " +
				"your phone shows", Size: nhs.SizeS}, Autocomplete: "off", Width: 20,
				Error: nhs.ErrorMessage{Text: f.Fault("password-other")}},
		}})}, nil
}

// recover shows a set-up code to whoever has a recovery code and one more thing of their own.
func (a *App) recover(q *web.Request) (web.Response, error) {
	f := q.Form()
	login := f.Line("login", web.Ask{What: "your login name", Needed: true})
	recovery := f.Secret("password-recovery", "your recovery code")
	other := f.Value("password-other")
	if len(other) > 1024 {
		f.Add("password-other", "Check your password or code: it is too long")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := q.Try("recover", login); err != nil {
		var none session.TooMany
		if errors.As(err, &none) {
			f.Add("login", fail.Words(err))
			return nil, f.Err()
		}
		return nil, err
	}
	code, err := a.Directory.Recover(q.Context(), login, other, recovery)
	if fail.Is(err, fail.SignIn) {
		f.Add("login", fail.Words(err))
		return nil, f.Err()
	}
	if err != nil {
		return nil, err
	}
	return web.Page{Title: "Your set-up code", Body: web.Stack(
		nhs.Para("Set up your account with this code within an hour. It is shown this once. Until then you log in as "+
			"before; afterwards your password, phone and passkeys from before end."),
		nhs.InsetText{Text: code, Classes: "heed-typed"},
		nhs.Button{Text: "Set up your account", Href: "/set-up"})}, nil
}
