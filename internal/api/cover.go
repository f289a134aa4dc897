package api

import (
	"net/http"

	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
)

// somebody is a person of the organisation.
type somebody struct {
	Person string `json:"person" doc:"For answers that name somebody"`
	Name   string `json:"name"`
}

// coverPage are covers, and whom a new one may name.
type coverPage struct {
	Covers []cover    `json:"covers" doc:"Those that run or are to come and concern you"`
	Away   []somebody `json:"away" doc:"For whom, besides yourself, you may arrange one"`
	Own    []somebody `json:"own" doc:"Who could cover for you"`
	By     []somebody `json:"by" doc:"Who could cover for others"`
}

type cover struct {
	Cover  int64  `json:"cover" doc:"For endCover"`
	Person string `json:"person" doc:"The name of who is away"`
	By     string `json:"by" doc:"The name of who covers"`
	From   string `json:"from" format:"date" doc:"The first day away"`
	Until  string `json:"until" format:"date" doc:"The last day away"`
	Runs   bool   `json:"runs" doc:"It runs now"`
}

type coverEnding struct {
	Cover int64 `json:"cover"`
}

// heldPage is what somebody has and you could hand over.
type heldPage struct {
	Records []workDuty `json:"records" doc:"What is due first on top"`
	To      []somebody `json:"to" doc:"Who could have any of them"`
	Next    string     `json:"next,omitempty" doc:"Send it as cursor to get the next page; absent on the last"`
}

type handing struct {
	From    string      `json:"from,omitempty" doc:"Whose records; your own when absent"`
	To      string      `json:"to" doc:"The person who has them from now on"`
	Why     string      `json:"why" doc:"Why you hand them over, up to 500 characters"`
	Records []recordRef `json:"records" doc:"At most 100"`
}

type recordRef struct {
	Kind      string `json:"kind"`
	Reference string `json:"reference"`
}

type handedOver struct {
	Records []handedRecord `json:"records"`
}

type handedRecord struct {
	recordRef
	Done   bool   `json:"done" doc:"It was handed over"`
	WhyNot string `json:"why_not,omitempty" doc:"In words"`
}

func (a *API) coverOperations() []operation {
	person := parameter{"person", "query", "Whose records; your own when not given", false,
		map[string]any{"type": "string"}}
	return []operation{
		get[coverPage]("/work/cover", "listCovers", "Who covers for whom, and whom you may name", a.covers),
		answered[nothing]("/work/cover", "arrangeCover",
			"Have somebody cover for whoever is away; arranged again as it stands it is arranged once",
			http.StatusOK, room.CoverFields(), a.arrangeCover),
		post[coverEnding, nothing]("/work/cover/end", "endCover", "End a cover before its last day", http.StatusOK,
			a.endCover),
		get[heldPage]("/work/hand-over", "listToHandOver",
			"What somebody has and you could give to another. That you saw it is written down",
			a.holds, person, limitParameter, cursorParameter),
		post[handing, handedOver]("/work/hand-over", "handOver",
			"Give records of one person to another; each is answered for itself",
			http.StatusOK, a.handOver, keyParameter),
	}
}

func people(all []directory.Person) []somebody {
	out := make([]somebody, len(all))
	for i, p := range all {
		out[i] = somebody{p.ID.String(), p.Name}
	}
	return out
}

func (a *API) covers(c *call) (any, error) {
	all, err := a.Rooms.Covers(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	choices, err := a.Rooms.CoverChoices(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := coverPage{Covers: []cover{}, Own: people(choices.Own), Away: people(choices.Away), By: people(choices.By)}
	for _, x := range all {
		person, err := a.Directory.Person(c.ctx, x.Person)
		if err != nil {
			return nil, err
		}
		other, err := a.Directory.Person(c.ctx, x.By)
		if err != nil {
			return nil, err
		}
		out.Covers = append(out.Covers, cover{x.Of, person.Name, other.Name, x.From.String(), x.Until.String(),
			x.Runs(a.Clock.Now())})
	}
	return out, nil
}

func (a *API) arrangeCover(c *call) (any, error) {
	said, err := room.CoverSaid(c.actor, room.CoverFields(), *c.in.(*field.Answers), a.Clock.Now())
	if err != nil {
		return nil, err
	}
	return nothing{}, a.Rooms.ArrangeCover(c.ctx, c.actor, said)
}

func (a *API) endCover(c *call) (any, error) {
	return nothing{}, a.Rooms.EndCover(c.ctx, c.actor, c.in.(*coverEnding).Cover)
}

// person is who is named, or whoever asks.
func (c *call) person(named, field string) (id.Person, error) {
	if named == "" {
		return c.actor.Person, nil
	}
	p, err := id.ParsePerson(named)
	if err != nil {
		return p, fail.Fields{{Name: field, Words: "Enter a person as Heed gave them"}}.Err()
	}
	return p, nil
}

func (a *API) holds(c *call) (any, error) {
	limit, cursor, named, err := paging(c, "person")
	if err != nil {
		return nil, err
	}
	of, err := c.person(named["person"], "person")
	if err != nil {
		return nil, err
	}
	got, err := a.Rooms.Holds(c.ctx, c.actor, of, room.Query{Limit: limit, After: cursor})
	if err != nil {
		return nil, err
	}
	return heldPage{dutiesOf(c, got.Rows), people(got.To), got.Next}, nil
}

func (a *API) handOver(c *call) (any, error) {
	key, err := idempotencyKey(c)
	if err != nil {
		return nil, err
	}
	in := c.in.(*handing)
	from, err := c.person(in.From, "from")
	if err != nil {
		return nil, err
	}
	h := room.Handing{From: from, Why: in.Why, Key: key}
	h.To, _ = id.ParsePerson(in.To) // nobody: the desk says so
	for _, x := range in.Records {
		h.What = append(h.What, room.Named{Room: x.Kind, Reference: room.ReferenceOf(x.Reference)})
	}
	got, err := a.Rooms.HandOver(c.ctx, c.actor, h)
	if err != nil {
		return nil, err
	}
	out := handedOver{Records: []handedRecord{}}
	for _, x := range got {
		out.Records = append(out.Records, handedRecord{recordRef{x.Room, string(x.Reference)}, x.Refused == "", x.Refused})
	}
	return out, nil
}
