package heedtest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// Visitor is one person at one window. Its verbs fail the test when the page does
// not let a person do what they say.
type Visitor struct {
	t        T
	chromium *rod.Browser
	page     *rod.Page
	base     string
	o        options
	faults   faults
	tabbed   map[string]bool // pages already walked with the Tab key, by title and width
	shots    *int
	typed    []typed // since the last page that took it
	mayLeave bool    // by "Leave this page"
	mayFail  atomic.Bool
	asked    atomic.Int64 // documents that the browser asked for
}

type typed struct{ label, text string }

func (v *Visitor) must(doing string, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatalf("%s%s: %v", v.where(), doing, err)
	}
}

func (v *Visitor) fatal(format string, args ...any) {
	v.t.Helper()
	v.t.Fatalf("%s%s", v.where(), fmt.Sprintf(format, args...))
}

// where begins every message: the page and the width.
func (v *Visitor) where() string {
	if v.page == nil {
		return ""
	}
	info, err := v.page.Info()
	if err != nil {
		return ""
	}
	u, err := url.Parse(info.URL)
	if err != nil {
		return ""
	}
	script := ""
	if v.o.noScript {
		script = ", no script"
	}
	return fmt.Sprintf("%s (%d pixels%s): ", u.Path, v.o.width, script)
}

// eval runs a function in the page and reads what it gives back.
func (v *Visitor) eval(into any, js string, args ...any) {
	v.t.Helper()
	res, err := v.page.Timeout(patience).Evaluate(rod.Eval(js, args...).ByPromise())
	v.must("look at the page", err)
	if into != nil {
		v.must("read what the page holds", res.Value.Unmarshal(into))
	}
}

// As becomes somebody of the demo, by name.
func (v *Visitor) As(who string) *Visitor {
	v.t.Helper()
	becomeInDemo(v, who)
	return v
}

func becomeInDemo(v *Visitor, who string) {
	v.t.Helper()
	v.Open("/demo/people").Press("Be " + who)
}

// Open goes to a path of the service.
func (v *Visitor) Open(path string) *Visitor {
	v.t.Helper()
	v.typed = nil
	before := v.mark()
	v.must("open "+path, v.page.Timeout(patience).Navigate(v.base+path))
	v.arrive("open "+path, before)
	return v
}

// mark is where the window stood before something was done.
type mark struct {
	document string
	asked    int64
}

func (v *Visitor) mark() mark { return mark{v.document(), v.asked.Load()} }

// arrive waits until another document than before is whole, and looks at it.
// It gives up early only when the browser has asked for nothing.
func (v *Visitor) arrive(doing string, before mark) (arrived bool) {
	v.t.Helper()
	for waited := time.Duration(0); waited < patience; waited += step {
		time.Sleep(step)
		if v.document() != before.document {
			if v.whole() {
				v.look()
				return true
			}
			continue
		}
		if waited > quietFor && v.asked.Load() == before.asked {
			return false
		}
	}
	v.fatal("%s: the page does not come", doing)
	return false
}

const (
	step     = 20 * time.Millisecond
	quietFor = 2 * time.Second // with nothing asked for: nothing will come
)

// whole says whether the page has been read to its end.
func (v *Visitor) whole() bool {
	res, err := v.page.Timeout(patience).Evaluate(rod.Eval(`() => document.readyState`))
	return err == nil && res.Value.Str() == "complete"
}

// spot is where something stands in the window.
type spot struct {
	X, Y    float64
	Covered string
}

// find brings what a script finds into sight and says where it is.
func (v *Visitor) find(js string, args ...any) (s spot, ok bool) {
	v.t.Helper()
	var found *spot
	v.eval(&found, "(...args) => { const el = ("+js+")(...args); "+jsSpot+" }", args...)
	if found == nil {
		return s, false
	}
	return *found, true
}

// click presses the mouse where something stands, as a person does.
func (v *Visitor) click(doing string, at spot) {
	v.t.Helper()
	if at.Covered != "" {
		v.fatal("%s: it is covered by %s", doing, at.Covered)
	}
	m := v.page.Timeout(patience).Mouse
	v.must(doing, m.MoveTo(proto.NewPoint(at.X, at.Y)))
	v.must(doing, m.Click(proto.InputMouseButtonLeft, 1))
}

// Fill types into the field with this label, in place of what stands there.
func (v *Visitor) Fill(label, text string) *Visitor {
	v.t.Helper()
	if !v.enter(text, jsField, label) {
		v.fatal("there is no field %q. Fields: %s", label, v.labels())
	}
	v.typed = append(v.typed, typed{label, text})
	return v
}

// Select takes the option of this text, or that begins with it, in the list with this label.
func (v *Visitor) Select(label, option string) *Visitor {
	v.t.Helper()
	var there bool
	v.eval(&there, "(label, option) => { const el = ("+jsField+")(label); const all = [...((el || {}).options || [])], "+
		"says = o => o.textContent.trim(), o = all.find(o => says(o) === option) || "+
		"all.find(o => says(o).startsWith(option)); if (!o) return false; el.focus(); el.value = o.value; "+
		"el.dispatchEvent(new Event('change', {bubbles: true})); return true }", label, option)
	if !there {
		v.fatal("there is no option %q in a list %q. Fields: %s", option, label, v.labels())
	}
	return v
}

// enter gives a field the focus, takes out what stands there, and types.
func (v *Visitor) enter(text, js string, args ...any) bool {
	v.t.Helper()
	var there bool
	v.eval(&there, "(...args) => { const el = ("+js+")(...args); if (!el) return false; el.scrollIntoView({block: "+
		"'center'}); el.focus(); el.select(); return document.activeElement === el }", args...)
	if !there {
		return false
	}
	if text == "" {
		v.must("empty the field", v.page.Timeout(patience).Keyboard.Type(input.Backspace))
		return true
	}
	v.must("type", v.page.Timeout(patience).InsertText(text))
	return true
}

// FillDate types a date under a legend: FillDate("When did it happen?", "6", "August", "2026").
func (v *Visitor) FillDate(legend, day, month, year string) *Visitor {
	v.t.Helper()
	for _, p := range [...][2]string{{"Day", day}, {"Month", month}, {"Year", year}} {
		if !v.enter(p[1], jsInGroup, legend, p[0]) {
			v.fatal("there is no %q under %q", p[0], legend)
		}
	}
	return v
}

// Choose takes the radio, or ticks the box, with this label.
func (v *Visitor) Choose(label string) *Visitor {
	v.t.Helper()
	at, ok := v.find(jsField, label)
	if !ok {
		v.fatal("there is no choice %q. Fields: %s", label, v.labels())
	}
	v.click("choose "+label, at)
	return v
}

// Trouble lets pages from here on say that the service has a problem (500, 503).
func (v *Visitor) Trouble() *Visitor { v.mayFail.Store(true); return v }

// Press presses the button, or follows the link, with this text, and goes where it leads.
func (v *Visitor) Press(text string) *Visitor {
	v.t.Helper()
	at, ok := v.find(jsPressable, text)
	if !ok {
		v.fatal("there is nothing to press that says %q. There are: %s", text, v.pressables())
	}
	before := v.mark()
	v.click("press "+text, at)
	if !v.arrive("press "+text, before) {
		if !v.sameDocument(text) {
			v.fatal("pressing %q leads nowhere", text)
		}
		v.look()
	}
	return v
}

// sameDocument says whether the pressed link leads to a place on the same page.
func (v *Visitor) sameDocument(text string) bool {
	var href string
	v.eval(&href,
		`(text) => { const f = `+jsPressable+`; const el = f(text); return el && el.getAttribute("href") || "" }`, text)
	return strings.HasPrefix(href, "#") && len(href) > 1
}

// document tells one loaded page from another.
func (v *Visitor) document() (loader string) {
	tree, err := proto.PageGetFrameTree{}.Call(v.page)
	if err != nil {
		return ""
	}
	return string(tree.FrameTree.Frame.LoaderID)
}

// See fails unless the page shows all these words.
func (v *Visitor) See(words ...string) *Visitor {
	v.t.Helper()
	text := v.text()
	for _, w := range words {
		if !strings.Contains(text, tidy(w)) {
			v.fatal("the page does not say %q. It says:\n%s", w, text)
		}
	}
	return v
}

// DoNotSee fails if the page shows any of these words.
func (v *Visitor) DoNotSee(words ...string) *Visitor {
	v.t.Helper()
	text := v.text()
	for _, w := range words {
		if strings.Contains(text, tidy(w)) {
			v.fatal("the page says %q", w)
		}
	}
	return v
}

// SeeWhatITyped fails unless everything that was filled in on the page before still stands on this one.
func (v *Visitor) SeeWhatITyped() *Visitor {
	v.t.Helper()
	var held string
	v.eval(&held, jsEverything)
	for _, x := range v.typed {
		if !strings.Contains(held, x.text) {
			v.fatal("what was typed for %q is lost", x.label)
		}
	}
	return v
}

// PressStale presses after somebody else changed the record: the page must say so, show their text and keep ours.
func (v *Visitor) PressStale(text, theirs string) *Visitor {
	v.t.Helper()
	v.Press(text).See("Someone else changed this")
	var held string
	v.eval(&held, jsEverything)
	if !strings.Contains(held, theirs) {
		v.fatal("what somebody else wrote is not shown")
	}
	return v.SeeWhatITyped()
}

// At fails unless the page's path is this one.
func (v *Visitor) At(path string) *Visitor {
	v.t.Helper()
	if got := v.Path(); got != path {
		v.fatal("this is %s, not %s", got, path)
	}
	return v
}

// Path is the page's path.
func (v *Visitor) Path() string {
	v.t.Helper()
	var path string
	v.eval(&path, `() => location.pathname`)
	return path
}

// Title is the document's title.
func (v *Visitor) Title() string {
	v.t.Helper()
	var title string
	v.eval(&title, `() => document.title`)
	return title
}

// Text is what the page shows, white space made single.
func (v *Visitor) Text() string { v.t.Helper(); return v.text() }

func (v *Visitor) text() string {
	v.t.Helper()
	var text string
	v.eval(&text, `() => document.body.innerText`)
	return tidy(text)
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }

func (v *Visitor) labels() string { return v.list(jsLabels) }

func (v *Visitor) pressables() string { return v.list(jsPressables) }

func (v *Visitor) list(js string) string {
	v.t.Helper()
	var all []string
	v.eval(&all, js)
	return strings.Join(all, " · ")
}

// Leave lets the next page be on another host ("Leave this page"); it is not looked at.
func (v *Visitor) Leave(text string) *Visitor {
	v.t.Helper()
	v.mayLeave = true
	at, ok := v.find(jsPressable, text)
	if !ok {
		v.fatal("there is nothing to press that says %q", text)
	}
	before := v.mark()
	v.click("leave", at)
	for range int(patience / step) {
		if v.document() != before.document {
			return v
		}
		time.Sleep(step)
	}
	v.fatal("%q leads nowhere", text)
	return v
}

// photograph keeps a picture of the whole page, when a folder is named for it.
func (v *Visitor) photograph(what string) {
	v.t.Helper()
	folder := os.Getenv("HEED_SCREENSHOTS")
	if folder == "" {
		return
	}
	v.must("make the folder for pictures", os.MkdirAll(folder, 0o755))
	*v.shots++
	picture, err := v.page.Screenshot(true, nil)
	v.must("take a picture", err)
	name := fmt.Sprintf("%s-%02d-%s-%d.png", plainName(v.t.Name()), *v.shots, plainName(what), v.o.width)
	v.must("keep a picture", os.WriteFile(filepath.Join(folder, name), picture, 0o644))
}

var notPlain = regexp.MustCompile(`[^a-z0-9]+`)

func plainName(s string) string {
	s = strings.Trim(notPlain.ReplaceAllString(strings.ToLower(s), "-"), "-")
	return s[:min(len(s), 60)]
}

// Print looks at the page as a printer would: no navigation, no buttons, and a picture.
func (v *Visitor) Print() *Visitor {
	v.t.Helper()
	v.must("print", proto.EmulationSetEmulatedMedia{Media: "print"}.Call(v.page))
	var shown []string
	v.eval(&shown, jsPrinted)
	if len(shown) > 0 {
		v.t.Errorf("%sprinted though of no use on paper: %s", v.where(), strings.Join(shown, " · "))
	}
	v.photograph("print " + v.Title())
	v.must("print", proto.EmulationSetEmulatedMedia{}.Call(v.page))
	return v
}
