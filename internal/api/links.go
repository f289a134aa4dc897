package api

import (
	"net/http"

	"heed/internal/room"
)

// roomLink is a record to which another is tied, for somebody who may open both.
type roomLink struct {
	Link      string `json:"link"`
	Label     string `json:"label"`
	Room      string `json:"room" doc:"The kind of record, as its address says it"`
	Reference string `json:"reference"`
	Back      bool   `json:"back,omitempty" doc:"The other names this one"`
}

type tying struct {
	Link  string `json:"link" doc:"Which of the links of this kind of record"`
	Other string `json:"other" doc:"The reference of the other"`
}

type tied struct {
	Reference string `json:"reference"`
	Link      string `json:"link"`
	Other     string `json:"other"`
}

func linksOf(all []room.Linked) (out []roomLink) {
	for _, l := range all {
		out = append(out, roomLink{l.Link, l.Label, l.Room.Many, string(l.Reference), l.Back})
	}
	return out
}

// linkOperations are those of a room whose records are tied to others.
func (a *API) linkOperations(r *room.Room, base, name string) []operation {
	if len(r.Latest().Links) == 0 {
		return nil
	}
	one := base + "/{reference}"
	return []operation{
		post[tying, tied](one+"/link-to", "link"+name, "Link a "+r.One+" to another record that you may open",
			http.StatusOK, func(c *call) (any, error) { return a.tie(c, r, false) }, refParameter),
		post[tying, tied](one+"/end-link", "endLinkOf"+name, "End a link of a "+r.One,
			http.StatusOK, func(c *call) (any, error) { return a.tie(c, r, true) }, refParameter),
	}
}

func (a *API) tie(c *call, r *room.Room, ends bool) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	in := c.in.(*tying)
	t := room.Tying{Link: in.Link, Other: room.ReferenceOf(in.Other), Ends: ends}
	if err := a.Rooms.Tie(c.ctx, c.actor, r, ref, t); err != nil {
		return nil, err
	}
	return tied{string(ref), t.Link, string(t.Other)}, nil
}
