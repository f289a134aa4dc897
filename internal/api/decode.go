package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"heed/internal/fail"
)

// MaxBody is the most that one request may hold, in bytes; MaxDepth how deep its
// JSON may nest.
const (
	MaxBody  = 64 << 10
	MaxDepth = 16
)

// decode reads one JSON object strictly into a new In.
func decode[In any](w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, &malformed{http.StatusUnsupportedMediaType, fail.New(fail.Bad,
			"Send the request without compression: leave the header Content-Encoding out")}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, &malformed{http.StatusUnsupportedMediaType, fail.New(fail.Bad,
			"Send JSON, with the header Content-Type: application/json")}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return nil, fail.New(fail.TooLarge, "The request must be 64 KB or less")
	case err != nil:
		return nil, &malformed{http.StatusBadRequest, fail.New(fail.Bad, "The request did not arrive whole: send it again")}
	}
	// a byte-order mark is no part of JSON, and may be passed over (RFC 8259, section 8.1)
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if err := wellFormed(body); err != nil {
		return nil, err
	}
	in := new(In)
	if err := json.Unmarshal(body, in, json.RejectUnknownMembers(true)); err != nil {
		return nil, unreadable(reflect.TypeFor[In](), err)
	}
	return in, nil
}

// wellFormed walks the tokens first: broken UTF-8, names sent twice and deep
// nesting are refused before anything is made of the request.
func wellFormed(body []byte) error {
	d := jsontext.NewDecoder(strings.NewReader(string(body)))
	if d.PeekKind() != '{' {
		return bad("Send one JSON object")
	}
	for {
		_, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, jsontext.ErrDuplicateName):
			return bad("A name stands twice in the same object, %s: send each name once", place(d))
		case err != nil:
			return bad("The JSON cannot be read from byte %d on: check its form and that it is UTF-8", d.InputOffset())
		case d.StackDepth() > MaxDepth:
			return bad("The JSON must nest no deeper than %d levels", MaxDepth)
		case d.StackDepth() == 0 && d.InputOffset() < int64(len(body)):
			if rest := strings.TrimSpace(string(body[d.InputOffset():])); rest != "" {
				return bad("Send one JSON object and nothing after it")
			}
			return nil
		}
	}
}

// place says how deep and where in bytes, never what was sent.
func place(d *jsontext.Decoder) string {
	if d.StackDepth() <= 1 {
		return "at the top level"
	}
	return "in an object below it"
}

// unreadable names the field of this API that has the wrong type, and no field
// that the sender made up.
func unreadable(in reflect.Type, err error) error {
	var s *json.SemanticError
	if !errors.As(err, &s) {
		return bad("The request does not have the form that the OpenAPI document describes")
	}
	if errors.Is(s.Err, json.ErrUnknownName) {
		return bad("The request has a name that this operation does not know: the OpenAPI document lists those it knows, " +
			"in small letters")
	}
	field := known(in, string(s.JSONPointer))
	words := "must be " + sort(s)
	return &malformed{http.StatusBadRequest, &fail.Error{Kind: fail.Bad, Words: "There is a problem",
		Fields: fail.Fields{{Name: field, Words: "The value " + words}}}}
}

// known is the path to the field as far as its names are this API's own: the keys
// of a list or of a map are the sender's, and are not echoed.
func known(t reflect.Type, pointer string) string {
	var out []string
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if t.Kind() != reflect.Struct {
			break
		}
		i := slices.IndexFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			return tag == name
		})
		if i < 0 {
			break
		}
		out, t = append(out, name), reflect.VisibleFields(t)[i].Type
	}
	return strings.Join(out, ".")
}

// sort names the type that was wanted.
func sort(s *json.SemanticError) string {
	if s.GoType == nil {
		return "of another type"
	}
	switch s.GoType.Kind().String() {
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	case "int", "int64":
		return "a whole number"
	case "slice":
		return "a list"
	}
	return "of the type that the OpenAPI document names"
}

func bad(format string, args ...any) error {
	return &malformed{http.StatusBadRequest, fail.New(fail.Bad, format, args...)}
}
