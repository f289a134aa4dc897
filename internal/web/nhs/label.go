package nhs

import "strings"

// Label names a field. As PageHeading it is the page's h1 as well, which a page with a single question wants.
type Label struct {
	ID           string
	For          string // set by the field that holds the label
	Text         string
	Content      Component
	Hidden       string
	Size         Size
	Caption      Caption
	PageHeading  bool
	HeadingLevel int // with PageHeading: 0 means 1
	HeadingID    string
	Classes      string
	Attrs        []Attr
}

// Render writes the label; without words, nothing.
func (l Label) Render(b *Buffer) {
	if !filled(l.Text, l.Content) {
		return
	}
	inner := l.Caption
	if inner.Size == "" {
		inner.Size = l.Size
	}
	outer := inner
	if inner.Placement == Before || inner.Placement == After {
		inner = Caption{}
	}
	if outer.Placement == Before {
		b.Put(outer)
	}
	if l.PageHeading {
		b.Raw("<")
		b.Raw(headingName(l.HeadingLevel))
		b.Raw(` class="nhsuk-label-wrapper"`)
		b.Opt("id", l.HeadingID)
		b.Raw(">")
	}
	b.heading(Heading{ID: l.ID, Text: l.Text, Content: l.Content, Hidden: l.Hidden, Size: l.Size, Caption: inner,
		Classes: l.Classes, Attrs: l.Attrs},
		headingStyle{class: "nhsuk-label", prefix: "nhsuk-label--", sizes: labelSizes, element: "label",
			extra: func(b *Buffer) { b.Opt("for", l.For) }})
	if l.PageHeading {
		b.Raw("</")
		b.Raw(headingName(l.HeadingLevel))
		b.Raw(">")
	}
	if outer.Placement == After {
		b.Put(outer)
	}
}

// Legend names a group of fields. As PageHeading it is the page's h1 as well.
type Legend struct {
	ID           string
	Text         string
	Content      Component
	Hidden       string
	Size         Size
	Caption      Caption
	PageHeading  bool
	HeadingLevel int
	HeadingID    string
	Classes      string
	Attrs        []Attr
}

// Render writes the legend; without words, nothing.
func (l Legend) Render(b *Buffer) {
	if !filled(l.Text, l.Content) {
		return
	}
	caption := l.Caption
	if caption.Size == "" {
		caption.Size = l.Size
	}
	if caption.Placement == Before { // a legend must come first in its fieldset
		caption.Placement = Start
	}
	inner := caption
	if inner.Placement == After {
		inner = Caption{}
	}
	const sized = "nhsuk-fieldset__legend--"
	b.Raw(`<legend class="nhsuk-fieldset__legend`)
	if size := (headingStyle{sizes: labelSizes}).known(l.Size); size != "" && !strings.Contains(l.Classes, sized) {
		b.Raw(" " + sized)
		b.Raw(markup(size))
	}
	b.More(l.Classes)
	b.Raw(`"`)
	b.Opt("id", l.ID)
	b.attrs(l.Attrs)
	b.Raw(">")
	h := Heading{ID: l.HeadingID, Text: l.Text, Content: l.Content, Hidden: l.Hidden, Level: l.HeadingLevel,
		Caption: inner}
	if l.PageHeading {
		b.heading(h, headingStyle{class: "nhsuk-fieldset__heading"})
	} else {
		b.headingWords(h, inner)
	}
	b.Raw("</legend>")
	if caption.Placement == After {
		b.Put(caption)
	}
}

// Fieldset groups fields under one legend.
type Fieldset struct {
	ID          string
	Legend      Legend
	Role        string
	DescribedBy string
	Content     Component
	Classes     string
	Attrs       []Attr
}

// Render writes the fieldset with what it holds.
func (f Fieldset) Render(b *Buffer) {
	b.openFieldset(f)
	b.Put(f.Content)
	b.Raw("</fieldset>")
}

func (b *Buffer) openFieldset(f Fieldset) {
	b.Raw(`<fieldset class="nhsuk-fieldset`)
	b.More(f.Classes)
	b.Raw(`"`)
	b.Opt("id", f.ID)
	b.Opt("role", f.Role)
	b.Opt("aria-describedby", f.DescribedBy)
	b.attrs(f.Attrs)
	b.Raw(">")
	b.Put(f.Legend)
}

// Hint helps to answer a question: short, without links.
type Hint struct {
	ID      string // set by the field that holds the hint, unless given
	Text    string
	Content Component
	Classes string
	Attrs   []Attr
}

func (h Hint) present() bool { return filled(h.Text, h.Content) }

// Render writes the hint.
func (h Hint) Render(b *Buffer) { h.render(b, "") }

func (h Hint) render(b *Buffer, class string) {
	b.Raw(`<div class="nhsuk-hint`)
	b.More(class)
	b.More(h.Classes)
	b.Raw(`"`)
	b.Opt("id", h.ID)
	b.attrs(h.Attrs)
	b.Raw(">")
	b.Words(h.Text, h.Content)
	b.Raw("</div>")
}

// ErrorMessage says beside a field how to put it right.
type ErrorMessage struct {
	ID       string // set by the field that holds the message, unless given
	Text     string
	Content  Component
	Prefix   string // for screen readers; "Error" when empty
	NoPrefix bool
	Silent   bool // the field is marked, but the words stand elsewhere (a date, where one part is wrong)
	Classes  string
	Attrs    []Attr
}

func (e ErrorMessage) present() bool { return filled(e.Text, e.Content) }
func (e ErrorMessage) marks() bool   { return e.Silent || e.present() }

// Render writes the message.
func (e ErrorMessage) Render(b *Buffer) {
	b.Raw(`<span class="nhsuk-error-message`)
	b.More(e.Classes)
	b.Raw(`"`)
	b.Opt("id", e.ID)
	b.attrs(e.Attrs)
	b.Raw(">")
	if !e.NoPrefix {
		prefix := e.Prefix
		if prefix == "" {
			prefix = "Error"
		}
		b.Raw(`<span class="nhsuk-u-visually-hidden">`)
		b.Text(prefix)
		b.Raw(`: </span>`)
	}
	b.Words(e.Text, e.Content)
	b.Raw("</span>")
}
