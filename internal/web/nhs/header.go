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
	together := h.Service.Text != "" && h.Service.Href != "" && h.Logo.Href == "" || h.Service.Href != "" && h.Service.Href == h.Logo.Href
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

const nhsLogo = `<path fill="currentcolor" d="M200 0v80H0V0h200Zm-27.5 5.5c-14.5 0-29 5-29 22 0 10.2 7.7 13.5 14.7 16.3l.7.3c5.4 2 10.1 3.9 10.1 8.4 0 6.5-8.5 7.5-14 7.5s-12.5-1.5-16-3.5L135 70c5.5 2 13.5 3.5 20 3.5 15.5 0 32-4.5 32-22.5 0-19.5-25.5-16.5-25.5-25.5 0-5.5 5.5-6.5 12.5-6.5a35 35 0 0 1 14.5 3l4-13.5c-4.5-2-12-3-20-3Zm-131 2h-22l-14 65H22l9-45h.5l13.5 45h21.5l14-65H64l-9 45h-.5l-13-45Zm63 0h-18l-13 65h17l6-28H117l-5.5 28H129l13.5-65H125L119.5 32h-20l5-24.5Z"/>`

func (s HeaderSearch) render(b *Buffer) {
	b.Raw(`<search class="nhsuk-header__search`)
	b.More(s.Classes)
	b.Raw(`"`)
	b.attrs(s.Attrs)
	b.Raw(`><form class="nhsuk-header__search-form" id="search"`)
	if s.Action != "" {
		b.Address("action", s.Action)
	}
	b.Attr("method", or(s.Method, "get"))
	b.Raw(" novalidate>")
	b.Put(Input{
		Label: Label{Text: or(s.Label, "Search"), Classes: "nhsuk-u-visually-hidden"}, ID: "search-field", Name: or(s.Name, "q"), Type: "search",
		Autocomplete: "off", Placeholder: or(s.Placeholder, "Search"),
		Group: FormGroup{After: Button{AriaLabel: or(s.ButtonLabel, "Search"), Icon: IconSearch, Small: true}},
	})
	b.Raw(`</form></search>`)
}

func (a Account) render(b *Buffer) {
	if len(a.Items) == 0 {
		return
	}
	b.Raw(`<nav class="nhsuk-header__account"`)
	b.Attr("aria-label", or(a.Label, "Account"))
	b.attrs(a.Attrs)
	b.Raw(`><ul class="nhsuk-header__account-list">`)
	for _, item := range a.Items {
		b.Raw(`<li class="nhsuk-header__account-item`)
		b.More(item.Classes)
		b.Raw(`">`)
		switch {
		case item.Href != "":
			b.Raw(`<a class="nhsuk-header__account-link"`)
			b.Address("href", item.Href)
			b.Raw(">")
			item.words(b)
			b.Raw("</a>")
		case item.Action != "":
			b.Raw(`<form class="nhsuk-header__account-form"`)
			b.Address("action", item.Action)
			b.Attr("method", or(item.Method, "post"))
			b.Raw(` novalidate><button class="nhsuk-header__account-button">`)
			item.words(b)
			b.Raw("</button></form>")
		default:
			item.words(b)
		}
		b.Raw("</li>")
	}
	b.Raw("</ul></nav>")
}

func (i AccountItem) words(b *Buffer) {
	if i.Icon {
		b.Put(IconUser)
	}
	b.Words(i.Text, i.Content)
}

func (n Navigation) render(b *Buffer, container string) {
	if len(n.Items) == 0 {
		return
	}
	b.Raw(`<nav class="nhsuk-header__navigation`)
	if n.White {
		b.Raw(" nhsuk-header__navigation--white")
	}
	if n.Justified {
		b.Raw(" nhsuk-header__navigation--justified")
	}
	b.More(n.Classes)
	b.Raw(`"`)
	b.Attr("aria-label", or(n.Label, "Menu"))
	b.attrs(n.Attrs)
	b.Raw(`><div class="nhsuk-header__navigation-container nhsuk-width-container`)
	b.More(container)
	b.Raw(`"><ul class="nhsuk-header__navigation-list">`)
	for _, item := range n.Items {
		item.render(b)
	}
	b.Raw(`<li class="nhsuk-header__menu" hidden><button class="nhsuk-header__menu-toggle nhsuk-header__navigation-link" id="toggle-menu" aria-expanded="false">`)
	b.Raw(`<span class="nhsuk-u-visually-hidden">`)
	b.Text(or(n.MoreHidden, "Browse"))
	b.Raw(` </span>`)
	b.Text(or(n.MoreText, "More"))
	b.Raw(`</button></li></ul></div></nav>`)
}

func (i NavigationItem) render(b *Buffer) {
	marked := i.Current || i.Active
	b.Raw(`<li class="nhsuk-header__navigation-item`)
	if marked {
		b.Raw(" nhsuk-header__navigation-item--current")
	}
	b.More(i.Classes)
	b.Raw(`"`)
	b.attrs(i.Attrs)
	b.Raw(">")
	if i.Href != "" {
		b.Raw(`<a class="nhsuk-header__navigation-link"`)
		b.Address("href", i.Href)
	} else {
		b.Raw(`<span class="nhsuk-header__navigation-text"`)
	}
	switch {
	case i.Current:
		b.Raw(` aria-current="page"`)
	case i.Active:
		b.Raw(` aria-current="true"`)
	}
	b.Raw(">")
	if marked { // strong, so that it shows where people use colours of their own
		b.Raw(`<strong class="nhsuk-header__navigation-item-current-fallback">`)
		b.Words(i.Text, i.Content)
		b.Raw(`</strong>`)
	} else {
		b.Words(i.Text, i.Content)
	}
	if i.Href != "" {
		b.Raw("</a></li>")
	} else {
		b.Raw("</span></li>")
	}
}
