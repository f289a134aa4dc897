package assets_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"

	"heed/internal/heedtest"
	"heed/internal/web/assets"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
)

// The scripts are tried in a real browser, under the policy that pages have.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self';" +
	" base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// site is a small server with pages that hold components, and a memory of what was asked of it.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func (s *site) saw(t *testing.T, want string) {
	t.Helper()
	for range 100 {
		s.mu.Lock()
		all := strings.Join(s.asked, "\n")
		s.mu.Unlock()
		if strings.Contains(all, want) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("never asked %q; asked:\n%s", want, strings.Join(s.asked, "\n"))
}

func newSite(t *testing.T, content map[string]nhs.Component) *site {
	s := &site{}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.HandleFunc("POST /session", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /draft", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := 250; n <= 1000; n += 250 {
			_, _ = fmt.Fprintf(w, "event: progress\ndata: {\"done\":%d,\"total\":1000,\"words\":\"Checking row %d of "+
				"1,000\"}\n\n", n, n)
			w.(http.Flusher).Flush()
			time.Sleep(50 * time.Millisecond)
		}
		_, _ = fmt.Fprint(w, "event: done\ndata: {\"href\":\"/finished\"}\n\n")
	})
	mux.HandleFunc("POST /leave", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = fmt.Fprintf(w,
			`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%s</title><link rel="icon" href="%s"><link rel="stylesheet" href="%s"><link rel="stylesheet" href="%s">`+
				`<script type="module" src="%s"></script></head><body><main id="maincontent"><h1>%s</h1>%s</main></body></html>`,
			r.URL.Path, assets.Path("icon.svg"), assets.Path("nhsuk.css"), assets.Path("heed.css"), assets.Path("heed.js"),
			r.URL.Path, nhs.Render(content[r.URL.Path]))
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // what is not a form has none
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path+" "+r.PostForm.Encode())
		s.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// browser starts Chromium, or skips where there is none.
func browser(t *testing.T) *rod.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	bin, err := heedtest.Installed()
	if err != nil {
		t.Skip("no chromium")
	}
	l := launcher.New().Bin(bin).NoSandbox(true).Leakless(false).UserDataDir(t.TempDir())
	address, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	b := rod.New().ControlURL(address)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = b.Close()
		l.Kill()
	})
	return b
}

// open loads a page and fails the test on any error in its console, the policy's among them.
func open(t *testing.T, b *rod.Browser, address string) *rod.Page {
	t.Helper()
	p, err := b.Page(proto.TargetCreateTarget{})
	if err != nil {
		t.Fatal(err)
	}
	p = p.Timeout(30 * time.Second)
	if err := (proto.LogEnable{}).Call(p); err != nil {
		t.Fatal(err)
	}
	// The browser may tell of the last page after the test is over, when its server is gone: that is no fault.
	var mu sync.Mutex
	over := false
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
	})
	fault := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			t.Errorf(format, args...)
		}
	}
	go p.EachEvent(func(e *proto.RuntimeConsoleAPICalled) {
		fault("console: %v", e.Args)
	}, func(e *proto.RuntimeExceptionThrown) {
		fault("script: %s", e.ExceptionDetails.Text)
	}, func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError {
			fault("browser: %s", e.Entry.Text)
		}
	})()
	if err := p.Navigate(address); err != nil {
		t.Fatal(err)
	}
	if err := p.WaitLoad(); err != nil {
		t.Fatal(err)
	}
	until(t, p, `() => document.body.classList.contains('js-enabled')`)
	return p
}

// until waits for a condition; a page that is just being left cannot answer and is asked again.
func until(t *testing.T, p *rod.Page, js string) {
	t.Helper()
	for start := time.Now(); time.Since(start) < 15*time.Second; time.Sleep(50 * time.Millisecond) {
		if answer, err := p.Eval(js); err == nil && answer.Value.Bool() {
			return
		}
	}
	t.Fatalf("never: %s", js)
}

// TestScripts tries each in one browser: starting it takes longer than the tests.
func TestScripts(t *testing.T) {
	b := browser(t)
	for name, try := range map[string]func(*testing.T, *rod.Browser){
		"leave by Shift": leaveByShift, "leave by button": leaveByButton, "time-out ends": timeoutEnds,
		"time-out keeps": timeoutKeeps, "Enter sends": enterSends, "time-out stays": timeoutStays,
		"progress": progressFollows, "components": componentsStart,
	} {
		t.Run(name, func(t *testing.T) { try(t, b) })
	}
}

func leaveByShift(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/raise": nhs.Group{
		casework.LeavePage{Href: "/left", Draft: "/draft", Skip: true}, casework.LeavePage{Href: "/left", Form: "form"},
		nhs.HTML(`<form method="post" id="form">`),
		nhs.Textarea{Name: "what", Label: nhs.Label{Text: "What are you worried about?"}}, nhs.HTML(`</form>`),
	}})
	p := open(t, b, s.URL+"/raise")
	until(t, p, `() => document.querySelector('[role=status]') !== null`) // the module has come
	p.MustElement("#what").MustInput("He said HE WOULD & left")
	// Capitals do not count: Shift held with a letter, three times.
	for range 3 {
		p.KeyActions().Press(input.ShiftLeft).Type(input.KeyA).Release(input.ShiftLeft).MustDo()
	}
	if got := p.MustInfo().URL; got != s.URL+"/raise" {
		t.Fatalf("left while typing capitals: %s", got)
	}
	for i := range 3 {
		p.KeyActions().Press(input.ShiftLeft).Release(input.ShiftLeft).MustDo()
		if i == 0 {
			until(t, p, `() => document.querySelector('[role=status]').textContent.includes('2 more times')`)
		}
	}
	until(t, p, `() => location.pathname === '/left'`)
	s.saw(t, "POST /draft what=He+said+HE+WOULD+%26+left")
}

// leaveByButton: the form is sent as a browser without scripts sends it.
func leaveByButton(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/raise": nhs.Group{
		nhs.HTML(`<form method="post" id="form">`), nhs.Textarea{Name: "what", Value: "half a sentence"}, nhs.HTML(`</form>`),
		casework.LeavePage{Href: "/leave", Form: "form"},
	}})
	p := open(t, b, s.URL+"/raise")
	until(t, p, `() => document.querySelector('[role=status]') !== null`)
	// By hand: rod thinks a button covered by its own pseudo-element.
	at, err := p.MustElement(".heed-leave").Shape()
	if err != nil {
		t.Fatal(err)
	}
	p.Mouse.MustMoveTo(at.Box().X+10, at.Box().Y+10).MustDown(proto.InputMouseButtonLeft)
	if err := p.Mouse.Up(proto.InputMouseButtonLeft, 1); err != nil {
		t.Fatal(err)
	}
	s.saw(t, "POST /leave what=half+a+sentence")
	until(t, p, `() => location.pathname === '/leave'`)
}

func timeout(life time.Duration) casework.TimeoutDialog {
	return casework.TimeoutDialog{Life: life, Keep: "/session", LogOut: "/log-out", Ended: "/ended"}
}

func timeoutEnds(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/page": timeout(3 * time.Second)})
	p := open(t, b, s.URL+"/page")
	until(t, p, `() => document.querySelector('dialog').open`)
	until(t, p, `() => document.activeElement.textContent === 'Stay logged in'`)
	until(t, p, `() => document.querySelector('[data-said]').textContent === 'You will be logged out in 20 seconds.'`)
	until(t, p, `() => location.pathname === '/ended'`)
}

// timeoutKeeps: the page goes only when what stands in it was sent to be kept.
func timeoutKeeps(t *testing.T, b *rod.Browser) {
	d := timeout(4 * time.Second)
	d.Draft, d.Kept = "/draft", "/kept"
	s := newSite(t, map[string]nhs.Component{"/page": nhs.Group{
		nhs.HTML(`<form method="post" id="form">`), nhs.Textarea{Name: "what", Label: nhs.Label{Text: "What?"}},
		nhs.HTML(`</form>`), d,
	}})
	p := open(t, b, s.URL+"/page")
	p.MustEval(`() => { document.querySelector('#what').value = 'half a sentence' }`)
	until(t, p, `() => location.pathname === '/kept'`)
	s.saw(t, "POST /draft what=half+a+sentence")
}

// enterSends: the Enter key presses the first button of a form on the page, shown or
// not; web puts a hidden one before those that leave (layout.go).
func enterSends(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/page": nhs.Group{
		nhs.HTML(`<button type="submit" form="form" hidden></button>`), casework.LeavePage{Href: "/leave", Form: "form"},
		nhs.HTML(`<form method="post" action="/sent" id="form">`), nhs.Input{Name: "what", Label: nhs.Label{Text: "What?"}},
		nhs.Button{Text: "Continue"}, nhs.HTML(`</form>`),
	}})
	p := open(t, b, s.URL+"/page")
	p.MustElement("#what").MustInput("a word").MustType(input.Enter)
	s.saw(t, "POST /sent what=a+word")
}

func timeoutStays(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/page": nhs.Group{nhs.Link{Text: "x", Href: "/x"},
		timeout(122 * time.Second)}})
	one := open(t, b, s.URL+"/page")
	until(t, one, `() => document.querySelector('dialog').open`) // 2 seconds after loading
	until(t, one, `() => document.querySelector('[data-said]').textContent === 'You will be logged out in 2 minutes.'`)
	box := one.MustEval(`() => { const r = document.querySelector('dialog').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight }`)
	if !box.Bool() {
		t.Error("the dialog is not within the window")
	}
	// A page loaded in another tab prolongs the session here too.
	two := open(t, b, s.URL+"/page")
	until(t, one, `() => !document.querySelector('dialog').open`)
	until(t, two, `() => document.querySelector('dialog').open`)
	until(t, one, `() => document.querySelector('dialog').open`)
	// Esc means stay, and the other tab hears of it.
	two.MustActivate()
	two.KeyActions().Type(input.Escape).MustDo()
	s.saw(t, "POST /session")
	until(t, two, `() => !document.querySelector('dialog').open`)
	until(t, one, `() => !document.querySelector('dialog').open`)
}

func progressFollows(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/page": casework.Progress{Words: "Checking row 0 of 1,000", Total: 1000,
		Events: "/events", Again: "/page"}})
	p := open(t, b, s.URL+"/page")
	until(t, p, `() => location.pathname === '/finished'`)
}

// componentsStart: what nhsuk-frontend adds is there, without an error, under the policy.
func componentsStart(t *testing.T, b *rod.Browser) {
	s := newSite(t, map[string]nhs.Component{"/page": nhs.Group{
		nhs.ErrorSummary{Errors: []nhs.SummaryError{{Text: "Enter what you are worried about", Href: "#what"}}},
		nhs.CharacterCount{Name: "what", Label: nhs.Label{Text: "What are you worried about?"}, MaxLength: 10},
		nhs.Radios{Name: "about", Legend: nhs.Legend{Text: "Who?"}, Items: []nhs.Radio{{Value: "a", Text: "A"},
			{Value: "b", Text: "B", Conditional: nhs.Input{Name: "x", Label: nhs.Label{Text: "X"}}}}},
		nhs.PasswordInput{Name: "pw", Label: nhs.Label{Text: "Password"}},
		nhs.FileUpload{Name: "f", Label: nhs.Label{Text: "File"}},
		nhs.Button{Text: "Send", Type: "button", PreventDoubleClick: nhs.On},
	}})
	p := open(t, b, s.URL+"/page")
	until(t, p, `() => document.activeElement.classList.contains('nhsuk-error-summary')`)
	until(t, p, `() => getComputedStyle(document.querySelector('.nhsuk-radios__conditional')).display === 'none'`)
	p.MustElement("#about-2").MustClick()
	until(t, p, `() => getComputedStyle(document.querySelector('.nhsuk-radios__conditional')).display !== 'none'`)
	p.MustElement("#what").MustInput("12345678901")
	until(t, p,
		`() => document.querySelector('.nhsuk-character-count__status').textContent.includes('1 character too many')`)
}
