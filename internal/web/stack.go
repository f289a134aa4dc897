package web

import (
	"html/template"

	"heed/internal/web/nhs"
)

// Most pages are components one after another, and most forms are their fields
// one after another: these two bodies serve them, so that a page of its own kind
// is the only one that needs a template file.

type stackModel struct{ Parts []Component }

var stackView = NewView(files, "stack.html", stackModel{Parts: []Component{nhs.Para("A paragraph")}})

// Stack is a body of components one after another; nil ones are left out.
func Stack(parts ...Component) Body { return stackView.With(stackModel{parts}) }

type askModel struct {
	Before []Component
	Hidden template.HTML
	Parts  bool // it brings documents
	Fields []Component
	Send   nhs.Button
	After  []Component
}

var askView = NewView(files, "ask.html", askModel{Hidden: `<input type="hidden" name="_key" value="k">`,
	Before: []Component{nhs.Para("Before")}, Fields: []Component{nhs.Input{Name: "x", Label: nhs.Label{Text: "X"}}},
	Send: nhs.Button{Text: "Continue"}, After: []Component{nhs.Para("After")}})

// Question is a form that posts to its own address: what stands before it, its
// fields, the words of its one button, and what stands after it.
type Question struct {
	Before []Component
	Fields []Component
	Send   string // "Continue" when empty
	Warn   bool   // the button is one for something hard to undo
	After  []Component
}

// Ask is the body of a page with one form.
func (f *Form) Ask(q Question) Body {
	b := nhs.Button{Text: q.Send, PreventDoubleClick: nhs.On}
	if b.Text == "" {
		b.Text = "Continue"
	}
	if q.Warn {
		b.Variant = nhs.Warning
	}
	return askView.With(askModel{q.Before, f.Hidden(), f.parts, q.Fields, b, q.After})
}

// Secret reads a password or a set-up code: nothing trimmed, never shown again.
func (f *Form) Secret(name, what string) string { return f.secret(name, what) }
