package api

import (
	"strconv"
	"time"

	"heed/internal/field"
	"heed/internal/room"
)

type contact struct {
	Name      string `json:"name"`
	Telephone string `json:"telephone"`
}

// followed is a record of a room whose records are followed by whoever began them. Work is
// there for those who work on it, and for nobody else.
type followed struct {
	Reference string        `json:"reference"`
	Progress  string        `json:"progress" enum:"Received,Being looked at,Passed on,Finished"`
	At        time.Time     `json:"at" doc:"When it was begun"`
	TellBy    time.Time     `json:"tell_by" doc:"By when whoever began it hears"`
	ToldAt    *time.Time    `json:"told_at,omitempty" doc:"When whoever began it was last told something"`
	Said      field.Answers `json:"said" doc:"What was sent, by the names of the first step"`
	News      []news        `json:"news" doc:"What was written for whoever began it"`
	Work      *roomRecord   `json:"work,omitempty"`
}

type news struct {
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Words string    `json:"words,omitempty"`
}

// tagged answers carry their version as ETag, to be sent back as If-Match.
type tagged interface{ etag() string }

func (r followed) etag() string {
	if r.Work == nil {
		return "" // it would count the steps of others
	}
	return r.Work.etag()
}

func etagOf(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }

func followedOf(v room.Following) followed {
	out := followed{Reference: string(v.Reference), Progress: string(v.Progress), At: v.At, TellBy: v.HearsBy,
		ToldAt: maybe(v.ToldAt), Said: v.Said, News: []news{}}
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
