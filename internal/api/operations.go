package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/room"
)

// operation is one method on one path.
type operation struct {
	method, path string
	name         string // operationId
	summary      string
	in, out      reflect.Type
	schema       map[string]any // of the body, when it is not that of in
	status       int
	raw          bool          // it answers with a document
	fields       []field.Field // that its body answers
	read         func(http.ResponseWriter, *http.Request, access.Actor) (any, error)
	do           func(*call) (any, error)
	parameters   []parameter
}

type parameter struct {
	name, in, words string
	required        bool
	schema          map[string]any
}

var (
	keyParameter = parameter{"Idempotency-Key", "header",
		"The same key again does nothing again and gives the same answer; a random text of 8 to 200 characters", false,
		map[string]any{"type": "string", "minLength": 8, "maxLength": 200}}
	matchHeader = parameter{"If-Match", "header",
		"The ETag of the record as you saw it; when it was changed since, nothing is done and you get what was " +
			"done. A word of two needs it", false, map[string]any{"type": "string"}}
	limitParameter = parameter{"limit", "query", "How many, 1 to 100; 50 when not given", false,
		map[string]any{"type": "integer", "minimum": 1, "maximum": room.MaxPage, "default": 50}}
	cursorParameter = parameter{"cursor", "query", "What the page before gave as next", false,
		map[string]any{"type": "string"}}
	refParameter = parameter{"reference", "path", "The record's reference", true,
		map[string]any{"type": "string", "examples": []string{"HD-7F3K-2X94"}}}
)

func (a *API) operations() (ops []operation) {
	for _, r := range a.Kinds {
		ops = append(ops, a.roomOperations(r)...)
	}
	return slices.Concat(ops, a.workOperations(), a.coverOperations())
}

func post[In, Out any](path, name, summary string, status int, do func(*call) (any, error), ps ...parameter) operation {
	return operation{method: http.MethodPost, path: path, name: name, summary: summary, in: reflect.TypeFor[In](),
		out: reflect.TypeFor[Out](), status: status, read: func(w http.ResponseWriter, r *http.Request, _ access.Actor) (any,
			error) {
			return decode[In](w, r)
		}, do: do, parameters: ps}
}

func get[Out any](path, name, summary string, do func(*call) (any, error), ps ...parameter) operation {
	return operation{method: http.MethodGet, path: path, name: name, summary: summary, out: reflect.TypeFor[Out](),
		status: http.StatusOK, do: do, parameters: ps}
}

// camel turns add_note into AddNote, for operation ids.
func camel(s string) string {
	var out strings.Builder
	for _, word := range strings.Split(s, "_") {
		out.WriteString(plain.Capital(word))
	}
	return out.String()
}

// paging reads limit and cursor, and the other names that an operation takes.
func paging(c *call, others ...string) (limit int, cursor string, rest map[string]string, err error) {
	limit, rest = 50, map[string]string{}
	var f fail.Fields
	for name, values := range c.URL.Query() {
		switch {
		case name != "limit" && name != "cursor" && !slices.Contains(others, name):
			f.Add("query", "Send only "+strings.Join(append(others, "limit and cursor"), ", "))
		case len(values) != 1:
			f.Add(name, "Send it once")
		case name == "limit":
			limit, err = strconv.Atoi(values[0])
			if err != nil || limit < 1 || limit > room.MaxPage {
				f.Add("limit", "Limit must be a whole number between 1 and 100")
			}
		case name == "cursor":
			cursor = values[0]
		default:
			rest[name] = values[0]
		}
	}
	return limit, cursor, rest, f.Err()
}

// reference reads the path. What is no reference is a page that is not there.
func reference(c *call) (id.Reference, error) {
	ref, err := id.ParseReference(c.PathValue("reference"))
	if err != nil {
		return "", fail.New(fail.Missing, "Page not found")
	}
	return ref, nil
}

func idempotencyKey(c *call) (string, error) {
	key := c.Header.Get("Idempotency-Key")
	if key != "" && (len(key) < 8 || len(key) > 200) {
		return "", fail.Fields{{Name: "Idempotency-Key", Words: "The key must be 8 to 200 characters"}}.Err()
	}
	return key, nil
}

func ifMatch(c *call) (int64, error) {
	h := strings.Trim(strings.TrimPrefix(c.Header.Get("If-Match"), "W/"), `"`)
	if h == "" || h == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(h, 10, 64)
	if err != nil || v < 1 {
		return 0, fail.Fields{{Name: "If-Match", Words: "Send the ETag as you got it"}}.Err()
	}
	return v, nil
}
