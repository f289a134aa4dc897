package nhs

import "strconv"

// Buffer is what components write to. It offers no way to write unescaped bytes
// that are not constants in the source.
type Buffer struct{ b []byte }

// markup is unexported so that a caller elsewhere can pass Raw and the attribute
// methods an untyped constant and nothing else.
type markup string

// Raw writes constant markup.
func (b *Buffer) Raw(m markup) { b.b = append(b.b, m...) }

// Text writes words, escaped for text and for a quoted attribute alike.
func (b *Buffer) Text(s string) {
	last := 0
	for i := range len(s) {
		var esc string
		switch s[i] {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case '"':
			esc = "&#34;"
		case '\'':
			esc = "&#39;"
		case 0:
			esc = "\uFFFD"
		default:
			continue
		}
		b.b = append(b.b, s[last:i]...)
		b.b = append(b.b, esc...)
		last = i + 1
	}
	b.b = append(b.b, s[last:]...)
}

// Attr writes ` name="value"`, the value escaped.
func (b *Buffer) Attr(name markup, value string) {
	b.b = append(b.b, ' ')
	b.Raw(name)
	b.b = append(b.b, '=', '"')
	b.Text(value)
	b.b = append(b.b, '"')
}

// Opt writes an attribute unless its value is empty.
func (b *Buffer) Opt(name markup, value string) {
	if value != "" {
		b.Attr(name, value)
	}
}

// Flag writes a bare attribute (` checked`) when on.
func (b *Buffer) Flag(name markup, on bool) {
	if on {
		b.b = append(b.b, ' ')
		b.Raw(name)
	}
}

// Int writes a numeric attribute unless it is 0.
func (b *Buffer) Int(name markup, n int) {
	if n != 0 {
		b.Attr(name, strconv.Itoa(n))
	}
}

// Switch writes ` name="true"` or ` name="false"`, or nothing when unset.
func (b *Buffer) Switch(name markup, s Switch) {
	switch s {
	case On:
		b.Attr(name, "true")
	case Off:
		b.Attr(name, "false")
	}
}

// Address writes an attribute that holds an address, after SafeAddress.
func (b *Buffer) Address(name markup, address string) { b.Attr(name, SafeAddress(address)) }

// Number writes a whole number.
func (b *Buffer) Number(n int) { b.b = strconv.AppendInt(b.b, int64(n), 10) }

// Put writes a component; nil writes nothing.
func (b *Buffer) Put(c Component) {
	if c != nil {
		c.Render(b)
	}
}

// Words writes content when there is some, else the text, escaped.
func (b *Buffer) Words(text string, content Component) {
	if content != nil && filled("", content) {
		content.Render(b)
		return
	}
	b.Text(text)
}

// More writes a further class name after those already there.
func (b *Buffer) More(classes string) {
	if classes != "" {
		b.b = append(b.b, ' ')
		b.Text(classes)
	}
}

// Hidden writes words that only a screen reader hears, after the given lead ("" or " ").
func (b *Buffer) Hidden(lead markup, words string) {
	b.Raw(`<span class="nhsuk-u-visually-hidden">`)
	b.Raw(lead)
	b.Text(words)
	b.Raw(`</span>`)
}
