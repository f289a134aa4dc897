package api

import (
	"net/http"
	"time"

	"heed/internal/room"
)

// workPage is what waits for somebody over all kinds of record.
type workPage struct {
	Notices []workNotice `json:"notices" doc:"What you have not marked as seen, the newest first; on the first page only"`
	Duties  []workDuty   `json:"duties" doc:"What you have to do, what is due first on top"`
	Next    string       `json:"next,omitempty" doc:"Send it as cursor to get the next page; absent on the last"`
}

type workNotice struct {
	ID        string    `json:"id" doc:"For markNoticesSeen"`
	What      string    `json:"what" enum:"given,news,answer,overdue,told,word,kept" doc:"You were given it; somebody did something that you should see; there is something to read on what you began; a duty has passed its day; you are told of a reading; your second word is waited for on who is kept from it; two others gave theirs"`
	Since     time.Time `json:"since"`
	Kind      string    `json:"kind" doc:"Of the record"`
	Reference string    `json:"reference"`
}

type workDuty struct {
	Kind      string     `json:"kind" doc:"Of the record"`
	Reference string     `json:"reference"`
	Title     string     `json:"title,omitempty"`
	Do        string     `json:"do,omitempty" doc:"What is to be done, in words"`
	Due       *time.Time `json:"due,omitempty"`
	Label     string     `json:"label" doc:"Where the record stands, in words"`
	Yours     bool       `json:"yours" doc:"You have the record; otherwise it waits for anybody in your role, or you cover for who has it"`
	For       string     `json:"for,omitempty" doc:"The person who has it and is away, and for whom you cover"`
	Left      bool       `json:"left,omitempty" doc:"Whoever has it has left"`
}

// noticesSeen names notices; those that are not yours or were withdrawn are passed by.
type noticesSeen struct {
	IDs []string `json:"ids"`
}

type nothing struct{}

func (a *API) workOperations() []operation {
	return []operation{
		get[workPage]("/work", "listWork", "Your notices, and what you have to do over all kinds of record", a.work,
			limitParameter, cursorParameter),
		post[noticesSeen, nothing]("/work/seen", "markNoticesSeen", "Mark notices as seen: they are not shown to you again",
			http.StatusOK, a.seen),
	}
}

func (a *API) work(c *call) (any, error) {
	limit, cursor, _, err := paging(c)
	if err != nil {
		return nil, err
	}
	mine, err := a.Rooms.Work(c.ctx, c.actor, room.Query{Limit: limit, After: cursor})
	if err != nil {
		return nil, err
	}
	out := workPage{Notices: []workNotice{}, Duties: []workDuty{}, Next: mine.Next}
	for _, n := range mine.Notices {
		out.Notices = append(out.Notices, workNotice{n.ID, string(n.What), n.At, n.Row.Room.Name, string(n.Row.Reference)})
	}
	out.Duties = dutiesOf(c, mine.Rows)
	return out, nil
}

func dutiesOf(c *call, rows []room.Row) []workDuty {
	out := []workDuty{}
	for _, r := range rows {
		d := workDuty{r.Room.Name, string(r.Reference), r.Title, r.Due.Label, maybe(r.Due.At), r.Label,
			r.Owner == c.actor.Person, "", r.Left}
		if r.For.Of > 0 {
			d.For = r.For.Person.String()
		}
		out = append(out, d)
	}
	return out
}

// seen needs no key: what is marked as seen again stays so. One that is sent is held to
// the same rule as everywhere.
func (a *API) seen(c *call) (any, error) {
	if _, err := idempotencyKey(c); err != nil {
		return nil, err
	}
	return nothing{}, a.Rooms.Seen(c.ctx, c.actor, c.in.(*noticesSeen).IDs)
}
