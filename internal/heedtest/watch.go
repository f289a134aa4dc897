package heedtest

import (
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/go-rod/rod/lib/proto"
)

// faults is what the browser complained of since it was last asked. Safe for concurrent use: events come on a goroutine
// of their own.
type faults struct {
	mu   sync.Mutex
	list []string // guarded by mu
}

func (f *faults) add(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

func (f *faults) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.list
	f.list = nil
	return all
}

// watch listens for errors in the console, breaches of the content security policy, and requests that leave this
// machine.
func (v *Visitor) watch() {
	p := v.page
	for _, on := range []func() error{
		func() error { return proto.RuntimeEnable{}.Call(p) },
		func() error { return proto.LogEnable{}.Call(p) },
		func() error { return proto.NetworkEnable{}.Call(p) },
		func() error { return proto.PageEnable{}.Call(p) },
	} {
		v.must("watch the window", on())
	}
	base, err := url.Parse(v.base)
	v.must("read the address of the service", err)
	wait := p.EachEvent(
		func(e *proto.RuntimeExceptionThrown) { v.faults.add("script error: %s", e.ExceptionDetails.Text) },
		func(e *proto.RuntimeConsoleAPICalled) {
			if e.Type == proto.RuntimeConsoleAPICalledTypeError || e.Type == proto.RuntimeConsoleAPICalledTypeWarning {
				v.faults.add("console %s: %s", e.Type, said(e))
			}
		},
		func(e *proto.LogEntryAdded) {
			// A page that answers 404 or 422 is a page; that the browser remarks on it is no fault of the page.
			if e.Entry.Level == proto.LogLogEntryLevelError &&
				!strings.Contains(e.Entry.Text, "the server responded with a status of 4") &&
				!(v.mayFail.Load() && strings.Contains(e.Entry.Text, "the server responded with a status of 5")) {
				v.faults.add("browser error (%s): %s", e.Entry.Source, e.Entry.Text)
			}
		},
		func(e *proto.NetworkRequestWillBeSent) {
			if e.Type == proto.NetworkResourceTypeDocument {
				v.asked.Add(1)
			}
			u, err := url.Parse(e.Request.URL)
			if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != base.Host && u.Host != v.o.leadsTo &&
				!v.mayLeave {
				v.faults.add("request to another host: %s://%s", u.Scheme, u.Host)
			}
		},
	)
	go wait()
}

func said(e *proto.RuntimeConsoleAPICalled) string {
	var words []string
	for _, a := range e.Args {
		words = append(words, a.Value.String()+a.Description)
	}
	return strings.Join(words, " ")
}
