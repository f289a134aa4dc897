package api

import "heed/internal/room"

// roomOther is an earlier record that may be about the same person.
type roomOther struct {
	Room      string `json:"room" doc:"The kind of record, as its address says it"`
	Reference string `json:"reference"`
}

func othersOf(o room.Others) (out []roomOther) {
	for _, x := range o.Found {
		out = append(out, roomOther{x.Room.Many, string(x.Reference)})
	}
	return out
}
