package casework

import "heed/internal/web/nhs"

// Header is the head of every page: whose service it is, who is logged in and as what.
type Header struct {
	Organisation string // the organisation's own name
	Split        string // second line of a long name
	Descriptor   string // "NHS Foundation Trust"
	Service      string
	Home         string
	Logo         nhs.Logo // off unless the installer switches it on: logos are under licence
	Account      string   // address of the person's own account; no link when empty
	Name         string   // of the person logged in; nobody when empty
	Role         string   // the one in use, in words
	ChangeRole   string   // address, when the person has several roles
	LogOut       string   // address that ends the session, by POST
	Navigation   []nhs.NavigationItem
}

// Render writes the header.
func (h Header) Render(b *nhs.Buffer) {
	header := nhs.Header{
		Logo: h.Logo, Service: nhs.Service{Text: h.Service, Href: h.Home},
		Organisation: nhs.Organisation{Name: h.Organisation, Split: h.Split, Descriptor: h.Descriptor},
		Navigation:   nhs.Navigation{Items: h.Navigation},
		Classes:      "heed-header",
	}
	if h.Name != "" {
		who := nhs.Group{nhs.Isolated(h.Name)}
		if h.Role != "" {
			who = append(who, nhs.Text(", "+h.Role))
		}
		// One element, because the item is a row with gaps between its parts.
		header.Account.Items = append(header.Account.Items, nhs.AccountItem{Content: nhs.Group{nhs.HTML("<span>"), who,
			nhs.HTML("</span>")}, Icon: true, Href: h.Account})
		if h.ChangeRole != "" {
			header.Account.Items = append(header.Account.Items, nhs.AccountItem{Text: "Change role", Href: h.ChangeRole})
		}
		if h.LogOut != "" {
			header.Account.Items = append(header.Account.Items, nhs.AccountItem{Text: "Log out", Action: h.LogOut})
		}
	}
	b.Put(header)
}

// PhaseBanner says that a service is new and asks what people think of it.
type PhaseBanner struct {
	Phase        string // "Alpha" or "Beta"
	Text         string // one sentence
	FeedbackText string
	Feedback     string // address
}

// Render writes the banner.
func (p PhaseBanner) Render(b *nhs.Buffer) {
	b.Raw(`<section class="heed-phase" aria-label="Phase of this service"><div class="nhsuk-width-container"><p class="heed-phase__text">`)
	b.Put(nhs.Tag{Text: p.Phase, Classes: "heed-phase__tag"})
	b.Raw(" ")
	b.Text(p.Text)
	if p.Feedback != "" {
		b.Raw(" ")
		b.Put(nhs.Link{Text: p.FeedbackText, Href: p.Feedback})
	}
	b.Raw(`</p></div></section>`)
}

// SubNavigation leads through the sections of one case. Each is a page of its own.
type SubNavigation struct {
	Label string // "Sections of this case", say
	Items []SubItem
}

// SubItem is one section.
type SubItem struct {
	Text    string
	Href    string
	Current bool
	Count   int // "Tasks (3)"; not shown when 0
}

// Render writes the navigation.
func (n SubNavigation) Render(b *nhs.Buffer) {
	b.Raw(`<nav class="heed-sub-navigation"`)
	b.Attr("aria-label", n.Label)
	b.Raw(`><ul class="heed-sub-navigation__list">`)
	for _, i := range n.Items {
		b.Raw(`<li class="heed-sub-navigation__item"><a class="heed-sub-navigation__link"`)
		if i.Current {
			b.Raw(` aria-current="page"`)
		}
		b.Address("href", i.Href)
		b.Raw(">")
		b.Text(i.Text)
		if i.Count > 0 {
			b.Raw(" (")
			b.Number(i.Count)
			b.Raw(")")
		}
		b.Raw("</a></li>")
	}
	b.Raw("</ul></nav>")
}

// EmptyState says why nothing is here and what to do.
type EmptyState struct {
	Why     string // "No concerns are waiting. The last came in on 3 March."
	What    string // what may be done, as words
	Href    string // where that is done
	Content nhs.Component
}

// Render writes the state.
func (e EmptyState) Render(b *nhs.Buffer) {
	b.Raw(`<div class="heed-empty"><p class="nhsuk-body heed-empty__why">`)
	b.Text(e.Why)
	b.Raw("</p>")
	switch {
	case e.What == "":
	case e.Href != "":
		b.Put(nhs.Paragraph{Content: nhs.Link{Text: e.What, Href: e.Href}})
	default:
		b.Put(nhs.Para(e.What))
	}
	b.Put(e.Content)
	b.Raw("</div>")
}

// Interruption is the blue page before something rare and hard to undo. It stands alone in main.
type Interruption struct {
	Heading  string
	Text     string
	Content  nhs.Component
	Form     nhs.Component // hidden fields of the form
	Action   string        // where the form is sent; the same address when empty
	Continue string        // what the button says will happen
	Back     string        // address of the page before
	BackText string        // "Go back and change this"
}

// Render writes the interruption.
func (i Interruption) Render(b *nhs.Buffer) {
	b.Put(nhs.Panel{Variant: nhs.Interruption, Heading: nhs.Heading{Text: i.Heading}, Content: interruptionBody{i}})
}

type interruptionBody struct{ i Interruption }

func (x interruptionBody) Render(b *nhs.Buffer) {
	if x.i.Text != "" {
		b.Raw("<p>")
		b.Text(x.i.Text)
		b.Raw("</p>")
	}
	b.Put(x.i.Content)
	b.Raw(`<form class="heed-interruption__form" method="post"`)
	if x.i.Action != "" {
		b.Address("action", x.i.Action)
	}
	b.Raw(" novalidate>")
	b.Put(x.i.Form)
	b.Put(nhs.Button{Text: x.i.Continue, Variant: nhs.Reverse, PreventDoubleClick: nhs.On})
	b.Raw("</form>")
	if x.i.Back != "" {
		b.Raw("<p>")
		b.Put(nhs.Link{Text: x.i.BackText, Href: x.i.Back, Classes: "nhsuk-link--reverse"})
		b.Raw("</p>")
	}
}

// WhoCanSee stands beside every box where something about a person is written.
type WhoCanSee struct {
	What  string // "this note"; "this" when empty
	Roles []string
}

// Render writes the list.
func (w WhoCanSee) Render(b *nhs.Buffer) {
	what := w.What
	if what == "" {
		what = "this"
	}
	b.Raw(`<div class="heed-who"><p class="heed-who__title">Who can see `)
	b.Text(what)
	b.Raw("</p>")
	b.Put(nhs.Bullets(w.Roles...))
	b.Raw("</div>")
}
