package nhs

func (t Table) cell(b *Buffer, c Cell, head *HeadCell, isHead bool) {
	numeric, align := c.Format == Numeric, c.Align
	if head != nil {
		numeric = numeric || c.Format == "" && head.Numeric
		switch {
		case align != "":
		case c.Format == String && head.Numeric:
			align = "right"
		default:
			align = head.Align
		}
	}
	element := markup("td")
	if isHead {
		element = "th"
	}
	b.Raw("<")
	b.Raw(element)
	cellClass{head: isHead, numeric: numeric, align: align, width: c.Width, more: c.Classes}.render(b)
	if isHead {
		b.Raw(` scope="row"`)
		t.role(b, ` role="rowheader"`)
	} else {
		t.role(b, ` role="cell"`)
	}
	t.spans(b, c.Colspan, c.Rowspan)
	b.Opt("data-sort-value", c.SortValue)
	b.attrs(c.Attrs)
	b.Raw(">")
	t.cellWords(b, c, head)
	b.Raw("</")
	b.Raw(element)
	b.Raw(">")
}

func (t Table) cellWords(b *Buffer, c Cell, head *HeadCell) {
	if !t.Responsive || head == nil && c.Header == "" {
		b.cellLink(c.Href, c.Text, c.Content, c.Hidden)
		return
	}
	b.Raw(`<span class="nhsuk-table__heading" aria-hidden="true">`)
	if head != nil {
		b.cellLink("", or(head.Text, c.Header), head.Content, head.Hidden)
	} else {
		b.Text(c.Header)
	}
	b.Raw(" </span>")
	if c.Content != nil && filled("", c.Content) { // one box, so that it stands beside its heading
		b.Raw("<span>")
		b.cellLink(c.Href, c.Text, c.Content, c.Hidden)
		b.Raw("</span>")
		return
	}
	b.cellLink(c.Href, c.Text, c.Content, c.Hidden)
}

type cellClass struct {
	head, numeric      bool
	align, width, more string
}

func (c cellClass) render(b *Buffer) {
	class := markup("nhsuk-table__cell")
	if c.head {
		class = "nhsuk-table__header"
	}
	b.Raw(` class="`)
	b.Raw(class)
	if c.numeric {
		b.Raw(" ")
		b.Raw(class)
		b.Raw("--numeric")
	}
	switch c.align {
	case "left", "centre", "right":
		b.Raw(" nhsuk-u-text-align-")
		b.Raw(markup(c.align))
	}
	if c.width != "" {
		b.Raw(" nhsuk-u-width-")
		b.Text(c.width)
	}
	b.More(c.more)
	b.Raw(`"`)
}

func (b *Buffer) cellLink(href, text string, content Component, hidden string) {
	if href != "" {
		b.Raw(`<a class="nhsuk-link"`)
		b.Address("href", href)
		b.Raw(">")
	}
	b.Words(text, content)
	if hidden != "" {
		b.Raw(`<span class="nhsuk-u-visually-hidden">`)
		if filled(text, content) {
			b.Raw(" ")
		}
		b.Text(hidden)
		b.Raw("</span>")
	}
	if href != "" {
		b.Raw("</a>")
	}
}
