package web

import (
	"bytes"
	"html/template"

	"heed/internal/fail"
)

// layout is what every page has around its body.
type layout struct {
	set      *template.Template
	settings Settings
}

func newLayout(s Settings) (*layout, error) {
	t, err := parseFile(files, "layout.html")
	if err != nil {
		return nil, err
	}
	return &layout{t, s}, nil
}

type layoutModel struct {
	Title    string
	Settings Settings
	Who      Who
	SignedIn bool
	Page     Page
	BackText string
	Nav      []NavItem
	Flash    string
	Notice   string
	Stale    bool
	Faults   fail.Fields
	Body     template.HTML
}

func (l *layout) render(q *Request, p Page, body template.HTML) ([]byte, error) {
	m := layoutModel{Title: documentTitle(p, l.settings.Service), Settings: l.settings, Who: q.who, SignedIn: q.SignedIn(), Page: p,
		BackText: p.BackText, Flash: q.flash, Notice: q.notice, Stale: q.stale, Faults: p.Faults, Body: body}
	if m.BackText == "" {
		m.BackText = "Back"
	}
	var out bytes.Buffer
	if err := l.set.Execute(&out, m); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// documentTitle is "h1 – section – service – NHS", with "Error: " in front when there are errors.
func documentTitle(p Page, service string) string {
	t := p.Title
	if p.Section != "" && p.Section != p.Title {
		t += " – " + p.Section
	}
	t += " – " + service + " – NHS"
	if len(p.Faults) > 0 {
		t = "Error: " + t
	}
	return t
}
