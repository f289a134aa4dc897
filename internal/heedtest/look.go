package heedtest

import (
	"fmt"
	"strings"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"heed/internal/web"
)

// look checks the page that is open now. Faults do not end the test: it goes on and tells them all.
func (v *Visitor) look() {
	v.t.Helper()
	v.photograph(v.Title())
	var shape []string
	v.eval(&shape, jsShape)
	all := append(v.faults.take(), shape...)
	all = append(all, v.accessible()...)
	all = append(all, v.spaced()...)
	all = append(all, v.keyboard()...)
	all = append(all, v.faults.take()...)
	for _, f := range all {
		v.t.Errorf("%s%s", v.where(), f)
	}
}

// spaced sets the text as wide apart as WCAG 2.2, 1.4.12, asks, and looks for what is cut off or runs out.
func (v *Visitor) spaced() (all []string) {
	v.t.Helper()
	v.eval(&all, jsSpaced)
	return all
}

// accessible runs axe-core, which the window lays into every page. It needs scripts to run, so
// on a page without them they are switched on for as long as it takes: the page's own have
// missed their turn.
func (v *Visitor) accessible() (all []string) {
	v.t.Helper()
	if v.o.noScript {
		v.must("let axe run", proto.EmulationSetScriptExecutionDisabled{Value: false}.Call(v.page))
		defer func() {
			v.must("switch scripts off", proto.EmulationSetScriptExecutionDisabled{Value: true}.Call(v.page))
		}()
	}
	known := map[string]string{}
	for _, f := range web.KnownFaults {
		known[f.Rule] = f.Selector
	}
	v.eval(&all, jsAxe, known)
	for i := range all {
		all[i] = "axe: " + all[i]
	}
	return all
}

// keyboard walks through the page with the Tab key, once for each page and width.
func (v *Visitor) keyboard() (all []string) {
	v.t.Helper()
	key := fmt.Sprint(v.Title(), v.o.width, v.o.noScript)
	if v.tabbed[key] {
		return nil
	}
	v.tabbed[key] = true
	defer v.eval(nil, `() => { if (document.activeElement) document.activeElement.blur(); window.scrollTo(0, 0) }`)
	var count int
	v.eval(&count, jsFocusables)
	unreached := func() (names []string) { v.eval(&names, jsUnreached); return names }
	for range count + 3 {
		v.must("press Tab", v.page.Keyboard.Type(input.Tab))
		var said string
		v.eval(&said, jsFocused)
		switch {
		case said == "end" && len(unreached()) == 0:
			return all
		case said != "end" && said != "": // otherwise it may be that the key has not been heard yet
			all = append(all, "keyboard: "+said)
		}
	}
	return append(all, "keyboard: the Tab key does not reach "+strings.Join(unreached(), " · "))
}
