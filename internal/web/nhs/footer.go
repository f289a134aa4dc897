package nhs

// Footer is the foot of every page: the same links in the same order everywhere.
type Footer struct {
	ID               string
	Columns          int // 1 to 4; 0 means 4
	Navigation       []FooterColumn
	Meta             FooterMeta
	Copyright        string // no line when empty
	CopyrightContent Component
	ContainerClasses string
	Classes          string
	Attrs            []Attr
}

// FooterColumn is a group of links with a heading.
type FooterColumn struct {
	Heading Heading
	Text    string
	Content Component
	Items   []FooterLink
	Width   string // of the grid, as "one-third"; from the number of columns when empty
}

// FooterMeta is the last row: support links and words.
type FooterMeta struct {
	Hidden  string // heading for screen readers; "Support links" when empty
	Items   []FooterLink
	Text    string
	Content Component
}

// FooterLink is one link of the footer.
type FooterLink struct {
	Text    string
	Content Component
	Href    string
	Attrs   []Attr
}

// Render writes the footer.
func (f Footer) Render(b *Buffer) {
	b.Raw(`<footer class="nhsuk-footer`)
	b.More(f.Classes)
	b.Raw(`"`)
	b.Opt("id", f.ID)
	b.Raw(` role="contentinfo"`)
	b.attrs(f.Attrs)
	b.Raw(`><div class="nhsuk-width-container`)
	b.More(f.ContainerClasses)
	b.Raw(`">`)
	f.columns(b)
	b.Raw(`<div class="nhsuk-footer__meta">`)
	if len(f.Meta.Items) > 0 {
		b.Raw(`<h2 class="nhsuk-u-visually-hidden">`)
		b.Text(or(f.Meta.Hidden, "Support links"))
		b.Raw(`</h2>`)
		b.footerLinks(f.Meta.Items)
	}
	b.footerWords(f.Meta.Text, f.Meta.Content)
	b.footerWords(f.Copyright, f.CopyrightContent)
	b.Raw(`</div></div></footer>`)
}

func (f Footer) columns(b *Buffer) {
	n, width := 4, "one-quarter"
	switch f.Columns {
	case 1:
		n, width = 1, "full"
	case 2:
		n, width = 2, "one-half"
	case 3:
		n, width = 3, "one-third"
	}
	for i, c := range f.Navigation {
		if i%n == 0 {
			if i > 0 {
				b.Raw("</div>")
			}
			b.Raw(`<div class="nhsuk-footer__navigation nhsuk-grid-row">`)
		}
		b.Raw(`<div class="nhsuk-grid-column-`)
		b.Text(or(c.Width, width))
		b.Raw(`">`)
		h := c.Heading
		h.Level, h.Size = 2, SizeS
		b.heading(h, headingStyle{class: "nhsuk-footer__heading", prefix: "nhsuk-heading-", sizes: allSizes})
		b.footerWords(c.Text, c.Content)
		if len(c.Items) > 0 {
			b.footerLinks(c.Items)
		}
		b.Raw("</div>")
	}
	if len(f.Navigation) > 0 {
		b.Raw("</div>")
	}
}

func (b *Buffer) footerLinks(items []FooterLink) {
	b.Raw(`<ul class="nhsuk-footer__list">`)
	for _, i := range items {
		b.Raw(`<li class="nhsuk-footer__list-item"><a class="nhsuk-footer__list-item-link"`)
		b.Address("href", i.Href)
		b.attrs(i.Attrs)
		b.Raw(">")
		b.Words(i.Text, i.Content)
		b.Raw("</a></li>")
	}
	b.Raw("</ul>")
}

// footerWords writes content as it is, and words as a small paragraph.
func (b *Buffer) footerWords(text string, content Component) {
	switch {
	case content != nil && filled("", content):
		b.Put(content)
	case text != "":
		b.Raw(`<p class="nhsuk-body-s">`)
		b.Text(text)
		b.Raw("</p>")
	}
}
