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
	"heed/internal/process"
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
	keyParameter    = parameter{"Idempotency-Key", "header", "The same key again does nothing again and gives the same answer; a random text of 8 to 200 characters", false, map[string]any{"type": "string", "minLength": 8, "maxLength": 200}}
	matchHeader     = parameter{"If-Match", "header", "The ETag of the record as you saw it; when somebody else changed it since, nothing is done and you get what they did", false, map[string]any{"type": "string"}}
	limitParameter  = parameter{"limit", "query", "How many, 1 to 100; 50 when not given", false, map[string]any{"type": "integer", "minimum": 1, "maximum": concern.MaxPage, "default": 50}}
	cursorParameter = parameter{"cursor", "query", "What the page before gave as next", false, map[string]any{"type": "string"}}
	refParameter    = parameter{"reference", "path", "The concern's reference", true, map[string]any{"type": "string", "examples": []string{"HD-7F3K-2X94"}}}
)

func (a *API) operations() []operation {
	raising, _ := process.Patient().Step(process.Raise)
	ops := []operation{
		answered[receipt]("/concerns", "raiseConcern", "Raise a concern", http.StatusCreated, raising.Fields, a.raise, keyParameter),
		get[page]("/concerns", "listConcerns", "The newest concerns: your team's for a lead, otherwise your own", a.list, limitParameter, cursorParameter),
		get[record]("/concerns/{reference}", "openConcern", "One concern. That you opened it is written down before it is sent", a.open, refParameter),
	}
	ops = append(ops, documentOf("/concerns", "Concern", func(c *call, ref id.Reference, asked room.DocumentAsked) (room.Given, error) {
		return a.Concerns.Document(c.ctx, c.actor, ref, asked)
	}))
	ops = append(ops, a.stepOperations()...)
	ops = append(ops, a.workOperations()...)
	for _, r := range a.Kinds {
		ops = append(ops, a.roomOperations(r)...)
	}
	local := process.Step("")
	return append(ops, a.take(local, "/concerns/{reference}/{step}", "takeLocalStep", "Take a step that your organisation added", nil,
		parameter{"step", "path", "The step's name in the organisation's process", true, map[string]any{"type": "string"}}))
}

// stepOperations are the steps of the shipped process, each with its own fields.
func (a *API) stepOperations() (ops []operation) {
	for _, s := range process.Patient().AllSteps[1:] {
		ops = append(ops, a.take(s.ID, "/concerns/{reference}/"+string(s.ID), "take"+camel(string(s.ID)), s.Label, s.Fields))
	}
	return ops
}

func post[In, Out any](path, name, summary string, status int, do func(*call) (any, error), ps ...parameter) operation {
	return operation{method: http.MethodPost, path: path, name: name, summary: summary, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](), status: status, read: func(w http.ResponseWriter, r *http.Request, _ access.Actor) (any, error) { return decode[In](w, r) }, do: do, parameters: ps}
}

func get[Out any](path, name, summary string, do func(*call) (any, error), ps ...parameter) operation {
	return operation{method: http.MethodGet, path: path, name: name, summary: summary, out: reflect.TypeFor[Out](), status: http.StatusOK, do: do, parameters: ps}
}

// take is the operation of a step; of the one that the path names when it is empty.
func (a *API) take(step process.Step, path, name, summary string, fields []field.Field, more ...parameter) operation {
	op := answered[recorded](path, name, summary, http.StatusOK, fields, func(c *call) (any, error) { return a.taken(c, step) },
		append([]parameter{refParameter, keyParameter, matchHeader}, more...)...)
	if fields == nil {
		op.schema = map[string]any{"type": "object", "description": "The answers to the step's questions, by name"}
	}
	return op
}

// camel turns add_note into AddNote, for operation ids.
func camel(s string) string {
	var out strings.Builder
	for _, word := range strings.Split(s, "_") {
		out.WriteString(plain.Capital(word))
	}
	return out.String()
}

func (a *API) raise(c *call) (any, error) {
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, err
	}
	r, err := a.Concerns.Raise(c.ctx, c.actor, room.Beginning{Answers: *c.in.(*field.Answers), Key: key, Strict: true})
	if err != nil {
		return nil, err
	}
	return receipt{string(r.Reference), r.RaisedAt, r.TellBy, r.Team.Name, contact(r.Team.Lead)}, nil
}

func (a *API) list(c *call) (any, error) {
	q, err := a.query(c)
	if err != nil {
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

func (a *API) query(c *call) (concern.Query, error) {
	q := concern.Query{List: concern.ListOwn}
	if c.actor.Role == access.Lead {
		q.List = concern.ListAll
	}
	var err error
	q.Limit, q.After, _, err = paging(c)
	return q, err
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
			if err != nil || limit < 1 || limit > concern.MaxPage {
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
	if c.actor.Role != access.Lead && c.actor.Role != access.CaldicottGuardian { // who never opens a case follows their own
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
	definition := a.Concerns.Definition(full.Org)
	out := ownRecord(a.Concerns.OwnView(full))
	owner := ""
	if !full.Owner.IsZero() {
		p, err := a.Directory.Person(c.ctx, full.Owner)
		if err != nil {
			return nil, err
		}
		owner = p.Name
	}
	label := definition.Label(full.Stage)
	may, err := a.Concerns.MayTake(c.ctx, c.actor, full)
	out.Case = caseOf(full, label, owner, may)
	return out, err
}

func (a *API) taken(c *call, step process.Step) (any, error) {
	if step == "" {
		step = process.Step(c.PathValue("step"))
		if info, ok := a.Concerns.Definition(c.actor.Org).Step(step); !ok || !info.Local {
			return nil, fail.New(fail.Missing, "This process has no such step")
		}
	}
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, err
	}
	version, err := ifMatch(c)
	if err != nil {
		return nil, err
	}
	t := room.Taking{Step: step, Answers: *c.in.(*field.Answers), Version: version, Key: key, Strict: true}
	done, err := a.Concerns.Take(c.ctx, c.actor, ref, t)
	if fail.Is(err, fail.Stale) {
		return nil, a.meanwhile(c, ref, version, err)
	}
	return recorded{string(done.Reference), done.At, done.Version}, err
}

// meanwhile adds what somebody else did, for who may open the record.
func (a *API) meanwhile(c *call, ref id.Reference, seen int64, stale error) error {
	now, since, err := a.Concerns.Since(c.ctx, c.actor, ref, seen)
	if err != nil {
		return stale
	}
	return &meanwhile{changed{now, stepsOf(since)}, stale}
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
