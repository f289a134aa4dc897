package nhs

import "strings"

// Attr is an extra attribute of a component's outermost or named element.
type Attr struct {
	Name  string
	Value string
	Bare  bool // write the name alone, as in ` hidden`
}

// plainAttrs are the attributes that may be added besides data-… and aria-…: none
// runs script, none changes looks, none holds an address except as SafeAddress allows.
const plainAttrs = " accept autocapitalize autocomplete autofocus colspan datetime dir download draggable" +
	" enterkeyhint form height hidden id inputmode lang max maxlength min minlength multiple name novalidate pattern" +
	" placeholder readonly rel role rows rowspan size spellcheck step tabindex target title translate type value width "

const addressAttrs = " href src action formaction cite "

// attrs writes extra attributes and leaves out those that are not allowed.
func (b *Buffer) attrs(as []Attr) {
	for _, a := range as {
		b.attr(a)
	}
}

func (b *Buffer) attr(a Attr) {
	kind := attrKind(a.Name)
	if kind == attrRefused {
		return
	}
	switch {
	case a.Bare:
		b.Flag(markup(a.Name), true)
	case kind == attrAddress:
		b.Address(markup(a.Name), a.Value)
	default:
		b.Attr(markup(a.Name), a.Value)
	}
}

const (
	attrRefused = iota
	attrPlain
	attrAddress
)

// attrKind judges a name; one with a space, quote, slash or sign in it is refused by its letters.
func attrKind(name string) int {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return attrRefused
		}
	}
	switch {
	case len(name) > 5 && (strings.HasPrefix(name, "data-") || strings.HasPrefix(name, "aria-")):
		return attrPlain
	case name == "":
		return attrRefused
	case strings.Contains(plainAttrs, " "+name+" "):
		return attrPlain
	case strings.Contains(addressAttrs, " "+name+" "):
		return attrAddress
	}
	return attrRefused
}
