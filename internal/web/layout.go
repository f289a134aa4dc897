package web

import (
	"bytes"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"heed/internal/web/assets"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// layout is what every page has around its body. It is the same for everybody
// but for the account, the navigation of the role in use, and what the page asks for.
type layout struct {
	set *template.Template
	s   Settings
	nav []NavItem
}

func newLayout(s Settings) (*layout, error) {
	t, err := parseFile(files, "layout.html")
	if err != nil {
		return nil, err
	}
	return &layout{set: t, s: s}, nil
}

type layoutModel struct {
	Title  string
	Styles []string
	Script string
	Icon   string
	Top    nhs.Group // skip link to phase banner
	Before nhs.Group // back link, leave this page
	Said   nhs.Group // first in main: summary or banner
	Above  nhs.Group // over the heading, in full width
	Head   nhs.Component
	Body   template.HTML
	Wide   bool
	After  nhs.Component // when the page will time out
	Foot   nhs.Group
}

// formID is the id that a page's own form carries if "Leave this page" shall keep what stands in it.
const formID = "form"

func holdsForm(body template.HTML) bool {
	return strings.Contains(string(body), `<form id="`+formID+`" method="post"`)
}

func (l *layout) render(q *Request, p Page, body template.HTML) ([]byte, error) {
	hasForm := holdsForm(body)
	m := layoutModel{Title: documentTitle(p, l.s.Service), Body: body, Wide: p.Wide, Foot: nhs.Group{l.footer()},
		Styles: []string{assets.Path("nhsuk.css"), assets.Path("heed.css")}, Script: assets.Path("heed.js"),
		Icon: assets.Path("icon.svg")}
	m.Top = nhs.Group{nhs.SkipLink{}}
	if p.Leave {
		m.Top = append(m.Top, casework.LeavePage{Href: leavePath, Draft: keepPath, Skip: true})
		m.Before = append(m.Before, leaveButton(hasForm))
	}
	m.Top = append(m.Top, l.demoBanner(q), l.notice(q, p), l.header(q, p), l.phase())
	if p.Back != "" {
		m.Before = append(m.Before, backLink(q, p, hasForm))
	}
	if len(m.Before) > 0 { // within a landmark, as everything on a page is
		m.Before = nhs.Group{nhs.HTML(`<nav class="heed-before" aria-label="Leave or go back">`), enterSends(hasForm),
			m.Before, nhs.HTML(`</nav>`)}
	}
	m.Said, m.Above, m.Head = l.said(q, p), p.Above, headingOf(p)
	if q.SignedIn() {
		note, dialog := timeOut(q, hasForm)
		m.After, m.Foot = note, append(m.Foot, dialog)
	}
	var out bytes.Buffer
	if err := l.set.Execute(&out, m); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// documentTitle is "h1 – section – service – NHS", with "Error: " in front when there are errors.
func documentTitle(p Page, service string) string {
	t := p.Title
	if p.Section != "" && p.Section != p.Title {
		t += " – " + p.Section
	}
	t += " – " + service + " – NHS"
	if len(p.Faults) > 0 {
		t = "Error: " + t
	}
	return t
}

func (l *layout) header(q *Request, p Page) nhs.Component {
	if p.leaving != "" {
		return casework.Header{Service: "NHS"}
	}
	h := casework.Header{Organisation: l.s.OrgName, Service: l.s.Service, Home: "/"}
	if !q.SignedIn() {
		return h
	}
	who := q.who
	h.Organisation, h.Name, h.Role, h.LogOut = who.OrgName, who.Name, who.RoleName, "/log-out"
	if q.site.routes["GET "+accountPath] != nil {
		h.Account = accountPath
	}
	if len(who.Roles) > 1 {
		h.ChangeRole = "/role"
	}
	for _, n := range l.nav {
		if (len(n.For) == 0 || slices.Contains(n.For, who.Role)) && (n.Opens == nil || n.Opens(q.Actor())) {
			h.Navigation = append(h.Navigation, nhs.NavigationItem{Text: n.Text, Href: n.Path,
				Current: n.Path == q.http.URL.Path, Active: n.Text == p.Nav || n.Path == p.Nav})
		}
	}
	return h
}

func (l *layout) demoBanner(q *Request) nhs.Component {
	if l.s.DemoBanner == "" {
		return nil
	}
	return nhs.Group{nhs.HTML(`<div class="heed-demo" role="region" aria-label="Demo"><div class="nhsuk-width-container"><p>`), nhs.Text(l.s.DemoBanner + " "),
		nhs.Link{Text: "Be somebody else", Href: "/demo/people"}, nhs.HTML(`</p></div></div>`)}
}

// notice says what its reader must know about the service itself, whatever the page is.
func (l *layout) notice(q *Request, p Page) nhs.Component {
	if q.site.o.Notice == nil || !q.SignedIn() || p.leaving != "" {
		return nil
	}
	var lines nhs.Group
	for _, text := range q.site.o.Notice(q.Context(), q.who) {
		lines = append(lines, nhs.HTML("<p>"), nhs.Text(text), nhs.HTML("</p>"))
	}
	if len(lines) == 0 {
		return nil
	}
	return nhs.Group{nhs.HTML(`<div class="heed-notice" role="region" aria-label="About this service itself"><div class="nhsuk-width-container">`),
		lines, nhs.HTML(`</div></div>`)}
}

func (l *layout) phase() nhs.Component {
	if l.s.Phase == "" {
		return nil
	}
	b := casework.PhaseBanner{Phase: words.Sentence(l.s.Phase), Text: "This is a new service."}
	if l.s.Feedback != "" {
		b.Feedback, b.FeedbackText = l.s.Feedback, "Tell us what you think of it"
	}
	return nhs.Group{nhs.HTML(`<aside aria-label="About this service">`), b, nhs.HTML(`</aside>`)}
}

// enterSends is what the Enter key presses in a field: the first button of the form on
// the page. Without it that would be one of those that leave the page.
func enterSends(hasForm bool) nhs.Component {
	if !hasForm {
		return nil
	}
	return nhs.HTML(`<button type="submit" form="` + formID + `" hidden></button>`)
}

// backLink leads to the page before. On a page with a form it sends the form along, so
// that what stands in it is there again when the page is opened again.
func backLink(q *Request, p Page, hasForm bool) nhs.Component {
	if !hasForm || !q.SignedIn() {
		return nhs.BackLink{Text: p.BackText, Href: p.Back}
	}
	return nhs.BackLink{Text: p.BackText, Type: "submit", Attrs: []nhs.Attr{{Name: "form", Value: formID},
		{Name: "formaction", Value: backPath},
		{Name: "formenctype", Value: wordsOnly}, {Name: "name", Value: backField}, {Name: "value", Value: p.Back}}}
}

// accountPath is where somebody sees how they log in, when there is such a page.
const accountPath = "/account"

// helpPath is where somebody goes who cannot log in, when there is such a page.
const helpPath = "/set-up/help"

// The addresses that "Leave this page" and "Back" use.
const (
	backPath  = "/back"
	leavePath = "/leave"
	keepPath  = "/leave/keep"
)

// wordsOnly is how a form is sent whose words are kept, and no document.
const wordsOnly = "application/x-www-form-urlencoded"

// leaveButton sends the page's form to /leave, so that what stands in it is kept
// without a script too; a page without a form has the plain link.
func leaveButton(hasForm bool) nhs.Component {
	if !hasForm {
		return casework.LeavePage{Href: leavePath}
	}
	return casework.LeavePage{Href: leavePath, Form: formID}
}

// timeOut warns before the session ends: a dialog where scripts run, and a line near the form in any case.
func timeOut(q *Request, hasForm bool) (note, dialog nhs.Component) {
	ss := q.site.o.Sessions
	end := ss.EndsAt(*q.session)
	again := func(why string) string { return "/log-in?" + url.Values{"next": {q.Here()}, "why": {why}}.Encode() }
	d := casework.TimeoutDialog{Life: end.Sub(q.Now()), Keep: "/session/stay", LogOut: "/log-out", Ended: again("ended")}
	if hasForm {
		d.Draft, d.Kept = keepPath, again("kept")
		note = casework.TimeoutNote{At: words.Clock(end)}
	}
	return note, d
}

// said is what stands first in main: the summary of errors, or else one banner.
func (l *layout) said(q *Request, p Page) (g nhs.Group) {
	switch {
	case len(p.Faults) > 0:
		s := nhs.ErrorSummary{}
		for _, f := range p.Faults {
			e := nhs.SummaryError{Text: f.Words}
			if f.Name != "" {
				e.Href = "#" + f.Name
			}
			s.Errors = append(s.Errors, e)
		}
		g = append(g, s)
	case q.stale != "":
		g = append(g, q.bothTexts())
	case q.notice != "":
		g = append(g, nhs.NotificationBanner{Text: q.notice})
	case q.flash != "":
		g = append(g, nhs.NotificationBanner{Variant: nhs.Success, Text: q.flash})
	case p.Banner != nil:
		g = append(g, p.Banner)
	}
	return g
}

// headingOf is the page's h1, unless its question is.
func headingOf(p Page) nhs.Component {
	if p.Question {
		return nhs.Group{}
	}
	h := nhs.Heading{Text: p.Title, Size: nhs.SizeL}
	if p.Caption != "" {
		h.Caption = nhs.Caption{Text: p.Caption, Size: nhs.SizeL, Placement: nhs.Start}
	}
	return h
}

// bothTexts sets side by side what the record holds now and what was typed over
// an older version of it. What was typed stands in the form below as well: sending
// it now is a decision made with open eyes.
func (q *Request) bothTexts() nhs.Component {
	t := nhs.Table{Responsive: true, Caption: nhs.TableCaption{Text: "What differs"}, FirstCellIsHeader: true,
		Head: []nhs.HeadCell{{Text: "Question"}, {Text: "What it says now"}, {Text: "What you typed"}}}
	for _, a := range q.form.asked {
		now, typed := strings.Join(q.form.defaults[a.name], ", "), strings.Join(q.form.typed[a.name], ", ")
		if words.Lines(now) == words.Lines(typed) || isSecret(a.name) {
			continue
		}
		t.Rows = append(t.Rows, []nhs.Cell{{Text: words.Sentence(a.what)}, typedCell(now), typedCell(typed)})
	}
	content := nhs.Group{nhs.Paragraph{Text: "What you typed was not sent, and nothing is lost. It stands in the form " +
		"below. Look at what has changed, then send yours again if it should still be added."}}
	if len(t.Rows) > 0 {
		content = append(content, t)
	}
	return nhs.NotificationBanner{Heading: nhs.Heading{Text: q.stale}, Content: content}
}

func typedCell(s string) nhs.Cell {
	if s == "" {
		return nhs.Cell{Text: "Nothing"}
	}
	return nhs.Cell{Content: nhs.HTML(words.Typed(s))}
}

func (l *layout) footer() nhs.Component {
	f := nhs.Footer{Meta: nhs.FooterMeta{Items: []nhs.FooterLink{
		{Text: "Accessibility statement", Href: "/accessibility"}, {Text: "Cookies", Href: "/cookies"},
		{Text: "Privacy", Href: "/privacy"}, {Text: "Contact", Href: "/contact"}}}}
	if l.s.Version != "" {
		f.Meta.Text = l.s.Service + " version " + l.s.Version
	}
	return f
}
