package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"heed/internal/access"
	"heed/internal/concern"
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
		"The ETag of the record as you saw it; when somebody else changed it since, nothing is done and you get what they " +
			"did. A word of two needs it", false, map[string]any{"type": "string"}}
	limitParameter = parameter{"limit", "query", "How many, 1 to 100; 50 when not given", false,
		map[string]any{"type": "integer", "minimum": 1, "maximum": room.MaxPage, "default": 50}}
	cursorParameter = parameter{"cursor", "query", "What the page before gave as next", false,
		map[string]any{"type": "string"}}
	refParameter = parameter{"reference", "path", "The concern's reference", true,
		map[string]any{"type": "string", "examples": []string{"HD-7F3K-2X94"}}}
)

func (a *API) operations() (ops []operation) {
	for _, r := range a.kinds() {
		ops = append(ops, a.roomOperations(r)...)
	}
	return slices.Concat(ops, a.workOperations(), a.coverOperations())
}

// kinds are all kinds of record, the concern first.
func (a *API) kinds() []*room.Room {
	first := concern.Room()
	if a.Concerns != nil { // nil: only the documents are made
		first = a.Concerns.Room
	}
	return append([]*room.Room{first}, a.Kinds...)
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

// readConcerns are the operations that read concerns: who raised one is told less of it
// than who works on it.
func (a *API) readConcerns() []operation {
	return []operation{
		get[page]("/concerns", "listConcerns", "The newest concerns: your team's for a lead, otherwise your own", a.list,
			limitParameter, cursorParameter),
		get[record]("/concerns/{reference}", "openConcern",
			"One concern. That you opened it is written down before it is sent", a.open, refParameter),
	}
}

func (a *API) list(c *call) (any, error) {
	q := concern.Query{List: concern.ListOwn}
	if c.actor.Role == access.Lead {
		q.List = concern.ListAll
	}
	var err error
	if q.Limit, q.After, _, err = paging(c); err != nil {
		return nil, err
	}
	p, err := a.Concerns.ListPage(c.ctx, c.actor, q)
	if err != nil {
		return nil, err
	}
	out := page{Concerns: make([]row, 0, len(p.Rows)), Next: p.Next}
	for _, r := range p.Rows {
		out.Concerns = append(out.Concerns, rowOf(r))
	}
	return out, nil
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

// open gives the case to those who work on it, and their own progress to others.
func (a *API) open(c *call) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	// who never opens a case follows their own
	if c.actor.Role != access.Lead && c.actor.Role != access.CaldicottGuardian {
		v, err := a.Concerns.Own(c.ctx, c.actor, ref)
		return ownRecord(v), err
	}
	full, err := a.Concerns.Open(c.ctx, c.actor, ref)
	if fail.Is(err, fail.Hidden) { // they may have raised it
		if v, own := a.Concerns.Own(c.ctx, c.actor, ref); own == nil {
			return ownRecord(v), nil
		}
	}
	if err != nil {
		return nil, err
	}
	return a.whole(c, full)
}

func (a *API) whole(c *call, full *concern.Concern) (any, error) {
	work, err := a.recordOf(c, full.View)
	out := ownRecord(a.Concerns.OwnView(full))
	out.Case = &work
	return out, err
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
