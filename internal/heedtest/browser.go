package heedtest

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"

	axe "heed/third_party/axe-core"
)

// T is what the kit needs of a test; *testing.T is one.
type T interface {
	Helper()
	Name() string
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Cleanup(func())
	TempDir() string
}

var _ T = (*testing.T)(nil)

// patience is how long anything on a page may take; the machine may be busy.
const patience = 20 * time.Second

// The widths at which pages are looked at.
const (
	Small   = 320
	Phone   = 360
	Tablet  = 768
	Desktop = 1280
)

// Option changes how a visitor looks at pages.
type Option func(*options)

type options struct {
	width    int
	noScript bool
	leadsTo  string // another host to which pages may lead
}

// Width is the window's width in pixels; 360 unless told.
func Width(pixels int) Option { return func(o *options) { o.width = pixels } }

// LeadsTo lets pages lead to another service, and back: to where people log in elsewhere.
func LeadsTo(host string) Option { return func(o *options) { o.leadsTo = host } }

// NoScript switches scripts off: everything must work all the same.
func NoScript() Option { return func(o *options) { o.noScript = true } }

// Browser starts Chromium and opens one visitor's window. It is closed with the test.
func Browser(t T, baseURL string, opts ...Option) *Visitor {
	t.Helper()
	return Start(t).Visitor(t, baseURL, opts...)
}

// Chromium is a browser that several tests share, each with a window and cookies of its own.
type Chromium struct{ browser *rod.Browser }

// Start starts Chromium for a test and its subtests.
func Start(t T) *Chromium {
	t.Helper()
	bin, err := Installed()
	if err != nil {
		t.Fatalf("These tests need a browser: install the Debian package chromium (apt-get install chromium).")
	}
	l := launcher.New().Bin(bin).Headless(true).NoSandbox(true).Leakless(false).UserDataDir(t.TempDir())
	for _, f := range quiet {
		name, value, given := strings.Cut(f, "=")
		if given {
			l = l.Set(flags.Flag(name), value)
		} else {
			l = l.Set(flags.Flag(name))
		}
	}
	address, err := l.Launch()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	endsWithUs(t, l.PID())
	b := rod.New().ControlURL(address)
	if err := b.Connect(); err != nil {
		t.Fatalf("Chromium does not answer: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Logf("close Chromium: %v", err)
		}
	})
	return &Chromium{b}
}

// endsWithUs ends a group of processes with the test, and with this process however it ends:
// a panic elsewhere runs no cleanup of a test beside it, and a deadline or a signal none at all.
func endsWithUs(t T, group int) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `cat > /dev/null; kill -KILL -$0 2> /dev/null; true`, strconv.Itoa(group))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what interrupts us does not end it first
	alive, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("Nobody would end Chromium: %v", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(alive.Close(), cmd.Wait()); err != nil {
			t.Logf("end Chromium: %v", err)
		}
	})
}

// Visitor opens one visitor's window.
func (c *Chromium) Visitor(t T, baseURL string, opts ...Option) *Visitor {
	t.Helper()
	o := options{width: Phone}
	for _, opt := range opts {
		opt(&o)
	}
	v := &Visitor{t: t, chromium: c.browser, base: strings.TrimSuffix(baseURL, "/"), o: o, tabbed: map[string]bool{},
		shots: new(int)}
	v.open()
	return v
}

// quiet keeps Chromium from talking to anybody but us.
var quiet = []string{
	"disable-background-networking", "disable-component-update", "disable-sync", "disable-default-apps", "no-first-run",
	"no-default-browser-check", "disable-domain-reliability", "disable-client-side-phishing-detection",
	"disable-dev-shm-usage", "disable-gpu",
	"disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication," +
		"CertificateTransparencyComponentUpdater,HttpsUpgrades",
	"host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost", "force-color-profile=srgb",
	"hide-scrollbars", "js-flags=--single-threaded",
}

// Installed is where this machine has Chromium: the one without windows first, which takes a
// fifth less of the processor for the same page.
func Installed() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", exec.ErrNotFound
}

// Beside is a second person at another machine: nothing is shared but the service.
func (v *Visitor) Beside(opts ...Option) *Visitor {
	v.t.Helper()
	o := v.o
	for _, opt := range opts {
		opt(&o)
	}
	w := &Visitor{t: v.t, chromium: v.chromium, base: v.base, o: o, tabbed: v.tabbed, shots: v.shots}
	w.open()
	return w
}

// open makes a window with cookies of its own.
func (v *Visitor) open() {
	v.t.Helper()
	own, err := v.chromium.Incognito()
	v.must("open a window", err)
	v.t.Cleanup(func() {
		if err := (proto.TargetDisposeBrowserContext{BrowserContextID: own.BrowserContextID}).Call(v.chromium); err != nil {
			v.t.Logf("close the window: %v", err)
		}
	})
	page, err := own.Page(proto.TargetCreateTarget{URL: "about:blank"})
	v.must("open a window", err)
	v.page = page
	v.must("size the window", page.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: v.o.width, Height: 900,
		DeviceScaleFactor: 1, Mobile: v.o.width < Tablet}))
	v.watch()
	_, err = proto.PageAddScriptToEvaluateOnNewDocument{Source: axe.Source}.Call(page)
	v.must("load axe", err)
	if v.o.noScript {
		v.must("switch scripts off", proto.EmulationSetScriptExecutionDisabled{Value: true}.Call(page))
	}
}
