package account

import (
	"cmp"

	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/session"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

const (
	pathSessions   = path + "/sessions"
	pathEverywhere = pathSessions + "/everywhere"
	pathPassword   = path + "/password"

	titleSessions = "Where you are logged in"
	titlePassword = "Change your password"
)

func (h *pages) sessions(q *web.Request) (web.Response, error) {
	all, err := q.OwnSessions()
	if err != nil {
		return nil, err
	}
	body := []web.Component{nhs.Para("You are logged in at " + plain.Count(len(all), "place", "places") + ". Heed keeps " +
		"no address of where you are.")}
	for _, s := range all {
		name := cmp.Or(s.Device, "A browser")
		if s.This {
			name += " (this one)"
		}
		body = append(body, nhs.SummaryList{Card: &nhs.Card{Heading: nhs.CardHeading{Text: name, Level: 2,
			Size: nhs.SizeM}},
			Rows: []nhs.SummaryRow{nhs.Row("Logged in", words.Moment(s.Begun)), nhs.Row("Last used", words.Moment(s.Last))}})
		if !s.This {
			body = append(body, logOut(q, s, name))
		}
	}
	body = append(body, button(q, pathEverywhere, nhs.Button{Text: "Log out everywhere", Variant: nhs.Secondary}))
	return web.Page{Title: titleSessions, Back: path, Body: web.Stack(body...)}, nil
}

func logOut(q *web.Request, s session.Own, name string) web.Component {
	return button(q, pathSessions+"/"+s.Handle, nhs.Button{Text: "Log out there", Variant: nhs.Secondary,
		AriaLabel: "Log out there: " + name + ", last used at " + words.Clock(s.Last)})
}

// button is a form of one button.
func button(q *web.Request, to string, b nhs.Button) web.Component {
	return nhs.Group{nhs.HTML(`<form method="post" action="` + to + `" novalidate>`), nhs.HTML(q.Form().Hidden()), b,
		nhs.HTML(`</form>`)}
}

func (h *pages) endSession(q *web.Request) (web.Response, error) {
	if err := q.EndOwnSession(q.Path("session")); err != nil {
		return nil, err
	}
	return web.Redirect{To: pathSessions, Flash: "You are logged out there"}, nil
}

// endEvery writes it down first: it counts at every machine, whatever the table of sessions holds.
func (h *pages) endEvery(q *web.Request) (web.Response, error) {
	if err := h.directory.EndSessions(q.Context(), q.Actor()); err != nil {
		return nil, err
	}
	return web.SeeOther("/log-in?why=out"), q.EndOwnSession("")
}

func (h *pages) password(q *web.Request) (web.Response, error) {
	p, err := h.directory.Person(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	if !p.HasPassword() {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	f := q.Form()
	return web.Page{Title: titlePassword, Back: path, Body: f.Ask(web.Question{Send: titlePassword,
		Fields: []web.Component{
			nhs.PasswordInput{Name: "password-present", Label: nhs.Label{Text: "Present password", Size: nhs.SizeS}, Width: 20,
				Autocomplete: "current-password", Error: nhs.ErrorMessage{Text: f.Fault("password-present")}},
			nhs.PasswordInput{Name: "password", Label: nhs.Label{Text: "New password", Size: nhs.SizeS}, Width: 20,
				Hint:         nhs.Hint{Text: "12 characters or more. Three or more words in a row are good"},
				Autocomplete: "new-password", Error: nhs.ErrorMessage{Text: f.Fault("password")}},
		}, Before: []web.Component{nhs.Para("It logs you out everywhere but here.")}})}, nil
}

func (h *pages) changePassword(q *web.Request) (web.Response, error) {
	f := q.Form()
	present := f.Secret("password-present", "your present password")
	next := f.Secret("password", "a new password")
	if err := f.Err(); err != nil {
		return nil, err
	}
	p, err := h.directory.Person(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	if err := h.mayTry(q, p); err != nil {
		return nil, err
	}
	err = h.directory.ChangePassword(q.Context(), q.Actor(), present, next)
	if fail.Is(err, fail.SignIn) {
		f.Add("password-present", "Check your present password: it does not look right")
		return nil, f.Err()
	}
	if err != nil {
		return nil, err
	}
	return web.Redirect{To: path, Flash: "Your password was changed"}, q.RenewSession()
}

// mayTry counts a guess at the present password: a screen that was left is no way to find it.
func (h *pages) mayTry(q *web.Request, p directory.Person) error {
	err := q.Try("present password", p.ID.String())
	if fail.Is(err, fail.TooOften) {
		return fail.Fields{{Name: "password-present", Words: fail.Words(err)}}.Err()
	}
	return err
}
