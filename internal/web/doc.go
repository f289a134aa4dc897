// Package web is the kit that every screen of Heed stands on: pages, forms,
// errors, sessions, security headers, and the words for dates and numbers
// (package words). It knows no slice. Components come from internal/web/nhs and
// internal/web/casework.
//
// # A page, whole
//
// One file for each page, in the slice's web package, its template beside it:
//
//	//go:embed *.html
//	var files embed.FS
//
//	type whatModel struct {
//		Hidden template.HTML
//		What   nhs.Textarea
//		Send   nhs.Button
//	}
//
//	// what.html: <form method="post" novalidate>{{.Hidden}}{{nhs .What}}{{nhs .Send}}</form>
//	var whatView = web.NewView(files, "what.html", whatModel{ /* sample models that show every branch */ })
//
//	func (p *pages) what(q *web.Request) (web.Response, error) { // GET
//		f := q.Form()
//		return web.Page{
//			Title: "What are you worried about?", Section: "Raise a concern",
//			Question: true, Back: "/raise/about", Leave: true,
//			Body: whatView.With(whatModel{
//				Hidden: f.Hidden(),
//				What:   f.Textarea(nhs.Textarea{Name: "what", Label: nhs.Label{
//					Text: "What are you worried about?", PageHeading: true, Size: nhs.SizeL}}),
//				Send:   nhs.Button{Text: "Continue"},
//			}),
//		}, nil
//	}
//
//	func (p *pages) sendWhat(q *web.Request) (web.Response, error) { // POST
//		f := q.Form()
//		text := f.Text("what", web.Ask{What: "what you are worried about", Needed: true, Max: 4000})
//		if err := f.Err(); err != nil {
//			return nil, err // the kit shows the page again, with what was typed and what is the matter
//		}
//		if err := p.desk.…(q.Context(), …, text); err != nil {
//			return nil, err // fail.Bad, Stale, Conflict: the page again; Full, Broken: what was typed is given back
//		}
//		return web.Redirect{To: "/raise/when"}, nil
//	}
//
// and one value that app puts into its list:
//
//	func Part(desk *concern.Desk) web.Part {
//		p := &pages{desk}
//		return web.Part{Name: "concern", Views: []web.AnyView{whatView}, Routes: []web.Route{
//			web.Get("/raise/what", web.SignedIn, "What are you worried about?", p.what),
//			web.Post("/raise/what", web.SignedIn, "What are you worried about?", p.sendWhat),
//		}}
//	}
//
// A page that is components one after another needs no template: Body: web.Stack(…).
// A form that is its fields and one button needs none either: Body: q.Form().Ask(web.Question{…}).
// Form.Input, Textarea, Radios, Checkboxes, Date and so on put what was typed, and
// the fault, into a component.
//
// A form posts to its own address. After a refused POST the kit calls the GET
// handler of the same pattern: Form then holds what was typed and the faults, so
// the GET handler is the only place that builds the page. A record's form says
// f.Version(v) and f.Default(name, what the record holds); the POST handler hands
// f.Expected() to the slice, and fail.Stale shows both texts. A template of a form's
// own gives it id="form", so that "Leave this page" can keep what stands in it.
//
// Over several pages, q.Draft(name) holds what was typed: d.Show(f) before the form is
// shown, d.Take(f, "what") and q.Keep(d) on Continue, q.DropDraft(name) in the commit
// that makes something of it. Where a form must be taken once over any number of
// machines and crashes, the unit of work calls q.Did(tx, where it leads), or the slice
// keeps q.Key() as an invariant of its own. Redirect.Flash says on the next page what was done.
//
// # What it keeps true
//
//   - GET changes nothing. POST changes once for each form, however often it is sent, and redirects.
//   - Nothing typed is lost: not to a fault of a field, a stale version, a full disk, or the end of a session.
//   - Missing and Hidden are the same bytes. Only functions, never records, have a page that says who may.
//   - Every answer carries the security headers; nothing inline, nothing from elsewhere; no-store on every page.
//   - Neither log nor address nor title holds a name, a number of a person or typed words.
//   - A page is rendered whole before its first byte is sent.
//
// # Trust
//
// The browser is trusted with nothing but its session token. The kit decides
// about routes (is somebody signed in, may this role use this function); the slice
// decides about records, with access, and hands back fail.Hidden.
package web
