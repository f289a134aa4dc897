package nhs

// Pagination leads through pages: with numbers (Items), or to the page before and after by name.
type Pagination struct {
	ID       string
	Label    string // "Pagination" when empty
	Previous PageLink
	Next     PageLink
	Items    []PageNumber
	Numbered bool // numbered even when Items is empty
	Classes  string
	Attrs    []Attr
}

// PageLink leads to the page before or after; without Href it is not shown.
type PageLink struct {
	Href    string
	Text    string // "Previous" or "Next" when empty
	Content Component
	Label   string // the title of that page
	Attrs   []Attr
}

// PageNumber is one numbered page, or an Ellipsis.
type PageNumber struct {
	Number   int
	Href     string
	Current  bool
	Ellipsis bool
	Label    string // "Page 3" when empty
	Classes  string
	Attrs    []Attr
}

// Render writes the pagination.
func (p Pagination) Render(b *Buffer) {
	numbered := p.Numbered || len(p.Items) > 0
	b.Raw(`<nav class="nhsuk-pagination`)
	if numbered {
		b.Raw(" nhsuk-pagination--numbered")
	}
	b.More(p.Classes)
	b.Raw(`"`)
	b.Opt("id", p.ID)
	b.Raw(` role="navigation"`)
	b.Attr("aria-label", or(p.Label, "Pagination"))
	b.attrs(p.Attrs)
	b.Raw(">")
	if numbered {
		p.numbered(b)
	} else {
		b.Raw(`<ul class="nhsuk-list nhsuk-pagination__list">`)
		p.Previous.named(b, "previous", "prev")
		p.Next.named(b, "next", "next")
		b.Raw("</ul>")
	}
	b.Raw("</nav>")
}

func (p Pagination) numbered(b *Buffer) {
	if p.Previous.Href != "" {
		b.Raw(`<a`)
		b.Address("href", p.Previous.Href)
		b.Raw(` class="nhsuk-pagination__previous" rel="prev">`)
		b.Put(IconArrowLeft)
		b.Raw(" ")
		p.Previous.title(b, "Previous")
		b.Raw("</a>")
	}
	b.Raw(`<ul class="nhsuk-pagination__list">`)
	for _, i := range p.Items {
		i.render(b)
	}
	b.Raw("</ul>")
	if p.Next.Href != "" {
		b.Raw(`<a`)
		b.Address("href", p.Next.Href)
		b.Raw(` class="nhsuk-pagination__next" rel="next">`)
		p.Next.title(b, "Next")
		b.Raw(" ")
		b.Put(IconArrowRight)
		b.Raw("</a>")
	}
}

func (l PageLink) title(b *Buffer, otherwise markup) {
	b.Raw(`<span class="nhsuk-pagination__title">`)
	if filled(l.Text, l.Content) {
		b.Words(l.Text, l.Content)
	} else {
		b.Raw(otherwise)
		b.Raw(`<span class="nhsuk-u-visually-hidden"> page</span>`)
	}
	b.Raw(`</span>`)
}

func (l PageLink) named(b *Buffer, which, rel markup) {
	if l.Href == "" {
		return
	}
	b.Raw(`<li class="nhsuk-pagination-item--` + which + `"><a class="nhsuk-pagination__link nhsuk-pagination__link--` +
		rel + `"`)
	b.Address("href", l.Href)
	b.Raw(` rel="` + rel + `"`)
	b.attrs(l.Attrs)
	b.Raw(">")
	if which == "previous" {
		l.title(b, "Previous")
	} else {
		l.title(b, "Next")
	}
	if l.Label != "" {
		b.Raw(` <span class="nhsuk-u-visually-hidden">:</span> <span class="nhsuk-pagination__page">`)
		b.Text(l.Label)
		b.Raw(`</span>`)
	}
	b.Raw(" ")
	if which == "previous" {
		b.Put(IconArrowLeft)
	} else {
		b.Put(IconArrowRight)
	}
	b.Raw("</a></li>")
}

func (i PageNumber) render(b *Buffer) {
	b.Raw(`<li class="nhsuk-pagination__item`)
	if i.Current {
		b.Raw(" nhsuk-pagination__item--current")
	}
	if i.Ellipsis {
		b.Raw(" nhsuk-pagination__item--ellipsis")
	}
	b.More(i.Classes)
	b.Raw(`">`)
	if i.Ellipsis {
		b.Raw(`&ctdot;</li>`)
		return
	}
	b.Raw(`<a class="nhsuk-pagination__link"`)
	b.Address("href", i.Href)
	b.Raw(` aria-label="`)
	if i.Label != "" {
		b.Text(i.Label)
	} else {
		b.Raw("Page ")
		b.Number(i.Number)
	}
	b.Raw(`"`)
	if i.Current {
		b.Raw(` aria-current="page"`)
	}
	b.attrs(i.Attrs)
	b.Raw(">")
	b.Number(i.Number)
	b.Raw("</a></li>")
}
