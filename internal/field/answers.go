package field

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Answers are what was said to a form's fields, by field name. An absent name and
// an empty value mean the same: not answered.
type Answers map[string]Value

// Value is one answer: text, a list of chosen ids, or the repetitions of a group.
// In JSON it is a string, an array of strings or an array of objects.
type Value struct {
	Text  string
	List  []string
	Group []Answers
}

// Of is a text as a value.
func Of(text string) Value { return Value{Text: text} }

// Empty says that nothing was answered.
func (v Value) Empty() bool { return v.Text == "" && len(v.List) == 0 && len(v.Group) == 0 }

// Get is the text of an answer; "" when there is none.
func (a Answers) Get(name string) string { return a[name].Text }

// Set keeps a text; an empty one is no answer.
func (a Answers) Set(name, text string) {
	if text == "" {
		delete(a, name)
		return
	}
	a[name] = Value{Text: text}
}

// Names are the names of all answers, sorted.
func (a Answers) Names() []string { return slices.Sorted(maps.Keys(a)) }

// MarshalJSON writes a value in its one form.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case len(v.Group) > 0:
		return json.Marshal(v.Group)
	case len(v.List) > 0:
		return json.Marshal(v.List)
	}
	return json.Marshal(v.Text)
}

// UnmarshalJSON reads any of the three forms.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	var into any = &v.Text
	if rest := bytes.TrimLeft(b, " \t\r\n"); len(rest) > 0 && rest[0] == '[' {
		into = &v.List
		if rest = bytes.TrimLeft(rest[1:], " \t\r\n"); len(rest) > 0 && rest[0] == '{' {
			into = &v.Group
		}
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("field: an answer must be text, a list of texts or a list of groups: %w", err)
	}
	return nil
}

// Into reads answers into a struct whose JSON names are those of the fields, for
// code that needs an answer by name. A test of each such struct holds it to the
// definition: see Fits.
func (a Answers) Into(out any) error {
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("field: write answers: %w", err)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("field: read answers: %w", err)
	}
	return nil
}
