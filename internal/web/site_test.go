package web_test

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"heed/internal/fail"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

//go:embed testdata/*.html
var testFiles embed.FS

type noteModel struct {
	Hidden template.HTML
	Note   nhs.Textarea
	Send   nhs.Button
}

var noteView = web.NewView(testFiles, "testdata/note.html", noteModel{Send: nhs.Button{Text: "Save"}})

type emptyModel struct{}

var emptyView = web.NewView(testFiles, "testdata/empty.html", emptyModel{})

// notes is a small part that stands for any slice's pages.
type notes struct {
	mu    sync.Mutex
	saved []string
	fail  error
	flash string
	with  func(*web.Request) error
}

func (n *notes) show(q *web.Request) (web.Response, error) {
	f := q.Form()
	f.Version(7)
	f.Default("note", "what the record holds")
	return web.Page{Title: "Add a note", Section: "Notes", Question: true, Back: "/notes", Leave: true,
		Body: noteView.With(noteModel{
			Hidden: f.Hidden(),
			Note:   f.Textarea(nhs.Textarea{Name: "note", Label: nhs.Label{Text: "Add a note", PageHeading: true}}),
			Send:   nhs.Button{Text: "Save"},
		})}, nil
}

func (n *notes) save(q *web.Request) (web.Response, error) {
	f := q.Form()
	note := f.Text("note", web.Ask{What: "your note", Needed: true, Max: 20})
	if err := f.Err(); err != nil {
		return nil, err
	}
	if n.fail != nil {
		return nil, n.fail
	}
	n.mu.Lock()
	n.saved = append(n.saved, note)
	n.mu.Unlock()
	return web.Redirect{To: "/notes", Flash: n.flash}, nil
}

func (n *notes) list(q *web.Request) (web.Response, error) {
	if n.with != nil {
		if err := n.with(q); err != nil {
			return nil, err
		}
	}
	return web.Page{Title: "Notes", Body: emptyView.With(emptyModel{})}, nil
}

func (n *notes) part() web.Part {
	failing := func(err error) web.Handler {
		return func(*web.Request) (web.Response, error) { return nil, err }
	}
	return web.Part{Name: "notes", Views: []web.AnyView{noteView, emptyView}, Routes: []web.Route{
		web.Get("/notes", web.Public, "Notes", n.list),
		web.Get("/notes/add", web.Public, "Add a note", n.show),
		web.Post("/notes/add", web.Public, "Add a note", n.save),
		web.Get("/missing", web.Public, "Missing", failing(fail.New(fail.Missing, "no such thing"))),
		web.Get("/hidden", web.Public, "Hidden", failing(fail.New(fail.Hidden, "not yours"))),
		web.Get("/refused", web.Public, "Refused", failing(fail.New(fail.Refused, "Safeguarding leads may use this page."))),
		web.Get("/panic", web.Public, "Panic", func(*web.Request) (web.Response, error) {
			panic("Rosalind Okafor typed this")
		}),
		web.Get("/busy", web.Public, "Busy", failing(fail.New(fail.Busy, "Busy.%s Try again", fail.NotSaved))),
		web.Get("/away", web.Public, "Away", func(*web.Request) (web.Response, error) {
			return web.SeeOther("//evil.example"), nil
		}),
	}}
}

func newSite(t *testing.T, n *notes, log io.Writer) http.Handler {
	t.Helper()
	if log == nil {
		log = io.Discard
	}
	site, err := web.New(web.Options{Plain: true, Log: slog.New(slog.NewTextHandler(log, nil)),
		Settings: web.Settings{OrgName: "Northmoor NHS Trust", Phone: "0300 123 4567", PhoneHours: "all day"}}, n.part())
	if err != nil {
		t.Fatal(err)
	}
	return site.Handler()
}

func send(h http.Handler, method, path string, form url.Values) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func wants(t *testing.T, w *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range words {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("page lacks %q:\n%s", s, w.Body)
		}
	}
}

func TestARefusedFormIsShownAgainWithWhatWasTyped(t *testing.T) {
	n := &notes{}
	h := newSite(t, n, nil)
	typed := `<b>"far" too long for this</b>`
	w := send(h, "POST", "/notes/add", url.Values{"note": {typed}})
	wants(t, w, 422, "Your note must be 20 characters or less", template.HTMLEscapeString("<b>"),
		"<title>Error: Add a note – Notes – Heed – NHS</title>", `href="#note"`)
	if strings.Contains(w.Body.String(), "<b>") {
		t.Error("typed markup came back unescaped")
	}
	wants(t, send(h, "POST", "/notes/add", url.Values{"note": {" "}}), 422, "Enter your note")
	wants(t, send(h, "POST", "/notes/add", url.Values{"note": {"a", "b"}}), 422, "Enter your note only once")
	wants(t, send(h, "POST", "/notes/add", url.Values{"note": {"a\x00b"}}), 422,
		"includes a character that cannot be shown")
	wants(t, send(h, "POST", "/notes/add", url.Values{"note": {"a\xffb"}}), 422, "must only include letters")
	if len(n.saved) != 0 {
		t.Errorf("saved %q", n.saved)
	}
	w = send(h, "POST", "/notes/add", url.Values{"note": {"two\r\nlines"}})
	wants(t, w, 303)
	if len(n.saved) != 1 || n.saved[0] != "two\nlines" {
		t.Errorf("saved %q", n.saved)
	}
	if got := w.Header().Get("Location"); got != "/notes" {
		t.Errorf("Location %q", got)
	}
}

func TestWhatCannotBeKeptIsGivenBack(t *testing.T) {
	for kind, title := range map[fail.Kind]string{
		fail.Full: "Sorry, the service is unavailable", fail.ReadOnly: "Sorry, the service is unavailable",
		fail.Broken: "Sorry, there is a problem with the service",
	} {
		n := &notes{fail: fail.New(kind, "disk")}
		w := send(newSite(t, n, nil), "POST", "/notes/add", url.Values{"note": {"a </textarea>sad"}, "_key": {"abc"},
			"_version": {"41"}, "password": {"hunter2"}})
		wants(t, w, map[bool]int{true: 503, false: 500}[kind != fail.Broken], title, "a &lt;/textarea&gt;sad",
			"0300 123 4567", "Send it again", `value="abc"`, `name="_version" value="41"`, "Your note")
		if strings.Contains(w.Body.String(), "hunter2") {
			t.Error("a password was written into a page")
		}
	}
}

// TestWhatMayBeKeptIsGivenBack: where nobody knows whether a commit reached the disk, the
// words come back with that said, and never that they were not kept. Seen to fail on a page
// that said so.
func TestWhatMayBeKeptIsGivenBack(t *testing.T) {
	n := &notes{fail: fmt.Errorf("save: %w", fail.Wrap(fail.Unknown, io.ErrUnexpectedEOF, "fsync"))}
	w := send(newSite(t, n, nil), "POST", "/notes/add", url.Values{"note": {"a </textarea>sad"}, "_key": {"abc"}})
	wants(t, w, 503, "We do not know if what you sent was kept. Look for it before you send it again",
		"What you typed is below", "only if you do not find it", "a &lt;/textarea&gt;sad", "Send it again", `value="abc"`,
		"0300 123 4567")
	for _, not := range []string{"was not kept", "fsync", "EOF"} {
		if strings.Contains(w.Body.String(), not) {
			t.Errorf("the page says %q", not)
		}
	}
}

func TestMissingAndHiddenAreTheSameBytes(t *testing.T) {
	h := newSite(t, &notes{}, nil)
	missing, hidden, unrouted := send(h, "GET", "/missing", nil), send(h, "GET", "/hidden", nil),
		send(h, "GET", "/no/such/page", nil)
	wants(t, missing, 404, "Page not found")
	for name, w := range map[string]*httptest.ResponseRecorder{"hidden": hidden, "unrouted": unrouted} {
		if w.Code != missing.Code || !bytes.Equal(w.Body.Bytes(), missing.Body.Bytes()) {
			t.Errorf("%s differs from missing", name)
		}
		for k := range missing.Header() {
			if w.Header().Get(k) != missing.Header().Get(k) {
				t.Errorf("%s: header %s is %q, want %q", name, k, w.Header().Get(k), missing.Header().Get(k))
			}
		}
	}
}

func TestErrorsThatAreNotTheForms(t *testing.T) {
	var log bytes.Buffer
	h := newSite(t, &notes{}, &log)
	wants(t, send(h, "GET", "/refused", nil), 403, "Safeguarding leads may use this page.")
	wants(t, send(h, "GET", "/panic?name=Rosalind", nil), 500, "Sorry, there is a problem with the service",
		"0300 123 4567")
	wants(t, send(h, "GET", "/away", nil), 500)
	if w := send(h, "GET", "/busy", nil); w.Code != 503 || !strings.Contains(w.Body.String(), "Busy. Try again") ||
		strings.Contains(w.Body.String(), "saved") { // seen to fail: of saving it spoke to whoever only read
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	w := send(h, "POST", "/notes", nil)
	wants(t, w, 405, "cannot be used that way")
	if got := w.Header().Get("Allow"); got != "GET, HEAD" {
		t.Errorf("Allow %q", got)
	}
	wants(t, send(h, "TRACE", "/notes", nil), 405)
	wants(t, send(h, "POST", "/notes/add", url.Values{"note": {strings.Repeat("x", 300<<10)}}), 413, "too long")
	if strings.Contains(log.String(), "Rosalind") {
		t.Errorf("the log holds a name:\n%s", log.String())
	}
	if !strings.Contains(log.String(), "route=/panic") || !strings.Contains(log.String(), "notes).part") {
		t.Errorf("the log does not say where the panic was:\n%s", log.String())
	}
}

// TestOtherSitesCannotSend: what a browser says comes from elsewhere is refused. What says
// nothing of where it comes from is taken (decision 0602): the cookie is kept back from other
// sites' forms by SameSite=Lax, which TestCookieAttributes holds.
func TestOtherSitesCannotSend(t *testing.T) {
	for _, c := range []struct {
		name, header, value string
		taken               bool
	}{
		{"another site", "Sec-Fetch-Site", "cross-site", false}, {"another host of this site", "Sec-Fetch-Site",
			"same-site", false},
		{"another origin", "Origin", "https://elsewhere.example", false}, {"a hidden origin", "Origin", "null", false},
		{"our own page", "Sec-Fetch-Site", "same-origin", true}, {"our own origin", "Origin", "http://example.com", true},
		{"neither header", "Accept", "*/*", true},
	} {
		n := &notes{}
		h := newSite(t, n, nil)
		r := httptest.NewRequest("POST", "/notes/add", strings.NewReader("note=planted"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(c.header, c.value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !c.taken {
			wants(t, w, 403, "another website")
		}
		if taken := w.Code != http.StatusForbidden && len(n.saved) == 1; taken != c.taken {
			t.Errorf("%s: taken %v, %d, %v", c.name, taken, w.Code, n.saved)
		}
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	h := newSite(t, &notes{}, nil)
	for _, path := range []string{"/notes", "/missing", "/panic", "/no/such/page", "/refused"} {
		w := send(h, "GET", path, nil)
		for name, want := range map[string]string{"Content-Security-Policy": web.ContentPolicy,
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "no-referrer", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
			"Content-Type": "text/html; charset=utf-8"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestRoutesWithoutARuleAreRefused(t *testing.T) {
	ok := func(*web.Request) (web.Response, error) { return nil, nil }
	for name, routes := range map[string][]web.Route{
		"no rule":  {{Method: "GET", Pattern: "/a", Title: "A", Handler: ok}},
		"no title": {{Method: "GET", Pattern: "/a", Access: web.Public, Handler: ok}},
		"twice":    {web.Get("/a", web.Public, "A", ok), web.Get("/a", web.Public, "A", ok)},
		"delete":   {{Method: "DELETE", Pattern: "/a", Access: web.Public, Title: "A", Handler: ok}},
	} {
		if _, err := web.New(web.Options{}, web.Part{Name: "p", Routes: routes}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
