package api

import (
	"strconv"
	"time"

	"heed/internal/concern"
	"heed/internal/field"
)

type contact struct {
	Name      string `json:"name"`
	Telephone string `json:"telephone"`
}

// row is one concern in a list: no word of what was written. What is about the work
// on it is there for those who work on it.
type row struct {
	Reference string     `json:"reference"`
	Progress  string     `json:"progress,omitempty" enum:"Received,Being looked at,Passed on,Finished"`
	State     string     `json:"state,omitempty"`
	RaisedAt  time.Time  `json:"raised_at"`
	TellBy    time.Time  `json:"tell_by"`
	Due       *time.Time `json:"due,omitempty" doc:"When the next thing is due"`
	ToldAt    *time.Time `json:"told_at,omitempty" doc:"When the person who raised it was last told something"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
	Waiting   bool       `json:"waiting,omitzero" doc:"The next word is somebody else's"`
	Version   int64      `json:"version,omitzero"`
	Damaged   string     `json:"damaged,omitempty" doc:"Said of one that was damaged or changed outside Heed: nothing else of it is shown"`
}

// page is one page of a list.
type page struct {
	Concerns []row  `json:"concerns"`
	Next     string `json:"next,omitempty" doc:"Send it as cursor to get the next page; absent on the last"`
}

// record is one concern. Case is there for those who work on it, and not for the
// person who raised it.
type record struct {
	Reference string        `json:"reference"`
	Progress  string        `json:"progress" enum:"Received,Being looked at,Passed on,Finished"`
	RaisedAt  time.Time     `json:"raised_at"`
	TellBy    time.Time     `json:"tell_by"`
	ToldAt    *time.Time    `json:"told_at,omitempty"`
	Report    field.Answers `json:"report" doc:"What was sent, by the names of raising"`
	News      []news        `json:"news" doc:"What was written for the person who raised it"`
	Case      *roomRecord   `json:"case,omitempty"`
}

type news struct {
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Words string    `json:"words,omitempty"`
}

// tagged answers carry their version as ETag, to be sent back as If-Match.
type tagged interface{ etag() string }

func (r record) etag() string {
	if r.Case == nil {
		return "" // it would count the steps of others
	}
	return etagOf(r.Case.Version)
}

func etagOf(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }

func rowOf(r concern.Row) row {
	return row{
		Reference: string(r.Reference), Progress: string(r.Progress), State: string(r.State), RaisedAt: r.RaisedAt,
		TellBy: r.TellBy,
		Due:    maybe(r.Due), ToldAt: maybe(r.ToldAt), ClosedAt: maybe(r.ClosedAt), Waiting: r.Waiting, Version: r.Version,
		Damaged: r.Label,
	}
}

func ownRecord(v concern.OwnView) record {
	out := record{
		Reference: string(v.Reference), Progress: string(v.Progress), RaisedAt: v.RaisedAt,
		TellBy: v.TellBy, ToldAt: maybe(v.ToldAt), Report: v.Report, News: []news{},
	}
	for _, n := range v.News {
		out.News = append(out.News, news{n.At, n.Title, n.Words})
	}
	return out
}

// maybe leaves a zero time out.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
