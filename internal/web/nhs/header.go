package nhs

// Header is the head of every page. With Organisation set it is the organisational header.
type Header struct {
	ID               string
	Logo             Logo
	Organisation     Organisation
	Service          Service
	Account          Account
	Navigation       Navigation
	Search           *HeaderSearch
	White            bool // white rather than blue
	Inline           bool // search beside the account
	ContainerClasses string
	Classes          string
	Attrs            []Attr
}

// Logo is the picture before the name. The NHS logo is under licence: off unless the installer switches it on.
type Logo struct {
	NHS   bool
	Src   string // a picture of the organisation's own instead
	Alt   string // "NHS" when empty
	Href  string
	Label string // whole name of the link; made from the names when empty
}

// Organisation names whose service it is.
type Organisation struct {
	Name       string
	Split      string // second line of a long name
	Descriptor string // "NHS Foundation Trust"
}

// Service names the service and leads to its start.
type Service struct{ Text, Href string }

// Account says who is logged in; never more than three links.
type Account struct {
	Label string // "Account" when empty
	Items []AccountItem
	Attrs []Attr
}

// AccountItem is words, a link (Href), or a button that sends a form (Action), such as Log out.
type AccountItem struct {
	Text    string
	Content Component
	Icon    bool
	Href    string
	Action  string
	Method  string // "post" when empty
	Classes string
}

// Navigation is the row of links under the name.
type Navigation struct {
	Label      string // "Menu" when empty
	Items      []NavigationItem
	White      bool
	Justified  bool
	MoreText   string // "More" when empty: the button for what does not fit
	MoreHidden string // "Browse" when empty
	Classes    string
	Attrs      []Attr
}

// NavigationItem is one link of the navigation.
type NavigationItem struct {
	Text    string
	Content Component
	Href    string
	Current bool // this very page
	Active  bool // a page within this section
	Classes string
	Attrs   []Attr
}

// HeaderSearch is a search form in the header. Action has no default, so that no word leaves for another site unasked.
type HeaderSearch struct {
	Action      string
	Method      string // "get" when empty
	Name        string // "q" when empty
	Placeholder string // "Search" when empty
	Label       string
	ButtonLabel string // "Search" when empty
	Classes     string
	Attrs       []Attr
}

// Render writes the header.
func (h Header) Render(b *Buffer) {
	b.Raw(`<header class="nhsuk-header`)
	if h.White {
		b.Raw(" nhsuk-header--white")
	}
	if h.Inline {
		b.Raw(" nhsuk-header--inline")
	}
	if h.Organisation.Name != "" {
		b.Raw(" nhsuk-header--organisation")
	}
	b.More(h.Classes)
	b.Raw(`"`)
	b.Opt("id", h.ID)
	b.Raw(` data-module="nhsuk-header" role="banner"`)
	b.attrs(h.Attrs)
	b.Raw(`><div class="nhsuk-header__container nhsuk-width-container`)
	b.More(h.ContainerClasses)
	b.Raw(`">`)
	h.service(b)
	if h.Search != nil {
		h.Search.render(b)
	}
	h.Account.render(b)
	b.Raw(`</div>`)
	h.Navigation.render(b, h.ContainerClasses)
	b.Raw(`</header>`)
}

// service writes logo, organisation and service name: as one link when they lead to the same place.
func (h Header) service(b *Buffer) {
	together := h.Service.Text != "" && h.Service.Href != "" && h.Logo.Href == "" || h.Service.Href != "" &&
		h.Service.Href == h.Logo.Href
	href := h.Logo.Href
	if together {
		href = h.Service.Href
	}
	b.Raw(`<div class="nhsuk-header__service">`)
	if href != "" {
		b.Raw(`<a class="nhsuk-header__service-logo"`)
		b.Address("href", href)
		b.Opt("aria-label", h.linkLabel(together))
		b.Raw(">")
	}
	h.mark(b)
	if together {
		b.Raw(" ")
		Service{Text: h.Service.Text}.render(b)
	}
	if href != "" {
		b.Raw("</a>")
	}
	if !together {
		b.Raw(" ")
		h.Service.render(b)
	}
	b.Raw("</div>")
}

// linkLabel names the link. Without a logo the words of the link name it, so that what is heard is what is seen.
func (h Header) linkLabel(together bool) string {
	if h.Logo.Label != "" || !h.Logo.NHS && h.Logo.Src == "" {
		return h.Logo.Label
	}
	label := join(join(or(h.Logo.Alt, "NHS"), h.Organisation.Name), h.Organisation.Split)
	if together {
		label = join(label, h.Service.Text)
	}
	return join(label, "homepage")
}

func (s Service) render(b *Buffer) {
	switch {
	case s.Text == "":
	case s.Href == "":
		b.Raw(`<span class="nhsuk-header__service-name">`)
		b.Text(s.Text)
		b.Raw(`</span>`)
	default:
		b.Raw(`<a class="nhsuk-header__service-name"`)
		b.Address("href", s.Href)
		b.Raw(">")
		b.Text(s.Text)
		b.Raw(`</a>`)
	}
}

// mark writes logo and organisation.
func (h Header) mark(b *Buffer) {
	alt := or(h.Logo.Alt, "NHS")
	switch {
	case h.Logo.Src != "":
		b.Raw(`<img class="nhsuk-header__organisation-logo"`)
		b.Address("src", h.Logo.Src)
		b.Raw(` width="280"`)
		b.Attr("alt", alt)
		b.Raw(">")
	case h.Logo.NHS:
		b.Raw(`<svg class="nhsuk-header__logo" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80" height="40" width="100" focusable="false" role="img"`)
		b.Attr("aria-label", alt)
		b.Raw("><title>")
		b.Text(alt)
		b.Raw("</title>")
		b.Raw(nhsLogo)
		b.Raw("</svg>")
	}
	if h.Organisation.Name == "" {
		return
	}
	b.Raw(`<span class="nhsuk-header__organisation-name">`)
	b.Text(h.Organisation.Name)
	if h.Organisation.Split != "" {
		b.Raw(` <span class="nhsuk-header__organisation-name-split">`)
		b.Text(h.Organisation.Split)
		b.Raw(`</span>`)
	}
	b.Raw(`</span>`)
	if h.Organisation.Descriptor != "" {
		b.Raw(`<span class="nhsuk-header__organisation-name-descriptor">`)
		b.Text(h.Organisation.Descriptor)
		b.Raw(`</span>`)
	}
}
