// Package account is the pages on which somebody sees and changes how they log in.
//
// It keeps true: what it shows and changes is the reader's own and nobody else's; whoever
// would change it has logged in a moment ago, so that a screen that was left gives nobody
// a way in that lasts; what gives a way in is kept by the directory.
package account

import (
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

type pages struct{ directory *directory.Desk }

const (
	path         = "/account"
	pathPasskeys = path + "/passkeys"
	pathAdd      = pathPasskeys + "/add"
	pathAsk      = pathPasskeys + "/ask"

	title     = "Your account"
	titleAdd  = "Add a passkey"
	titleTake = "Take this passkey away"

	pathRecovery  = path + "/recovery"
	titleRecovery = "Make new recovery codes"
)

// Part is the routes of this package.
func Part(people *directory.Desk) web.Part {
	h := &pages{people}
	return web.Part{Name: "account", Routes: append(h.elsewhereRoutes(),
		web.Get(path, web.SignedIn, title, h.show),
		web.Get(pathAdd, web.SignedIn, titleAdd, h.recent(h.add)),
		web.Post(pathAdd, web.SignedIn, titleAdd, h.recent(h.sendAdd)),
		web.Post(pathAsk, web.SignedIn, "What a browser is asked for that makes a passkey", h.ask),
		web.Get(pathPasskeys+"/{passkey}", web.SignedIn, titleTake, h.recent(h.take)),
		web.Post(pathPasskeys+"/{passkey}", web.SignedIn, titleTake, h.recent(h.sendTake)),
		web.Get(pathSessions, web.SignedIn, titleSessions, h.sessions),
		web.Post(pathSessions+"/{session}", web.SignedIn, "Log out there", h.endSession),
		web.Post(pathEverywhere, web.SignedIn, "Log out everywhere", h.endEvery),
		web.Get(pathPassword, web.SignedIn, titlePassword, h.password),
		web.Post(pathPassword, web.SignedIn, titlePassword, h.changePassword),
		web.Get(pathAddPassword, web.SignedIn, titleAddPassword, h.recent(h.askPassword)),
		web.Post(pathAddPassword, web.SignedIn, titleAddPassword, h.recent(h.addPassword)),
		web.Get(pathRecovery, web.SignedIn, titleRecovery, h.recent(h.recovery)),
		web.Post(pathRecovery, web.SignedIn, titleRecovery, h.recent(h.newRecovery)),
	)}
}

// recent asks who logged in a while ago to do so again.
func (h *pages) recent(then web.Handler) web.Handler {
	return func(q *web.Request) (web.Response, error) {
		if !q.LoggedInRecently() {
			return q.AskToLogInAgain(), nil
		}
		return then(q)
	}
}

func (h *pages) show(q *web.Request) (web.Response, error) {
	all, p, err := h.directory.PasskeysOf(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	body := []web.Component{
		nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("Name", p.Name), nhs.Row("Login name", p.Login)}},
		nhs.Heading{Level: 2, Text: "How you log in", Size: nhs.SizeM},
	}
	if p.HasPassword() {
		body = append(body, nhs.Para("You can log in with your password and a code from the app on your phone."),
			nhs.Button{Text: titlePassword, Href: pathPassword, Variant: nhs.Secondary})
	}
	if h.directory.Passkeys() {
		body = append(body, h.passkeys(all)...)
	}
	body = append(body, h.elsewhere(p)...)
	if p.HasPassword() { // one counts beside a password or a phone alone
		body = append(body, nhs.Heading{Level: 2, Text: "Recovery codes", Size: nhs.SizeM},
			nhs.Para("You have "+plain.Count(p.RecoveryLeft(), "recovery code", "recovery codes")+" that you have not used. "+
				"One of them lets you set up your account again when you cannot log in."),
			nhs.Button{Text: titleRecovery, Href: pathRecovery, Variant: nhs.Secondary})
	} else {
		body = append(body, nhs.Para("You have no password. If you lose every other way to log in, ask for a new set-up "+
			"code."),
			nhs.Button{Text: titleAddPassword, Href: pathAddPassword, Variant: nhs.Secondary})
	}
	body = append(body, nhs.Heading{Level: 2, Text: titleSessions, Size: nhs.SizeM},
		nhs.Paragraph{Content: nhs.Link{Text: "See where you are logged in, and log out there", Href: pathSessions}})
	return web.Page{Title: title, Back: "/", Body: web.Stack(append(body, lately(p)...)...)}, nil
}

// lately is what happened to the account, so that its owner sees what they did not do.
func lately(p directory.Person) []web.Component {
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What changed lately", Size: nhs.SizeM},
		Head: nhs.Heads("What", "When")}
	for _, c := range p.Lately() {
		t.Rows = append(t.Rows, []nhs.Cell{{Text: c.Words}, {Text: words.Moment(c.At)}})
	}
	return []web.Component{t, nhs.Para("If one of these was not you, tell whoever looks after accounts in your " +
		"organisation today.")}
}

func (h *pages) passkeys(all []directory.UsedPasskey) []web.Component {
	body := []web.Component{nhs.Para("A passkey lets you log in with your fingerprint, your face or the PIN of your " +
		"device. Nothing is typed that somebody could trick you into telling.")}
	for _, k := range all {
		list := nhs.SummaryList{Card: &nhs.Card{Heading: nhs.CardHeading{Text: k.Name, Level: 3}, Actions: []nhs.Action{
			{Text: "Take away", Hidden: k.Name, Href: pathPasskeys + "/" + k.Handle()}}},
			Rows: []nhs.SummaryRow{nhs.Row("Added", words.Date(k.Added)), nhs.Row("Last used", "Not yet")}}
		if !k.Last.IsZero() {
			list.Rows[1].Value.Text = words.Date(k.Last)
		}
		if !k.Stopped.IsZero() {
			list.Rows = append(list.Rows, nhs.Row("Stopped", words.Date(k.Stopped)+": its count went back, so somebody may "+
				"have a copy of it. Take it away"))
		}
		body = append(body, list)
	}
	if len(all) == 0 {
		body = append(body, nhs.Para("You have no passkey."))
	}
	return append(body, nhs.Button{Text: titleAdd, Href: pathAdd, Variant: nhs.Secondary})
}

func (h *pages) add(q *web.Request) (web.Response, error) {
	if !h.directory.Passkeys() {
		return nil, fail.New(fail.Missing, "Page not found")
	}
	if err := h.directory.MayAdd(q.Context(), q.Actor()); err != nil {
		return nil, err
	}
	f := q.Form()
	return web.Page{Title: titleAdd, Back: path, Body: web.Stack(
		nhs.Para("Add one on each device from which you log in. On a device that several people share, use a security "+
			"key or your phone."),
		nhs.HTML(`<form id="form" method="post" novalidate>`), nhs.HTML(f.Hidden()),
		f.Input(nhs.Input{Name: "name", Label: nhs.Label{Text: "Name of this passkey", Size: nhs.SizeS},
			Hint: nhs.Hint{Text: "So that you know it again, such as Work phone"}, Width: 20}),
		casework.Passkey{Text: titleAdd, Makes: true, Ask: pathAsk, Error: nhs.ErrorMessage{Text: f.Fault("passkey")},
			Failed: "Nothing was added. Try again: this device may have a passkey for Heed already",
			Without: nhs.Para("This browser cannot make passkeys, or runs no scripts. Use another, or go on with your " +
				"password and code.")},
		nhs.HTML(`</form>`))}, nil
}

// ask tells a script, which then sends the form: that says to log in again.
func (h *pages) ask(q *web.Request) (web.Response, error) {
	if !q.LoggedInRecently() {
		return nil, fail.New(fail.Refused, "Log in again before you change how you log in")
	}
	asked, err := h.directory.AskNewPasskey(q.Context(), q.Who().Person)
	return web.Told{JSON: asked}, err
}

func (h *pages) sendAdd(q *web.Request) (web.Response, error) {
	f := q.Form()
	name := f.Line("name", web.Ask{What: "the name of this passkey", Needed: true, Max: directory.MaxPasskeyName})
	if err := f.Err(); err != nil {
		return nil, err
	}
	err := h.directory.AddPasskey(q.Context(), q.Actor(), name, []byte(f.Passkey()))
	if fail.Is(err, fail.SignIn) || fail.Is(err, fail.Conflict) {
		f.Add("passkey", fail.Words(err))
		return nil, f.Err()
	}
	return web.Redirect{To: path, Flash: "The passkey was added"}, err
}

func (h *pages) take(q *web.Request) (web.Response, error) {
	all, _, err := h.directory.PasskeysOf(q.Context(), q.Who().Person)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.Handle() == q.Path("passkey") {
			return web.Page{Title: titleTake, Back: path, Body: q.Form().Ask(web.Question{Send: titleTake, Warn: true,
				Before: []web.Component{nhs.SummaryList{Rows: []nhs.SummaryRow{nhs.Row("Name", k.Name),
					nhs.Row("Added", words.Date(k.Added))}},
					nhs.Para("Nobody can log in with it any more, and you are logged out everywhere but here. Your device may " +
						"still offer it: delete it there too.")}})}, nil
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

func (h *pages) sendTake(q *web.Request) (web.Response, error) {
	if err := h.directory.RemovePasskey(q.Context(), q.Actor(), q.Path("passkey")); err != nil {
		return nil, err
	}
	return web.Redirect{To: path, Flash: "The passkey was taken away"}, q.RenewSession()
}
