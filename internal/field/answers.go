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

// Value is one answer: text, a list of chosen ids, the answers of a part, or the
// repetitions of a group. In JSON it is a string, an array of strings, an object or
// an array of objects.
type Value struct {
	Text  string
	List  []string
	Part  Answers
	Group []Answers
}

// Of is a text as a value.
func Of(text string) Value { return Value{Text: text} }

// Empty says that nothing was answered.
func (v Value) Empty() bool {
	return v.Text == "" && len(v.List) == 0 && len(v.Part) == 0 && len(v.Group) == 0
}

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

// Said are answers in texts, given as name and text in turn; for what is written in Go.
func Said(pairs ...string) Answers {
	out := Answers{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// With adds a list, and gives the same answers.
func (a Answers) With(name string, ids ...string) Answers {
	a[name] = Value{List: ids}
	return a
}

// Of adds the answers of a part, and gives the same answers.
func (a Answers) Of(name string, part Answers) Answers {
	a[name] = Value{Part: part}
	return a
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
	case len(v.Part) > 0:
		return json.Marshal(v.Part)
	}
	return json.Marshal(v.Text)
}

// UnmarshalJSON reads any of the four forms, and a whole number as its text.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	var into any = &v.Text
	switch rest := bytes.TrimLeft(b, " \t\r\n"); {
	case len(rest) > 0 && rest[0] == '{':
		into = &v.Part
	case len(rest) > 0 && len(rest) <= 20 && len(bytes.Trim(rest, "0123456789 \t\r\n")) == 0:
		v.Text = string(bytes.TrimSpace(rest)) // a whole number, which some programs do not quote
		return nil
	case len(rest) > 0 && rest[0] == '[':
		into = &v.List
		if rest = bytes.TrimLeft(rest[1:], " \t\r\n"); len(rest) > 0 && rest[0] == '{' {
			into = &v.Group
		}
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("field: an answer must be text, a list of texts, a group or a list of groups: %w", err)
	}
	return nil
}
