package nhs

import "strings"

// Heading is a heading with an optional caption above, beside or below it.
type Heading struct {
	ID      string
	Text    string
	Content Component
	Hidden  string // further words for screen readers only
	Level   int    // 1 to 6; 0 means 1
	Size    Size
	Caption Caption
	Href    string
	Classes string
	Attrs   []Attr
}

// Caption is the line that belongs to a heading, label or legend.
type Caption struct {
	ID        string
	Text      string
	Content   Component
	Size      Size // as the heading's when empty
	Placement Placement
	Element   CaptionElement
	Classes   string
	Attrs     []Attr
}

// Placement says where a caption stands; empty means Start.
type Placement string

// The places: before and after the heading's element, or at the start or end within it.
const (
	Before Placement = "before"
	After  Placement = "after"
	Start  Placement = "start"
	End    Placement = "end"
)

// CaptionElement is the element of a caption; empty means a span.
type CaptionElement string

// The elements a caption may be. As a heading it stands before or after the heading it belongs to.
const (
	CaptionParagraph CaptionElement = "p"
	CaptionDiv       CaptionElement = "div"
	CaptionHeading2  CaptionElement = "h2"
	CaptionHeading3  CaptionElement = "h3"
)

func (e CaptionElement) or(otherwise markup) markup {
	switch e {
	case CaptionParagraph, CaptionDiv, CaptionHeading2, CaptionHeading3:
		return markup(e)
	}
	return otherwise
}

// Render writes the caption; without words, nothing.
func (c Caption) Render(b *Buffer) {
	if !filled(c.Text, c.Content) {
		return
	}
	element := c.Element.or("span")
	b.Raw("<")
	b.Raw(element)
	b.Raw(` class="nhsuk-caption`)
	switch c.Size {
	case SizeM, SizeL, SizeXL, SizeXXL:
		b.Raw("-")
		b.Raw(markup(c.Size))
	}
	if c.Placement == After || c.Placement == End {
		b.Raw(" nhsuk-caption--bottom")
	}
	b.More(c.Classes)
	b.Raw(`"`)
	b.Opt("id", c.ID)
	b.attrs(c.Attrs)
	b.Raw(">")
	b.Words(c.Text, c.Content)
	b.Raw("</")
	b.Raw(element)
	b.Raw(">")
}

// Render writes the heading; without words, nothing.
func (h Heading) Render(b *Buffer) {
	b.heading(h, headingStyle{class: "nhsuk-heading", joined: true, sizes: allSizes})
}

// headingStyle is how a component dresses a heading, label, legend or table caption of its own.
type headingStyle struct {
	class   markup // first class name; "" for none
	prefix  markup // what stands before the size; class + "-" when joined, else given
	joined  bool   // the size is part of the first class name: nhsuk-heading-m
	sizes   []Size
	element markup // "" means h and the level
	extra   func(b *Buffer)
}

var (
	allSizes     = []Size{SizeXXS, SizeXS, SizeS, SizeM, SizeL, SizeXL}
	labelSizes   = []Size{SizeS, SizeM, SizeL, SizeXL}
	panelSizes   = []Size{SizeM, SizeL, SizeXL}
	headingNames = [...]markup{"h1", "h1", "h2", "h3", "h4", "h5", "h6"}
)

func headingName(level int) markup {
	if level < 0 || level >= len(headingNames) {
		return "h6"
	}
	return headingNames[level]
}

func (b *Buffer) heading(h Heading, s headingStyle) {
	if !filled(h.Text, h.Content) {
		return
	}
	caption := h.Caption
	if caption.Size == "" {
		caption.Size = s.known(h.Size)
	}
	if caption.Placement == Before {
		b.Put(caption)
	}
	element := s.element
	if element == "" {
		element = headingName(h.Level)
	}
	b.Raw("<")
	b.Raw(element)
	b.headingClass(h, s)
	b.Opt("id", h.ID)
	if s.extra != nil {
		s.extra(b)
	}
	b.attrs(h.Attrs)
	b.Raw(">")
	b.headingWords(h, caption)
	b.Raw("</")
	b.Raw(element)
	b.Raw(">")
	if caption.Placement == After {
		b.Put(caption)
	}
}

func (s headingStyle) known(size Size) Size {
	for _, k := range s.sizes {
		if k == size {
			return size
		}
	}
	return ""
}

// overriding is how a class name begins that sets the size and so outdoes the field.
func (s headingStyle) overriding() string {
	if s.joined {
		return string(s.class) + "-"
	}
	return string(s.prefix)
}

func (b *Buffer) headingClass(h Heading, s headingStyle) {
	size := s.known(h.Size)
	if size != "" && strings.Contains(h.Classes, s.overriding()) {
		size = ""
	}
	if s.class == "" && h.Classes == "" {
		return
	}
	b.Raw(` class="`)
	b.Raw(s.class)
	switch {
	case size == "":
		// no class for a size
	case s.joined:
		b.Raw("-")
		b.Raw(markup(size))
	default:
		b.Raw(" ")
		b.Raw(s.prefix)
		b.Raw(markup(size))
	}
	if s.class == "" {
		b.Text(h.Classes)
	} else {
		b.More(h.Classes)
	}
	b.Raw(`"`)
}

func (b *Buffer) headingWords(h Heading, caption Caption) {
	if filled(caption.Text, caption.Content) && (caption.Placement == "" || caption.Placement == Start) {
		b.Put(caption)
		b.Raw(" ")
	}
	if h.Href != "" {
		b.Raw(`<a class="nhsuk-link"`)
		b.Address("href", h.Href)
		b.Raw(">")
		b.Words(h.Text, h.Content)
		b.Raw("</a>")
	} else {
		b.Words(h.Text, h.Content)
	}
	if h.Hidden != "" {
		b.Hidden(" ", h.Hidden)
	}
	if filled(caption.Text, caption.Content) && caption.Placement == End {
		b.Raw(" ")
		b.Put(caption)
	}
}
