package nhs

// Paragraph is a paragraph of body text.
type Paragraph struct {
	Text    string
	Content Component
	Small   bool
	Lead    bool // the first, larger paragraph of a page
	ID      string
	Classes string
}

// Render writes the paragraph.
func (p Paragraph) Render(b *Buffer) {
	switch {
	case p.Small:
		b.Raw(`<p class="nhsuk-body-s`)
	case p.Lead:
		b.Raw(`<p class="nhsuk-body-l`)
	default:
		b.Raw(`<p class="nhsuk-body`)
	}
	b.More(p.Classes)
	b.Raw(`"`)
	b.Opt("id", p.ID)
	b.Raw(">")
	b.Words(p.Text, p.Content)
	b.Raw("</p>")
}

// Para is a plain paragraph.
func Para(text string) Paragraph { return Paragraph{Text: text} }

// Link is a link within text.
type Link struct {
	Text    string
	Content Component
	Hidden  string // further words for screen readers
	Href    string
	Classes string
	Attrs   []Attr
}

// Render writes the link.
func (l Link) Render(b *Buffer) {
	b.Raw(`<a class="nhsuk-link`)
	b.More(l.Classes)
	b.Raw(`"`)
	b.Address("href", l.Href)
	b.attrs(l.Attrs)
	b.Raw(">")
	b.Words(l.Text, l.Content)
	if l.Hidden != "" {
		b.Hidden(" ", l.Hidden)
	}
	b.Raw("</a>")
}

// List is a list with bullets, with numbers, or plain.
type List struct {
	Items    []Component
	Numbered bool
	Plain    bool // no bullets
	Classes  string
}

// Bullets is a list of plain words.
func Bullets(texts ...string) List {
	l := List{Items: make([]Component, len(texts))}
	for i, t := range texts {
		l.Items[i] = Text(t)
	}
	return l
}

// Render writes the list.
func (l List) Render(b *Buffer) {
	element := markup("ul")
	if l.Numbered {
		element = "ol"
	}
	b.Raw("<" + element + ` class="nhsuk-list`)
	switch {
	case l.Plain:
	case l.Numbered:
		b.Raw(" nhsuk-list--number")
	default:
		b.Raw(" nhsuk-list--bullet")
	}
	b.More(l.Classes)
	b.Raw(`">`)
	for _, i := range l.Items {
		b.Raw("<li>")
		b.Put(i)
		b.Raw("</li>")
	}
	b.Raw("</" + element + ">")
}

// HiddenInput carries a value in a form that nobody sees: a draft, a version, an idempotency key.
type HiddenInput struct{ Name, Value string }

// Render writes the field.
func (h HiddenInput) Render(b *Buffer) {
	b.Raw(`<input type="hidden"`)
	b.Attr("name", h.Name)
	b.Attr("value", h.Value)
	b.Raw(">")
}

// Isolated is words that somebody typed, a name say, within a sentence of ours: their
// direction does not spread to the words around them (UAX 9, Unicode Bidirectional Algorithm).
type Isolated string

// Render writes the words.
func (i Isolated) Render(b *Buffer) {
	b.Raw("<bdi>")
	b.Text(string(i))
	b.Raw("</bdi>")
}

// NoWrap keeps words on one line: an NHS number, a reference.
type NoWrap string

// Render writes the words.
func (n NoWrap) Render(b *Buffer) {
	b.Raw(`<span class="heed-whole">`)
	b.Text(string(n))
	b.Raw(`</span>`)
}
