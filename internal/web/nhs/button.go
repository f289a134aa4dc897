package nhs

// Button is a button, or, with Href and no Type, a link that looks like one.
type Button struct {
	ID                 string
	Text               string
	Content            Component
	Href               string
	Name               string
	Value              string
	Type               string // "submit" when empty
	Variant            Variant
	Small              bool
	Icon               Icon
	IconAtEnd          bool
	AriaLabel          string
	Disabled           bool
	PreventDoubleClick Switch // a help only: the server stops double sending
	Classes            string
	Attrs              []Attr
}

// Render writes the button.
func (x Button) Render(b *Buffer) {
	link := x.Href != "" && x.Type == ""
	if link {
		b.Raw(`<a`)
	} else {
		b.Raw(`<button`)
	}
	b.Raw(` class="nhsuk-button`)
	switch x.Variant {
	case Brand, Login, Reverse, Secondary, SecondarySolid, Warning:
		b.Raw(" nhsuk-button--")
		b.Raw(markup(x.Variant))
	}
	if x.Icon != "" {
		b.Raw(" nhsuk-button--icon")
	}
	if x.Small {
		b.Raw(" nhsuk-button--small")
	}
	b.More(x.Classes)
	b.Raw(`"`)
	b.Opt("id", x.ID)
	if !link {
		b.Opt("name", x.Name)
	}
	b.Raw(` data-module="nhsuk-button"`)
	b.Switch("data-prevent-double-click", x.PreventDoubleClick)
	if link {
		b.Address("href", x.Href)
		b.Raw(` role="button" draggable="false"`)
		b.Opt("aria-label", x.AriaLabel)
	} else {
		b.Attr("type", or(x.Type, "submit"))
		b.Opt("value", x.Value)
		b.Flag("disabled", x.Disabled)
		b.Opt("aria-label", x.AriaLabel)
		if x.Disabled {
			b.Raw(` aria-disabled="true"`)
		}
	}
	b.attrs(x.Attrs)
	b.Raw(">")
	x.inner(b)
	if link {
		b.Raw("</a>")
	} else {
		b.Raw("</button>")
	}
}

func (x Button) inner(b *Buffer) {
	if x.Icon == "" {
		b.Words(x.Text, x.Content)
		return
	}
	if !x.IconAtEnd {
		b.Put(x.Icon)
	}
	if filled(x.Text, x.Content) {
		b.Raw(` <span class="nhsuk-button__content">`)
		b.Words(x.Text, x.Content)
		b.Raw(`</span>`)
	}
	if x.IconAtEnd {
		b.Raw(" ")
		b.Put(x.Icon)
	}
}

// BackLink leads to the page before, by a real address.
type BackLink struct {
	ID      string
	Text    string // "Back" when empty
	Content Component
	Hidden  string // words for screen readers before the text
	Href    string
	Type    string // with a type, or without Href, it is a button
	Variant Variant
	Classes string
	Attrs   []Attr
}

// Render writes the link.
func (x BackLink) Render(b *Buffer) {
	end := b.linkOrButton("nhsuk-back-link", x.Variant, x.ID, x.Classes, x.Href, x.Type, false)
	b.attrs(x.Attrs)
	b.Raw(">")
	if x.Hidden != "" {
		b.Raw(`<span class="nhsuk-u-visually-hidden">`)
		b.Text(x.Hidden)
		b.Raw(` </span>`)
	}
	b.Words(or(x.Text, "Back"), x.Content)
	b.Raw(end)
}

// ActionLink is a link that starts a task.
type ActionLink struct {
	ID        string
	Text      string
	Content   Component
	Href      string
	Type      string
	NewWindow bool
	Variant   Variant
	Classes   string
	Attrs     []Attr
}

// Render writes the link.
func (x ActionLink) Render(b *Buffer) {
	end := b.linkOrButton("nhsuk-action-link", x.Variant, x.ID, x.Classes, x.Href, x.Type, x.NewWindow)
	b.attrs(x.Attrs)
	b.Raw(">")
	b.Put(IconArrowRightCircle)
	b.Raw(` <span class="nhsuk-action-link__text">`)
	b.Words(x.Text, x.Content)
	b.Raw(`</span>`)
	b.Raw(end)
}

func (b *Buffer) linkOrButton(class markup, v Variant, id, classes, href, typ string, newWindow bool) (end markup) {
	link := href != "" && typ == ""
	if link {
		b.Raw(`<a class="`)
	} else {
		b.Raw(`<button class="`)
	}
	b.Raw(class)
	if v == Reverse {
		b.Raw(" " + class + "--reverse")
	}
	b.More(classes)
	b.Raw(`"`)
	b.Opt("id", id)
	if !link {
		b.Attr("type", or(typ, "submit"))
		return "</button>"
	}
	b.Address("href", href)
	if newWindow {
		b.Raw(` target="_blank"`)
	}
	return "</a>"
}

// SkipLink is the first thing in a page: it leads past the header.
type SkipLink struct {
	ID      string
	Text    string // "Skip to main content" when empty
	Content Component
	Href    string // "#maincontent" when empty
	Classes string
	Attrs   []Attr
}

// Render writes the link.
func (x SkipLink) Render(b *Buffer) {
	b.Raw(`<a class="nhsuk-skip-link`)
	b.More(x.Classes)
	b.Raw(`"`)
	b.Opt("id", x.ID)
	b.Raw(` data-module="nhsuk-skip-link"`)
	b.Address("href", or(x.Href, "#maincontent"))
	b.attrs(x.Attrs)
	b.Raw(">")
	b.Words(or(x.Text, "Skip to main content"), x.Content)
	b.Raw("</a>")
}
