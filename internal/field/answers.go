package field

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"heed/internal/document"
)

// Answers are what was said to a form's fields, by field name. An absent name and
// an empty value mean the same: not answered.
type Answers map[string]Value

// Value is one answer: text, a list of chosen ids, the answers of a part, the
// repetitions of a group, or a document. In JSON it is a string, an array of strings,
// an object or an array of objects; a document is an object with the one name _file,
// which no field can have.
type Value struct {
	Text  string
	List  []string
	Part  Answers
	Group []Answers
	File  *document.File
	// Bare is JSON that is none of these, a number or true, as a program sent it: a check
	// takes it where a number is asked, and else refuses it by its field. It is never kept.
	Bare string
}

// Of is a text as a value.
func Of(text string) Value { return Value{Text: text} }

// Empty says that nothing was answered.
func (v Value) Empty() bool {
	return v.Text == "" && len(v.List) == 0 && len(v.Part) == 0 && len(v.Group) == 0 && v.File == nil && v.Bare == ""
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
	case v.Bare != "":
		return []byte(v.Bare), nil
	case len(v.Group) > 0:
		return json.Marshal(v.Group)
	case len(v.List) > 0:
		return json.Marshal(v.List)
	case len(v.Part) > 0:
		return json.Marshal(v.Part)
	case v.File != nil:
		return json.Marshal(fileValue{v.File})
	}
	return json.Marshal(v.Text)
}

// fileValue is a document in JSON.
type fileValue struct {
	File *document.File `json:"_file"`
}

const fileStart = `{"_file":`

// UnmarshalJSON reads any of the five forms; what is none of them stays Bare.
func (v *Value) UnmarshalJSON(b []byte) error {
	*v = Value{}
	var into any = &v.Text
	switch rest := bytes.TrimLeft(b, " \t\r\n"); {
	case bytes.HasPrefix(rest, []byte(fileStart)):
		var f fileValue
		if err := json.Unmarshal(b, &f); err != nil {
			return fmt.Errorf("field: a document: %w", err)
		}
		v.File = f.File
		return nil
	case len(rest) > 0 && rest[0] == '{':
		into = &v.Part
	case len(rest) > 0 && rest[0] == '[':
		into = &v.List
		if rest = bytes.TrimLeft(rest[1:], " \t\r\n"); len(rest) > 0 && rest[0] == '{' {
			into = &v.Group
		}
	}
	if json.Unmarshal(b, into) != nil {
		if !json.Valid(b) {
			return errors.New("field: an answer must be JSON")
		}
		*v = Value{Bare: string(bytes.TrimSpace(b))}
	}
	return nil
}

// Sent is a document among answers, with the name of its field: "about.photograph".
type Sent struct {
	Name string
	*document.File
}

// Files are the documents among the answers, in the order of their fields' names.
func (a Answers) Files() (out []Sent) { return a.files("") }

func (a Answers) files(prefix string) (out []Sent) {
	for _, name := range a.Names() {
		v := a[name]
		if v.File != nil {
			out = append(out, Sent{prefix + name, v.File})
		}
		out = append(out, v.Part.files(prefix+name+".")...)
		for i, one := range v.Group {
			out = append(out, one.files(prefix+name+"."+strconv.Itoa(i)+".")...)
		}
	}
	return out
}

// mostInside is how many parts lie in each other at most.
const mostInside = 4

// IsPath says whether a name can be one that Files gives: of a field, or of one in a
// few parts. A sender chooses it, and each part of it is a step further in.
func IsPath(name string) bool {
	if len(name) > 200 || strings.Count(name, ".") > mostInside {
		return false
	}
	for part := range strings.SplitSeq(name, ".") {
		if !IsName(part) {
			return false
		}
	}
	return true
}

// PutFile adds a document as the answer to a field, by the name that Files gives it;
// false when there can be no such field, and when it was answered otherwise.
func (a Answers) PutFile(name string, f *document.File) bool {
	return IsPath(name) && a.putFile(name, f)
}

func (a Answers) putFile(name string, f *document.File) bool {
	at, rest, inner := strings.Cut(name, ".")
	v := a[at]
	switch {
	case a == nil:
		return false
	case inner && v.Part == nil && v.Empty():
		v = Value{Part: Answers{}}
		a[at] = v
		fallthrough
	case inner:
		return v.Part.putFile(rest, f)
	case !v.Empty():
		return false
	}
	a[at] = Value{File: f}
	return true
}

// number gives each document its number, in place: answers that were taken are nobody else's.
func (a Answers) number(next *int) {
	for _, name := range a.Names() {
		if v := a[name]; v.File != nil {
			*next++
			a[name] = Value{File: v.File.Kept(*next)}
		}
		a[name].Part.number(next)
		for _, one := range a[name].Group {
			one.number(next)
		}
	}
}
