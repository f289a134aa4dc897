package nhs

// NotificationBanner tells something that is not about the task of the page; one a page, and none beside an error
// summary.
type NotificationBanner struct {
	ID               string
	Title            Heading // "Important", or "Success" for Success, when empty; level 2 when 0
	Heading          Heading // level 3 when 0
	HeadingElement   CaptionElement
	Text             string
	Content          Component
	Variant          Variant // Success
	Role             string  // "region", or "alert" for Success, when empty
	DisableAutoFocus Switch
	Classes          string
	Attrs            []Attr
}

// Render writes the banner.
func (n NotificationBanner) Render(b *Buffer) {
	title, role := n.Title, "region"
	title.ID = or(title.ID, "nhsuk-notification-banner-title")
	if !filled(title.Text, title.Content) {
		title.Text = "Important"
		if n.Variant == Success {
			title.Text = "Success"
		}
	}
	if title.Level == 0 {
		title.Level = 2
	}
	if n.Variant == Success {
		role = "alert"
	}
	b.Raw(`<div class="nhsuk-notification-banner`)
	if n.Variant == Success {
		b.Raw(" nhsuk-notification-banner--success")
	}
	b.More(n.Classes)
	b.Raw(`"`)
	b.Opt("id", n.ID)
	b.Raw(` data-module="nhsuk-notification-banner"`)
	b.Switch("data-disable-auto-focus", n.DisableAutoFocus)
	b.Attr("role", or(n.Role, role))
	b.Attr("aria-labelledby", title.ID)
	b.attrs(n.Attrs)
	b.Raw(`><div class="nhsuk-notification-banner__header">`)
	b.heading(title, headingStyle{class: "nhsuk-notification-banner__title"})
	b.Raw(`</div><div class="nhsuk-notification-banner__content">`)
	n.content(b)
	b.Raw(`</div></div>`)
}

func (n NotificationBanner) content(b *Buffer) {
	h := n.Heading
	if h.Level == 0 {
		h.Level = 3
	}
	b.heading(h, headingStyle{class: "nhsuk-notification-banner__heading", element: n.HeadingElement.or("")})
	if filled(h.Text, h.Content) {
		b.paragraphOr("nhsuk-body", n.Text, n.Content)
	} else {
		b.paragraphOr("nhsuk-notification-banner__heading", n.Text, n.Content)
	}
}

// ErrorSummary stands at the top of main and links each error to its field, in page order.
type ErrorSummary struct {
	ID                 string
	Heading            Heading // "There is a problem" when empty
	Text               string
	Content            Component
	Errors             []SummaryError
	DisableAutoFocus   Switch
	Classes            string
	Attrs              []Attr
	NoHeadingByDefault bool // leave an empty heading empty
}

// SummaryError is one error: the same words as beside the field, and the field's anchor.
type SummaryError struct {
	Text    string
	Content Component
	Href    string
	Attrs   []Attr
}

// Render writes the summary.
func (e ErrorSummary) Render(b *Buffer) {
	b.Raw(`<div class="nhsuk-error-summary`)
	b.More(e.Classes)
	b.Raw(`"`)
	b.Opt("id", e.ID)
	b.Raw(` data-module="nhsuk-error-summary"`)
	b.Switch("data-disable-auto-focus", e.DisableAutoFocus)
	b.attrs(e.Attrs)
	// The role sits on a child, so that focusing the summary and announcing it do not get in each other's way.
	b.Raw(`><div role="alert">`)
	h := e.Heading
	h.Level = 2
	if !filled(h.Text, h.Content) && !e.NoHeadingByDefault {
		h.Text = "There is a problem"
	}
	b.heading(h, headingStyle{class: "nhsuk-error-summary__heading"})
	b.Raw(`<div class="nhsuk-error-summary__body">`)
	if filled(e.Text, e.Content) {
		b.Raw("<p>")
		b.Words(e.Text, e.Content)
		b.Raw("</p>")
	}
	if len(e.Errors) > 0 {
		b.Raw(`<ul class="nhsuk-list nhsuk-error-summary__list">`)
		for _, x := range e.Errors {
			b.Raw("<li>")
			if x.Href != "" {
				b.Raw("<a")
				b.Address("href", x.Href)
				b.attrs(x.Attrs)
				b.Raw(">")
				b.Words(x.Text, x.Content)
				b.Raw("</a>")
			} else {
				b.Words(x.Text, x.Content)
			}
			b.Raw("</li>")
		}
		b.Raw("</ul>")
	}
	b.Raw("</div></div></div>")
}
