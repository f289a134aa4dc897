// Package design is the catalogue of what pages are made of, for whoever builds
// the next one: each component live, with its Go literal and its notes, and a few
// whole pages as patterns. It is served in the demo alone, at /design.
//
// What it keeps true: the literal that is shown is the source of what is shown
// (both come from examples.go), and every component of packages nhs and casework
// is here (a test compares). It holds no data of anybody and is trusted with nothing.
package design

import (
	"cmp"
	_ "embed"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"sync"

	"heed/internal/fail"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// entry is one component or group of states, on a page of its own.
type entry struct {
	slug, title string
	examples    []example
}

type example struct {
	state string
	name  string // of the function in examples.go
	make  func() nhs.Component
	// elsewhere says that the live one is part of every page, and another would be one too many.
	elsewhere bool
}

type group struct {
	title   string
	entries []entry
}

func one(slug, title, name string, make func() nhs.Component) entry {
	return entry{slug, title, []example{{name: name, make: make}}}
}

func framed(slug, title, name string, make func() nhs.Component) entry {
	return entry{slug, title, []example{{name: name, make: make, elsewhere: true}}}
}

func catalogue() []group {
	return []group{
		{"Asking", []entry{
			{"input", "Input", []example{{state: "One line", name: "inputLine", make: inputLine}, {state: "With something wrong",
				name: "inputWrong", make: inputWrong}}},
			one("textarea", "Textarea", "textarea", textarea), one("character-count", "Character count", "characterCount",
				characterCount),
			{"radios", "Radios", []example{{state: "One of a few", name: "radios", make: radios},
				{state: "With a further question", name: "radiosConditional", make: radiosConditional}}},
			one("checkboxes", "Checkboxes", "checkboxes", checkboxes), one("select", "Select", "selectOne", selectOne),
			one("date-input", "Date input", "dateInput", dateInput),
			one("file-upload", "File upload", "fileUpload", fileUpload), one("password-input", "Password input", "passwordInput",
				passwordInput),
			one("search-input", "Search input", "searchInput", searchInput), one("fieldset", "Fieldset", "fieldset", fieldset),
			{"button", "Button", []example{{state: "Primary", name: "buttonPrimary", make: buttonPrimary},
				{state: "Secondary", name: "buttonSecondary", make: buttonSecondary},
				{state: "Warning", name: "buttonWarning", make: buttonWarning}, {state: "A link", name: "buttonLink",
					make: buttonLink}}},
			framed("error-summary", "Error summary", "errorSummary", errorSummary),
		}},
		{"Saying", []entry{
			one("heading", "Heading", "heading", heading), one("paragraph", "Paragraph and list", "paragraph", paragraph),
			one("link", "Link", "link", link), one("isolated", "A typed name", "isolated", isolated),
			one("inset-text", "Inset text", "insetText", insetText), one("warning-callout", "Warning callout", "warningCallout",
				warningCallout), one("details", "Details", "details", details),
			one("card", "Card", "card", card), one("tag", "Tag", "tag", tag), one("panel", "Panel", "panel", panel),
			{"notification-banner", "Notification banner",
				[]example{{state: "Success", name: "bannerSuccess", make: bannerSuccess}, {state: "News", name: "bannerNews",
					make: bannerNews}}},
			one("summary-list", "Summary list", "summaryList", summaryList), one("table", "Table", "table", table),
			one("scroll", "Scroll", "scroll", scroll),
		}},
		{"Leading", []entry{
			one("back-link", "Back link", "backLink", backLink), one("action-link", "Action link", "actionLink", actionLink),
			one("breadcrumb", "Breadcrumb", "breadcrumb", breadcrumb),
			one("pagination", "Pagination", "pagination", pagination), one("contents-list", "Contents list", "contentsList",
				contentsList), one("task-list", "Task list", "taskList", taskList),
			framed("skip-link", "Skip link", "skipLink", skipLink), framed("header", "Header", "header", header),
			framed("phase-banner", "Phase banner", "phaseBanner", phaseBanner), framed("footer", "Footer", "footer", footer),
		}},
		{"Casework", []entry{
			one("key-details", "Key details", "keyDetails", keyDetails), one("sub-navigation", "Sub-navigation", "subNavigation",
				subNavigation), one("timeline", "Timeline", "timeline", timeline),
			one("list", "List", "list", list), one("empty-state", "Empty state", "emptyState", emptyState),
			one("filter-card", "Filter card", "filterCard", filterCard), one("filtered", "Filtered list", "filtered", filtered),
			one("task-groups", "Task groups", "taskGroups", taskGroups), one("paper-question", "Question on paper",
				"paperQuestion", paperQuestion), one("comparison", "Side by side", "comparison", comparison),
			framed("interruption", "Interruption", "interruption", interruption),
			one("who-can-see", "Who can see", "whoCanSee", whoCanSee), one("status", "Statuses", "status", status),
			one("due", "Due", "due", due), one("leave-page", "Leave this page", "leavePage", leavePage),
			one("timeout-note", "Time-out note", "timeoutNote", timeoutNote), one("passkey", "Passkey", "passkey", passkey),
			one("qr-code", "QR code", "qrCode", qrCode),
			framed("progress", "Progress", "progress",
				progress), one("upload-review", "Upload review", "uploadReview", uploadReview),
		}},
	}
}

//go:embed examples.go
var source string

// said is what the source says of an example: its comment and its literal.
type said struct{ note, literal string }

// read takes the notes and literals out of the source, once.
var read = sync.OnceValues(func() (map[string]said, error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "examples.go", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	out := map[string]said{}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := files.Position(f.Body.Lbrace).Offset+1, files.Position(f.Body.Rbrace).Offset
		body := strings.TrimSpace(source[from:to])
		if formatted, err := format.Source([]byte(body)); err == nil {
			body = string(formatted)
		}
		out[f.Name.Name] = said{strings.TrimSpace(f.Doc.Text()), strings.TrimPrefix(body, "return ")}
	}
	return out, nil
})

// Part is the catalogue, for the demo.
func Part() web.Part {
	routes := []web.Route{
		web.Get("/design", web.Public, "Design catalogue", index),
		web.Get("/design/{name}", web.Public, "A component of the design catalogue", show),
	}
	return web.Part{Name: "design", Routes: append(routes, patterns()...)}
}

func index(*web.Request) (web.Response, error) {
	parts := []nhs.Component{nhs.Para("What pages are made of: each component live, with the Go value that makes it. " +
		"Copy from here.")}
	for _, g := range catalogue() {
		parts = append(parts, nhs.Heading{Text: g.title, Level: 2, Size: nhs.SizeM})
		var links []nhs.Component
		for _, e := range g.entries {
			links = append(links, nhs.Link{Text: e.title, Href: "/design/" + e.slug})
		}
		parts = append(parts, nhs.List{Items: links})
	}
	parts = append(parts, nhs.Heading{Text: "Whole pages", Level: 2, Size: nhs.SizeM})
	var links []nhs.Component
	for _, p := range wholePages() {
		links = append(links, nhs.Link{Text: p.title, Href: p.path})
	}
	return web.Page{Title: "Design catalogue", Body: web.Stack(append(parts, nhs.List{Items: links})...)}, nil
}

func show(q *web.Request) (web.Response, error) {
	for _, g := range catalogue() {
		for _, e := range g.entries {
			if e.slug == q.Path("name") {
				return page(g, e)
			}
		}
	}
	return nil, fail.New(fail.Missing, "Page not found")
}

func page(g group, e entry) (web.Response, error) {
	sources, err := read()
	if err != nil {
		return nil, err
	}
	var parts []nhs.Component
	for _, x := range e.examples {
		s, ok := sources[x.name]
		if !ok {
			return nil, fail.New(fail.Broken, "example without a source")
		}
		parts = append(parts, nhs.Heading{Text: cmp.Or(x.state, "Example"), Level: 2, Size: nhs.SizeM})
		parts = append(parts, nhs.Para(s.note))
		if x.elsewhere {
			parts = append(parts, nhs.InsetText{Text: "It is shown as code here, because a page has one of these at most. See " +
				"it live on the pages that have it."})
		} else {
			parts = append(parts, live{x.make()})
		}
		parts = append(parts, code{"Go", s.literal}, nhs.Details{Summary: "HTML" + about(x.state),
			Content: code{"HTML", string(nhs.Render(x.make()))}})
	}
	return web.Page{Title: e.title, Section: "Design catalogue", Caption: g.title, Back: "/design", Wide: true,
		Body: web.Stack(parts...)}, nil
}

func about(state string) string {
	if state == "" {
		return ""
	}
	return ": " + strings.ToLower(state)
}

// live sets the component apart from what is said of it.
type live struct{ what nhs.Component }

// Render writes the component in its box.
func (l live) Render(b *nhs.Buffer) {
	b.Raw(`<div class="heed-live">`)
	b.Put(l.what)
	b.Raw(`</div>`)
}

// code shows source as it stands; long lines break, so that nothing scrolls.
type code struct{ of, text string }

// Render writes the code.
func (c code) Render(b *nhs.Buffer) {
	b.Raw(`<pre class="heed-code"><code>`)
	b.Text(c.text)
	b.Raw(`</code></pre>`)
}
