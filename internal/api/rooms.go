package api

import (
	"net/http"
	"time"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/room"
)

// receipt answers whoever began a record or took a step: that it was done, and nothing of
// the record.
type receipt struct {
	Reference string    `json:"reference" example:"HD-7F3K-2X94"`
	At        time.Time `json:"at" doc:"When it was recorded"`
	Version   int64     `json:"version,omitzero" doc:"Of the record then, for those who work on it"`
	Step      string    `json:"step"`
	Outcome   string    `json:"outcome,omitempty"`

	TellBy *time.Time `json:"tell_by,omitempty" doc:"By when the person who raised it hears"`
	Team   string     `json:"team,omitempty" doc:"Who has it, where somebody is to hear"`
	Lead   *contact   `json:"lead,omitempty" doc:"Whom to ring now"`
}

// roomRecord is a record as somebody may see it.
type roomRecord struct {
	Reference string      `json:"reference"`
	Version   int64       `json:"version"`
	Title     string      `json:"title,omitempty"`
	State     string      `json:"state"`
	Label     string      `json:"label"`
	Owner     string      `json:"owner,omitempty" doc:"The name of whoever has it"`
	Due       *time.Time  `json:"due,omitempty" doc:"When the next thing is due"`
	DueWhat   string      `json:"due_what,omitempty"`
	EndedAt   *time.Time  `json:"ended_at,omitempty"`
	Sent      []roomSent  `json:"sent,omitempty" doc:"What was sent from it that identifies a person, oldest first, for those who see all of the work"`
	Steps     []roomStep  `json:"steps" doc:"What was done, oldest first"`
	MayTake   []string    `json:"may_take" doc:"The steps that you may take now"`
	Rounds    []roomRound `json:"rounds,omitempty" doc:"What comes round, oldest first, for those who see all of the work"`
	Links     []roomLink  `json:"links,omitempty" doc:"The records that it belongs with and that you may open"`
	Others    []roomOther `json:"others,omitempty" doc:"Earlier records that may be about the same person and that you may open, for those who work on it"`
	Unknown   bool        `json:"others_unknown,omitempty" doc:"Not told now: whom the records are about is still being read, or you opened many that you began: ask again later"`
	ToRead    *roomRead   `json:"to_read,omitempty" doc:"What you are asked to read and confirm; absent when you are not"`
}

type roomStep struct {
	Version int64         `json:"version"`
	At      time.Time     `json:"at"`
	Role    string        `json:"role"`
	Step    string        `json:"step"`
	Outcome string        `json:"outcome,omitempty"`
	Answers field.Answers `json:"answers,omitempty"`
}

// roomSent is something that identifies a person and was sent.
type roomSent struct {
	Version int64     `json:"version" doc:"The step with which it was sent, as recipient_told names it"`
	At      time.Time `json:"at" doc:"When that was recorded"`
	On      string    `json:"on,omitempty" doc:"The day on which it was sent, where it was asked"`
	To      string    `json:"to" doc:"To whom"`
	Untold  bool      `json:"untold,omitempty" doc:"They are still to be told what changed since"`
}

func sentOf(s *room.State, all []room.Disclosure) (out []roomSent) {
	for _, x := range all {
		out = append(out, roomSent{x.Of, x.At, x.On, x.To, s.Untold(x)})
	}
	return out
}

// roomRow is a record in a list.
type roomRow struct {
	Reference string     `json:"reference"`
	Title     string     `json:"title,omitempty"`
	State     string     `json:"state,omitempty" doc:"Absent for whoever only follows it, like all of the work on it"`
	Label     string     `json:"label" doc:"Where it stands, in words"`
	At        time.Time  `json:"at,omitzero" doc:"When it was begun"`
	Due       *time.Time `json:"due,omitempty"`
	DueWhat   string     `json:"due_what,omitempty"`
	Waiting   bool       `json:"waiting,omitzero" doc:"The next word is somebody else's"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	TellBy    *time.Time `json:"tell_by,omitempty" doc:"By when whoever began it hears"`
	ToldAt    *time.Time `json:"told_at,omitempty" doc:"When whoever began it was last told something"`
	Version   int64      `json:"version,omitzero"`
	Sent      []roomSent `json:"sent,omitempty" doc:"In the list of what was sent: all that was, oldest first"`
}

type roomPage struct {
	Rows []roomRow `json:"rows"`
	Next string    `json:"next,omitempty" doc:"Send it as cursor to get the next page; absent on the last"`
}

func (r receipt) etag() string {
	if r.Version == 0 {
		return ""
	}
	return etagOf(r.Version)
}
func (r roomRecord) etag() string { return etagOf(r.Version) }

// roomOperations are those of every room, from its definition alone.
func (a *API) roomOperations(r *room.Room) []operation {
	base := "/" + r.Many
	name := plain.Capital(r.One)
	first := r.First()
	ops := []operation{answered[receipt](base, camel(string(first.ID))+name, first.Label, http.StatusCreated, first.Fields,
		func(c *call) (any, error) { return a.begin(c, r) }, keyParameter)}
	ops = append(ops, a.readRoom(r, base, name)...)
	ops = append(ops, a.documentOperation(r, base, name)...)
	ops = append(ops, a.readingOperations(r, base, name)...)
	ops = append(ops, a.linkOperations(r, base, name)...)
	ops = append(ops, a.secondWordOperation(r, base, name)...)
	for _, s := range r.Steps() {
		ops = append(ops, answered[receipt](base+"/{reference}/"+string(s.ID), camel(string(s.ID))+name, s.Label,
			http.StatusOK, s.Fields,
			func(c *call) (any, error) { return a.takeRoom(c, r, s.ID) }, refParameter, keyParameter, matchHeader))
	}
	return append(ops, a.localOperation(r, base, name))
}

// localOperation takes whichever step an organisation added.
func (a *API) localOperation(r *room.Room, base, name string) operation {
	op := post[field.Answers, receipt](base+"/{reference}/{step}", "takeLocalStep"+name,
		"Take a step that your organisation added to a "+r.One, http.StatusOK,
		func(c *call) (any, error) { return a.takeLocal(c, r) }, refParameter, keyParameter, matchHeader, localParameter)
	op.in = nil
	op.schema = map[string]any{"type": "object", "description": "The answers to the step's questions, by name"}
	return op
}

var localParameter = parameter{"step", "path", "The step's name in the organisation's process", true,
	map[string]any{"type": "string"}}

func (a *API) readRoom(r *room.Room, base, name string) []operation {
	list := get[roomPage](base, "list"+plain.Capital(r.Many), "One list of "+r.Many,
		func(c *call) (any, error) { return a.listRoom(c, r) }, listParameter(r), limitParameter, cursorParameter)
	path, id := base+"/{reference}", "open"+name
	words := "One " + r.One + ". That you opened it is written down before it is sent"
	if r.Follows != "" {
		return []operation{list, get[followed](path, id, words,
			func(c *call) (any, error) { return a.seeRoom(c, r) }, refParameter)}
	}
	return []operation{list, get[roomRecord](path, id, words,
		func(c *call) (any, error) { return a.openRoom(c, r) }, refParameter)}
}

// answered is an operation whose body is answers to fields.
func answered[Out any](path, name, summary string, status int, fields []field.Field, do func(*call) (any, error),
	ps ...parameter) operation {
	op := post[field.Answers, Out](path, name, summary, status, do, ps...)
	op.in, op.schema, op.fields = nil, field.Schema(fields), fields
	return op
}

func listParameter(r *room.Room) parameter {
	var ids []string
	for _, l := range r.Latest().Lists {
		ids = append(ids, l.ID)
	}
	return parameter{"list", "query", "Which list", true, map[string]any{"type": "string", "enum": ids}}
}

func (a *API) begin(c *call, r *room.Room) (any, error) {
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, err
	}
	got, err := a.Rooms.Begin(c.ctx, c.actor, r, room.Beginning{Answers: *c.in.(*field.Answers), Key: key, Strict: true})
	out := receiptOf(got)
	if err != nil || got.HearsBy.IsZero() {
		return out, err
	}
	lead := got.Team.Lead
	out.TellBy, out.Team, out.Lead = &got.HearsBy, got.Team.Name, &contact{lead.Name, lead.Telephone}
	return out, nil
}

// takeLocal takes a step that an organisation's overlay added.
func (a *API) takeLocal(c *call, r *room.Room) (any, error) {
	step := process.Step(c.PathValue("step"))
	if !a.Rooms.AddedStep(r, c.actor.Org, step) {
		return nil, fail.New(fail.Missing, "This process has no such step")
	}
	return a.takeRoom(c, r, step)
}

func (a *API) takeRoom(c *call, r *room.Room, step process.Step) (any, error) {
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
	got, err := a.Rooms.Take(c.ctx, c.actor, r, ref, room.Taking{Step: step, Answers: *c.in.(*field.Answers),
		Version: version, Key: key, Strict: true})
	return receiptOf(got), err
}

func receiptOf(r room.Receipt) receipt {
	return receipt{Reference: string(r.Reference), At: r.At, Version: r.Version, Step: string(r.Step), Outcome: r.Outcome}
}

func (a *API) openRoom(c *call, r *room.Room) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	v, err := a.Rooms.Open(c.ctx, c.actor, r, ref)
	if err != nil {
		return nil, err
	}
	return a.recordOf(c, v)
}

// seeRoom gives a record to those who work on it, and their own progress to whoever began it.
func (a *API) seeRoom(c *call, r *room.Room) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	v, own, works, err := a.Rooms.See(c.ctx, c.actor, r, ref)
	if err != nil || !works {
		return followedOf(own), err
	}
	work, err := a.recordOf(c, v)
	out := followedOf(a.Rooms.Following(v))
	out.Work = &work
	return out, err
}

func (a *API) recordOf(c *call, v room.View) (roomRecord, error) {
	owner, err := a.nameOf(c, v.Owner)
	due, _ := v.NextDue()
	out := roomRecord{Reference: string(v.Reference), Version: v.Version, Title: v.State.Title, State: string(v.Stage),
		Label: v.Process.Label(v.Stage),
		Owner: owner, Due: maybe(due.At), DueWhat: due.Label, EndedAt: maybe(v.EndedAt), MayTake: []string{},
		Steps: roomSteps(v.Taken)}
	if v.Reading.Edition != nil {
		out.ToRead = readOf(v.Reading)
	}
	out.Others, out.Unknown = othersOf(v.Others), v.Others.Unknown || v.Others.Slowed
	out.Links, out.Sent = linksOf(v.Links), sentOf(&v.State, v.Disclosed)
	for _, x := range v.Rounds {
		out.Rounds = append(out.Rounds, roundOf(x))
	}
	for _, s := range v.May {
		out.MayTake = append(out.MayTake, string(s.ID))
	}
	return out, err
}

func roomSteps(taken []room.Taken) []roomStep {
	out := make([]roomStep, 0, len(taken))
	for _, t := range taken {
		out = append(out, roomStep{t.Version, t.At, t.Role, string(t.Step), t.Outcome, t.Answers})
	}
	return out
}

func (a *API) nameOf(c *call, p id.Person) (string, error) {
	if p.IsZero() {
		return "", nil
	}
	who, err := a.Directory.Person(c.ctx, p)
	return who.Name, err
}

func (a *API) listRoom(c *call, r *room.Room) (any, error) {
	q, err := roomQuery(c, r)
	if err != nil {
		return nil, err
	}
	p, err := a.Rooms.List(c.ctx, c.actor, r, q)
	if err != nil {
		return nil, err
	}
	out := roomPage{Rows: make([]roomRow, 0, len(p.Rows)), Next: p.Next}
	for _, x := range p.Rows {
		out.Rows = append(out.Rows, roomRow{string(x.Reference), x.Title, string(x.Stage), x.Label, x.At, maybe(x.Due.At),
			x.Due.Label, x.Waits, maybe(x.EndedAt), maybe(x.HearsBy), maybe(x.ToldAt), x.Version,
			sentOf(x.State, x.Sent)})
	}
	return out, nil
}

func roomQuery(c *call, r *room.Room) (room.Query, error) {
	limit, cursor, rest, err := paging(c, "list")
	if err != nil {
		return room.Query{}, err
	}
	if _, ok := r.Latest().List(rest["list"]); !ok {
		return room.Query{}, fail.Fields{{Name: "list",
			Words: "Select one of the lists that the OpenAPI document names"}}.Err()
	}
	return room.Query{List: rest["list"], Limit: limit, After: cursor}, nil
}
