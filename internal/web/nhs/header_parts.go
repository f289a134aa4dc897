package nhs

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
		Label: Label{Text: or(s.Label, "Search"), Classes: "nhsuk-u-visually-hidden"}, ID: "search-field",
		Name: or(s.Name, "q"), Type: "search",
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
