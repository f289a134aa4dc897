package casework

import (
	"time"

	"heed/internal/web/nhs"
)

// KeyDetails stands at the top of every page of a case: which, about whom, where it stands, whose it is, what is due.
type KeyDetails struct {
	Reference string
	Person    string // "Not recorded" when empty
	Age       string
	Status    Status
	Owner     string // "Nobody yet" when empty
	Due       Due
	Primary   *nhs.Button
	Links     []nhs.Link // other actions; a list, not a menu
}

// Due is the next thing due.
type Due struct {
	What  string // "Tell the person who raised it what happened"
	When  string // "by 13 March 2026"
	State Status // DueToday, Overdue or nothing
}

const notRecorded = "Not recorded"

// Render writes the details.
func (k KeyDetails) Render(b *nhs.Buffer) {
	b.Raw(`<section class="heed-key-details" aria-label="Key details"><dl class="heed-key-details__big">`)
	detail(b, "Reference", nhs.NoWrap(k.Reference))
	detail(b, "Person", k.person())
	b.Raw(`</dl><dl class="heed-key-details__small">`)
	detail(b, "Status", k.Status)
	if k.Owner == "" {
		detail(b, "Owner", nhs.Text("Nobody yet"))
	} else {
		detail(b, "Owner", nhs.Isolated(k.Owner))
	}
	detail(b, "Next due", k.Due)
	b.Raw("</dl>")
	if k.Primary != nil || len(k.Links) > 0 {
		b.Raw(`<div class="heed-key-details__actions">`)
		if k.Primary != nil {
			b.Put(*k.Primary)
		}
		if len(k.Links) > 0 {
			b.Raw(`<ul class="nhsuk-list heed-key-details__links">`)
			for _, l := range k.Links {
				b.Raw("<li>")
				b.Put(l)
				b.Raw("</li>")
			}
			b.Raw("</ul>")
		}
		b.Raw("</div>")
	}
	b.Raw("</section>")
}

func (k KeyDetails) person() nhs.Component {
	g := nhs.Group{nhs.Text(notRecorded)}
	if k.Person != "" {
		g[0] = nhs.Isolated(k.Person)
	}
	if k.Age != "" {
		g = append(g, nhs.Text(", "+k.Age))
	}
	return g
}

// Render writes what is due, in words.
func (d Due) Render(b *nhs.Buffer) {
	if d.What == "" {
		b.Raw("Nothing")
		return
	}
	b.Text(d.What)
	if d.When != "" {
		b.Raw(" ")
		b.Put(nhs.NoWrap(d.When))
	}
	if d.State != "" {
		b.Raw(" ")
		b.Put(d.State)
	}
}

func detail(b *nhs.Buffer, key string, value nhs.Component) {
	b.Raw(`<div class="heed-key-details__item"><dt class="heed-key-details__key">`)
	b.Text(key)
	b.Raw(`</dt><dd class="heed-key-details__value">`)
	b.Put(value)
	b.Raw("</dd></div>")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Timeline is what happened, newest first, as the audit trail tells it.
type Timeline struct {
	Level  int // of the events' headings; 0 means 3
	Events []Event
	Empty  EmptyState // shown when there are none
}

// Event is one thing that happened.
type Event struct {
	Title   string // what: "Passed to the police Prevent team"
	By      string // name
	Role    string
	Shown   string // the time as people read it; empty when only the day is known, never a made-up time
	Instant time.Time
	Text    string
	Content nhs.Component
	Href    string
	Link    string // what Href says: "Decision to share"
}

// Render writes the timeline.
func (t Timeline) Render(b *nhs.Buffer) {
	if len(t.Events) == 0 {
		b.Put(t.Empty)
		return
	}
	level := t.Level
	if level == 0 {
		level = 3
	}
	b.Raw(`<ol class="heed-timeline">`)
	for _, e := range t.Events {
		b.Raw(`<li class="heed-timeline__event">`)
		b.Put(nhs.Heading{Text: e.Title, Level: level, Size: nhs.SizeS, Classes: "heed-timeline__title"})
		b.Raw(`<p class="heed-timeline__by">`)
		e.by(b)
		b.Raw("</p>")
		if e.Text != "" {
			b.Put(nhs.Para(e.Text))
		}
		b.Put(e.Content)
		if e.Href != "" {
			b.Put(nhs.Paragraph{Content: nhs.Link{Text: e.Link, Href: e.Href}})
		}
		b.Raw("</li>")
	}
	b.Raw("</ol>")
}

func (e Event) by(b *nhs.Buffer) {
	if e.Shown != "" {
		b.Raw("<time")
		if !e.Instant.IsZero() {
			b.Attr("datetime", e.Instant.UTC().Format(time.RFC3339Nano))
		}
		b.Raw(">")
		b.Text(e.Shown)
		b.Raw("</time>")
	}
	if e.By == "" {
		return
	}
	if e.Shown != "" {
		b.Raw(" by ")
	} else {
		b.Raw("By ")
	}
	b.Put(nhs.Isolated(e.By))
	if e.Role != "" {
		b.Raw(", ")
		b.Text(e.Role)
	}
}
