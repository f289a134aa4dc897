package nhs

// Breadcrumb shows where a page stands; on a phone it is one link back.
type Breadcrumb struct {
	ID       string
	Label    string // "Breadcrumb" when empty
	Items    []Crumb
	BackLink BackLink // what it says and where it leads on a phone; the last crumb when empty
	Variant  Variant  // Reverse
	Classes  string
	Attrs    []Attr
}

// Crumb is one page on the way here.
type Crumb struct {
	Text    string
	Content Component
	Href    string
	Attrs   []Attr
}

// Render writes the breadcrumb.
func (x Breadcrumb) Render(b *Buffer) {
	b.Raw(`<nav class="nhsuk-breadcrumb`)
	if x.Variant == Reverse {
		b.Raw(" nhsuk-breadcrumb--reverse")
	}
	b.More(x.Classes)
	b.Raw(`"`)
	b.Opt("id", x.ID)
	b.Attr("aria-label", or(x.Label, "Breadcrumb"))
	b.attrs(x.Attrs)
	b.Raw(`><ol class="nhsuk-breadcrumb__list">`)
	var last Crumb
	for _, c := range x.Items {
		last = c
		if c.Href == "" {
			continue
		}
		b.Raw(`<li class="nhsuk-breadcrumb__list-item"><a class="nhsuk-breadcrumb__link"`)
		b.Address("href", c.Href)
		b.attrs(c.Attrs)
		b.Raw(">")
		b.Words(c.Text, c.Content)
		b.Raw("</a></li>")
	}
	b.Raw("</ol>")
	b.Put(x.back(last))
	b.Raw("</nav>")
}

func (x Breadcrumb) back(last Crumb) BackLink {
	back := x.BackLink
	back.Hidden = or(back.Hidden, "Back to")
	if !filled(back.Text, back.Content) {
		back.Text = last.Text
	}
	back.Href = or(back.Href, last.Href)
	if back.Attrs == nil {
		back.Attrs = last.Attrs
	}
	if back.Variant == "" {
		back.Variant = x.Variant
	}
	return back
}

// ContentsList is the list of pages of a guide or a publication.
type ContentsList struct {
	ID      string
	Label   string // "Pages in this guide" when empty
	Hidden  string // heading for screen readers; "Contents" when empty
	Items   []ContentsItem
	Classes string
	Attrs   []Attr
}

// ContentsItem is one page, with pages below it.
type ContentsItem struct {
	Text    string
	Content Component
	Href    string
	Current bool
	Items   []ContentsItem
	Classes string
	Attrs   []Attr
}

// Render writes the list.
func (c ContentsList) Render(b *Buffer) {
	b.Raw(`<nav class="nhsuk-contents-list`)
	b.More(c.Classes)
	b.Raw(`"`)
	b.Opt("id", c.ID)
	b.Raw(` role="navigation"`)
	b.Attr("aria-label", or(c.Label, "Pages in this guide"))
	b.attrs(c.Attrs)
	b.Raw(`><h2 class="nhsuk-u-visually-hidden">`)
	b.Text(or(c.Hidden, "Contents"))
	b.Raw(`</h2>`)
	b.contents(c.Items)
	b.Raw(`</nav>`)
}

func (b *Buffer) contents(items []ContentsItem) {
	b.Raw(`<ol class="nhsuk-contents-list__list">`)
	for _, i := range items {
		if i.Current {
			b.Raw(`<li class="nhsuk-contents-list__item" aria-current="page"><span class="nhsuk-contents-list__current`)
			b.More(i.Classes)
			b.Raw(`"`)
		} else {
			b.Raw(`<li class="nhsuk-contents-list__item"><a class="nhsuk-contents-list__link`)
			b.More(i.Classes)
			b.Raw(`"`)
			b.Address("href", i.Href)
		}
		b.attrs(i.Attrs)
		b.Raw(">")
		b.Words(i.Text, i.Content)
		if i.Current {
			b.Raw("</span>")
		} else {
			b.Raw("</a>")
		}
		if i.Items != nil {
			b.contents(i.Items)
		}
		b.Raw("</li>")
	}
	b.Raw("</ol>")
}
