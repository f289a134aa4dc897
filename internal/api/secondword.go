package api

import (
	"time"

	"heed/internal/process"
	"heed/internal/room"
)

// toConfirm is what waits for somebody's second word on who is kept from a record.
type toConfirm struct {
	Of      int64     `json:"of" doc:"What confirm_bar is of"`
	At      time.Time `json:"at"`
	By      string    `json:"by" doc:"The name of whoever asks"`
	Lift    bool      `json:"lift,omitempty" doc:"To let them back in"`
	Why     string    `json:"why" enum:"conflict,subject,passed_by"`
	Login   string    `json:"login,omitempty" doc:"Whom it names, as it was typed"`
	Who     string    `json:"who,omitempty" doc:"The name of whoever declared it themselves"`
	Reasons string    `json:"reasons"`
}

type secondWords struct {
	Waiting []toConfirm `json:"waiting"`
}

// secondWordOperation is for whoever gives a second word and need not be one who opens the record.
func (a *API) secondWordOperation(r *room.Room, base, name string) []operation {
	if !r.Latest().KeepsFrom() {
		return nil
	}
	return []operation{get[secondWords](base+"/{reference}/"+string(process.ConfirmBar), "listSecondWords"+name,
		"What waits for your second word on who is kept from a "+r.One+", and nothing else of it. That you looked is "+
			"written down before it is sent",
		func(c *call) (any, error) { return a.waitsForWord(c, r) }, refParameter)}
}

func (a *API) waitsForWord(c *call, r *room.Room) (any, error) {
	ref, err := reference(c)
	if err != nil {
		return nil, err
	}
	_, all, err := a.Rooms.ToConfirm(c.ctx, c.actor, r, ref)
	out := secondWords{Waiting: []toConfirm{}}
	for _, x := range all {
		by, err := a.nameOf(c, x.By)
		if err != nil {
			return nil, err
		}
		who, err := a.nameOf(c, x.Who)
		if err != nil {
			return nil, err
		}
		out.Waiting = append(out.Waiting, toConfirm{x.Step, x.At, by, x.Lift, x.Why, x.Login, who, x.Reasons})
	}
	return out, err
}
