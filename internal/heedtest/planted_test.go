package heedtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"heed/internal/heedtest"
	"heed/internal/web"
)

// recorder is a test that notes its faults, so that a test can prove that the kit finds them.
type recorder struct {
	*testing.T
	mu     sync.Mutex
	faults []string // guarded by mu
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// found runs fn as a test of its own would and gives back its faults.
func found(t *testing.T, fn func(heedtest.T)) string {
	t.Helper()
	r := &recorder{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(r)
	}()
	<-done
	return strings.Join(r.faults, "\n")
}

const good = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%[1]sAdd a note – Heed</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/good.css">%[2]s</head>
<body><a href="#maincontent">Skip to main content</a><main id="maincontent"><h1>Add a note</h1>%[3]s</main></body></html>`

const form = `<form method="post" action="/send"><input type="hidden" name="_key" value="0123456789abcdef"><label for="note">Your note</label><textarea id="note" name="note"></textarea><button type="submit">Save</button></form>`

// shop serves pages with planted faults under the strict policy of the kit.
func shop(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, head, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			web.SecureHeaders(w.Header())
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, good, "", head, body)
		})
	}
	page("/good", "", form)
	page("/unlabelled", "",
		`<form method="post"><textarea name="note"></textarea><button type="submit">Save</button></form>`)
	page("/inline-style", "", `<p style="color:#212b32">Styled here</p>`)
	page("/inline-script", "<script>document.title += ' '</script>", form)
	page("/foreign", `<link rel="stylesheet" href="https://assets.nhs.uk/font.css">`, form)
	page("/no-focus", `<link rel="stylesheet" href="/nofocus.css">`, form)
	page("/unreachable", "", `<p><a href="/good" tabindex="-1">A link that the Tab key passes over</a></p>`)
	page("/covered", `<link rel="stylesheet" href="/covered.css">`, form+`<div class="bar">A bar that stays</div>`)
	page("/wide", "", `<p>`+strings.Repeat("unbreakable", 20)+`</p>`)
	page("/script-link", "", `<p><a href="#">Open the form</a></p>`)
	page("/script-button", "", `<button type="button">Show more</button>`)
	page("/script-error", `<script src="/broken.js"></script>`, form)
	page("/two-headings", "", `<h1>Another</h1>`)
	page("/stale", "", strings.Replace(form, "/send", "/lose", 1))
	page("/stale-kept", "", strings.Replace(form, "/send", "/keep", 1))
	page("/dead", "", `<form method="dialog"><button type="submit">Save</button></form>`)
	said := `<p>Someone else changed this case</p><p>Their text: it was moved to ward 5</p>`
	post := func(path string, body func(note string) string) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			web.SecureHeaders(w.Header())
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, good, "", "", body(r.PostFormValue("note")))
		})
	}
	post("/send", func(string) string { return `<p>Your note was saved</p>` })
	post("/lose", func(string) string { return said + form })
	post("/keep", func(note string) string {
		return said + strings.Replace(form, "></textarea>", ">"+note+"</textarea>", 1)
	})
	file := func(path, kind, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, body) //nolint:errcheck // a test page
		})
	}
	file("/good.css", "text/css",
		"body{font-family:Arial,sans-serif;color:#212b32;background:#fff}a,button,textarea{display:block;margin:24px "+
			"0;min-height:24px}:focus{outline:4px solid #212b32}")
	file("/nofocus.css", "text/css", "*:focus{outline:none!important}")
	file("/covered.css", "text/css", ".bar{position:fixed;inset:0;background:#fff;padding-top:500px}")
	file("/broken.js", "text/javascript", "nobody.defined.this()")
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestPlantedFaultsAreFound(t *testing.T) {
	base, chromium := shop(t), heedtest.Start(t)
	type visit struct {
		do   func(v *heedtest.Visitor)
		opts []heedtest.Option
		want string // "" for a page without a fault
	}
	open := func(path string) func(*heedtest.Visitor) {
		return func(v *heedtest.Visitor) { v.Open(path) }
	}
	for name, c := range map[string]visit{
		"good": {do: func(v *heedtest.Visitor) {
			v.Open("/good").Fill("Your note", "abc").Press("Save").See("Your note was saved")
		}},
		"good, no script": {do: func(v *heedtest.Visitor) {
			v.Open("/good").Fill("Your note", "abc").Press("Save").See("Your note was saved")
		}, opts: []heedtest.Option{heedtest.NoScript()}},
		"unlabelled":      {do: open("/unlabelled"), want: "axe: label: Form elements must have labels"},
		"inline style":    {do: open("/inline-style"), want: "inline style"},
		"inline script":   {do: open("/inline-script"), want: "inline script"},
		"foreign request": {do: open("/foreign"), want: "assets.nhs.uk"},
		"no focus":        {do: open("/no-focus"), want: "looks the same with the focus: textarea"},
		"unreachable":     {do: open("/unreachable"), want: "the Tab key does not reach a \"A link that"},
		"covered":         {do: open("/covered"), want: "has the focus and is covered"},
		"wide": {do: open("/wide"), want: "pixels wide in a window of 320",
			opts: []heedtest.Option{heedtest.Width(heedtest.Small)}},
		"script link": {do: open("/script-link"), want: "needs a script: the link \"Open the form\""},
		"script button": {do: open("/script-button"), want: "needs a script: the button \"Show more\"",
			opts: []heedtest.Option{heedtest.NoScript()}},
		"script error": {do: open("/script-error"), want: "script error"},
		"two headings": {do: open("/two-headings"), want: "has 2 h1 headings"},
		"dead button":  {do: func(v *heedtest.Visitor) { v.Open("/dead").Press("Save") }, want: "leads nowhere"},
		"wrong words": {do: func(v *heedtest.Visitor) { v.Open("/good").See("Your note was saved") },
			want: "does not say \"Your note was saved\""},
		"no such field": {do: func(v *heedtest.Visitor) {
			v.Open("/good").Fill("Name", "x")
		}, want: "there is no field \"Name\". Fields: Your note"},
		"stale, lost": {do: func(v *heedtest.Visitor) {
			v.Open("/stale").Fill("Your note", "my words").PressStale("Save", "moved to ward 5")
		}, want: "what was typed for \"Your note\" is lost"},
		"stale, kept": {do: func(v *heedtest.Visitor) {
			v.Open("/stale-kept").Fill("Your note", "my words").PressStale("Save", "moved to ward 5")
		}},
		"stale, theirs hidden": {do: func(v *heedtest.Visitor) {
			v.Open("/stale-kept").Fill("Your note", "my words").PressStale("Save", "ward 6")
		}, want: "what somebody else wrote is not shown"},
	} {
		t.Run(name, func(t *testing.T) {
			faults := found(t, func(r heedtest.T) { c.do(chromium.Visitor(r, base, c.opts...)) })
			switch {
			case c.want == "" && faults != "":
				t.Errorf("a page without a fault fails:\n%s", faults)
			case !strings.Contains(faults, c.want):
				t.Errorf("not found: %q. Found:\n%s", c.want, faults)
			}
		})
	}
}

func TestWithoutABrowserTheKitSaysWhatToInstall(t *testing.T) {
	if _, err := heedtest.Installed(); err != nil {
		t.Skip("this machine has none, so the other tests say it")
	}
	t.Setenv("PATH", t.TempDir())
	faults := found(t, func(r heedtest.T) { heedtest.Browser(r, "http://127.0.0.1:1") })
	if !strings.Contains(faults, "install the Debian package chromium") {
		t.Errorf("said: %s", faults)
	}
}
