package nhs

import (
	"html/template"
	"sync"
)

// Component is anything that writes itself as HTML. Components are values:
// rendering one twice gives the same bytes, and never changes it.
type Component interface{ Render(b *Buffer) }

// HTML is markup that is already safe: written as it stands. Make one only from a
// constant, from Markup, or from the output of html/template; never from what somebody typed.
type HTML string

// Render writes the markup unchanged.
func (h HTML) Render(b *Buffer) { b.b = append(b.b, h...) }

// Text is plain words as a Component; they are escaped.
type Text string

// Render writes the words, escaped.
func (t Text) Render(b *Buffer) { b.Text(string(t)) }

// Group is components one after another.
type Group []Component

// Render writes each part in turn; an absent (nil) part writes nothing.
func (g Group) Render(b *Buffer) {
	for _, c := range g {
		b.Put(c)
	}
}

// Render gives the HTML of components, for a page.
func Render(cs ...Component) template.HTML {
	b := buffers.Get().(*Buffer)
	b.b = b.b[:0]
	for _, c := range cs {
		b.Put(c)
	}
	html := template.HTML(b.b) //nolint:gosec // escaped by construction: this is what the package is for
	if cap(b.b) <= keptBuffer {
		buffers.Put(b)
	}
	return html
}

// buffers saves making a buffer for each component. A buffer that is put back keeps its bytes until the
// next use overwrites them; nothing reads them in between. Large ones are let go.
var buffers = sync.Pool{New: func() any { return &Buffer{b: make([]byte, 0, 4096)} }}

const keptBuffer = 64 << 10

// Size is the size of a heading, label, legend or caption.
type Size string

// The sizes of the type scale. A label, legend or caption of a table knows S to XL only.
const (
	SizeXXS Size = "xxs"
	SizeXS  Size = "xs"
	SizeS   Size = "s"
	SizeM   Size = "m"
	SizeL   Size = "l"
	SizeXL  Size = "xl"
	SizeXXL Size = "xxl" // captions only
)

// Switch is a setting that may also be left as it is.
type Switch uint8

// The states of a Switch.
const (
	Unset Switch = iota
	On
	Off
)

// Variant is the manner of a component; each says in its comment which it knows and ignores others.
type Variant string

// The variants of all components together.
const (
	Reverse        Variant = "reverse"
	Secondary      Variant = "secondary"
	SecondarySolid Variant = "secondary-solid"
	Warning        Variant = "warning"
	Brand          Variant = "brand"
	Login          Variant = "login"
	Success        Variant = "success"
	Interruption   Variant = "interruption"
	Feature        Variant = "feature"
	Primary        Variant = "primary"
	NonUrgent      Variant = "non-urgent"
	Urgent         Variant = "urgent"
	Emergency      Variant = "emergency"
)

// filled says whether words or content are there to show.
func filled(text string, content Component) bool {
	switch c := content.(type) {
	case nil:
		return text != ""
	case HTML:
		return c != "" || text != ""
	case Text:
		return c != "" || text != ""
	}
	return true
}
