package casework

import (
	"time"

	"heed/internal/web/nhs"
)

// LeavePage leads away at once: to an address of ours that keeps the draft, ends the session
// and goes on to the neutral page that the installer set. It works without JavaScript: as a link,
// or, on a page with a form, as a button that sends what stands in the form along. A script blanks
// the page first, and does the same when Shift is pressed three times. It does not clear the
// history of the browser, and the first page says so. Place it within a landmark, so that it is found.
type LeavePage struct {
	Href  string
	Draft string // where a script sends what was typed before it follows the link; nothing is sent when empty
	Form  string // id of the page's form: a button that posts that form to Href, rather than a link
	Skip  bool   // for the keyboard: seen only when it has the focus, like the skip link that it follows
}

// Render writes the link or button.
func (l LeavePage) Render(b *nhs.Buffer) {
	if l.Skip {
		b.Raw(`<nav class="heed-leave-skip" aria-label="Leave this page">`)
	}
	if l.Form == "" {
		b.Raw("<a")
		l.class(b)
		b.Address("href", l.Href)
		b.Raw(` rel="nofollow noreferrer"`)
		if !l.Skip {
			b.Raw(` role="button" draggable="false"`)
		}
	} else {
		b.Raw("<button")
		l.class(b)
		b.Raw(` type="submit"`)
		b.Attr("form", l.Form)
		b.Address("formaction", l.Href)
		b.Raw(` formmethod="post" formenctype="application/x-www-form-urlencoded" formnovalidate`)
	}
	b.Raw(` data-module="heed-leave"`)
	if l.Draft != "" {
		b.Address("data-draft", l.Draft)
	}
	b.Raw(` data-leaving="Leaving this page" data-press-twice="Shift. Press 2 more times to leave this page." data-press-once="Shift. Press once more to leave this page.">Leave this page`)
	if l.Form == "" {
		b.Raw("</a>")
	} else {
		b.Raw("</button>")
	}
	if l.Skip {
		b.Raw("</nav>")
	}
}

func (l LeavePage) class(b *nhs.Buffer) {
	if l.Skip {
		b.Raw(` class="nhsuk-skip-link heed-leave-skip__link"`)
		return
	}
	b.Raw(` class="nhsuk-button nhsuk-button--warning nhsuk-button--small heed-leave"`)
}

// TimeoutDialog warns before a session ends. Without JavaScript it is not there: TimeoutNote says when it ends.
type TimeoutDialog struct {
	Life   time.Duration // from the loading of the page to the end of the session
	Warn   time.Duration // how long before; 2 minutes when less (WCAG 2.2.1 asks for 20 seconds at least)
	Keep   string        // address that prolongs the session, by POST
	LogOut string        // address that ends it, by POST
	Ended  string        // page that says that it has ended
	Draft  string        // where what stands in the page's form is sent before; nothing is when empty
	Kept   string        // page that says that it has ended and that what was typed is kept
}

// minWarning is the least time to answer the dialog.
const minWarning = 2 * time.Minute

// Render writes the dialog, closed.
func (t TimeoutDialog) Render(b *nhs.Buffer) {
	b.Raw(`<dialog class="heed-timeout" data-module="heed-timeout" aria-labelledby="heed-timeout-title" aria-describedby="heed-timeout-text"`)
	b.Int("data-life", int(t.Life/time.Second))
	b.Int("data-warn", int(max(t.Warn, minWarning)/time.Second))
	b.Address("data-ended", t.Ended)
	if t.Draft != "" {
		b.Address("data-draft", t.Draft)
		b.Address("data-kept", t.Kept)
	}
	b.Raw(` data-say="You will be logged out in"><h2 class="nhsuk-heading-m" id="heed-timeout-title">You are about to be logged out</h2>`)
	b.Raw(`<p class="nhsuk-body" id="heed-timeout-text">For your security you will be logged out in <strong aria-hidden="true" data-left>2 minutes</strong>`)
	b.Raw(`<span class="nhsuk-u-visually-hidden" role="status" data-said></span>.</p><p class="nhsuk-body">What you have typed is kept.</p><div class="heed-timeout__actions">`)
	timeoutForm(b, t.Keep, nhs.Button{Text: "Stay logged in", Attrs: []nhs.Attr{{Name: "data-stay", Bare: true}}})
	timeoutForm(b, t.LogOut, nhs.Button{Text: "Log out", Variant: nhs.Secondary,
		Attrs: []nhs.Attr{{Name: "data-out", Bare: true}}})
	b.Raw("</div></dialog>")
}

func timeoutForm(b *nhs.Buffer, action string, button nhs.Button) {
	b.Raw(`<form method="post"`)
	b.Address("action", action)
	b.Raw(" novalidate>")
	b.Put(button)
	b.Raw("</form>")
}

// TimeoutNote stands near a form and says when the page times out.
type TimeoutNote struct {
	At string // "5:30pm"
}

// Render writes the note.
func (t TimeoutNote) Render(b *nhs.Buffer) {
	b.Raw(`<p class="nhsuk-body-s heed-timeout-note">If you do nothing, this page times out at `)
	b.Put(nhs.NoWrap(t.At))
	b.Raw(". What you have typed is kept.</p>")
}

// Progress shows how far a long task is. A script follows the server's events; without one the page fetches
// itself again (ProgressHead), and the link works in any case.
type Progress struct {
	Words  string // "Checking row 200 of 1,000"
	Done   int
	Total  int
	Events string // address of the events
	Again  string // address of this page
}

// Render writes bar, words and link.
func (p Progress) Render(b *nhs.Buffer) {
	b.Raw(`<div class="heed-progress" data-module="heed-progress"`)
	b.Address("data-events", p.Events)
	b.Raw(`><progress class="heed-progress__bar" aria-label="Progress"`)
	if p.Total > 0 {
		b.Int("max", p.Total)
		b.Attr("value", number(p.Done))
	}
	b.Raw(`></progress><p class="nhsuk-body" role="status" data-words>`)
	b.Text(p.Words)
	b.Raw("</p>")
	b.Put(nhs.Paragraph{Content: nhs.Link{Text: "Check again", Href: p.Again}})
	b.Raw("</div>")
}
