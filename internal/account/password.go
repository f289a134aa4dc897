package account

import (
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

const (
	pathAddPassword  = pathPassword + "/add"
	titleAddPassword = "Add a password"
)

// Authenticator asks for a new password and sets an authenticator app up: the key as a picture
// and in words, and a code that shows that the app has it.
func Authenticator(q *web.Request) ([]web.Component, error) {
	f := q.Form()
	secret, uri, err := directory.SecondFor(q.Settings().OrgName, f.Value("secret"))
	if err != nil {
		return nil, err
	}
	return []web.Component{
		nhs.PasswordInput{Name: "password", Label: nhs.Label{Text: "New password", Size: nhs.SizeS},
			Hint:         nhs.Hint{Text: "12 characters or more. Three or more words in a row are good"},
			Autocomplete: "new-password", Error: nhs.ErrorMessage{Text: f.Fault("password")}},
		nhs.InsetText{Content: nhs.Group{nhs.Para("Scan this with your authenticator app:"),
			casework.QR{Text: uri, Name: "QR code for your authenticator app. The key below it is the same in words"},
			nhs.Para("Or type this key into the app:"), nhs.Paragraph{Text: spaced(secret), Classes: "heed-typed"}}},
		nhs.HiddenInput{Name: "secret", Value: secret},
		f.Input(nhs.Input{Name: "code", Label: nhs.Label{Text: "The 6 digit code that the app shows", Size: nhs.SizeS},
			Inputmode: "numeric", Width: 10, Autocomplete: "off", Code: true}),
	}, nil
}

// spaced writes a key in groups of four, as people type it.
func spaced(s string) string {
	out := ""
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			out += " "
		}
		out += string(r)
	}
	return out
}

func (h *pages) askPassword(q *web.Request) (web.Response, error) {
	p, err := h.directory.Person(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	if p.HasPassword() {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	if err := h.directory.MayAdd(q.Context(), q.Actor()); err != nil {
		return nil, err
	}
	fields, err := Authenticator(q)
	if err != nil {
		return nil, err
	}
	return web.Page{Title: titleAddPassword, Back: path, Body: q.Form().Ask(web.Question{Send: titleAddPassword,
		Fields: fields, Before: []web.Component{nhs.Para("It stands beside what you log in with now, which goes on. With " +
			"it you can have recovery codes, and give your word where a passkey cannot be used.")}})}, nil
}

func (h *pages) addPassword(q *web.Request) (web.Response, error) {
	f := q.Form()
	password := f.Secret("password", "a password")
	secret := f.Line("secret", web.Ask{What: "the key", Needed: true})
	code := f.OneTimeCode("code")
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := h.directory.AddPassword(q.Context(), q.Actor(), password, secret, code); err != nil {
		return nil, err
	}
	return web.Redirect{To: path, Flash: "The password and the app were added. Make recovery codes now"}, nil
}
